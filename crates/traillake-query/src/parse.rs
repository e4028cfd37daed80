//! From a text to one checked and rewritten statement.
//!
//! It runs on a thread with a deep stack: trees that a refused text has grown are freed by
//! recursion, and the caller's stack may be small.

use std::collections::HashMap;

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};
use tokio::sync::oneshot;

use crate::error::parse_error;
use crate::output::OutputNames;
use crate::parameters::bind_intervals;
use crate::rewrite::{FunctionKinds, RewriteContext, balance, bind_parameters, rewrite, rewrite_show};
use crate::session::QuerySession;
use crate::text::{is_space, position, read_statement};
use crate::{Dialect, QueryError, QueryOptions, QueryParameter, StatementRules, statement};
use traillake_sql::LakeDialect;

/// Address space for the parsing thread; only what is used takes memory.
const STACK_BYTES: usize = 256 << 20;
/// Subqueries, parentheses and prefixes within each other that the parser follows.
pub(crate) const MAX_RECURSION: usize = 256;

/// A text and what it may refer to.
#[derive(Debug)]
pub(crate) struct Request {
    sql: String,
    text_bytes: usize,
    statements: StatementRules,
    default_store: Result<String, Vec<String>>,
    parameters: Vec<QueryParameter>,
    store_columns: HashMap<String, Vec<String>>,
    column_types: HashMap<String, DataType>,
    kinds: FunctionKinds,
    dialect: Dialect,
}

/// A statement ready to be planned.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) statement: Statement,
    /// Output names; `None` when the plan's own names are shown.
    pub(crate) names: Option<OutputNames>,
    pub(crate) names_hidden_columns: bool,
}

impl Request {
    pub(crate) fn new(sql: &str, session: &QuerySession, options: &QueryOptions, text_bytes: usize) -> Self {
        Self {
            sql: sql.to_owned(),
            text_bytes,
            statements: options.statements,
            default_store: session.default_store(),
            parameters: options.parameters.clone(),
            store_columns: session.store_columns(),
            column_types: session.column_types(),
            kinds: session.function_kinds(),
            dialect: options.dialect,
        }
    }
}

/// Parses on a thread of its own.
pub(crate) async fn on_deep_stack(request: Request) -> Result<Parsed, QueryError> {
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new().name("traillake-parse".into()).stack_size(STACK_BYTES);
    let spawned = thread.spawn(move || {
        // Nobody waits any more when the query was dropped meanwhile.
        let _ = sender.send(parse(request));
    });
    let failed = || QueryError::Failed { message: "the query could not be parsed".into() };
    spawned.map_err(|_| failed())?;
    receiver.await.unwrap_or_else(|_| Err(failed()))
}

fn parse(request: Request) -> Result<Parsed, QueryError> {
    let default_store = || request.default_store.clone().map_err(|stores| QueryError::NoDefaultStore { stores });
    let mut text = read_statement(&request.sql, request.text_bytes, default_store)?;
    bind_intervals(&mut text.tokens, &request.parameters)?;
    let names_hidden_columns = text.names_hidden_columns;
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
        return Ok(Parsed { statement, names: None, names_hidden_columns });
    }
    let context = RewriteContext {
        written: text.written,
        parameters: request.parameters,
        store_columns: if names_hidden_columns { request.store_columns } else { HashMap::new() },
        column_types: request.column_types,
        kinds: request.kinds,
    };
    let names = rewrite(&mut statement, &context)?.filter(|_| is_query);
    Ok(Parsed { statement, names, names_hidden_columns })
}

fn parse_lake(tokens: Vec<TokenWithSpan>) -> Result<Statement, QueryError> {
    let dialect = LakeDialect::for_tokens(tokens.len());
    let parser = Parser::new(&dialect);
    let parsed = parse_tokens(parser, tokens, false);
    if dialect.gave_up() {
        let message = "too many mistakes: check parentheses, brackets and commas".into();
        return Err(QueryError::Syntax { message, position: None });
    }
    parsed
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
    Err(QueryError::Syntax { message, position: position(next.span.start) })
}

#[cfg(test)]
mod tests;
