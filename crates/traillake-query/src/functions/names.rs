//! Names of the functions of a dialect.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::execution::session_state::SessionState;

use super::ALL_TRUE;
use crate::rewrite::FunctionKinds;

/// What can be called, by name.
#[derive(Debug)]
pub(crate) struct FunctionNames {
    /// By what they do.
    pub(crate) kinds: Arc<FunctionKinds>,
    /// All names but those that only the grammar uses, sorted.
    pub(crate) shown: Vec<String>,
    /// All names, sorted.
    pub(crate) all: Vec<String>,
}

impl FunctionNames {
    pub(crate) fn of(state: &SessionState) -> Self {
        let higher_order = state.higher_order_functions().keys();
        let lower = |names: &mut dyn Iterator<Item = &String>| names.map(|name| name.to_lowercase()).collect();
        let aggregates: HashSet<String> = lower(&mut state.aggregate_functions().keys());
        let windows: HashSet<String> = lower(&mut state.window_functions().keys());
        let scalars: HashSet<String> = lower(&mut state.scalar_functions().keys());
        let names = state.scalar_functions().keys().chain(state.aggregate_functions().keys());
        let mut all: Vec<String> = names.chain(state.window_functions().keys()).chain(higher_order).cloned().collect();
        all.sort_unstable();
        all.dedup();
        let shown = all.iter().filter(|name| !name.starts_with('$') && *name != ALL_TRUE).cloned().collect();
        let windows = windows.difference(&aggregates).cloned().collect();
        Self { kinds: Arc::new(FunctionKinds { aggregates, windows, scalars }), shown, all }
    }
}
