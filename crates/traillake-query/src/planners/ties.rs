//! `FETCH FIRST n ROWS WITH TIES`: the rows whose rank is at most n.

use std::sync::Arc;

use datafusion::common::{Result, plan_err};
use datafusion::functions_window::expr_fn::rank;
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::{ExprFunctionExt, Limit, LogicalPlan, LogicalPlanBuilder, Projection, Sort, col};
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, FunctionArg, FunctionArgExpr};

use super::names::columns;
use super::relations::of_query;

/// Name of the column of ranks.
const RANK: &str = "##rank";

/// Plans a query with ORDER BY and a limit as one that keeps the peers of its last row.
///
/// ```text
///  Limit: skip, fetch     ->   Limit
///    Projection: outputs         Projection: outputs
///      Sort: keys                  Sort: keys
///        rows                        Filter: rank <= fetch
///                                      Window: rank over keys
///                                        Limit: skip
///                                          Sort: keys
///                                            rows
/// ```
pub(super) fn plan(args: Vec<FunctionArg>, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    let Ok([FunctionArg::Unnamed(FunctionArgExpr::Expr(SqlExpr::Subquery(query)))]) =
        <[FunctionArg; 1]>::try_from(args)
    else {
        return plan_err!("a query is expected");
    };
    let LogicalPlan::Limit(limit) = of_query(query, context)? else { return plan_err!("a limit is expected") };
    let mut outputs = Vec::new();
    let sort = sorted(Arc::unwrap_or_clone(Arc::clone(&limit.input)), &mut outputs)?;
    let outer = outputs.into_iter().rev().try_fold(ranked(&limit, sort)?, |plan, projection| {
        LogicalPlanBuilder::from(plan).project(projection.expr)?.build()
    })?;
    // Below a limit, though one that limits nothing, a sub-select stays sorted.
    LogicalPlanBuilder::from(outer).limit(0, None)?.build()
}

/// The sort of a plan, and the projections above it from the outermost one.
fn sorted(mut plan: LogicalPlan, outputs: &mut Vec<Projection>) -> Result<Sort> {
    loop {
        match plan {
            LogicalPlan::Sort(sort) => return Ok(sort),
            LogicalPlan::Projection(projection) => {
                plan = Arc::unwrap_or_clone(Arc::clone(&projection.input));
                outputs.push(projection);
            }
            _ => return plan_err!("a sort is expected"),
        }
    }
}

fn ranked(limit: &Limit, sort: Sort) -> Result<LogicalPlan> {
    let keys = sort.expr.clone();
    let outputs = columns(&sort.input);
    let rows = match &limit.skip {
        Some(skip) => {
            let rows = LogicalPlanBuilder::from(LogicalPlan::Sort(sort));
            rows.limit_by_expr(Some(skip.as_ref().clone()), None)?
        }
        None => LogicalPlanBuilder::new_from_arc(sort.input),
    };
    let Some(fetch) = limit.fetch.as_deref().cloned() else { return rows.build() };
    rows.window(vec![rank().order_by(keys.clone()).build()?.alias(RANK)])?
        .filter(col(RANK).lt_eq(fetch))?
        .sort(keys)?
        .project(outputs)?
        .build()
}
