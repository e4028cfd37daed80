//! References of a sub-select to columns of the queries around it.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::{Expr, LogicalPlan};

/// Columns of queries around that a plan refers to, without those that its own sub-selects refer to.
pub(super) fn of_plan(plan: &LogicalPlan) -> Result<Vec<Expr>> {
    let mut found = Vec::new();
    plan.apply(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                if matches!(part, Expr::OuterReferenceColumn(..)) && !found.contains(part) {
                    found.push(part.clone());
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found)
}

/// The columns among `references` that a schema has.
pub(super) fn columns_in(references: &[Expr], schema: &DFSchema) -> Vec<Column> {
    let column = |reference: &Expr| match reference {
        Expr::OuterReferenceColumn(_, column) if schema.index_of_column(column).is_ok() => Some(column.clone()),
        _ => None,
    };
    references.iter().filter_map(column).collect()
}

/// An expression with its references to columns of a schema made columns.
pub(super) fn resolved(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let inlined = expr.transform(|expr| match expr {
        Expr::OuterReferenceColumn(_, column) if schema.index_of_column(&column).is_ok() => {
            Ok(Transformed::yes(Expr::Column(column)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(inlined.data)
}

/// An expression with the columns of a schema made references to a query around.
pub(super) fn referring(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let referring = expr.transform(|expr| match expr {
        Expr::Column(column) => Ok(match schema.qualified_field_from_column(&column) {
            Ok((relation, field)) => {
                let name = Column::from((relation, field));
                Transformed::yes(Expr::OuterReferenceColumn(Arc::clone(field), name))
            }
            Err(_) => Transformed::no(Expr::Column(column)),
        }),
        other => Ok(Transformed::no(other)),
    })?;
    Ok(referring.data)
}

/// Whether an expression has a sub-select in it.
pub(super) fn has_sub_select(expr: &Expr) -> bool {
    let found = expr.exists(|expr| {
        Ok(matches!(expr, Expr::Exists(_) | Expr::InSubquery(_) | Expr::SetComparison(_) | Expr::ScalarSubquery(_)))
    });
    found.unwrap_or(true)
}
