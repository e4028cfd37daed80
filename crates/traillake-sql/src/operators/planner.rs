//! Operators between two sides, as the planner meets them.

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Diagnostic, Result, Span, Spans};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, Operator};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::arithmetic::{self, Sign};
use super::compare::{Compared, compared};
use super::concat::{Joined, joined};
use super::refusals::terms;
use super::{IS_DISTINCT_FROM, IS_NOT_DISTINCT_FROM};
use crate::places::{Place, unmarked};

/// Plans comparisons, arithmetic and `||` as Lake means them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OperatorPlanner;

impl ExprPlanner for OperatorPlanner {
    fn plan_binary_op(&self, binary: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let (op, place) = unmarked(binary.op);
        let binary = RawBinaryExpr { op, ..binary };
        let Some(place) = place else { return plan_at_columns(binary, schema) };
        let planned = plan(binary, schema).map_err(|error| place.error(error))?;
        Ok(match planned {
            PlannerResult::Planned(expr) => PlannerResult::Planned(place.carried(expr)),
            PlannerResult::Original(RawBinaryExpr { op, left, right }) => {
                PlannerResult::Original(RawBinaryExpr { op, left: place.carried(left), right: place.carried(right) })
            }
        })
    }
}

/// Plans an operator whose place is not known: its errors name its first column's.
fn plan_at_columns(binary: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
    let place = place(&binary.left).or_else(|| place(&binary.right));
    plan(binary, schema).map_err(|error| at(error, place))
}

/// An error with the place of the first column or call of the expression it is about.
pub(super) fn placed(error: DataFusionError, expr: &Expr) -> DataFusionError {
    at(error, place(expr))
}

pub(super) fn at(error: DataFusionError, place: Option<Span>) -> DataFusionError {
    match place {
        Some(span) => {
            let message = error.strip_backtrace();
            error.with_diagnostic(Diagnostic::new_error(message, Some(span)))
        }
        None => error,
    }
}

/// Where the first column or call of an expression stands in the text.
pub(super) fn place(expr: &Expr) -> Option<Span> {
    let mut place = None;
    let walked = expr.apply(|node| {
        place = node.spans().and_then(Spans::first).or_else(|| Place::of(node).map(Place::span));
        Ok(if place.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    walked.ok().and(place)
}

fn plan(binary: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
    if let Some(op) = comparison(&binary.op) {
        return plan_comparison(binary, op, schema);
    }
    if let Some(sign) = sign(&binary.op) {
        let (Ok(left), Ok(right)) = (binary.left.get_type(schema), binary.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(binary));
        };
        return Ok(PlannerResult::Planned(arithmetic::call(sign, (binary.left, &left), (binary.right, &right))?));
    }
    if matches!(binary.op, BinaryOperator::And | BinaryOperator::Or) {
        terms(&binary.left, &binary.right, schema)?;
        return Ok(PlannerResult::Original(binary));
    }
    if binary.op == BinaryOperator::StringConcat {
        return plan_concat(binary, schema);
    }
    Ok(PlannerResult::Original(binary))
}

fn plan_comparison(binary: RawBinaryExpr, op: Operator, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
    let RawBinaryExpr { op: sign, left, right } = binary;
    Ok(match compared(op, left, right, schema)? {
        sides if matches!(sign, BinaryOperator::Custom(_)) => PlannerResult::Planned(sides.into_expr(op)),
        Compared::Sides(left, right) => PlannerResult::Original(RawBinaryExpr { op: sign, left, right }),
        Compared::Whole(expr) => PlannerResult::Planned(expr),
    })
}

fn plan_concat(binary: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
    let (Ok(left), Ok(right)) = (binary.left.get_type(schema), binary.right.get_type(schema)) else {
        return Ok(PlannerResult::Original(binary));
    };
    let op = binary.op;
    Ok(match joined((binary.left, &left), (binary.right, &right))? {
        Joined::Texts(left, right) => PlannerResult::Original(RawBinaryExpr { op, left, right }),
        Joined::Whole(expr) => PlannerResult::Planned(expr),
    })
}

fn comparison(op: &BinaryOperator) -> Option<Operator> {
    Some(match op {
        BinaryOperator::Eq => Operator::Eq,
        BinaryOperator::NotEq => Operator::NotEq,
        BinaryOperator::Lt => Operator::Lt,
        BinaryOperator::LtEq => Operator::LtEq,
        BinaryOperator::Gt => Operator::Gt,
        BinaryOperator::GtEq => Operator::GtEq,
        BinaryOperator::Custom(words) if words == IS_DISTINCT_FROM => Operator::IsDistinctFrom,
        BinaryOperator::Custom(words) if words == IS_NOT_DISTINCT_FROM => Operator::IsNotDistinctFrom,
        _ => return None,
    })
}

fn sign(op: &BinaryOperator) -> Option<Sign> {
    Some(match op {
        BinaryOperator::Plus => Sign::Add,
        BinaryOperator::Minus => Sign::Subtract,
        BinaryOperator::Multiply => Sign::Multiply,
        BinaryOperator::Divide => Sign::Divide,
        BinaryOperator::Modulo => Sign::Modulus,
        _ => return None,
    })
}
