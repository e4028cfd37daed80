//! Equal values in equal bytes wherever rows are grouped, made distinct, partitioned or sorted: maps with the
//! same entries in any order, zeros of both signs, all NaNs. What has no order is not sorted by.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result, plan_err};
use datafusion::logical_expr::expr::Sort as SortKey;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprSchemable, GroupingSet, LogicalPlan, LogicalPlanBuilder, Sort, Window,
};
use datafusion::optimizer::AnalyzerRule;
use traillake_sql::{canonical, has_forms, is_orderable, type_name};

/// Brings values that rows are compared by into the form that equal values share.
#[derive(Debug)]
pub(crate) struct EqualValues;

impl AnalyzerRule for EqualValues {
    fn name(&self) -> &'static str {
        "traillake_equal_values"
    }

    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(rewrite)?.data)
    }
}

fn rewrite(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match plan {
        LogicalPlan::Aggregate(aggregate) => grouped(aggregate),
        LogicalPlan::Distinct(Distinct::All(input)) if has_any(input.schema()) => {
            let all = input.schema().columns();
            let plan = LogicalPlan::Distinct(Distinct::All(Arc::new(replaced(input, &all)?)));
            Ok(Transformed::yes(plan))
        }
        LogicalPlan::Sort(Sort { expr, input, fetch }) => {
            let expr = keys(expr, input.schema())?;
            Ok(Transformed::yes(LogicalPlan::Sort(Sort { expr, input, fetch })))
        }
        LogicalPlan::Window(Window { input, window_expr, .. }) => {
            let window_expr = named_as_before(window_expr, |expr| windowed(expr, input.schema()))?;
            Ok(Transformed::yes(LogicalPlan::Window(Window::try_new(window_expr, input)?)))
        }
        other => Ok(Transformed::no(other)),
    }
}

/// Grouped columns change below the aggregate, for functions name them as well; other expressions in their place.
fn grouped(aggregate: Aggregate) -> Result<Transformed<LogicalPlan>> {
    let schema = Arc::clone(aggregate.input.schema());
    let is_compared = aggregate.group_expr.iter().flat_map(parts).any(|expr| has_form(expr, &schema));
    if !is_compared && !aggregate.aggr_expr.iter().any(compares) {
        return Ok(Transformed::no(LogicalPlan::Aggregate(aggregate)));
    }
    let Aggregate { input, group_expr, aggr_expr, .. } = aggregate;
    let parts = group_expr.iter().flat_map(parts);
    let changing = parts.filter_map(|expr| match expr {
        Expr::Column(column) if has_form(expr, &schema) => Some(column.clone()),
        _ => None,
    });
    let changing: Vec<Column> = changing.collect();
    let input = if changing.is_empty() { input } else { Arc::new(replaced(input, &changing)?) };
    let group_expr = group_expr.into_iter().map(|expr| in_place(expr, &schema)).collect();
    let aggr_expr = named_as_before(aggr_expr, |expr| aggregated(expr, &schema))?;
    Ok(Transformed::yes(LogicalPlan::Aggregate(Aggregate::try_new(input, group_expr, aggr_expr)?)))
}

/// Whether an aggregate compares the values it is given.
fn compares(expr: &Expr) -> bool {
    let is_comparing = |expr: &Expr| {
        let Expr::AggregateFunction(call) = expr else { return Ok(false) };
        Ok(call.params.distinct || !call.params.order_by.is_empty())
    };
    expr.exists(is_comparing).unwrap_or(true)
}

/// Changed expressions under the names the plan above knows them by.
fn named_as_before(exprs: Vec<Expr>, changed: impl Fn(Expr) -> Result<Transformed<Expr>>) -> Result<Vec<Expr>> {
    let names = NamePreserver::new_for_projection();
    let one = |expr: Expr| {
        let name = names.save(&expr);
        Ok(name.restore(expr.transform_up(&changed)?.data))
    };
    exprs.into_iter().map(one).collect()
}

