//! `%tY` and its like: parts of dates and times.

use chrono::{Datelike, Timelike};

use crate::casts::{DAY, Leaf, times};

/// The part of a date or time that a letter names.
pub(super) fn written(value: Leaf<'_>, letter: char) -> Option<String> {
    let (millis, instant, zone) = match value {
        Leaf::Date(days) => (i64::from(days) * DAY, i64::from(days) * DAY, "UTC"),
        Leaf::Timestamp(millis) | Leaf::Time(millis) => (millis, millis, "UTC"),
        Leaf::Zoned(millis, zone) => (times::local(millis, zone)?, millis, zone),
        _ => return None,
    };
    let time = times::naive(millis)?;
    Some(match letter {
        's' => (instant.div_euclid(1000)).to_string(),
        'Q' => instant.to_string(),
        'Z' => zone.to_owned(),
        'L' => format!("{:03}", millis.rem_euclid(1000)),
        'N' => format!("{:09}", millis.rem_euclid(1000) * 1_000_000),
        'k' => time.hour().to_string(),
        'l' => time.hour12().1.to_string(),
        'e' => time.day().to_string(),
        'C' => format!("{:02}", time.year() / 100),
        'p' => time.format("%P").to_string(),
        other => time.format(pattern(other)?).to_string(),
    })
}

fn pattern(letter: char) -> Option<&'static str> {
    Some(match letter {
        'Y' => "%Y",
        'y' => "%y",
        'm' => "%m",
        'd' => "%d",
        'j' => "%j",
        'H' => "%H",
        'I' => "%I",
        'M' => "%M",
        'S' => "%S",
        'F' => "%Y-%m-%d",
        'T' => "%H:%M:%S",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        'D' => "%m/%d/%y",
        'B' => "%B",
        'b' | 'h' => "%b",
        'A' => "%A",
        'a' => "%a",
        _ => return None,
    })
}
