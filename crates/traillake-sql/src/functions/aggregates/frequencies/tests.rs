//! Histograms.

use super::super::testing::{partitioned, within};
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x)"))?.remove(0).join("|"))
}

#[test]
fn histograms_count_values_without_nulls() {
    assert_eq!(over("histogram(x)", "('b'), ('a'), ('b'), (NULL)").unwrap(), "{a=1, b=2}");
    assert_eq!(over("histogram(x)", "(2), (1), (2)").unwrap(), "{1=1, 2=2}");
    assert_eq!(over("histogram(x)", "(CAST(NULL AS varchar))").unwrap(), "NULL");
    assert_eq!(over("histogram(x) FILTER (WHERE x > 5)", "(1)").unwrap(), "NULL");
}

#[test]
fn the_most_frequent_values_come_with_their_counts() {
    assert_eq!(over("approx_most_frequent(2, x, 10)", "(1), (2), (2), (3), (3), (3)").unwrap(), "{3=3, 2=2}");
    assert_eq!(over("approx_most_frequent(2, x, 10)", "(CAST(NULL AS bigint))").unwrap(), "NULL");
    assert!(over("approx_most_frequent(1, x, 10)", "(1)").unwrap_err().contains("greater than one"));
    assert!(over("approx_most_frequent(2, x, 0)", "(1)").unwrap_err().contains("must be positive"));
}

#[test]
fn frequent_values_survive_a_small_capacity() {
    let found =
        partitioned("SELECT approx_most_frequent(2, CASE WHEN x % 2 = 0 THEN -1 ELSE x END, 4) FROM t").unwrap();
    assert!(found[0][0].starts_with("{-1="), "{found:?}");
}

#[test]
fn numeric_histograms_merge_the_nearest() {
    assert_eq!(over("numeric_histogram(2, x)", "(1), (3), (9), (NULL)").unwrap(), "{2.0=2.0, 9.0=1.0}");
    assert_eq!(over("numeric_histogram(5, x, 2)", "(1), (1), (9)").unwrap(), "{1.0=4.0, 9.0=2.0}");
    assert_eq!(over("numeric_histogram(5, x)", "(CAST(NULL AS bigint))").unwrap(), "NULL");
    assert!(over("numeric_histogram(1, x)", "(1)").unwrap_err().contains("greater than one"));
    assert!(over("numeric_histogram(99999999, x)", "(1)").unwrap_err().contains("at most 10000"));
}

#[test]
fn partitions_are_merged() {
    let found =
        partitioned("SELECT histogram(s), approx_most_frequent(2, s, 5), numeric_histogram(2, x % 2) FROM t").unwrap();
    assert_eq!(found, [["{a=34, b=33, c=33}", "{a=34, b=33}", "{0.0=50.0, 1.0=50.0}"]]);
    let found = partitioned("SELECT x % 2 AS k, histogram(s) FROM t GROUP BY 1 ORDER BY 1").unwrap();
    assert_eq!(found, [["0", "{a=17, b=16, c=17}"], ["1", "{a=17, b=17, c=16}"]]);
}

#[test]
fn the_memory_of_groups_is_refused_when_it_is_too_much() {
    let wide = "SELECT histogram(concat(s, '----------------------------------------------------------------', CAST(a.x AS varchar), CAST(b.x AS varchar))) FROM (SELECT s, x FROM t) AS a, (SELECT x FROM t) AS b";
    for sql in [
        wide.to_owned(),
        wide.replace("histogram(", "array_agg("),
        wide.replace("histogram(", "array_agg(DISTINCT "),
        wide.replace("histogram(", "map_agg(1, "),
    ] {
        let error = within(&sql, 200_000);
        assert!(error.is_err(), "{sql}");
    }
}
