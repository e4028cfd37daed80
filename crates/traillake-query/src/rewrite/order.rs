//! ORDER BY sees the output names first, and an expression of the SELECT list is its place:
//! `SELECT a AS b, b AS a ... ORDER BY a`, `SELECT DISTINCT s.f ... ORDER BY s.f`.

use datafusion::sql::sqlparser::ast::{Expr, OrderByKind, Query, SelectItem, SetExpr, Spanned, Value};

use super::call::place;
use super::projection::{implicit_name, is_wildcard};
use super::{RewriteContext, same_text};
use crate::QueryError;
use crate::text::position;

/// Replaces sort expressions that the SELECT list holds, before its items get names.
pub(super) fn by_places(query: &mut Query, context: &RewriteContext) -> Result<(), QueryError> {
    let SetExpr::Select(select) = query.body.as_ref() else { return Ok(()) };
    let Some(order_by) = &mut query.order_by else { return Ok(()) };
    let OrderByKind::Expressions(sorted) = &mut order_by.kind else { return Ok(()) };
    if select.projection.iter().any(is_wildcard) {
        return Ok(());
    }
    for sort in sorted {
        let found = match &sort.expr {
            Expr::Identifier(name) => by_name(&select.projection, &name.value, context)
                .map_err(|()| ambiguous(&name.value, &sort.expr))?
                .or_else(|| by_expression(&select.projection, &sort.expr)),
            Expr::Value(value) => {
                check_place("ORDER BY", &value.value, &sort.expr, select.projection.len())?;
                None
            }
            other => by_expression(&select.projection, other),
        };
        if let Some(index) = found {
            sort.expr = place(index);
        }
    }
    Ok(())
}

/// Refuses a place that the SELECT list does not have.
pub(super) fn check_place(clause: &str, value: &Value, expr: &Expr, items: usize) -> Result<(), QueryError> {
    let Value::Number(text, _) = value else { return Ok(()) };
    if text.parse::<usize>().is_ok_and(|place| (1..=items).contains(&place)) {
        return Ok(());
    }
    Err(QueryError::Invalid {
        message: format!("{clause} position {text} is not in the select list"),
        position: position(expr.span().start),
        hint: Some(format!("the list has {items} items; places count from 1")),
    })
}

/// The only item of that output name; an error when there are several that differ.
fn by_name(items: &[SelectItem], name: &str, context: &RewriteContext) -> Result<Option<usize>, ()> {
    let is_named = |item: &SelectItem| output_name(item, context).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let mut named = items.iter().enumerate().filter(|(_, item)| is_named(item));
    let Some((index, first)) = named.next() else { return Ok(None) };
    let differs = |other: &SelectItem| match (expression(first), expression(other)) {
        (Some(left), Some(right)) => !same_text(left, right),
        _ => true,
    };
    if named.any(|(_, other)| differs(other)) { Err(()) } else { Ok(Some(index)) }
}

fn by_expression(items: &[SelectItem], sorted: &Expr) -> Option<usize> {
    items.iter().position(|item| expression(item).is_some_and(|expr| same_text(expr, sorted)))
}

fn output_name(item: &SelectItem, context: &RewriteContext) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(expr) => implicit_name(expr, context),
        _ => None,
    }
}

fn expression(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

fn ambiguous(name: &str, expr: &Expr) -> QueryError {
    QueryError::Invalid {
        message: format!("column `{name}` is ambiguous"),
        position: position(expr.span().start),
        hint: Some("several items of the SELECT list have this name: sort by a place, `ORDER BY 1`".into()),
    }
}
