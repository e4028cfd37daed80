//! Patterns of Java's Formatter.

use std::sync::LazyLock;

use arrow::datatypes::i256;
use datafusion::common::{Result, exec_err};
use fancy_regex::Regex;

use super::times;
use crate::casts::{Leaf, rescaled};

/// Characters that a width or precision may ask for.
const WIDEST: usize = 1_000_000;

/// A part of a pattern.
pub(super) enum Piece<'p> {
    /// As it is.
    Text(&'p str),
    /// A value in its form.
    Value(Spec<'p>),
}

/// `%[place$][flags][width][.precision]conversion`
pub(super) struct Spec<'p> {
    pub(super) text: &'p str,
    pub(super) place: Option<usize>,
    /// `<`: the argument of the last one.
    pub(super) again: bool,
    flags: &'p str,
    width: usize,
    precision: Option<usize>,
    conversion: char,
    upper: bool,
    /// Of `%t`.
    time: Option<char>,
}

/// The parts of a pattern.
pub(super) fn pieces(pattern: &str) -> Result<Vec<Piece<'_>>> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?(?:([tT])([A-Za-z])|([a-zA-Z%]))").ok()
    });
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        pieces.push(Piece::Text(before));
        let found = FORM.as_ref().and_then(|form| form.captures(from).ok().flatten());
        let Some(found) = found else { return exec_err!("Invalid format string: {pattern}") };
        let part = |group| found.get(group).map(|part| part.as_str());
        let text = part(0).unwrap_or_default();
        let conversion = part(8).and_then(|letter| letter.chars().next()).unwrap_or('t');
        let spec = Spec {
            text,
            place: number(part(1))?.and_then(|place| place.checked_sub(1)),
            again: part(2).is_some(),
            flags: part(3).unwrap_or_default(),
            width: number(part(4))?.unwrap_or_default(),
            precision: number(part(5))?,
            conversion: conversion.to_ascii_lowercase(),
            upper: conversion.is_ascii_uppercase() || part(6) == Some("T"),
            time: part(7).and_then(|letter| letter.chars().next()),
        };
        match conversion {
            '%' => pieces.push(Piece::Text("%")),
            'n' => pieces.push(Piece::Text("\n")),
            _ => pieces.push(Piece::Value(spec)),
        }
        rest = from.get(text.len()..).unwrap_or_default();
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

fn number(digits: Option<&str>) -> Result<Option<usize>> {
    let Some(digits) = digits else { return Ok(None) };
    match digits.parse() {
        Ok(number) if number <= WIDEST => Ok(Some(number)),
        _ => exec_err!("Invalid format string: {digits} is too large"),
    }
}

