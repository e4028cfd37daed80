//! Comparisons that are not planned as an operator between two sides, in the finished plan, and what is refused there.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, ScalarValue, plan_err};
use datafusion::logical_expr::expr::{Between, BinaryExpr, Case, InList, InSubquery};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{disjunction, merge_schema};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, Subquery, lit};
use datafusion::optimizer::AnalyzerRule;

use super::arithmetic::{self, Sign};
use super::canonical::{canonical, has_forms};
use super::compare::{Compared, compared, is_comparison, refuse};
use super::convert::fit;
use super::floats::{Nan, settled};
use super::meet::{Meeting, meet};
use super::planner::{at, place, placed};
use super::refusals;
use crate::coercion::coerce;
use crate::types::{SqlType, common_type, is_text, type_name};

/// Gives BETWEEN, IN, CASE, IS DISTINCT FROM and `-x` their meaning in Lake; to run before types are coerced.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OperatorRule;

impl AnalyzerRule for OperatorRule {
    fn name(&self) -> &'static str {
        "lake_operators"
    }

    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(rewrite)?.data)
    }
}

fn rewrite(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let mut schema = merge_schema(&plan.inputs());
    if let LogicalPlan::TableScan(scan) = &plan {
        let source = DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?;
        schema.merge(&source);
    }
    let names = NamePreserver::new(&plan);
    let changed = plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let changed = expr.transform_up(|expr| meaning(expr, &schema))?;
        Ok(changed.update_data(|expr| name.restore(expr)))
    })?;
    if changed.transformed { changed.map_data(LogicalPlan::recompute_schema) } else { Ok(changed) }
}

fn meaning(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    refusals::check_expr(&expr, schema).map_err(|error| placed(error, &expr))?;
    let here = match &expr {
        Expr::Between(_) | Expr::InList(_) | Expr::InSubquery(_) | Expr::Case(_) => place(&expr),
        _ => None,
    };
    meant(expr, schema).map_err(|error| at(error, here))
}

fn meant(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_comparison(op) => {
            let before = Expr::BinaryExpr(BinaryExpr { left: left.clone(), op, right: right.clone() });
            let after = compared(op, *left, *right, schema)?.into_expr(op);
            Ok(if before == after { Transformed::no(before) } else { Transformed::yes(after) })
        }
        Expr::Between(between) => between_meaning(between, schema),
        Expr::InList(list) => list_meaning(list, schema),
        Expr::InSubquery(subquery) => subquery_meaning(subquery, schema),
        Expr::Case(case) => case_meaning(case, schema),
        Expr::Negative(inner) => negative(*inner, schema),
        other => Ok(Transformed::no(other)),
    }
}

/// The comparison of two sides, and whether its left side is still the same.
fn against(op: Operator, left: &Expr, right: Expr, schema: &DFSchema) -> Result<(Compared, bool)> {
    let found = compared(op, left.clone(), right, schema)?;
    let kept = matches!(&found, Compared::Sides(kept, _) if kept == left);
    Ok((found, kept))
}

fn between_meaning(between: Between, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Between { expr, negated, low, high } = between;
    let low = against(Operator::GtEq, &expr, *low, schema)?;
    let high = against(Operator::LtEq, &expr, *high, schema)?;
    if let ((Compared::Sides(_, low), true), (Compared::Sides(_, high), true)) = (&low, &high) {
        let (low, high) = (Box::new(low.clone()), Box::new(high.clone()));
        return Ok(Transformed::yes(Expr::Between(Between::new(expr, negated, low, high))));
    }
    let (low, high) = (low.0.into_expr(Operator::GtEq), high.0.into_expr(Operator::LtEq));
    Ok(Transformed::yes(negated_if(negated, low.and(high))))
}

fn list_meaning(list: InList, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let InList { expr, list, negated } = list;
    let parts = list.into_iter().map(|item| against(Operator::Eq, &expr, item, schema));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    if parts.iter().all(|(_, kept)| *kept) {
        let items = parts.into_iter().filter_map(|(part, _)| match part {
            Compared::Sides(_, item) => Some(item),
            Compared::Whole(_) => None,
        });
        return Ok(Transformed::yes(Expr::InList(InList::new(expr, items.collect(), negated))));
    }
    let equal = parts.into_iter().map(|(part, _)| part.into_expr(Operator::Eq)).collect::<Vec<_>>();
    let any = balanced(equal).unwrap_or_else(|| lit(false));
    Ok(Transformed::yes(negated_if(negated, any)))
}

/// A disjunction whose depth is the logarithm of its length.
fn balanced(mut parts: Vec<Expr>) -> Option<Expr> {
    if parts.len() <= 2 {
        return disjunction(parts);
    }
    let rest = parts.split_off(parts.len() / 2);
    balanced(parts).zip(balanced(rest)).map(|(left, right)| left.or(right))
}

