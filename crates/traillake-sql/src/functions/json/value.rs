//! JSON texts and their values: reading, and the one way JSON is written here.
//!
//! Written JSON is compact, escapes only what must be escaped and keeps the text of numbers.
//! Unpaired surrogates become U+FFFD. Values of 128 levels and more cannot be read.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Error, Map, Number, Value};

/// The value of a JSON text. Of members with one name the last counts, at the place of the first.
pub(crate) fn parse(json: &str) -> Result<Value, Error> {
    tree(json).or_else(|error| match serde_json::from_str::<IgnoredAny>(json) {
        // It is JSON: `compact` repairs what a Rust text cannot hold.
        Ok(_) => tree(&compact(json)),
        Err(_) => Err(error),
    })
}

/// The text of a value.
pub(crate) fn write(value: &Value) -> String {
    value.to_string()
}

/// The canonical text of a JSON text: members by name, of equal names the last.
pub(crate) fn canonical(json: &str) -> Result<String, Error> {
    let mut value = parse(json)?;
    value.sort_all_objects();
    Ok(write(&value))
}

/// A JSON text without white space and needless escapes; the text must be valid.
pub(crate) fn compact(json: &str) -> Cow<'_, str> {
    if is_compact(json) {
        return Cow::Borrowed(json);
    }
    let mut compact = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(quote) = rest.find('"') {
        let (between, string) = rest.split_at(quote);
        push_without_space(&mut compact, between);
        let (string, after) = string.split_at(end_of_string(string));
        push_string(&mut compact, string);
        rest = after;
    }
    push_without_space(&mut compact, rest);
    Cow::Owned(compact)
}

/// The content of a JSON string, which is given with its quotes and must be valid.
pub(crate) fn string_content(quoted: &str) -> Cow<'_, str> {
    match quoted.strip_prefix('"').and_then(|open| open.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
        _ => Cow::Owned(Deserializer::from_str(quoted).deserialize_bytes(Content).unwrap_or_default()),
    }
}

/// A text as a JSON string with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The text of a string, number or boolean, which is given as valid JSON.
pub(crate) fn scalar_text(json: &str) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        b'"' => Some(string_content(json)),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

fn is_compact(json: &str) -> bool {
    let mut in_string = false;
    json.bytes().all(|byte| {
        in_string ^= byte == b'"';
        byte != b'\\' && (in_string || !byte.is_ascii_whitespace())
    })
}

fn push_without_space(compact: &mut String, json: &str) {
    compact.extend(json.chars().filter(|char| !char.is_ascii_whitespace()));
}

fn push_string(compact: &mut String, string: &str) {
    if string.contains('\\') {
        compact.push_str(&quoted(&string_content(string)));
    } else {
        compact.push_str(string);
    }
}

/// Where the string ends that the text begins with.
fn end_of_string(json: &str) -> usize {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}

fn tree(json: &str) -> Result<Value, Error> {
    let mut deserializer = Deserializer::from_str(json);
    let value = Tree.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Builds a value. `serde_json`'s own builder takes an object with a certain member for a number.
struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Tree)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key_seed(KeySeed)? {
            match key {
                Key::Number => {
                    let text: String = members.next_value()?;
                    return text.parse::<Number>().map(Value::Number).map_err(A::Error::custom);
                }
                Key::Member(name) => object.insert(name, members.next_value_seed(Tree)?),
            };
        }
        Ok(Value::Object(object))
    }
}

/// The name of a member, or the sign that a number follows that is no 64 bit integer.
enum Key {
    Number,
    Member(String),
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    // A number announces itself by a text; the names of members come as bytes when asked for them.
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, _token: &str) -> Result<Key, E> {
        Ok(Key::Number)
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Key, E> {
        Ok(Key::Member(lossy(name)))
    }
}

/// The content of a string.
struct Content;

impl Visitor<'_> for Content {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, content: &[u8]) -> Result<String, E> {
        Ok(lossy(content))
    }
}

/// The text of bytes that are UTF-8 but for unpaired surrogates, three bytes from 0xED each.
pub(super) fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().first() == Some(&0xED) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests;
