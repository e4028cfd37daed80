//! From a text to one checked and rewritten statement.
//!
//! It needs a deep stack: trees that a refused text has grown are freed by recursion.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::error::{explained, parse_error};
use crate::output::OutputNames;
use crate::parameters::bind_intervals;
use crate::rewrite::{
    Call, FunctionKinds, RewriteContext, as_relations, balance, bind_parameters, mark_places, rewrite, rewrite_show,
};
use crate::session::QuerySession;
use crate::text::{is_space, position, read_statement, set_operators};
use crate::values::number;
use crate::{Dialect, ParameterValue, QueryError, QueryOptions, QueryParameter, StatementRules, statement};
use traillake_sql::LakeDialect;

/// Subqueries, parentheses and prefixes within each other that the parser follows.
pub(crate) const MAX_RECURSION: usize = 256;

/// Columns of each store by every lower-case name it has.
type StoreColumns = HashMap<String, Vec<String>>;

/// A text and what it may refer to.
pub(crate) struct Request {
    sql: String,
    text_bytes: usize,
    statements: StatementRules,
    default_store: Result<String, Vec<String>>,
    parameters: Vec<QueryParameter>,
    values: Vec<ParameterValue>,
    store_columns: Box<dyn FnOnce() -> StoreColumns + Send>,
    column_types: Arc<HashMap<String, DataType>>,
    kinds: Arc<FunctionKinds>,
    dialect: Dialect,
}

/// A statement ready to be planned.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) statement: Statement,
    /// Output names; `None` when the plan's own names are shown.
    pub(crate) names: Option<OutputNames>,
    pub(crate) names_hidden_columns: bool,
    /// The calls that are marked with their places.
    pub(crate) calls: HashSet<Call>,
}

impl Request {
    pub(crate) fn new(sql: &str, session: &QuerySession, options: &QueryOptions, text_bytes: usize) -> Self {
        let (stores, default_schema) = (session.stores.clone(), session.default_schema().to_owned());
        Self {
            sql: sql.to_owned(),
            text_bytes,
            statements: options.statements,
            default_store: session.default_store(),
            parameters: options.parameters.clone(),
            values: options.values.clone(),
            store_columns: Box::new(move || stores.columns(&default_schema)),
            column_types: Arc::clone(session.stores.column_types()),
            kinds: Arc::clone(&session.functions().kinds),
            dialect: options.dialect,
        }
    }
}

/// Parses; what is wrong with Lake's SQL is explained by its text.
pub(crate) fn read(request: Request) -> Result<Parsed, QueryError> {
    let (sql, dialect) = (request.sql.clone(), request.dialect);
    parse(request).map_err(|error| match dialect {
        Dialect::Lake => explained(error, &sql),
        Dialect::DataFusion => error,
    })
}

fn parse(request: Request) -> Result<Parsed, QueryError> {
    let default_store =
        || request.default_store.clone().map_err(|stores| QueryError::NoDefaultStore { stores, position: None });
    let mut text = read_statement(&request.sql, request.text_bytes, default_store)?;
    if request.dialect == Dialect::Lake {
        number(&mut text.tokens, &request.values)?;
    }
    bind_intervals(&mut text.tokens, &request.parameters, &request.values)?;
    let names_hidden_columns = text.names_hidden_columns;
    let operators = set_operators(&text.tokens);
    let mut statement = match request.dialect {
        Dialect::Lake => parse_lake(text.tokens)?,
        Dialect::DataFusion => parse_generic(text.tokens)?,
    };
    balance(&mut statement);
    statement::check(&statement, request.statements)?;
    let is_query = matches!(statement, Statement::Query(_));
    let mut statement = rewrite_show(statement)?;
    if request.dialect == Dialect::DataFusion {
        bind_parameters(&mut statement, &request.parameters)?;
        return Ok(Parsed { statement, names: None, names_hidden_columns, calls: HashSet::new() });
    }
    let context = RewriteContext {
        written: text.written,
        parameters: request.parameters,
        values: request.values,
        store_columns: if names_hidden_columns { (request.store_columns)() } else { HashMap::new() },
        column_types: request.column_types,
        kinds: request.kinds,
    };
    let names = rewrite(&mut statement, &context)?.filter(|_| is_query);
    as_relations(&mut statement, &operators)?;
    let calls = mark_places(&mut statement, &context.kinds);
    Ok(Parsed { statement, names, names_hidden_columns, calls })
}

fn parse_lake(tokens: Vec<TokenWithSpan>) -> Result<Statement, QueryError> {
    parse_tokens(Parser::new(&LakeDialect), tokens, false)
}

fn parse_generic(tokens: Vec<TokenWithSpan>) -> Result<Statement, QueryError> {
    // The generic parser takes `TABLE x` for a query only where it knows that there is one.
    let is_table = tokens
        .iter()
        .find(|token| !is_space(&token.token))
        .is_some_and(|first| matches!(&first.token, Token::Word(word) if word.keyword == Keyword::TABLE));
    parse_tokens(Parser::new(&GenericDialect {}), tokens, is_table)
}

fn parse_tokens(parser: Parser<'_>, tokens: Vec<TokenWithSpan>, is_query: bool) -> Result<Statement, QueryError> {
    let mut parser = parser.with_recursion_limit(MAX_RECURSION).with_tokens_with_locations(tokens);
    let statement = if is_query { parser.parse_query().map(Statement::Query) } else { parser.parse_statement() };
    let next = parser.peek_token();
    let statement = statement.map_err(|error| parse_error(&error))?;
    if next.token == Token::EOF {
        return Ok(statement);
    }
    let message = format!("expected the end of the query, found `{}`", next.token);
    Err(QueryError::Syntax { message, position: position(next.span.start), hint: None })
}

#[cfg(test)]
mod tests;
