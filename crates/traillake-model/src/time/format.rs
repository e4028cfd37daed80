//! Times back to text. Years outside of 0 to 9999 get a sign, as in ISO 8601, and cannot be
//! read back.

use std::fmt::Write;

use super::SECOND;

/// Appends `YYYY-MM-DDTHH:MM:SSZ`; fractions of a second are cut.
pub fn format_canonical(micros: i64, out: &mut String) {
    let civil = Civil::of(micros.div_euclid(SECOND));
    let Some([y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2]) = civil.digits() else {
        let Civil { year, month, day, hour, minute, second } = civil;
        let text = format_args!("{year:+05}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        return push_args(text, out);
    };
    push_ascii(&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'], out);
}

/// Appends `YYYYMMDDTHHMMSSZ`; fractions of a second are cut.
pub fn format_compact(micros: i64, out: &mut String) {
    let civil = Civil::of(micros.div_euclid(SECOND));
    let Some([y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2]) = civil.digits() else {
        let Civil { year, month, day, hour, minute, second } = civil;
        let text = format_args!("{year:+05}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z");
        return push_args(text, out);
    };
    push_ascii(&[y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'], out);
}

/// Lake's text of a time in milliseconds since 1970 UTC: `2023-06-11 16:26:27.000`.
///
/// ```
/// # use traillake_model::time::format_lake;
/// assert_eq!(format_lake(1_686_500_787_000), "2023-06-11 16:26:27.000");
/// ```
pub fn format_lake(millis: i64) -> String {
    let mut out = String::with_capacity(23);
    write_lake(millis, &mut out);
    out
}

/// Appends Lake's text of a time in milliseconds since 1970 UTC, as [`format_lake`] gives it.
pub fn write_lake(millis: i64, out: &mut String) {
    let civil = Civil::of(millis.div_euclid(1000));
    let thousandths = millis.rem_euclid(1000);
    let Some([y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2]) = civil.digits() else {
        let Civil { year, month, day, hour, minute, second } = civil;
        let text = format_args!("{year:+05}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{thousandths:03}");
        return push_args(text, out);
    };
    let ([_, f1], [f2, f3]) = (two(thousandths / 100), two(thousandths % 100));
    push_ascii(
        &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2, f3],
        out,
    );
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
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
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

    /// `YYYYMMDDHHMMSS`; `None` when the year does not have four digits.
    fn digits(&self) -> Option<[u8; 14]> {
        if !(0..=9999).contains(&self.year) {
            return None;
        }
        let ([y1, y2], [y3, y4]) = (two(self.year / 100), two(self.year % 100));
        let ([m1, m2], [d1, d2]) = (two(self.month), two(self.day));
        let ([h1, h2], [n1, n2]) = (two(self.hour), two(self.minute));
        let [s1, s2] = two(self.second);
        Some([y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2])
    }
}

/// ASCII digits of a number from 0 to 99.
fn two(value: i64) -> [u8; 2] {
    let digit = |value: i64| b'0' + u8::try_from(value % 10).unwrap_or_default();
    [digit(value / 10), digit(value)]
}

fn push_ascii(text: &[u8], out: &mut String) {
    out.push_str(str::from_utf8(text).unwrap_or_default());
}

fn push_args(text: std::fmt::Arguments<'_>, out: &mut String) {
    // Writing to a text cannot fail.
    let _ = out.write_fmt(text);
}
