//! Writes a moment by the parts of a pattern.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::civil::MINUTE;
use super::layout::{Field, Name, Part};
use super::zone::Zone;

/// A moment with its local time and zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) instant: i64,
    pub(super) local: NaiveDateTime,
    pub(super) zone: Zone,
}

/// Appends the moment.
pub(super) fn write(parts: &[Part], shown: &Shown, out: &mut String) {
    for part in parts {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Number { field, least, .. } => push_padded(out, value(*field, shown.local), *least),
            Part::TwoDigits { field, .. } => push_padded(out, value(*field, shown.local).abs() % 100, 2),
            Part::Name { name, short } => out.push_str(name.name(index(*name, shown.local), *short)),
            Part::Fraction { least, .. } => push_fraction(out, shown.local, *least),
            Part::Offset { colon } => push_offset(out, shown.zone.offset_at(shown.instant), *colon),
            Part::ZoneName { long: true } if shown.zone.is_utc() => out.push_str("Coordinated Universal Time"),
            Part::ZoneId | Part::ZoneName { long: true } => out.push_str(&shown.zone.to_string()),
            Part::ZoneName { long: false } => out.push_str(&shown.zone.abbreviation_at(shown.instant)),
        }
    }
}

fn value(field: Field, time: NaiveDateTime) -> i64 {
    let of_era = if time.year() > 0 { i64::from(time.year()) } else { 1 - i64::from(time.year()) };
    match field {
        Field::Century => of_era / 100,
        Field::Year => i64::from(time.year()),
        Field::YearOfEra => of_era,
        Field::WeekYear => i64::from(time.iso_week().year()),
        Field::Month => i64::from(time.month()),
        Field::Week => i64::from(time.iso_week().week()),
        Field::Day => i64::from(time.day()),
        Field::DayOfYear => i64::from(time.ordinal()),
        Field::DayOfWeek => i64::from(time.weekday().number_from_monday()),
        Field::Hour => i64::from(time.hour()),
        Field::ClockHour => clock(time.hour(), 24),
        Field::HalfdayHour => i64::from(time.hour() % 12),
        Field::ClockHalfdayHour => clock(time.hour(), 12),
        Field::Minute => i64::from(time.minute()),
        Field::Second => i64::from(time.second()),
    }
}

fn clock(hour: u32, hours: u32) -> i64 {
    i64::from(if hour.is_multiple_of(hours) { hours } else { hour % hours })
}

fn index(name: Name, time: NaiveDateTime) -> usize {
    let index = match name {
        Name::Month => time.month0(),
        Name::DayOfWeek => time.weekday().num_days_from_monday(),
        Name::Halfday => time.hour() / 12,
        Name::Era => u32::from(time.year() > 0),
    };
    index as usize
}

/// A number with zeros before it.
pub(super) fn push_padded(out: &mut String, number: i64, width: usize) {
    if number < 0 {
        out.push('-');
    }
    let mut digits = [b'0'; 20];
    let mut rest = number.unsigned_abs();
    let mut count = 0;
    for place in digits.iter_mut().rev() {
        if rest == 0 && count > 0 {
            break;
        }
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        count += 1;
    }
    out.extend(std::iter::repeat_n('0', width.saturating_sub(count)));
    out.extend(digits.iter().skip(digits.len() - count).map(|&digit| char::from(digit)));
}

fn push_fraction(out: &mut String, time: NaiveDateTime, digits: usize) {
    let millis = i64::from(time.and_utc().timestamp_subsec_millis());
    match digits {
        0 => {}
        1 => push_padded(out, millis / 100, 1),
        2 => push_padded(out, millis / 10, 2),
        more => {
            push_padded(out, millis, 3);
            out.extend(std::iter::repeat_n('0', more - 3));
        }
    }
}

/// `+0200` or `+02:00`.
pub(super) fn push_offset(out: &mut String, offset: i64, colon: bool) {
    let minutes = offset.abs() / MINUTE;
    out.push(if offset < 0 { '-' } else { '+' });
    push_padded(out, minutes / 60, 2);
    if colon {
        out.push(':');
    }
    push_padded(out, minutes % 60, 2);
}
