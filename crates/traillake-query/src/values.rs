//! Values for `?` placeholders: Arrow scalars that become typed literals, never text of the statement.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, IntervalMonthDayNanoType, IntervalUnit, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};
use serde::{Deserialize, Serialize};
use traillake_sql::type_name;

use crate::QueryError;
use crate::text::tokenize;

/// What a `?` stands for: a value of one of Lake's types, or NULL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterValue {
    pub(crate) kind: ValueKind,
    /// The value as Lake writes it; `None` is NULL.
    pub(crate) text: Option<String>,
}

/// How a value's text is made a literal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ValueKind {
    /// NULL of no type.
    Unknown,
    /// Read as what it is compared with, as every text is in Lake.
    Varchar,
    Boolean,
    /// An integer that fits a `bigint`.
    Integer,
    /// Hexadecimal digits.
    Varbinary,
    /// Months, days and seconds with their units.
    Interval,
    /// A text that is cast to the type of this name.
    Typed(String),
}

impl ParameterValue {
    /// A text; compared with a timestamp or a boolean it is read as one.
    pub fn text(value: impl Into<String>) -> Self {
        Self { kind: ValueKind::Varchar, text: Some(value.into()) }
    }

    /// NULL of no type, which takes the place of a value that is not known yet.
    pub fn unknown() -> Self {
        Self { kind: ValueKind::Unknown, text: None }
    }

    /// Bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.as_ref().map_or(0, String::len)
    }

    /// The text in `INTERVAL ? DAY`; one that is not known yet changes no type.
    pub(crate) fn interval_text(&self) -> String {
        self.text.clone().unwrap_or_else(|| "1".into())
    }

    /// One value of an array: a boolean, number, text, binary, date, time, timestamp, duration or interval.
    ///
    /// Times are kept to the millisecond, as Lake has them; those with a zone as UTC.
    pub fn of(array: &dyn Array, row: usize) -> Result<Self, QueryError> {
        let unfit = || QueryError::UnfitValue { data_type: type_name(array.data_type()) };
        if row >= array.len() {
            return Err(unfit());
        }
        let (kind, kept_as) = kept(array.data_type()).ok_or_else(unfit)?;
        let value = cast(&array.slice(row, 1), &kept_as).ok().filter(|value| value.len() == 1).ok_or_else(unfit)?;
        // A value that its kept type cannot hold is NULL there.
        if is_null(&value) != is_null(&array.slice(row, 1)) {
            return Err(unfit());
        }
        let text = if is_null(&value) { None } else { Some(written(&value).ok_or_else(unfit)?) };
        Ok(Self { kind, text })
    }
}

impl ValueKind {
    /// The type a NULL of this kind has.
    pub(crate) fn type_name(&self) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::Varchar => Some("varchar"),
            Self::Boolean => Some("boolean"),
            Self::Integer => Some("bigint"),
            Self::Varbinary => Some("varbinary"),
            Self::Interval => Some("interval day to second"),
            Self::Typed(name) => Some(name),
        }
    }
}

fn is_null(value: &dyn Array) -> bool {
    value.logical_nulls().is_some_and(|nulls| nulls.is_null(0))
}

/// How values of a type are written, and the type that is written.
fn kept(data_type: &DataType) -> Option<(ValueKind, DataType)> {
    let typed = |kept_as: DataType| (ValueKind::Typed(type_name(&kept_as)), kept_as);
    Some(match data_type {
        DataType::Null => (ValueKind::Unknown, DataType::Null),
        DataType::Boolean => (ValueKind::Boolean, DataType::Boolean),
        DataType::UInt64 => typed(DataType::Decimal128(20, 0)),
        integer if integer.is_integer() => (ValueKind::Integer, DataType::Int64),
        float if float.is_floating() => typed(DataType::Float64),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) => typed(data_type.clone()),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => (ValueKind::Varchar, DataType::Utf8),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            (ValueKind::Varbinary, DataType::Binary)
        }
        DataType::Date32 | DataType::Date64 => typed(DataType::Date32),
        DataType::Time32(_) | DataType::Time64(_) => typed(DataType::Time32(TimeUnit::Millisecond)),
        DataType::Timestamp(..) => typed(DataType::Timestamp(TimeUnit::Millisecond, None)),
        DataType::Duration(_) | DataType::Interval(_) => {
            (ValueKind::Interval, DataType::Interval(IntervalUnit::MonthDayNano))
        }
        DataType::Dictionary(_, values) => return kept(values),
        DataType::RunEndEncoded(_, values) => return kept(values.data_type()),
        _ => return None,
    })
}

/// The only value of an array as Lake writes it.
fn written(value: &ArrayRef) -> Option<String> {
    Some(match value.data_type() {
        DataType::Int64 => value.as_primitive::<Int64Type>().value(0).to_string(),
        DataType::Float64 => double(value.as_primitive::<Float64Type>().value(0)),
        DataType::Utf8 => value.as_string::<i32>().value(0).to_owned(),
        DataType::Binary => hexadecimal(value.as_binary::<i32>().value(0)),
        DataType::Interval(_) => {
            let parts = value.as_primitive::<IntervalMonthDayNanoType>().value(0);
            let (seconds, nanos) = (parts.nanoseconds / 1_000_000_000, parts.nanoseconds % 1_000_000_000);
            let sign = if parts.nanoseconds < 0 { "-" } else { "" };
            let seconds = format!("{sign}{}.{:03}", seconds.abs(), nanos.abs() / 1_000_000);
            format!("{} months {} days {seconds} seconds", parts.months, parts.days)
        }
        _ => displayed(value)?.replace('T', " "),
    })
}

/// Decimals, dates and times in the ISO form; `None` for those that no calendar has.
fn displayed(value: &dyn Array) -> Option<String> {
    let options = FormatOptions::new().with_display_error(false);
    ArrayFormatter::try_new(value, &options).ok()?.value(0).try_to_string().ok()
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn double(value: f64) -> String {
    match value {
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        value => format!("{value:e}").replace("NaNe0", "NaN"),
    }
}

/// How many `?` a text has.
pub(crate) fn count(sql: &str) -> Result<usize, QueryError> {
    Ok(tokenize(sql)?.iter().filter(|token| is_open(&token.token)).count())
}

fn is_open(token: &Token) -> bool {
    matches!(token, Token::Placeholder(name) if name == "?")
}

/// Names each `?` by its place among them, since the tree is not walked in the order of the text.
pub(crate) fn number(tokens: &mut [TokenWithSpan], values: &[ParameterValue]) -> Result<(), QueryError> {
    if values.is_empty() {
        return Ok(());
    }
    let open = tokens.iter_mut().filter(|token| is_open(&token.token));
    let mut expected = 0;
    for token in open {
        token.token = Token::Placeholder(format!("{NUMBERED}{expected}"));
        expected += 1;
    }
    if expected == values.len() { Ok(()) } else { Err(QueryError::ValueCount { expected, given: values.len() }) }
}

/// Begins the name of a numbered `?`; no text can hold such a name.
const NUMBERED: &str = "?#";

/// The value of a numbered `?`.
pub(crate) fn find<'v>(placeholder: &str, values: &'v [ParameterValue]) -> Option<&'v ParameterValue> {
    values.get(placeholder.strip_prefix(NUMBERED)?.parse::<usize>().ok()?)
}

#[cfg(test)]
mod tests;
