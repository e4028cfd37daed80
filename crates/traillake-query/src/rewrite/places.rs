//! Calls and operators get names with their places, so that their errors can say where they stand.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DescribeAlias, Expr, Function, Ident, ObjectNamePart, Spanned, Statement, VisitMut, VisitorMut,
};
use traillake_sql::Place;

use super::FunctionKinds;
use crate::text::position;

/// A call of a statement: the function's name and where it stands.
pub(crate) type Call = (String, Place);

/// Marks the calls and operators of a statement that is ready to be planned; answers the calls.
///
/// A plan that is shown keeps its names.
pub(crate) fn mark_places(statement: &mut Statement, kinds: &FunctionKinds) -> HashSet<Call> {
    let mut marker = Marker { kinds, calls: HashSet::new() };
    let shows_plan = matches!(statement, Statement::Explain { verbose, analyze, describe_alias, .. }
        if *verbose || *analyze || *describe_alias != DescribeAlias::Explain);
    if !shows_plan {
        let _: ControlFlow<()> = statement.visit(&mut marker);
    }
    marker.calls
}

struct Marker<'a> {
    kinds: &'a FunctionKinds,
    calls: HashSet<Call>,
}

impl VisitorMut for Marker<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp { left, op, .. } if !matches!(op, BinaryOperator::And | BinaryOperator::Or) => {
                if let Some(place) = start(left) {
                    *op = place.mark_operator(op);
                }
            }
            Expr::Function(function) => self.call(function),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Marker<'_> {
    fn call(&mut self, function: &mut Function) {
        let [ObjectNamePart::Identifier(name)] = function.name.0.as_mut_slice() else { return };
        let lower = name.value.to_lowercase();
        let is_scalar = self.kinds.scalars.contains(&lower) && !self.kinds.aggregates.contains(&lower);
        if let Some(place) = place(name).filter(|_| is_scalar && function.over.is_none()) {
            *name = Ident { value: place.mark(&lower), quote_style: Some('"'), span: name.span };
            self.calls.insert((lower, place));
        }
    }
}

/// Where an expression starts.
fn start(mut expr: &Expr) -> Option<Place> {
    loop {
        expr = match expr {
            Expr::BinaryOp { left, .. } => left,
            Expr::Nested(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => inner,
            Expr::CompoundFieldAccess { root, .. } => root,
            Expr::Function(function) => {
                let [ObjectNamePart::Identifier(name), ..] = function.name.0.as_slice() else { return None };
                return place(name);
            }
            other => return position(other.span().start).map(|at| Place { line: at.line, column: at.column }),
        }
    }
}

fn place(name: &Ident) -> Option<Place> {
    position(name.span.start).map(|at| Place { line: at.line, column: at.column })
}
