//! Functions that only the grammar and the rewrites write: no text may call them.

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::{is_space, position};
use crate::QueryError;

/// Refuses a call of a function whose name starts with `$`.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), QueryError> {
    let mut before: Option<&TokenWithSpan> = None;
    for token in tokens.iter().filter(|token| !is_space(&token.token)) {
        let name = before.replace(token).filter(|_| token.token == Token::LParen);
        if let Some((name, start)) = name.and_then(|name| Some((hidden(&name.token)?, name.span.start))) {
            return Err(QueryError::UnknownFunction {
                name: name.to_owned(),
                nearest: None,
                of_engine: false,
                instead: None,
                position: position(start),
            });
        }
    }
    Ok(())
}

fn hidden(token: &Token) -> Option<&str> {
    match token {
        Token::Word(Word { value, quote_style: Some(_), .. }) if value.starts_with('$') => Some(value),
        _ => None,
    }
}
