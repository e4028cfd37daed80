//! JSON scalars as values without parts.

use datafusion::common::{Result, exec_datafusion_err};
use serde_json::Value;

use super::Leaf;
use crate::functions::json::value::parse;
use crate::text_form::shortened;

/// What is made of a JSON scalar, whose numbers are bigint or double; `None` for JSON null.
pub(super) fn with_json<T>(json: &str, to: &str, read: impl Fn(&Leaf<'_>) -> Result<Option<T>>) -> Result<Option<T>> {
    with_numbers(json, to, number, read)
}

/// As `with_json`, with numbers as the texts that they are.
pub(super) fn with_exact_json<T>(
    json: &str,
    to: &str,
    read: impl Fn(&Leaf<'_>) -> Result<Option<T>>,
) -> Result<Option<T>> {
    with_numbers(json, to, as_text, read)
}

/// As `with_json`, with scalars as their texts; numbers keep their digits unless they have an exponent.
pub(super) fn with_json_text<T>(json: &str, read: impl Fn(&str) -> Result<Option<T>>) -> Result<Option<T>> {
    with_numbers(json, "varchar", plain, |value| match value {
        Leaf::Text(text) => read(text),
        other => read(&other.to_string()),
    })
}

fn with_numbers<T>(
    json: &str,
    to: &str,
    of_number: fn(&str) -> Leaf<'_>,
    read: impl Fn(&Leaf<'_>) -> Result<Option<T>>,
) -> Result<Option<T>> {
    let wrong = || exec_datafusion_err!("Cannot cast '{}' to {to}", shortened(json));
    if json.starts_with(['{', '[']) {
        return Err(wrong());
    }
    match parse(json).map_err(|_| wrong())? {
        Value::Null => Ok(None),
        Value::Bool(value) => read(&Leaf::Boolean(value)),
        Value::String(text) => read(&Leaf::Text(&text)),
        // The parser writes exponents its own way.
        Value::Number(_) => read(&of_number(json.trim_ascii())),
        Value::Array(_) | Value::Object(_) => Err(wrong()),
    }
}

fn as_text(text: &str) -> Leaf<'_> {
    Leaf::Text(text)
}

fn plain(text: &str) -> Leaf<'_> {
    if text.contains(['e', 'E']) { number(text) } else { as_text(text) }
}

fn number(text: &str) -> Leaf<'_> {
    text.parse().map(Leaf::Integer).or_else(|_| text.parse().map(Leaf::Double)).unwrap_or(Leaf::Text(text))
}
