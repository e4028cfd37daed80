//! Parts of JSON texts, found without building values.
//!
//! A text is read to its end, so that what is found in it is found in valid JSON; nesting costs no stack.

use std::collections::HashMap;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error};

use super::value::lossy;

/// The text without white space around it, if it is JSON.
pub(super) fn whole(json: &str) -> Option<&str> {
    serde_json::from_str::<&RawValue>(json).ok().map(RawValue::get)
}

/// The elements of an array.
pub(crate) fn elements(json: &str) -> Option<Vec<&str>> {
    let elements = serde_json::from_str::<Vec<&RawValue>>(json).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// The members of an object; of members with one name the last counts, at the place of the first.
pub(crate) fn members(json: &str) -> Option<Vec<(String, &str)>> {
    let mut places = HashMap::new();
    let mut members: Vec<(String, &str)> = Vec::new();
    for (name, value) in visit(json, Members)? {
        if let Some(member) = places.get(&name).and_then(|&place: &usize| members.get_mut(place)) {
            member.1 = value;
        } else {
            places.insert(name.clone(), members.len());
            members.push((name, value));
        }
    }
    Some(members)
}

/// Number of elements of an array or of members of an object; `None` for anything else.
pub(super) fn count(json: &str) -> Option<i64> {
    visit(json, Count)
}

/// The first member `name` of an object, or the element `index` of an array.
pub(super) fn child<'de>(json: &'de str, name: &str, index: Option<usize>) -> Option<&'de str> {
    visit(json, Child { name, index, last: false }).flatten().map(RawValue::get)
}

/// The last member `name` of an object.
pub(crate) fn last_member<'de>(json: &'de str, name: &str) -> Option<&'de str> {
    visit(json, Child { name, index: None, last: true }).flatten().map(RawValue::get)
}

/// What the visitor makes of an object or an array that is the whole text.
fn visit<'de, V: Visitor<'de>>(json: &'de str, visitor: V) -> Option<V::Value> {
    let mut deserializer = Deserializer::from_str(json);
    let value: Result<V::Value, Error> = match json.trim_ascii_start().as_bytes().first()? {
        b'{' => deserializer.deserialize_map(visitor),
        b'[' => deserializer.deserialize_seq(visitor),
        _ => return None,
    };
    let value = value.ok()?;
    deserializer.end().ok()?;
    Some(value)
}

struct Child<'a> {
    name: &'a str,
    index: Option<usize>,
    /// Whether the last of several members of the name is wanted, not the first.
    last: bool,
}

impl<'de> Visitor<'de> for Child<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(wanted) = members.next_key_seed(Is(self.name))? {
            if wanted && (self.last || found.is_none()) {
                found = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        for _ in 0..self.index.unwrap_or(0) {
            if elements.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = if self.index.is_some() { elements.next_element()? } else { None };
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

/// Whether a member has this name.
struct Is<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    // As bytes: a name with an unpaired surrogate is no text.
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<bool, E> {
        Ok(name == self.0.as_bytes())
    }
}

/// The name of a member.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<String, E> {
        Ok(lossy(name))
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            found.push((name, members.next_value::<&RawValue>()?.get()));
        }
        Ok(found)
    }
}

struct Count;

impl<'de> Visitor<'de> for Count {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<i64, A::Error> {
        let mut count = 0;
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<i64, A::Error> {
        let mut count = 0;
        while elements.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}
