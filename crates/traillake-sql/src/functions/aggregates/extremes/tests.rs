//! Smallest and largest.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x, y)"))?.remove(0).join("|"))
}

#[test]
fn extremes_ignore_nulls_and_are_null_for_nothing() {
    assert_eq!(
        over("min(x), max(x), min(y)", "(3, NULL), (NULL, NULL), (1, CAST(NULL AS bigint))").unwrap(),
        "1|3|NULL"
    );
    assert_eq!(over("min(x, 2), max(x, 2)", "(CAST(NULL AS bigint), 1)").unwrap(), "NULL|NULL");
}

#[test]
fn extremes_of_every_orderable_type() {
    assert_eq!(over("min(x), max(x)", "(true, 0), (false, 0)").unwrap(), "false|true");
    assert_eq!(over("min(x), max(x)", "(ARRAY[2, 1], 0), (ARRAY[1, 9], 0)").unwrap(), "[1, 9]|[2, 1]");
    assert_eq!(
        over("max(x), max(x, 1)", "(date '2024-05-01', 0), (date '2023-01-01', 0)").unwrap(),
        "2024-05-01|[2024-05-01]"
    );
    assert_eq!(over("max(x)", "(1.5, 0), (-2.25, 0)").unwrap(), "1.50");
    assert!(over("max(map_agg)", "(1, 0)").is_err());
}

#[test]
fn the_n_best_come_in_order() {
    assert_eq!(
        over("min(x, 2), max(x, 2), max(x, 9)", "(3, 0), (1, 0), (NULL, 0), (2, 0)").unwrap(),
        "[1, 2]|[3, 2]|[3, 2, 1]"
    );
    assert_eq!(over("max(x, 2)", "('b', 0), ('a', 0), ('c', 0)").unwrap(), "[c, b]");
}

#[test]
fn n_must_be_positive_and_not_too_large() {
    assert!(over("min(x, 0)", "(1, 0)").unwrap_err().contains("must be positive"));
    assert!(over("max_by(x, y, -1)", "(1, 0)").unwrap_err().contains("must be positive"));
    assert!(over("max(x, 10001)", "(1, 0)").unwrap_err().contains("less than or equal to 10000"));
}

#[test]
fn by_takes_the_value_beside_the_extreme() {
    assert_eq!(over("min_by(x, y), max_by(x, y)", "('a', 2), ('b', 1), ('c', NULL), (NULL, 3)").unwrap(), "b|NULL");
    assert_eq!(over("max_by(x, y)", "('a', CAST(NULL AS bigint))").unwrap(), "NULL");
    assert_eq!(
        over("max_by(x, y, 2), min_by(x, y, 5)", "('a', 2), ('b', 1), (NULL, 3)").unwrap(),
        "[null, a]|[b, a, null]"
    );
    assert_eq!(over("max_by(ARRAY[x], y), min_by(y, x)", "(1, 'p'), (2, 'q')").unwrap(), "[2]|p");
}

#[test]
fn the_n_best_survive_the_rewrite_of_distinct_counts() {
    assert_eq!(over("count(DISTINCT y), max(x, 2)", "(1, 'p'), (2, 'q'), (3, 'q')").unwrap(), "2|[3, 2]");
    assert_eq!(over("count(DISTINCT y), max(x), min(x)", "(1, 'p'), (2, 'q'), (3, 'q')").unwrap(), "2|3|1");
}

#[test]
fn moving_frames_apply() {
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)";
    let sql = format!(
        "SELECT max_by(y, x) {frame}, max(x, 2) {frame}, min(x) {frame} FROM (VALUES (1, 'p'), (2, 'q'), (3, 'r')) AS t(x, y)"
    );
    assert_eq!(rows(&sql).unwrap(), [["p", "[1]", "1"], ["q", "[2, 1]", "1"], ["r", "[3, 2]", "2"]]);
}

#[test]
fn partitions_are_merged() {
    let found = partitioned("SELECT max(x, 3), min_by(s, x), max_by(x, x, 2), min(x), max(s) FROM t").unwrap();
    assert_eq!(found, [["[99, 98, 97]", "a", "[99, 98]", "0", "c"]]);
    let found = partitioned("SELECT s, max(x, 2), max_by(d, x) FROM t GROUP BY s ORDER BY s").unwrap();
    assert_eq!(found, [["a", "[99, 96]", "49.5"], ["b", "[97, 94]", "48.5"], ["c", "[98, 95]", "49.0"]]);
}
