//! Sub-selects that the engine's own rules answer, and answer right.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, JoinType, Result};
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};

use super::references;

/// Whether a condition of WHERE becomes a semi join or an anti join by the engine's rule.
pub(super) fn is_condition(expr: &Expr, schema: &DFSchema) -> Result<bool> {
    match expr {
        Expr::Not(inner) => match inner.as_ref() {
            Expr::Exists(exists) => is_exists(exists, schema),
            Expr::InSubquery(condition) => is_in(condition, !condition.negated, schema),
            _ => Ok(false),
        },
        Expr::Exists(exists) => is_exists(exists, schema),
        Expr::InSubquery(condition) => is_in(condition, condition.negated, schema),
        _ => Ok(false),
    }
}

fn is_exists(exists: &Exists, schema: &DFSchema) -> Result<bool> {
    let plan = &exists.subquery.subquery;
    let references = references::of_plan(plan)?;
    Ok(references::columns_in(&references, schema).len() == references.len()
        && (references.is_empty() || is_filtered(plan)?))
}

fn is_in(condition: &InSubquery, negated: bool, schema: &DFSchema) -> Result<bool> {
    let plan = &condition.subquery.subquery;
    let references = references::of_plan(plan)?;
    if references::has_sub_select(&condition.expr) || condition.expr.get_type(schema)?.is_nested() {
        return Ok(false);
    }
    let known = references::columns_in(&references, schema).len() == references.len();
    Ok(references.is_empty() || (known && !negated && is_filtered(plan)?))
}

/// Whether rows are only read, joined and filtered, and outer columns are in filters alone.
fn is_filtered(plan: &LogicalPlan) -> Result<bool> {
    let mut simple = true;
    plan.apply(|node| {
        let is_simple = match node {
            LogicalPlan::Projection(_) | LogicalPlan::SubqueryAlias(_) | LogicalPlan::TableScan(_) => {
                !node.contains_outer_reference() && !has_sub_selects(node)
            }
            LogicalPlan::Filter(filter) => !references::has_sub_select(&filter.predicate),
            LogicalPlan::Join(join) => {
                join.join_type == JoinType::Inner && !node.contains_outer_reference() && !has_sub_selects(node)
            }
            _ => false,
        };
        simple &= is_simple;
        Ok(if simple { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    })?;
    Ok(simple)
}

fn has_sub_selects(plan: &LogicalPlan) -> bool {
    let found = plan.apply_expressions(|expr| {
        Ok(if references::has_sub_select(expr) { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    !matches!(found, Ok(TreeNodeRecursion::Continue))
}

/// Whether a sub-select is one aggregate of rows that equal outer columns: a left join on groups then.
pub(super) fn is_aggregate(plan: &LogicalPlan, schema: &DFSchema) -> Result<bool> {
    let references = references::of_plan(plan)?;
    if references::columns_in(&references, schema).len() != references.len() {
        return Ok(false);
    }
    let LogicalPlan::Projection(projection) = plan else { return Ok(false) };
    let [Expr::Column(_)] = projection.expr.iter().map(|expr| expr.clone().unalias()).collect::<Vec<_>>()[..] else {
        return Ok(false);
    };
    let LogicalPlan::Aggregate(aggregate) = projection.input.as_ref() else { return Ok(false) };
    let LogicalPlan::Filter(filter) = aggregate.input.as_ref() else { return Ok(false) };
    let is_plain = aggregate.group_expr.is_empty()
        && !projection.input.contains_outer_reference()
        && references::of_plan(&filter.input)?.is_empty();
    let conditions = split_conjunction(&filter.predicate);
    let equal = conditions.into_iter().filter(|condition| condition.contains_outer()).all(is_equality);
    Ok(is_plain && equal && is_filtered(&aggregate.input)?)
}

fn is_equality(condition: &Expr) -> bool {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition else { return false };
    matches!(
        (left.as_ref(), right.as_ref()),
        (Expr::Column(_), Expr::OuterReferenceColumn(..)) | (Expr::OuterReferenceColumn(..), Expr::Column(_))
    )
}
