//! Arrays through SQL.

use crate::testing::{rows, value};

fn ok(expression: &str) -> String {
    value(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

fn error(expression: &str) -> String {
    value(expression).expect_err(expression)
}

/// The first column of a query over `t(a, x)`.
fn column(select: &str, values: &str) -> Vec<String> {
    let rows = rows(&format!("SELECT {select} FROM (VALUES {values}) t(a, x)")).unwrap();
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}

#[test]
fn element_at_counts_from_both_ends_and_is_null_beyond_them() {
    assert_eq!(ok("element_at(ARRAY['a', 'b'], 1)"), "a");
    assert_eq!(ok("element_at(ARRAY['a', 'b'], -2)"), "a");
    assert_eq!(ok("element_at(ARRAY['a'], 2)"), "NULL");
    assert_eq!(ok("element_at(ARRAY['a'], -2)"), "NULL");
    assert_eq!(ok("element_at(ARRAY['a'], 9223372036854775807)"), "NULL");
    assert_eq!(ok("element_at(ARRAY['a'], NULL)"), "NULL");
    assert_eq!(ok("element_at(NULL, 1)"), "NULL");
    assert!(error("element_at(ARRAY['a'], 0)").contains("SQL array indices start at 1"));
    assert_eq!(column("element_at(a, x)", "(ARRAY[1, 2], 2), (ARRAY[3], 2), (NULL, 1)"), ["2", "NULL", "NULL"]);
}

#[test]
fn element_at_takes_only_what_fits_the_container() {
    assert!(error("element_at(ARRAY[1], 'a')").contains("Unexpected parameters (array(bigint), varchar)"));
    assert!(error("element_at('text', 1)").contains("Unexpected parameters"));
    assert!(error("element_at(map(ARRAY[1], ARRAY[2]), 'a')").contains("Unexpected parameters"));
}

#[test]
fn a_subscript_beyond_the_array_is_an_error() {
    assert_eq!(ok("\"$subscript\"(ARRAY['a', 'b'], 2)"), "b");
    assert_eq!(ok("\"$subscript\"(ARRAY['a', 'b'], NULL)"), "NULL");
    assert_eq!(ok("\"$subscript\"(NULL, 3)"), "NULL");
    assert!(error("\"$subscript\"(ARRAY['a'], 0)").contains("SQL array indices start at 1"));
    assert!(error("\"$subscript\"(ARRAY['a'], -1)").contains("Array subscript is negative: -1"));
    assert!(
        error("\"$subscript\"(ARRAY['a', 'b'], 3)")
            .contains("Array subscript must be less than or equal to array length: 3 > 2")
    );
    assert_eq!(column("\"$subscript\"(a, x)", "(ARRAY[1, 2], 2), (ARRAY[3], 1), (NULL, 9)"), ["2", "3", "NULL"]);
}

#[test]
fn a_subscript_of_a_map_must_be_a_key_and_of_a_row_a_field() {
    assert_eq!(ok("\"$subscript\"(map(ARRAY['a'], ARRAY[1]), 'a')"), "1");
    assert_eq!(ok("\"$subscript\"(map(ARRAY['a'], ARRAY[NULL]), 'a')"), "NULL");
    assert_eq!(ok("\"$subscript\"(map(ARRAY['a'], ARRAY[1]), NULL)"), "NULL");
    assert!(error("\"$subscript\"(map(ARRAY['a'], ARRAY[1]), 'b')").contains("Key not present in map: b"));
    let row = "element_at(zip(ARRAY[7], ARRAY['x']), 1)";
    assert_eq!(ok(&format!("\"$subscript\"({row}, 1)")), "7");
    assert_eq!(ok(&format!("\"$subscript\"({row}, 2)")), "x");
    assert!(error(&format!("\"$subscript\"({row}, 3)")).contains("out of bounds"));
    assert!(error(&format!("\"$subscript\"({row}, 0)")).contains("start at 1"));
    assert!(error(&format!("\"$subscript\"({row}, 'field1')")).contains("Cannot use varchar for subscript of row"));
}

#[test]
fn cardinality_is_null_for_null_only() {
    assert_eq!(ok("cardinality(ARRAY[1, NULL])"), "2");
    assert_eq!(ok("cardinality(ARRAY[])"), "0");
    assert_eq!(ok("cardinality(NULL)"), "NULL");
    assert_eq!(column("cardinality(a)", "(ARRAY[1, 2], 1), (NULL, 1)"), ["2", "NULL"]);
}

#[test]
fn sets_keep_the_first_of_each_value_and_one_null() {
    assert_eq!(ok("array_join(array_distinct(ARRAY['b', NULL, 'a', NULL, 'b']), ',', '?')"), "b,?,a");
    assert_eq!(ok("array_join(array_union(ARRAY[1, NULL], ARRAY[NULL, 2, 2]), ',', '?')"), "1,?,2");
    assert_eq!(ok("array_join(array_intersect(ARRAY[1, NULL, 1], ARRAY[NULL, 1]), ',', '?')"), "1,?");
    assert_eq!(ok("array_join(array_except(ARRAY[1, NULL, 3, 3], ARRAY[1]), ',', '?')"), "?,3");
    assert_eq!(ok("cardinality(array_union(ARRAY[], ARRAY['a']))"), "1");
    assert_eq!(ok("array_union(ARRAY[1], NULL)"), "NULL");
    assert_eq!(ok("array_distinct(NULL)"), "NULL");
    assert_eq!(ok("cardinality(array_distinct(ARRAY[ARRAY[1], ARRAY[1], ARRAY[2]]))"), "2");
    assert!(error("array_union(ARRAY[1], ARRAY['a'])").contains("Unexpected parameters"));
}

#[test]
fn sets_take_numbers_of_different_types() {
    assert_eq!(ok("cardinality(array_union(ARRAY[1], ARRAY[1.0]))"), "1");
    assert_eq!(ok("cardinality(array_except(ARRAY[1, 2], ARRAY[2.5, 2.0]))"), "1");
    assert_eq!(ok("array_position(ARRAY[1.5, 2], 2)"), "2");
}

#[test]
fn arrays_overlap_has_three_values() {
    assert_eq!(ok("arrays_overlap(ARRAY[1, 2], ARRAY[2])"), "true");
    assert_eq!(ok("arrays_overlap(ARRAY[1], ARRAY[2])"), "false");
    assert_eq!(ok("arrays_overlap(ARRAY[1, NULL], ARRAY[1])"), "true");
    assert_eq!(ok("arrays_overlap(ARRAY[1, NULL], ARRAY[NULL])"), "NULL");
    assert_eq!(ok("arrays_overlap(ARRAY[], ARRAY[2])"), "false");
    assert_eq!(ok("arrays_overlap(NULL, ARRAY[2])"), "NULL");
}

#[test]
fn elements_are_sought_and_removed_by_equality() {
    assert_eq!(ok("array_position(ARRAY['a', 'b', 'b'], 'b')"), "2");
    assert_eq!(ok("array_position(ARRAY['a'], NULL)"), "NULL");
    assert_eq!(ok("array_position(ARRAY[], 'a')"), "0");
    assert_eq!(column("array_position(a, x)", "(ARRAY[5, 6], 6), (ARRAY[7], 6), (NULL, 6)"), ["2", "0", "NULL"]);
    assert_eq!(ok("array_join(array_remove(ARRAY['a', NULL, 'b', 'a'], 'a'), ',', '?')"), "?,b");
    assert_eq!(ok("array_remove(ARRAY['a'], NULL)"), "NULL");
    assert!(error("array_position(ARRAY['a'], 1)").contains("Unexpected parameters (array(varchar), bigint)"));
}

#[test]
fn a_sequence_is_found_where_it_begins_within_another() {
    assert_eq!(ok("contains_sequence(ARRAY[1, 1, 2], ARRAY[1, 2])"), "true");
    assert_eq!(ok("contains_sequence(ARRAY[1, 2, 1, 2, 3], ARRAY[1, 2, 3])"), "true");
    assert_eq!(ok("contains_sequence(ARRAY[1, 2], ARRAY[2, 1])"), "false");
    assert_eq!(ok("contains_sequence(ARRAY[1], ARRAY[1, 2])"), "false");
    assert_eq!(ok("contains_sequence(ARRAY[1], ARRAY[])"), "true");
    assert_eq!(ok("contains_sequence(ARRAY[], ARRAY[1])"), "false");
    assert_eq!(ok("contains_sequence(NULL, ARRAY[1])"), "NULL");
    let ones = "repeat(1, 500000)";
    assert_eq!(ok(&format!("contains_sequence({ones}, array_union(repeat(1, 2), ARRAY[2]))")), "false");
    assert_eq!(ok(&format!("contains_sequence({ones}, trim_array({ones}, 250000))")), "true");
}

#[test]
fn extremes_are_null_when_an_element_is() {
    assert_eq!(ok("array_max(ARRAY[3, 10, 2])"), "10");
    assert_eq!(ok("array_min(ARRAY['b', 'a'])"), "a");
    assert_eq!(ok("array_min(ARRAY[3, NULL])"), "NULL");
    assert_eq!(ok("array_max(ARRAY[])"), "NULL");
    assert_eq!(ok("array_max(NULL)"), "NULL");
    assert_eq!(column("array_max(a)", "(ARRAY[1, -2], 1), (ARRAY[-5, -4], 1), (NULL, 1)"), ["1", "-4", "NULL"]);
}

#[test]
fn a_slice_may_begin_anywhere_but_at_zero() {
    let slice = |arguments: &str| ok(&format!("array_join(slice(ARRAY['a', 'b', 'c'], {arguments}), '')"));
    assert_eq!(slice("2, 5"), "bc");
    assert_eq!(slice("-2, 1"), "b");
    assert_eq!(slice("4, 1"), "");
    assert_eq!(slice("-4, 1"), "");
    assert_eq!(slice("1, 0"), "");
    assert_eq!(slice("9223372036854775807, 9223372036854775807"), "");
    assert_eq!(slice("-9223372036854775808, 1"), "");
    assert_eq!(ok("slice(ARRAY[1], NULL, 1)"), "NULL");
    assert!(error("slice(ARRAY[1], 0, 1)").contains("SQL array indices start at 1"));
    assert!(error("slice(ARRAY[1], 1, -1)").contains("length must be greater than or equal to 0"));
}

#[test]
fn an_array_is_trimmed_by_no_more_than_it_has() {
    assert_eq!(ok("array_join(trim_array(ARRAY[1, 2, 3], 2), ',')"), "1");
    assert_eq!(ok("cardinality(trim_array(ARRAY[1], 1))"), "0");
    assert_eq!(ok("trim_array(NULL, 1)"), "NULL");
    assert!(error("trim_array(ARRAY[1], 2)").contains("size must not exceed array cardinality 1: 2"));
    assert!(error("trim_array(ARRAY[1], -1)").contains("size must not be negative: -1"));
}

#[test]
fn flatten_leaves_out_arrays_that_are_null() {
    assert_eq!(ok("array_join(flatten(ARRAY[ARRAY[1, 2], NULL, ARRAY[3]]), ',')"), "1,2,3");
    assert_eq!(ok("cardinality(flatten(ARRAY[ARRAY[], ARRAY[]]))"), "0");
    assert_eq!(ok("cardinality(flatten(ARRAY[]))"), "0");
    assert_eq!(ok("flatten(NULL)"), "NULL");
    assert!(error("flatten(ARRAY[1])").contains("flatten takes an array of arrays"));
}

#[test]
fn repeat_is_limited() {
    assert_eq!(ok("array_join(repeat('x', 3), '')"), "xxx");
    assert_eq!(ok("array_join(repeat(NULL, 2), ',', '?')"), "?,?");
    assert_eq!(ok("cardinality(repeat('x', 0))"), "0");
    assert_eq!(ok("repeat('x', NULL)"), "NULL");
    assert!(error("repeat('x', -1)").contains("greater than or equal to 0"));
    assert!(error("repeat('x', 1000001)").contains("less than or equal to 1000000"));
    assert!(
        error("repeat(repeat(repeat('x', 100), 100), 1000000)").contains("Results of array functions are too large")
    );
}

#[test]
fn shuffle_keeps_the_elements() {
    assert_eq!(ok("array_join(array_sort(shuffle(ARRAY[3, 1, 2])), ',')"), "1,2,3");
    assert_eq!(ok("shuffle(NULL)"), "NULL");
}

#[test]
fn combinations_follow_the_order_of_the_array() {
    let joined =
        |a: &str, n: &str| ok(&format!("array_join(transform(combinations({a}, {n}), c -> array_join(c, '')), ',')"));
    assert_eq!(joined("ARRAY['a', 'b', 'c', 'd']", "2"), "ab,ac,bc,ad,bd,cd");
    assert_eq!(joined("ARRAY['a', 'b']", "2"), "ab");
    assert_eq!(joined("ARRAY['a', 'b']", "3"), "");
    assert_eq!(ok("cardinality(combinations(ARRAY['a'], 0))"), "1");
    assert_eq!(ok("combinations(NULL, 2)"), "NULL");
    assert!(error("combinations(ARRAY[1], 6)").contains("combination size must not exceed 5: 6"));
    assert!(error("combinations(ARRAY[1], -1)").contains("combination size must not be negative: -1"));
    assert!(error("combinations(sequence(1, 1000000), 5)").contains("combinations exceed max size"));
}

#[test]
fn ngrams_of_a_short_array_are_the_array() {
    let joined =
        |n: &str| ok(&format!("array_join(transform(ngrams(ARRAY['a', 'b', 'c'], {n}), g -> array_join(g, '')), ',')"));
    assert_eq!(joined("1"), "a,b,c");
    assert_eq!(joined("2"), "ab,bc");
    assert_eq!(joined("9"), "abc");
    assert!(error("ngrams(ARRAY[1], 0)").contains("N must be positive"));
    assert!(error("ngrams(sequence(1, 1000000), 500000)").contains("Results of array functions are too large"));
}

#[test]
fn zip_fills_up_shorter_arrays() {
    let rows = "zip(ARRAY[1, 2], ARRAY['a'], ARRAY[true, false])";
    assert_eq!(ok(&format!("cardinality({rows})")), "2");
    assert_eq!(ok(&format!("\"$subscript\"(element_at({rows}, 2), 2)")), "NULL");
    assert_eq!(ok(&format!("\"$subscript\"(element_at({rows}, 2), 3)")), "false");
    assert_eq!(ok("zip(ARRAY[1], NULL)"), "NULL");
    assert_eq!(ok("cardinality(zip(ARRAY[], ARRAY[]))"), "0");
}

#[test]
fn sequences_run_both_ways() {
    let joined = |arguments: &str| ok(&format!("array_join(sequence({arguments}), ',')"));
    assert_eq!(joined("1, 4"), "1,2,3,4");
    assert_eq!(joined("4, 1"), "4,3,2,1");
    assert_eq!(joined("1, 10, 4"), "1,5,9");
    assert_eq!(joined("10, 1, -4"), "10,6,2");
    assert_eq!(joined("5, 5"), "5");
    assert_eq!(joined("9223372036854775806, 9223372036854775807"), "9223372036854775806,9223372036854775807");
    assert_eq!(ok("sequence(1, NULL)"), "NULL");
    assert!(error("sequence(1, 10, 0)").contains("step must not be zero"));
    assert!(error("sequence(1, 10, -1)").contains("sequence stop value should be greater than or equal"));
    assert!(error("sequence(1, 1000001)").contains("must not have more than 1000000 entries"));
    assert_eq!(column("array_join(sequence(a, x), ',')", "(1, 3), (2, 1), (NULL, 1)"), ["1,2,3", "2,1", "NULL"]);
}

#[test]
fn sequences_of_dates_and_times_take_intervals() {
    let joined = |arguments: &str| ok(&format!("array_join(sequence({arguments}), ',')"));
    assert_eq!(joined("DATE '2024-02-28', DATE '2024-03-01'"), "2024-02-28,2024-02-29,2024-03-01");
    assert_eq!(joined("DATE '2024-03-01', DATE '2024-02-29'"), "2024-03-01,2024-02-29");
    assert_eq!(
        joined("DATE '2024-01-31', DATE '2024-04-30', INTERVAL '1' MONTH"),
        "2024-01-31,2024-02-29,2024-03-31,2024-04-30"
    );
    assert!(
        error("sequence(DATE '2024-01-01', DATE '2024-01-02', INTERVAL '1' HOUR)")
            .contains("sequence step must be a day interval")
    );
    let times = "sequence(timestamp '2024-01-01 00:00:00', timestamp '2024-01-01 02:00:00', INTERVAL '1' HOUR)";
    assert_eq!(ok(&format!("cardinality({times})")), "3");
    assert!(
        error("sequence(DATE '2024-01-01', DATE '2024-01-02', INTERVAL '0' DAY)").contains("step must not be zero")
    );
}

#[test]
fn elements_are_joined_as_their_texts() {
    assert_eq!(ok("array_join(ARRAY['a', NULL, 'b'], ', ')"), "a, b");
    assert_eq!(ok("array_join(ARRAY['a', NULL], ', ', 'none')"), "a, none");
    assert_eq!(ok("array_join(ARRAY[NULL, NULL], ',')"), "");
    assert_eq!(ok("array_join(ARRAY[true, false], '/')"), "true/false");
    assert_eq!(ok("array_join(ARRAY['', 'b'], '-')"), "-b");
    assert_eq!(ok("array_join(ARRAY['a'], NULL)"), "NULL");
    assert_eq!(ok("array_join(NULL, ',')"), "NULL");
    assert!(error("array_join(ARRAY[ARRAY[1]], ',')").contains("Unexpected parameters"));
    assert!(error("array_join(repeat('0123456789', 1000000), '0123456789')").contains("more than"));
}
