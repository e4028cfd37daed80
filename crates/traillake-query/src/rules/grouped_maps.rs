//! Maps are equal when they have the same entries, in any order: where rows are grouped by a map
//! or made distinct, its entries are sorted first.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprSchemable, GroupingSet, LogicalPlan, LogicalPlanBuilder, ScalarUDF,
};
use datafusion::optimizer::AnalyzerRule;

use crate::functions::SortedMap;

/// Sorts the entries of maps that rows are compared by.
#[derive(Debug)]
pub(crate) struct GroupedMaps;

impl AnalyzerRule for GroupedMaps {
    fn name(&self) -> &'static str {
        "traillake_grouped_maps"
    }

    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        let rewritten = plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Aggregate(aggregate) => grouped(aggregate),
            LogicalPlan::Distinct(Distinct::All(input)) if has_map(input.schema()) => {
                let sorted = LogicalPlanBuilder::new_from_arc(Arc::clone(&input)).project(columns(&input))?;
                Ok(Transformed::yes(LogicalPlan::Distinct(Distinct::All(Arc::new(sorted.build()?)))))
            }
            other => Ok(Transformed::no(other)),
        })?;
        Ok(rewritten.data)
    }
}

fn grouped(aggregate: Aggregate) -> Result<Transformed<LogicalPlan>> {
    let schema = Arc::clone(aggregate.input.schema());
    let is_plain = |expr: &Expr| {
        !matches!(expr, Expr::GroupingSet(GroupingSet::Rollup(_) | GroupingSet::Cube(_) | GroupingSet::GroupingSets(_)))
    };
    let has_maps = aggregate.group_expr.iter().any(|expr| is_plain(expr) && is_map(expr, &schema));
    if !has_maps {
        return Ok(Transformed::no(LogicalPlan::Aggregate(aggregate)));
    }
    let Aggregate { input, group_expr, aggr_expr, .. } = aggregate;
    let group_expr = group_expr.into_iter().map(|expr| sorted(expr, &schema)).collect();
    Ok(Transformed::yes(LogicalPlan::Aggregate(Aggregate::try_new(input, group_expr, aggr_expr)?)))
}

/// The columns of a plan, maps sorted, under their names.
fn columns(plan: &LogicalPlan) -> Vec<Expr> {
    let column = |column: Column| sorted(Expr::Column(column), plan.schema());
    plan.schema().columns().into_iter().map(column).collect()
}

fn sorted(expr: Expr, schema: &DFSchema) -> Expr {
    if !is_map(&expr, schema) {
        return expr;
    }
    let (relation, name) = expr.qualified_name();
    ScalarUDF::from(SortedMap::default()).call(vec![expr.unalias()]).alias_qualified(relation, name)
}

fn is_map(expr: &Expr, schema: &DFSchema) -> bool {
    matches!(expr.get_type(schema), Ok(DataType::Map(..)))
}

fn has_map(schema: &DFSchema) -> bool {
    schema.fields().iter().any(|field| matches!(field.data_type(), DataType::Map(..)))
}
