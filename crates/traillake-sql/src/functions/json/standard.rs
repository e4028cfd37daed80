//! The JSON functions of the SQL standard; the grammar turns their clauses into arguments of hidden functions.

mod build;
mod evaluate;
mod exists;
mod numbers;
mod parse;
mod predicate;
mod query;
mod syntax;
mod tokens;
mod value;

use std::sync::Arc;

use arrow::array::ArrayRef;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::last::Last;
use super::value::parse as parse_json;
use crate::functions::Function;
use crate::functions::kit::Row;
use evaluate::Evaluated;
use syntax::StandardPath;

/// What users are told.
pub(super) fn functions() -> Vec<Function> {
    vec![
        exists::documented(),
        query::documented(),
        value::documented(),
        build::object_documented(),
        build::array_documented(),
    ]
}

/// What the grammar calls.
pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    vec![exists::hidden(), query::hidden(), value::hidden(), build::object(), build::array()]
}

/// What the path in argument 1 finds in the JSON of argument 0; `None` if that is NULL.
fn found(row: &Row<'_>, path: &StandardPath) -> Option<Evaluated<Vec<Value>>> {
    if row.is_null(0) {
        return None;
    }
    Some(match parse_json(row.text(0)) {
        Ok(document) => path.evaluate(&document),
        Err(_) => Err("the input is not valid JSON".to_owned()),
    })
}

/// Calls `of_found` with what each row's path finds in its JSON; rows with a NULL among these two give `None`.
fn each_found<T>(
    arrays: &[ArrayRef],
    rows: usize,
    mut of_found: impl FnMut(&Row<'_>, Evaluated<Vec<Value>>) -> Result<Option<T>>,
) -> impl Iterator<Item = Result<Option<T>>> {
    let mut paths = Last::none();
    (0..rows).map(move |index| {
        let row = Row::new(arrays, index);
        if row.is_null(1) {
            return Ok(None);
        }
        let path = paths.read(row.text(1), StandardPath::parse)?;
        match found(&row, path) {
            Some(found) => of_found(&row, found),
            None => Ok(None),
        }
    })
}

/// The error of ON ERROR or ON EMPTY.
fn fail<T>(function: &str, problem: &str) -> Result<T> {
    exec_err!("{function}: {problem}")
}

#[cfg(test)]
mod tests;
