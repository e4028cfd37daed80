//! Tests of functions that take a unit.

use std::sync::Arc;

use arrow::array::TimestampMillisecondArray;
use proptest::prelude::*;

use super::*;
use crate::testing::{rows, value};

fn said(column: Result<ArrayRef>) -> String {
    column.map_or_else(|error| error.to_string(), |column| format!("{column:?}"))
}

/// Times of one minute, of some years, and of any number.
fn times() -> impl Strategy<Value = Vec<Option<i64>>> {
    let near = prop::option::weighted(0.9, 1_700_000_000_000..1_700_000_060_000_i64);
    let usual = prop::option::weighted(0.9, -5_000_000_000_000..5_000_000_000_000_i64);
    let edge = prop::option::of(8_330_000_000_000_000..8_340_000_000_000_000_i64);
    let edge = (edge, any::<bool>()).prop_map(|(time, after)| time.map(|time| if after { time } else { -time }));
    prop_oneof![
        prop::collection::vec(near, 0..40),
        prop::collection::vec(usual, 0..40),
        prop::collection::vec(edge, 0..3),
        prop::collection::vec(any::<Option<i64>>(), 0..3),
    ]
}

proptest! {
    #[test]
    fn columns_at_once_are_those_row_by_row(
        unit in 0..9_usize,
        times in times(),
        zone in 0..5_usize,
        count in prop_oneof![-100..100_i64, any::<i64>()],
    ) {
        let zone = [None, Some("UTC"), Some("+05:30"), Some("-14:00"), Some("America/New_York")][zone];
        let rows = times.len();
        let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(times).with_timezone_opt(zone));
        let name = ColumnarValue::Scalar(ScalarValue::Utf8View(Some(Unit::ALL[unit].0.to_owned())));
        let count = ColumnarValue::Scalar(ScalarValue::Int64(Some(count)));
        let column = ColumnarValue::Array(column);
        let arguments = [name.clone(), column.clone()];
        let by_row = truncated_by_row(&columns_of(&arguments, rows).unwrap(), rows);
        prop_assert_eq!(said(truncated(&arguments, rows)), said(by_row));
        let arguments = [name, count, column];
        let by_row = moved_by_row(&columns_of(&arguments, rows).unwrap(), rows);
        prop_assert_eq!(said(moved(&arguments, rows)), said(by_row));
    }

    #[test]
    fn dates_at_once_are_those_row_by_row(
        unit in 0..9_usize,
        days in prop_oneof![
            prop::collection::vec(prop::option::of(-100_000..100_000), 0..40),
            prop::collection::vec(any::<Option<i32>>(), 0..3),
        ],
        count in -100..100_i64,
    ) {
        let rows = days.len();
        let name = ColumnarValue::Scalar(ScalarValue::Utf8View(Some(Unit::ALL[unit].0.to_owned())));
        let count = ColumnarValue::Scalar(ScalarValue::Int64(Some(count)));
        let column = ColumnarValue::Array(Arc::new(arrow::array::Date32Array::from(days)));
        let arguments = [name.clone(), column.clone()];
        let by_row = truncated_by_row(&columns_of(&arguments, rows).unwrap(), rows);
        prop_assert_eq!(said(truncated(&arguments, rows)), said(by_row));
        let arguments = [name, count, column];
        let by_row = moved_by_row(&columns_of(&arguments, rows).unwrap(), rows);
        prop_assert_eq!(said(moved(&arguments, rows)), said(by_row));
    }
}

#[test]
fn one_unit_on_a_steady_clock_is_done_at_once() {
    let name = |name: &str| ColumnarValue::Scalar(ScalarValue::Utf8View(Some(name.to_owned())));
    let count = ColumnarValue::Scalar(ScalarValue::Int64(Some(1)));
    let column = |zone: Option<&str>| {
        let millis = TimestampMillisecondArray::from(vec![Some(5), None]).with_timezone_opt(zone);
        ColumnarValue::Array(Arc::new(millis) as ArrayRef)
    };
    for zone in [None, Some("UTC"), Some("+02:00")] {
        assert!(truncated_at_once(&[name("hour"), column(zone)]).is_some(), "{zone:?}");
        assert!(moved_at_once(&[name("year"), count.clone(), column(zone)]).is_some(), "{zone:?}");
    }
    assert!(truncated_at_once(&[name("hour"), column(Some("Europe/Berlin"))]).is_none());
    assert!(truncated_at_once(&[name("x"), column(None)]).is_none());
}

fn text(expression: &str) -> String {
    value(&format!("to_iso8601({expression})")).unwrap()
}

#[test]
fn every_unit_truncates_and_keeps_the_type() {
    let cut = |unit: &str| text(&format!("date_trunc('{unit}', timestamp '2024-08-15 13:47:58.123')"));
    assert_eq!(cut("millisecond"), "2024-08-15T13:47:58.123");
    assert_eq!(cut("SECOND"), "2024-08-15T13:47:58.000");
    assert_eq!(cut("minute"), "2024-08-15T13:47:00.000");
    assert_eq!(cut("hour"), "2024-08-15T13:00:00.000");
    assert_eq!(cut("day"), "2024-08-15T00:00:00.000");
    assert_eq!(cut("week"), "2024-08-12T00:00:00.000");
    assert_eq!(cut("month"), "2024-08-01T00:00:00.000");
    assert_eq!(cut("quarter"), "2024-07-01T00:00:00.000");
    assert_eq!(cut("year"), "2024-01-01T00:00:00.000");
    assert_eq!(text("date_trunc('year', date '1969-08-15')"), "1969-01-01");
}

