//! `json_value`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, LargeStringArray};
use arrow::compute::kernels::zip::zip;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::evaluate::Evaluated;
use super::{each_found, fail};
use crate::casts::cast_column;
use crate::functions::json::value::write;
use crate::functions::kit::{Cell, Kind, Row, scalar};
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};
use crate::types::{SqlType, parse_type};

/// Places of the arguments.
const RETURNING: usize = 2;
const ON_EMPTY: usize = 3;
const ON_ERROR: usize = 5;

/// `"$json_value"(json, path, returning, on empty, its default, on error, its default)`.
pub(super) fn hidden() -> Arc<ScalarUDF> {
    use Kind::{Any, Json, Text};
    // The name of the type must stay the literal that it is: a cast would hide it from the planner.
    let returns = |_: &[_]| Ok(String::data_type());
    let typed = |literals: &[Option<&ScalarValue>]| {
        let name = literals.get(RETURNING).copied().flatten().and_then(|literal| literal.try_as_str().flatten());
        Ok(returning(name.unwrap_or_default())?.data_type())
    };
    scalar("$json_value")
        .on_arrays(&[Json, Text, Any, Text, Any, Text, Any], returns, value)
        .on_arrays(&[Text, Text, Any, Text, Any, Text, Any], returns, value)
        .typed_by_literals(typed)
        .hidden()
}

/// The type of RETURNING; varchar without it.
fn returning(name: &str) -> Result<SqlType> {
    if name.is_empty() { Ok(SqlType::Varchar(None)) } else { parse_type(name) }
}

/// What a row's path finds.
enum Found {
    /// The text of a JSON scalar.
    Scalar(String),
    Empty,
    Failed(String),
}

fn value(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let first = Row::new(arrays, 0);
    let to = returning(if rows == 0 { "" } else { first.text(RETURNING) })?;
    let found = each_found(arrays, rows, |_, found| Ok(scalar_of(found))).collect::<Result<Vec<_>>>()?;
    let texts = found.iter().map(|found| match found {
        Some(Found::Scalar(json)) => Some(json.as_str()),
        _ => None,
    });
    let texts: ArrayRef = Arc::new(texts.collect::<LargeStringArray>());
    let fails_on = |place: usize| rows > 0 && first.text(place) == "error";
    let values = cast_column(&texts, &to, !fails_on(ON_ERROR))?;
    for found in found.iter().flatten() {
        match found {
            Found::Empty if fails_on(ON_EMPTY) => return fail("json_value", "the path finds nothing"),
            Found::Failed(problem) if fails_on(ON_ERROR) => return fail("json_value", problem),
            _ => {}
        }
    }
    let empty = found.iter().map(|found| matches!(found, Some(Found::Empty)));
    let failed = found.iter().enumerate().map(|(row, found)| match found {
        Some(Found::Scalar(_)) => values.is_null(row),
        other => matches!(other, Some(Found::Failed(_))),
    });
    let (empty, failed): (BooleanArray, BooleanArray) = (empty.map(Some).collect(), failed.map(Some).collect());
    let values = with_default(arrays, ON_EMPTY, &empty, values, &to)?;
    with_default(arrays, ON_ERROR, &failed, values, &to)
}

/// JSON null is NULL; a structure and several values are errors.
#[expect(clippy::needless_pass_by_value, reason = "as it is handed on for each row")]
fn scalar_of(found: Evaluated<Vec<Value>>) -> Option<Found> {
    Some(match found.as_deref() {
        Ok([]) => Found::Empty,
        Ok([Value::Null]) => return None,
        Ok([Value::Array(_) | Value::Object(_)]) => Found::Failed("the path finds an array or object".to_owned()),
        Ok([scalar]) => Found::Scalar(write(scalar)),
        Ok(_) => Found::Failed("the path finds more than one value".to_owned()),
        Err(problem) => Found::Failed(problem.clone()),
    })
}

/// The values, with the default of the clause at `place` in the rows that need it.
fn with_default(
    arrays: &[ArrayRef],
    place: usize,
    needed: &BooleanArray,
    values: ArrayRef,
    to: &SqlType,
) -> Result<ArrayRef> {
    let is_default = !needed.is_empty() && Row::new(arrays, 0).text(place) == "default";
    match arrays.get(place + 1) {
        Some(default) if is_default && needed.has_true() => {
            Ok(zip(needed, &cast_column(default, to, false)?, &values)?)
        }
        _ => Ok(values),
    }
}

pub(super) fn documented() -> Function {
    Function {
        implementation: Implementation::Grammar,
        doc: FunctionDoc {
            name: "json_value",
            aliases: &[],
            group: Group::Json,
            usage: &["json_value(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] [... ON ERROR]) \
                 → varchar or type"],
            text: "The scalar that a path of the SQL standard finds, as varchar or another type; paths are those of \
                   `json_exists`. JSON null is NULL. An array, an object, several values and a value that cannot be \
                   cast are errors. Without ON EMPTY and ON ERROR nothing and errors give NULL.",
            origin: Origin::Here,
            examples: &[
                (r#"json_value('{"a": {"b": "x"}}', 'lax $.a.b')"#, "x"),
                (r#"json_value('{"n": 41}', 'lax $.n + 1' RETURNING bigint)"#, "42"),
                (r#"json_value('{"a": 1}', 'lax $.b' DEFAULT 'none' ON EMPTY)"#, "none"),
                (r#"json_value('{"a": [1, 2]}', 'lax $.a')"#, "NULL"),
            ],
        },
    }
}
