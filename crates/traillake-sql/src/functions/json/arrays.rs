//! JSON arrays: `json_array_length`, `json_array_contains`, `json_array_get`.

use crate::functions::kit::{Json, Kind, Row, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

use super::{scan, value};

pub(super) fn functions() -> Vec<Function> {
    vec![length(), contains(), get()]
}

fn length() -> Function {
    let of_row =
        |row: &Row<'_>| Ok(scan::elements(row.text(0)).and_then(|elements| i64::try_from(elements.len()).ok()));
    scalar("json_array_length").on(&[Kind::Json], of_row).on(&[Kind::Text], of_row).documented(FunctionDoc {
        name: "json_array_length",
        aliases: &[],
        group: Group::Json,
        usage: &["json_array_length(json) → bigint", "json_array_length(text) → bigint"],
        text: "Number of elements of a JSON array; NULL for anything else.",
        origin: Origin::Here,
        examples: &[
            ("json_array_length('[1, [2, 3], null]')", "3"),
            ("json_array_length('[]')", "0"),
            (r#"json_array_length('{"a": 1}')"#, "NULL"),
        ],
    })
}

fn contains() -> Function {
    let boolean = |row: &Row<'_>| {
        let wanted = if row.boolean(1) { "true" } else { "false" };
        Ok(any_element(row.text(0), |element| element == wanted))
    };
    let bigint = |row: &Row<'_>| Ok(any_element(row.text(0), |element| element.parse() == Ok(row.bigint(1))));
    let double = |row: &Row<'_>| Ok(any_element(row.text(0), |element| double_of(element) == Some(row.double(1))));
    let text = |row: &Row<'_>| {
        Ok(any_element(row.text(0), |element| {
            element.starts_with('"') && value::string_content(element) == row.text(1)
        }))
    };
    scalar("json_array_contains")
        .on(&[Kind::Json, Kind::Boolean], boolean)
        .on(&[Kind::Text, Kind::Boolean], boolean)
        .on(&[Kind::Json, Kind::Bigint], bigint)
        .on(&[Kind::Text, Kind::Bigint], bigint)
        .on(&[Kind::Json, Kind::Double], double)
        .on(&[Kind::Text, Kind::Double], double)
        .on(&[Kind::Json, Kind::Text], text)
        .on(&[Kind::Text, Kind::Text], text)
        .documented(JSON_ARRAY_CONTAINS)
}

fn any_element(json: &str, is_wanted: impl Fn(&str) -> bool) -> Option<bool> {
    Some(scan::elements(json)?.into_iter().any(is_wanted))
}

/// A number that is written with a fraction or an exponent.
fn double_of(element: &str) -> Option<f64> {
    let is_double = !element.starts_with('"') && element.contains(['.', 'e', 'E']);
    if is_double { element.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

fn get() -> Function {
    let of_row = |row: &Row<'_>| Ok(element_at(row.text(0), row.bigint(1)));
    scalar("json_array_get")
        .on(&[Kind::Json, Kind::Bigint], of_row)
        .on(&[Kind::Text, Kind::Bigint], of_row)
        .documented(JSON_ARRAY_GET)
}

fn element_at(json: &str, index: i64) -> Option<Json> {
    let elements = scan::elements(json)?;
    let from_either_end = usize::try_from(index.unsigned_abs()).ok()?;
    let place = if index < 0 { elements.len().checked_sub(from_either_end)? } else { from_either_end };
    let element = *elements.get(place)?;
    let text = if element.starts_with(['{', '[']) { value::compact(element) } else { value::scalar_text(element)? };
    Some(Json(text.into_owned()))
}

const JSON_ARRAY_CONTAINS: FunctionDoc = FunctionDoc {
    name: "json_array_contains",
    aliases: &[],
    group: Group::Json,
    usage: &["json_array_contains(json, value) → boolean", "json_array_contains(text, value) → boolean"],
    text: "Whether an element of a JSON array is this varchar, bigint, double or boolean; elements inside of elements \
           do not count. A bigint is found where it is written without fraction, a double where it is written with \
           one. NULL for anything but an array.",
    origin: Origin::Here,
    examples: &[
        (r#"json_array_contains('["a", 1]', 'a')"#, "true"),
        ("json_array_contains('[1, 2]', 2)", "true"),
        ("json_array_contains('[[1], 2.5]', 1)", "false"),
        ("json_array_contains('[2.5]', 2.5)", "true"),
        ("json_array_contains('[true]', false)", "false"),
        ("json_array_contains('{}', 1)", "NULL"),
    ],
};

const JSON_ARRAY_GET: FunctionDoc = FunctionDoc {
    name: "json_array_get",
    aliases: &[],
    group: Group::Json,
    usage: &["json_array_get(json, index) → json", "json_array_get(text, index) → json"],
    text: "The element of a JSON array at an index, from 0, or from the end with -1 for the last. NULL outside of the \
           array, for a JSON null and for anything but an array. As in Trino a string comes without its quotes, so \
           that it is no JSON any more: take `json_extract_scalar(json, '$[0]')` for strings.",
    origin: Origin::Here,
    examples: &[
        (r#"json_array_get('[{"a": 1}, "x"]', 0)"#, r#"{"a":1}"#),
        (r#"json_array_get('[{"a": 1}, "x"]', -1)"#, "x"),
        ("json_array_get('[1]', 1)", "NULL"),
    ],
};
