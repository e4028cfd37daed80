//! What an envelope's own members say about the records inside: account, region, health checks.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::EnvelopeContext;

/// The members of an object in order, repeated ones too, values unparsed.
#[derive(Debug)]
pub(super) struct Object<'j>(pub(super) Vec<(Cow<'j, str>, &'j RawValue)>);

impl<'j> Object<'j> {
    /// `None` where the text is no JSON object.
    pub(super) fn parse(text: &'j [u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'j RawValue> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
            members.push((name, map.next_value::<&'de RawValue>()?));
        }
        Ok(Object(members))
    }
}

/// A member name, borrowed where it has no escapes.
struct Name<'j>(Cow<'j, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a member name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// What stands before the array of an envelope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    /// Account and region for the records.
    pub(crate) context: Arc<EnvelopeContext>,
    /// True for CloudWatch Logs' health checks, whose messages are no records.
    pub(crate) health_check: bool,
}

/// Reads the header of an envelope: its text from `{` to just before the array's `[`.
pub(crate) fn header(text: &[u8]) -> Header {
    let mut whole = Vec::with_capacity(text.len() + 5);
    whole.extend_from_slice(text);
    whole.extend_from_slice(b"null}");
    let Some(object) = Object::parse(&whole) else { return Header::default() };
    Header {
        context: Arc::new(context_of(&object, &EnvelopeContext::default())),
        health_check: object.get("messageType").and_then(scalar_text).as_deref() == Some("CONTROL_MESSAGE"),
    }
}

/// The context that an envelope object gives, over the one around it.
pub(super) fn context_of(object: &Object<'_>, outer: &EnvelopeContext) -> EnvelopeContext {
    let text = |name| object.get(name).and_then(scalar_text);
    EnvelopeContext {
        account: text("account").or_else(|| text("owner")).or_else(|| outer.account.clone()),
        region: text("region")
            .or_else(|| text("logStream").and_then(|s| log_stream_region(&s)))
            .or_else(|| outer.region.clone()),
    }
}

/// `account_CloudTrail_region[_n]`, as CloudTrail names its log streams.
fn log_stream_region(name: &str) -> Option<String> {
    let rest = name.split_once("_CloudTrail_")?.1;
    rest.split('_').next().filter(|region| !region.is_empty()).map(str::to_owned)
}

/// The text of a string or number.
fn scalar_text(value: &RawValue) -> Option<String> {
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str(value.get()).ok(),
        b'0'..=b'9' => Some(value.get().to_owned()),
        _ => None,
    }
}
