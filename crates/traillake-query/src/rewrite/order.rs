//! ORDER BY an expression of the SELECT list is ORDER BY its place: `SELECT DISTINCT s.f ... ORDER BY s.f`.

use datafusion::sql::sqlparser::ast::{Expr, OrderByKind, Query, SelectItem, SetExpr, Value};

/// Replaces sort expressions that the SELECT list holds, before its items get names.
pub(super) fn by_places(query: &mut Query) {
    let SetExpr::Select(select) = query.body.as_ref() else { return };
    let Some(order_by) = &mut query.order_by else { return };
    let OrderByKind::Expressions(sorted) = &mut order_by.kind else { return };
    if select.projection.iter().any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)))
    {
        return;
    }
    for sort in sorted {
        if matches!(sort.expr, Expr::Identifier(_) | Expr::Value(_)) {
            continue;
        }
        let place =
            select.projection.iter().position(|item| expression(item).is_some_and(|expr| is_same(expr, &sort.expr)));
        if let Some(place) = place {
            sort.expr = Expr::value(Value::Number((place + 1).to_string(), false));
        }
    }
}

fn expression(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// Equal but for the letter case of names; texts differ by it.
fn is_same(left: &Expr, right: &Expr) -> bool {
    let (left, right) = (left.to_string(), right.to_string());
    left == right || (!left.contains('\'') && left.eq_ignore_ascii_case(&right))
}
