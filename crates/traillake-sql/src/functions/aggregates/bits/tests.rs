//! Conditions, bits and checksums.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x)"))?.remove(0).join("|"))
}

#[test]
fn conditions_ignore_nulls() {
    assert_eq!(over("bool_and(x), every(x), bool_or(x)", "(true), (NULL)").unwrap(), "true|true|true");
    assert_eq!(over("bool_and(x), bool_or(x)", "(true), (false)").unwrap(), "false|true");
    assert_eq!(over("bool_and(NULL), bool_or(x > 1) FILTER (WHERE x > 5)", "(1)").unwrap(), "NULL|NULL");
    assert!(over("bool_and(x)", "(1)").is_err());
}

#[test]
fn bits_ignore_nulls() {
    assert_eq!(over("bitwise_and_agg(x), bitwise_or_agg(x), bitwise_xor_agg(x)", "(6), (3), (NULL)").unwrap(), "2|7|5");
    assert_eq!(over("bitwise_and_agg(x)", "(CAST(NULL AS bigint))").unwrap(), "NULL");
    assert_eq!(over("bitwise_or_agg(DISTINCT x)", "(1), (1), (2)").unwrap(), "3");
    assert!(over("bitwise_and_agg(x)", "(1.5)").is_err());
}

#[test]
fn checksums_depend_on_values_and_not_on_their_order() {
    let of = |values: &str| over("checksum(x)", values).unwrap();
    assert_eq!(of("(1), (2), (NULL)"), of("(NULL), (2), (1)"));
    assert_ne!(of("(1), (2)"), of("(1), (3)"));
    assert_ne!(of("(1)"), of("(1), (NULL)"));
    assert_ne!(of("(1)"), of("(1), (1)"));
    assert_eq!(over("checksum(x) FILTER (WHERE x > 5)", "(1)").unwrap(), "NULL");
    assert_eq!(over("checksum(ARRAY[x]) IS NOT NULL", "('a')").unwrap(), "true");
}

#[test]
fn frames_and_partitions_apply() {
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)";
    let found =
        rows(&format!("SELECT bitwise_or_agg(x) {frame}, bool_or(x > 2) {frame} FROM (VALUES (1), (2), (4)) AS t(x)"));
    assert_eq!(found.unwrap(), [["1", "false"], ["3", "false"], ["6", "true"]]);
    let found = partitioned(
        "SELECT bitwise_or_agg(x), bool_and(x < 100), a.c = b.c FROM t, (SELECT checksum(x) AS c FROM t) AS a, \
         (SELECT checksum(x) AS c FROM (SELECT x FROM t ORDER BY x DESC LIMIT 100)) AS b GROUP BY 3",
    );
    assert_eq!(found.unwrap(), [["127", "true", "true"]]);
}
