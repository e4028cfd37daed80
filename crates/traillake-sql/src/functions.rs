//! Every function of Lake's SQL, documented.

mod aggregates;
mod array_literal;
mod arrays;
mod binary;
mod conditional;
pub(crate) mod datetime;
mod doc;
mod investigation;
pub(crate) mod json;
pub(crate) mod kit;
mod lambdas;
mod like;
mod maps;
mod network;
mod numbers;
mod reference;
mod regex;
mod strings;
mod url;
mod windows;

use std::sync::{Arc, LazyLock};

use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ScalarUDF;

use crate::places::without_place;

pub(crate) use array_literal::ARRAY;
pub use arrays::map_entry;
pub use doc::{Function, FunctionDoc, Group, Implementation, Origin};
pub(crate) use like::LIKE_PATTERN;
pub use reference::reference_markdown;

/// All functions, by chapter and name.
pub fn functions() -> &'static [Function] {
    static ALL: LazyLock<Vec<Function>> = LazyLock::new(|| {
        let mut all = Vec::new();
        for chapter in CHAPTERS {
            all.extend(chapter());
        }
        all.sort_by_key(|function| (function.doc.group, function.doc.name));
        all
    });
    &ALL
}

/// One entry for each module of functions.
const CHAPTERS: &[fn() -> Vec<Function>] = &[
    binary::functions,
    url::functions,
    network::functions,
    numbers::functions,
    arrays::functions,
    lambdas::functions,
    maps::functions,
    regex::functions,
    conditional::functions,
    strings::functions,
    json::functions,
    aggregates::functions,
    datetime::functions,
    windows::functions,
    investigation::functions,
];

/// Functions that only the grammar calls.
const HIDDEN: &[fn() -> Vec<Arc<ScalarUDF>>] = &[
    arrays::hidden,
    maps::hidden,
    array_literal::hidden,
    like::hidden,
    crate::casts::hidden,
    conditional::hidden,
    json::hidden,
];

/// Whether a function repeats constant arguments for a few rows at a time when they are large.
pub fn takes_rows_in_parts(function: &Arc<ScalarUDF>) -> bool {
    let function = without_place(function).inner().as_ref();
    function.is::<kit::Scalar>() || lambdas::is_lifted(function)
}

/// Adds the functions to a session in the place of those it has.
pub fn register(mut builder: SessionStateBuilder) -> SessionStateBuilder {
    let (mut scalar, mut higher, mut aggregate, mut window) = (vec![], vec![], vec![], vec![]);
    scalar.extend(HIDDEN.iter().flat_map(|hidden| hidden()));
    for function in functions() {
        match &function.implementation {
            Implementation::Scalar(function) => scalar.push(Arc::clone(function)),
            Implementation::HigherOrder(function) => higher.push(Arc::clone(function)),
            Implementation::Aggregate(function) => aggregate.push(Arc::clone(function)),
            Implementation::Window(function) => window.push(Arc::clone(function)),
            Implementation::Grammar => {}
        }
    }
    builder.expr_planners().get_or_insert_default().insert(0, Arc::new(strings::TextForms));
    higher.extend(conditional::hidden_higher());
    crate::operators::install(&mut builder);
    builder
        .with_optimizer_rule(Arc::new(lambdas::LiftLambdas))
        .with_scalar_functions(scalar)
        .with_higher_order_functions(higher)
        .with_aggregate_functions(aggregate)
        .with_window_functions(window)
}
