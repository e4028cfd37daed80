//! Calls with more between or behind the parentheses than their function takes: DISTINCT, ORDER BY and
//! FILTER belong to aggregates, a lambda has no subquery.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments, OrderByExpr, Query, Spanned, Visit, Visitor,
};

use super::misuse::{FunctionKinds, check_lambda};
use crate::QueryError;
use crate::text::position;

/// What the grammar makes of `TRY(x)`: its lambda is no lambda of the query.
const TRY: &str = "$try";

/// Refuses a call whose arguments its kind of function does not take.
pub(super) fn check(function: &Function, name: &str, kinds: &FunctionKinds) -> Result<(), QueryError> {
    let FunctionArguments::List(list) = &function.args else { return Ok(()) };
    let name = name.trim_matches('"');
    if name != TRY {
        lambdas(list, kinds)?;
    }
    let fault =
        if kinds.aggregates.contains(name) { aggregate(function, name, list) } else { of_other(function, name, list) };
    let Some((message, hint)) = fault else { return Ok(()) };
    let position = position(function.name.span().start);
    Err(QueryError::Invalid { message, position, hint: Some(hint.into()) })
}

type Fault = Option<(String, &'static str)>;

fn aggregate(function: &Function, name: &str, list: &FunctionArgumentList) -> Fault {
    let order = order_by(list);
    if name == "count" && list.args.len() > 1 {
        let message = format!("unexpected parameters for function count: {} are too many", list.args.len());
        return Some((message, "`count(*)`, or `count(DISTINCT ROW(a, b))` for several columns"));
    }
    if function.over.is_some() && is_distinct(list) {
        let message = format!("DISTINCT in the window function `{name}` is not supported");
        return Some((message, "make the rows distinct in a sub-select"));
    }
    if function.over.is_some() && !order.is_empty() {
        let message = format!("ORDER BY in the window function `{name}` is not supported");
        return Some((message, "put the order into OVER"));
    }
    let foreign = |key: &OrderByExpr| !arguments(list).any(|argument| super::same_text(argument, &key.expr));
    if is_distinct(list) && order.iter().any(foreign) {
        let message = "for aggregate functions with DISTINCT, ORDER BY expressions must appear in arguments";
        return Some((message.to_owned(), "order by the argument itself, or leave out DISTINCT"));
    }
    None
}

/// Functions of one row, of windows and of lambdas.
fn of_other(function: &Function, name: &str, list: &FunctionArgumentList) -> Fault {
    const HINT: &str = "it belongs to aggregates, such as `count` and `array_agg`";
    let clause = if is_distinct(list) {
        "DISTINCT"
    } else if !order_by(list).is_empty() {
        "ORDER BY"
    } else if function.filter.is_some() {
        "FILTER"
    } else {
        return None;
    };
    Some((format!("function `{name}` takes no {clause}"), HINT))
}

fn is_distinct(list: &FunctionArgumentList) -> bool {
    list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
}

fn order_by(list: &FunctionArgumentList) -> &[OrderByExpr] {
    let order = list.clauses.iter().find_map(|clause| match clause {
        FunctionArgumentClause::OrderBy(order) => Some(order.as_slice()),
        _ => None,
    });
    order.unwrap_or_default()
}

fn arguments(list: &FunctionArgumentList) -> impl Iterator<Item = &Expr> {
    list.args.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

fn lambdas(list: &FunctionArgumentList, kinds: &FunctionKinds) -> Result<(), QueryError> {
    for argument in arguments(list) {
        let Expr::Lambda(lambda) = argument else { continue };
        check_lambda(&lambda.body, kinds)?;
        let ControlFlow::Break(place) = lambda.body.visit(&mut FindQuery) else { continue };
        return Err(QueryError::Invalid {
            message: "a lambda cannot contain subqueries".into(),
            position: place,
            hint: Some("join with the sub-select, and use its column in the lambda".into()),
        });
    }
    Ok(())
}

/// Finds the first query.
struct FindQuery;

impl Visitor for FindQuery {
    type Break = Option<crate::error::Position>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        ControlFlow::Break(position(query.span().start))
    }
}
