//! Tests of Joda's patterns.

use proptest::prelude::*;

use super::{compile, instant_of};
use crate::functions::datetime::civil::date_time;
use crate::functions::datetime::read::read;
use crate::functions::datetime::write::{Shown, write};
use crate::functions::datetime::zone::Zone;
use crate::testing::value;

fn format(pattern: &str) -> String {
    let pattern = pattern.replace('\'', "''");
    value(&format!("format_datetime(timestamp '2024-01-07 00:05:09.123', '{pattern}')")).unwrap_or_else(|error| error)
}

fn zoned(pattern: &str) -> String {
    let time = "at_timezone(timestamp '2024-07-01 10:00:00', 'America/New_York')";
    value(&format!("format_datetime({time}, '{pattern}')")).unwrap_or_else(|error| error)
}

fn parse(text: &str, pattern: &str) -> String {
    let pattern = pattern.replace('\'', "''");
    value(&format!("to_iso8601(parse_datetime('{text}', '{pattern}'))")).unwrap_or_else(|error| error)
}

#[test]
fn every_letter_writes_its_part() {
    for (pattern, expected) in [
        ("G", "AD"),
        ("C", "20"),
        ("Y", "2024"),
        ("YY", "24"),
        ("x", "2024"),
        ("xx", "24"),
        ("w", "1"),
        ("ww", "01"),
        ("e", "7"),
        ("E", "Sun"),
        ("EEEE", "Sunday"),
        ("y", "2024"),
        ("yy", "24"),
        ("yyy", "2024"),
        ("yyyyy", "02024"),
        ("D", "7"),
        ("DDD", "007"),
        ("M", "1"),
        ("MM", "01"),
        ("MMM", "Jan"),
        ("MMMM", "January"),
        ("d", "7"),
        ("dd", "07"),
        ("a", "AM"),
        ("K", "0"),
        ("h", "12"),
        ("H", "0"),
        ("HH", "00"),
        ("k", "24"),
        ("m", "5"),
        ("mm", "05"),
        ("s", "9"),
        ("ss", "09"),
        ("S", "1"),
        ("SS", "12"),
        ("SSS", "123"),
        ("SSSSSS", "123000"),
        ("'a''b'", "a'b"),
        ("''", "'"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-01-07T00:05:09.123"),
        ("é d", "é 7"),
        ("'open", "open"),
    ] {
        assert_eq!(format(pattern), expected, "{pattern}");
    }
}

#[test]
fn zones_are_written_as_offset_name_or_abbreviation() {
    assert_eq!(zoned("HH:mm Z"), "06:00 -0400");
    assert_eq!(zoned("ZZ"), "-04:00");
    assert_eq!(zoned("ZZZ"), "America/New_York");
    assert_eq!(zoned("z"), "EDT");
    assert_eq!(value("format_datetime(now(), 'z zzzz ZZZ')").unwrap(), "UTC Coordinated Universal Time UTC");
    assert_eq!(value("format_datetime(from_unixtime(0, '+05:30'), 'HH:mm z ZZ')").unwrap(), "05:30 +05:30 +05:30");
}

#[test]
fn patterns_that_are_none_are_errors() {
    assert!(format("").contains("Invalid pattern specification"));
    assert!(format("A").contains("Illegal pattern component: A"));
    assert!(format("yyyy nn").contains("Illegal pattern component: nn"));
    assert!(format("yyyy Z").contains("cannot use 'Z' nor 'z' in format"));
}

#[test]
fn texts_are_read_in_the_zone_that_they_name() {
    assert_eq!(parse("2024-05-01 09:05:06", "yyyy-MM-dd HH:mm:ss"), "2024-05-01T09:05:06.000Z");
    assert_eq!(parse("20240501090506", "yyyyMMddHHmmss"), "2024-05-01T09:05:06.000Z");
    assert_eq!(parse("2024-05-01T09:05:06Z", "yyyy-MM-dd'T'HH:mm:ssZ"), "2024-05-01T09:05:06.000Z");
    assert_eq!(parse("2024-05-01T09:05:06-03:30", "yyyy-MM-dd'T'HH:mm:ssZZ"), "2024-05-01T12:35:06.000Z");
    assert_eq!(parse("2024-07-01 12:00 America/New_York", "yyyy-MM-dd HH:mm ZZZ"), "2024-07-01T16:00:00.000Z");
    assert_eq!(parse("2024-03-10 02:30 America/New_York", "yyyy-MM-dd HH:mm ZZZ"), "2024-03-10T07:30:00.000Z");
    assert_eq!(parse("2024-07-01 12:00 EDT", "yyyy-MM-dd HH:mm z"), "2024-07-01T16:00:00.000Z");
    assert_eq!(parse("Wed, 1 May 2024 9:05 PM", "EEE, d MMM yyyy h:mm a"), "2024-05-01T21:05:00.000Z");
    assert_eq!(parse("24", "k"), "1970-01-01T00:00:00.000Z");
    assert_eq!(parse("50 BC", "Y G"), "-0049-01-01T00:00:00.000Z");
    assert_eq!(parse("2024.7", "yyyy.S"), "2024-01-01T00:00:00.700Z");
}

#[test]
fn two_digits_mean_a_year_near_now_and_more_the_year_itself() {
    assert_eq!(parse("99-01", "yy-MM"), "1999-01-01T00:00:00.000Z");
    assert_eq!(parse("24-01", "yy-MM"), "2024-01-01T00:00:00.000Z");
    assert_eq!(parse("1850-01", "yy-MM"), "1850-01-01T00:00:00.000Z");
    assert_eq!(parse("+7", "yy"), "0007-01-01T00:00:00.000Z");
    assert_eq!(parse("2405", "yyMM"), "2024-05-01T00:00:00.000Z");
}

#[test]
fn texts_that_do_not_fit_are_errors() {
    assert!(parse("2024-05-01x", "yyyy-MM-dd").contains("is malformed at \"x\""));
    assert!(parse("2024-02-30", "yyyy-MM-dd").contains("Value 30 for dayOfMonth must be in the range [1,29]"));
    assert!(parse("13", "h").contains("Value 13 for clockhourOfHalfday must be in the range [1,12]"));
    assert!(parse("2024 Nowhere/X", "yyyy ZZZ").contains("is malformed at \"Nowhere/X\""));
    assert!(parse("2024 +2", "yyyy Z").contains("Invalid format"));
    assert!(parse("x", "zzzz").contains("Parsing not supported"));
    assert_eq!(value("parse_datetime(NULL, 'yyyy')").unwrap(), "NULL");
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(millis in 0..200_000_000_000_000_i64, zone in 0..3_usize) {
        let zone = Zone::of_name(["UTC", "Asia/Kolkata", "-03:30"][zone]).unwrap();
        for pattern in ["yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyyDDDHHmmssSSSZZ", "EEEE d MMMM yyyy h:mm:ss.SSS a ZZZ", "xxxx-'W'ww-e k:m:s.SSS Z"] {
            let parts = compile(pattern).unwrap();
            let local = date_time(millis + zone.offset_at(millis)).unwrap();
            let mut text = String::new();
            write(&parts, &Shown { instant: millis, local, zone }, &mut text);
            let said = read(&parts, &text).map_err(|refusal| TestCaseError::fail(refusal.text(&text)))?;
            let found = instant_of(&said, said.local().unwrap()).unwrap();
            prop_assert_eq!(found, millis, "{} by {}", text, pattern);
        }
    }

    #[test]
    fn no_pattern_or_text_panics(pattern in "[a-zA-Z' :é-]{0,8}", text in "\\PC{0,16}") {
        if let Ok(parts) = compile(&pattern) {
            let _ = read(&parts, &text).and_then(|said| said.local());
            let mut written = String::new();
            let shown = Shown { instant: 0, local: date_time(0).unwrap(), zone: Zone::utc() };
            write(&parts, &shown, &mut written);
        }
    }
}
