//! Sums, averages and conditional counts.

use super::super::testing::partitioned;
use super::rounded;
use crate::testing::{rows, value};

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x)"))?.remove(0).join("|"))
}

#[test]
fn sums_of_integers_are_bigint_and_overflow_is_an_error() {
    assert_eq!(over("sum(x)", "(1), (2), (NULL)").unwrap(), "3");
    assert_eq!(over("sum(x)", "(9223372036854775807), (0)").unwrap(), "9223372036854775807");
    assert!(over("sum(x)", "(9223372036854775807), (1)").unwrap_err().contains("bigint addition overflow"));
    assert_eq!(over("sum(x) = 3", "(1), (2)").unwrap(), "true");
}

#[test]
fn sums_of_nothing_are_null() {
    assert_eq!(over("sum(x)", "(CAST(NULL AS bigint))").unwrap(), "NULL");
    assert_eq!(
        rows("SELECT sum(x), avg(x), count(x), count_if(x > 1) FROM (VALUES (1)) AS t(x) WHERE x > 5").unwrap(),
        [["NULL", "NULL", "0", "0"]]
    );
}

#[test]
fn sums_of_decimals_keep_their_scale() {
    assert_eq!(over("sum(x)", "(1.10), (2.25)").unwrap(), "3.35");
    let nines = |digits: usize| format!("(CAST('{}' AS decimal(38, 0)))", "9".repeat(digits));
    let twice = |digits: usize| over("sum(x)", &format!("{}, {}", nines(digits), nines(digits)));
    assert_eq!(twice(37).unwrap(), "19999999999999999999999999999999999998");
    assert!(twice(38).unwrap_err().contains("Decimal overflow"));
}

#[test]
fn averages_of_integers_are_doubles_and_of_decimals_decimals() {
    assert_eq!(over("avg(x)", "(1), (2), (NULL)").unwrap(), "1.5");
    assert_eq!(over("avg(x)", "(1.05), (1.10)").unwrap(), "1.08");
    assert_eq!(over("avg(x)", "(-1.05), (-1.10)").unwrap(), "-1.08");
}

#[test]
fn halves_are_rounded_away_from_zero() {
    assert_eq!([rounded(5, 2), rounded(-5, 2), rounded(4, 3), rounded(-4, 3), rounded(0, 7)], [3, -3, 1, -1, 0]);
}

#[test]
fn texts_have_no_sum() {
    let error = over("sum(x)", "('1')").unwrap_err();
    assert!(error.contains("Unexpected parameters (varchar) for function sum"), "{error}");
    assert!(value("count_if(1)").is_err());
}

#[test]
fn conditions_are_counted() {
    assert_eq!(over("count_if(x > 1)", "(1), (2), (3), (NULL)").unwrap(), "2");
    assert_eq!(over("count_if(x > 9)", "(1), (2)").unwrap(), "0");
    assert_eq!(over("count_if(NULL)", "(1)").unwrap(), "0");
}

#[test]
fn distinct_filter_and_frames_apply() {
    assert_eq!(over("sum(DISTINCT x), count(DISTINCT x)", "(1), (1), (4)").unwrap(), "5|2");
    assert_eq!(over("sum(x) FILTER (WHERE x < 4)", "(1), (1), (4)").unwrap(), "2");
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)";
    let found = rows(&format!("SELECT x, sum(x) {frame}, count_if(x > 1) {frame} FROM (VALUES (1), (2), (4)) AS t(x)"));
    assert_eq!(found.unwrap(), [["1", "1", "0"], ["2", "3", "1"], ["4", "6", "2"]]);
}

#[test]
fn partitions_are_merged() {
    let found = partitioned("SELECT sum(x), avg(x), count_if(x % 2 = 0), sum(d), avg(d) FROM t");
    assert_eq!(found.unwrap(), [["4950", "49.5", "50", "2475.0", "24.8"]]);
    let found = partitioned("SELECT x % 3 AS k, sum(x), count_if(x > 50), avg(d) FROM t GROUP BY 1 ORDER BY 1");
    assert_eq!(found.unwrap(), [["0", "1683", "17", "24.8"], ["1", "1617", "16", "24.5"], ["2", "1650", "16", "25.0"]]);
}

#[test]
fn intervals_have_totals_in_groups_and_windows() {
    let spans = "(1, INTERVAL '1' DAY), (1, INTERVAL '36' HOUR), (2, INTERVAL -'1' SECOND), (2, NULL)";
    let found = rows(&format!("SELECT y, sum(x), avg(x) FROM (VALUES {spans}) AS t(y, x) GROUP BY y ORDER BY y"));
    assert_eq!(
        found.unwrap(),
        [["1", "2 12:00:00.000", "1 06:00:00.000"], ["2", "-0 00:00:01.000", "-0 00:00:01.000"]]
    );
    let running = rows(&format!("SELECT sum(x) OVER (ORDER BY y) FROM (VALUES {spans}) AS t(y, x) WHERE y = 1"));
    assert_eq!(running.unwrap(), [["2 12:00:00.000"], ["2 12:00:00.000"]]);
    assert!(value("sum(INTERVAL '1' MONTH)").unwrap_err().contains("year to month"));
}
