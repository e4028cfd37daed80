//! Types as queries write them: `map(varchar, json)`, `row(a bigint)`, `timestamp(3) with time zone`.

use std::iter::Peekable;
use std::vec;

use arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use datafusion::common::{Result, plan_datafusion_err, plan_err};
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Word};

use super::{IP_ADDRESS_BYTES, SqlType, anonymous_field};
use crate::LakeDialect;

/// Types inside of types, at most.
const DEPTH: usize = 32;
/// Digits of a decimal, at most.
const DIGITS: u8 = 38;

/// The type a text names.
pub(crate) fn parse_type(text: &str) -> Result<SqlType> {
    let unknown = || plan_datafusion_err!("Unknown type: {text}");
    let tokens = Tokenizer::new(&LakeDialect::default(), text).tokenize().map_err(|_| unknown())?;
    let tokens: Vec<_> = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut parser = TypeParser { tokens: tokens.into_iter().peekable(), closed: 0 };
    let parsed = parser.data_type(0)?.ok_or_else(unknown)?;
    if parser.tokens.next().is_some() { plan_err!("Unknown type: {text}") } else { Ok(parsed) }
}

/// What is left of the text. `None` as an answer stands for a text that names no type.
struct TypeParser {
    tokens: Peekable<vec::IntoIter<Token>>,
    /// Brackets `>` that were closed by a `>>` and are still to be taken.
    closed: usize,
}

impl TypeParser {
    fn data_type(&mut self, depth: usize) -> Result<Option<SqlType>> {
        if depth > DEPTH {
            return plan_err!("Types are nested deeper than {DEPTH} levels");
        }
        let Some(Token::Word(word)) = self.tokens.next() else { return Ok(None) };
        self.after_word(&word, depth)
    }

    fn after_word(&mut self, word: &Word, depth: usize) -> Result<Option<SqlType>> {
        let name = word.value.to_ascii_lowercase();
        let base = match name.as_str() {
            "array" => self
                .parts(depth)?
                .and_then(|parts| <[SqlType; 1]>::try_from(parts).ok())
                .map(|[item]| SqlType::Array(Box::new(item))),
            "map" => self
                .parts(depth)?
                .and_then(|parts| <[SqlType; 2]>::try_from(parts).ok())
                .map(|[key, value]| SqlType::Map(Box::new(key), Box::new(value))),
            "row" => self.row(depth)?,
            _ => self.simple(&name)?,
        };
        let Some(mut parsed) = base else { return Ok(None) };
        let mut levels = depth;
        while self.word("array") {
            levels += 1;
            if levels > DEPTH {
                return plan_err!("Types are nested deeper than {DEPTH} levels");
            }
            parsed = SqlType::Array(Box::new(parsed));
        }
        Ok(Some(parsed))
    }

    fn simple(&mut self, name: &str) -> Result<Option<SqlType>> {
        let plain = |data_type| Ok(Some(SqlType::Plain(data_type)));
        match name {
            "boolean" => plain(DataType::Boolean),
            "tinyint" => plain(DataType::Int8),
            "smallint" => plain(DataType::Int16),
            "integer" | "int" => plain(DataType::Int32),
            "bigint" => plain(DataType::Int64),
            "real" => plain(DataType::Float32),
            "double" => {
                self.word("precision");
                plain(DataType::Float64)
            }
            "decimal" | "dec" | "numeric" => self.decimal(),
            "varchar" => Ok(self.length().map(|length| SqlType::Varchar(length.given()))),
            "char" => Ok(self.length().map(|length| SqlType::Varchar(length.given().or(Some(1))))),
            "varbinary" => plain(DataType::Binary),
            "json" => plain(DataType::LargeUtf8),
            "ipaddress" => plain(DataType::FixedSizeBinary(IP_ADDRESS_BYTES)),
            "uuid" => Ok(Some(SqlType::Uuid)),
            "date" => plain(DataType::Date32),
            "unknown" => plain(DataType::Null),
            "timestamp" => Ok(self.timestamp()),
            "time" => {
                let known = self.length().is_some() && self.zone() != Some(true);
                Ok(known.then_some(SqlType::Plain(DataType::Time32(TimeUnit::Millisecond))))
            }
            "interval" => Ok(self.interval().then_some(SqlType::Plain(DataType::Interval(IntervalUnit::MonthDayNano)))),
            _ => Ok(None),
        }
    }

    fn timestamp(&mut self) -> Option<SqlType> {
        if !matches!(self.length()?, Length::Open | Length::Of(0..=12)) {
            return None;
        }
        let zone = self.zone()?.then(|| "UTC".into());
        Some(SqlType::Plain(DataType::Timestamp(TimeUnit::Millisecond, zone)))
    }

    /// Whether the words `with time zone` follow; `None` when other words do.
    fn zone(&mut self) -> Option<bool> {
        let with = self.word("with");
        if !with && !self.word("without") {
            return Some(false);
        }
        (self.word("time") && self.word("zone")).then_some(with)
    }

