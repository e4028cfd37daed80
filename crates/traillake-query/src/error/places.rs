//! Where a query names something: the engine forgets places, the text has them.

use std::sync::Arc;

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Position;
use crate::text::{is_space, position, tokenize};

/// The text of a query, searched for names.
#[derive(Debug, Clone)]
pub(super) struct Places {
    sql: Arc<str>,
}

impl Places {
    pub(super) fn of(sql: &str) -> Self {
        Self { sql: sql.into() }
    }

    /// Where the names first stand with dots between them, in any letter case.
    pub(super) fn find(&self, names: &[&str]) -> Option<Position> {
        self.occurrence(names).map(|(position, _)| position)
    }

    /// The names as the query spells them, or as they are.
    pub(super) fn spelled(&self, names: &[&str]) -> String {
        self.occurrence(names).map_or_else(|| names.join("."), |(_, spelled)| spelled)
    }

    fn occurrence(&self, names: &[&str]) -> Option<(Position, String)> {
        let tokens = tokenize(&self.sql).ok()?;
        let tokens: Vec<_> = tokens.iter().filter(|token| !is_space(&token.token)).collect();
        let width = (names.len() * 2).checked_sub(1)?;
        let found = tokens.windows(width).find(|window| is_path(window, names))?;
        let spelled: Vec<_> = found.iter().filter_map(|token| name(&token.token)).collect();
        position(found.first()?.span.start).map(|position| (position, spelled.join(".")))
    }
}

fn is_path(tokens: &[&TokenWithSpan], names: &[&str]) -> bool {
    let mut parts = tokens.chunks(2).zip(names);
    parts.all(|(part, wanted)| match part {
        [token] => is_name(&token.token, wanted),
        [token, dot, ..] => is_name(&token.token, wanted) && dot.token == Token::Period,
        [] => false,
    })
}

fn is_name(token: &Token, wanted: &str) -> bool {
    name(token).is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

/// A name may stand in single quotes where a table is expected.
fn name(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) => Some(&word.value),
        Token::SingleQuotedString(text) => Some(text),
        _ => None,
    }
}
