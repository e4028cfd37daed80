//! Reading tokens: what stands here, what must stand here, and what is wrong with what does.

use datafusion::sql::sqlparser::ast::{Ident, ObjectName};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan};

use super::keywords::{bare, hint, is_identifier, is_word};

/// What a rule of the grammar answers.
pub(super) type Parsed<T> = Result<T, ParserError>;

/// Rules within each other that are followed; each needs room on the stack.
const MAX_DEPTH: usize = 512;

/// Trino's grammar over the tokens of a parser; each rule is a method.
pub(super) struct Grammar<'g, 'p> {
    parser: &'g mut Parser<'p>,
    depth: usize,
    /// Calls of `reduce_agg` around the next token.
    pub(super) reductions: usize,
    /// References to named windows read so far.
    pub(super) window_names: usize,
}

impl<'g, 'p> Grammar<'g, 'p> {
    pub(super) fn new(parser: &'g mut Parser<'p>) -> Self {
        Self { parser, depth: 0, reductions: 0, window_names: 0 }
    }

    /// A rule that may hold itself.
    pub(super) fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(ParserError::RecursionLimitExceeded);
        }
        self.depth += 1;
        let parsed = rule(self);
        self.depth -= 1;
        parsed
    }

    pub(super) fn peek(&self) -> &Token {
        &self.parser.peek_token_ref().token
    }

    pub(super) fn peek_nth(&self, n: usize) -> &Token {
        &self.parser.peek_nth_token_ref(n).token
    }

    /// Tokens read so far.
    pub(super) fn tokens_read(&self) -> usize {
        self.parser.index()
    }

    /// Where the next token starts.
    pub(super) fn here(&self) -> Location {
        self.parser.peek_token_ref().span.start
    }

    /// The next token's place.
    pub(super) fn here_span(&self) -> Span {
        self.parser.peek_token_ref().span
    }

    /// What follows without white space.
    pub(super) fn adjacent(&self) -> Token {
        self.parser.peek_token_no_skip().token
    }

    /// Whether nothing stands between the n-th token and the next.
    pub(super) fn is_touching(&self, n: usize) -> bool {
        self.parser.peek_nth_token_ref(n).span.end == self.parser.peek_nth_token_ref(n + 1).span.start
    }

    pub(super) fn advance(&mut self) -> TokenWithSpan {
        self.parser.next_token()
    }

    pub(super) fn at(&self, word: &str) -> bool {
        is_word(self.peek(), word)
    }

    pub(super) fn at_nth(&self, n: usize, word: &str) -> bool {
        is_word(self.peek_nth(n), word)
    }

    /// Whether one of the words stands at a place, and which.
    pub(super) fn one_of_nth(&self, n: usize, words: &[&'static str]) -> Option<&'static str> {
        let found = bare(self.peek_nth(n))?;
        words.iter().find(|word| word.eq_ignore_ascii_case(found)).copied()
    }

    pub(super) fn at_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.at_nth(n, word))
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        self.eat_words(&[word])
    }

    pub(super) fn eat_words(&mut self, words: &[&str]) -> bool {
        let found = self.at_words(words);
        if found {
            for _ in words {
                self.parser.advance_token();
            }
        }
        found
    }

    pub(super) fn eat_one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = self.one_of_nth(0, words)?;
        self.parser.advance_token();
        Some(found)
    }

    pub(super) fn need(&mut self, word: &str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { Err(self.mismatched(&format!("'{word}'"))) }
    }

    pub(super) fn need_words(&mut self, words: &[&str]) -> Parsed<()> {
        words.iter().try_for_each(|word| self.need(word))
    }

    pub(super) fn need_one_of(&mut self, words: &[&'static str]) -> Parsed<&'static str> {
        self.eat_one_of(words).ok_or_else(|| {
            let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
            self.mismatched(&words.join(", "))
        })
    }

    pub(super) fn at_token(&self, token: &Token) -> bool {
        self.peek() == token
    }

    pub(super) fn eat_token(&mut self, token: &Token) -> bool {
        self.parser.consume_token(token)
    }

    pub(super) fn need_token(&mut self, token: &Token) -> Parsed<TokenWithSpan> {
        if self.at_token(token) { Ok(self.advance()) } else { Err(self.mismatched(&format!("'{token}'"))) }
    }

    pub(super) fn at_identifier_nth(&self, n: usize) -> bool {
        is_identifier(self.peek_nth(n))
    }

    pub(super) fn identifier(&mut self) -> Parsed<Ident> {
        match self.peek() {
            token if !is_identifier(token) => Err(self.mismatched("<identifier>")),
            Token::Word(word) if word.value.is_empty() => {
                Err(self.refused("Zero-length delimited identifier not allowed"))
            }
            Token::Word(word) => {
                let word = word.clone();
                let token = self.advance();
                Ok(word.into_ident(token.span))
            }
            _ => Err(self.mismatched("<identifier>")),
        }
    }

    pub(super) fn qualified_name(&mut self) -> Parsed<ObjectName> {
        let mut parts = vec![self.identifier()?];
        while self.eat_token(&Token::Period) {
            parts.push(self.identifier()?);
        }
        Ok(parts.into())
    }

    /// A text in single quotes.
    pub(super) fn string(&mut self) -> Parsed<String> {
        match self.peek() {
            Token::SingleQuotedString(text) => {
                let text = text.clone();
                self.advance();
                Ok(text)
            }
            _ => Err(self.mismatched("<string>")),
        }
    }

    pub(super) fn comma_separated<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![rule(self)?];
        while self.eat_token(&Token::Comma) {
            items.push(rule(self)?);
        }
        Ok(items)
    }

    /// A list in parentheses with at least one item.
    pub(super) fn in_parentheses<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.need_token(&Token::LParen)?;
        let parsed = rule(self)?;
        self.need_token(&Token::RParen)?;
        Ok(parsed)
    }

    /// What stands here is not what may.
    pub(super) fn mismatched(&self, expecting: &str) -> ParserError {
        const LONGEST: usize = 40;
        let found = self.parser.peek_token_ref();
        if found.token == Token::EOF {
            let end = self.parser.get_current_token().span.end;
            return fault(end, format!("mismatched input '<EOF>'. Expecting: {expecting}"));
        }
        let text: String = found.token.to_string().replace(['\n', '\r'], " ").chars().take(LONGEST).collect();
        let hint = hint(&found.token).map(|hint| format!(" ({hint})")).unwrap_or_default();
        fault(found.span.start, format!("mismatched input '{text}'. Expecting: {expecting}{hint}"))
    }

    /// What stands here is known and refused.
    pub(super) fn refused(&self, message: impl Into<String>) -> ParserError {
        fault(self.here(), message)
    }
}

/// An error at a place of the text.
pub(super) fn fault(at: Location, message: impl Into<String>) -> ParserError {
    ParserError::ParserError(format!("{}{at}", message.into()))
}
