//! One value as another type, with Trino's errors.

use arrow::datatypes::{DataType, i256};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::json_scalar::{with_exact_json, with_json, with_json_text};
use super::{Leaf, decimals};
use crate::functions::kit::IpAddress;
use crate::text_form::shortened;
use crate::types::type_name;

/// An integer type by its bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integer {
    pub(super) name: &'static str,
    pub(super) least: i64,
    pub(super) greatest: i64,
}

impl Integer {
    pub(super) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int8 => Self { name: "TINYINT", least: i8::MIN.into(), greatest: i8::MAX.into() },
            DataType::Int16 => Self { name: "SMALLINT", least: i16::MIN.into(), greatest: i16::MAX.into() },
            DataType::Int32 => Self { name: "INT", least: i32::MIN.into(), greatest: i32::MAX.into() },
            _ => Self { name: "BIGINT", least: i64::MIN, greatest: i64::MAX },
        }
    }

    fn long_name(self) -> String {
        if self.name == "INT" { "integer".to_owned() } else { self.name.to_lowercase() }
    }

    fn fit(self, value: i128) -> Result<i64> {
        match i64::try_from(value) {
            Ok(value) if (self.least..=self.greatest).contains(&value) => Ok(value),
            _ => exec_err!("Out of range for {}: {value}", self.long_name()),
        }
    }
}

pub(super) fn no_cast<T>(value: &Leaf<'_>, to: &str) -> Result<T> {
    exec_err!("Cannot cast '{}' to {to}", value.said())
}

pub(super) fn boolean(value: &Leaf<'_>) -> Result<Option<bool>> {
    Ok(Some(match value {
        Leaf::Boolean(value) => *value,
        Leaf::Integer(value) => *value != 0,
        Leaf::Decimal(value, _) => *value != 0,
        Leaf::Real(value) => *value != 0.0,
        Leaf::Double(value) => *value != 0.0,
        Leaf::Json(json) => return with_json(json, "BOOLEAN", boolean),
        Leaf::Text(text) => match text.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" => true,
            "f" | "false" | "0" => false,
            _ => return no_cast(value, "BOOLEAN"),
        },
        _ => return no_cast(value, "BOOLEAN"),
    }))
}

pub(super) fn integer(value: &Leaf<'_>, to: Integer) -> Result<Option<i64>> {
    let number = match value {
        Leaf::Boolean(value) => i128::from(*value),
        Leaf::Integer(value) => i128::from(*value),
        Leaf::Decimal(digits, scale) => {
            let whole = decimals::rescaled(i256::from_i128(*digits), *scale, 0, 38);
            whole.ok_or_else(|| exec_datafusion_err!("Out of range for {}: {value}", to.long_name()))?
        }
        Leaf::Real(number) => rounded(f64::from(*number), value, to)?,
        Leaf::Double(number) => rounded(*number, value, to)?,
        Leaf::Text(text) => return integer_of_text(text, to).map(Some),
        Leaf::Json(json) => return with_json(json, to.name, |value| integer(value, to)),
        _ => return no_cast(value, to.name),
    };
    to.fit(number).map(Some)
}

