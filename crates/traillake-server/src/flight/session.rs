//! Session options: a connection's catalog and schema, which are what they are.
//!
//! Nothing is kept for a connection. A driver may ask for the catalog and schema, and set them to what they already
//! are; the event data store `$EDS_ID` stands for travels as metadata of each call.

use std::collections::HashMap;

use arrow_flight::Action;
use prost::Message;
use tonic::Status;

use super::catalog::CATALOG;
use super::status::malformed;

/// The schema a table without one is looked for in.
const SCHEMA: &str = "public";

/// `SessionOptionValue` of Flight's protocol, as far as texts go.
#[derive(Clone, PartialEq, Message)]
struct OptionValue {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
}

/// `SetSessionOptionsRequest`, and `GetSessionOptionsResult`, which is the same on the wire.
#[derive(Clone, PartialEq, Message)]
struct Options {
    #[prost(map = "string, message", tag = "1")]
    options: HashMap<String, OptionValue>,
}

/// `SetSessionOptionsResult.Error`.
#[derive(Clone, PartialEq, Message)]
struct Fault {
    #[prost(int32, tag = "1")]
    value: i32,
}

/// `SetSessionOptionsResult`.
#[derive(Clone, PartialEq, Message)]
struct Faults {
    #[prost(map = "string, message", tag = "1")]
    errors: HashMap<String, Fault>,
}

/// `CloseSessionResult`.
#[derive(Clone, PartialEq, Message)]
struct Closed {
    #[prost(int32, tag = "1")]
    status: i32,
}

const INVALID_NAME: i32 = 1;
const INVALID_VALUE: i32 = 2;
const CLOSED: i32 = 1;

fn fixed() -> [(&'static str, &'static str); 2] {
    [("catalog", CATALOG), ("schema", SCHEMA)]
}

/// Says which options cannot be set as asked for.
pub(super) fn set(action: &Action) -> Result<Vec<u8>, Status> {
    let asked = Options::decode(action.body.as_ref()).map_err(malformed)?;
    let fault = |name: &str, value: &OptionValue| match fixed().iter().find(|(fixed, _)| *fixed == name) {
        Some((_, fixed)) if value.text.as_deref() == Some(*fixed) => None,
        Some(_) => Some(Fault { value: INVALID_VALUE }),
        None => Some(Fault { value: INVALID_NAME }),
    };
    let errors = asked.options.iter().filter_map(|(name, value)| Some((name.clone(), fault(name, value)?)));
    Ok(Faults { errors: errors.collect() }.encode_to_vec())
}

/// The options there are.
pub(super) fn get() -> Vec<u8> {
    let option = |(name, value): (&str, &str)| (name.to_owned(), OptionValue { text: Some(value.to_owned()) });
    Options { options: fixed().map(option).into() }.encode_to_vec()
}

/// Nothing is left of a session.
pub(super) fn close() -> Vec<u8> {
    Closed { status: CLOSED }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_can_be_set_to_what_they_are() {
        let same = Action::new("SetSessionOptions", get());
        assert!(Faults::decode(set(&same).unwrap().as_slice()).unwrap().errors.is_empty());
        let value = OptionValue { text: Some("other".into()) };
        let options = HashMap::from([("schema".to_owned(), value.clone()), ("color".to_owned(), value)]);
        let other = Action::new("SetSessionOptions", Options { options }.encode_to_vec());
        let faults = Faults::decode(set(&other).unwrap().as_slice()).unwrap().errors;
        assert_eq!((faults["schema"].value, faults["color"].value), (INVALID_VALUE, INVALID_NAME));
        assert!(set(&Action::new("SetSessionOptions", &b"\xff"[..])).is_err());
    }
}
