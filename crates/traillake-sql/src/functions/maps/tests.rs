//! Maps through SQL.

use crate::testing::{rows, value};

fn ok(expression: &str) -> String {
    value(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

fn error(expression: &str) -> String {
    value(expression).expect_err(expression)
}

/// A map's entries as `k=v` joined by commas.
fn entries(map: &str) -> String {
    ok(&format!(
        "array_join(zip_with(map_keys({map}), map_values({map}), (k, v) -> concat(k, '=', coalesce(v, '?'))), ',')"
    ))
}

const AB: &str = "map(ARRAY['a', 'b'], ARRAY['x', NULL])";

#[test]
fn a_map_is_made_of_keys_and_values() {
    assert_eq!(entries(AB), "a=x,b=?");
    assert_eq!(ok("cardinality(map(ARRAY[], ARRAY[]))"), "0");
    assert_eq!(ok("cardinality(\"$map\"())"), "0");
    assert_eq!(ok("\"$map\"(NULL, ARRAY[1])"), "NULL");
    assert!(error("map(ARRAY['a', 'a'], ARRAY[1, 2])").contains("Duplicate map keys (a) are not allowed"));
    assert!(error("map(ARRAY['a', NULL], ARRAY[1, 2])").contains("map key cannot be null"));
    assert!(error("map(ARRAY['a'], ARRAY[1, 2])").contains("Key and value arrays must be the same length"));
}

#[test]
fn maps_of_columns_are_made_row_by_row() {
    let found = rows(
        "SELECT cardinality(map(k, v)), element_at(map(k, v), 'b') \
         FROM (VALUES (ARRAY['a', 'b'], ARRAY[1, 2]), (ARRAY['b'], ARRAY[3]), (NULL, ARRAY[1])) t(k, v)",
    );
    assert_eq!(found.unwrap(), [["2", "2"], ["1", "3"], ["NULL", "NULL"]]);
}

#[test]
fn keys_values_and_entries_are_arrays() {
    assert_eq!(ok(&format!("array_join(map_keys({AB}), ',')")), "a,b");
    assert_eq!(ok(&format!("array_join(map_values({AB}), ',', '?')")), "x,?");
    assert_eq!(ok(&format!("\"$subscript\"(element_at(map_entries({AB}), 1), 2)")), "x");
    assert_eq!(ok("map_keys(NULL)"), "NULL");
    assert_eq!(ok("map_entries(NULL)"), "NULL");
    assert_eq!(ok("cardinality(map_values(\"$map\"()))"), "0");
    assert!(error("map_keys(ARRAY[1])").contains("Unexpected parameters (array(bigint)) for function map_keys"));
}

#[test]
fn maps_come_from_entries() {
    assert_eq!(entries(&format!("map_from_entries(map_entries({AB}))")), "a=x,b=?");
    assert_eq!(ok("map_from_entries(NULL)"), "NULL");
    assert_eq!(ok("cardinality(map_from_entries(ARRAY[]))"), "0");
    assert!(
        error("map_from_entries(zip(ARRAY[1, 1], ARRAY[2, 3]))").contains("Duplicate map keys (1) are not allowed")
    );
    assert!(error("map_from_entries(zip(ARRAY[1], ARRAY[2, 3]))").contains("map key cannot be null"));
    assert!(error("map_from_entries(ARRAY[1])").contains("rows of two fields"));
}

#[test]
fn a_multimap_gathers_the_values_of_a_key() {
    let multimap = "multimap_from_entries(zip(ARRAY['a', 'b', 'a'], ARRAY[1, 2, NULL]))";
    assert_eq!(ok(&format!("array_join(element_at({multimap}, 'a'), ',', '?')")), "1,?");
    assert_eq!(ok(&format!("array_join(map_keys({multimap}), ',')")), "a,b");
    assert_eq!(ok("multimap_from_entries(NULL)"), "NULL");
    let found = rows(
        "SELECT array_join(map_keys(multimap_from_entries(zip(a, b))), ',') \
         FROM (VALUES (ARRAY[1, 1], ARRAY[1, 2]), (NULL, ARRAY[1]), (ARRAY[2, 3], ARRAY[1, 1])) t(a, b)",
    );
    assert_eq!(found.unwrap(), [["1"], ["NULL"], ["2,3"]]);
}

#[test]
fn the_last_map_wins() {
    let joined =
        "map_concat(map(ARRAY['a', 'b'], ARRAY[1, 2]), map(ARRAY['b', 'c'], ARRAY[3, 4]), map(ARRAY['c'], ARRAY[5]))";
    assert_eq!(ok(&format!("array_join(map_keys({joined}), ',')")), "a,b,c");
    assert_eq!(ok(&format!("array_join(map_values({joined}), ',')")), "1,3,5");
    assert_eq!(ok(&format!("map_concat({AB}, NULL)")), "NULL");
    assert_eq!(ok(&format!("cardinality(map_concat({AB}, \"$map\"()))")), "2");
    assert!(error(&format!("map_concat({AB}, map(ARRAY[1], ARRAY[1]))")).contains("Unexpected parameters"));
}

#[test]
fn keys_are_found_whatever_their_type() {
    assert_eq!(ok("element_at(map(ARRAY[1, 2], ARRAY['a', 'b']), 2)"), "b");
    assert_eq!(ok("element_at(map(ARRAY[1.5], ARRAY['a']), 1.5)"), "a");
    assert_eq!(ok(&format!("element_at({AB}, 'B')")), "NULL");
    assert_eq!(ok(&format!("element_at({AB}, NULL)")), "NULL");
    let found = rows(&format!("SELECT element_at({AB}, k) FROM (VALUES ('a'), ('b'), ('z'), (NULL)) t(k)"));
    assert_eq!(found.unwrap(), [["x"], ["NULL"], ["NULL"], ["NULL"]]);
}
