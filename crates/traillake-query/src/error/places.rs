//! Where a query names something: the engine forgets places, the text has them.

use std::sync::Arc;

use datafusion::sql::sqlparser::keywords::Keyword;
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

    /// The path that starts with the names, with all fields after them, as the query spells it.
    pub(super) fn path(&self, names: &[&str]) -> Option<(Position, String)> {
        let tokens = self.tokens()?;
        let width = (names.len() * 2).checked_sub(1)?;
        let start = tokens.windows(width).position(|window| is_path(&window.iter().collect::<Vec<_>>(), names))?;
        let mut spelled = vec![];
        let mut rest = tokens.iter().skip(start);
        while let Some(part) = rest.next().and_then(|token| name(&token.token).map(str::to_owned)) {
            spelled.push(part);
            if rest.next().is_none_or(|token| token.token != Token::Period) {
                break;
            }
        }
        position(tokens.get(start)?.span.start).map(|position| (position, spelled.join(".")))
    }

    /// The names that start at a place, as the query spells them.
    pub(super) fn at(&self, place: Position) -> Option<String> {
        let tokens = self.tokens()?;
        let mut rest = tokens.iter().skip_while(|token| Position::from(token.span.start) < place);
        let mut spelled = vec![];
        while let Some(part) = rest.next().and_then(|token| name(&token.token).map(str::to_owned)) {
            spelled.push(part);
            if rest.next().is_none_or(|token| token.token != Token::Period) {
                break;
            }
        }
        (!spelled.is_empty()).then(|| spelled.join("."))
    }

    /// The clause a place stands in.
    pub(super) fn clause(&self, place: Position) -> Option<Keyword> {
        const CLAUSES: [Keyword; 7] = [
            Keyword::SELECT,
            Keyword::FROM,
            Keyword::WHERE,
            Keyword::GROUP,
            Keyword::HAVING,
            Keyword::ORDER,
            Keyword::ON,
        ];
        let tokens = self.tokens()?;
        let mut closed = 0_usize;
        tokens.iter().rev().skip_while(|token| Position::from(token.span.start) >= place).find_map(|token| {
            match &token.token {
                Token::RParen => closed += 1,
                Token::LParen => closed = closed.saturating_sub(1),
                Token::Word(word) if closed == 0 && CLAUSES.contains(&word.keyword) => return Some(word.keyword),
                _ => {}
            }
            None
        })
    }

    /// Whether the query has a FROM.
    pub(super) fn has_from(&self) -> bool {
        let is_from =
            |token: &TokenWithSpan| matches!(&token.token, Token::Word(word) if word.keyword == Keyword::FROM);
        self.tokens().is_none_or(|tokens| tokens.iter().any(is_from))
    }

    /// Whether the query gives this output name to something.
    pub(super) fn is_alias(&self, wanted: &str) -> bool {
        let Some(tokens) = self.tokens() else { return false };
        tokens.windows(3).any(|window| {
            let [before, alias, after] = window else { return false };
            let follows = match &before.token {
                Token::RParen => true,
                Token::Word(word) => word.keyword == Keyword::AS || word.keyword == Keyword::END,
                _ => false,
            };
            let ends = match &after.token {
                Token::Comma => true,
                Token::Word(word) => word.keyword == Keyword::FROM,
                _ => false,
            };
            follows && ends && is_name(&alias.token, wanted)
        })
    }

    fn tokens(&self) -> Option<Vec<TokenWithSpan>> {
        let mut tokens = tokenize(&self.sql).ok()?;
        tokens.retain(|token| !is_space(&token.token));
        Some(tokens)
    }

    fn occurrence(&self, names: &[&str]) -> Option<(Position, String)> {
        let tokens = self.tokens()?;
        let tokens: Vec<_> = tokens.iter().collect();
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