fn integer_of_text(text: &str, to: Integer) -> Result<i64> {
    let wrong = || exec_datafusion_err!("Cannot cast '{}' to {}", shortened(text), to.name);
    let parsed: i64 = text.parse().map_err(|_| wrong())?;
    if (to.least..=to.greatest).contains(&parsed) { Ok(parsed) } else { Err(wrong()) }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked, and a cast of a double saturates")]
fn rounded(number: f64, value: &Leaf<'_>, to: Integer) -> Result<i128> {
    if !number.is_finite() || number.abs() >= 1e20 {
        return exec_err!("Unable to cast {value} to {}", to.long_name());
    }
    Ok(number.round() as i128)
}

#[expect(clippy::cast_precision_loss, reason = "a cast to double rounds to the nearest double")]
pub(super) fn double(value: &Leaf<'_>) -> Result<Option<f64>> {
    Ok(Some(match value {
        Leaf::Boolean(value) => f64::from(u8::from(*value)),
        Leaf::Integer(value) => *value as f64,
        Leaf::Real(value) => f64::from(*value),
        Leaf::Double(value) => *value,
        Leaf::Decimal(..) => value.to_string().parse().or_else(|_| no_cast(value, "DOUBLE"))?,
        Leaf::Text(text) => {
            return double_of_text(text).map_or_else(|| no_cast(value, "DOUBLE"), |value| Ok(Some(value)));
        }
        Leaf::Json(json) => return with_json(json, "DOUBLE", double),
        _ => return no_cast(value, "DOUBLE"),
    }))
}

/// A double as Java reads it.
fn double_of_text(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match rest {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(sign * f64::INFINITY),
        _ => {}
    }
    let digits = rest.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(rest);
    let starts = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if starts { digits.parse::<f64>().ok().map(|value| sign * value) } else { None }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast to real rounds to the nearest real")]
pub(super) fn real(value: &Leaf<'_>) -> Result<Option<f32>> {
    match value {
        Leaf::Real(value) => Ok(Some(*value)),
        Leaf::Text(_) => Ok(double(value).or_else(|_| no_cast(value, "REAL"))?.map(|value| value as f32)),
        _ => Ok(double(value)?.map(|value| value as f32)),
    }
}

pub(super) fn decimal(value: &Leaf<'_>, precision: u8, scale: i8) -> Result<Option<i128>> {
    let to = || format!("DECIMAL({precision}, {scale})");
    let found = match value {
        Leaf::Boolean(value) => Some((i256::from_i128(i128::from(*value)), 0)),
        Leaf::Integer(value) => Some((i256::from_i128(i128::from(*value)), 0)),
        Leaf::Decimal(digits, scale) => Some((i256::from_i128(*digits), *scale)),
        Leaf::Real(value) if value.is_finite() => decimals::of_text(&value.to_string()),
        Leaf::Double(value) if value.is_finite() => {
            // All digits of a small number; a large one has few behind the point.
            let places = if value.abs() < 1e10 { 60 } else { 20 };
            decimals::of_text(&format!("{value:.places$}"))
        }
        Leaf::Text(text) => decimals::of_text(text.trim()),
        Leaf::Json(json) => return with_exact_json(json, &to(), |value| decimal(value, precision, scale)),
        _ => None,
    };
    let digits = found.and_then(|(digits, from)| decimals::rescaled(digits, from, scale, precision));
    digits
        .map(Some)
        .ok_or_else(|| exec_datafusion_err!("Cannot cast {} '{}' to {}", type_word(value), value.said(), to()))
}

fn type_word(value: &Leaf<'_>) -> &'static str {
    match value {
        Leaf::Integer(_) => "BIGINT",
        Leaf::Double(_) => "DOUBLE",
        Leaf::Real(_) => "REAL",
        Leaf::Decimal(..) => "DECIMAL",
        _ => "VARCHAR",
    }
}

/// A text of at most so many characters: longer texts are cut, other values that are longer do not fit.
pub(super) fn text(value: &Leaf<'_>, length: Option<usize>) -> Result<Option<String>> {
    let text = match value {
        Leaf::Json(json) => return with_json_text(json, |inner| text(&Leaf::Text(inner), length)),
        other => other.to_string(),
    };
    let Some(end) = length.and_then(|length| text.char_indices().nth(length)).map(|(end, _)| end) else {
        return Ok(Some(text));
    };
    if let Leaf::Text(text) = value {
        return Ok(text.get(..end).map(str::to_owned));
    }
    exec_err!("Value {} cannot be represented as varchar({})", value.said(), length.unwrap_or_default())
}

pub(super) fn uuid(value: &Leaf<'_>) -> Result<Option<String>> {
    let text = value.to_string();
    match uuid::Uuid::try_parse(&text) {
        Ok(uuid) if text.len() == 36 => Ok(Some(uuid.to_string())),
        _ => exec_err!("Invalid UUID string length or form: {}", shortened(&text)),
    }
}

pub(super) fn address(value: &Leaf<'_>) -> Result<Option<IpAddress>> {
    let found = match value {
        Leaf::Address(bytes) => <[u8; 16]>::try_from(*bytes).ok(),
        Leaf::Bytes(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|v4| std::net::Ipv4Addr::from(v4).to_ipv6_mapped().octets()),
            _ => <[u8; 16]>::try_from(*bytes).ok(),
        },
        Leaf::Text(text) => text.parse().ok().map(|address| match address {
            std::net::IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            std::net::IpAddr::V6(v6) => v6.octets(),
        }),
        _ => None,
    };
    found
        .map(|bytes| Some(IpAddress(bytes)))
        .ok_or_else(|| exec_datafusion_err!("Cannot cast value to IPADDRESS: {}", value.said()))
}

pub(super) fn bytes(value: &Leaf<'_>) -> Result<Option<Vec<u8>>> {
    match value {
        Leaf::Bytes(bytes) | Leaf::Address(bytes) => Ok(Some(bytes.to_vec())),
        other => no_cast(other, &type_name(&DataType::Binary)),
    }
}
