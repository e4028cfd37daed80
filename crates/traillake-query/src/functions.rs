//! SQL functions: DataFusion's, and those that Lake has otherwise.

mod all_true;
mod cardinality;
mod element_at;

use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ScalarUDF;

pub(crate) use all_true::ALL_TRUE;

/// Functions of the engine that tell about the engine instead of the lake.
const LEFT_OUT: [&str; 1] = ["version"];

/// Adds every function to a session; ours replace those of the same name.
pub(crate) fn register(builder: SessionStateBuilder) -> SessionStateBuilder {
    let mut scalar = SessionStateDefaults::default_scalar_functions();
    scalar.retain(|function| !LEFT_OUT.contains(&function.name()));
    scalar.extend(lake_functions());
    builder
        .with_scalar_functions(scalar)
        .with_higher_order_functions(SessionStateDefaults::default_higher_order_functions())
        .with_aggregate_functions(SessionStateDefaults::default_aggregate_functions())
        .with_window_functions(SessionStateDefaults::default_window_functions())
        .with_table_function_list(SessionStateDefaults::default_table_functions())
}

fn lake_functions() -> Vec<Arc<ScalarUDF>> {
    vec![
        Arc::new(ScalarUDF::from(all_true::AllTrue::default())),
        Arc::new(ScalarUDF::from(element_at::ElementAt::default())),
        Arc::new(ScalarUDF::from(cardinality::Cardinality::default())),
    ]
}
