//! The body of a request: one JSON object; unknown members are ignored, null is absent.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::validate::{self, Member};
use super::{ApiError, ApiResult};

/// The request of an operation.
pub(crate) trait Request: DeserializeOwned {
    /// What it may hold; everything else is dropped before it is read.
    const MEMBERS: &'static [Member];
}

/// Reads a body and checks it against the rules of its members; an empty one is `{}`.
pub(crate) fn read<T: Request>(body: &[u8]) -> ApiResult<T> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    let value: Value =
        serde_json::from_slice(body).map_err(|error| malformed(&format!("the body is not JSON: {error}")))?;
    let Value::Object(object) = value else { return Err(malformed("the body is not a JSON object")) };
    let checked = validate::check(T::MEMBERS, object)?;
    T::deserialize(Value::Object(checked)).map_err(|error| malformed(&error.to_string()))
}

fn malformed(message: &str) -> ApiError {
    ApiError::protocol("SerializationException", StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::aws::validate::{optional, text};

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        name: Option<String>,
    }

    impl Request for Named {
        const MEMBERS: &'static [Member] = &[optional("Name", &text(1, 3))];
    }

    #[test]
    fn an_empty_body_is_an_object_without_members() {
        for body in ["", "{}", r#"{"Name":null}"#, r#"{"Colour":"red"}"#] {
            assert_eq!(read::<Named>(body.as_bytes()).unwrap(), Named { name: None }, "{body}");
        }
        assert_eq!(read::<Named>(br#"{"Name":"abc"}"#).unwrap(), Named { name: Some("abc".into()) });
    }

    #[test]
    fn what_is_no_json_object_cannot_be_read() {
        let deep = "[".repeat(100_000);
        for body in ["[]", "1", "{", "{} {}", "\u{0}", deep.as_str()] {
            assert_eq!(read::<Named>(body.as_bytes()).unwrap_err().code, "SerializationException");
        }
    }
}
