//! Maps: made of arrays and entries, taken apart, put together. The functions that take lambdas are in `lambdas`.

pub(super) mod build;
mod entries;
mod parts;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::{Function, FunctionDoc, Group, Origin};

/// The functions of this chapter.
pub(super) fn functions() -> Vec<Function> {
    [entries::functions(), parts::functions()].concat()
}

/// `map` under a name that DataFusion's planner has no rules of its own for: it refuses `map()`
/// and takes `map(a, b)` for one entry when the arguments are not known to be arrays.
pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    vec![entries::constructor("$map").hidden()]
}

fn doc(
    name: &'static str,
    usage: &'static [&'static str],
    text: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> FunctionDoc {
    FunctionDoc { name, aliases: &[], group: Group::Maps, usage, text, origin: Origin::Here, examples }
}
