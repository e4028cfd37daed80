//! Maps of rows.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(k, v)"))?.remove(0).join("|"))
}

#[test]
fn map_agg_leaves_out_null_keys_and_keeps_null_values() {
    assert_eq!(over("map_agg(k, v)", "('a', 1), (NULL, 2), ('b', NULL)").unwrap(), "{a=1, b=null}");
    assert_eq!(over("map_agg(k, v)", "(CAST(NULL AS varchar), 2)").unwrap(), "NULL");
    assert_eq!(over("map_agg(k, v) FILTER (WHERE v > 9)", "('a', 1)").unwrap(), "NULL");
}

#[test]
fn map_agg_keeps_one_value_of_equal_keys() {
    assert_eq!(over("map_agg(k, v)", "('a', 1), ('a', 2)").unwrap(), "{a=1}");
    assert_eq!(over("map_agg(k, v ORDER BY v DESC)", "('a', 1), ('a', 2)").unwrap(), "{a=2}");
}

#[test]
fn multimap_agg_keeps_all_values() {
    assert_eq!(
        over("multimap_agg(k, v)", "(1, 'x'), (2, 'y'), (1, NULL), (NULL, 'z')").unwrap(),
        "{1=[x, null], 2=[y]}"
    );
    assert_eq!(over("multimap_agg(k, v ORDER BY v DESC)", "('a', 1), ('a', 2)").unwrap(), "{a=[2, 1]}");
    assert_eq!(over("multimap_agg(DISTINCT k, v)", "('a', 1), ('a', 1), ('a', 2)").unwrap(), "{a=[1, 2]}");
}

#[test]
fn map_union_puts_maps_together() {
    let maps =
        "SELECT map_agg(k, v) AS m, v FROM (VALUES ('a', 1), ('b', 1), ('a', 2), (NULL, 3)) AS t(k, v) GROUP BY v";
    let found = rows(&format!("SELECT map_union(m ORDER BY v) FROM ({maps})")).unwrap();
    assert_eq!(found, [["{a=1, b=1}"]]);
    let found = rows(&format!("SELECT map_union(m) FROM ({maps}) WHERE v = 3")).unwrap();
    assert_eq!(found, [["NULL"]]);
    assert!(rows("SELECT map_union(x) FROM (VALUES (1)) AS t(x)").is_err());
}

#[test]
fn partitions_are_merged() {
    let found =
        partitioned("SELECT map_agg(s, 1 ORDER BY x), multimap_agg(s, x ORDER BY x) FROM t WHERE x < 5").unwrap();
    assert_eq!(found, [["{a=1, b=1, c=1}", "{a=[0, 3], b=[1, 4], c=[2]}"]]);
}
