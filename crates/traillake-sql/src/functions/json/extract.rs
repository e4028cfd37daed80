//! What stands at a path: `json_extract`, `json_extract_scalar`, `json_size`.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, LargeStringArray, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::last::Last;
use super::path::Path;
use super::{FORMS_WITH_TEXT, scan, value};
use crate::functions::kit::{Row, Scalar, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![
        forms("json_extract", &DataType::LargeUtf8, |arrays, rows| {
            column::<LargeStringArray, _>(arrays, rows, |json| Some(compact(json)))
        })
        .documented(JSON_EXTRACT),
        forms("json_extract_scalar", &DataType::Utf8View, |arrays, rows| {
            column::<StringViewArray, _>(arrays, rows, |json| scalar_text(&json))
        })
        .documented(JSON_EXTRACT_SCALAR),
        forms("json_size", &DataType::Int64, |arrays, rows| {
            column::<Int64Array, _>(arrays, rows, |json| Some(scan::count(&json).unwrap_or(0)))
        })
        .documented(JSON_SIZE),
    ]
}

fn forms(
    name: &'static str,
    returns: &DataType,
    evaluate: impl Fn(&[ArrayRef], usize) -> Result<ArrayRef> + Copy + Send + Sync + 'static,
) -> Scalar {
    FORMS_WITH_TEXT.into_iter().fold(scalar(name), |scalar, kinds| {
        let returns = returns.clone();
        scalar.on_arrays(kinds, move |_| Ok(returns.clone()), evaluate)
    })
}

/// The column of what is made of the parts that the paths find.
fn column<'a, A, T>(
    arrays: &'a [ArrayRef],
    rows: usize,
    of_found: impl Fn(Cow<'a, str>) -> Option<T>,
) -> Result<ArrayRef>
where
    A: Array + FromIterator<Option<T>> + 'static,
{
    let mut paths = Last::none();
    let cells = (0..rows).map(|index| {
        let row = Row::new(arrays, index);
        if row.is_null(1) {
            return Ok(None);
        }
        let path = paths.read(row.text(1), Path::parse)?;
        Ok(if row.is_null(0) { None } else { path.find(row.text(0)).and_then(&of_found) })
    });
    Ok(Arc::new(cells.collect::<Result<A>>()?))
}

fn compact(json: Cow<'_, str>) -> Cow<'_, str> {
    match json {
        Cow::Borrowed(json) => value::compact(json),
        Cow::Owned(json) => Cow::Owned(value::compact(&json).into_owned()),
    }
}

/// What was put together is an array, which is no scalar.
fn scalar_text<'a>(json: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    if let Cow::Borrowed(json) = *json { value::scalar_text(json) } else { None }
}

const JSON_EXTRACT: FunctionDoc = FunctionDoc {
    name: "json_extract",
    aliases: &[],
    group: Group::Json,
    usage: &["json_extract(json, path) → json", "json_extract(text, path) → json"],
    text: "What stands at a path in JSON, as JSON. A path is `$`, followed by `.name` (letters, digits, `_`, `:`, `-`), \
           `[0]` for an element, counted from 0, and `[\"any key\"]` or `['any key']` with `\\\"`, `\\'` and `\\\\` \
           escaped. With `[*]` or `.*` for every element or member and `[?(@.Days < 90)]` for those that a condition \
           holds for, what is found is an array of all that is found; conditions compare with `==`, `!=`, `===`, \
           `!==`, `<`, `<=`, `>` and `>=`, `@.a` alone asks whether there is one, `&&`, `||`, `!` and parentheses \
           combine them. `$.` may be left out before a first name. NULL if there is nothing at the path or the text \
           is not JSON; a JSON null at the path is JSON `null`. A path that cannot be read is an error. Of members \
           with one name the first counts. The result is written without white space and needless escapes; its \
           members keep their order and its numbers their digits.",
    origin: Origin::Here,
    examples: &[
        (r#"json_extract('{"a": {"b": [1, "x"]}}', '$.a.b')"#, r#"[1,"x"]"#),
        (r#"json_extract('{"aws:tag": {"a.b": 1}}', '$.aws:tag["a.b"]')"#, "1"),
        (r#"json_extract_scalar(json_extract('{"a": {"b": "x"}}', '$.a'), '$.b')"#, "x"),
        (r#"json_extract('{"a": [{"b": 1}, {"b": 2}, {}]}', '$.a[*].b')"#, "[1,2]"),
        (r#"json_extract('{"a": [{"b": 1}, {"b": 2}]}', '$.a[?(@.b > 1)]')"#, r#"[{"b":2}]"#),
        (r#"json_extract('{"a": 1}', '$.b')"#, "NULL"),
        (r#"json_extract('{"a": null}', '$.a')"#, "null"),
        ("json_extract('not JSON', '$.a')", "NULL"),
    ],
};

const JSON_EXTRACT_SCALAR: FunctionDoc = FunctionDoc {
    name: "json_extract_scalar",
    aliases: &[],
    group: Group::Json,
    usage: &["json_extract_scalar(json, path) → varchar", "json_extract_scalar(text, path) → varchar"],
    text: "The text of the string, number or boolean at a path; paths are those of `json_extract`. A number keeps its \
           digits. NULL for an object, an array, a JSON null, for nothing at the path and for a text that is not JSON.",
    origin: Origin::Here,
    examples: &[
        (r#"json_extract_scalar('{"items": [{"key": "Name"}]}', '$.items[0].key')"#, "Name"),
        (r#"json_extract_scalar('{"a": 1.50}', '$.a')"#, "1.50"),
        (r#"json_extract_scalar('{"a": [1]}', '$.a')"#, "NULL"),
    ],
};

const JSON_SIZE: FunctionDoc = FunctionDoc {
    name: "json_size",
    aliases: &[],
    group: Group::Json,
    usage: &["json_size(json, path) → bigint", "json_size(text, path) → bigint"],
    text: "Number of members of the object, or elements of the array, at a path; 0 for anything else there. NULL if \
           there is nothing at the path or the text is not JSON. Paths are those of `json_extract`.",
    origin: Origin::Here,
    examples: &[
        (r#"json_size('{"a": {"b": 1, "c": 2}}', '$.a')"#, "2"),
        (r#"json_size('{"a": [1, 2, 3]}', '$.a')"#, "3"),
        (r#"json_size('{"a": 1}', '$.a')"#, "0"),
        (r#"json_size('{"a": 1}', '$.b')"#, "NULL"),
    ],
};