#[test]
fn a_zone_truncates_on_its_own_clock() {
    let cut = |unit: &str, utc: &str| {
        text(&format!("date_trunc('{unit}', at_timezone(timestamp '{utc}', 'America/New_York'))"))
    };
    assert_eq!(cut("day", "2024-05-01 02:00:00"), "2024-04-30T00:00:00.000-04:00");
    assert_eq!(cut("day", "2024-03-10 20:00:00"), "2024-03-10T00:00:00.000-05:00");
    assert_eq!(cut("hour", "2024-11-03 06:30:00"), "2024-11-03T01:00:00.000-05:00");
    assert_eq!(cut("hour", "2024-11-03 05:30:00"), "2024-11-03T01:00:00.000-04:00");
}

#[test]
fn dates_keep_the_clock_when_days_are_added_and_hours_are_elapsed() {
    let local = "with_timezone(timestamp '2024-03-09 12:00:00', 'America/New_York')";
    assert_eq!(text(&format!("date_add('day', 1, {local})")), "2024-03-10T12:00:00.000-04:00");
    assert_eq!(text(&format!("date_add('hour', 24, {local})")), "2024-03-10T13:00:00.000-04:00");
    let gap = "with_timezone(timestamp '2024-03-09 02:30:00', 'America/New_York')";
    assert_eq!(text(&format!("date_add('day', 1, {gap})")), "2024-03-10T03:30:00.000-04:00");
    assert_eq!(value(&format!("date_diff('day', {gap}, date_add('hour', 23, {gap}))")).unwrap(), "0");
    assert_eq!(value(&format!("date_diff('day', {gap}, date_add('hour', 24, {gap}))")).unwrap(), "1");
}

#[test]
fn months_end_where_the_month_ends() {
    assert_eq!(text("date_add('month', -1, date '2023-03-31')"), "2023-02-28");
    assert_eq!(text("date_add('year', 1, date '2024-02-29')"), "2025-02-28");
    assert_eq!(text("date_add('quarter', 1, timestamp '2023-11-30 01:02:03')"), "2024-02-29T01:02:03.000");
    assert_eq!(text("date_add('millisecond', -1, timestamp '1970-01-01 00:00:00')"), "1969-12-31T23:59:59.999");
}

#[test]
fn differences_are_whole_units_toward_zero() {
    let days = |a: &str, b: &str| value(&format!("date_diff('day', timestamp '{a}', timestamp '{b}')")).unwrap();
    assert_eq!(days("2024-05-01 23:00:00", "2024-05-02 22:59:59"), "0");
    assert_eq!(days("2024-05-02 22:59:59", "2024-05-01 22:59:59"), "-1");
    assert_eq!(value("date_diff('year', date '2024-02-29', timestamp '2025-02-28 00:00:00')").unwrap(), "1");
    assert_eq!(value("date_diff('quarter', date '2024-01-01', date '2023-01-02')").unwrap(), "-3");
}

#[test]
fn null_makes_null_even_with_an_unknown_unit() {
    assert_eq!(value("date_trunc('x', CAST(NULL AS timestamp))").unwrap(), "NULL");
    assert_eq!(value("date_trunc(NULL, date '2024-01-01')").unwrap(), "NULL");
    assert_eq!(value("date_add('day', NULL, date '2024-01-01')").unwrap(), "NULL");
    assert_eq!(value("date_diff('day', NULL, date '2024-01-01')").unwrap(), "NULL");
}

#[test]
fn wrong_units_types_and_sizes_are_named() {
    let error = |expression: &str| value(expression).unwrap_err();
    assert!(error("date_trunc('hour', date '2024-01-01')").contains("'hour' is not a valid DATE field"));
    assert!(error("date_trunc('', timestamp '2024-01-01 00:00:00')").contains("'' is not a valid Timestamp field"));
    assert!(error("date_add('days', 1, date '2024-01-01')").contains("'days' is not a valid DATE field"));
    assert!(error("date_add('year', 9223372036854775807, date '2024-01-01')").contains("out of range"));
    assert!(error("date_add('day', 9000000000, date '2024-01-01')").contains("overflow"));
    assert!(error("date_trunc('day', '2024-01-01')").contains("Unexpected parameters (varchar, varchar)"));
}

#[test]
fn the_unit_may_change_from_row_to_row() {
    let found = rows(
        "SELECT date_diff(unit, date '2024-01-01', date '2025-01-01') FROM (VALUES ('day'), ('month'), (NULL)) AS t(unit)",
    );
    assert_eq!(found.unwrap(), [["366"], ["12"], ["NULL"]]);
}
