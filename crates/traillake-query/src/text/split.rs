//! Statements of a script: where each ends, for a prompt and for files.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::{is_space, offsets, tokenize};
use crate::QueryError;

/// Splits a script at its semicolons; strings, comments and quoted names may hold some.
///
/// Statements keep their comments and lose the white space around them; parts without a
/// statement are left out. Text that is not made of tokens (an unfinished string) is
/// [`QueryError::Syntax`].
pub fn split_statements(sql: &str) -> Result<Vec<String>, QueryError> {
    let tokens = tokenize(sql)?;
    let starts = offsets::starts(sql, &tokens);
    let mut statements = Vec::new();
    let (mut from, mut is_blank) = (0, true);
    for (token, start) in tokens.iter().zip(starts) {
        if token.token == Token::SemiColon {
            push(&mut statements, sql.get(from..start), is_blank);
            (from, is_blank) = (start + 1, true);
        } else {
            is_blank &= is_space(&token.token);
        }
    }
    push(&mut statements, sql.get(from..), is_blank);
    Ok(statements)
}

/// Whether a prompt should run `sql` instead of asking for another line: it ends in a semicolon
/// outside strings and comments, or holds nothing.
pub fn is_complete_statement(sql: &str) -> bool {
    let Ok(tokens) = tokenize(sql) else { return false };
    let last = tokens.iter().rev().find(|token| !is_space(&token.token));
    last.is_none_or(|last| last.token == Token::SemiColon)
}

fn push(statements: &mut Vec<String>, text: Option<&str>, is_blank: bool) {
    if !is_blank {
        statements.extend(text.map(|text| text.trim().to_owned()));
    }
}
