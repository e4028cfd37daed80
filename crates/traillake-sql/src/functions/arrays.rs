//! Arrays: elements, sets, order and shape. The functions that take lambdas are in `lambdas`.

mod cardinality;
mod combine;
mod element_at;
pub(super) mod encoded;
mod find;
mod join;
pub(super) mod lists;
mod order;
mod sequence;
mod sets;
mod shape;
mod subscript;
#[cfg(test)]
mod tests;
pub(super) mod unify;

use std::sync::Arc;

use arrow::array::ArrayRef;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::{Function, FunctionDoc, Group, Origin};

pub use element_at::map_entry;

/// The functions of this chapter.
pub(super) fn functions() -> Vec<Function> {
    [
        cardinality::functions(),
        combine::functions(),
        element_at::functions(),
        find::functions(),
        join::functions(),
        order::functions(),
        sequence::functions(),
        sets::functions(),
        shape::functions(),
    ]
    .concat()
}

/// Functions that only the grammar calls.
pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    vec![subscript::subscript()]
}

fn doc(
    name: &'static str,
    usage: &'static [&'static str],
    text: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> FunctionDoc {
    FunctionDoc { name, aliases: &[], group: Group::Arrays, usage, text, origin: Origin::Here, examples }
}

/// The first argument.
pub(super) fn first(arrays: &[ArrayRef]) -> Result<&ArrayRef> {
    arrays.first().map_or_else(wrong_count, Ok)
}

fn second(arrays: &[ArrayRef]) -> Result<&ArrayRef> {
    arrays.get(1).map_or_else(wrong_count, Ok)
}

/// What no call that was planned sees.
pub(super) fn wrong_count<T>() -> Result<T> {
    exec_err!("wrong number of arguments")
}