impl Spec<'_> {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// Writes the value; `text` is the text of values with parts.
    pub(super) fn write(
        &self,
        out: &mut String,
        value: Option<Leaf<'_>>,
        text: impl Fn() -> Option<String>,
    ) -> Result<()> {
        let written = match (self.conversion, value) {
            ('b', None) => text().is_some().to_string(),
            ('b', Some(Leaf::Boolean(value))) => value.to_string(),
            ('b', Some(_)) => true.to_string(),
            ('s', _) => self.cut(text().unwrap_or_else(|| "null".to_owned())),
            (_, None) => self.cut("null".to_owned()),
            ('t', Some(value)) => {
                times::written(value, self.time.unwrap_or_default()).map_or_else(|| self.refuse(value), Ok)?
            }
            ('c', Some(value)) => character(value).map_or_else(|| self.refuse(value), Ok)?,
            ('d', Some(value)) => self.decimal(value)?,
            ('x' | 'o', Some(value)) => self.based(value)?,
            ('f' | 'e' | 'g', Some(value)) => self.real(value)?,
            (_, Some(_)) => return exec_err!("Invalid format string: {}", self.text),
        };
        let written = if self.upper { written.to_uppercase() } else { written };
        let missing = self.width.saturating_sub(written.chars().count());
        let blanks = " ".repeat(missing);
        out.push_str(&if self.has('-') { written + &blanks } else { blanks + &written });
        Ok(())
    }

    fn refuse<T>(&self, value: Leaf<'_>) -> Result<T> {
        exec_err!("Invalid format string: {} for {value}", self.text)
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        }
    }

    fn decimal(&self, value: Leaf<'_>) -> Result<String> {
        match value {
            Leaf::Integer(number) => Ok(self.signed(number < 0, &number.unsigned_abs().to_string())),
            Leaf::Decimal(number, 0) => Ok(self.signed(number < 0, &number.unsigned_abs().to_string())),
            other => self.refuse(other),
        }
    }

    fn based(&self, value: Leaf<'_>) -> Result<String> {
        let Leaf::Integer(number) = value else { return self.refuse(value) };
        let digits = if self.conversion == 'x' { format!("{number:x}") } else { format!("{number:o}") };
        let prefix = match (self.has('#'), self.conversion) {
            (true, 'x') => "0x",
            (true, _) => "0",
            _ => "",
        };
        let width = if self.has('0') { self.width.saturating_sub(prefix.len()) } else { 0 };
        Ok(format!("{prefix}{digits:0>width$}"))
    }

    fn real(&self, value: Leaf<'_>) -> Result<String> {
        let number = match value {
            Leaf::Double(number) => number,
            Leaf::Real(number) => f64::from(number),
            Leaf::Decimal(digits, scale) if self.conversion == 'f' => return Ok(self.fixed_decimal(digits, scale)),
            Leaf::Decimal(..) => value.to_string().parse().unwrap_or(f64::NAN),
            other => return self.refuse(other),
        };
        if !number.is_finite() {
            let sign = if number.is_sign_negative() && !number.is_nan() { "-" } else { "" };
            return Ok(format!("{sign}{}", if number.is_nan() { "NaN" } else { "Infinity" }));
        }
        let precision = self.precision.unwrap_or(6);
        let size = number.abs();
        let digits = match self.conversion {
            'f' => half_up(size, precision),
            'e' => scientific(size, precision),
            _ if size != 0.0
                && !(1e-4..10_f64.powi(i32::try_from(precision.max(1)).unwrap_or(i32::MAX))).contains(&size) =>
            {
                scientific(size, precision.max(1) - 1)
            }
            _ => half_up(size, precision.max(1).saturating_sub(whole_digits(size))),
        };
        Ok(self.signed(number < 0.0, &digits))
    }

    fn fixed_decimal(&self, digits: i128, scale: i8) -> String {
        let precision = self.precision.unwrap_or(6);
        let to = i8::try_from(precision.min(37)).unwrap_or(37).min(scale);
        let rounded = rescaled(i256::from_i128(digits), scale, to, 38).unwrap_or(digits);
        let text = crate::text_form::decimal_text(i128::try_from(rounded.unsigned_abs()).unwrap_or(i128::MAX), to);
        let missing = precision.saturating_sub(usize::try_from(to).unwrap_or_default());
        let point = if to == 0 && missing > 0 { "." } else { "" };
        self.signed(rounded < 0, &format!("{text}{point}{}", "0".repeat(missing)))
    }

    /// Digits with sign, thousands and leading zeros.
    fn signed(&self, negative: bool, digits: &str) -> String {
        let digits = if self.has(',') { thousands(digits) } else { digits.to_owned() };
        let (before, after) = match negative {
            true if self.has('(') => ("(", ")"),
            true => ("-", ""),
            false if self.has('+') => ("+", ""),
            false if self.has(' ') => (" ", ""),
            false => ("", ""),
        };
        let width = if self.has('0') { self.width.saturating_sub(before.len() + after.len()) } else { 0 };
        format!("{before}{digits:0>width$}{after}")
    }
}

fn character(value: Leaf<'_>) -> Option<String> {
    match value {
        Leaf::Integer(code) => char::from_u32(u32::try_from(code).ok()?).map(String::from),
        Leaf::Text(text) if text.chars().count() == 1 => Some(text.to_owned()),
        _ => None,
    }
}

fn thousands(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or_else(|| grouped.clone(), |fraction| format!("{grouped}.{fraction}"))
}

/// A number with so many decimals; the digits of its shortest form are rounded, as Java does.
fn half_up(size: f64, precision: usize) -> String {
    let shortest = size.to_string();
    let Some((whole, fraction)) = shortest.split_once('.') else { return format!("{size:.precision$}") };
    if fraction.len() <= precision {
        return format!("{size:.precision$}");
    }
    let kept = format!("{whole}{}", fraction.get(..precision).unwrap_or_default());
    let up = fraction.as_bytes().get(precision).is_some_and(|digit| *digit >= b'5');
    let number = i256::from_string(&kept).map(|kept| if up { kept.wrapping_add(i256::ONE) } else { kept });
    let Some(number) = number else { return format!("{size:.precision$}") };
    let width = precision + 1;
    let digits = format!("{:0>width$}", number.to_string());
    let (whole, fraction) = digits.split_at(digits.len() - precision);
    if precision == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn scientific(size: f64, precision: usize) -> String {
    let text = format!("{size:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{exponent:0>2}")
}

fn whole_digits(size: f64) -> usize {
    let text = format!("{size:e}");
    let exponent = text.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()).unwrap_or_default();
    usize::try_from(exponent.saturating_add(1)).unwrap_or_default()
}
