//! From the tree as parsed to the tree DataFusion plans: Lake's names, scopes, parameters and clauses.
//!
//! The order matters: chains of AND and OR are balanced first, iteratively, so that every
//! later step may walk the tree by recursion.

mod arguments;
mod balance;
mod bind;
mod call;
mod clauses;
mod fields;
mod grouping;
mod hidden;
mod joins;
mod members;
mod misuse;
mod nodes;
mod order;
mod places;
mod projection;
mod relations;
mod rows;
mod scope;
mod sets;
mod show;
mod spelling;
mod ties;
mod unnested;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::{Expr, Query, Select, SetExpr, Statement, TableFactor, VisitMut, VisitorMut};

use crate::error::Position;
use crate::output::OutputNames;
use crate::{ParameterValue, QueryError, QueryParameter};

pub(crate) use balance::balance;
pub(crate) use bind::bind_parameters;
pub(crate) use misuse::FunctionKinds;
pub(crate) use places::{Call, mark_places};
pub(crate) use relations::as_relations;
pub(crate) use show::rewrite_show;

/// What a rewrite has to know of the text and the lake.
#[derive(Debug, Default)]
pub(crate) struct RewriteContext {
    /// Quoted names as written, by position.
    pub(crate) written: HashMap<Position, String>,
    /// Values of the `:name` placeholders.
    pub(crate) parameters: Vec<QueryParameter>,
    /// Values of the `?` placeholders.
    pub(crate) values: Vec<ParameterValue>,
    /// Columns of each store by its lower-case name, with and without a schema; filled only when hidden columns are named.
    pub(crate) store_columns: HashMap<String, Vec<String>>,
    /// Types of the columns of all stores by lower-case name.
    pub(crate) column_types: Arc<HashMap<String, DataType>>,
    /// Which functions aggregate and which need a window.
    pub(crate) kinds: Arc<FunctionKinds>,
}

/// Rewrites a checked statement of Lake's SQL; answers the output names of a query.
pub(crate) fn rewrite(statement: &mut Statement, context: &RewriteContext) -> Result<Option<OutputNames>, QueryError> {
    written_out(statement, context)?;
    let items = match statement {
        Statement::Query(query) => {
            Some((projection::items(&query.body, context), spelling::of_wildcards(query, context)))
        }
        _ => None,
    };
    let mut rewriter =
        Rewriter { context, internal: HashMap::new(), parameters: Vec::new(), depth: 0, subqueries: 0, scopes: vec![] };
    broken(statement.visit(&mut rewriter))?;
    let internal = rewriter.internal;
    Ok(items.map(|(items, spelled)| OutputNames::new(items, internal, spelled)))
}

/// Binds parameters and writes out `TABLE x`, `row.*`, and wildcards beside hidden columns.
fn written_out(statement: &mut Statement, context: &RewriteContext) -> Result<(), QueryError> {
    broken(statement.visit(&mut Expander { context }))
}

fn broken(flow: ControlFlow<QueryError>) -> Result<(), QueryError> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

fn flow(outcome: Result<(), QueryError>) -> ControlFlow<QueryError> {
    outcome.map_or_else(ControlFlow::Break, ControlFlow::Continue)
}

struct Expander<'a> {
    context: &'a RewriteContext,
}

impl VisitorMut for Expander<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        clauses::table_to_select(&mut query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryError> {
        hidden::expand_wildcards(select, &self.context.store_columns);
        rows::expand(select, self.context);
        ControlFlow::Continue(())
    }

    // After binding: a parameter may stand for a place or a limit.
    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        let bound = bind::bind(expr, &self.context.parameters, &self.context.values);
        bind::as_cast(expr);
        members::rewrite(expr);
        flow(bound)
    }
}

struct Rewriter<'a> {
    context: &'a RewriteContext,
    /// Names invented because a name is used twice or hidden, and what they stand for.
    internal: HashMap<String, String>,
    /// Parameters of the lambdas around the expression.
    parameters: fields::Parameters,
    /// Queries around the one that is visited.
    depth: usize,
    /// Sub-selects around the expression that may use columns of the query around them.
    subqueries: usize,
    /// Relations of the SELECTs around the expression, innermost last.
    scopes: Vec<HashSet<String>>,
}

impl VisitorMut for Rewriter<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        clauses::fetch_only_to_limit(query);
        let is_outermost = self.depth == 0;
        self.depth += 1;
        flow(order::by_places(query, self.context))?;
        scope::hide_output_names(query, is_outermost, self.context, &mut self.internal);
        // ORDER BY stands outside of the SELECT it sorts.
        let relations = match query.body.as_ref() {
            SetExpr::Select(select) => projection::relation_names(&select.from),
            _ => HashSet::new(),
        };
        self.scopes.push(relations);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<QueryError> {
        self.depth -= 1;
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryError> {
        flow(misuse::check_select(select, self.context))?;
        flow(grouping::rewrite(select))?;
        if self.depth > 1 {
            unnested::qualify(select);
        }
        projection::name_items(select, self.context, &mut self.internal);
        self.scopes.push(projection::relation_names(&select.from));
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _select: &mut Select) -> ControlFlow<QueryError> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, relation: &mut TableFactor) -> ControlFlow<QueryError> {
        self.subqueries += usize::from(is_lateral(relation));
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, relation: &mut TableFactor) -> ControlFlow<QueryError> {
        self.subqueries -= usize::from(is_lateral(relation));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        flow(misuse::check_expr(expr, self.context))?;
        match expr {
            Expr::Lambda(lambda) => {
                let names = lambda.params.iter().map(|parameter| parameter.name.value.to_lowercase()).collect();
                self.parameters.push(names);
            }
            Expr::Function(function) => clauses::lower_type(function),
            Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => self.subqueries += 1,
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        fields::rewrite(expr, &self.parameters, self.context);
        match expr {
            Expr::Lambda(_) => {
                self.parameters.pop();
            }
            Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => self.subqueries -= 1,
            Expr::CompoundIdentifier(_) if self.subqueries > 0 => {
                fields::spell_out(expr, self.context);
                fields::spell_out_outer(expr, &self.scopes, self.context);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_lateral(relation: &TableFactor) -> bool {
    matches!(relation, TableFactor::Derived { lateral: true, .. })
}

/// The SELECTs of a body in the order of the text; the first names the columns.
fn first_select(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select(&query.body),
        SetExpr::SetOperation { left, .. } => first_select(left),
        _ => None,
    }
}

/// Whether two expressions are equal but for the letter case of names.
fn same_text(left: &Expr, right: &Expr) -> bool {
    canonical(left) == canonical(right)
}

/// The text of an expression, lower case outside literals.
fn canonical(expr: &Expr) -> String {
    let mut in_literal = false;
    let lower = |c: char| {
        in_literal ^= c == '\'';
        if in_literal { c } else { c.to_ascii_lowercase() }
    };
    expr.to_string().chars().map(lower).collect()
}

#[cfg(test)]
mod tests;
