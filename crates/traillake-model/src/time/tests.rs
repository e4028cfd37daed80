use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;

fn micros(text: &str) -> Option<i64> {
    parse_event_time(text).map(|time| time.micros)
}

fn chrono_micros(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
}

fn canonical_text(micros: i64) -> String {
    let mut text = String::new();
    format_canonical(micros, &mut text);
    text
}

#[test]
fn the_form_of_trail_records_is_canonical() {
    let time = parse_event_time("2023-07-19T21:33:41Z").unwrap();
    assert_eq!(time.form, TimeForm::Canonical);
    assert_eq!(time.micros, chrono_micros("2023-07-19T21:33:41Z"));
}

#[test]
fn the_form_of_old_session_dates_is_compact() {
    let time = parse_event_time("20131102T010628Z").unwrap();
    assert_eq!(time.form, TimeForm::Compact);
    assert_eq!(time.micros, chrono_micros("2013-11-02T01:06:28Z"));
}

#[test]
fn every_other_form_of_the_same_time_is_read_and_marked_other() {
    let expected = Some(chrono_micros("2023-07-19T21:33:41Z"));
    for text in [
        "2023-07-19t21:33:41z",
        "2023-07-19 21:33:41Z",
        "2023-07-19T21:33:41",
        "2023-07-19T21:33:41.0Z",
        "2023-07-19T23:33:41+02:00",
        "2023-07-19T16:03:41-05:30",
        "2023-07-19T21:33:41+00:00",
        "2023-07-20 00:33:41.000+03:00",
    ] {
        assert_eq!(micros(text), expected, "{text}");
        assert_eq!(parse_event_time(text).map(|time| time.form), Some(TimeForm::Other), "{text}");
    }
}

#[test]
fn fractions_are_cut_to_microseconds() {
    let second = chrono_micros("2023-07-19T21:33:41Z");
    assert_eq!(micros("2023-07-19T21:33:41.5Z"), Some(second + 500_000));
    assert_eq!(micros("2023-07-19T21:33:41,123Z"), Some(second + 123_000));
    assert_eq!(micros("2023-07-19T21:33:41.123456789Z"), Some(second + 123_456));
    assert_eq!(micros("2023-07-19T21:33:41.999999999Z"), Some(second + 999_999));
    assert_eq!(micros("2023-07-19T21:33:41.1234567890Z"), None);
    assert_eq!(micros("2023-07-19T21:33:41.Z"), None);
}

#[test]
fn times_before_1970_are_read_too() {
    assert_eq!(micros("1969-12-31T23:59:59Z"), Some(-1_000_000));
    assert_eq!(micros("1969-12-31T23:59:59.25Z"), Some(-750_000));
    assert_eq!(micros("0000-01-01T00:00:00Z"), Some(chrono_micros("0000-01-01T00:00:00Z")));
}

#[test]
fn leap_days_exist_in_leap_years_only() {
    assert!(micros("2024-02-29T00:00:00Z").is_some());
    assert!(micros("2000-02-29T00:00:00Z").is_some());
    assert_eq!(micros("2023-02-29T00:00:00Z"), None);
    assert_eq!(micros("2100-02-29T00:00:00Z"), None);
}

#[test]
fn a_leap_second_is_the_first_second_of_the_next_day_and_keeps_its_text() {
    let next_day = chrono_micros("2017-01-01T00:00:00Z");
    for text in ["2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30", "2016-12-31 23:59:60"] {
        let expected = EventTime { micros: next_day, form: TimeForm::Other };
        assert_eq!(parse_event_time(text), Some(expected), "{text}");
    }
    assert_eq!(micros("2016-12-31T23:59:60.5Z"), Some(next_day + 500_000));
    assert_eq!(micros("2016-12-31T22:59:60Z"), None);
    assert_eq!(micros("2016-12-31T23:59:60+01:00"), None);
    assert_eq!(micros("20161231T235960Z"), None);
}

