//! Aggregates, window functions and subqueries in places where they mean nothing.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, GroupByExpr, JoinConstraint, JoinOperator, Query, Select, SelectItem, Spanned, Value, Visit,
    Visitor,
};

use super::RewriteContext;
use super::projection::is_wildcard;
use crate::QueryError;
use crate::text::position;

/// Names of functions by what they do, in lower case.
#[derive(Debug, Default, Clone)]
pub(crate) struct FunctionKinds {
    /// Functions of groups.
    pub(crate) aggregates: HashSet<String>,
    /// Functions that need OVER.
    pub(crate) windows: HashSet<String>,
    /// Functions of one row.
    pub(crate) scalars: HashSet<String>,
}

/// Refuses a SELECT with a function in the wrong clause.
pub(super) fn check_select(select: &Select, context: &RewriteContext) -> Result<(), QueryError> {
    let kinds = &context.kinds;
    if let Some(condition) = &select.selection {
        none_of("WHERE clause", condition, kinds, Wanted::Any)?;
    }
    if let Some(condition) = &select.having {
        none_of("HAVING clause", condition, kinds, Wanted::Window)?;
    }
    if let GroupByExpr::Expressions(grouped, _) = &select.group_by {
        for expr in grouped {
            none_of("GROUP BY clause", item(expr, &select.projection).unwrap_or(expr), kinds, Wanted::Any)?;
        }
    }
    for join in select.from.iter().flat_map(|from| &from.joins) {
        if let Some(condition) = condition(&join.join_operator) {
            none_of("JOIN clause", condition, kinds, Wanted::Any)?;
        }
    }
    Ok(())
}

/// Refuses one expression with aggregates inside each other, or a subquery of several columns.
pub(super) fn check_expr(expr: &Expr, context: &RewriteContext) -> Result<(), QueryError> {
    match expr {
        Expr::Function(function) => check_function(function, expr, &context.kinds),
        Expr::Subquery(query) => one_column(query, expr),
        Expr::InSubquery { subquery, expr: value, .. } if !matches!(value.as_ref(), Expr::Tuple(_)) => {
            one_column(subquery, expr)
        }
        _ => Ok(()),
    }
}

fn check_function(function: &Function, expr: &Expr, kinds: &FunctionKinds) -> Result<(), QueryError> {
    let name = function.name.to_string().to_lowercase();
    check_over(function, &name, kinds)?;
    super::arguments::check(function, &name, kinds)?;
    let (wanted, text) = match (&function.over, kinds.aggregates.contains(&name)) {
        (Some(_), _) => (Wanted::Window, "window functions inside window function"),
        (None, true) => (Wanted::Any, "aggregations inside aggregation"),
        (None, false) => return Ok(()),
    };
    let mut finder = Finder { kinds, wanted, within: 0 };
    let ControlFlow::Break(inner) = function.args.visit(&mut finder) else { return Ok(()) };
    Err(QueryError::Invalid {
        message: format!("cannot nest {text} `{name}`: `{inner}`"),
        position: position(inner.span().start).or_else(|| position(expr.span().start)),
        hint: Some("compute the inner one in a sub-select".into()),
    })
}

/// OVER belongs to window functions and aggregates.
fn check_over(function: &Function, name: &str, kinds: &FunctionKinds) -> Result<(), QueryError> {
    let (message, hint) = match &function.over {
        None if kinds.windows.contains(name) => (
            format!("window function `{name}` needs OVER"),
            format!("`{name}(...) OVER (PARTITION BY ... ORDER BY ...)`"),
        ),
        Some(_) if kinds.scalars.contains(name) && !kinds.aggregates.contains(name) => (
            format!("function `{name}` takes no OVER"),
            "it works on one row; aggregates and window functions take OVER".into(),
        ),
        _ => return Ok(()),
    };
    let position = position(function.name.span().start);
    Err(QueryError::Invalid { message, position, hint: Some(hint) })
}

fn condition(operator: &JoinOperator) -> Option<&Expr> {
    match operator {
        JoinOperator::Join(JoinConstraint::On(on))
        | JoinOperator::Inner(JoinConstraint::On(on))
        | JoinOperator::Left(JoinConstraint::On(on))
        | JoinOperator::LeftOuter(JoinConstraint::On(on))
        | JoinOperator::Right(JoinConstraint::On(on))
        | JoinOperator::RightOuter(JoinConstraint::On(on))
        | JoinOperator::FullOuter(JoinConstraint::On(on)) => Some(on),
        _ => None,
    }
}

/// The item a place in GROUP BY stands for.
fn item<'a>(expr: &Expr, items: &'a [SelectItem]) -> Option<&'a Expr> {
    let Expr::Value(value) = expr else { return None };
    let Value::Number(text, _) = &value.value else { return None };
    match items.get(text.parse::<usize>().ok()?.checked_sub(1)?)? {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// Which functions are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Window functions alone.
    Window,
    /// Aggregates and window functions.
    Any,
}

/// Refuses a lambda that works on more than its parameters and its row.
pub(super) fn check_lambda(body: &Expr, kinds: &FunctionKinds) -> Result<(), QueryError> {
    none_of("lambda expression", body, kinds, Wanted::Any)
}

fn none_of(clause: &str, expr: &Expr, kinds: &FunctionKinds, wanted: Wanted) -> Result<(), QueryError> {
    let mut finder = Finder { kinds, wanted, within: 0 };
    let ControlFlow::Break(found) = expr.visit(&mut finder) else { return Ok(()) };
    let (what, hint) = match (wanted, clause) {
        (Wanted::Window, _) => ("window functions", "compute it in a sub-select and filter around it"),
        (Wanted::Any, "WHERE clause") => {
            ("aggregations or window functions", "put conditions on groups into HAVING, on windows around a sub-select")
        }
        (Wanted::Any, _) => ("aggregations or window functions", "compute it in a sub-select"),
    };
    Err(QueryError::Invalid {
        message: format!("{clause} cannot contain {what}: `{found}`"),
        position: position(found.span().start).or_else(|| position(expr.span().start)),
        hint: Some(hint.into()),
    })
}

/// Finds the first such function outside subqueries.
struct Finder<'a> {
    kinds: &'a FunctionKinds,
    wanted: Wanted,
    within: usize,
}

impl Visitor for Finder<'_> {
    type Break = Expr;

    fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<Expr> {
        self.within += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<Expr> {
        self.within -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Expr> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        let name = function.name.to_string().to_lowercase();
        let is_window = function.over.is_some() || self.kinds.windows.contains(&name);
        let is_aggregate = self.wanted == Wanted::Any && self.kinds.aggregates.contains(&name);
        if self.within == 0 && (is_window || is_aggregate) {
            return ControlFlow::Break(expr.clone());
        }
        ControlFlow::Continue(())
    }
}

fn one_column(query: &Query, expr: &Expr) -> Result<(), QueryError> {
    let Some(select) = super::first_select(&query.body) else { return Ok(()) };
    let columns = select.projection.len();
    if columns == 1 || select.projection.iter().any(is_wildcard) {
        return Ok(());
    }
    Err(QueryError::Invalid {
        message: format!("a subquery in the place of a value has {columns} columns, one is expected"),
        position: position(query.span().start).or_else(|| position(expr.span().start)),
        hint: Some("select one column, or join with the sub-select".into()),
    })
}
