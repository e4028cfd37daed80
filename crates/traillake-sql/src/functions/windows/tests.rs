//! Window functions.

use crate::testing::{rows, value};

/// The column of one window expression over rows x, y, in the order of x.
fn over(window: &str, values: &str) -> Result<Vec<String>, String> {
    let sql = format!("SELECT {window} FROM (VALUES {values}) AS t(x, y) ORDER BY x");
    Ok(rows(&sql)?.into_iter().map(|row| row.join("|")).collect())
}

#[test]
fn positions_are_bigint() {
    let found = over(
        "rank() OVER (ORDER BY x) - 2, row_number() OVER (ORDER BY x DESC), typeof(dense_rank() OVER (ORDER BY x))",
        "(1, 0), (2, 0)",
    );
    assert_eq!(found.unwrap(), ["-1|2|bigint", "0|1|bigint"]);
    let found = over(
        "ntile(2) OVER (ORDER BY x) - 5, percent_rank() OVER (ORDER BY x), cume_dist() OVER (ORDER BY x)",
        "(1, 0), (2, 0)",
    );
    assert_eq!(found.unwrap(), ["-4|0.0|0.5", "-3|1.0|1.0"]);
}

#[test]
fn ranks_know_ties_and_partitions() {
    let all = "rank() OVER w, dense_rank() OVER w, row_number() OVER w";
    let sql = format!(
        "SELECT x, {all} FROM (VALUES (1, 1), (1, 1), (1, 2), (2, 7)) AS t(x, y) WINDOW w AS (PARTITION BY x ORDER BY y) ORDER BY 1, 4"
    );
    assert_eq!(
        rows(&sql).unwrap(),
        [["1", "1", "1", "1"], ["1", "1", "1", "2"], ["1", "3", "2", "3"], ["2", "1", "1", "1"]]
    );
}

#[test]
fn a_rank_can_be_filtered_in_a_query_around_it() {
    let inner = "SELECT x, rank() OVER (PARTITION BY x ORDER BY y DESC) AS rnk, y FROM (VALUES (1, 1), (1, 2), (2, 5)) AS t(x, y)";
    let found = rows(&format!("SELECT x, y FROM ({inner}) WHERE rnk = 1 ORDER BY x")).unwrap();
    assert_eq!(found, [["1", "2"], ["2", "5"]]);
    let found = rows(&format!("SELECT x, y FROM ({inner}) WHERE rnk <= 1 ORDER BY x")).unwrap();
    assert_eq!(found, [["1", "2"], ["2", "5"]]);
}

#[test]
fn nulls_are_last_in_both_directions() {
    assert_eq!(over("row_number() OVER (ORDER BY y)", "(1, NULL), (2, 5), (3, 4)").unwrap(), ["3", "2", "1"]);
    assert_eq!(over("row_number() OVER (ORDER BY y DESC)", "(1, NULL), (2, 5), (3, 4)").unwrap(), ["3", "1", "2"]);
    assert_eq!(over("row_number() OVER (ORDER BY y DESC NULLS FIRST)", "(1, NULL), (2, 5)").unwrap(), ["1", "2"]);
}

#[test]
fn lag_and_lead_take_offsets_and_defaults() {
    let values = "(1, 10), (2, 20), (3, 30)";
    assert_eq!(over("lag(y) OVER (ORDER BY x)", values).unwrap(), ["NULL", "10", "20"]);
    assert_eq!(over("lead(y, 2) OVER (ORDER BY x)", values).unwrap(), ["30", "NULL", "NULL"]);
    assert_eq!(over("lag(y, 1, -1) OVER (ORDER BY x)", values).unwrap(), ["-1", "10", "20"]);
    assert_eq!(over("lead(y, 0) OVER (ORDER BY x)", values).unwrap(), ["10", "20", "30"]);
    assert_eq!(over("lag(y, x - 1, x) OVER (ORDER BY x)", values).unwrap(), ["10", "10", "10"]);
    assert_eq!(over("lag(y, 9223372036854775807) OVER (ORDER BY x)", values).unwrap(), ["NULL", "NULL", "NULL"]);
    assert_eq!(over("lag(y, NULL) OVER (ORDER BY x)", values).unwrap(), ["NULL", "NULL", "NULL"]);
    assert_eq!(over("lag('a', 1, 'b') OVER (ORDER BY x)", values).unwrap(), ["b", "a", "a"]);
    assert!(over("lag(y, -1) OVER (ORDER BY x)", values).unwrap_err().contains("Offset must be at least 0"));
    assert!(over("lag(y, 'a') OVER (ORDER BY x)", values).is_err());
}