/// The expressions of a grouping element.
fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::GroupingSet(GroupingSet::Rollup(exprs) | GroupingSet::Cube(exprs)) => exprs.iter().collect(),
        Expr::GroupingSet(GroupingSet::GroupingSets(sets)) => sets.iter().flatten().collect(),
        other => vec![other],
    }
}

fn in_place(expr: Expr, schema: &DFSchema) -> Expr {
    let each = |exprs: Vec<Expr>| exprs.into_iter().map(|expr| in_place(expr, schema)).collect::<Vec<_>>();
    match expr {
        Expr::GroupingSet(GroupingSet::Rollup(exprs)) => Expr::GroupingSet(GroupingSet::Rollup(each(exprs))),
        Expr::GroupingSet(GroupingSet::Cube(exprs)) => Expr::GroupingSet(GroupingSet::Cube(each(exprs))),
        Expr::GroupingSet(GroupingSet::GroupingSets(sets)) => {
            Expr::GroupingSet(GroupingSet::GroupingSets(sets.into_iter().map(each).collect()))
        }
        Expr::Column(_) => expr,
        other if has_form(&other, schema) => {
            let (relation, name) = other.qualified_name();
            canonical(other.unalias()).alias_qualified(relation, name)
        }
        other => other,
    }
}

/// The plan with these columns in the form equal values share.
fn replaced(plan: Arc<LogicalPlan>, changing: &[Column]) -> Result<LogicalPlan> {
    let schema = Arc::clone(plan.schema());
    let output = |column: Column| {
        let expr = Expr::Column(column.clone());
        if changing.contains(&column) && has_form(&expr, &schema) {
            return canonical(expr).alias_qualified(column.relation, column.name);
        }
        expr
    };
    let outputs: Vec<Expr> = schema.columns().into_iter().map(output).collect();
    LogicalPlanBuilder::new_from_arc(plan).project(outputs)?.build()
}

/// An aggregate of distinct values, or one that sorts them.
fn aggregated(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Expr::AggregateFunction(mut call) = expr else { return Ok(Transformed::no(expr)) };
    if call.params.distinct {
        call.params.args = call.params.args.into_iter().map(|arg| formed(arg, schema)).collect();
    }
    call.params.order_by = keys(call.params.order_by, schema)?;
    Ok(Transformed::yes(Expr::AggregateFunction(call)))
}

fn windowed(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Expr::WindowFunction(mut call) = expr else { return Ok(Transformed::no(expr)) };
    call.params.partition_by = call.params.partition_by.into_iter().map(|expr| formed(expr, schema)).collect();
    call.params.order_by = keys(call.params.order_by, schema)?;
    Ok(Transformed::yes(Expr::WindowFunction(call)))
}

/// Sort keys, if their types have an order.
fn keys(keys: Vec<SortKey>, schema: &DFSchema) -> Result<Vec<SortKey>> {
    let key = |SortKey { expr, asc, nulls_first }| {
        if let Ok(data_type) = Expr::get_type(&expr, schema)
            && !is_orderable(&data_type)
        {
            let name = first_column(&expr);
            return plan_err!("Type {} is not orderable: {name}", type_name(&data_type));
        }
        Ok(SortKey { expr: formed(expr, schema), asc, nulls_first })
    };
    keys.into_iter().map(key).collect()
}

/// The name by which an expression is found in the text.
fn first_column(expr: &Expr) -> String {
    let mut name = String::new();
    let walked = expr.apply(|node| {
        let Expr::Column(column) = node else { return Ok(TreeNodeRecursion::Continue) };
        name.clone_from(&column.name);
        Ok(TreeNodeRecursion::Stop)
    });
    walked.map(|_| name).unwrap_or_default()
}

fn formed(expr: Expr, schema: &DFSchema) -> Expr {
    if has_form(&expr, schema) { canonical(expr) } else { expr }
}

fn has_form(expr: &Expr, schema: &DFSchema) -> bool {
    expr.get_type(schema).is_ok_and(|data_type| has_forms(&data_type))
}

fn has_any(schema: &DFSchema) -> bool {
    schema.fields().iter().any(|field| has_forms(field.data_type()))
}
