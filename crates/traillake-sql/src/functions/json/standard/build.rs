//! `json_object` and `json_array`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use crate::casts::cast_column;
use crate::functions::json::value::quoted;
use crate::functions::kit::{Cell, Kind, Row, check_bytes, scalar};
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};
use crate::types::SqlType;

/// `"$json_object"(on null, key, value, ...)`.
pub(super) fn object() -> Arc<ScalarUDF> {
    builder("$json_object", object_of_row)
}

/// `"$json_array"(on null, value, ...)`.
pub(super) fn array() -> Arc<ScalarUDF> {
    builder("$json_array", array_of_row)
}

/// JSON text, or NULL.
type Part<'a> = Option<&'a str>;

/// Writes a row, whose values come as JSON.
type OfRow = fn(&[Part<'_>], Mode<'_>) -> Result<String>;

/// `null` or `absent`, and ` unique`.
#[derive(Debug, Clone, Copy)]
struct Mode<'a>(&'a str);

impl Mode<'_> {
    fn keeps(self, part: Part<'_>) -> bool {
        part.is_some() || !self.0.starts_with("absent")
    }

    fn is_unique(self) -> bool {
        self.0.ends_with(" unique")
    }
}

fn builder(name: &'static str, of_row: OfRow) -> Arc<ScalarUDF> {
    let returns = |_: &[DataType]| Ok(String::data_type());
    let build = move |arrays: &[ArrayRef], rows: usize| {
        let json = SqlType::Plain(DataType::LargeUtf8);
        let parts = arrays.iter().skip(1).map(|array| cast_column(array, &json, false)).collect::<Result<Vec<_>>>()?;
        String::column((0..rows).map(|index| {
            let row: Vec<Part<'_>> = parts.iter().map(|part| part_of(part, index)).collect();
            let text = of_row(&row, Mode(Row::new(arrays, index).text(0)))?;
            check_bytes(name, text.len())?;
            Ok(Some(text))
        }))
    };
    scalar(name)
        .on_arrays(&[Kind::Text], returns, build)
        .on_arrays(&[Kind::Text, Kind::Any], returns, build)
        .variadic()
        .hidden()
}

fn part_of(array: &ArrayRef, index: usize) -> Part<'_> {
    let texts = array.as_string_opt::<i64>()?;
    (!texts.is_null(index)).then(|| texts.value(index))
}

fn object_of_row(parts: &[Part<'_>], mode: Mode<'_>) -> Result<String> {
    let (mut members, mut keys) = (Vec::with_capacity(parts.len() / 2), HashSet::new());
    for member in parts.chunks(2) {
        let Some(key) = member.first().copied().flatten().map(key_of) else {
            return exec_err!("null value passed for JSON object key to JSON_OBJECT function");
        };
        let value = member.get(1).copied().flatten();
        if mode.is_unique() && !keys.insert(key.clone()) {
            return exec_err!("duplicate key passed to JSON_OBJECT function: {key}");
        }
        if mode.keeps(value) {
            members.push(format!("{key}:{}", value.unwrap_or("null")));
        }
    }
    Ok(format!("{{{}}}", members.join(",")))
}

/// A key that came as JSON, as a JSON string.
fn key_of(json: &str) -> Cow<'_, str> {
    if json.starts_with('"') { Cow::Borrowed(json) } else { Cow::Owned(quoted(json)) }
}

#[expect(clippy::unnecessary_wraps, reason = "called like the form for objects")]
fn array_of_row(parts: &[Part<'_>], mode: Mode<'_>) -> Result<String> {
    let kept = parts.iter().filter(|part| mode.keeps(**part));
    let elements: Vec<&str> = kept.map(|part| part.unwrap_or("null")).collect();
    Ok(format!("[{}]", elements.join(",")))
}

pub(super) fn object_documented() -> Function {
    Function {
        implementation: Implementation::Grammar,
        doc: FunctionDoc {
            name: "json_object",
            aliases: &[],
            group: Group::Json,
            usage: &[
                "json_object([key : value | KEY key VALUE value], ... [NULL | ABSENT ON NULL] [WITH UNIQUE KEYS]) → varchar",
            ],
            text: "The text of a JSON object of these members. A json value and a text with FORMAT JSON are put in as they \
                   are, other texts as strings. NULL becomes JSON null, or is left out with ABSENT ON NULL. A NULL key is \
                   an error, and a repeated one WITH UNIQUE KEYS.",
            origin: Origin::Here,
            examples: &[
                ("json_object('a' : 1, 'b' : 'x', 'c' : NULL)", r#"{"a":1,"b":"x","c":null}"#),
                ("json_object('a' : true, 'c' : NULL ABSENT ON NULL)", r#"{"a":true}"#),
            ],
        },
    }
}

pub(super) fn array_documented() -> Function {
    Function {
        implementation: Implementation::Grammar,
        doc: FunctionDoc {
            name: "json_array",
            aliases: &[],
            group: Group::Json,
            usage: &["json_array(value, ... [NULL | ABSENT ON NULL]) → varchar"],
            text: "The text of a JSON array of these values. A json value and a text with FORMAT JSON are put in as they \
                   are, other texts as strings. NULL is left out, or becomes JSON null with NULL ON NULL.",
            origin: Origin::Here,
            examples: &[
                ("json_array(1, 'x', true, NULL)", r#"[1,"x",true]"#),
                ("json_array(1, NULL NULL ON NULL)", "[1,null]"),
            ],
        },
    }
}