#[test]
fn nulls_are_passed_over_on_request() {
    let values = "(1, 10), (2, NULL), (3, 30), (4, NULL)";
    assert_eq!(over("lag(y) IGNORE NULLS OVER (ORDER BY x)", values).unwrap(), ["NULL", "10", "10", "30"]);
    assert_eq!(over("lead(y) IGNORE NULLS OVER (ORDER BY x)", values).unwrap(), ["30", "30", "NULL", "NULL"]);
    assert_eq!(over("last_value(y) IGNORE NULLS OVER (ORDER BY x)", values).unwrap(), ["10", "10", "30", "30"]);
    assert_eq!(over("first_value(y) IGNORE NULLS OVER (ORDER BY x DESC)", values).unwrap(), ["30", "30", "30", "NULL"]);
    assert_eq!(over("last_value(y) RESPECT NULLS OVER (ORDER BY x)", values).unwrap(), ["10", "NULL", "30", "NULL"]);
}

#[test]
fn values_of_the_frame() {
    let values = "(1, 10), (2, 20), (3, 30)";
    let whole = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
    assert_eq!(over("last_value(y) OVER (ORDER BY x)", values).unwrap(), ["10", "20", "30"]);
    assert_eq!(over(&format!("last_value(y) OVER (ORDER BY x {whole})"), values).unwrap(), ["30", "30", "30"]);
    assert_eq!(over("nth_value(y, 2) OVER (ORDER BY x)", values).unwrap(), ["NULL", "20", "20"]);
    assert_eq!(
        over("first_value(y) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", values).unwrap(),
        ["10", "10", "20"]
    );
    assert_eq!(
        over("first_value(y) OVER (ORDER BY x ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING)", values).unwrap(),
        ["20", "30", "NULL"]
    );
}

#[test]
fn wrong_calls_are_errors() {
    assert!(value("first_value() OVER ()").is_err());
    assert!(value("rank(1) OVER ()").is_err());
    assert!(value("rank()").is_err());
    assert!(over("nth_value(y, 0) OVER (ORDER BY x)", "(1, 1)").unwrap_err().contains("Offset must be at least 1"));
    assert!(over("ntile(0) OVER (ORDER BY x)", "(1, 1)").unwrap_err().contains("greater than 0"));
    assert!(over("ntile('a') OVER (ORDER BY x)", "(1, 1)").is_err());
}

#[test]
fn frames_of_rows_ranges_and_groups() {
    let values = "(1, 1), (2, 1), (4, 1), (4, 1)";
    assert_eq!(over("sum(y) OVER (ORDER BY x)", values).unwrap(), ["1", "2", "4", "4"]);
    assert_eq!(
        over("count(*) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)", values).unwrap(),
        ["2", "3", "3", "2"]
    );
    assert_eq!(
        over("sum(y) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)", values).unwrap(),
        ["1", "2", "2", "2"]
    );
    assert_eq!(
        over("sum(y) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)", values).unwrap(),
        ["1", "2", "3", "3"]
    );
    assert_eq!(over("sum(y) OVER ()", values).unwrap(), ["4", "4", "4", "4"]);
    assert_eq!(over("avg(y) OVER (ORDER BY x ROWS 1 PRECEDING)", values).unwrap(), ["1.0", "1.0", "1.0", "1.0"]);
}
