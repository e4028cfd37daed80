//! Tags of a resource: keys with an optional value each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ModelError, limits};

/// At most 50 tags; keys of 1 to 128 characters that do not begin with `aws:`, values of 1 to 256 (AWS API).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Option<String>>")]
pub struct Tags(BTreeMap<String, Option<String>>);

impl Tags {
    /// The tags with these keys and values.
    ///
    /// # Errors
    /// [`ModelError::InvalidTag`] for a key that is there twice or is not allowed, [`ModelError::TooManyTags`].
    pub fn try_new(tags: impl IntoIterator<Item = (String, Option<String>)>) -> Result<Self, ModelError> {
        let mut checked = BTreeMap::new();
        for (key, value) in tags {
            check(&key, value.as_deref())?;
            if checked.contains_key(&key) {
                return Err(ModelError::InvalidTag { key, expected: "each key once" });
            }
            checked.insert(key, value);
        }
        Self(checked).within_limit()
    }

    /// These tags and the added ones, which replace those of the same key.
    ///
    /// # Errors
    /// [`ModelError::TooManyTags`].
    pub fn with(mut self, added: &Self) -> Result<Self, ModelError> {
        self.0.extend(added.0.iter().map(|(key, value)| (key.clone(), value.clone())));
        self.within_limit()
    }

    /// These tags without those of the given keys.
    #[must_use]
    pub fn without(mut self, keys: &[String]) -> Self {
        self.0.retain(|key, _| !keys.contains(key));
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_deref()))
    }

    fn within_limit(self) -> Result<Self, ModelError> {
        match self.0.len() {
            count if count > limits::TAGS => Err(ModelError::TooManyTags { count }),
            _ => Ok(self),
        }
    }
}

fn check(key: &str, value: Option<&str>) -> Result<(), ModelError> {
    let invalid = |expected| Err(ModelError::InvalidTag { key: key.chars().take(80).collect(), expected });
    if !(1..=limits::TAG_KEY_CHARS).contains(&key.chars().count()) {
        return invalid("a key of 1 to 128 characters");
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return invalid("a key that does not begin with `aws:`, which AWS keeps for itself");
    }
    match value.map(|value| value.chars().count()) {
        Some(chars) if !(1..=limits::TAG_VALUE_CHARS).contains(&chars) => invalid("a value of 1 to 256 characters"),
        _ => Ok(()),
    }
}

impl TryFrom<BTreeMap<String, Option<String>>> for Tags {
    type Error = ModelError;

    fn try_from(tags: BTreeMap<String, Option<String>>) -> Result<Self, ModelError> {
        Self::try_new(tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn tag(key: &str, value: &str) -> (String, Option<String>) {
        (key.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn added_tags_replace_those_of_the_same_key() {
        let tags = Tags::try_new([tag("team", "blue"), ("empty".to_owned(), None)]).unwrap();
        let tags = tags.with(&Tags::try_new([tag("team", "red"), tag("stage", "test")]).unwrap()).unwrap();
        let found: Vec<_> = tags.iter().collect();
        assert_eq!(found, [("empty", None), ("stage", Some("test")), ("team", Some("red"))]);
        let left = tags.without(&["team".to_owned(), "empty".to_owned(), "unknown".to_owned()]);
        assert_eq!(left.iter().collect::<Vec<_>>(), [("stage", Some("test"))]);
    }

    #[test]
    fn malformed_repeated_and_reserved_keys_are_refused() {
        let long = "k".repeat(129);
        for tags in [
            vec![tag("", "v")],
            vec![tag(&long, "v")],
            vec![tag("k", "")],
            vec![tag("k", &"v".repeat(257))],
            vec![tag("aws:k", "v")],
            vec![tag("k", "1"), tag("k", "2")],
        ] {
            assert_eq!(Tags::try_new(tags).unwrap_err().code(), ErrorCode::InvalidTagParameter);
        }
    }

    #[test]
    fn fifty_tags_are_the_most() {
        let numbered = |from: usize, to: usize| (from..to).map(|n| tag(&format!("k{n}"), "v"));
        let fifty = Tags::try_new(numbered(0, 50)).unwrap();
        assert_eq!(fifty.clone().with(&Tags::try_new(numbered(0, 9)).unwrap()).unwrap(), fifty);
        let error = fifty.with(&Tags::try_new(numbered(50, 51)).unwrap()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TagsLimitExceeded);
    }

    #[test]
    fn stored_tags_are_read_back_and_checked() {
        let tags = Tags::try_new([tag("team", "blue"), ("empty".to_owned(), None)]).unwrap();
        let json = serde_json::to_string(&tags).unwrap();
        assert_eq!(json, r#"{"empty":null,"team":"blue"}"#);
        assert_eq!(serde_json::from_str::<Tags>(&json).unwrap(), tags);
        assert!(serde_json::from_str::<Tags>(r#"{"":null}"#).is_err());
    }
}
