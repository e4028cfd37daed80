//! Which aggregations are made of codes.

use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::common::Result;
use datafusion::datasource::physical_plan::FileSource as _;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::expressions::{CastExpr, Column, Literal};
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, InputOrderMode, Partitioning};

use super::GroupByCodesExec;
use crate::layout::{EVENT_TIME, UNIQUE_LEAVES};
use crate::provider::reader::slots::{codes_type, stored_text};
use crate::provider::source::EventSource;

/// The same as `aggregate` with its groups made of codes, or of times; `None` where it is not made of texts or a time
/// right out of a scan of an event data store.
pub fn group_by_codes(aggregate: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    match aggregate.mode() {
        AggregateMode::Partial => Ok(partial(aggregate)?.map(|plan| Arc::new(plan) as _)),
        AggregateMode::Single => single(aggregate, AggregateMode::Final),
        AggregateMode::SinglePartitioned => single(aggregate, AggregateMode::FinalPartitioned),
        _ => Ok(None),
    }
}

/// An aggregation that ends here: partial states, and the engine's operator to finish them.
fn single(aggregate: &AggregateExec, last: AggregateMode) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let of_mode = |mode, group_by, input| {
        let (aggregates, filters) = (aggregate.aggr_expr().to_vec(), aggregate.filter_expr().to_vec());
        AggregateExec::try_new(mode, group_by, aggregates, filters, input, aggregate.input_schema())
    };
    if !is_plain(aggregate) {
        return Ok(None);
    }
    let group_by = aggregate.group_expr().clone();
    let Some(states) = partial(&of_mode(AggregateMode::Partial, group_by, Arc::clone(aggregate.input()))?)? else {
        return Ok(None);
    };
    let last = of_mode(last, aggregate.group_expr().as_final(), Arc::new(states))?;
    Ok((last.schema() == aggregate.schema()).then(|| Arc::new(last) as _))
}

fn partial(aggregate: &AggregateExec) -> Result<Option<GroupByCodesExec>> {
    if !is_plain(aggregate) {
        return Ok(None);
    }
    let input = aggregate.input();
    let spread = input.downcast_ref::<RepartitionExec>().filter(|spread| is_round_robin(spread));
    let below = spread.map_or(input, |spread| spread.input());
    let Some(scan) = below.downcast_ref::<DataSourceExec>() else { return Ok(None) };
    let Some(texts) = texts(aggregate, scan)? else { return Ok(None) };
    let codes = ProjectionExprs::new(with_codes(&input.schema(), &texts));
    let Some(scan) = scan.data_source().try_swapping_with_projection(&codes)? else { return Ok(None) };
    let scan: Arc<dyn ExecutionPlan> = Arc::new(DataSourceExec::new(scan));
    let input = match spread {
        Some(spread) => Arc::new(RepartitionExec::try_new(scan, spread.partitioning().clone())?),
        None => scan,
    };
    Ok(Some(GroupByCodesExec {
        input,
        keys: aggregate.group_expr().expr().to_vec(),
        aggregates: aggregate.aggr_expr().to_vec(),
        schema: aggregate.schema(),
        properties: Arc::clone(aggregate.properties()),
        metrics: ExecutionPlanMetricsSet::new(),
    }))
}

/// Whether it hands the batches of a scan out to all cores, as the engine has it where a scan is of one partition.
fn is_round_robin(spread: &RepartitionExec) -> bool {
    matches!(spread.partitioning(), Partitioning::RoundRobinBatch(_)) && !spread.preserve_order()
}

/// Whether nothing is asked of it but to put rows together.
fn is_plain(aggregate: &AggregateExec) -> bool {
    let group_by = aggregate.group_expr();
    let takes_numbers =
        |call: &Arc<AggregateFunctionExpr>| call.order_bys().is_empty() && call.groups_accumulator_supported();
    group_by.is_single()
        && !group_by.is_empty()
        && aggregate.limit_options().is_none()
        && aggregate.input_order_mode() == &InputOrderMode::Linear
        && aggregate.filter_expr().iter().all(Option::is_none)
        && aggregate.aggr_expr().iter().all(takes_numbers)
}

/// The columns of a scan that are keys and texts; `None` where there are none and rows are not counted by their time,
/// or where codes would not do.
fn texts(aggregate: &AggregateExec, scan: &DataSourceExec) -> Result<Option<Vec<usize>>> {
    let Some((_, source)) = scan.downcast_to_file_source::<EventSource>() else { return Ok(None) };
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for (key, _) in aggregate.group_expr().expr() {
        match text(key, source) {
            Some((_, path)) if UNIQUE_LEAVES.contains(&path.as_str()) => return Ok(None),
            Some((index, _)) => texts.push(index),
            None if is_number(&key.data_type(&scan.schema())?) => others.push(Arc::clone(key)),
            None => return Ok(None),
        }
    }
    others.extend(aggregate.aggr_expr().iter().filter(|call| !counts_column(call)).flat_map(|call| call.expressions()));
    let expands = |expr| collect_columns(expr).iter().any(|column| texts.contains(&column.index()));
    let is_worth_it = !texts.is_empty() || counts_times(aggregate, source);
    Ok((is_worth_it && !others.iter().any(expands)).then_some(texts))
}

/// Whether rows are counted by something of their time alone: a file has them in its order.
fn counts_times(aggregate: &AggregateExec, source: &EventSource) -> bool {
    let [(key, _)] = aggregate.group_expr().expr() else { return false };
    let is_time = |column: &Column| column.name() == EVENT_TIME;
    let read = |column: &Column| source.projection().and_then(|projection| projection.iter().nth(column.index()));
    let columns = collect_columns(key);
    !columns.is_empty()
        && columns.iter().all(|column| read(column).is_some_and(|read| collect_columns(&read.expr).iter().all(is_time)))
        && aggregate.aggr_expr().iter().all(counts_rows)
}

/// The place of a column of a scan that is a stored text, and its path.
fn text(key: &Arc<dyn PhysicalExpr>, source: &EventSource) -> Option<(usize, String)> {
    let column = key.downcast_ref::<Column>()?;
    let read = source.projection()?.iter().nth(column.index())?;
    Some((column.index(), stored_text(&read.expr, source.table_schema())?))
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_primitive() || data_type == &DataType::Boolean
}

/// A count of a column looks at its NULLs alone.
fn counts_column(call: &Arc<AggregateFunctionExpr>) -> bool {
    call.fun().name() == "count"
        && !call.is_distinct()
        && call.expressions().iter().all(|argument| argument.is::<Column>())
}

/// A count of rows, which is one of a value that is never NULL.
pub(super) fn counts_rows(call: &Arc<AggregateFunctionExpr>) -> bool {
    let is_value = |argument: &Arc<dyn PhysicalExpr>| {
        argument.downcast_ref::<Literal>().is_some_and(|literal| !literal.value().is_null())
    };
    call.fun().name() == "count" && !call.is_distinct() && call.expressions().iter().all(is_value)
}

/// All columns of a scan, those of `texts` as codes.
fn with_codes(schema: &Schema, texts: &[usize]) -> Vec<ProjectionExpr> {
    let column = |(index, field): (usize, &FieldRef)| {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), index));
        let codes = codes_type(field.data_type()).filter(|_| texts.contains(&index));
        let expr = codes
            .map_or_else(|| Arc::clone(&column), |codes| Arc::new(CastExpr::new(Arc::clone(&column), codes, None)));
        ProjectionExpr::new(expr, field.name().clone())
    };
    schema.fields().iter().enumerate().map(column).collect()
}
