//! Sub-selects that values are compared with: `IN (VALUES ...)` as a list, rows of several columns as one value.
//!
//! ```text
//!  x IN (VALUES 1, 2)            ->  x IN (1, 2)
//!  (a, b) IN (SELECT c, d ...)   ->  (a, b) IN (SELECT (c0, c1) FROM (SELECT c, d ...) AS members(c0, c1))
//! ```

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArguments, Ident, Query, SelectItem, SetExpr, TableAlias, TableAliasColumnDef, TableFactor, Values,
};

use super::call::call;
use super::scope::skeleton;

/// Name of the function that makes rows.
const ROW: &str = "$row";

/// Rewrites one comparison with a sub-select.
pub(super) fn rewrite(expr: &mut Expr) {
    match expr {
        Expr::InSubquery { expr: value, subquery, negated } => {
            let Some(list) = listed(value, subquery) else { return one_value(value, subquery) };
            let value = Box::new(value.as_ref().clone());
            *expr = Expr::InList { expr: value, list, negated: *negated };
        }
        Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
            if let Expr::Subquery(query) = right.as_mut() {
                one_value(left, query);
            }
        }
        _ => {}
    }
}

/// The rows of VALUES as a list.
fn listed(value: &Expr, query: &Query) -> Option<Vec<Expr>> {
    let is_plain =
        query.with.is_none() && query.order_by.is_none() && query.limit_clause.is_none() && query.fetch.is_none();
    let SetExpr::Values(Values { rows, .. }) = query.body.as_ref() else { return None };
    if !is_plain || rows.is_empty() {
        return None;
    }
    let width = width(value);
    let item = |cells: &Vec<Expr>| match cells.as_slice() {
        [cell] => Some(cell.clone()),
        cells if Some(cells.len()) == width => Some(call(ROW, cells.to_vec())),
        _ => None,
    };
    rows.iter().map(|row| item(&row.content)).collect()
}

/// Makes one value of each row of the query where it is compared with a row of values.
fn one_value(value: &Expr, query: &mut Query) {
    let Some(width) = width(value).filter(|_| has_columns(&query.body)) else { return };
    let Some(mut outer) = skeleton() else { return };
    let SetExpr::Select(select) = outer.body.as_mut() else { return };
    let Some(TableFactor::Derived { subquery, alias, .. }) = select.from.first_mut().map(|from| &mut from.relation)
    else {
        return;
    };
    let names: Vec<Ident> = (0..width).map(|index| Ident::new(format!("c{index}"))).collect();
    let columns = names.iter().map(|name| TableAliasColumnDef::from_name(name.value.clone())).collect();
    *alias = Some(TableAlias { explicit: true, name: Ident::new("members"), columns, at: None });
    select.projection = vec![SelectItem::UnnamedExpr(call(ROW, names.into_iter().map(Expr::Identifier).collect()))];
    std::mem::swap(subquery.as_mut(), query);
    *query = outer;
}

/// Whether a query may have more than one column.
fn has_columns(body: &SetExpr) -> bool {
    match body {
        SetExpr::Values(Values { rows, .. }) => rows.first().is_some_and(|row| row.content.len() > 1),
        _ => super::first_select(body).is_none_or(|select| {
            !matches!(select.projection.as_slice(), [SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. }])
        }),
    }
}

/// How many values a row has.
fn width(value: &Expr) -> Option<usize> {
    match value {
        Expr::Nested(inner) => width(inner),
        Expr::Function(function) if function.name.to_string().trim_matches('"') == ROW => match &function.args {
            FunctionArguments::List(list) => Some(list.args.len()),
            _ => None,
        },
        _ => None,
    }
}
