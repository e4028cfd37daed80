//! Names of columns that a relation has twice: `SELECT *` gives them, and no other name means them.

use std::collections::HashMap;

use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};

/// What stands between a name and its number.
pub(crate) const REPEATED: &str = "##";

/// The names of columns, those that repeat with a number.
pub(super) fn of(schema: &DFSchema) -> Vec<String> {
    told_apart(schema, meant)
}

fn told_apart(schema: &DFSchema, meant: fn(&str) -> &str) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for field in schema.fields() {
        *counts.entry(meant(field.name())).or_default() += 1;
    }
    let name = |(place, name): (usize, &String)| match counts.get(meant(name)) {
        Some(1) => meant(name).to_owned(),
        _ if meant(name) != name => name.clone(),
        _ => format!("{name}{REPEATED}{place}"),
    };
    schema.fields().iter().map(|field| field.name()).enumerate().map(name).collect()
}

/// What a name stands for that `rewrite::projection` invented, beside a wildcard that might give the same one.
fn meant(name: &str) -> &str {
    match name.rsplit_once('#') {
        Some((meant, number)) if !meant.ends_with('#') && number.parse::<usize>().is_ok() => meant,
        _ => name,
    }
}

/// A plan whose columns have names of their own; those that were invented beside a wildcard become what they mean.
pub(super) fn distinct(plan: LogicalPlan, has_wildcard: bool) -> Result<LogicalPlan> {
    let names = told_apart(plan.schema(), if has_wildcard { meant } else { |name| name });
    if plan.schema().fields().iter().zip(&names).all(|(field, name)| field.name() == name) {
        return Ok(plan);
    }
    let columns = columns(&plan).into_iter().zip(&names).map(renamed);
    LogicalPlanBuilder::from(plan.clone()).project(columns.collect::<Vec<_>>())?.build()
}

/// A column that has its name keeps its relation too: an optimizer rule that merges projections would see the name
/// with the relation and without it.
fn renamed((column, name): (Expr, &String)) -> Expr {
    if matches!(&column, Expr::Column(column) if column.name == *name) { column } else { column.alias(name) }
}

/// All columns of a plan.
pub(super) fn columns(plan: &LogicalPlan) -> Vec<Expr> {
    plan.schema().iter().map(|field| Expr::Column(Column::from(field))).collect()
}
