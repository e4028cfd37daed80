//! Joda's patterns: `format_datetime` and `parse_datetime`.

use std::iter::Peekable;
use std::str::Chars;

use arrow::array::ArrayRef;
use chrono::{Datelike, NaiveDateTime, Utc};
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use datafusion::logical_expr::ColumnarValue;

use super::civil::{SECOND, millis_of};
use super::layout::{Field, Name, Part, check_length, number, push_literal, year};
use super::read::{Refusal, Said, read};
use super::text::{formatted, parsed};
use super::zone::Zone;
use crate::functions::kit::Kind::{Date, Text, Timestamp, Zoned};
use crate::functions::kit::{Cell, UtcTimestamp, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![format_datetime(), parse_datetime()]
}

fn format_datetime() -> Function {
    let plain = |arguments: &[ColumnarValue], rows: usize| formatted(arguments, rows, compile_without_zone);
    let zoned = |arguments: &[ColumnarValue], rows: usize| formatted(arguments, rows, compile);
    scalar("format_datetime")
        .on_values(&[Date, Text], |_| Ok(String::data_type()), plain)
        .on_values(&[Timestamp, Text], |_| Ok(String::data_type()), plain)
        .on_values(&[Zoned, Text], |_| Ok(String::data_type()), zoned)
        .documented(FunctionDoc {
            name: "format_datetime",
            aliases: &[],
            group: Group::DateTime,
            usage: &["format_datetime(x, pattern) → varchar"],
            text: "x by Joda's pattern letters: `y` year, `M` month, `d` day, `H` hour, `h` hour of the half day, `a` \
                   half day, `m` minute, `s` second, `S` fraction, `E` weekday, `e` its number, `D` day of the year, \
                   `w` and `x` ISO week and its year, `Z` offset, `ZZ` with a colon, `ZZZ` zone, `z` its abbreviation, \
                   also `G C Y K k`. More letters make numbers wider and names longer; text stands in single quotes. \
                   `z` and `Z` need a timestamp with time zone. `zzzz` writes the zone's name, in full only for UTC.",
            origin: Origin::Here,
            examples: &[
                ("format_datetime(timestamp '2024-05-01 09:05:06', 'yyyy-MM-dd''T''HH:mm:ss')", "2024-05-01T09:05:06"),
                (
                    "format_datetime(from_unixtime(0), 'EEEE, d MMMM yyyy h:mm a ZZ')",
                    "Thursday, 1 January 1970 12:00 AM +00:00",
                ),
            ],
        })
}

fn parse_datetime() -> Function {
    let evaluate = |arguments: &[ArrayRef], rows: usize| {
        parsed(arguments, rows, compile, |parts, text| {
            let refused = |refusal: Refusal| exec_datafusion_err!("{}", refusal.text(text));
            let said = read(parts, text).map_err(refused)?;
            instant_of(&said, said.local().map_err(refused)?).map(UtcTimestamp)
        })
    };
    scalar("parse_datetime").on_arrays(&[Text, Text], |_| Ok(UtcTimestamp::data_type()), evaluate).documented(FunctionDoc {
        name: "parse_datetime",
        aliases: &[],
        group: Group::DateTime,
        usage: &["parse_datetime(text, pattern) → timestamp(3) with time zone"],
        text: "The instant of a text, by the pattern letters of `format_datetime`, in UTC whatever zone the text names; \
               a text without a zone is UTC. A text that does not fit is an error.",
        origin: Origin::Here,
        examples: &[(
            "to_iso8601(parse_datetime('2024-05-01 09:05 +0200', 'yyyy-MM-dd HH:mm Z'))",
            "2024-05-01T07:05:00.000Z",
        )],
    })
}

/// The instant of a local time in the zone or at the offset that was said; UTC without one.
pub(super) fn instant_of(said: &Said, local: NaiveDateTime) -> Result<i64> {
    match (said.zone, said.offset) {
        (Some(zone), _) => zone.instant_of(local),
        (None, Some(seconds)) => Zone::utc().instant_near(millis_of(local).saturating_sub(seconds * SECOND), 0),
        (None, None) => Ok(millis_of(local)),
    }
}

