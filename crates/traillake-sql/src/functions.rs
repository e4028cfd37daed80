//! Every function of Lake's SQL, documented.

mod doc;
mod kit;

use std::sync::{Arc, LazyLock};

use datafusion::execution::session_state::SessionStateBuilder;

pub use doc::{Function, FunctionDoc, Group, Implementation, Origin};

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
const CHAPTERS: &[fn() -> Vec<Function>] = &[];

/// Adds the functions to a session in the place of those it has.
pub fn register(builder: SessionStateBuilder) -> SessionStateBuilder {
    let (mut scalar, mut higher, mut aggregate, mut window) = (vec![], vec![], vec![], vec![]);
    for function in functions() {
        match &function.implementation {
            Implementation::Scalar(function) => scalar.push(Arc::clone(function)),
            Implementation::HigherOrder(function) => higher.push(Arc::clone(function)),
            Implementation::Aggregate(function) => aggregate.push(Arc::clone(function)),
            Implementation::Window(function) => window.push(Arc::clone(function)),
            Implementation::Grammar => {}
        }
    }
    builder
        .with_scalar_functions(scalar)
        .with_higher_order_functions(higher)
        .with_aggregate_functions(aggregate)
        .with_window_functions(window)
}
