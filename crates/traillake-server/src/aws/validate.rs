//! Validation of requests as AWS documents it: the SDKs check required members and types at most, the rest is left
//! to the server.
//!
//! ```text
//! MEMBERS: what a request may hold ──┐
//! body ──> JSON object ──────────> check ──> the known members, each within its limits
//!                                     └────> ApiError: the member, its value, the rule
//! ```

use axum::http::StatusCode;
use serde_json::{Map, Value};
use traillake::ErrorCode;

use super::timestamp::Timestamp;
use super::{ApiError, ApiResult};

/// One member of a structure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    name: &'static str,
    shape: &'static Shape,
    required: bool,
    code: Option<ErrorCode>,
}

/// A member that may be missing.
pub(crate) const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: false, code: None }
}

/// A member that must be there.
pub(crate) const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: true, code: None }
}

impl Member {
    /// The exception for a value that breaks a rule, where it is not `InvalidParameterException`; also for what lies
    /// inside.
    pub(crate) const fn or(self, code: ErrorCode) -> Self {
        Self { code: Some(code), ..self }
    }
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A text of so many characters.
    Text(Text),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// Seconds since 1970, or ISO 8601.
    Timestamp,
    /// So many values of one shape.
    List {
        /// Their shape.
        of: &'static Shape,
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// An object with these members.
    Structure(&'static [Member]),
}

/// The rules of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    min: usize,
    max: usize,
    pattern: Option<Pattern>,
}

/// A regular expression of the API reference, and the code that does the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern {
    /// As documented.
    pub(crate) text: &'static str,
    /// Whether a text matches.
    pub(crate) fits: fn(&str) -> bool,
}

/// A text of so many characters.
pub(crate) const fn text(min: usize, max: usize) -> Shape {
    Shape::Text(Text { min, max, pattern: None })
}

/// A text of so many characters that matches.
pub(crate) const fn matching(min: usize, max: usize, pattern: Pattern) -> Shape {
    Shape::Text(Text { min, max, pattern: Some(pattern) })
}

/// A list of so many values.
pub(crate) const fn list(of: &'static Shape, min: usize, max: usize) -> Shape {
    Shape::List { of, min, max }
}

/// The members of an object that are known and not null, all within their rules.
pub(crate) fn check(members: &[Member], object: Map<String, Value>) -> ApiResult<Map<String, Value>> {
    Place { path: String::new(), code: ErrorCode::InvalidParameter }.structure(members, object)
}

/// Where a value stands, and the exception for what is wrong with it.
struct Place {
    path: String,
    code: ErrorCode,
}

impl Place {
    fn structure(&self, members: &[Member], mut object: Map<String, Value>) -> ApiResult<Map<String, Value>> {
        let mut known = Map::new();
        for member in members {
            let place = self.member(member);
            match object.remove(member.name).filter(|value| !value.is_null()) {
                Some(value) => {
                    known.insert(member.name.to_owned(), place.value(member.shape, value)?);
                }
                None if member.required => return Err(place.missing()),
                None => {}
            }
        }
        Ok(known)
    }

    fn value(&self, shape: &Shape, value: Value) -> ApiResult<Value> {
        match (shape, value) {
            (Shape::Text(rules), Value::String(text)) => self.text(rules, text).map(Value::String),
            (Shape::Choice(choices), Value::String(text)) => self.choice(choices, text).map(Value::String),
            (Shape::Integer { min, max }, Value::Number(number)) => {
                let found = number.as_i64().ok_or_else(|| self.mistyped("an integer"))?;
                self.number(*min, *max, found)?;
                Ok(Value::Number(number))
            }
            (Shape::Boolean, Value::Bool(flag)) => Ok(Value::Bool(flag)),
            (Shape::Timestamp, value) if Timestamp::read(&value).is_some() => Ok(value),
            (Shape::List { of, min, max }, Value::Array(items)) => {
                self.length(items.len(), *min, *max, &format!("{} items", items.len()))?;
                let each = |(n, item)| self.item(n).value(of, item);
                items.into_iter().filter(|item| !item.is_null()).enumerate().map(each).collect()
            }
            (Shape::Structure(members), Value::Object(object)) => self.structure(members, object).map(Value::Object),
            (shape, _) => Err(self.mistyped(shape.kind())),
        }
    }

    fn text(&self, rules: &Text, text: String) -> ApiResult<String> {
        self.length(text.chars().count(), rules.min, rules.max, &text)?;
        match rules.pattern {
            Some(pattern) if !(pattern.fits)(&text) => {
                Err(self.broken(&text, &format!("Member must satisfy regular expression pattern: {}", pattern.text)))
            }
            _ => Ok(text),
        }
    }

    fn choice(&self, choices: &[&str], text: String) -> ApiResult<String> {
        if choices.contains(&text.as_str()) {
            return Ok(text);
        }
        Err(self.broken(&text, &format!("Member must satisfy enum value set: [{}]", choices.join(", "))))
    }

    fn number(&self, min: i64, max: i64, found: i64) -> ApiResult<()> {
        let (rule, bound) = match found {
            _ if found < min => ("greater", min),
            _ if found > max => ("less", max),
            _ => return Ok(()),
        };
        Err(self.broken(&found.to_string(), &format!("Member must have value {rule} than or equal to {bound}")))
    }

    fn length(&self, found: usize, min: usize, max: usize, shown: &str) -> ApiResult<()> {
        let (rule, bound) = match found {
            _ if found < min => ("greater", min),
            _ if found > max => ("less", max),
            _ => return Ok(()),
        };
        Err(self.broken(shown, &format!("Member must have length {rule} than or equal to {bound}")))
    }

    fn member(&self, member: &Member) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{}{dot}{}", self.path, member.name), code: member.code.unwrap_or(self.code) }
    }

    fn item(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), code: self.code }
    }

    fn missing(&self) -> ApiError {
        let path = &self.path;
        ApiError::invalid_parameter(format!(
            "Value null at '{path}' failed to satisfy constraint: Member must not be null"
        ))
    }

    /// In the words of AWS.
    fn broken(&self, value: &str, rule: &str) -> ApiError {
        let value = shown(value);
        ApiError::new(self.code, format!("Value '{value}' at '{}' failed to satisfy constraint: {rule}", self.path))
    }

    fn mistyped(&self, expected: &str) -> ApiError {
        let message = format!("the value at '{}' is not {expected}", self.path);
        ApiError::protocol("SerializationException", StatusCode::BAD_REQUEST, message)
    }
}

impl Shape {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Choice(_) => "a string",
            Self::Integer { .. } => "an integer",
            Self::Boolean => "a boolean",
            Self::Timestamp => "a time: a number of seconds since 1970, or text in ISO 8601",
            Self::List { .. } => "a list",
            Self::Structure(_) => "an object",
        }
    }
}

/// At most 80 characters of a text from outside, without control characters.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
