//! Set operations and VALUES as relations of ours.

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArgOperator, Ident, SetExpr, SetOperator, SetQuantifier, Spanned,
};
use datafusion::sql::sqlparser::tokenizer::{Location, Span};

use super::nodes::{all_of, argument, no_rows, query_with, relation_of};
use crate::error::Position;
use crate::planners::{SET_OPERATION, VALUES};

/// Replaces a body that is a set operation or VALUES.
pub(super) fn rewrite(body: &mut SetExpr, operators: &[Position]) {
    if matches!(body, SetExpr::SetOperation { .. } | SetExpr::Values(_)) {
        *body = rewritten(std::mem::replace(body, no_rows()), operators);
    }
}

fn rewritten(body: SetExpr, operators: &[Position]) -> SetExpr {
    let relation = match body {
        SetExpr::Values(values) => {
            let rows = values.rows.into_iter().map(|row| argument(Expr::Tuple(row.content)));
            relation_of(VALUES, rows.collect())
        }
        SetExpr::SetOperation { .. } => relation_of(SET_OPERATION, operands(body, operators)),
        other => return other,
    };
    all_of(relation).map_or_else(no_rows, |query| *query.body)
}

/// The operands of a chain from left to right, each but the first named by its operator.
fn operands(chain: SetExpr, operators: &[Position]) -> Vec<FunctionArg> {
    let mut rest = chain;
    let mut operands = Vec::new();
    loop {
        match rest {
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                let name = operator(op, set_quantifier, start(&right), operators);
                let arg = FunctionArgExpr::Expr(subquery(*right, operators));
                operands.push(FunctionArg::Named { name, arg, operator: FunctionArgOperator::RightArrow });
                rest = *left;
            }
            first => {
                operands.push(argument(subquery(first, operators)));
                operands.reverse();
                return operands;
            }
        }
    }
}

fn subquery(operand: SetExpr, operators: &[Position]) -> Expr {
    Expr::Subquery(match operand {
        SetExpr::Query(query) => query,
        other => Box::new(query_with(rewritten(other, operators))),
    })
}

/// `EXCEPT ALL` with its place: that of the last operator before the right side.
fn operator(op: SetOperator, quantifier: SetQuantifier, right: Location, operators: &[Position]) -> Ident {
    let text = if quantifier == SetQuantifier::All { format!("{op} ALL") } else { op.to_string() };
    let place = operators.iter().rev().find(|place| **place < Position::from(right));
    let span = place.map_or_else(Span::empty, |place| {
        let start = Location { line: place.line, column: place.column };
        Span::new(start, start)
    });
    Ident::with_quote_and_span('"', span, text)
}

/// Where a body starts, parentheses and the word VALUES apart.
fn start(body: &SetExpr) -> Location {
    match body {
        SetExpr::Values(values) => {
            let first = values.rows.first().and_then(|row| row.content.first());
            first.map_or_else(|| Span::empty().start, |value| value.span().start)
        }
        SetExpr::Query(query) => start(&query.body),
        SetExpr::SetOperation { left, .. } => start(left),
        other => other.span().start,
    }
}
