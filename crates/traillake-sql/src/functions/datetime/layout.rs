//! The parts of a pattern of dates and times, whichever language it was written in.

use datafusion::common::{Result, exec_err};

use super::civil::Unit;

/// Longest pattern: what it writes stays within a few multiples of it.
const MAX_PATTERN_BYTES: usize = 10_000;

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// A number, written with at least `least` digits, read with at most `most`.
    Number { field: Field, least: usize, most: usize, signed: bool },
    /// The last two digits of a year; the years from `first` on for a hundred years are meant.
    /// Unless `strict`, any other number of digits is the year itself.
    TwoDigits { field: Field, first: i32, strict: bool },
    /// A name, long or short.
    Name { name: Name, short: bool },
    /// Digits of the fraction of a second.
    Fraction { least: usize, most: usize },
    /// `+0200`, or `+02:00` with a colon.
    Offset { colon: bool },
    /// `America/New_York`.
    ZoneId,
    /// `EST`.
    ZoneName { long: bool },
}

impl Part {
    /// A unit of which all times are written alike, in a zone that never jumps: a day at most.
    pub(super) fn within(&self) -> Unit {
        match self {
            Self::Fraction { .. } => Unit::Millisecond,
            Self::Number { field: Field::Second, .. } => Unit::Second,
            Self::Number { field: Field::Minute, .. } => Unit::Minute,
            Self::Number {
                field: Field::Hour | Field::ClockHour | Field::HalfdayHour | Field::ClockHalfdayHour,
                ..
            }
            | Self::Name { name: Name::Halfday, .. } => Unit::Hour,
            _ => Unit::Day,
        }
    }
}

/// What a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Century,
    Year,
    YearOfEra,
    WeekYear,
    Month,
    Week,
    Day,
    DayOfYear,
    DayOfWeek,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    ClockHour,
    /// 0 to 11.
    HalfdayHour,
    /// 1 to 12.
    ClockHalfdayHour,
    Minute,
    Second,
}

impl Field {
    /// Smallest and largest number, and the name for errors.
    pub(super) fn range(self) -> (i64, i64, &'static str) {
        const YEARS: i64 = 292_278_993;
        match self {
            Self::Century => (0, YEARS / 100, "centuryOfEra"),
            Self::Year => (-YEARS, YEARS, "year"),
            Self::YearOfEra => (1, YEARS, "yearOfEra"),
            Self::WeekYear => (-YEARS, YEARS, "weekyear"),
            Self::Month => (1, 12, "monthOfYear"),
            Self::Week => (1, 53, "weekOfWeekyear"),
            Self::Day => (1, 31, "dayOfMonth"),
            Self::DayOfYear => (1, 366, "dayOfYear"),
            Self::DayOfWeek => (1, 7, "dayOfWeek"),
            Self::Hour => (0, 23, "hourOfDay"),
            Self::ClockHour => (1, 24, "clockhourOfDay"),
            Self::HalfdayHour => (0, 11, "hourOfHalfday"),
            Self::ClockHalfdayHour => (1, 12, "clockhourOfHalfday"),
            Self::Minute => (0, 59, "minuteOfHour"),
            Self::Second => (0, 59, "secondOfMinute"),
        }
    }
}

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Month,
    DayOfWeek,
    Halfday,
    Era,
}

impl Name {
    /// Long names in order.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &MONTHS,
            Self::DayOfWeek => &DAYS,
            Self::Halfday => &["AM", "PM"],
            Self::Era => &["BC", "AD"],
        }
    }

    /// The name of place `index`; short ones are the first three letters.
    pub(super) fn name(self, index: usize, short: bool) -> &'static str {
        let name = self.names().get(index).copied().unwrap_or_default();
        if short { name.get(..3).unwrap_or(name) } else { name }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A number of a fixed width that is read with as many digits at most.
pub(super) fn number(field: Field, least: usize, most: usize) -> Part {
    Part::Number { field, least, most: most.max(least), signed: false }
}

/// A year, which may have a sign.
pub(super) fn year(field: Field, least: usize, most: usize) -> Part {
    Part::Number { field, least, most, signed: true }
}

/// Adds literal text.
pub(super) fn push_literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Literal(last)) => last.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

/// Refuses patterns that no one writes.
pub(super) fn check_length(pattern: &str) -> Result<()> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return exec_err!("The pattern is longer than {MAX_PATTERN_BYTES} bytes");
    }
    Ok(())
}
