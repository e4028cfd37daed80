//! Expressions from OR down to signs, with Trino's precedence:
//! `OR`, `AND`, `NOT`, one predicate, `||`, `+ -`, `* / %`, signs, `AT TIME ZONE`.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Interval, UnaryOperator, Value};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::intervals::negated;
use super::nodes::{call, standing, text};
use super::operands::Parenthesised;
use crate::functions::LIKE_PATTERN;
use crate::operators::{IS_DISTINCT_FROM, IS_NOT_DISTINCT_FROM};

impl Grammar<'_, '_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.expression_from(None)
    }

    /// An expression whose first operand has been read.
    pub(super) fn expression_from(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        self.nested(|grammar| {
            let mut left = grammar.conjunction(first)?;
            while grammar.eat("OR") {
                left = binary(left, BinaryOperator::Or, grammar.conjunction(None)?);
            }
            Ok(left)
        })
    }

    fn conjunction(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        let mut left = self.negation(first)?;
        while self.eat("AND") {
            left = binary(left, BinaryOperator::And, self.negation(None)?);
        }
        Ok(left)
    }

    fn negation(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        if first.is_some() || !self.eat("NOT") {
            return self.predicate(first);
        }
        Ok(match self.nested(|grammar| grammar.negation(None))? {
            Expr::Exists { subquery, negated: false } => Expr::Exists { subquery, negated: true },
            expr => Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) },
        })
    }

    /// A value, or one comparison of it: predicates do not chain.
    fn predicate(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        let left = self.value(first)?;
        if let Some(op) = comparison(self.peek()) {
            self.advance();
            return self.compared(left, op);
        }
        if self.eat("IS") {
            return self.is(left);
        }
        let negated = self.at("NOT") && self.one_of_nth(1, &["BETWEEN", "IN", "LIKE"]).is_some() && self.eat("NOT");
        match self.eat_one_of(&["BETWEEN", "IN", "LIKE"]) {
            Some("BETWEEN") => self.between(left, negated),
            Some("IN") => self.within(left, negated),
            Some("LIKE") => self.like(left, negated),
            _ => Ok(left),
        }
    }

    fn compared(&mut self, left: Expr, compare_op: BinaryOperator) -> Parsed<Expr> {
        let quantifier = self.one_of_nth(0, &["ALL", "ANY", "SOME"]).filter(|_| self.at_query_in_parentheses(1));
        let Some(quantifier) = quantifier else {
            let right = self.value(None)?;
            return Ok(binary(left, compare_op, right));
        };
        self.advance();
        let (left, right) = (Box::new(left), Box::new(Expr::Subquery(Box::new(self.subquery()?))));
        Ok(match quantifier {
            "ALL" => Expr::AllOp { left, compare_op, right },
            other => Expr::AnyOp { left, compare_op, right, is_some: other == "SOME" },
        })
    }

    fn is(&mut self, left: Expr) -> Parsed<Expr> {
        let negated = self.eat("NOT");
        if self.eat("NULL") {
            let left = Box::new(left);
            return Ok(if negated { Expr::IsNotNull(left) } else { Expr::IsNull(left) });
        }
        if !self.eat("DISTINCT") {
            return Err(self.mismatched(if negated { "'DISTINCT', 'NULL'" } else { "'DISTINCT', 'NOT', 'NULL'" }));
        }
        self.need("FROM")?;
        let words = if negated { IS_NOT_DISTINCT_FROM } else { IS_DISTINCT_FROM };
        Ok(binary(left, BinaryOperator::Custom(words.to_owned()), self.value(None)?))
    }

    fn between(&mut self, expr: Expr, negated: bool) -> Parsed<Expr> {
        let low = Box::new(self.value(None)?);
        self.need("AND")?;
        Ok(Expr::Between { expr: Box::new(expr), negated, low, high: Box::new(self.value(None)?) })
    }

    fn within(&mut self, expr: Expr, negated: bool) -> Parsed<Expr> {
        let expr = Box::new(expr);
        match self.parenthesised()? {
            Parenthesised::Query(query) => Ok(Expr::InSubquery { expr, subquery: query, negated }),
            Parenthesised::Values(list) => Ok(Expr::InList { expr, list, negated }),
        }
    }

    fn like(&mut self, expr: Expr, negated: bool) -> Parsed<Expr> {
        let at = self.here_span();
        let pattern = self.value(None)?;
        let escape = if self.eat("ESCAPE") { Some(self.value(None)?) } else { None };
        let pattern = match (pattern, escape) {
            (pattern, None) if is_plain(&pattern) => pattern,
            (pattern, escape) => standing(at, call(LIKE_PATTERN, std::iter::once(pattern).chain(escape).collect())),
        };
        let pattern = Box::new(pattern);
        Ok(Expr::Like { negated, any: false, expr: Box::new(expr), pattern, escape_char: None })
    }

    /// A value without comparisons.
    pub(super) fn value(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        self.nested(|grammar| grammar.arithmetic(first, 0))
    }

    fn arithmetic(&mut self, first: Option<Expr>, above: u8) -> Parsed<Expr> {
        let mut left = self.signed(first)?;
        while let Some((op, strength)) = operator(self.peek()).filter(|(_, strength)| *strength > above) {
            self.advance();
            left = binary(left, op, self.arithmetic(None, strength)?);
        }
        Ok(left)
    }

    fn signed(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        let op = match self.peek() {
            Token::Minus if first.is_none() => UnaryOperator::Minus,
            Token::Plus if first.is_none() => UnaryOperator::Plus,
            _ => return self.zoned(first),
        };
        self.advance();
        if op == UnaryOperator::Minus && matches!(self.peek(), Token::Number(..)) {
            return self.negative_number();
        }
        Ok(match self.nested(|grammar| grammar.signed(None))? {
            Expr::Interval(interval) if op == UnaryOperator::Minus => negated(interval),
            Expr::Interval(interval) => Expr::Interval(interval),
            expr => Expr::UnaryOp { op, expr: Box::new(expr) },
        })
    }

    /// `x AT TIME ZONE 'z'`.
    fn zoned(&mut self, first: Option<Expr>) -> Parsed<Expr> {
        let at = self.here_span();
        let mut value = match first {
            Some(first) => self.accessed(first)?,
            None => self.operand()?,
        };
        while self.eat_words(&["AT", "TIME", "ZONE"]) {
            let zone = match self.peek() {
                Token::SingleQuotedString(_) => text(self.string()?),
                Token::Placeholder(_) | Token::Colon => self.placeholder()?,
                _ if self.at("INTERVAL") => self.interval_zone()?,
                _ => return Err(self.mismatched("<string>, 'INTERVAL'")),
            };
            value = standing(at, call("at_timezone", vec![value, zone]));
        }
        Ok(value)
    }

    fn interval_zone(&mut self) -> Parsed<Expr> {
        let zone = self.operand()?;
        match zone {
            Expr::Interval(Interval { .. }) => Ok(zone),
            _ => Err(self.mismatched("<interval>")),
        }
    }
}

fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

fn comparison(token: &Token) -> Option<BinaryOperator> {
    Some(match token {
        Token::Eq => BinaryOperator::Eq,
        Token::Neq => BinaryOperator::NotEq,
        Token::Lt => BinaryOperator::Lt,
        Token::LtEq => BinaryOperator::LtEq,
        Token::Gt => BinaryOperator::Gt,
        Token::GtEq => BinaryOperator::GtEq,
        _ => return None,
    })
}

/// Operators between values and how strongly they bind.
fn operator(token: &Token) -> Option<(BinaryOperator, u8)> {
    Some(match token {
        Token::StringConcat => (BinaryOperator::StringConcat, 1),
        Token::Plus => (BinaryOperator::Plus, 2),
        Token::Minus => (BinaryOperator::Minus, 2),
        Token::Mul => (BinaryOperator::Multiply, 3),
        Token::Div => (BinaryOperator::Divide, 3),
        Token::Mod => (BinaryOperator::Modulo, 3),
        _ => return None,
    })
}

/// A text that means the same to the engine: without its escape character.
fn is_plain(pattern: &Expr) -> bool {
    let Expr::Value(value) = pattern else { return false };
    matches!(&value.value, Value::SingleQuotedString(text) if !text.contains('\\'))
}
