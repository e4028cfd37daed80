//! Tests of ISO 8601.

use proptest::prelude::*;

use super::{layout, timestamp};
use crate::functions::datetime::civil::{date_time, millis_of};
use crate::functions::datetime::write::{Shown, write};
use crate::functions::datetime::zone::Zone;
use crate::testing::value;

fn instant(text: &str) -> String {
    value(&format!("to_iso8601(from_iso8601_timestamp('{text}'))")).unwrap_or_else(|error| error)
}

#[test]
fn every_form_is_read() {
    for (text, expected) in [
        ("2024-05-01T12:34:56Z", "2024-05-01T12:34:56.000Z"),
        ("2024-05-01T12:34:56.789123456Z", "2024-05-01T12:34:56.789Z"),
        ("2024-05-01t12:34:56,5z", "2024-05-01T12:34:56.500Z"),
        ("2024-05-01T12:34:56+02:00", "2024-05-01T10:34:56.000Z"),
        ("2024-05-01T12:34:56-0330", "2024-05-01T16:04:56.000Z"),
        ("2024-05-01T12:34+02", "2024-05-01T10:34:00.000Z"),
        ("2024-05-01T12.5", "2024-05-01T12:30:00.000Z"),
        ("2024-05-01T12:30.5Z", "2024-05-01T12:30:30.000Z"),
        ("2024-05-01T", "2024-05-01T00:00:00.000Z"),
        ("2024-05-01TZ", "2024-05-01T00:00:00.000Z"),
        ("2024-05-01", "2024-05-01T00:00:00.000Z"),
        ("2024-05", "2024-05-01T00:00:00.000Z"),
        ("2024", "2024-01-01T00:00:00.000Z"),
        ("2020-W53-7", "2021-01-03T00:00:00.000Z"),
        ("2024-W18", "2024-04-29T00:00:00.000Z"),
        ("2024-366T01:00", "2024-12-31T01:00:00.000Z"),
        ("T10:11:12", "1970-01-01T10:11:12.000Z"),
        ("-0044-03-15", "-0044-03-15T00:00:00.000Z"),
    ] {
        assert_eq!(instant(text), expected, "{text}");
    }
}

#[test]
fn other_texts_are_errors() {
    for text in [
        "",
        "x",
        "T",
        "2024-",
        "2024-05-01 12:00:00",
        "2024-05-01T12:34:56 Z",
        "2024-05-01Z",
        "2024-05-01T12:",
        "2024-05-01T12:34:56.",
        "2024-05-01T12:34:56+2",
        "2024-05-01T12:34:56+25:00",
        "2024-W",
        "2024-05-01T12:34Zz",
    ] {
        assert!(instant(text).contains("Invalid format"), "{text}: {}", instant(text));
    }
    assert!(instant("2024-02-30").contains("Value 30 for dayOfMonth must be in the range [1,29]"));
    assert!(instant("2023-366").contains("Value 366 for dayOfYear"));
    assert!(instant("2021-W53-1").contains("Value 53 for weekOfWeekyear"));
    assert!(instant("2024-05-01T24:00:00Z").contains("Value 24 for hourOfDay must be in the range [0,23]"));
    assert!(instant("999999999-01-01").contains("for year"));
    assert!(instant("2024-W01-8").contains("Value 8 for dayOfWeek"));
}

#[test]
fn dates_have_no_time() {
    assert_eq!(value("from_iso8601_date('2024-02-29')").unwrap(), "2024-02-29");
    assert!(value("from_iso8601_date('2024-02-29T00:00')").unwrap_err().contains("is malformed at \"T00:00\""));
    assert_eq!(value("from_iso8601_date(NULL)").unwrap(), "NULL");
    assert_eq!(value("from_iso8601_timestamp(NULL)").unwrap(), "NULL");
}

#[test]
fn nanoseconds_are_cut() {
    let text = value("to_iso8601(from_iso8601_timestamp_nanos('2024-05-01T00:00:00.123999999Z'))");
    assert_eq!(text.unwrap(), "2024-05-01T00:00:00.123Z");
}

#[test]
fn times_are_written_with_their_offset() {
    assert_eq!(value("to_iso8601(date_parse('0001', '%Y'))").unwrap(), "0001-01-01T00:00:00.000");
    assert_eq!(value("to_iso8601(from_unixtime(0.001, 'Asia/Kolkata'))").unwrap(), "1970-01-01T05:30:00.001+05:30");
    assert_eq!(value("to_iso8601(NULL)").unwrap(), "NULL");
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(millis in -60_000_000_000_000..200_000_000_000_000_i64) {
        let shown = Shown { instant: millis, local: date_time(millis).unwrap(), zone: Zone::utc() };
        let mut text = String::new();
        write(&layout(true), &shown, &mut text);
        prop_assert_eq!(millis_of(timestamp(&text).unwrap().1), millis);
    }

    #[test]
    fn no_text_panics(text in "[0-9TtWwZz:.,+é-]{0,24}") {
        let _ = timestamp(&text);
    }
}
