//! Numbers for people: counts, bytes, lengths of time, moments.

use std::fmt::{Arguments, Write};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `999 B`, `1.5 MB`: decimal units, two or three digits.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let (mut tenths, mut unit) = (number / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    if tenths < 1000 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", tenths / 10, UNITS[unit])
    }
}

/// `0.012 s`, `3.4 s`, `2 min 5 s`.
pub(crate) fn time(length: Duration) -> String {
    let millis = length.as_millis();
    match millis {
        0..1000 => format!("0.{millis:03} s"),
        1000..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        60_000..3_600_000 => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
        _ => format!("{} h {} min", millis / 3_600_000, millis % 3_600_000 / 60_000),
    }
}

/// `2023-06-11 16:26:27.000`, as Lake writes moments.
pub(crate) fn moment(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// Appends formatted text; writing to a String cannot fail.
pub(crate) fn push(out: &mut String, text: Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "file"), counted(0, "file")], ["1 file", "0 files"]);
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        let shown: Vec<_> = [0, 999, 1000, 1500, 99_900, 123_456, 999_999, 1_000_000, 25_000_000_000].map(bytes).into();
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "1.5 kB", "99.9 kB", "123 kB", "999 kB", "1.0 MB", "25.0 GB"]);
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        let shown: Vec<_> = [7, 3_450, 125_000, 7_260_000].map(|millis| time(Duration::from_millis(millis))).into();
        assert_eq!(shown, ["0.007 s", "3.4 s", "2 min 5 s", "2 h 1 min"]);
    }
}
