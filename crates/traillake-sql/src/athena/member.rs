//! One member of a record, as the record spells it.

use std::fmt;

use serde_json::Deserializer;
use serde_json::de::SliceRead;
use serde_json::value::RawValue;

/// The text of the last member of this name; `None` where it is absent or null, or the record is no object.
pub(super) fn of(record: &str, name: &str) -> Option<String> {
    use serde::de::Deserializer as _;
    let found = Deserializer::new(SliceRead::new(record.as_bytes())).deserialize_map(Members(name)).ok()?;
    found.map(RawValue::get).filter(|text| *text != "null").map(str::to_owned)
}

struct Members<'n>(&'n str);

impl<'de> serde::de::Visitor<'de> for Members<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if name == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_keeps_its_text() {
        let record = r#"{"a":1,"requestParameters":{"n":1.0,"s":"é"},"b":[{}]}"#;
        assert_eq!(of(record, "requestParameters").as_deref(), Some(r#"{"n":1.0,"s":"é"}"#));
        assert_eq!(of(record, "b").as_deref(), Some("[{}]"));
    }

    #[test]
    fn absent_and_null_members_are_null() {
        assert_eq!(of(r#"{"a":null}"#, "a"), None);
        assert_eq!(of(r#"{"a":null}"#, "b"), None);
        assert_eq!(of("[]", "a"), None);
        assert_eq!(of("", "a"), None);
    }
}
