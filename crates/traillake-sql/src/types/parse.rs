//! The grammar of types: `map(varchar, json)`, `row(a bigint)`, `timestamp(3) with time zone`.

use std::ops::RangeInclusive;

use arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use datafusion::common::{Result, plan_err};
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::{IP_ADDRESS_BYTES, SqlType, anonymous_field};
use crate::dialect::{LakeDialect, bare_word, is_identifier};

/// Types inside of types, at most.
const DEPTH: usize = 32;
/// Digits of a decimal, at most.
const DIGITS: u8 = 38;
/// Characters of a varchar, at most.
const LENGTH: usize = 2_147_483_647;
/// Digits of a fraction of a second, at most.
const PRECISION: usize = 12;

/// The type a text names.
pub(crate) fn parse_type(text: &str) -> Result<SqlType> {
    let tokens = Tokenizer::new(&LakeDialect, text).tokenize().unwrap_or_default();
    let tokens = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut written = Written { tokens, place: 0 };
    match read_type(&mut written) {
        Ok(found) if *written.ahead(0) == Token::EOF => Ok(found),
        Err(TypeFault::Refused(message)) => plan_err!("{message}"),
        _ => plan_err!("Unknown type: {text}"),
    }
}

/// The type the tokens begin with.
pub(crate) fn read_type(tokens: &mut dyn TypeTokens) -> Read<SqlType> {
    let mut reader = Reader { tokens, half_closed: false };
    let found = reader.data_type(0)?;
    if reader.half_closed { Err(TypeFault::Refused("Unknown type: one '>' too many".to_owned())) } else { Ok(found) }
}

/// What a type is read from.
pub(crate) trait TypeTokens {
    /// The n-th token ahead; behind the last one the end.
    fn ahead(&self, n: usize) -> &Token;
    /// Goes on to the next token.
    fn skip(&mut self);
}

/// Why there is no type; it is about the token ahead.
#[derive(Debug)]
pub(crate) enum TypeFault {
    /// Something else is expected here.
    Expecting(&'static str),
    /// What is here is understood and cannot be.
    Refused(String),
}

type Read<T> = std::result::Result<T, TypeFault>;

/// The tokens of a text.
struct Written {
    tokens: Vec<Token>,
    place: usize,
}

impl TypeTokens for Written {
    fn ahead(&self, n: usize) -> &Token {
        self.tokens.get(self.place + n).unwrap_or(&Token::EOF)
    }

    fn skip(&mut self) {
        self.place += 1;
    }
}

struct Reader<'t> {
    tokens: &'t mut dyn TypeTokens,
    /// Whether one `>` of a `>>` is still to be read.
    half_closed: bool,
}

/// A type of one word without arguments.
fn plain(name: &str) -> Option<SqlType> {
    Some(SqlType::Plain(match name {
        "boolean" => DataType::Boolean,
        "tinyint" => DataType::Int8,
        "smallint" => DataType::Int16,
        "integer" | "int" => DataType::Int32,
        "bigint" => DataType::Int64,
        "real" => DataType::Float32,
        "varbinary" => DataType::Binary,
        "json" => DataType::LargeUtf8,
        "ipaddress" => DataType::FixedSizeBinary(IP_ADDRESS_BYTES),
        "date" => DataType::Date32,
        "unknown" => DataType::Null,
        "uuid" => return Some(SqlType::Uuid),
        _ => return None,
    }))
}

