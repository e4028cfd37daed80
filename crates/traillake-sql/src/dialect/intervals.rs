//! `INTERVAL '2 03:04' DAY TO MINUTE` as the text `2 days 3 hours 4 minutes`, which the planner reads.

use datafusion::sql::sqlparser::ast::{Expr, Interval, Value};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed, fault};
use super::nodes::text;

/// Fields, their units, and what stands before each within a value.
const FIELDS: [(&str, &str, char); 6] = [
    ("YEAR", "years", ' '),
    ("MONTH", "months", '-'),
    ("DAY", "days", ' '),
    ("HOUR", "hours", ' '),
    ("MINUTE", "minutes", ':'),
    ("SECOND", "seconds", ':'),
];
const NAMES: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
/// Digits of one field.
const MAX_DIGITS: usize = 9;
/// Digits of a second after its point.
const MAX_FRACTION: usize = 3;

impl Grammar<'_, '_> {
    /// Whether INTERVAL begins a literal here and is no name.
    pub(super) fn at_interval(&self) -> bool {
        let is_text = |n| matches!(self.peek_nth(n), Token::SingleQuotedString(_));
        let is_signed = matches!(self.peek_nth(1), Token::Minus | Token::Plus);
        is_text(1) || (is_signed && is_text(2) && self.one_of_nth(3, &NAMES).is_some())
    }

    pub(super) fn interval(&mut self) -> Parsed<Expr> {
        let start = self.here();
        self.advance();
        let is_negative = self.eat_token(&Token::Minus);
        if !is_negative {
            self.eat_token(&Token::Plus);
        }
        let written = self.string()?;
        let from = self.need_one_of(&NAMES)?;
        let to = if self.eat("TO") { self.need_one_of(&NAMES)? } else { from };
        let value = read(&written, from, to, is_negative)
            .ok_or_else(|| fault(start, format!("Invalid INTERVAL {from} TO {to} value: {written}")))?;
        Ok(literal(value))
    }
}

fn literal(value: String) -> Expr {
    Expr::Interval(Interval {
        value: Box::new(text(value)),
        leading_field: None,
        leading_precision: None,
        last_field: None,
        fractional_seconds_precision: None,
    })
}

/// The fields of a value with their units.
fn read(written: &str, from: &str, to: &str, is_negative: bool) -> Option<String> {
    let place = |field: &str| NAMES.iter().position(|name| *name == field);
    let fields = FIELDS.get(place(from)?..=place(to)?).filter(|fields| !fields.is_empty())?;
    // Years and months do not mix with days and less.
    if from != to && matches!(from, "YEAR" | "MONTH") != matches!(to, "YEAR" | "MONTH") {
        return None;
    }
    let written = written.trim();
    let (is_negative, mut rest) = match written.strip_prefix('-') {
        Some(rest) => (!is_negative, rest),
        None => (is_negative, written.strip_prefix('+').unwrap_or(written)),
    };
    let sign = if is_negative { "-" } else { "" };
    let mut parts = Vec::new();
    for (index, (name, unit, _)) in fields.iter().enumerate() {
        let amount = match fields.get(index + 1) {
            Some((_, _, separator)) => {
                let (amount, after) = rest.split_once(*separator)?;
                rest = after;
                amount
            }
            None => rest,
        };
        parts.push(format!("{sign}{} {unit}", checked(amount, *name == "SECOND")?));
    }
    Some(parts.join(" "))
}

/// Digits, for seconds with a fraction.
fn checked(amount: &str, may_have_fraction: bool) -> Option<&str> {
    let are_digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_valid = match amount.split_once('.') {
        Some((whole, fraction)) => {
            may_have_fraction && are_digits(whole, MAX_DIGITS) && are_digits(fraction, MAX_FRACTION)
        }
        None => are_digits(amount, MAX_DIGITS),
    };
    is_valid.then_some(amount)
}

/// The interval with the sign of each of its fields turned.
pub(super) fn negated(interval: Interval) -> Expr {
    let written = match interval.value.as_ref() {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(written) => written.as_str(),
            _ => return Expr::Interval(interval),
        },
        _ => return Expr::Interval(interval),
    };
    let turned = written.split(' ').map(|part| match part.strip_prefix('-') {
        Some(amount) => amount.to_owned(),
        None if part.starts_with(|c: char| c.is_ascii_digit()) => format!("-{part}"),
        None => part.to_owned(),
    });
    literal(turned.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_get_their_units() {
        for (written, from, to, expected) in [
            ("7", "DAY", "DAY", "7 days"),
            ("2 03", "DAY", "HOUR", "2 days 03 hours"),
            ("1 02:03:04.5", "DAY", "SECOND", "1 days 02 hours 03 minutes 04.5 seconds"),
            ("3-6", "YEAR", "MONTH", "3 years 6 months"),
            ("-5:30", "HOUR", "MINUTE", "-5 hours -30 minutes"),
        ] {
            assert_eq!(read(written, from, to, false).as_deref(), Some(expected), "{written}");
        }
        assert_eq!(read("1", "DAY", "DAY", true).as_deref(), Some("-1 days"));
    }

    #[test]
    fn values_that_do_not_fit_their_fields_are_refused() {
        for (written, from, to) in [
            ("x", "DAY", "DAY"),
            ("", "DAY", "DAY"),
            ("1.5", "DAY", "DAY"),
            ("1", "DAY", "HOUR"),
            ("1", "HOUR", "DAY"),
            ("1-1", "MONTH", "DAY"),
            ("9999999999", "SECOND", "SECOND"),
            ("1 day", "DAY", "DAY"),
        ] {
            assert_eq!(read(written, from, to, false), None, "{written} {from} {to}");
        }
    }

    #[test]
    fn a_sign_turns_every_field() {
        let Some(value) = read("2 03", "DAY", "HOUR", false) else { panic!("an interval was expected") };
        let Expr::Interval(interval) = literal(value) else { panic!("an interval was expected") };
        assert_eq!(negated(interval).to_string(), "INTERVAL '-2 days -03 hours'");
    }
}
