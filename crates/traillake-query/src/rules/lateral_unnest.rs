//! `FROM t CROSS JOIN UNNEST(t.array)` as one unnest over `t`: DataFusion cannot run the
//! correlated subquery it plans for it.
//!
//! ```text
//!  Join                                         Projection: left columns, r.outputs
//!    left                                         Unnest: lists
//!    SubqueryAlias: r                    ->         Projection: left columns, lists of left columns
//!      Subquery: Projection: outputs                  left
//!        Unnest: lists
//!          Projection: lists of outer columns
//!            EmptyRelation
//! ```

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, NullHandling, Result, TableReference, UnnestOptions, not_impl_err};
use datafusion::logical_expr::{Expr, Join, JoinType, LogicalPlan, LogicalPlanBuilder, Projection, Unnest};
use datafusion::optimizer::AnalyzerRule;

/// Rewrites joins with a lateral UNNEST.
#[derive(Debug)]
pub(crate) struct LateralUnnest;

impl AnalyzerRule for LateralUnnest {
    fn name(&self) -> &'static str {
        "traillake_lateral_unnest"
    }

    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        let rewritten = plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Join(join) => match Lateral::of(&join) {
                Some(lateral) => lateral.inline(&join).map(Transformed::yes),
                None => Ok(Transformed::no(LogicalPlan::Join(join))),
            },
            other => Ok(Transformed::no(other)),
        })?;
        if rewritten.transformed { rewritten.data.recompute_schema() } else { Ok(rewritten.data) }
    }
}

/// The right side of a join with an UNNEST of columns of its left side.
struct Lateral {
    alias: Option<TableReference>,
    outputs: Projection,
    unnest: Unnest,
    lists: Projection,
}

impl Lateral {
    fn of(join: &Join) -> Option<Self> {
        let (alias, subquery) = match join.right.as_ref() {
            LogicalPlan::SubqueryAlias(aliased) => (Some(aliased.alias.clone()), aliased.input.as_ref()),
            other => (None, other),
        };
        let LogicalPlan::Subquery(subquery) = subquery else { return None };
        let LogicalPlan::Projection(outputs) = subquery.subquery.as_ref() else { return None };
        let LogicalPlan::Unnest(unnest) = outputs.input.as_ref() else { return None };
        let LogicalPlan::Projection(lists) = unnest.input.as_ref() else { return None };
        let is_unnest = matches!(lists.input.as_ref(), LogicalPlan::EmptyRelation(_));
        is_unnest.then(|| Self { alias, outputs: outputs.clone(), unnest: unnest.clone(), lists: lists.clone() })
    }

    fn inline(&self, join: &Join) -> Result<LogicalPlan> {
        let left: Vec<Expr> = join.left.schema().columns().into_iter().map(Expr::Column).collect();
        let names = ListNames::unused_in(&join.left, self.unnest.exec_columns.len());
        let lists = self.lists.expr.iter().enumerate().map(|(index, list)| {
            Ok(without_references(list.clone().unalias(), join.left.schema())?.alias(names.name(index)))
        });
        let input: Vec<Expr> = left.iter().cloned().map(Ok).chain(lists).collect::<Result<_>>()?;
        let outputs = self.outputs.expr.iter().map(|output| self.output(output, &names));
        let output: Vec<Expr> = left.into_iter().map(Ok).chain(outputs).collect::<Result<_>>()?;
        let options = UnnestOptions { null_handling: null_handling(join)?, ..UnnestOptions::default() };
        let plan = LogicalPlanBuilder::new_from_arc(Arc::clone(&join.left))
            .project(input)?
            .unnest_columns_with_options(names.columns(), options)?
            .project(output)?;
        match condition(join) {
            Some(condition) => plan.filter(condition)?.build(),
            None => plan.build(),
        }
    }

    /// An output column of the subquery over the lists under their new names.
    fn output(&self, output: &Expr, names: &ListNames) -> Result<Expr> {
        let (_, name) = output.qualified_name();
        let expr = output.clone().unalias().transform(|expr| match &expr {
            Expr::Column(column) => {
                let index = self.unnest.exec_columns.iter().position(|list| list.name == column.name);
                Ok(index.map_or(Transformed::no(expr.clone()), |index| Transformed::yes(names.column(index))))
            }
            _ => Ok(Transformed::no(expr)),
        })?;
        Ok(expr.data.alias_qualified(self.alias.clone(), name))
    }
}

/// Names for the lists that no column of the left side has.
struct ListNames {
    prefix: String,
    count: usize,
}

impl ListNames {
    fn unused_in(plan: &LogicalPlan, count: usize) -> Self {
        let taken = |prefix: &str| plan.schema().fields().iter().any(|field| field.name().starts_with(prefix));
        let mut prefix = "__lateral_".to_owned();
        while taken(&prefix) {
            prefix.push('_');
        }
        Self { prefix, count }
    }

    fn name(&self, index: usize) -> String {
        format!("{}{index}", self.prefix)
    }

    fn column(&self, index: usize) -> Expr {
        Expr::Column(Column::from_name(self.name(index)))
    }

    fn columns(&self) -> Vec<Column> {
        (0..self.count).map(|index| Column::from_name(self.name(index))).collect()
    }
}

/// References to columns of the left side as these columns; others are to queries around.
fn without_references(expr: Expr, left: &DFSchema) -> Result<Expr> {
    let inlined = expr.transform(|expr| match expr {
        Expr::OuterReferenceColumn(_, column) if left.index_of_column(&column).is_ok() => {
            Ok(Transformed::yes(Expr::Column(column)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(inlined.data)
}

/// A left join keeps rows whose arrays are NULL or empty.
fn null_handling(join: &Join) -> Result<NullHandling> {
    match join.join_type {
        JoinType::Inner => Ok(NullHandling::Drop),
        JoinType::Left if condition(join).is_none() => Ok(NullHandling::PreserveAndExpandEmpty),
        JoinType::Left => not_impl_err!("LEFT JOIN UNNEST takes ON TRUE alone"),
        other => not_impl_err!("{other} JOIN UNNEST: use CROSS JOIN or LEFT JOIN ... ON TRUE"),
    }
}

/// The join's condition, unless it is always true.
fn condition(join: &Join) -> Option<Expr> {
    let is_true = |expr: &Expr| matches!(expr, Expr::Literal(datafusion::common::ScalarValue::Boolean(Some(true)), _));
    let equal = join.on.iter().map(|(left, right)| left.clone().eq(right.clone()));
    equal.chain(join.filter.clone()).filter(|expr| !is_true(expr)).reduce(Expr::and)
}
