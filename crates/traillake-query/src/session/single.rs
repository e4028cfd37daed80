//! Plans of a single SELECT over one relation, which is most of them, take fewer rules and one pass.
//!
//! ```text
//!  Limit, Sort, Projection, Aggregate, Filter of groups      each over the one below
//!    Filter
//!      TableScan
//! ```
//!
//! The engine's rules for joins, unions and sub-selects have nothing to do there, and where filters stand right above
//! the scan, the first pass leaves nothing for a second one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::common::Result;
use datafusion::common::alias::AliasGenerator;
use datafusion::common::config::ConfigOptions;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::registry::FunctionRegistry;
use datafusion::logical_expr::{Distinct, LogicalPlan};
use datafusion::optimizer::{Optimizer, OptimizerConfig, OptimizerRule};

use crate::rules::{FromLog, InTime, asks_sub_selects};

/// Rules that change nothing but joins, unions and sub-selects, and filters on what a view computes.
const OF_SEVERAL: [&str; 12] = [
    "athena_filters",
    "decorrelate_lateral_join",
    "decorrelate_predicate_subquery",
    "eliminate_cross_join",
    "eliminate_join",
    "eliminate_outer_join",
    "extract_equijoin_predicate",
    "filter_null_join_keys",
    "optimize_unions",
    "rewrite_set_comparison",
    "scalar_subquery_to_join",
    "unions_to_filter",
];

/// The rules for such plans, of all rules. What the log answers is out of the way before the others look at its columns.
pub(super) fn rules(all: &[Arc<dyn OptimizerRule + Send + Sync>]) -> Optimizer {
    let own = all.iter().filter(|rule| !OF_SEVERAL.contains(&rule.name())).cloned();
    let from_log: Arc<dyn OptimizerRule + Send + Sync> = Arc::new(FromLog);
    let first: Arc<dyn OptimizerRule + Send + Sync> = Arc::new(InTime(from_log));
    Optimizer::with_rules(std::iter::once(first).chain(own).collect())
}

/// Whether a plan is of one SELECT, whose filters of rows stand right above the scan.
pub(super) fn is_single(plan: &LogicalPlan) -> Result<bool> {
    let mut below_filters = false;
    let mut node = plan;
    loop {
        node = match node {
            LogicalPlan::TableScan(_) | LogicalPlan::EmptyRelation(_) => return Ok(!asks_sub_selects(plan)?),
            LogicalPlan::SubqueryAlias(alias) => &alias.input,
            LogicalPlan::Filter(filter) => {
                below_filters = true;
                &filter.input
            }
            LogicalPlan::Aggregate(aggregate) => {
                below_filters = false;
                &aggregate.input
            }
            LogicalPlan::Projection(projection) if !below_filters => &projection.input,
            LogicalPlan::Distinct(Distinct::All(input)) if !below_filters => input,
            LogicalPlan::Sort(sort) if !below_filters => &sort.input,
            LogicalPlan::Limit(limit) if !below_filters => &limit.input,
            _ => return Ok(false),
        };
    }
}

/// Optimizes the analysed plan of a single SELECT.
pub(super) fn optimized(plan: &LogicalPlan, rules: &Optimizer, state: &SessionState) -> Result<LogicalPlan> {
    let analyzed = state.analyzer().execute_and_check(plan.clone(), state.config_options(), |_, _| {})?;
    let mut options = ConfigOptions::clone(state.config_options());
    options.optimizer.max_passes = 1;
    rules.optimize(analyzed, &OnePass { state, options: Arc::new(options) }, |_, _| {})
}

/// The session, but for the number of passes.
struct OnePass<'a> {
    state: &'a SessionState,
    options: Arc<ConfigOptions>,
}

impl OptimizerConfig for OnePass<'_> {
    fn query_execution_start_time(&self) -> Option<DateTime<Utc>> {
        self.state.query_execution_start_time()
    }

    fn alias_generator(&self) -> &Arc<AliasGenerator> {
        self.state.alias_generator()
    }

    fn options(&self) -> Arc<ConfigOptions> {
        Arc::clone(&self.options)
    }

    fn function_registry(&self) -> Option<&dyn FunctionRegistry> {
        self.state.function_registry()
    }
}

#[cfg(test)]
mod tests;
