//! From the tree as parsed to the tree DataFusion plans: Lake's names, parameters and clauses.
//!
//! The order matters: chains of AND and OR are balanced first, iteratively, so that every
//! later step may walk the tree by recursion.

mod balance;
mod fields;
mod hidden;
mod order;
mod projection;
mod show;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Fetch, LimitClause, Offset, Query, Select, SetExpr, Spanned, Statement, Value, VisitMut, VisitorMut,
};

use crate::error::Position;
use crate::output::OutputNames;
use crate::text::position;
use crate::{QueryError, QueryParameter};

pub(crate) use balance::balance;
pub(crate) use show::rewrite_show;

/// What a rewrite has to know of the text and the lake.
#[derive(Debug, Default)]
pub(crate) struct RewriteContext {
    /// Quoted names as written, by position.
    pub(crate) written: HashMap<Position, String>,
    /// Values of the `:name` placeholders.
    pub(crate) parameters: Vec<QueryParameter>,
    /// Columns of map type: what follows their name after a dot is a key, in its own case.
    pub(crate) map_columns: HashSet<String>,
    /// Columns of each store by lower-case table name; filled only when hidden columns are named.
    pub(crate) store_columns: HashMap<String, Vec<String>>,
}

/// Rewrites a checked statement; answers the output names of a query.
pub(crate) fn rewrite(statement: &mut Statement, context: &RewriteContext) -> Result<Option<OutputNames>, QueryError> {
    let mut rewriter = Rewriter { context, internal: HashMap::new() };
    if let ControlFlow::Break(error) = statement.visit(&mut rewriter) {
        return Err(error);
    }
    let internal = rewriter.internal;
    Ok(match statement {
        Statement::Query(query) => Some(OutputNames::new(projection::items(&query.body, context, &internal), internal)),
        _ => None,
    })
}

struct Rewriter<'a> {
    context: &'a RewriteContext,
    /// Names invented because a name is used twice, and what they stand for.
    internal: HashMap<String, String>,
}

impl VisitorMut for Rewriter<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        fetch_to_limit(query);
        order::by_places(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryError> {
        hidden::expand_wildcards(select, &self.context.store_columns);
        projection::name_items(select, self.context, &mut self.internal);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        fields::rewrite(expr, self.context);
        match bind(expr, &self.context.parameters) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
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

#[cfg(test)]
mod tests;
