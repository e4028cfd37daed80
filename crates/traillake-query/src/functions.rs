//! SQL functions of a session: Lake's, or in the engine's own dialect DataFusion's.

mod all_true;
mod constant;
mod names;
mod single;

use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::execution::registry::FunctionRegistry;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::ScalarUDF;

use crate::Dialect;

pub(crate) use all_true::ALL_TRUE;
pub(crate) use constant::Constant;
pub(crate) use names::FunctionNames;
pub(crate) use single::Single;

/// Functions of the engine that tell about the engine instead of the lake.
const LEFT_OUT: [&str; 1] = ["version"];

/// Builds the session with every function of the dialect.
pub(crate) fn build(builder: SessionStateBuilder, dialect: Dialect) -> SessionState {
    let mut state = match dialect {
        Dialect::Lake => traillake_sql::register(builder).build(),
        Dialect::DataFusion => engine_functions(builder).build(),
    };
    // What the rewrite calls; no function of these names is replaced.
    let _ = state.register_udf(Arc::new(ScalarUDF::from(all_true::AllTrue::default())));
    state
}

fn engine_functions(builder: SessionStateBuilder) -> SessionStateBuilder {
    let mut scalar = SessionStateDefaults::default_scalar_functions();
    scalar.retain(|function| !LEFT_OUT.contains(&function.name()));
    builder
        .with_table_function_list(SessionStateDefaults::default_table_functions())
        .with_scalar_functions(scalar)
        .with_higher_order_functions(SessionStateDefaults::default_higher_order_functions())
        .with_aggregate_functions(SessionStateDefaults::default_aggregate_functions())
        .with_window_functions(SessionStateDefaults::default_window_functions())
}

/// Names of the engine's functions, sorted.
pub(crate) fn engine_names() -> Vec<String> {
    let scalar = SessionStateDefaults::default_scalar_functions();
    let aggregate = SessionStateDefaults::default_aggregate_functions();
    let window = SessionStateDefaults::default_window_functions();
    let higher = SessionStateDefaults::default_higher_order_functions();
    let scalar = scalar.iter().flat_map(|function| spellings(function.name(), function.aliases()));
    let aggregate = aggregate.iter().flat_map(|function| spellings(function.name(), function.aliases()));
    let window = window.iter().flat_map(|function| spellings(function.name(), function.aliases()));
    let higher = higher.iter().flat_map(|function| spellings(function.name(), function.aliases()));
    let mut all: Vec<String> = scalar.chain(aggregate).chain(window).chain(higher).collect();
    all.retain(|name| !LEFT_OUT.contains(&name.as_str()));
    all.sort_unstable();
    all.dedup();
    all
}

fn spellings(name: &str, aliases: &[String]) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(aliases.iter().cloned()).collect()
}
