//! Names of event data stores and trails.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{ModelError, ids::hyphenated, limits};

macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ModelError;

            fn from_str(text: &str) -> Result<Self, ModelError> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = ModelError;

            fn try_from(text: String) -> Result<Self, ModelError> {
                match common_rule(&text).or_else(|| $check(&text)) {
                    None => Ok(Self(text)),
                    Some(expected) => Err(ModelError::InvalidName { what: $what, text, expected }),
                }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

checked_name!(
    /// Name of an event data store: 3 to 128 characters of ASCII letters, digits, `.`, `_`
    /// and `-` (AWS API). It must not have the form of an id, since a store can be addressed
    /// by either.
    EventDataStoreName,
    "event data store name",
    store_rule
);
checked_name!(
    /// Name of a trail: 3 to 128 characters of ASCII letters, digits, `.`, `_` and `-`,
    /// letters or digits at both ends, no two of `.`, `_`, `-` side by side, not an IP
    /// address (AWS API).
    TrailName,
    "trail name",
    trail_rule
);

/// What the text breaks of the rules of both names.
fn common_rule(text: &str) -> Option<&'static str> {
    let chars = text.chars().count();
    if !(limits::NAME_CHARS_MIN..=limits::NAME_CHARS_MAX).contains(&chars) {
        return Some("3 to 128 characters");
    }
    let fits = |b: u8| b.is_ascii_alphanumeric() || is_mark(b);
    (!text.bytes().all(fits)).then_some("ASCII letters, digits, `.`, `_` and `-` only")
}

fn store_rule(text: &str) -> Option<&'static str> {
    hyphenated(text).map(|_| "a name that does not have the form of an id")
}

fn trail_rule(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if bytes.first().copied().is_none_or(is_mark) || bytes.last().copied().is_none_or(is_mark) {
        return Some("a letter or digit at both ends");
    }
    if bytes.windows(2).any(|pair| pair.iter().copied().all(is_mark)) {
        return Some("no two of `.`, `_` and `-` side by side");
    }
    text.parse::<std::net::Ipv4Addr>().ok().map(|_| "a name that is not an IP address")
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_three_to_128_plain_characters_are_accepted() {
        for text in ["abc", "my-Events_2024.v1", &"x".repeat(128)] {
            assert_eq!(text.parse::<EventDataStoreName>().unwrap().as_str(), text);
            assert_eq!(text.parse::<TrailName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_lengths_and_characters_are_refused() {
        for text in ["", "ab", &"x".repeat(129), "a b c", "äöü", "a/b", "a'b", "..\u{0}"] {
            assert!(text.parse::<EventDataStoreName>().is_err(), "{text}");
            assert!(text.parse::<TrailName>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_store_cannot_be_named_like_an_id() {
        let error = "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa".parse::<EventDataStoreName>().unwrap_err();
        assert!(error.to_string().contains("form of an id"), "{error}");
    }

    #[test]
    fn a_trail_name_is_safe_as_a_folder_and_no_address() {
        for text in ["...", ".abc", "abc-", "a..b", "a-_b", "10.0.0.1"] {
            assert!(text.parse::<TrailName>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_stored_name_is_checked_when_it_is_read() {
        assert!(serde_json::from_str::<TrailName>("\"../up\"").is_err());
        let name: TrailName = serde_json::from_str("\"main\"").unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"main\"");
    }
}
