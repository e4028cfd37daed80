//! Limits on the shape of a statement, checked on its tokens so that no deep tree is ever built.
//!
//! Chains of AND and OR are rebalanced after parsing and may be long; other chains become
//! expressions as deep as they are long, and every part of the engine walks those by recursion.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::{is_space, position};
use crate::QueryError;

/// Parentheses and brackets within each other.
const MAX_NESTING: usize = 64;
/// Queries in two parentheses, `((SELECT`, within each other: on a mistake the parser tries each twice.
const MAX_DOUBLED: usize = 6;
/// Operators chained in one expression, AND and OR apart.
const MAX_CHAIN: usize = 200;
/// ANDs and ORs in one expression.
const MAX_LOGIC: usize = 20_000;
/// UNION, INTERSECT and EXCEPT in one statement.
const MAX_SETS: usize = 200;
/// JOINs, UNNESTs and FROMs in one statement.
const MAX_RELATIONS: usize = 400;

/// Bytes of one name: unknown ones are compared with all there are.
const MAX_NAME: usize = 10_000;

/// Refuses a statement that would become too deep.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), QueryError> {
    let is_long = |token: &&TokenWithSpan| matches!(&token.token, Token::Word(word) if word.value.len() > MAX_NAME);
    if let Some(token) = tokens.iter().find(is_long) {
        return Err(too_complex("bytes in one name", MAX_NAME, token.span.start));
    }
    let mut shape = Shape { levels: vec![Level::default()], ..Shape::default() };
    tokens.iter().filter(|token| !is_space(&token.token)).try_for_each(|token| {
        let exceeded = shape.take(&token.token);
        exceeded.map_or(Ok(()), |(what, limit)| Err(too_complex(what, limit, token.span.start)))
    })
}

fn too_complex(what: &'static str, limit: usize, at: Location) -> QueryError {
    QueryError::TooComplex { what, limit, position: position(at) }
}

#[derive(Default)]
struct Shape {
    levels: Vec<Level>,
    sets: usize,
    relations: usize,
    /// Parentheses opened by the tokens just read.
    opened: usize,
}

/// Counts since the last comma or clause on one level of parentheses.
#[derive(Default)]
struct Level {
    chain: usize,
    logic: usize,
    doubled: bool,
}

type Exceeded = Option<(&'static str, usize)>;

impl Shape {
    fn take(&mut self, token: &Token) -> Exceeded {
        let opened = std::mem::take(&mut self.opened);
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                self.opened = opened + 1;
                self.open()
            }
            Token::Word(word)
                if opened > 1 && matches!(word.keyword, Keyword::SELECT | Keyword::WITH | Keyword::VALUES) =>
            {
                self.doubled()
            }
            Token::RParen | Token::RBracket | Token::RBrace => self.close(),
            Token::Comma => self.begin_expression(),
            Token::Word(word) if word.quote_style.is_none() => self.keyword(word.keyword),
            Token::Word(_) | Token::Number(..) => None,
            token if is_literal(token) => None,
            _ => self.chained(),
        }
    }

    fn open(&mut self) -> Exceeded {
        // `a[1][1]...` and `f()()` grow like any other chain.
        let exceeded = self.chained();
        self.levels.push(Level::default());
        if self.levels.len() > MAX_NESTING + 1 {
            Some(("parentheses within each other", MAX_NESTING))
        } else {
            exceeded
        }
    }

    fn doubled(&mut self) -> Exceeded {
        self.level().doubled = true;
        let count = self.levels.iter().filter(|level| level.doubled).count();
        (count > MAX_DOUBLED).then_some(("queries in two parentheses within each other", MAX_DOUBLED))
    }

    fn close(&mut self) -> Exceeded {
        if self.levels.len() > 1 {
            self.levels.pop();
        }
        None
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn begin_expression(&mut self) -> Exceeded {
        let level = self.level();
        (level.chain, level.logic) = (0, 0);
        None
    }

    fn chained(&mut self) -> Exceeded {
        let level = self.level();
        level.chain += 1;
        (level.chain > MAX_CHAIN).then_some(("operators in one expression", MAX_CHAIN))
    }

    fn keyword(&mut self, keyword: Keyword) -> Exceeded {
        match keyword {
            Keyword::AND | Keyword::OR => self.logic(),
            Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT => self.set(),
            Keyword::FROM | Keyword::JOIN | Keyword::UNNEST => self.relation(),
            Keyword::SELECT | Keyword::WHERE | Keyword::GROUP | Keyword::HAVING | Keyword::ORDER | Keyword::ON => {
                self.begin_expression()
            }
            Keyword::WHEN | Keyword::THEN | Keyword::ELSE | Keyword::LIMIT => self.end_operand(),
            Keyword::NOT
            | Keyword::IS
            | Keyword::IN
            | Keyword::LIKE
            | Keyword::BETWEEN
            | Keyword::COLLATE
            | Keyword::AT
            | Keyword::CASE => self.chained(),
            _ => None,
        }
    }

    fn end_operand(&mut self) -> Exceeded {
        self.level().chain = 0;
        None
    }

    fn logic(&mut self) -> Exceeded {
        let level = self.level();
        level.chain = 0;
        level.logic += 1;
        (level.logic > MAX_LOGIC).then_some(("ANDs and ORs in one expression", MAX_LOGIC))
    }

    fn set(&mut self) -> Exceeded {
        self.sets += 1;
        (self.sets > MAX_SETS).then_some(("set operations", MAX_SETS))
    }

    fn relation(&mut self) -> Exceeded {
        self.relations += 1;
        self.begin_expression();
        (self.relations > MAX_RELATIONS).then_some(("relations", MAX_RELATIONS))
    }
}

fn is_literal(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::DollarQuotedString(_)
            | Token::Placeholder(_)
    )
}
