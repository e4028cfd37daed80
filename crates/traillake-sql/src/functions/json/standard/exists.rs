//! `json_exists`.

use std::sync::Arc;

use arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::{each_found, fail};
use crate::functions::kit::{Cell, Kind, Row, scalar};
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};

/// `"$json_exists"(json, path, on error)`.
pub(super) fn hidden() -> Arc<ScalarUDF> {
    let returns = |_: &[_]| Ok(bool::data_type());
    scalar("$json_exists")
        .on_arrays(&[Kind::Json, Kind::Text, Kind::Text], returns, exists)
        .on_arrays(&[Kind::Text, Kind::Text, Kind::Text], returns, exists)
        .hidden()
}

fn exists(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    bool::column(each_found(arrays, rows, |row, found| match found {
        Ok(items) => Ok(Some(!items.is_empty())),
        Err(problem) => on_error(row, &problem),
    }))
}

fn on_error(row: &Row<'_>, problem: &str) -> Result<Option<bool>> {
    match row.text(2) {
        "true" => Ok(Some(true)),
        "unknown" => Ok(None),
        "error" => fail("json_exists", problem),
        _ => Ok(Some(false)),
    }
}

pub(super) fn documented() -> Function {
    Function {
        implementation: Implementation::Grammar,
        doc: FunctionDoc {
            name: "json_exists",
            aliases: &[],
            group: Group::Json,
            usage: &["json_exists(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR]) → boolean"],
            text: "Whether a path of the SQL standard finds anything in JSON, which comes as json or as the text of it. \
                   A path is `lax` (the default: structural mistakes find nothing, arrays are unwrapped where members \
                   are asked for) or `strict`, and then `$`, followed by `.name`, `.\"any name\"`, `.*`, `..name`, `[0]`, \
                   `[1 to last]`, `[*]`, `?(condition)` and the methods `type()`, `size()`, `double()`, `ceiling()`, \
                   `floor()`, `abs()` and `keyvalue()`; `+ - * / %` calculate. Conditions know `@`, comparisons, `&&`, \
                   `||`, `!`, `exists(path)`, `starts with \"text\"`, `like_regex \"pattern\" flag \"i\"` and \
                   `(condition) is unknown`. Without ON ERROR an error gives false.",
            origin: Origin::Here,
            examples: &[
                (r#"json_exists('{"items": [{"n": 1}, {"n": 2}]}', 'lax $.items[*] ? (@.n > 1)')"#, "true"),
                (r#"json_exists('{"a": 1}', 'lax $.b')"#, "false"),
                (r#"json_exists('{"a": 1}', 'strict $.b' UNKNOWN ON ERROR)"#, "NULL"),
            ],
        },
    }
}
