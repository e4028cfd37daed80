//! Times back to text. Years outside of 0 to 9999 get a sign, as in ISO 8601, and cannot be
//! read back.

use std::fmt::Write;

use super::SECOND;

/// Appends `YYYY-MM-DDTHH:MM:SSZ`; fractions of a second are cut.
pub fn format_canonical(micros: i64, out: &mut String) {
    let Civil { year, month, day, hour, minute, second } = Civil::of(micros.div_euclid(SECOND));
    push_year(year, out);
    push_fields(&[(month, '-'), (day, '-'), (hour, 'T'), (minute, ':'), (second, ':')], out);
    out.push('Z');
}

/// Appends `YYYYMMDDTHHMMSSZ`; fractions of a second are cut.
pub fn format_compact(micros: i64, out: &mut String) {
    let Civil { year, month, day, hour, minute, second } = Civil::of(micros.div_euclid(SECOND));
    push_year(year, out);
    push_two(month, out);
    push_two(day, out);
    push_fields(&[(hour, 'T')], out);
    push_two(minute, out);
    push_two(second, out);
    out.push('Z');
}

/// Lake's text of a time in milliseconds since 1970 UTC: `2023-06-11 16:26:27.000`.
pub fn format_lake(millis: i64) -> String {
    let mut out = String::with_capacity(23);
    write_lake(millis, &mut out);
    out
}

/// Appends Lake's text of a time in milliseconds since 1970 UTC.
pub fn write_lake(millis: i64, out: &mut String) {
    let Civil { year, month, day, hour, minute, second } = Civil::of(millis.div_euclid(1000));
    push_year(year, out);
    push_fields(&[(month, '-'), (day, '-'), (hour, ' '), (minute, ':'), (second, ':')], out);
    let thousandths = millis.rem_euclid(1000);
    out.push('.');
    push_digit(thousandths / 100, out);
    push_two(thousandths % 100, out);
}

/// A time in the fields of a calendar.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    /// Howard Hinnant's `civil_from_days`, the inverse of `days_from_civil`.
    fn of(seconds: i64) -> Self {
        let second_of_day = seconds.rem_euclid(86_400);
        let days = seconds.div_euclid(86_400) + 719_468;
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = (march_month + 2) % 12 + 1;
        let march_year = year_of_era + days.div_euclid(146_097) * 400;
        Self {
            year: if month <= 2 { march_year + 1 } else { march_year },
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: second_of_day / 3600,
            minute: second_of_day % 3600 / 60,
            second: second_of_day % 60,
        }
    }
}

fn push_year(year: i64, out: &mut String) {
    if (0..=9999).contains(&year) {
        push_two(year / 100, out);
        push_two(year % 100, out);
    } else {
        // Writing to a text cannot fail.
        let _ = write!(out, "{year:+05}");
    }
}

fn push_fields(fields: &[(i64, char)], out: &mut String) {
    for (value, separator) in fields {
        out.push(*separator);
        push_two(*value, out);
    }
}

fn push_two(value: i64, out: &mut String) {
    push_digit(value / 10, out);
    push_digit(value % 10, out);
}

fn push_digit(digit: i64, out: &mut String) {
    out.push(u32::try_from(digit).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or('0'));
}
