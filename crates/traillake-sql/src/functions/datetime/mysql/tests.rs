//! Tests of `MySQL`'s patterns.

use proptest::prelude::*;

use super::compile;
use crate::functions::datetime::civil::{date_time, millis_of};
use crate::functions::datetime::read::read;
use crate::functions::datetime::write::{Shown, write};
use crate::functions::datetime::zone::Zone;
use crate::testing::{rows, value};

fn format(pattern: &str) -> String {
    value(&format!("date_format(timestamp '2024-01-07 00:05:09.123', '{pattern}')")).unwrap_or_else(|error| error)
}

fn parse(text: &str, pattern: &str) -> String {
    value(&format!("to_iso8601(date_parse('{text}', '{pattern}'))")).unwrap_or_else(|error| error)
}

#[test]
fn every_specifier_writes_its_part() {
    for (specifier, expected) in [
        ("%a", "Sun"),
        ("%b", "Jan"),
        ("%c", "1"),
        ("%d", "07"),
        ("%e", "7"),
        ("%f", "123000"),
        ("%H", "00"),
        ("%h", "12"),
        ("%I", "12"),
        ("%i", "05"),
        ("%j", "007"),
        ("%k", "0"),
        ("%l", "12"),
        ("%M", "January"),
        ("%m", "01"),
        ("%p", "AM"),
        ("%r", "12:05:09 AM"),
        ("%S", "09"),
        ("%s", "09"),
        ("%T", "00:05:09"),
        ("%v", "01"),
        ("%W", "Sunday"),
        ("%x", "2024"),
        ("%Y", "2024"),
        ("%y", "24"),
        ("%%", "%"),
        ("%q", "q"),
        ("%", "%"),
        ("", ""),
        ("[é%Y]", "[é2024]"),
    ] {
        assert_eq!(format(specifier), expected, "{specifier}");
    }
}

#[test]
fn unsupported_specifiers_are_named() {
    for specifier in ["%D", "%U", "%u", "%V", "%w", "%X"] {
        assert!(format(specifier).contains(&format!("{specifier} not supported in date format string")));
        assert!(parse("1", specifier).contains(&format!("{specifier} not supported in date format string")));
    }
}

#[test]
fn times_are_written_on_the_clock_of_their_zone() {
    let zoned = "at_timezone(timestamp '2024-01-01 03:04:05', 'America/New_York')";
    assert_eq!(value(&format!("date_format({zoned}, '%Y-%m-%d %T')")).unwrap(), "2023-12-31 22:04:05");
    assert_eq!(value("date_format(date '2021-01-03', '%x-W%v')").unwrap(), "2020-W53");
}

#[test]
fn texts_are_read_with_names_and_short_numbers() {
    assert_eq!(parse("2024-5-1 9:5:7", "%Y-%m-%d %H:%i:%s"), "2024-05-01T09:05:07.000");
    assert_eq!(parse("1 may 69 12:30:00 pm", "%e %M %y %r"), "2069-05-01T12:30:00.000");
    assert_eq!(parse("Feb 29, 1972", "%b %d, %Y"), "1972-02-29T00:00:00.000");
    assert_eq!(parse("2020-366", "%Y-%j"), "2020-12-31T00:00:00.000");
    assert_eq!(parse("20240501", "%Y%m%d"), "2024-05-01T00:00:00.000");
    assert_eq!(parse("20240501090507", "%Y%m%d%H%i%s"), "2024-05-01T09:05:07.000");
    assert_eq!(parse("2020 53 Sunday", "%x %v %W"), "2021-01-03T00:00:00.000");
    assert_eq!(parse("12:30:01.5", "%T.%f"), "1970-01-01T12:30:01.500");
    assert_eq!(parse("03-05", "%m-%d"), "2000-03-05T00:00:00.000");
    assert_eq!(parse("12 AM", "%h %p"), "1970-01-01T00:00:00.000");
    assert_eq!(parse("-0001", "%Y"), "-0001-01-01T00:00:00.000");
}

#[test]
fn texts_that_do_not_fit_are_errors_with_the_place() {
    let at = "%Y-%m-%d";
    assert!(parse("2024-05-01 00:00", at).contains("Invalid format: \"2024-05-01 00:00\" is malformed at \" 00:00\""));
    assert!(parse("2024-05", at).contains("Invalid format: \"2024-05\" is too short"));
    assert!(parse("x", at).contains("Invalid format: \"x\""));
    assert!(parse("2024-13-01", at).contains("Value 13 for monthOfYear must be in the range [1,12]"));
    assert!(parse("2023-02-29", at).contains("Value 29 for dayOfMonth must be in the range [1,28]"));
    assert!(parse("24:00", "%H:%i").contains("Value 24 for hourOfDay must be in the range [0,23]"));
    assert!(parse("2021-53", "%x-%v").contains("Value 53 for weekOfWeekyear"));
    assert!(parse("2023-366", "%Y-%j").contains("Value 366 for dayOfYear"));
    assert!(parse("999999999", "%Y").contains("is malformed at \"99999\""));
    assert!(parse("5", "%y").contains("Invalid format"));
    assert!(parse("", "").contains("Invalid pattern specification"));
}

#[test]
fn null_is_null_and_patterns_may_change_from_row_to_row() {
    assert_eq!(value("date_format(NULL, '%Y')").unwrap(), "NULL");
    assert_eq!(value("date_format(date '2024-01-01', NULL)").unwrap(), "NULL");
    assert_eq!(value("date_parse(NULL, '%Y')").unwrap(), "NULL");
    let found = rows("SELECT date_format(date '2024-05-01', p) FROM (VALUES ('%Y'), ('%m'), (NULL), ('%m')) AS v(p)");
    assert_eq!(found.unwrap(), [["2024"], ["05"], ["NULL"], ["05"]]);
}

#[test]
fn endless_patterns_are_refused() {
    assert!(compile(&"%r".repeat(6000)).is_err());
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(millis in -60_000_000_000_000..200_000_000_000_000_i64) {
        for pattern in ["%Y-%m-%d %H:%i:%s.%f", "%M %e, %Y %r %f", "%Y/%j %T.%f", "%x-%v-%a %k:%i:%S.%f"] {
            let parts = compile(pattern).unwrap();
            let shown = Shown { instant: millis, local: date_time(millis).unwrap(), zone: Zone::utc() };
            let mut text = String::new();
            write(&parts, &shown, &mut text);
            let said = read(&parts, &text).map_err(|refusal| TestCaseError::fail(refusal.text(&text)))?;
            prop_assert_eq!(millis_of(said.local().unwrap()), millis, "{} by {}", text, pattern);
        }
    }

    #[test]
    fn no_text_panics(pattern in "[%a-zA-Z: -]{0,8}", text in "\\PC{0,16}") {
        if let Ok(parts) = compile(&pattern) {
            let _ = read(&parts, &text).and_then(|said| said.local());
        }
    }
}
