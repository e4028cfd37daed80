//! From the tree as parsed to the tree DataFusion plans: Lake's names, scopes, parameters and clauses.
//!
//! The order matters: chains of AND and OR are balanced first, iteratively, so that every
//! later step may walk the tree by recursion.

mod answers;
mod balance;
mod call;
mod fields;
mod grouping;
mod hidden;
mod misuse;
mod order;
mod projection;
mod rows;
mod scope;
mod show;
mod spelling;

use std::collections::HashMap;
use std::ops::ControlFlow;

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::{
    Expr, Fetch, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LimitClause, Offset, Query, Select,
    SetExpr, Spanned, Statement, Value, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::error::Position;
use crate::functions::ARRAY;
use crate::output::OutputNames;
use crate::text::position;
use crate::{QueryError, QueryParameter};

pub(crate) use balance::balance;
pub(crate) use misuse::FunctionKinds;
pub(crate) use show::rewrite_show;

/// Functions whose second argument is the text of a type.
const CASTS: [&str; 2] = ["$cast", "$try_cast"];

/// What a rewrite has to know of the text and the lake.
#[derive(Debug, Default)]
pub(crate) struct RewriteContext {
    /// Quoted names as written, by position.
    pub(crate) written: HashMap<Position, String>,
    /// Values of the `:name` placeholders.
    pub(crate) parameters: Vec<QueryParameter>,
    /// Columns of each store by lower-case table name; filled only when hidden columns are named.
    pub(crate) store_columns: HashMap<String, Vec<String>>,
    /// Types of the columns of all stores by lower-case name.
    pub(crate) column_types: HashMap<String, DataType>,
    /// Which functions aggregate and which need a window.
    pub(crate) kinds: FunctionKinds,
}

/// Rewrites a checked statement of Lake's SQL; answers the output names of a query.
pub(crate) fn rewrite(statement: &mut Statement, context: &RewriteContext) -> Result<Option<OutputNames>, QueryError> {
    written_out(statement, context)?;
    let items = match statement {
        Statement::Query(query) => Some((projection::items(&query.body, context), spelling::of_wildcards(query, context))),
        _ => None,
    };
    let mut rewriter = Rewriter { context, internal: HashMap::new(), parameters: Vec::new(), depth: 0, subqueries: 0 };
    broken(statement.visit(&mut rewriter))?;
    let internal = rewriter.internal;
    Ok(items.map(|(items, spelled)| OutputNames::new(items, internal, spelled)))
}

/// Puts values in the place of placeholders and leaves everything else to the engine.
pub(crate) fn bind_parameters(statement: &mut Statement, parameters: &[QueryParameter]) -> Result<(), QueryError> {
    broken(statement.visit(&mut Binder { parameters }))
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
        table_to_select(&mut query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryError> {
        hidden::expand_wildcards(select, &self.context.store_columns);
        rows::expand(select, self.context);
        ControlFlow::Continue(())
    }

    // After binding: a parameter may stand for a place or a limit.
    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        flow(bind(expr, &self.context.parameters))
    }
}

struct Binder<'a> {
    parameters: &'a [QueryParameter],
}

impl VisitorMut for Binder<'_> {
    type Break = QueryError;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        flow(bind(expr, self.parameters))
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
    /// Subqueries in the place of a value or condition around the expression.
    subqueries: usize,
}

impl VisitorMut for Rewriter<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        fetch_to_limit(query);
        let is_outermost = self.depth == 0;
        self.depth += 1;
        flow(order::by_places(query, self.context))?;
        scope::hide_output_names(query, is_outermost, self.context, &mut self.internal);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<QueryError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryError> {
        flow(misuse::check_select(select, self.context))?;
        flow(grouping::rewrite(select))?;
        answers::rewrite(select);
        projection::name_items(select, self.context, &mut self.internal);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        flow(misuse::check_expr(expr, self.context))?;
        match expr {
            Expr::Lambda(lambda) => {
                let names = lambda.params.iter().map(|parameter| parameter.name.value.to_lowercase()).collect();
                self.parameters.push(names);
            }
            Expr::Function(function) => lower_type(function),
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
            Expr::CompoundIdentifier(_) if self.subqueries > 0 => fields::spell_out(expr, self.context),
            Expr::Array(array) => *expr = call::call(ARRAY, std::mem::take(&mut array.elem)),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// `FETCH FIRST n ROWS ONLY` is `LIMIT n`.
fn fetch_to_limit(query: &mut Query) {
    let Some(Fetch { quantity, .. }) = query.fetch.take() else { return };
    let one = || Expr::Value(Value::Number("1".into(), false).into());
    let limit = Some(quantity.unwrap_or_else(one));
    let offset: Option<Offset> = match query.limit_clause.take() {
        Some(LimitClause::LimitOffset { offset, .. }) => offset,
        _ => None,
    };
    query.limit_clause = Some(LimitClause::LimitOffset { limit, offset, limit_by: vec![] });
}

/// `TABLE x` is `SELECT * FROM x`.
fn table_to_select(body: &mut SetExpr) {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            table_to_select(left);
            table_to_select(right);
        }
        SetExpr::Table(table) => {
            let parts = [&table.schema_name, &table.table_name].into_iter().flatten();
            let name: Vec<_> = parts.map(|part| Ident::with_quote('"', part.to_lowercase()).to_string()).collect();
            let parser = Parser::new(&GenericDialect {}).try_with_sql(&format!("SELECT * FROM {}", name.join(".")));
            if let Some(query) = parser.ok().and_then(|mut parser| parser.parse_query().ok()) {
                *body = *query.body;
            }
        }
        _ => {}
    }
}

/// The text of a type in lower case, so that equal casts are equal expressions.
fn lower_type(function: &mut Function) {
    let is_cast = function.name.0.first().and_then(|part| part.as_ident()).is_some_and(|name| {
        let name = name.value.as_str();
        CASTS.contains(&name)
    });
    let FunctionArguments::List(list) = &mut function.args else { return };
    let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))) = list.args.get_mut(1) else { return };
    if let (true, Value::SingleQuotedString(text)) = (is_cast, &mut value.value) {
        *text = text.to_lowercase();
    }
}

/// Puts a parameter's value in the place of its placeholder.
fn bind(expr: &mut Expr, parameters: &[QueryParameter]) -> Result<(), QueryError> {
    let Expr::Value(value) = &*expr else { return Ok(()) };
    let Value::Placeholder(text) = &value.value else { return Ok(()) };
    let name = text.trim_start_matches([':', '@', '$', '?']);
    let parameter =
        parameters.iter().find(|parameter| text.starts_with(':') && parameter.name.eq_ignore_ascii_case(name));
    let Some(parameter) = parameter else {
        let at = position(expr.span().start);
        return Err(if text.starts_with(':') {
            QueryError::UnboundParameter { name: name.to_owned(), position: at }
        } else {
            QueryError::Placeholder { text: text.clone(), position: at }
        });
    };
    *expr = parameter.literal()?;
    Ok(())
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