fn negated_if(negated: bool, expr: Expr) -> Expr {
    if negated { Expr::Not(Box::new(expr)) } else { expr }
}

fn subquery_meaning(subquery: InSubquery, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let found = subquery.expr.get_type(schema);
    let inner = subquery.subquery.subquery.schema().fields().first().map(|field| field.data_type().clone());
    let (Ok(found), Some(inner)) = (found, inner) else { return Ok(Transformed::no(Expr::InSubquery(subquery))) };
    let before = subquery.clone();
    let InSubquery { expr, subquery, negated } = subquery;
    let (expr, subquery) = match meet(&found, &inner) {
        Some(Meeting::Sides(to, kept)) if kept == inner => (fit(*expr, &found, &to)?, subquery),
        Some(Meeting::Parts) if found == inner && has_forms(&found) => {
            (canonical(*expr), projected(subquery, |value, _| canonical(value))?)
        }
        Some(_) => (*expr, subquery),
        None => return refuse(Operator::Eq, &found, &inner),
    };
    let subquery = projected(subquery, |value, schema| settled(value, Nan::Low, schema))?;
    let expr = Box::new(settled(expr, Nan::High, schema));
    let after = InSubquery { expr, subquery, negated };
    let is_changed = after != before;
    Ok(Transformed::new_transformed(Expr::InSubquery(after), is_changed))
}

/// The subquery with its only column changed.
fn projected(subquery: Subquery, changed: impl Fn(Expr, &DFSchema) -> Expr) -> Result<Subquery> {
    let Subquery { subquery: plan, outer_ref_columns, spans } = subquery;
    let columns = plan.schema().columns().into_iter().map(|column| {
        let name = column.name.clone();
        let value = Expr::Column(column);
        let after = changed(value.clone(), plan.schema());
        if after == value { value } else { after.alias(name) }
    });
    let columns: Vec<Expr> = columns.collect();
    if columns.iter().all(|column| matches!(column, Expr::Column(_))) {
        return Ok(Subquery { subquery: plan, outer_ref_columns, spans });
    }
    let plan = LogicalPlanBuilder::new_from_arc(plan).project(columns)?.build()?;
    Ok(Subquery { subquery: Arc::new(plan), outer_ref_columns, spans })
}

fn case_meaning(case: Case, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let case = common_results(case, schema)?;
    let Some(expr) = case.expr.clone() else { return Ok(Transformed::yes(Expr::Case(case))) };
    let parts = case.when_then_expr.iter().map(|(when, _)| against(Operator::Eq, &expr, (**when).clone(), schema));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    let plain = parts.iter().all(|(_, kept)| *kept);
    let results = case.when_then_expr.into_iter().map(|(_, then)| then);
    let whens = parts.into_iter().map(|(part, _)| match part {
        Compared::Sides(_, when) if plain => when,
        other => other.into_expr(Operator::Eq),
    });
    let when_then_expr = whens.map(Box::new).zip(results).collect();
    let expr = plain.then_some(expr);
    Ok(Transformed::yes(Expr::Case(Case { expr, when_then_expr, else_expr: case.else_expr })))
}

/// The results of a CASE as their common type.
fn common_results(mut case: Case, schema: &DFSchema) -> Result<Case> {
    let results = || case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
    let Ok(types) = results().map(|result| result.get_type(schema)).collect::<Result<Vec<_>>>() else {
        return Ok(case);
    };
    let mut shared = SqlType::Plain(DataType::Null);
    for data_type in &types {
        let Some(wider) = common_type(&shared, &SqlType::of(data_type)) else {
            return plan_err!(
                "All CASE results must be the same type or coercible to a common type. Cannot find common type between \
                 {shared} and {}",
                type_name(data_type)
            );
        };
        shared = wider;
    }
    let wanted = shared.data_type();
    let is_alike = |data_type: &DataType| {
        *data_type == wanted || *data_type == DataType::Null || is_text(&wanted) && is_text(data_type)
    };
    let results = case.when_then_expr.iter_mut().map(|(_, then)| then).chain(&mut case.else_expr);
    for (result, data_type) in results.zip(&types) {
        if !is_alike(data_type) {
            let inner = std::mem::replace(result.as_mut(), lit(ScalarValue::Null));
            **result = coerce(inner, data_type, &wanted);
        }
    }
    Ok(case)
}

/// The sign of an integer, whose least value has no opposite.
fn negative(inner: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    match inner.get_type(schema) {
        Ok(data_type) if data_type.is_integer() => {
            let zero = lit(ScalarValue::new_zero(&data_type)?);
            let call = arithmetic::call(Sign::Subtract, (zero, &data_type), (inner, &data_type))?;
            Ok(Transformed::yes(call))
        }
        _ => Ok(Transformed::no(Expr::Negative(Box::new(inner)))),
    }
}
