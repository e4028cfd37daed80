//! Bare event data store ids as table names: `FROM 0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa`.
//!
//! The tokenizer sees numbers, words and minus signs, even `1e10` as one number, so ids are
//! found in the text at the places where tokens begin.

use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan};

use super::offsets;

/// Length of an id as text.
const ID_LENGTH: usize = 36;

/// Replaces the tokens of each bare id by one quoted name.
pub(super) fn quote(sql: &str, tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let starts = offsets::starts(sql, &tokens);
    let mut quoted = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().zip(starts).peekable();
    while let Some((token, start)) = rest.next() {
        let Some(id) = may_start_id(&token.token).then(|| id_at(sql, start)).flatten() else {
            quoted.push(token);
            continue;
        };
        let end = start + ID_LENGTH;
        let mut span = token.span;
        let mut last = token.token;
        while let Some((inner, _)) = rest.next_if(|(_, inner_start)| *inner_start < end) {
            span = Span::new(span.start, inner.span.end);
            last = inner.token;
        }
        // The tokenizer takes the dot of `<id>.column` for the point of the id's last digits.
        let dot = takes_dot(&last).then(|| Location { column: span.end.column.saturating_sub(1), ..span.end });
        let id_end = dot.unwrap_or(span.end);
        let name = Token::make_word(&id.to_ascii_lowercase(), Some('"'));
        quoted.push(TokenWithSpan::new(name, Span::new(span.start, id_end)));
        quoted.extend(dot.map(|dot| TokenWithSpan::new(Token::Period, Span::new(dot, span.end))));
    }
    quoted
}

fn takes_dot(token: &Token) -> bool {
    matches!(token, Token::Number(digits, _) if digits.ends_with('.'))
}

fn may_start_id(token: &Token) -> bool {
    match token {
        Token::Number(..) => true,
        Token::Word(word) => word.quote_style.is_none(),
        _ => false,
    }
}

/// The id that starts at byte `start` and is not part of a longer word.
fn id_at(sql: &str, start: usize) -> Option<&str> {
    let id = sql.get(start..start.checked_add(ID_LENGTH)?)?;
    let continues = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@');
    let before = sql.get(..start)?.chars().next_back();
    let after = sql.get(start + ID_LENGTH..)?.chars().next();
    let alone = !before.is_some_and(|c| continues(c) && c != '-') && !after.is_some_and(continues);
    (alone && is_id(id)).then_some(id)
}

fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(i, byte)| match i {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
