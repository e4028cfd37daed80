//! Chains of AND and OR as balanced trees: ten thousand alternatives are fourteen levels deep.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Query, Statement, Value, Visit, VisitMut, Visitor, VisitorMut,
};

use super::call::call;
use crate::functions::ALL_TRUE;

/// Balances every chain of a statement; AND and OR are associative, so its meaning stays.
pub(crate) fn balance(statement: &mut Statement) {
    let _: ControlFlow<()> = statement.visit(&mut Balancer);
}

struct Balancer;

impl VisitorMut for Balancer {
    type Break = ();

    // Before the children are visited: below a balanced chain there is nothing deep any more.
    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = &*expr {
            let op = op.clone();
            let operands = take_chain(expr, &op);
            let operands = if op == BinaryOperator::And { grouped(operands) } else { operands };
            if let Some(balanced) = tree(operands, &op) {
                *expr = balanced;
            }
        }
        ControlFlow::Continue(())
    }
}

/// The operands of a chain from left to right; parentheses end a chain.
fn take_chain(expr: &mut Expr, op: &BinaryOperator) -> Vec<Expr> {
    let mut rest = std::mem::replace(expr, Expr::Value(Value::Null.into()));
    let mut operands = Vec::new();
    loop {
        match rest {
            Expr::BinaryOp { left, op: inner, right } if inner == *op => {
                operands.push(*right);
                rest = *left;
            }
            first => {
                operands.push(first);
                operands.reverse();
                return operands;
            }
        }
    }
}

/// Many conditions as few: those after the first ones become arguments of `all_true`.
///
/// DataFusion takes conjunctions apart and joins them again one below the other.
fn grouped(operands: Vec<Expr>) -> Vec<Expr> {
    const APART: usize = 100;
    if operands.len() <= 2 * APART {
        return operands;
    }
    let mut operands = operands.into_iter();
    let mut apart: Vec<Expr> = operands.by_ref().take(APART).collect();
    let (queries, mut plain): (Vec<_>, Vec<_>) = operands.partition(holds_query);
    apart.extend(queries);
    while !plain.is_empty() {
        let rest = plain.split_off(plain.len().min(APART));
        apart.push(call(ALL_TRUE, std::mem::replace(&mut plain, rest)));
    }
    apart
}

/// Subqueries are planned where a condition stands alone, not as arguments.
fn holds_query(expr: &Expr) -> bool {
    struct Finder;
    impl Visitor for Finder {
        type Break = ();
        fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    expr.visit(&mut Finder).is_break()
}

/// Joins neighbours, then pairs of neighbours, until one tree is left.
fn tree(mut operands: Vec<Expr>, op: &BinaryOperator) -> Option<Expr> {
    while operands.len() > 1 {
        let mut joined = Vec::with_capacity(operands.len().div_ceil(2));
        let mut operands_left = operands.into_iter();
        while let Some(left) = operands_left.next() {
            joined.push(match operands_left.next() {
                Some(right) => Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) },
                None => left,
            });
        }
        operands = joined;
    }
    operands.pop()
}
