//! Event times: text to microseconds since 1970 UTC and back.
//!
//! The form nearly every record has, `2023-07-19T21:33:41Z`, is read and written byte by byte;
//! the others take a slower path.

mod format;
mod general;

pub use format::{format_canonical, format_compact, format_lake, write_lake};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// A point in time, and whether its text can be rebuilt from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// Microseconds since 1970-01-01T00:00:00Z; finer fractions are cut.
    pub micros: i64,
    /// How it was written.
    pub form: TimeForm,
}

/// How a time was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeForm {
    /// `YYYY-MM-DDTHH:MM:SSZ`; [`format_canonical`] gives the text back.
    Canonical,
    /// `YYYYMMDDTHHMMSSZ`; [`format_compact`] gives the text back.
    Compact,
    /// Anything else; the text cannot be rebuilt from the time.
    Other,
}

/// Reads an event time; `None` when the text is no time or no such time exists.
///
/// Accepted are the canonical and the compact form, and in general
/// `YYYY-MM-DD`, then `T`, `t` or a blank, `HH:MM:SS`, an optional fraction of 1 to 9 digits
/// after `.` or `,` (cut to microseconds), and `Z`, `z`, an offset `±HH:MM` or nothing (UTC).
///
/// A leap second, `23:59:60` in UTC, is the first second of the next day, as on POSIX systems;
/// its form is [`TimeForm::Other`], so the text itself is kept. Second 60 at any other time is
/// refused.
///
/// ```
/// use traillake_model::time::{TimeForm, parse_event_time};
///
/// let time = parse_event_time("2023-07-19T21:33:41Z").unwrap();
/// assert_eq!((time.micros, time.form), (1_689_802_421_000_000, TimeForm::Canonical));
/// assert_eq!(parse_event_time("2023-02-30T00:00:00Z"), None);
/// ```
pub fn parse_event_time(text: &str) -> Option<EventTime> {
    let bytes = text.as_bytes();
    canonical(bytes).or_else(|| compact(bytes)).or_else(|| general::parse(bytes))
}

fn canonical(bytes: &[u8]) -> Option<EventTime> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = bytes else {
        return None;
    };
    seconds([y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2], TimeForm::Canonical)
}

fn compact(bytes: &[u8]) -> Option<EventTime> {
    let &[y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'] = bytes else {
        return None;
    };
    seconds([y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2], TimeForm::Compact)
}

/// The time of the 14 digits `YYYYMMDDHHMMSS`; second 60 is left to the general form.
fn seconds(digits: [u8; 14], form: TimeForm) -> Option<EventTime> {
    let [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2] = digits;
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let second = two(s1, s2)?;
    if second > 59 {
        return None;
    }
    let days = days_from_civil(year, two(m1, m2)?, two(d1, d2)?)?;
    let minute = minute_of_day(two(h1, h2)?, two(n1, n2)?)?;
    Some(EventTime { micros: ((days * 1440 + minute) * 60 + second) * SECOND, form })
}

/// Number of two ASCII digits.
fn two(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn minute_of_day(hour: i64, minute: i64) -> Option<i64> {
    (hour <= 23 && minute <= 59).then_some(hour * 60 + minute)
}

/// Days since 1970-01-01 of a date that exists, years 0 to 9999 (Howard Hinnant's
/// `days_from_civil`: years begin in March, so that the leap day is the last one).
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests;
