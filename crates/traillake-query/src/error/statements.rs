//! Errors of a text that is no query, with the place the parser did not keep.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Position, QueryError, syntax};
use crate::suggest::nearest;
use crate::text::{is_space, position, tokenize};

/// What a statement of a lake begins with.
const STARTS: [&str; 8] = ["SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "SHOW", "DESCRIBE", "DESC"];

/// The first word of a statement, when it is a misspelt one or none at all.
pub(crate) fn no_statement(first: &TokenWithSpan) -> Option<QueryError> {
    let Token::Word(word) = &first.token else { return None };
    let keyword = nearest(&word.value, STARTS);
    if word.keyword != Keyword::NoKeyword && word.keyword != Keyword::FROM && keyword.is_none() {
        return None;
    }
    let hint = match keyword {
        Some(keyword) => format!("did you mean `{keyword}`?"),
        None => "a query begins with SELECT: `SELECT eventName FROM <store>`".into(),
    };
    let message = format!("mismatched input '{}'. Expecting: 'SELECT', 'WITH', 'VALUES', 'TABLE'", word.value);
    Some(QueryError::Syntax { message, position: position(first.span.start), hint: Some(hint) })
}

/// What to do in the place of a statement that begins with these keywords.
pub(super) fn instead(statement: &str, allowed: &str) -> String {
    match statement {
        "CREATE EXTERNAL" | "CREATE TABLE" | "ALTER TABLE" | "MSCK" => {
            "an event data store is a table already and finds its partitions itself: `SELECT ... FROM athena.<store>` \
             has Athena's columns"
                .into()
        }
        "CREATE OR" | "CREATE VIEW" => {
            "name the query with WITH: `WITH name AS (SELECT ...) SELECT ... FROM name`".into()
        }
        _ => format!("allowed: {allowed}"),
    }
}

/// An error about a clause at the place where its keywords first stand in the text.
fn located(error: QueryError, sql: &str) -> QueryError {
    match error {
        QueryError::NotAllowed { statement, allowed, position: None } => {
            let position = words(&statement, sql);
            QueryError::NotAllowed { statement, allowed, position }
        }
        QueryError::NoDefaultStore { stores, position: None } => {
            let position = tokenize(sql).ok().and_then(|tokens| default_store(&tokens));
            QueryError::NoDefaultStore { stores, position }
        }
        other => other,
    }
}

fn default_store(tokens: &[TokenWithSpan]) -> Option<Position> {
    let is_default = |token: &&TokenWithSpan| matches!(&token.token, Token::Placeholder(name) if name.eq_ignore_ascii_case("$EDS_ID"));
    tokens.iter().find(is_default).and_then(|token| position(token.span.start))
}

/// Where the words first stand one after the other; those without letters are passed over.
fn words(text: &str, sql: &str) -> Option<Position> {
    let wanted: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let wanted: Vec<&str> = wanted.into_iter().filter(|word| !word.is_empty()).collect();
    let mut tokens = tokenize(sql).ok()?;
    tokens.retain(|token| !is_space(&token.token));
    let is_word = |token: &TokenWithSpan, word: &str| token.token.to_string().eq_ignore_ascii_case(word);
    let at = |words: &[&str]| {
        let first = words.first()?;
        let starts = tokens.iter().enumerate().filter(|(_, token)| is_word(token, first));
        let all = |start: usize| words.iter().zip(tokens.iter().skip(start)).all(|(word, token)| is_word(token, word));
        starts.map(|(start, _)| start).find(|&start| all(start))
    };
    // `SELECT INTO` names a clause that stands apart from its first word.
    let found = at(&wanted).or_else(|| at(wanted.get(1..)?)).or_else(|| at(wanted.get(..1)?));
    position(tokens.get(found?)?.span.start)
}

/// A syntax error with what to write instead.
pub(crate) fn explained(error: QueryError, sql: &str) -> QueryError {
    match error {
        QueryError::Syntax { message, position: Some(position), hint: None } => syntax::explain(message, position, sql),
        other => located(other, sql),
    }
}
