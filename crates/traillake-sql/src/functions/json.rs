//! JSON: paths into texts and values, arrays, and the functions of the SQL standard.

mod arrays;
mod extract;
mod last;
mod many;
mod path;
pub(crate) mod scan;
mod standard;
mod texts;
pub(crate) mod value;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Function;
use super::kit::Kind;

/// JSON and a path: the JSON comes as json or as the text of it.
const FORMS_WITH_TEXT: [&[Kind]; 2] = [&[Kind::Json, Kind::Text], &[Kind::Text, Kind::Text]];

pub(super) fn functions() -> Vec<Function> {
    let mut all = extract::functions();
    all.extend(arrays::functions());
    all.extend(texts::functions());
    all.extend(standard::functions());
    all
}

/// Functions that only the grammar calls.
pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    standard::hidden()
}

#[cfg(test)]
mod tests;
