//! Counts.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x)"))?.remove(0).join("|"))
}

#[test]
fn count_knows_rows_values_and_distinct_values() {
    assert_eq!(over("count(*), count(), count(x), count(DISTINCT x)", "(1), (1), (NULL), (2)").unwrap(), "4|4|3|2");
    assert_eq!(over("count(DISTINCT ARRAY[x])", "(1), (1), (2)").unwrap(), "2");
}

#[test]
fn approx_distinct_is_exact_for_few_values() {
    assert_eq!(over("approx_distinct(x)", "('a'), ('b'), ('a'), (NULL)").unwrap(), "2");
    assert_eq!(over("approx_distinct(x)", "(1e0), (1.5e0), (1e0)").unwrap(), "2");
    assert_eq!(over("approx_distinct(x)", "(true), (false), (NULL)").unwrap(), "2");
    assert_eq!(over("approx_distinct(ARRAY[x])", "(1), (2)").unwrap(), "2");
    assert_eq!(over("approx_distinct(NULL)", "(1)").unwrap(), "0");
    assert_eq!(over("approx_distinct(x) - 3", "(1), (2)").unwrap(), "-1");
}

#[test]
fn approx_distinct_checks_the_error_that_is_asked_for() {
    assert_eq!(over("approx_distinct(x, 0.023)", "(1), (2)").unwrap(), "2");
    assert!(over("approx_distinct(x, 0.5)", "(1)").unwrap_err().contains("Standard error must be in"));
    assert!(over("approx_distinct(x, 'a')", "(1)").is_err());
}

#[test]
fn approx_distinct_works_over_groups_frames_and_partitions() {
    let found =
        partitioned("SELECT approx_distinct(x), approx_distinct(s, 0.01), approx_distinct(DISTINCT d) FROM t").unwrap();
    assert_eq!(found[0][1], "3");
    let about: i64 = found[0][0].parse().unwrap();
    assert!((97..=103).contains(&about), "{about}");
    let found = partitioned("SELECT s, approx_distinct(s) FROM t GROUP BY s ORDER BY s").unwrap();
    assert_eq!(found, [["a", "1"], ["b", "1"], ["c", "1"]]);
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)";
    let found = rows(&format!("SELECT approx_distinct(x) {frame} FROM (VALUES (1), (1), (2)) AS t(x)")).unwrap();
    assert_eq!(found, [["1"], ["1"], ["2"]]);
}

#[test]
fn grouping_has_the_leftmost_argument_in_the_highest_bit() {
    let found = rows(
        "SELECT a, b, grouping(a, b), grouping(b, a), grouping(a), count(*) FROM (VALUES (1, 2)) AS t(a, b) \
         GROUP BY GROUPING SETS ((a, b), (a), (b), ()) ORDER BY 3",
    );
    assert_eq!(
        found.unwrap(),
        [
            ["1", "2", "0", "0", "0", "1"],
            ["1", "NULL", "1", "2", "0", "1"],
            ["NULL", "2", "2", "1", "1", "1"],
            ["NULL", "NULL", "3", "3", "1", "1"],
        ]
    );
}

#[test]
fn cube_and_rollup_apply() {
    let found =
        rows("SELECT a, grouping(a), sum(b) FROM (VALUES (1, 2), (2, 3)) AS t(a, b) GROUP BY CUBE(a) ORDER BY 2, 1");
    assert_eq!(found.unwrap(), [["1", "0", "2"], ["2", "0", "3"], ["NULL", "1", "5"]]);
    let found = rows("SELECT a, grouping(a) FROM (VALUES (1), (2)) AS t(a) GROUP BY a ORDER BY 1");
    assert_eq!(found.unwrap(), [["1", "0"], ["2", "0"]]);
}
