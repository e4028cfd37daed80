//! Tells a scan that its question wants the newest or the oldest events and ends when it has enough of them.
//!
//! ```text
//!  Sort eventtime DESC, fetch 100        the scan opens its newest files first, few at a time; where nothing between
//!    Projection, Filter, alias     ──>   drops events, it leaves out the files that begin before the hundredth
//!      TableScan events
//! ```

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, Result};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::logical_plan::TableScan;
use datafusion::logical_expr::{Expr, LogicalPlan, Sort};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use traillake_storage::{EventTableProvider, TimeOrder};

const EVENT_TIME: &str = "eventtime";

/// The rule.
#[derive(Debug, Default)]
pub(crate) struct FirstEvents;

impl OptimizerRule for FirstEvents {
    fn name(&self) -> &'static str {
        "first_events"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Sort(Sort { expr, input, fetch: Some(enough) }) = &plan else {
            return Ok(Transformed::no(plan));
        };
        let Some((first, Expr::Column(column))) = expr.first().map(|first| (first, &first.expr)) else {
            return Ok(Transformed::no(plan));
        };
        let order = TimeOrder { newest_first: !first.asc, enough: Some(*enough) };
        match ordered(input, column, order)? {
            Some(input) => Ok(Transformed::yes(plan.with_new_exprs(plan.expressions(), vec![input])?)),
            None => Ok(Transformed::no(plan)),
        }
    }
}

/// The plan over a scan that knows the order; none where `column` is not the event time of one, or it knows already.
fn ordered(plan: &LogicalPlan, column: &Column, order: TimeOrder) -> Result<Option<LogicalPlan>> {
    let (input, column, order) = match plan {
        LogicalPlan::TableScan(scan) => return Ok(ordered_scan(scan, column, order)),
        LogicalPlan::Projection(projection) => {
            let place = projection.schema.index_of_column(column)?;
            let Some(Expr::Column(below)) = projection.expr.get(place).map(|expr| expr.clone().unalias()) else {
                return Ok(None);
            };
            (&projection.input, below, order)
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let (relation, field) = alias.input.schema().qualified_field(alias.schema.index_of_column(column)?);
            (&alias.input, Column::from((relation, field)), order)
        }
        LogicalPlan::Filter(filter) => (&filter.input, column.clone(), TimeOrder { enough: None, ..order }),
        _ => return Ok(None),
    };
    let Some(input) = ordered(input, &column, order)? else { return Ok(None) };
    plan.with_new_exprs(plan.expressions(), vec![input]).map(Some)
}

fn ordered_scan(scan: &TableScan, column: &Column, order: TimeOrder) -> Option<LogicalPlan> {
    let provider = source_as_provider(&scan.source).ok()?;
    let store = provider.downcast_ref::<EventTableProvider>()?;
    let order = TimeOrder { enough: order.enough.filter(|_| scan.filters.is_empty()), ..order };
    if column.name != EVENT_TIME || scan.fetch.is_some() || store.order() == Some(order) {
        return None;
    }
    let source = provider_as_source(Arc::new(store.ordered(order)));
    Some(LogicalPlan::TableScan(TableScan { source, ..scan.clone() }))
}
