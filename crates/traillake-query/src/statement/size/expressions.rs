//! The size of expressions: names count what they stand for.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Function, Query, Visit, Visitor};

use super::{Measure, Scope, Size};
use crate::QueryError;

/// Functions whose arguments are planned twice.
const DOUBLING: [&str; 1] = ["coalesce"];

/// What an expression holds.
#[derive(Clone, Copy, Default)]
struct Parts {
    plain: u64,
    lambdas: u64,
    /// How often a lambda names its parameters, which stand for what is plain.
    uses: u64,
}

impl Parts {
    fn size(&self) -> u64 {
        self.plain.saturating_mul(self.uses.max(1)).saturating_add(self.lambdas)
    }
}

/// Walks the expressions of one node; queries in them are measured apart.
pub(super) struct Expressions<'a> {
    measure: &'a mut Measure,
    scope: &'a Scope<'a>,
    /// The expressions around the one that is visited, the node's own first.
    around: Vec<Parts>,
    /// Parameters of the lambdas around, in lower case, and how often they are named.
    parameters: Vec<(Vec<String>, u64)>,
    relations: u64,
    /// Queries around the expression: theirs are not counted here.
    queries: usize,
}

impl<'a> Expressions<'a> {
    pub(super) fn new(measure: &'a mut Measure, scope: &'a Scope<'a>) -> Self {
        Self { measure, scope, around: vec![Parts::default()], parameters: vec![], relations: 0, queries: 0 }
    }

    pub(super) fn of(mut self, node: &impl Visit) -> Result<Size, QueryError> {
        if let ControlFlow::Break(error) = node.visit(&mut self) {
            return Err(error);
        }
        let expressions = self.around.first().map_or(0, Parts::size);
        Ok(Size { relations: self.relations, expressions, ..Size::default() })
    }

    fn add(&mut self, size: u64) {
        if let Some(around) = self.around.last_mut() {
            around.plain = around.plain.saturating_add(size);
        }
    }

    /// Notes a name that may be the parameter of a lambda.
    fn note(&mut self, expr: &Expr) {
        let name = match expr {
            Expr::Identifier(name) => name,
            Expr::CompoundIdentifier(names) => match names.first() {
                Some(name) => name,
                None => return,
            },
            _ => return,
        };
        let name = name.value.to_lowercase();
        if let Some((_, uses)) = self.parameters.iter_mut().rev().find(|(names, _)| names.contains(&name)) {
            *uses += 1;
        }
    }

    /// Ends the innermost lambda, whose body has this size.
    fn end_lambda(&mut self, body: u64) {
        let uses = self.parameters.pop().map_or(0, |(_, uses)| uses);
        if let Some(call) = self.around.last_mut() {
            call.lambdas = call.lambdas.saturating_add(body.saturating_mul(2));
            call.uses = call.uses.max(uses);
        }
    }

    /// What a name stands for.
    fn named(&self, expr: &Expr) -> u64 {
        let column = |name: &str| self.scope.column(&name.to_lowercase());
        let parts = match expr {
            Expr::Identifier(name) => std::slice::from_ref(name),
            Expr::CompoundIdentifier(names) => names.as_slice(),
            _ => return 1,
        };
        parts.iter().filter_map(|name| column(&name.value)).max().unwrap_or(1)
    }
}

impl Visitor for Expressions<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        self.queries += 1;
        if self.queries > 1 {
            return ControlFlow::Continue(());
        }
        match self.measure.query(query, self.scope) {
            Ok(size) => {
                self.relations = self.relations.saturating_add(size.relations);
                self.add(size.expressions.saturating_mul(2));
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<QueryError> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<QueryError> {
        if self.queries == 0 {
            self.measure.written += 1;
            self.around.push(Parts::default());
            if let Expr::Lambda(lambda) = expr {
                let names = lambda.params.iter().map(|parameter| parameter.name.value.to_lowercase());
                self.parameters.push((names.collect(), 0));
            }
            self.note(expr);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<QueryError> {
        if self.queries == 0 {
            let inner = self.around.pop().unwrap_or_default().size();
            match expr {
                Expr::Lambda(_) => self.end_lambda(inner),
                _ if is_doubled(expr) => self.add(inner.saturating_mul(2).saturating_add(1)),
                _ => self.add(inner.saturating_add(self.named(expr))),
            }
        }
        ControlFlow::Continue(())
    }
}

/// Whether the engine plans what the expression holds twice.
fn is_doubled(expr: &Expr) -> bool {
    match expr {
        Expr::Between { .. } => true,
        Expr::Function(Function { name, .. }) => {
            let name = name.to_string();
            DOUBLING.iter().any(|doubling| doubling.eq_ignore_ascii_case(&name))
        }
        _ => false,
    }
}

/// The name a select item has without an alias.
pub(super) fn name_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.to_lowercase()),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.to_lowercase()),
        _ => None,
    }
}
