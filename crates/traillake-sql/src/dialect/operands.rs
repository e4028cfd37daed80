//! Operands: names, calls, parentheses, CASE, lambdas, and what follows them with dots and brackets.

use datafusion::sql::sqlparser::ast::{
    AccessExpr, CaseWhen, Expr, Ident, OneOrManyWithParens, Query, SetExpr, Spanned, Value,
    helpers::attached_token::AttachedToken,
};
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token};

use super::cursor::{Grammar, Parsed};
use super::keywords::{bare, is_reserved};
use super::nodes::{call, lambda, null, row, standing};
use crate::functions::ARRAY;

/// Names in the parentheses of a lambda that are looked for.
const MAX_PARAMETERS: usize = 32;

/// What a pair of parentheses holds.
pub(super) enum Parenthesised {
    Query(Box<Query>),
    Values(Vec<Expr>),
}

impl Grammar<'_, '_> {
    /// An operand with its fields and elements.
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        let at = self.here_span();
        let first = self.plain_operand()?;
        self.accessed(standing(at, first))
    }

    fn plain_operand(&mut self) -> Parsed<Expr> {
        match self.peek() {
            Token::LParen if self.at_lambda() => self.lambda_of_many(),
            Token::LParen => {
                let content = self.parenthesised()?;
                Ok(parenthesised_operand(content))
            }
            Token::Word(word) if word.quote_style.is_none() => self.word(),
            Token::Word(_) => self.name(),
            _ => self.literal(),
        }
    }

    /// Keywords that begin an operand, or a name.
    fn word(&mut self) -> Parsed<Expr> {
        let word = bare(self.peek()).unwrap_or_default().to_ascii_uppercase();
        let followed_by_parenthesis = *self.peek_nth(1) == Token::LParen;
        match word.as_str() {
            "NULL" => Ok(self.constant(Value::Null)),
            "TRUE" => Ok(self.constant(Value::Boolean(true))),
            "FALSE" => Ok(self.constant(Value::Boolean(false))),
            "CASE" => self.case(),
            "EXISTS" => {
                self.advance();
                Ok(Expr::Exists { subquery: Box::new(self.subquery()?), negated: false })
            }
            "ARRAY" if *self.peek_nth(1) == Token::LBracket => self.array(),
            "INTERVAL" if self.at_interval() => self.interval(),
            "U" if self.at_unicode_string() => self.unicode_string(),
            _ if self.at_typed_literal() => self.typed_literal(),
            word if is_current(word) => self.current(word),
            word if followed_by_parenthesis => match self.special(word)? {
                Some(expr) => Ok(expr),
                None => self.name(),
            },
            word if is_reserved(word) => Err(self.mismatched("<expression>")),
            _ => self.name(),
        }
    }

    fn constant(&mut self, value: Value) -> Expr {
        let token = self.advance();
        Expr::Value(value.with_span(token.span))
    }

    /// A column, a lambda of one parameter, or a call.
    fn name(&mut self) -> Parsed<Expr> {
        if is_reserved_here(self.peek()) {
            return Err(self.mismatched("<expression>"));
        }
        let name = self.identifier()?;
        match self.peek() {
            Token::Arrow => {
                self.advance();
                Ok(lambda(OneOrManyWithParens::One(name), self.expression()?))
            }
            Token::LParen => self.call(vec![name]),
            _ => Ok(Expr::Identifier(name)),
        }
    }

    /// What follows an operand: `.field`, `[index]`, and the parentheses of a qualified function.
    pub(super) fn accessed(&mut self, first: Expr) -> Parsed<Expr> {
        let mut value = first;
        loop {
            value = match self.peek() {
                Token::Period if *self.peek_nth(1) != Token::Mul => {
                    self.advance();
                    field(value, self.identifier()?)
                }
                Token::LBracket => {
                    let at = Span::new(start(&value).unwrap_or_else(|| self.here()), self.here());
                    self.advance();
                    let index = self.value(None)?;
                    self.need_token(&Token::RBracket)?;
                    standing(at, call("$subscript", vec![value, index]))
                }
                Token::LParen => match value {
                    Expr::CompoundIdentifier(name) => self.call(name)?,
                    value => return Ok(value),
                },
                _ => return Ok(value),
            };
        }
    }

    fn array(&mut self) -> Parsed<Expr> {
        self.advance();
        self.need_token(&Token::LBracket)?;
        let elem = if self.at_token(&Token::RBracket) { vec![] } else { self.comma_separated(Grammar::expression)? };
        self.need_token(&Token::RBracket)?;
        Ok(call(ARRAY, elem))
    }

    fn case(&mut self) -> Parsed<Expr> {
        let case_token = AttachedToken(self.advance());
        let operand = if self.at("WHEN") { None } else { Some(Box::new(self.expression()?)) };
        let mut conditions = Vec::new();
        while self.eat("WHEN") {
            let condition = self.expression()?;
            self.need("THEN")?;
            conditions.push(CaseWhen { condition, result: self.expression()? });
        }
        if conditions.is_empty() {
            return Err(self.mismatched("'WHEN'"));
        }
        let else_result = if self.eat("ELSE") { Some(Box::new(self.expression()?)) } else { None };
        if !self.at("END") {
            return Err(self.mismatched("'ELSE', 'END', 'WHEN'"));
        }
        let end_token = AttachedToken(self.advance());
        Ok(Expr::Case { case_token, end_token, operand, conditions, else_result })
    }

    /// Whether parentheses open the parameters of a lambda.
    fn at_lambda(&self) -> bool {
        if *self.peek_nth(1) == Token::RParen {
            return *self.peek_nth(2) == Token::Arrow;
        }
        for n in 0..MAX_PARAMETERS {
            let (name, after) = (2 * n + 1, 2 * n + 2);
            match self.peek_nth(after) {
                _ if !self.at_identifier_nth(name) => return false,
                Token::Comma => {}
                Token::RParen => return *self.peek_nth(after + 1) == Token::Arrow,
                _ => return false,
            }
        }
        false
    }

    fn lambda_of_many(&mut self) -> Parsed<Expr> {
        self.advance();
        let names = if self.at_token(&Token::RParen) { vec![] } else { self.comma_separated(Grammar::identifier)? };
        self.need_token(&Token::RParen)?;
        self.need_token(&Token::Arrow)?;
        Ok(lambda(OneOrManyWithParens::Many(names), self.expression()?))
    }

    /// Whether a query in parentheses starts at the n-th token.
    pub(super) fn at_query_in_parentheses(&self, n: usize) -> bool {
        *self.peek_nth(n) == Token::LParen && (self.at_query_nth(n + 1) || self.at_query_in_parentheses_once(n + 1))
    }

    fn at_query_in_parentheses_once(&self, n: usize) -> bool {
        *self.peek_nth(n) == Token::LParen && self.at_query_nth(n + 1)
    }

    /// A query in parentheses.
    pub(super) fn subquery(&mut self) -> Parsed<Query> {
        if !self.at_token(&Token::LParen) {
            return Err(self.mismatched("'('"));
        }
        match self.parenthesised()? {
            Parenthesised::Query(query) => Ok(*query),
            Parenthesised::Values(_) => Err(self.mismatched("<query>")),
        }
    }

    /// A query or values in parentheses; which of them `((` opens shows at the end of the inner pair.
    pub(super) fn parenthesised(&mut self) -> Parsed<Parenthesised> {
        self.nested(|grammar| {
            grammar.need_token(&Token::LParen)?;
            if grammar.at_query_nth(0) {
                let query = Box::new(grammar.query()?);
                grammar.need_token(&Token::RParen)?;
                return Ok(Parenthesised::Query(query));
            }
            let mut first = None;
            if grammar.at_token(&Token::LParen) && !grammar.at_lambda() {
                match grammar.parenthesised()? {
                    Parenthesised::Query(query) if grammar.at_query_end() => {
                        let query = Box::new(grammar.query_from(SetExpr::Query(query))?);
                        grammar.need_token(&Token::RParen)?;
                        return Ok(Parenthesised::Query(query));
                    }
                    inner => first = Some(parenthesised_operand(inner)),
                }
            }
            let mut values = vec![grammar.expression_from(first)?];
            while grammar.eat_token(&Token::Comma) {
                values.push(grammar.expression()?);
            }
            grammar.need_token(&Token::RParen)?;
            Ok(Parenthesised::Values(values))
        })
    }
}

