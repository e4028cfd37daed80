//! What was probably meant where a text stops being a query, by the tokens around that place.

mod habits;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Position, QueryError};
use crate::suggest::nearest;
use crate::text::{is_space, position, with_ids};

/// Keywords of clauses, which people misspell.
const CLAUSES: [&str; 22] = [
    "FROM",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "CROSS",
    "BETWEEN",
    "LIKE",
    "AND",
    "WHEN",
    "THEN",
    "ELSE",
    "DISTINCT",
];

/// The tokens around the place of a mistake.
struct Scene<'a> {
    tokens: &'a [TokenWithSpan],
    /// The token that does not fit; beyond the last one at the end of the text.
    at: usize,
    /// What the parser says it expects.
    expecting: &'a str,
}

/// A syntax error with its hint; the place moves to a keyword that is misspelt.
pub(super) fn explain(message: String, place: Position, sql: &str) -> QueryError {
    let (message, told) = told(message);
    let mut tokens = with_ids(sql).unwrap_or_default();
    tokens.retain(|token| !is_space(&token.token) && token.token != Token::EOF);
    let at = tokens.iter().position(|token| Position::from(token.span.start) >= place).unwrap_or(tokens.len());
    let expecting = message.split_once("Expecting: ").map_or("", |(_, expecting)| expecting);
    let scene = Scene { tokens: &tokens, at, expecting };
    if told.is_none()
        && let Some(error) = scene.misspelt()
    {
        return error;
    }
    let hint = told
        .or_else(|| habits::of(&scene))
        .or_else(|| scene.parenthesis())
        .or_else(|| habits::of_message(&message))
        .or_else(|| habits::otherwise(&scene));
    QueryError::Syntax { message, position: Some(place), hint }
}

/// What the grammar itself says to write instead, in parentheses after what it expects.
fn told(message: String) -> (String, Option<String>) {
    let split = message.split_once("Expecting: ").and_then(|(_, expecting)| expecting.split_once(" ("));
    let Some((_, told)) = split else { return (message, None) };
    let told = told.strip_suffix(')').unwrap_or(told).to_owned();
    let length = message.len().saturating_sub(told.len() + " ()".len());
    (message.chars().take(message.get(..length).map_or(0, |kept| kept.chars().count())).collect(), Some(told))
}

impl Scene<'_> {
    /// The token some places before the mistake, or at it.
    fn before(&self, places: usize) -> Option<&Token> {
        self.tokens.get(self.at.checked_sub(places)?).map(|token| &token.token)
    }

    fn found(&self) -> Option<&Token> {
        self.before(0)
    }

    /// A keyword that is misspelt at the place, or just before it, where it was taken for a name.
    fn misspelt(&self) -> Option<QueryError> {
        [1, 0].into_iter().find_map(|places| {
            let index = self.at.checked_sub(places)?;
            let token = self.tokens.get(index)?;
            let Token::Word(word) = &token.token else { return None };
            let is_name = word.quote_style.is_none() && word.keyword == Keyword::NoKeyword && word.value.len() > 3;
            let follows_name =
                index.checked_sub(1).and_then(|before| self.tokens.get(before)).is_some_and(ends_operand);
            let keyword = nearest(&word.value, CLAUSES).filter(|_| is_name && follows_name)?;
            Some(QueryError::Syntax {
                message: format!("mismatched input '{}'. Expecting: '{keyword}'", word.value),
                position: position(token.span.start),
                hint: Some(format!("did you mean `{keyword}`?")),
            })
        })
    }

    /// A parenthesis or bracket that is not closed, or not open.
    fn parenthesis(&self) -> Option<String> {
        let closes = |token: &Token| matches!(token, Token::RParen | Token::RBracket);
        if self.found().is_some_and(closes) && self.expecting.starts_with("<EOF>") {
            return Some("no parenthesis is open here: remove it, or open one before".into());
        }
        if !(self.expecting.starts_with("')'") || self.expecting.starts_with("']'")) || self.misses_comma() {
            return None;
        }
        let open = self.open()?;
        let place = Position::from(open.span.start);
        Some(format!("`{}` of {place} is not closed, or something is missing before this place", open.token))
    }

    /// Two values beside each other.
    fn misses_comma(&self) -> bool {
        let is_value = |token: Option<&Token>| matches!(token, Some(Token::SingleQuotedString(_) | Token::Number(..)));
        is_value(self.before(1)) && is_value(self.found())
    }

    /// The last parenthesis or bracket that is open at the place.
    fn open(&self) -> Option<&TokenWithSpan> {
        let mut open = Vec::new();
        for token in self.tokens.iter().take(self.at) {
            match token.token {
                Token::LParen | Token::LBracket => open.push(token),
                Token::RParen | Token::RBracket => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.pop()
    }
}

/// Whether a clause may follow a token.
fn ends_operand(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => {
            word.quote_style.is_some()
                || !matches!(word.keyword, Keyword::SELECT | Keyword::FROM | Keyword::WHERE | Keyword::BY | Keyword::AS)
        }
        Token::SingleQuotedString(_) | Token::Number(..) | Token::RParen | Token::RBracket | Token::Mul => true,
        _ => false,
    }
}
