//! Reads paths of the SQL standard.

mod conditions;

use datafusion::common::{Result, exec_err};
use serde_json::Value;

use super::syntax::{Accessor, Expression, Method, Operator, Predicate, StandardPath, Subscript};
use super::tokens::{Token, tokens};

/// How deep parentheses, brackets and signs may nest.
const DEEPEST: usize = 64;

type Parsed<T> = std::result::Result<T, String>;

impl StandardPath {
    /// Reads a path; without `lax` or `strict` it is lax.
    pub(super) fn parse(path: &str) -> Result<Self> {
        match parse(path) {
            Ok(path) => Ok(path),
            Err(problem) => exec_err!("Invalid JSON path: '{path}': {problem}"),
        }
    }
}

fn parse(path: &str) -> Parsed<StandardPath> {
    let mut parser = Parser { tokens: tokens(path)?.into_iter().peekable(), depth: 0 };
    let lax = parser.name("lax") || !parser.name("strict");
    let expression = parser.expression()?;
    match parser.tokens.next() {
        None => Ok(StandardPath { lax, expression }),
        Some(token) => Err(unexpected(&token)),
    }
}

fn unexpected(token: &Token) -> String {
    match token {
        Token::Sign(sign) => format!("unexpected '{sign}'"),
        Token::Name(name) => format!("unexpected '{name}'"),
        Token::Text(text) => format!("unexpected \"{text}\""),
        Token::Number(number) => format!("unexpected {number}"),
    }
}

/// What parentheses may hold in a filter.
enum Node {
    Expression(Expression),
    Predicate(Predicate),
}

impl Node {
    fn expression(self) -> Parsed<Expression> {
        match self {
            Self::Expression(expression) => Ok(expression),
            Self::Predicate(_) => Err("a condition stands where a value is expected".to_owned()),
        }
    }

    fn predicate(self) -> Parsed<Predicate> {
        match self {
            Self::Predicate(predicate) => Ok(predicate),
            Self::Expression(_) => Err("a value stands where a condition is expected".to_owned()),
        }
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn sign(&mut self, sign: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Sign(found) if *found == sign)).is_some()
    }

    fn name(&mut self, name: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Name(found) if found == name)).is_some()
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.sign(sign) { Ok(()) } else { Err(format!("'{sign}' is expected")) }
    }

    fn text(&mut self) -> Parsed<String> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => Err("a text in double quotes is expected".to_owned()),
        }
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it is nested too deeply".to_owned());
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Parsed<Expression> {
        self.sum()?.expression()
    }

    fn sum(&mut self) -> Parsed<Node> {
        self.arithmetic(&[("+", Operator::Add), ("-", Operator::Subtract)], Self::product)
    }

    fn product(&mut self) -> Parsed<Node> {
        let operators = [("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Modulus)];
        self.arithmetic(&operators, Self::signed)
    }

    fn arithmetic(&mut self, operators: &[(&str, Operator)], operand: fn(&mut Self) -> Parsed<Node>) -> Parsed<Node> {
        let first = match operand(self)? {
            Node::Expression(first) => first,
            predicate @ Node::Predicate(_) => return Ok(predicate),
        };
        let mut others = Vec::new();
        while let Some(operator) = operators.iter().find_map(|(sign, operator)| self.sign(sign).then_some(*operator)) {
            others.push((operator, operand(self)?.expression()?));
        }
        let expression = if others.is_empty() { first } else { Expression::Arithmetic(Box::new(first), others) };
        Ok(Node::Expression(expression))
    }

    fn signed(&mut self) -> Parsed<Node> {
        let sign = if self.sign("-") {
            Expression::Negative
        } else if self.sign("+") {
            Expression::Positive
        } else {
            return self.accessed();
        };
        let operand = self.nested(Self::signed)?.expression()?;
        Ok(Node::Expression(sign(Box::new(operand))))
    }

    fn accessed(&mut self) -> Parsed<Node> {
        let base = match self.primary()? {
            Node::Expression(base) => base,
            predicate @ Node::Predicate(_) => return Ok(predicate),
        };
        let mut accessors = Vec::new();
        while let Some(accessor) = self.accessor()? {
            accessors.push(accessor);
        }
        let expression = if accessors.is_empty() { base } else { Expression::Access(Box::new(base), accessors) };
        Ok(Node::Expression(expression))
    }

    fn primary(&mut self) -> Parsed<Node> {
        let expression = match self.tokens.next() {
            Some(Token::Sign("(")) => return self.parenthesised(),
            Some(Token::Sign("$")) => Expression::Root,
            Some(Token::Sign("@")) => Expression::Current,
            Some(Token::Text(text)) => Expression::Literal(Value::from(text)),
            Some(Token::Number(number)) => Expression::Literal(Value::Number(number)),
            Some(Token::Name(name)) => match name.as_str() {
                "last" => Expression::Last,
                "null" => Expression::Literal(Value::Null),
                "true" => Expression::Literal(Value::Bool(true)),
                "false" => Expression::Literal(Value::Bool(false)),
                "exists" => {
                    self.expect("(")?;
                    let expression = self.nested(Self::expression)?;
                    self.expect(")")?;
                    return Ok(Node::Predicate(Predicate::Exists(expression)));
                }
                _ => return Err(unexpected(&Token::Name(name))),
            },
            Some(token) => return Err(unexpected(&token)),
            None => return Err("it ends too early".to_owned()),
        };
        Ok(Node::Expression(expression))
    }

    fn parenthesised(&mut self) -> Parsed<Node> {
        let inner = self.nested(Self::any)?;
        self.expect(")")?;
        match inner {
            Node::Predicate(predicate) if self.name("is") => {
                if !self.name("unknown") {
                    return Err("'unknown' is expected".to_owned());
                }
                Ok(Node::Predicate(Predicate::IsUnknown(Box::new(predicate))))
            }
            inner => Ok(inner),
        }
    }

    fn accessor(&mut self) -> Parsed<Option<Accessor>> {
        Ok(Some(if self.sign("..") {
            Accessor::Descendants(self.member_name()?)
        } else if self.sign(".") {
            self.member()?
        } else if self.sign("[") {
            let subscripts = self.nested(Self::subscripts)?;
            self.expect("]")?;
            subscripts
        } else if self.sign("?") {
            self.expect("(")?;
            let predicate = self.nested(Self::any)?.predicate()?;
            self.expect(")")?;
            Accessor::Filter(predicate)
        } else {
            return Ok(None);
        }))
    }

    fn member_name(&mut self) -> Parsed<String> {
        match self.tokens.next() {
            Some(Token::Name(name) | Token::Text(name)) => Ok(name),
            _ => Err("the name of a member is expected".to_owned()),
        }
    }

    fn member(&mut self) -> Parsed<Accessor> {
        if self.sign("*") {
            return Ok(Accessor::Members);
        }
        let is_text = matches!(self.tokens.peek(), Some(Token::Text(_)));
        let name = self.member_name()?;
        if is_text || !self.sign("(") {
            return Ok(Accessor::Member(name));
        }
        self.expect(")")?;
        Method::named(&name).map(Accessor::Method).ok_or_else(|| format!("unknown method {name}()"))
    }

    fn subscripts(&mut self) -> Parsed<Accessor> {
        if self.sign("*") {
            return Ok(Accessor::Elements);
        }
        let mut subscripts = Vec::new();
        loop {
            let from = self.expression()?;
            let to = if self.name("to") { Some(self.expression()?) } else { None };
            subscripts.push(Subscript { from, to });
            if !self.sign(",") {
                return Ok(Accessor::Subscripts(subscripts));
            }
        }
    }
}
