//! Where a query names something: the engine forgets places, the text has them.

use std::sync::Arc;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Position;
use crate::text::{is_space, position, with_ids};

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

    /// Where the names last stand with dots between them.
    pub(super) fn last(&self, names: &[&str]) -> Option<Position> {
        let tokens = self.tokens()?;
        let tokens: Vec<_> = tokens.iter().collect();
        let width = (names.len() * 2).checked_sub(1)?;
        let found = tokens.windows(width).rev().find(|window| is_path(window, names))?;
        position(found.first()?.span.start)
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

    /// Where one of the names stands that the query calls once, and none of the others.
    pub(super) fn only(&self, names: &[&str]) -> Option<Position> {
        let tokens = self.tokens()?;
        let mut found = tokens.windows(2).filter(|pair| {
            let [word, open] = pair else { return false };
            open.token == Token::LParen && names.iter().any(|wanted| is_name(&word.token, wanted))
        });
        let place = position(found.next()?.first()?.span.start);
        if found.next().is_some() { None } else { place }
    }

    /// Where a word or sign first stands.
    pub(super) fn word(&self, wanted: &str) -> Option<Position> {
        let tokens = self.tokens()?;
        let is_wanted = |token: &&TokenWithSpan| match &token.token {
            Token::Word(word) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted),
            other => other.to_string() == wanted,
        };
        tokens.iter().find(is_wanted).and_then(|token| position(token.span.start))
    }

    /// Where one of the names in a text first stands in one of the clauses.
    pub(super) fn mentioned(&self, text: &str, clauses: &[Keyword]) -> Option<Position> {
        const TRIED: usize = 100;
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        let names: Vec<&str> = text.split(|char| !is_part(char)).filter(|name| !name.is_empty()).collect();
        let tokens = self.tokens()?;
        let found = tokens.iter().filter(|token| names.iter().any(|wanted| is_name(&token.token, wanted)));
        let mut places = found.filter_map(|token| position(token.span.start)).take(TRIED);
        places.find(|place| self.clause(*place).is_some_and(|clause| clauses.contains(&clause)))
    }

    /// The first query in the place of a value.
    pub(super) fn subquery(&self) -> Option<Position> {
        let tokens = self.tokens()?;
        let found = tokens.windows(3).find(|window| {
            let [before, open, query] = window else { return false };
            let keyword =
                |token: &TokenWithSpan| if let Token::Word(word) = &token.token { Some(word.keyword) } else { None };
            let is_relation =
                matches!(keyword(before), Some(Keyword::FROM | Keyword::JOIN | Keyword::AS | Keyword::LATERAL));
            let is_query = matches!(keyword(query), Some(Keyword::SELECT | Keyword::WITH | Keyword::VALUES));
            open.token == Token::LParen && is_query && !is_relation
        });
        position(found?.get(1)?.span.start)
    }

    /// Where a query of WITH has a name for the second time.
    pub(super) fn named_again(&self, wanted: &str) -> Option<Position> {
        let tokens = self.tokens()?;
        let is_as = |token: &TokenWithSpan| matches!(&token.token, Token::Word(word) if word.keyword == Keyword::AS);
        let mut named = tokens.windows(2).filter(|window| match window {
            [first, second] => is_name(&first.token, wanted) && (is_as(second) || second.token == Token::LParen),
            _ => false,
        });
        position(named.nth(1)?.first()?.span.start)
    }

    /// The first relation with a list of so many names behind its own.
    pub(super) fn alias_list(&self, count: usize) -> Option<Position> {
        let tokens = self.tokens()?;
        let width = count.checked_mul(2)?.checked_add(3)?;
        let found = tokens.windows(width).find(|window| {
            let [before, alias, open, names @ .., close] = window else { return false };
            let is_relation = match &before.token {
                Token::RParen => true,
                Token::Word(word) => matches!(word.keyword, Keyword::AS | Keyword::WITH | Keyword::RECURSIVE),
                _ => false,
            };
            let mut parts = names.chunks(2);
            let are_names = parts.all(|part| part.first().is_some_and(|first| name(&first.token).is_some()));
            is_relation
                && are_names
                && name(&alias.token).is_some()
                && open.token == Token::LParen
                && close.token == Token::RParen
        });
        position(found?.get(1)?.span.start)
    }

    /// Whether a name in double quotes stands at a place.
    pub(super) fn is_quoted(&self, place: Position) -> bool {
        let is_quoted = |token: &Token| matches!(token, Token::Word(word) if word.quote_style.is_some());
        let mut tokens = self.tokens().into_iter().flatten();
        tokens.any(|token| Position::from(token.span.start) == place && is_quoted(&token.token))
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
        let mut tokens = with_ids(&self.sql).ok()?;
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
