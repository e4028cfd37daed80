//! Chains of AND and OR as balanced trees: ten thousand alternatives are fourteen levels deep.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Statement, Value, VisitMut, VisitorMut};

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