fn compile_without_zone(pattern: &str) -> Result<Vec<Part>> {
    let parts = compile(pattern)?;
    let is_zone = |part: &Part| matches!(part, Part::Offset { .. } | Part::ZoneId | Part::ZoneName { .. });
    if parts.iter().any(is_zone) {
        return exec_err!(
            "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ information"
        );
    }
    Ok(parts)
}

/// The parts of a pattern.
fn compile(pattern: &str) -> Result<Vec<Part>> {
    check_length(pattern)?;
    if pattern.is_empty() {
        return exec_err!("Invalid pattern specification");
    }
    let mut parts = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(&next) = rest.peek() {
        if next.is_ascii_alphabetic() {
            let count = count_of(&mut rest, next);
            let part = part_of(next, count, next_is_number(rest.clone()))?;
            parts.push(part);
        } else {
            push_literal(&mut parts, &literal(&mut rest));
        }
    }
    Ok(parts)
}

fn count_of(rest: &mut Peekable<Chars<'_>>, letter: char) -> usize {
    let mut count = 0;
    while rest.next_if_eq(&letter).is_some() {
        count += 1;
    }
    count
}

/// Text up to the next letter outside quotes; two quotes are one.
fn literal(rest: &mut Peekable<Chars<'_>>) -> String {
    let (mut text, mut quoted) = (String::new(), false);
    while let Some(letter) = rest.next_if(|letter| quoted || !letter.is_ascii_alphabetic()) {
        if letter != '\'' {
            text.push(letter);
        } else if rest.next_if_eq(&'\'').is_some() {
            text.push('\'');
        } else {
            quoted = !quoted;
        }
    }
    text
}

/// Whether digits follow without anything between, so that a number before them must know its width.
fn next_is_number(mut rest: Peekable<Chars<'_>>) -> bool {
    match rest.peek().copied() {
        Some('M') => count_of(&mut rest, 'M') <= 2,
        Some(letter) => "CxyYdhHmsSeDwkK".contains(letter),
        None => false,
    }
}

fn part_of(letter: char, count: usize, before_number: bool) -> Result<Part> {
    let most = if before_number { count } else { 9 };
    let two_digits = |field| Part::TwoDigits { field, first: Utc::now().year() - 80, strict: before_number };
    Ok(match (letter, count) {
        ('G', _) => Part::Name { name: Name::Era, short: false },
        ('C', _) => year(Field::Century, count, count.max(9)),
        ('x', 2) => two_digits(Field::WeekYear),
        ('x', _) => year(Field::WeekYear, count, most),
        ('y' | 'Y', 2) => two_digits(Field::Year),
        ('y', _) => year(Field::Year, count, most),
        ('Y', _) => number(Field::YearOfEra, count, most),
        ('M', 1 | 2) => number(Field::Month, count, 2),
        ('M', _) => Part::Name { name: Name::Month, short: count == 3 },
        ('d', _) => number(Field::Day, count, 2),
        ('D', _) => number(Field::DayOfYear, count, 3),
        ('E', _) => Part::Name { name: Name::DayOfWeek, short: count < 4 },
        ('e', _) => number(Field::DayOfWeek, count, 1),
        ('w', _) => number(Field::Week, count, 2),
        ('a', _) => Part::Name { name: Name::Halfday, short: false },
        ('H', _) => number(Field::Hour, count, 2),
        ('k', _) => number(Field::ClockHour, count, 2),
        ('h', _) => number(Field::ClockHalfdayHour, count, 2),
        ('K', _) => number(Field::HalfdayHour, count, 2),
        ('m', _) => number(Field::Minute, count, 2),
        ('s', _) => number(Field::Second, count, 2),
        ('S', _) => Part::Fraction { least: count, most: count },
        ('z', _) => Part::ZoneName { long: count >= 4 },
        ('Z', 1 | 2) => Part::Offset { colon: count == 2 },
        ('Z', _) => Part::ZoneId,
        _ => return exec_err!("Illegal pattern component: {}", String::from(letter).repeat(count)),
    })
}

#[cfg(test)]
mod tests;
