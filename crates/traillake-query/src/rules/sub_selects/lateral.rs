//! `LATERAL (SELECT ...)`: the rows of the sub-select as an array, unnested.

use std::sync::Arc;

use datafusion::common::{Column, JoinType, NullHandling, Result, TableReference, UnnestOptions, not_impl_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::{Expr, Filter, Join, LogicalPlan, SubqueryAlias, Unnest, lit};

use super::answer::{Question, cell};
use super::domain::{Names, projected};
use super::references;
use super::rowwise::Workshop;
use super::site::Site;

/// Whether the right side of a join may use columns of its left side.
pub(super) fn is_lateral(join: &Join) -> bool {
    rows(join).is_some()
}

/// The sub-select on the right side and its alias.
fn rows(join: &Join) -> Option<(&LogicalPlan, Option<&TableReference>)> {
    let (plan, alias) = match join.right.as_ref() {
        LogicalPlan::SubqueryAlias(aliased) => (aliased.input.as_ref(), Some(&aliased.alias)),
        other => (other, None),
    };
    match plan {
        LogicalPlan::Subquery(subquery) => Some((subquery.subquery.as_ref(), alias)),
        _ => None,
    }
}

/// The join as an unnest over its left side.
pub(super) fn inlined(join: &Join, names: &mut Names, workshop: &Workshop) -> Result<LogicalPlan> {
    let Some((plan, alias)) = rows(join) else { return not_impl_err!("no lateral join") };
    let null_handling = match join.join_type {
        JoinType::Inner => NullHandling::Drop,
        JoinType::Left => NullHandling::PreserveAndExpandEmpty,
        other => return not_impl_err!("{other} JOIN LATERAL: use CROSS JOIN or LEFT JOIN"),
    };
    let plan = filtered(plan, alias, join)?;
    let schema = Arc::clone(join.left.schema());
    let references = references::of_plan(&plan)?;
    let list = names.next().to_string();
    let mut site = Site::new(join.left.as_ref().clone(), Arc::clone(&schema), true, true, names, workshop);
    let rows = site.correlated(&plan, &references, Question::Rows, None)?;
    let left = || schema.columns().into_iter().map(Expr::Column);
    let input = projected(site.input, left().chain([rows.alias(&list)]).collect())?;
    let options = UnnestOptions { null_handling, ..UnnestOptions::default() };
    let unnest = Unnest::try_new(Arc::new(input), vec![Column::from_name(&list)], options)?;
    let columns = join.right.schema().columns().into_iter().enumerate();
    let cells = columns.map(|(index, column)| {
        let row = Expr::Column(Column::from_name(&list));
        get_field().call(vec![row, lit(cell(index))]).alias_qualified(column.relation, column.name)
    });
    projected(LogicalPlan::Unnest(unnest), left().chain(cells).collect())
}

/// The sub-select with the condition of the join, under its alias.
fn filtered(plan: &LogicalPlan, alias: Option<&TableReference>, join: &Join) -> Result<LogicalPlan> {
    let plan = match alias {
        Some(alias) => LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(plan.clone()), alias.clone())?),
        None => plan.clone(),
    };
    let equal = join.on.iter().map(|(left, right)| left.clone().eq(right.clone()));
    match equal.chain(join.filter.clone()).filter(|condition| *condition != lit(true)).reduce(Expr::and) {
        Some(condition) => {
            let condition = references::referring(condition, join.left.schema())?;
            Filter::try_new(condition, Arc::new(plan)).map(LogicalPlan::Filter)
        }
        None => Ok(plan),
    }
}