    fn interval(&mut self) -> bool {
        let from_year = self.word("year");
        (from_year || self.word("day")) && self.word("to") && self.word(if from_year { "month" } else { "second" })
    }

    fn decimal(&mut self) -> Result<Option<SqlType>> {
        let numbers = self.numbers();
        let (precision, scale) = match numbers.as_deref() {
            Some([]) => (DIGITS, 0),
            Some([precision]) => (small(*precision), 0),
            Some([precision, scale]) => (small(*precision), small(*scale)),
            _ => return Ok(None),
        };
        if precision == 0 || precision > DIGITS || scale > precision {
            return plan_err!("Invalid decimal type: DECIMAL({precision}, {scale})");
        }
        let scale = i8::try_from(scale).unwrap_or_default();
        Ok(Some(SqlType::Plain(DataType::Decimal128(precision, scale))))
    }

    /// A length in brackets, or none; `None` when something else is in them.
    fn length(&mut self) -> Option<Length> {
        match self.numbers()?.as_slice() {
            [] => Some(Length::Open),
            [length] => Some(Length::Of(*length)),
            _ => None,
        }
    }

    /// Numbers in brackets, none without brackets; `None` when something else is in them.
    fn numbers(&mut self) -> Option<Vec<usize>> {
        let mut numbers = Vec::new();
        if self.tokens.next_if_eq(&Token::LParen).is_none() {
            return Some(numbers);
        }
        loop {
            let Some(Token::Number(digits, _)) = self.tokens.next() else { return None };
            numbers.push(digits.parse().ok()?);
            match self.tokens.next()? {
                Token::Comma => {}
                Token::RParen => return Some(numbers),
                _ => return None,
            }
        }
    }

    /// Types in brackets: `(a, b)` or `<a, b>`.
    fn parts(&mut self, depth: usize) -> Result<Option<Vec<SqlType>>> {
        let Some(angled) = self.open() else { return Ok(None) };
        let mut parts = Vec::new();
        loop {
            let Some(part) = self.data_type(depth + 1)? else { return Ok(None) };
            parts.push(part);
            if self.tokens.next_if_eq(&Token::Comma).is_none() {
                return Ok(self.close(angled).then_some(parts));
            }
        }
    }

    fn row(&mut self, depth: usize) -> Result<Option<SqlType>> {
        let Some(angled) = self.open() else { return Ok(None) };
        let mut fields = Vec::new();
        loop {
            let Some((name, field)) = self.field(depth)? else { return Ok(None) };
            fields.push((name.unwrap_or_else(|| anonymous_field(fields.len())), field));
            if self.tokens.next_if_eq(&Token::Comma).is_none() {
                return Ok(self.close(angled).then_some(SqlType::Row(fields)));
            }
        }
    }

    /// A field with or without a name.
    fn field(&mut self, depth: usize) -> Result<Option<(Option<String>, SqlType)>> {
        let Some(Token::Word(first)) = self.tokens.next() else { return Ok(None) };
        let mut ahead = self.tokens.clone();
        let named = match (ahead.next(), ahead.next()) {
            (Some(Token::Word(_)), Some(Token::LParen | Token::Lt)) => true,
            (Some(Token::Word(next)), _) => first.quote_style.is_some() || !continues(&first.value, &next.value),
            _ => false,
        };
        if named {
            let field = self.data_type(depth + 1)?;
            return Ok(field.map(|field| (Some(first.value.to_lowercase()), field)));
        }
        Ok(self.after_word(&first, depth + 1)?.map(|field| (None, field)))
    }

    fn open(&mut self) -> Option<bool> {
        let angled = self.tokens.next_if_eq(&Token::Lt).is_some();
        (angled || self.tokens.next_if_eq(&Token::LParen).is_some()).then_some(angled)
    }

    fn close(&mut self, angled: bool) -> bool {
        if !angled {
            return self.tokens.next_if_eq(&Token::RParen).is_some();
        }
        if self.closed > 0 {
            self.closed -= 1;
            return true;
        }
        if self.tokens.next_if_eq(&Token::ShiftRight).is_some() {
            self.closed += 1;
            return true;
        }
        self.tokens.next_if_eq(&Token::Gt).is_some()
    }

    /// Takes the word if it is next.
    fn word(&mut self, word: &str) -> bool {
        self.tokens
            .next_if(|token| matches!(token, Token::Word(next) if next.value.eq_ignore_ascii_case(word)))
            .is_some()
    }
}

/// Whether `next` goes on with the type `first` instead of being the type of a field named `first`.
fn continues(first: &str, next: &str) -> bool {
    let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
    is(next, "array")
        || (is(first, "double") && is(next, "precision"))
        || ((is(first, "timestamp") || is(first, "time")) && (is(next, "with") || is(next, "without")))
        || (is(first, "interval") && (is(next, "day") || is(next, "year")))
}

fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// What the brackets behind `varchar` say.
enum Length {
    Open,
    Of(usize),
}

impl Length {
    fn given(self) -> Option<usize> {
        match self {
            Self::Open => None,
            Self::Of(length) => Some(length),
        }
    }
}

#[cfg(test)]
mod tests;
