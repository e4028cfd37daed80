//! Operators: comparisons with Lake's laxities, arithmetic with Trino's types and errors.
//!
//! The planner sees two sides and an operator; the rule sees what the planner is not asked about:
//! BETWEEN, IN, CASE and the sign of a number. Both leave plain comparisons of a
//! column with a literal where there are some, so that scans can be narrowed.

mod arithmetic;
mod canonical;
mod compare;
mod concat;
mod convert;
mod floats;
mod meet;
mod nested;
mod planner;
mod refusals;
mod rule;

use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;

/// How the grammar writes the operators that the tree has nodes of their own for, which no planner is asked about.
pub(crate) const IS_DISTINCT_FROM: &str = "IS DISTINCT FROM";
/// As [`IS_DISTINCT_FROM`].
pub(crate) const IS_NOT_DISTINCT_FROM: &str = "IS NOT DISTINCT FROM";

pub use canonical::{canonical, has_forms, is_orderable};
pub(crate) use convert::time_of;
pub(crate) use nested::{equal, order};
use planner::OperatorPlanner;
use rule::OperatorRule;

/// Gives a session these operators: its first planner, and a rule before types are coerced.
pub(crate) fn install(builder: &mut SessionStateBuilder) {
    builder.expr_planners().get_or_insert_default().insert(0, Arc::new(OperatorPlanner));
    let rules = &mut builder.analyzer().get_or_insert_default().rules;
    let place = rules.iter().position(|rule| rule.name() == "type_coercion").unwrap_or(rules.len());
    rules.insert(place, Arc::new(OperatorRule));
}

#[cfg(test)]
mod tests;