#[test]
fn impossible_and_malformed_times_are_refused() {
    for text in [
        "",
        "2023",
        "2023-07-19",
        "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z",
        "2023-04-31T00:00:00Z",
        "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:61Z",
        "2023-01-01T00:00:00ZZ",
        "2023-01-01T00:00:00+0200",
        "2023-01-01T00:00:00+24:00",
        "2023-01-01T00:00:00 UTC",
        " 2023-01-01T00:00:00Z",
        "2023-01-01T00:00:0xZ",
        "+023-01-01T00:00:00Z",
        "2021-02-21T23: 46: 28Z",
        "20230101T0000Z",
        "20230101t000000z",
        "1672531200",
        "２０２３-01-01T00:00:00Z",
    ] {
        assert_eq!(parse_event_time(text), None, "{text}");
    }
}

#[test]
fn years_that_do_not_have_four_digits_are_written_with_a_sign() {
    let year_10000 = chrono_micros("9999-12-31T23:59:59Z") + SECOND;
    assert_eq!(canonical_text(year_10000), "+10000-01-01T00:00:00Z");
    let before_year_0 = chrono_micros("0000-01-01T00:00:00Z") - SECOND;
    assert_eq!(canonical_text(before_year_0), "-0001-12-31T23:59:59Z");
    let mut compact = String::new();
    format_compact(year_10000, &mut compact);
    assert_eq!(compact, "+100000101T000000Z");
    assert_eq!(format_lake(before_year_0 / 1000), "-0001-12-31 23:59:59.000");
}

#[test]
fn the_ends_of_the_number_range_are_written_without_overflow() {
    for micros in [i64::MIN, i64::MAX] {
        let mut text = canonical_text(micros);
        format_compact(micros, &mut text);
        assert!(text.ends_with('Z'));
        assert!(!format_lake(micros).is_empty());
    }
}

#[test]
fn text_is_appended_to_what_is_there() {
    let mut text = String::from("\"");
    format_canonical(0, &mut text);
    text.push('"');
    assert_eq!(text, "\"1970-01-01T00:00:00Z\"");
}

/// Whole seconds of the years 0 to 9999.
fn any_second() -> impl Strategy<Value = i64> {
    -62_167_219_200_i64..=253_402_300_799
}

proptest! {
    #[test]
    fn canonical_text_and_time_are_inverse(second in any_second()) {
        let text = canonical_text(second * SECOND);
        let expected = EventTime { micros: second * SECOND, form: TimeForm::Canonical };
        prop_assert_eq!(parse_event_time(&text), Some(expected));
        prop_assert_eq!(chrono_micros(&text), second * SECOND);
    }

    #[test]
    fn compact_text_and_time_are_inverse(second in any_second()) {
        let mut text = String::new();
        format_compact(second * SECOND, &mut text);
        let expected = EventTime { micros: second * SECOND, form: TimeForm::Compact };
        prop_assert_eq!(parse_event_time(&text), Some(expected));
    }

    #[test]
    fn lake_text_gives_its_milliseconds_back(second in any_second(), thousandths in 0_i64..1000) {
        let millis = second * 1000 + thousandths;
        let text = format_lake(millis);
        prop_assert_eq!(text.len(), 23);
        prop_assert_eq!(micros(&text), Some(millis * 1000));
    }

    #[test]
    fn a_text_read_as_canonical_or_compact_is_written_back_unchanged(
        text in "[0-3][0-9]{3}-?[01][0-9]-?[0-3][0-9]T[0-2][0-9]:?[0-6][0-9]:?[0-6][0-9]Z"
    ) {
        let mut back = String::new();
        match parse_event_time(&text) {
            Some(EventTime { micros, form: TimeForm::Canonical }) => format_canonical(micros, &mut back),
            Some(EventTime { micros, form: TimeForm::Compact }) => format_compact(micros, &mut back),
            _ => return Ok(()),
        }
        prop_assert_eq!(back, text);
    }

    #[test]
    fn what_chrono_reads_is_read_as_the_same_time(
        year in 0_u32..=9999, month in 1_u32..=12, day in 1_u32..=31,
        hour in 0_u32..=24, minute in 0_u32..=60, second in 0_u32..=59,
        fraction in "(\\.[0-9]{1,9})?", offset in "Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]",
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
        let expected = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.timestamp_micros());
        prop_assert_eq!(micros(&text), expected, "{}", text);
    }

    #[test]
    fn no_text_breaks_the_parser(text in "\\PC*") {
        let _ = parse_event_time(&text);
    }
}
