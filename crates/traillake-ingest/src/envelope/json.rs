//! Unparsed parts of JSON: the members of interest of an object, the elements of an array one by one.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{EnvelopeArray, Members, wrapper};

/// An object: the bits of all its member names, and those members in order (repeated ones too) that
/// hold or describe records. The rest is checked and not kept, however much of it there is.
#[derive(Debug)]
pub(super) struct Object<'j> {
    pub(super) members: Members,
    pub(super) kept: Vec<(Cow<'j, str>, &'j RawValue)>,
}

impl<'j> Object<'j> {
    /// `None` where the text is no JSON object.
    pub(super) fn parse(text: &'j [u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// The last member of this name, if it is one of those that are kept.
    pub(super) fn get(&self, name: &str) -> Option<&'j RawValue> {
        self.kept.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }
}

/// True for members that hold records or say something about them.
fn is_kept(name: &str) -> bool {
    let describes = matches!(name, "account" | "region" | "owner" | "logStream" | "messageType");
    describes || wrapper(name).is_some() || EnvelopeArray::of(name.as_bytes()).is_some()
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = Object { members: Members::default(), kept: Vec::new() };
        while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
            object.members.insert(name.as_bytes());
            if is_kept(&name) {
                object.kept.push((name, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(object)
    }
}

/// A member name, borrowed where it has no escapes.
struct Name<'j>(Cow<'j, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Visits the elements of an array as they come. False where the text is no JSON array, which may
/// show only after some elements.
pub(super) fn each_element<'j>(text: &'j [u8], visit: impl FnMut(&'j RawValue)) -> bool {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.deserialize_seq(ElementVisitor(visit)).is_ok()
}

struct ElementVisitor<F>(F);

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for ElementVisitor<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<&'de RawValue>()? {
            (self.0)(element);
        }
        Ok(())
    }
}
