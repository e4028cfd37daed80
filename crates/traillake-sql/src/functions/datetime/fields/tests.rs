//! Tests of parts of dates, times and intervals.

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
