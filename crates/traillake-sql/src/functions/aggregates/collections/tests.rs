//! Arrays, any values and lists of texts.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x, y)"))?.remove(0).join("|"))
}

#[test]
fn array_agg_keeps_nulls_and_is_null_for_no_rows() {
    assert_eq!(over("array_agg(x)", "(1, 1), (NULL, 2)").unwrap(), "[1, null]");
    assert_eq!(over("array_agg(x) FILTER (WHERE y > 5)", "(1, 1), (NULL, 2)").unwrap(), "NULL");
    assert_eq!(over("array_agg(x) FILTER (WHERE x IS NOT NULL)", "(1, 1), (NULL, 2)").unwrap(), "[1]");
}

#[test]
fn array_agg_sorts_by_other_columns_with_nulls_last() {
    assert_eq!(over("array_agg(x ORDER BY y DESC)", "(1, 1), (2, NULL), (3, 3)").unwrap(), "[3, 1, 2]");
    assert_eq!(over("array_agg(x ORDER BY y, x DESC)", "(1, 1), (2, 1), (3, 0)").unwrap(), "[3, 2, 1]");
    assert_eq!(over("array_agg(x ORDER BY y DESC NULLS FIRST)", "(1, 1), (2, NULL)").unwrap(), "[2, 1]");
}

#[test]
fn array_agg_takes_distinct_values() {
    assert_eq!(
        over("array_agg(DISTINCT x ORDER BY x)", "(2, 0), (NULL, 0), (2, 0), (NULL, 0), (1, 0)").unwrap(),
        "[1, 2, null]"
    );
    assert_eq!(over("count(y), array_agg(DISTINCT x ORDER BY x)", "('b', 0), ('a', 0), ('b', 0)").unwrap(), "3|[a, b]");
}

#[test]
fn several_orders_in_one_query_do_not_disturb_each_other() {
    let found = over(
        "array_agg(x ORDER BY x), array_agg(x ORDER BY y), array_agg(x ORDER BY x DESC)",
        "(1, 9), (2, 8), (3, 7)",
    );
    assert_eq!(found.unwrap(), "[1, 2, 3]|[3, 2, 1]|[3, 2, 1]");
}

#[test]
fn arbitrary_passes_over_nulls() {
    assert_eq!(over("arbitrary(x), any_value(y)", "(NULL, NULL), (NULL, 2)").unwrap(), "NULL|2");
    assert_eq!(over("arbitrary(ARRAY[x])", "(1, 0)").unwrap(), "[1]");
}

#[test]
fn listagg_joins_texts_in_order() {
    assert_eq!(over("listagg(x, ', ') WITHIN GROUP (ORDER BY y)", "('a', 2), ('b', 1), (NULL, 3)").unwrap(), "b, a");
    let sorted = "WITHIN GROUP (ORDER BY y DESC, x)";
    assert_eq!(over(&format!("listagg(x, '') {sorted}"), "('b', 1), ('a', 1), ('c', 2)").unwrap(), "cab");
    let truncated = format!("listagg(x, ',' ON OVERFLOW TRUNCATE '...' WITH COUNT) {sorted}");
    assert_eq!(over(&truncated, "('b', 1), ('a', 2)").unwrap(), "a,b");
    assert_eq!(over("listagg(x) WITHIN GROUP (ORDER BY y DESC)", "('a', 2), ('b', 1)").unwrap(), "ab");
    assert_eq!(over("listagg(x, ',') WITHIN GROUP (ORDER BY y)", "(CAST(NULL AS varchar), 2)").unwrap(), "NULL");
    assert_eq!(
        over("listagg(DISTINCT x, ',') WITHIN GROUP (ORDER BY x)", "('a', 2), ('b', 1), ('a', 1)").unwrap(),
        "a,b"
    );
    assert!(over("listagg(x, ',')", "('a', 2)").is_err());
    assert!(over("listagg(y, ',') WITHIN GROUP (ORDER BY y)", "('a', 2)").is_err());
}

#[test]
fn moving_frames_are_collected() {
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)";
    let found = rows(&format!("SELECT array_agg(x) {frame}, arbitrary(x) {frame} FROM (VALUES (1), (2), (3)) AS t(x)"));
    assert_eq!(found.unwrap(), [["[1, 2]", "1"], ["[1, 2, 3]", "1"], ["[2, 3]", "2"]]);
    let found = rows("SELECT array_agg(x) OVER (ORDER BY x) FROM (VALUES (1), (2), (2)) AS t(x)");
    assert_eq!(found.unwrap(), [["[1]"], ["[1, 2, 2]"], ["[1, 2, 2]"]]);
}

#[test]
fn partitions_are_merged_in_order() {
    let found = partitioned("SELECT array_agg(x ORDER BY x DESC) FROM t WHERE x % 20 = 0").unwrap();
    assert_eq!(found, [["[80, 60, 40, 20, 0]"]]);
    let found = partitioned(
        "SELECT x % 2 AS k, array_agg(DISTINCT s ORDER BY s), listagg(s, '') WITHIN GROUP (ORDER BY x), count(x) \
         FROM t WHERE x < 8 GROUP BY 1 ORDER BY 1",
    );
    assert_eq!(found.unwrap(), [["0", "[a, b, c]", "acba", "4"], ["1", "[a, b, c]", "bacb", "4"]]);
}
