//! Tests of parts of dates, times and intervals.

use arrow::array::{AsArray as _, TimestampMillisecondArray};
use arrow::datatypes::{Date32Type, Int64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};
use proptest::prelude::*;

use super::*;
use crate::functions::Implementation;
use crate::testing::value;

fn number(expression: &str) -> String {
    value(expression).unwrap_or_else(|error| error)
}

#[test]
fn aliases_are_the_same_functions() {
    for (alias, expected) in
        [("week_of_year", "1"), ("yow", "2025"), ("dow", "1"), ("doy", "365"), ("day_of_month", "30"), ("quarter", "4")]
    {
        assert_eq!(number(&format!("{alias}(date '2024-12-30')")), expected, "{alias}");
    }
}

#[test]
fn times_before_1970_have_the_parts_of_their_day() {
    let time = "timestamp '1969-12-31 23:59:59.999'";
    assert_eq!(number(&format!("year({time})")), "1969");
    assert_eq!(number(&format!("millisecond({time})")), "999");
    assert_eq!(number(&format!("hour({time})")), "23");
    assert_eq!(number(&format!("day_of_week({time})")), "3");
}

#[test]
fn weeks_belong_to_the_year_of_their_thursday() {
    assert_eq!(number("week(timestamp '2020-12-31 00:00:00')"), "53");
    assert_eq!(number("week(date '2024-12-30')"), "1");
    assert_eq!(number("year_of_week(date '2024-12-30')"), "2025");
    assert_eq!(number("year_of_week(date '2021-01-01')"), "2020");
}

#[test]
fn parts_are_those_of_the_zone() {
    let night = "at_timezone(timestamp '2024-01-01 03:30:00', 'America/New_York')";
    assert_eq!(number(&format!("hour({night})")), "22");
    assert_eq!(number(&format!("year({night})")), "2023");
    assert_eq!(number(&format!("last_day_of_month({night})")), "2023-12-31");
    assert_eq!(number("minute(at_timezone(timestamp '2024-01-01 03:30:00', '+05:45'))"), "15");
}

#[test]
fn last_days_follow_the_calendar() {
    assert_eq!(number("last_day_of_month(date '2023-02-01')"), "2023-02-28");
    assert_eq!(number("last_day_of_month(timestamp '2000-02-29 10:00:00')"), "2000-02-29");
    assert_eq!(number("last_day_of_month(date '1900-02-03')"), "1900-02-28");
}

#[test]
fn intervals_have_parts() {
    assert_eq!(number("day(INTERVAL '49' HOUR)"), "2");
    assert_eq!(number("hour(INTERVAL '49' HOUR)"), "1");
    assert_eq!(number("minute(INTERVAL '90' MINUTE)"), "30");
    assert_eq!(number("year(INTERVAL '27' MONTH)"), "2");
    assert_eq!(number("month(INTERVAL '27' MONTH)"), "3");
}

#[test]
fn null_is_null_and_a_text_is_no_time() {
    assert_eq!(number("year(NULL)"), "NULL");
    assert_eq!(number("hour(CAST(NULL AS timestamp))"), "NULL");
    assert_eq!(number("last_day_of_month(NULL)"), "NULL");
    assert!(number("year('2024-01-01')").contains("Unexpected parameters (varchar) for function year"));
}

fn of_times(function: &Function, times: &[Option<i64>], zone: Option<&str>) -> Result<ArrayRef> {
    let Implementation::Scalar(function) = &function.implementation else { panic!("no scalar function") };
    let function: &ScalarUDF = function;
    let column = TimestampMillisecondArray::from(times.to_vec()).with_timezone_opt(zone);
    let column: ArrayRef = Arc::new(column);
    let field = |data_type| Arc::new(arrow::datatypes::Field::new("x", data_type, true));
    let args = ScalarFunctionArgs {
        arg_fields: vec![field(column.data_type().clone())],
        return_field: field(function.return_type(&[column.data_type().clone()])?),
        number_rows: column.len(),
        args: vec![ColumnarValue::Array(column)],
        config_options: Arc::new(ConfigOptions::default()),
    };
    function.invoke_with_args(args)?.into_array(times.len())
}

fn local(time: i64, zone: Option<&str>) -> NaiveDateTime {
    let zone = zone.map_or(super::super::zone::Zone::utc(), |zone| super::super::zone::Zone::of_name(zone).unwrap());
    date_time(time + zone.offset_at(time)).unwrap()
}

proptest! {
    #[test]
    fn columns_have_the_parts_of_their_times(
        near in prop::collection::vec(prop::option::weighted(0.9, 1_700_000_000_000..1_700_010_000_000_i64), 0..30),
        far in prop::collection::vec(prop::option::weighted(0.9, -8_000_000_000_000_000..8_000_000_000_000_000_i64), 0..10),
        zone in 0..4_usize,
    ) {
        let zone = [None, Some("UTC"), Some("-03:30"), Some("America/New_York")][zone];
        let times = [near, far].concat();
        for part in PARTS {
            let found = of_times(&part.function(), &times, zone).unwrap();
            let expected = times.iter().map(|time| time.map(|time| (part.of)(local(time, zone))));
            prop_assert_eq!(found.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
        let found = of_times(&last_day_of_month(), &times, zone).unwrap();
        let expected = times.iter().map(|time| time.map(|time| last_day(local(time, zone)).0));
        prop_assert_eq!(found.as_primitive::<Date32Type>().iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}

#[test]
fn a_time_beyond_the_calendar_has_no_parts() {
    for part in PARTS {
        let error = of_times(&part.function(), &[Some(0), None, Some(i64::MAX)], None).unwrap_err();
        assert!(error.to_string().contains("Millis overflow: 9223372036854775807"), "{error}");
    }
}