impl Reader<'_> {
    fn data_type(&mut self, depth: usize) -> Read<SqlType> {
        let mut levels = depth;
        let mut parsed = self.base(depth)?;
        while self.at(0, "array") {
            levels += 1;
            too_deep(levels)?;
            self.tokens.skip();
            if self.eat(&Token::LBracket) {
                self.number(0..=LENGTH)?;
                self.need(&Token::RBracket, "']'")?;
            }
            parsed = SqlType::Array(Box::new(parsed));
        }
        Ok(parsed)
    }

    fn base(&mut self, depth: usize) -> Read<SqlType> {
        too_deep(depth)?;
        let Some(name) = bare_word(self.tokens.ahead(0)).map(str::to_ascii_lowercase) else {
            return Err(TypeFault::Expecting("<type>"));
        };
        if let Some(found) = plain(&name) {
            self.tokens.skip();
            return Ok(found);
        }
        let read: fn(&mut Self, usize) -> Read<SqlType> = match name.as_str() {
            "array" => Self::array,
            "map" => Self::map,
            "row" => Self::row,
            "double" => |reader, _| {
                reader.eat_words(&["precision"]);
                Ok(SqlType::Plain(DataType::Float64))
            },
            "varchar" => |reader, _| Ok(SqlType::Varchar(reader.length(LENGTH)?)),
            "char" => |reader, _| Ok(SqlType::Varchar(Some(reader.length(LENGTH)?.unwrap_or(1)))),
            "decimal" | "dec" | "numeric" => |reader, _| reader.decimal(),
            "timestamp" => |reader, _| reader.timestamp(),
            "time" => |reader, _| reader.time(),
            "interval" => |reader, _| reader.interval(),
            _ => return Err(TypeFault::Refused(format!("Unknown type: {name}"))),
        };
        self.tokens.skip();
        read(self, depth)
    }

    fn array(&mut self, depth: usize) -> Read<SqlType> {
        let is_angled = self.open()?;
        let item = self.data_type(depth + 1)?;
        self.close(is_angled)?;
        Ok(SqlType::Array(Box::new(item)))
    }

    fn map(&mut self, depth: usize) -> Read<SqlType> {
        let is_angled = self.open()?;
        let key = self.data_type(depth + 1)?;
        self.need(&Token::Comma, "','")?;
        let value = self.data_type(depth + 1)?;
        self.close(is_angled)?;
        Ok(SqlType::Map(Box::new(key), Box::new(value)))
    }

    fn row(&mut self, depth: usize) -> Read<SqlType> {
        let mut fields = Vec::new();
        self.need(&Token::LParen, "'('")?;
        loop {
            let name = self.field_name().unwrap_or_else(|| anonymous_field(fields.len()));
            fields.push((name, self.data_type(depth + 1)?));
            if !self.eat(&Token::Comma) {
                self.need(&Token::RParen, "')'")?;
                return Ok(SqlType::Row(fields));
            }
        }
    }

    /// The name of a field; `None` where a type of several words begins, or one without a name.
    fn field_name(&mut self) -> Option<String> {
        let first = self.tokens.ahead(0);
        if !is_identifier(first) || !matches!(self.tokens.ahead(1), Token::Word(_)) {
            return None;
        }
        let goes_on = |first: &str, next: &[&str]| self.at(0, first) && next.iter().any(|next| self.at(1, next));
        let is_type = goes_on("double", &["precision"])
            || goes_on("interval", &["day", "year"])
            || goes_on("time", &["with", "without"])
            || goes_on("timestamp", &["with", "without"])
            || (self.at(1, "array") && !matches!(self.tokens.ahead(2), Token::LParen | Token::Lt));
        let Token::Word(name) = first else { return None };
        let name = (!is_type || name.quote_style.is_some()).then(|| name.value.to_lowercase())?;
        self.tokens.skip();
        Some(name)
    }

    fn length(&mut self, most: usize) -> Read<Option<usize>> {
        if !self.eat(&Token::LParen) {
            return Ok(None);
        }
        let length = self.number(0..=most)?;
        self.need(&Token::RParen, "')'")?;
        Ok(Some(length))
    }

    fn decimal(&mut self) -> Read<SqlType> {
        let (mut precision, mut scale) = (DIGITS, 0);
        if self.eat(&Token::LParen) {
            precision = small(self.number(1..=DIGITS.into())?);
            if self.eat(&Token::Comma) {
                scale = small(self.number(0..=precision.into())?);
            }
            self.need(&Token::RParen, "')'")?;
        }
        Ok(SqlType::Plain(DataType::Decimal128(precision, i8::try_from(scale).unwrap_or_default())))
    }

    fn timestamp(&mut self) -> Read<SqlType> {
        self.length(PRECISION)?;
        let zone = self.eat_words(&["with", "time", "zone"]).then(|| "UTC".into());
        if zone.is_none() {
            self.eat_words(&["without", "time", "zone"]);
        }
        Ok(SqlType::Plain(DataType::Timestamp(TimeUnit::Millisecond, zone)))
    }

    fn time(&mut self) -> Read<SqlType> {
        self.length(PRECISION)?;
        if self.at(0, "with") && self.at(1, "time") {
            return Err(TypeFault::Refused("Unknown type: time with time zone".to_owned()));
        }
        self.eat_words(&["without", "time", "zone"]);
        Ok(SqlType::Plain(DataType::Time32(TimeUnit::Millisecond)))
    }

    fn interval(&mut self) -> Read<SqlType> {
        if self.eat_words(&["day", "to", "second"]) || self.eat_words(&["year", "to", "month"]) {
            return Ok(SqlType::Plain(DataType::Interval(IntervalUnit::MonthDayNano)));
        }
        Err(TypeFault::Expecting("'DAY TO SECOND', 'YEAR TO MONTH'"))
    }

    fn number(&mut self, range: RangeInclusive<usize>) -> Read<usize> {
        let Token::Number(digits, false) = self.tokens.ahead(0) else { return Err(TypeFault::Expecting("<integer>")) };
        let number = digits.parse().ok().filter(|number| range.contains(number));
        let wrong = || TypeFault::Refused(format!("a number from {} to {} is expected", range.start(), range.end()));
        let number = number.ok_or_else(wrong)?;
        self.tokens.skip();
        Ok(number)
    }

    /// The bracket of an array or a map; whether it is `<`, as older texts have it.
    fn open(&mut self) -> Read<bool> {
        let is_angled = self.eat(&Token::Lt);
        if !is_angled {
            self.need(&Token::LParen, "'('")?;
        }
        Ok(is_angled)
    }

    fn close(&mut self, is_angled: bool) -> Read<()> {
        if !is_angled {
            return self.need(&Token::RParen, "')'");
        }
        if self.half_closed {
            self.half_closed = false;
        } else if self.eat(&Token::ShiftRight) {
            self.half_closed = true;
        } else {
            self.need(&Token::Gt, "'>'")?;
        }
        Ok(())
    }

    fn at(&self, n: usize, word: &str) -> bool {
        bare_word(self.tokens.ahead(n)).is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    fn eat_words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(n, word)| self.at(n, word));
        if found {
            for _ in words {
                self.tokens.skip();
            }
        }
        found
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.tokens.ahead(0) == token;
        if found {
            self.tokens.skip();
        }
        found
    }

    fn need(&mut self, token: &Token, name: &'static str) -> Read<()> {
        if self.eat(token) { Ok(()) } else { Err(TypeFault::Expecting(name)) }
    }
}

fn too_deep(depth: usize) -> Read<()> {
    if depth <= DEPTH {
        return Ok(());
    }
    Err(TypeFault::Refused(format!("Types are nested deeper than {DEPTH} levels")))
}

fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
