//! `json_query`.

use std::sync::Arc;

use arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::evaluate::Evaluated;
use super::{each_found, fail};
use crate::functions::json::value::write;
use crate::functions::kit::{Cell, Kind, Row, scalar};
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};

/// `"$json_query"(json, path, wrapper, quotes, on empty, on error)`.
pub(super) fn hidden() -> Arc<ScalarUDF> {
    const TEXT: Kind = Kind::Text;
    let returns = |_: &[_]| Ok(String::data_type());
    scalar("$json_query")
        .on_arrays(&[Kind::Json, TEXT, TEXT, TEXT, TEXT, TEXT], returns, query)
        .on_arrays(&[TEXT, TEXT, TEXT, TEXT, TEXT, TEXT], returns, query)
        .hidden()
}

fn query(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    String::column(each_found(arrays, rows, |row, found| match found.and_then(|items| wrapped(items, row.text(2))) {
        Ok(Some(Value::String(text))) if row.text(3) == "omit" => Ok(Some(text)),
        Ok(Some(item)) => Ok(Some(write(&item))),
        Ok(None) => otherwise(row, 4, "the path finds nothing"),
        Err(problem) => otherwise(row, 5, &problem),
    }))
}

/// The one value of the result; `None` if there is nothing.
fn wrapped(mut items: Vec<Value>, wrapper: &str) -> Evaluated<Option<Value>> {
    let single = items.len() == 1;
    let structure = items.first().is_some_and(|item| item.is_array() || item.is_object());
    let wrap = match wrapper {
        "unconditional" => true,
        "conditional" => !(single && structure),
        _ => false,
    };
    match items.pop() {
        None => Ok(None),
        Some(item) if wrap => {
            items.push(item);
            Ok(Some(Value::Array(items)))
        }
        Some(item) if single => Ok(Some(item)),
        Some(_) => Err("the path finds more than one value".to_owned()),
    }
}

fn otherwise(row: &Row<'_>, place: usize, problem: &str) -> Result<Option<String>> {
    match row.text(place) {
        "empty array" => Ok(Some("[]".to_owned())),
        "empty object" => Ok(Some("{}".to_owned())),
        "error" => fail("json_query", problem),
        _ => Ok(None),
    }
}

pub(super) fn documented() -> Function {
    Function {
        implementation: Implementation::Grammar,
        doc: FunctionDoc {
            name: "json_query",
            aliases: &[],
            group: Group::Json,
            usage: &[
                "json_query(json, path [WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL] WRAPPER] [KEEP | OMIT QUOTES] \
                 [NULL | ERROR | EMPTY ARRAY | EMPTY OBJECT ON EMPTY] [... ON ERROR]) → varchar",
            ],
            text: "The JSON text of what a path of the SQL standard finds; paths are those of `json_exists`. Several \
                   values are an error unless a wrapper makes an array of them; a conditional wrapper leaves a single \
                   array or object as it is. Without ON EMPTY and ON ERROR nothing and errors give NULL.",
            origin: Origin::Here,
            examples: &[
                (r#"json_query('{"items": [{"n": 1}, {"n": 2}]}', 'lax $.items[*].n' WITH ARRAY WRAPPER)"#, "[1,2]"),
                (r#"json_query('{"a": {"b": "x"}}', 'lax $.a')"#, r#"{"b":"x"}"#),
                (r#"json_query('{"a": "x"}', 'lax $.a' OMIT QUOTES)"#, "x"),
                (r#"json_query('{"a": 1}', 'lax $.b' EMPTY ARRAY ON EMPTY)"#, "[]"),
            ],
        },
    }
}
