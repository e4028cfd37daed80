//! Percentiles.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x, w)"))?.remove(0).join("|"))
}

#[test]
fn integers_give_integers_and_doubles_doubles() {
    let values = "(1, 1), (2, 1), (3, 1), (NULL, 1)";
    assert_eq!(
        over("approx_percentile(x, 0.5), approx_percentile(x, 0), approx_percentile(x, 1)", values).unwrap(),
        "2|1|3"
    );
    assert_eq!(over("approx_percentile(x, 0.5)", "(1.5e0, 1), (2.5e0, 1), (9e0, 1)").unwrap(), "2.5");
    assert_eq!(over("approx_percentile(x, 0.5)", "(1.5, 1), (2.5, 1), (9.0, 1)").unwrap(), "2.5");
}

#[test]
fn arrays_of_shares_give_arrays() {
    assert_eq!(over("approx_percentile(x, ARRAY[0.0, 0.5, 1.0])", "(1, 1), (2, 1), (3, 1)").unwrap(), "[1, 2, 3]");
    assert_eq!(over("approx_percentile(x, w, ARRAY[0.1, 0.9])", "(1, 5), (2, 5)").unwrap(), "[1, 2]");
    assert_eq!(over("approx_percentile(x, ARRAY[0.5])", "(CAST(NULL AS bigint), 1)").unwrap(), "NULL");
}

#[test]
fn weights_count() {
    assert_eq!(over("approx_percentile(x, w, 0.5)", "(1, 1), (2, 8), (9, 1)").unwrap(), "2");
    assert_eq!(over("approx_percentile(x, w, 0.5)", "(1, NULL), (2, 8)").unwrap(), "2");
    assert!(over("approx_percentile(x, w, 0.5)", "(1, 0)").unwrap_err().contains("weight must be > 0"));
}

#[test]
fn shares_outside_zero_and_one_are_errors() {
    assert!(over("approx_percentile(x, 1.5)", "(1, 1)").unwrap_err().contains("Percentile must be between 0 and 1"));
    assert!(over("approx_percentile(x, ARRAY[0.5, -1.0])", "(1, 1)").unwrap_err().contains("between 0 and 1"));
    assert!(over("approx_percentile(x, 'a')", "(1, 1)").is_err());
    assert_eq!(over("approx_percentile(x, 0.5)", "(CAST(NULL AS bigint), 1)").unwrap(), "NULL");
}

#[test]
fn frames_distinct_and_partitions_apply() {
    assert_eq!(over("approx_percentile(DISTINCT x, 0.5)", "(1, 1), (1, 1), (1, 1), (2, 1), (3, 1)").unwrap(), "2");
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)";
    let found = rows(&format!("SELECT approx_percentile(x, 0.5) {frame} FROM (VALUES (1), (2), (3)) AS t(x)")).unwrap();
    assert_eq!(found, [["2"], ["2"], ["3"]]);
    let found =
        partitioned("SELECT approx_percentile(x, 0.5), approx_percentile(x, x + 1, ARRAY[0.0, 0.99]) FROM t").unwrap();
    assert_eq!(found, [["50", "[0, 99]"]]);
}