/// Where an operand starts.
fn start(value: &Expr) -> Option<Location> {
    match value {
        Expr::Function(call) => call.name.0.first().map(|name| name.span().start),
        Expr::CompoundFieldAccess { root, .. } => start(root),
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_) => Some(value.span().start),
        _ => None,
    }
    .filter(|start| start.line > 0)
}

/// Words for the moment or the session.
fn is_current(word: &str) -> bool {
    is_reserved(word) && (word.starts_with("CURRENT_") || word.starts_with("LOCALTIME"))
}

fn is_reserved_here(token: &Token) -> bool {
    bare(token).is_some_and(is_reserved)
}

/// `(x)` stays in its parentheses, `(x, y)` is a row.
fn parenthesised_operand(content: Parenthesised) -> Expr {
    match content {
        Parenthesised::Query(query) => Expr::Subquery(query),
        Parenthesised::Values(mut values) if values.len() == 1 => {
            Expr::Nested(Box::new(values.pop().unwrap_or_else(null)))
        }
        Parenthesised::Values(values) => row(values),
    }
}

/// Names joined by dots are one reference, other values have fields.
fn field(value: Expr, name: Ident) -> Expr {
    match value {
        Expr::Identifier(first) => Expr::CompoundIdentifier(vec![first, name]),
        Expr::CompoundIdentifier(mut names) => {
            names.push(name);
            Expr::CompoundIdentifier(names)
        }
        Expr::CompoundFieldAccess { root, mut access_chain } => {
            access_chain.push(AccessExpr::Dot(Expr::Identifier(name)));
            Expr::CompoundFieldAccess { root, access_chain }
        }
        root => Expr::CompoundFieldAccess {
            root: Box::new(root),
            access_chain: vec![AccessExpr::Dot(Expr::Identifier(name))],
        },
    }
}
