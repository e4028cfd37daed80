//! Literals: numbers, texts, bytes, intervals, `type 'text'`, and placeholders for values.

use datafusion::sql::sqlparser::ast::{Expr, UnaryOperator, Value};
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::cursor::{Grammar, Parsed, fault};
use super::keywords::{bare, is_identifier};
use super::nodes::{call, cast, text};
use super::unicode;
use crate::types::parse_type;

/// Digits of the longest decimal.
const MAX_DIGITS: usize = 38;

impl Grammar<'_, '_> {
    /// A literal that is not a word.
    pub(super) fn literal(&mut self) -> Parsed<Expr> {
        match self.peek() {
            Token::Number(..) => self.number(false),
            Token::SingleQuotedString(text) => {
                let value = Value::SingleQuotedString(text.clone());
                Ok(Expr::Value(value.with_span(self.advance().span)))
            }
            Token::HexStringLiteral(_) => self.bytes(),
            Token::NationalStringLiteral(_) => Err(self.refused("Unknown type: n")),
            Token::Placeholder(name) if name.starts_with("$$") => Err(self.mismatched("<expression>")),
            Token::Placeholder(_) | Token::Colon => self.placeholder(),
            _ => Err(self.mismatched("<expression>")),
        }
    }

    /// A number after its minus sign.
    pub(super) fn negative_number(&mut self) -> Parsed<Expr> {
        let number = self.number(true)?;
        let negative = Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number) };
        self.accessed(negative)
    }

    /// `12` by its size, `1.5` as decimal, `1e3` as double.
    fn number(&mut self, negative: bool) -> Parsed<Expr> {
        let TokenWithSpan { token, span } = self.advance();
        let Token::Number(digits, long) = token else { return Err(fault(span.start, "a number is expected")) };
        if long || bare(&self.adjacent()).is_some() {
            return Err(fault(span.start, "identifiers must not start with a digit; put them in double quotes"));
        }
        if digits.contains(['e', 'E']) {
            return Ok(cast(text(digits), "double"));
        }
        if digits.contains('.') {
            let count = digits.bytes().filter(u8::is_ascii_digit).count();
            let message = || fault(span.start, format!("DECIMAL literal with too many digits: {count}"));
            return if count <= MAX_DIGITS { Ok(number(digits, span)) } else { Err(message()) };
        }
        let largest = if negative { i64::MIN.unsigned_abs() } else { i64::MAX.unsigned_abs() };
        match digits.parse::<u64>() {
            Ok(value) if value <= largest => Ok(number(digits, span)),
            _ => Err(fault(span.start, format!("Invalid numeric literal: {digits}"))),
        }
    }

    /// `X'65ff'`, or the number `0xff`: the tokens differ by their length alone.
    fn bytes(&mut self) -> Parsed<Expr> {
        let TokenWithSpan { token, span } = self.advance();
        let Token::HexStringLiteral(written) = token else { return Err(fault(span.start, "bytes are expected")) };
        let width = span.end.column.saturating_sub(span.start.column);
        if span.start.line == span.end.line && width == written.chars().count() as u64 + 2 {
            let value = i64::from_str_radix(&written, 16).ok().filter(|_| bare(&self.adjacent()).is_none());
            let value = value.ok_or_else(|| fault(span.start, format!("Invalid numeric literal: 0x{written}")))?;
            return Ok(number(value.to_string(), span));
        }
        let digits: String = written.chars().filter(|c| !c.is_whitespace()).collect();
        if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(fault(span.start, "Binary literal can only contain hexadecimal digits"));
        }
        if !digits.len().is_multiple_of(2) {
            return Err(fault(span.start, "Binary literal must contain an even number of digits"));
        }
        Ok(Expr::Value(Value::HexStringLiteral(digits).with_span(span)))
    }

    /// `?`, `$name` or `:name`; what stands for them is known later.
    pub(super) fn placeholder(&mut self) -> Parsed<Expr> {
        let TokenWithSpan { token, span } = self.advance();
        let name = match token {
            Token::Placeholder(name) => return Ok(Expr::Value(Value::Placeholder(name).with_span(span))),
            _ => match self.adjacent() {
                Token::Word(word) => format!(":{}", word.value),
                _ => return Err(fault(span.start, "mismatched input ':'. Expecting: <expression>")),
            },
        };
        let end = self.advance().span.end;
        Ok(Expr::Value(Value::Placeholder(name).with_span(Span::new(span.start, end))))
    }

    /// The number of rows of LIMIT, OFFSET and FETCH.
    pub(super) fn row_count(&mut self) -> Parsed<Expr> {
        match self.peek() {
            Token::Number(digits, false) if digits.bytes().all(|byte| byte.is_ascii_digit()) => self.number(false),
            Token::Placeholder(_) | Token::Colon => self.placeholder(),
            _ => Err(self.mismatched("<integer>, '?'")),
        }
    }

    /// `U&'d\0061t\+000061'`, with its own escape character after UESCAPE.
    pub(super) fn at_unicode_string(&self) -> bool {
        *self.peek_nth(1) == Token::Ampersand
            && matches!(self.peek_nth(2), Token::SingleQuotedString(_))
            && self.is_touching(0)
            && self.is_touching(1)
    }

    pub(super) fn unicode_string(&mut self) -> Parsed<Expr> {
        let start = self.here();
        self.advance();
        self.advance();
        let written = self.string()?;
        let escape = if self.eat("UESCAPE") { self.string()? } else { "\\".to_owned() };
        unicode::decoded(&written, &escape).map(text).map_err(|message| fault(start, message))
    }

    /// Whether `type 'text'` stands here.
    pub(super) fn at_typed_literal(&self) -> bool {
        let is_text = |n| matches!(self.peek_nth(n), Token::SingleQuotedString(_));
        (is_identifier(self.peek()) && is_text(1)) || (self.at_words(&["DOUBLE", "PRECISION"]) && is_text(2))
    }

    pub(super) fn typed_literal(&mut self) -> Parsed<Expr> {
        let start = self.here();
        let name = self.identifier()?.value;
        self.eat("PRECISION");
        let written = self.string()?;
        let name = name.to_lowercase();
        let unknown = |_| fault(start, format!("Unknown type: {name}"));
        let data_type = parse_type(&name).map_err(unknown)?;
        Ok(match name.as_str() {
            "json" => call("json_parse", vec![text(written)]),
            "time" if has_zone(&written, &name) => return Err(fault(start, "Unknown type: time with time zone")),
            "timestamp" if has_zone(&written, &name) => cast(text(written), "timestamp with time zone"),
            "timestamp" | "time" => cast(text(written), &name),
            "char" => cast(text(written), "varchar"),
            "decimal" | "dec" | "numeric" => {
                let wrong = || fault(start, format!("Invalid decimal literal: {written}"));
                let data_type = decimal_of(&written).ok_or_else(wrong)?;
                cast(text(written), &data_type)
            }
            _ => cast(text(written), &data_type.to_string()),
        })
    }
}

fn number(digits: String, span: Span) -> Expr {
    Expr::Value(Value::Number(digits, false).with_span(span))
}

/// The type of `DECIMAL '...'`, which has as many digits as are written.
fn decimal_of(written: &str) -> Option<String> {
    let digits = written.trim().trim_start_matches(['-', '+']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !digits.is_empty() && format!("{whole}{fraction}").bytes().all(|byte| byte.is_ascii_digit());
    let (whole, scale) = (whole.trim_start_matches('0').len(), fraction.len());
    let precision = (whole + scale).max(1);
    (is_number && precision <= MAX_DIGITS).then(|| format!("decimal({precision},{scale})"))
}

/// Whether something follows the digits of a time.
fn has_zone(written: &str, data_type: &str) -> bool {
    let time = if data_type == "time" {
        written.trim()
    } else {
        written.trim().split_once(char::is_whitespace).map_or("", |(_, time)| time.trim_start())
    };
    !time.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.')).trim().is_empty()
}
