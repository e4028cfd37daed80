//! Which statements and clauses are accepted: an allow-list, checked on the whole tree.

mod clauses;
mod size;
mod tables;
mod words;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DescribeAlias, ObjectName, Query, Select, Statement, TableFactor, Visit, Visitor,
};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::error::no_statement;
use crate::text::is_space;
use crate::{QueryError, StatementRules};

pub(crate) use tables::are_all_in;

const ALLOWED: &str =
    "SELECT (with WITH, UNION, VALUES ...), EXPLAIN, SHOW TABLES, SHOW COLUMNS, SHOW FUNCTIONS, DESCRIBE";
const ALLOWED_QUERY: &str = "SELECT (with WITH, UNION, VALUES ...)";

/// Refuses a text by its first word, so that statements the parser does not know are named as well.
pub(crate) fn check_first_keyword(tokens: &[TokenWithSpan]) -> Result<(), QueryError> {
    let mut words = tokens.iter().filter(|token| !is_space(&token.token));
    let Some(start) = words.next() else { return Ok(()) };
    let Token::Word(first) = &start.token else { return Ok(()) };
    let starts_query = matches!(
        first.keyword,
        Keyword::SELECT
            | Keyword::WITH
            | Keyword::VALUES
            | Keyword::TABLE
            | Keyword::EXPLAIN
            | Keyword::SHOW
            | Keyword::DESCRIBE
            | Keyword::DESC
    );
    if starts_query {
        return words::check(first.keyword, words.map(|token| &token.token));
    }
    if let Some(error) = no_statement(start) {
        return Err(error);
    }
    let second = words.next().and_then(|token| match &token.token {
        Token::Word(word) if word.keyword != Keyword::NoKeyword && is_verb(first.keyword) => {
            Some(word.value.to_uppercase())
        }
        _ => None,
    });
    let statement = [Some(first.value.to_uppercase()), second].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Err(not_allowed(statement))
}

/// Statements whose second keyword says what they do.
fn is_verb(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::CREATE | Keyword::DROP | Keyword::ALTER | Keyword::START | Keyword::INSERT | Keyword::DELETE
    )
}

/// Refuses everything but queries and, on the command line, statements about them.
pub(crate) fn check(statement: &Statement, rules: StatementRules) -> Result<(), QueryError> {
    if rules == StatementRules::QueryOnly && !matches!(statement, Statement::Query(_)) {
        return Err(QueryError::NotAllowed { statement: kind(statement), allowed: ALLOWED_QUERY, position: None });
    }
    match statement.visit(&mut Checker) {
        ControlFlow::Continue(()) => size::check(statement),
        ControlFlow::Break(error) => Err(error),
    }
}

pub(crate) fn not_allowed(statement: impl Into<String>) -> QueryError {
    QueryError::NotAllowed { statement: statement.into(), allowed: ALLOWED, position: None }
}

struct Checker;

impl Visitor for Checker {
    type Break = QueryError;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<QueryError> {
        if is_allowed(statement) { ControlFlow::Continue(()) } else { ControlFlow::Break(not_allowed(kind(statement))) }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        refuse(clauses::of_query(query))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<QueryError> {
        refuse(clauses::of_select(select))
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<QueryError> {
        refuse(clauses::of_engine(name))
    }

    fn pre_visit_table_factor(&mut self, relation: &TableFactor) -> ControlFlow<QueryError> {
        refuse(clauses::of_relation(relation))
    }
}

fn refuse(clause: Option<String>) -> ControlFlow<QueryError> {
    clause.map_or(ControlFlow::Continue(()), |clause| ControlFlow::Break(not_allowed(clause)))
}

fn is_allowed(statement: &Statement) -> bool {
    match statement {
        Statement::Query(_)
        | Statement::ShowTables { .. }
        | Statement::ShowColumns { .. }
        | Statement::ShowFunctions { .. } => true,
        Statement::ExplainTable { describe_alias, hive_format: None, .. } => *describe_alias != DescribeAlias::Explain,
        Statement::Explain { statement, options: None, query_plan: false, estimate: false, .. } => {
            matches!(**statement, Statement::Query(_))
        }
        _ => false,
    }
}

/// The keywords a statement begins with.
fn kind(statement: &Statement) -> String {
    const WORDS: usize = 2;
    if let Statement::Explain { statement, .. } = statement {
        return format!("EXPLAIN {}", kind(statement));
    }
    let text = statement.to_string();
    let words = text.split_whitespace().take(WORDS).take_while(|word| word.bytes().all(|b| b.is_ascii_uppercase()));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
