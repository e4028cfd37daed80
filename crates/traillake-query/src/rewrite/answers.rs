//! EXISTS and IN with a subquery in the place of a value, `SELECT x IN (SELECT ...)`: as counts and
//! arrays, for the engine answers them in conditions alone.
//!
//! ```text
//!  EXISTS (q)  ->  coalesce((SELECT count(*) FROM q), 0) > 0
//!  x IN (q)    ->  coalesce((SELECT count(*) FROM q), 0) > 0 AND contains((SELECT array_agg(c) FROM q), x)
//! ```

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, Query, Select, SelectItem, SetExpr, TableAlias, TableAliasColumnDef,
    TableFactor, UnaryOperator, Value, VisitMut, VisitorMut,
};

use super::call::{call, place};
use super::scope::skeleton;

/// Name of the only column of a subquery.
const VALUE: &str = "value";

/// Answers the conditions of the SELECT list as values.
pub(super) fn rewrite(select: &mut Select) {
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            let _: ControlFlow<()> = expr.visit(&mut Answers { queries: 0 });
        }
    }
}

struct Answers {
    /// Queries around the expression that are not the SELECT's own.
    queries: usize,
}

impl VisitorMut for Answers {
    type Break = ();

    fn pre_visit_query(&mut self, _query: &mut Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if self.queries == 0
            && let Some(answer) = answer(expr)
        {
            *expr = answer;
        }
        ControlFlow::Continue(())
    }
}

fn answer(expr: &Expr) -> Option<Expr> {
    match expr {
        Expr::Exists { subquery, negated } => {
            let op = if *negated { BinaryOperator::Eq } else { BinaryOperator::Gt };
            Some(compared(count(subquery)?, op))
        }
        Expr::InSubquery { expr, subquery, negated } => {
            let left = Box::new(compared(count(subquery)?, BinaryOperator::Gt));
            let right = Box::new(call("contains", vec![values(subquery)?, expr.as_ref().clone()]));
            let found = Expr::Nested(Box::new(Expr::BinaryOp { left, op: BinaryOperator::And, right }));
            let not = |expr| Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) };
            Some(if *negated { not(found) } else { found })
        }
        _ => None,
    }
}

/// The count beside zero.
fn compared(count: Expr, op: BinaryOperator) -> Expr {
    let zero = || Expr::value(Value::Number("0".into(), false));
    let left = Box::new(call("coalesce", vec![count, zero()]));
    Expr::Nested(Box::new(Expr::BinaryOp { left, op, right: Box::new(zero()) }))
}

/// The number of rows of a query.
fn count(query: &Query) -> Option<Expr> {
    let count = || call("count", vec![place(0)]);
    aggregated(query, |_| Some(count()), count(), None)
}

/// The only column of a query as an array.
fn values(query: &Query) -> Option<Expr> {
    let array_of = |value: Expr| call("array_agg", vec![value]);
    let around = array_of(Expr::Identifier(Ident::new(VALUE)));
    let columns = vec![TableAliasColumnDef::from_name(VALUE)];
    let alias = TableAlias { explicit: true, name: Ident::new("answers"), columns, at: None };
    aggregated(query, |column| column.cloned().map(array_of), around, Some(alias))
}

/// The query with one aggregate in the place of its list where it is simple, else around it.
fn aggregated(
    query: &Query,
    inside: impl Fn(Option<&Expr>) -> Option<Expr>,
    around: Expr,
    name: Option<TableAlias>,
) -> Option<Expr> {
    let mut aggregate = query.clone();
    if let (SetExpr::Select(select), true) = (aggregate.body.as_mut(), is_simple(query)) {
        let column = match select.projection.as_slice() {
            [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] => Some(expr),
            _ => None,
        };
        select.projection = vec![SelectItem::UnnamedExpr(inside(column)?)];
        aggregate.order_by = None;
        return Some(Expr::Subquery(Box::new(aggregate)));
    }
    let mut outer = skeleton()?;
    let SetExpr::Select(select) = outer.body.as_mut() else { return None };
    select.projection = vec![SelectItem::UnnamedExpr(around)];
    let TableFactor::Derived { subquery, alias, .. } = &mut select.from.first_mut()?.relation else { return None };
    **subquery = aggregate;
    *alias = name;
    Some(Expr::Subquery(Box::new(outer)))
}

/// Whether rows are only read and filtered.
fn is_simple(query: &Query) -> bool {
    let SetExpr::Select(select) = query.body.as_ref() else { return false };
    let is_grouped = !matches!(&select.group_by, GroupByExpr::Expressions(grouped, _) if grouped.is_empty());
    let is_plain = query.with.is_none() && query.limit_clause.is_none() && query.fetch.is_none();
    is_plain && !is_grouped && select.having.is_none() && select.distinct.is_none() && !select.from.is_empty()
}
