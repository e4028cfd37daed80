//! From a query text to the tokens of one statement: what has to happen before parsing.
//!
//! Strings, comments and quoted names are single tokens here, so nothing inside them is
//! ever taken for an id or a placeholder; every token keeps its place in the text.

mod bare_ids;
mod hidden_calls;
mod offsets;
mod shape;
mod split;

use std::collections::HashMap;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::error::Position;
use crate::{QueryError, statement};
use traillake_sql::LakeDialect;

pub use split::{is_complete_statement, split_statements};

/// Columns a table has beside its schema; named without quotes they look like placeholders.
const HIDDEN_COLUMNS: [&str; 5] = ["$account", "$region", "$date", "$month", "$path"];

/// The tokens of one statement.
#[derive(Debug)]
pub(crate) struct StatementText {
    /// Tokens as the parser takes them: bare ids and quoted names are lower-case quoted names.
    pub(crate) tokens: Vec<TokenWithSpan>,
    /// Quoted names as they were written, by where they start.
    pub(crate) written: HashMap<Position, String>,
    /// Whether a hidden column is named.
    pub(crate) names_hidden_columns: bool,
}

/// Reads the one statement of `sql`; `default_store` is asked for when `$EDS_ID` is met.
pub(crate) fn read_statement(
    sql: &str,
    limit_bytes: usize,
    default_store: impl Fn() -> Result<String, QueryError>,
) -> Result<StatementText, QueryError> {
    if sql.len() > limit_bytes {
        return Err(QueryError::TextTooLong { length_bytes: sql.len(), limit_bytes });
    }
    let tokens = only_statement(&tokenize(sql)?)?;
    statement::check_first_keyword(&tokens)?;
    let mut tokens = bare_ids::quote(sql, tokens);
    replace_placeholders(&mut tokens, default_store)?;
    hidden_calls::check(&tokens)?;
    shape::check(&tokens)?;
    let written = lower_quoted_names(&mut tokens);
    let names_hidden_columns = tokens.iter().any(|token| is_hidden_column(&token.token));
    Ok(StatementText { tokens, written, names_hidden_columns })
}

impl From<Location> for Position {
    fn from(location: Location) -> Self {
        Self { line: location.line, column: location.column }
    }
}

/// Where a token or an expression starts, if the parser knows.
pub(crate) fn position(location: Location) -> Option<Position> {
    (location.line > 0).then(|| location.into())
}

/// All tokens of `sql`, white space and comments included.
pub(crate) fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, QueryError> {
    Tokenizer::new(&LakeDialect, sql).tokenize_with_location().map_err(|error| QueryError::Syntax {
        message: lower_first(error.message.trim_end_matches('.')),
        position: position(error.location),
        hint: None,
    })
}

/// Where UNION, INTERSECT and EXCEPT stand.
pub(crate) fn set_operators(tokens: &[TokenWithSpan]) -> Vec<Position> {
    const OPERATORS: [Keyword; 3] = [Keyword::UNION, Keyword::INTERSECT, Keyword::EXCEPT];
    let is_operator =
        |token: &&TokenWithSpan| matches!(&token.token, Token::Word(word) if OPERATORS.contains(&word.keyword));
    tokens.iter().filter(is_operator).filter_map(|token| position(token.span.start)).collect()
}

/// The tokens of `sql` with bare ids as quoted names.
pub(crate) fn with_ids(sql: &str) -> Result<Vec<TokenWithSpan>, QueryError> {
    Ok(bare_ids::quote(sql, tokenize(sql)?))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn only_statement(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>, QueryError> {
    let mut statements: Vec<Vec<TokenWithSpan>> = tokens
        .split(|token| token.token == Token::SemiColon)
        .filter(|statement| statement.iter().any(|token| !is_space(&token.token)))
        .map(<[_]>::to_vec)
        .collect();
    match statements.len() {
        0 => Err(QueryError::Empty),
        1 => Ok(statements.remove(0)),
        count => {
            let first = |tokens: &Vec<TokenWithSpan>| tokens.iter().find(|token| !is_space(&token.token)).cloned();
            let position = statements.get(1).and_then(first).and_then(|token| position(token.span.start));
            Err(QueryError::SeveralStatements { count, position })
        }
    }
}

pub(crate) fn is_space(token: &Token) -> bool {
    matches!(token, Token::Whitespace(_))
}

/// Turns `$EDS_ID` and the hidden columns into names, and refuses what documents write where a
/// store belongs: `<store>`, `{store}`, `?`, `$EventDataStoreId$`.
fn replace_placeholders(
    tokens: &mut [TokenWithSpan],
    default_store: impl Fn() -> Result<String, QueryError>,
) -> Result<(), QueryError> {
    let mut expected = Expected::Anything;
    for i in 0..tokens.len() {
        let Some((token, rest)) = tokens.get_mut(i..).and_then(<[_]>::split_first_mut) else { break };
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Placeholder(name) if name.eq_ignore_ascii_case("$EDS_ID") => {
                token.token = Token::make_word(&default_store()?, Some('"'));
            }
            Token::Placeholder(name) if HIDDEN_COLUMNS.iter().any(|hidden| hidden.eq_ignore_ascii_case(name)) => {
                token.token = Token::make_word(name, Some('"'));
            }
            Token::Placeholder(_) if expected == Expected::Store => return Err(placeholder(token, &[], &Token::EOF)),
            Token::Lt if expected != Expected::Anything => return Err(placeholder(token, rest, &Token::Gt)),
            Token::LBrace => return Err(placeholder(token, rest, &Token::RBrace)),
            _ => {}
        }
        expected = Expected::after(&token.token);
    }
    Ok(())
}

/// What may follow a token.
#[derive(PartialEq, Eq)]
enum Expected {
    Store,
    /// A store or a value, not an operator.
    Operand,
    Anything,
}

impl Expected {
    fn after(token: &Token) -> Self {
        match token {
            Token::Word(word) if word.quote_style.is_none() => match word.keyword {
                Keyword::FROM | Keyword::JOIN => Self::Store,
                _ => Self::Anything,
            },
            Token::Comma => Self::Operand,
            _ => Self::Anything,
        }
    }
}

/// The placeholder that starts with a token and ends with `end`.
fn placeholder(first: &TokenWithSpan, rest: &[TokenWithSpan], end: &Token) -> QueryError {
    const LONGEST: usize = 16;
    let mut text = first.token.to_string();
    for token in rest.iter().take(LONGEST) {
        text.push_str(&token.token.to_string());
        if token.token == *end {
            break;
        }
    }
    QueryError::Placeholder { text, wanted: "an event data store", position: position(first.span.start) }
}

/// Makes quoted names match in any case, as they do in Lake, and returns them as written.
fn lower_quoted_names(tokens: &mut [TokenWithSpan]) -> HashMap<Position, String> {
    let mut written = HashMap::new();
    for token in tokens {
        let Token::Word(word) = &mut token.token else { continue };
        if word.quote_style.is_some() {
            let lower = word.value.to_lowercase();
            written.insert(token.span.start.into(), std::mem::replace(&mut word.value, lower));
        }
    }
    written
}

fn is_hidden_column(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_some() && HIDDEN_COLUMNS.contains(&word.value.as_str()))
}

#[cfg(test)]
mod tests;
