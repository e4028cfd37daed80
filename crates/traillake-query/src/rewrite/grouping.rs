//! GROUP BY: places, also inside grouping sets.

use datafusion::sql::sqlparser::ast::{Expr, GroupByExpr, Select, SelectItem};

use super::order::check_place;
use super::projection::is_wildcard;
use crate::QueryError;

/// Spells the grouping expressions as the planner knows them.
pub(super) fn rewrite(select: &mut Select) -> Result<(), QueryError> {
    let items = Items::of(select);
    let GroupByExpr::Expressions(grouped, _) = &mut select.group_by else { return Ok(()) };
    for expr in grouped {
        match expr {
            Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
                for expr in sets.iter_mut().flatten() {
                    items.put(expr)?;
                }
            }
            other => items.check(other)?,
        }
    }
    Ok(())
}

/// What places in GROUP BY stand for; unknown beside a wildcard.
struct Items(Option<Vec<Expr>>);

impl Items {
    fn of(select: &Select) -> Self {
        if select.projection.iter().any(is_wildcard) {
            return Self(None);
        }
        let items = select.projection.iter().filter_map(|item| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr.clone()),
            _ => None,
        });
        Self(Some(items.collect()))
    }

    fn check(&self, expr: &Expr) -> Result<(), QueryError> {
        match (&self.0, expr) {
            (Some(items), Expr::Value(value)) => check_place("GROUP BY", &value.value, expr, items.len()),
            _ => Ok(()),
        }
    }

    /// Puts the item in the place of its number.
    fn put(&self, expr: &mut Expr) -> Result<(), QueryError> {
        self.check(expr)?;
        let (Some(items), Expr::Value(value)) = (&self.0, &*expr) else { return Ok(()) };
        let place = value.value.to_string().parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        if let Some(item) = place.and_then(|place| items.get(place)) {
            *expr = item.clone();
        }
        Ok(())
    }
}
