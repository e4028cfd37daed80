//! Lambdas through SQL.

use crate::testing::{rows, value};

fn ok(expression: &str) -> String {
    value(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

fn error(expression: &str) -> String {
    value(expression).expect_err(expression)
}

/// The first column of a query over `t(a, x)` with arrays of numbers and a number.
fn column(select: &str) -> Vec<String> {
    let sql = format!(
        "SELECT {select} FROM (VALUES (ARRAY[1, 2, 3], 2), (ARRAY[], 0), (NULL, 1), (ARRAY[5, NULL], NULL), (ARRAY[4], 3)) t(a, x)"
    );
    let rows = rows(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}

/// Arrays of rows as `resources` has them.
const RESOURCES: &str = "zip(ARRAY['arn:1', 'arn:2'], ARRAY['AWS::S3::Bucket', NULL])";

#[test]
fn matches_have_three_values() {
    let three = |function: &str| {
        ["ARRAY[1, 2, NULL]", "ARRAY[1, NULL]", "ARRAY[1]", "ARRAY[]", "NULL"]
            .map(|array| ok(&format!("{function}({array}, x -> x > 1)")))
    };
    assert_eq!(three("any_match"), ["true", "NULL", "false", "false", "NULL"]);
    assert_eq!(three("all_match"), ["false", "false", "false", "true", "NULL"]);
    assert_eq!(three("none_match"), ["false", "NULL", "true", "true", "NULL"]);
    assert_eq!(ok("all_match(ARRAY[2, NULL], x -> x > 1)"), "NULL");
    assert_eq!(ok("any_match(ARRAY[1], x -> NULL)"), "NULL");
    assert_eq!(ok("any_match(ARRAY[1], x -> true)"), "true");
    assert_eq!(ok("all_match(ARRAY['a', 'b'], x -> x LIKE '_')"), "true");
}

#[test]
fn matches_over_columns_may_use_the_row() {
    assert_eq!(column("any_match(a, e -> e > x)"), ["true", "false", "NULL", "NULL", "true"]);
    assert_eq!(column("all_match(a, e -> e > 0)"), ["true", "true", "NULL", "NULL", "true"]);
    assert_eq!(column("none_match(a, e -> x = 2)"), ["false", "true", "NULL", "NULL", "true"]);
    assert_eq!(column("any_match(ARRAY[1, 2], e -> e = x)"), ["true", "false", "true", "NULL", "false"]);
}

#[test]
fn a_predicate_must_be_boolean() {
    assert!(error("filter(ARRAY[1], x -> x + 1)").contains("must give boolean, not bigint"));
    assert!(error("any_match(ARRAY['a'], x -> 'a')").contains("must give boolean, not varchar"));
    assert!(error("filter(ARRAY[1])").contains("Unexpected parameters"));
    assert!(error("filter('a', x -> true)").contains("Unexpected parameters (varchar) for function filter"));
    assert!(error("filter(ARRAY[1], x -> true, x -> true)").contains("Unexpected parameters"));
}

#[test]
fn filter_keeps_what_is_true() {
    assert_eq!(ok("array_join(filter(ARRAY[5, -6, NULL, 7], x -> x > 0), ',')"), "5,7");
    assert_eq!(ok("cardinality(filter(ARRAY[NULL, 1], x -> x IS NULL))"), "1");
    assert_eq!(ok("cardinality(filter(ARRAY[], x -> true))"), "0");
    assert_eq!(ok("filter(NULL, x -> true)"), "NULL");
    assert_eq!(column("array_join(filter(a, e -> e >= x), ',')"), ["2,3", "", "NULL", "", "4"]);
    assert_eq!(column("cardinality(filter(a, e -> false))"), ["0", "0", "NULL", "0", "0"]);
}

#[test]
fn transform_makes_one_element_of_each() {
    assert_eq!(ok("array_join(transform(ARRAY[1, NULL, 3], x -> x * 2), ',', '?')"), "2,?,6");
    assert_eq!(ok("array_join(transform(ARRAY['a', 'b'], x -> 1), ',')"), "1,1");
    assert_eq!(ok("array_join(transform(ARRAY['a', 'b'], x -> upper(x)), ',')"), "A,B");
    assert_eq!(ok("cardinality(transform(ARRAY[], x -> 1))"), "0");
    assert_eq!(ok("transform(NULL, x -> x)"), "NULL");
    assert_eq!(column("array_join(transform(a, e -> e + x), ',', '?')"), ["3,4,5", "", "NULL", "?,?", "7"]);
    assert_eq!(column("array_join(transform(a, e -> x), ',', '?')"), ["2,2,2", "", "NULL", "?,?", "3"]);
}

#[test]
fn a_lambda_is_not_run_for_no_elements() {
    assert_eq!(ok("cardinality(transform(filter(ARRAY[1], x -> false), x -> 1 / 0))"), "0");
    let found = rows(
        "SELECT cardinality(transform(a, e -> 1 / x)) FROM (VALUES (ARRAY[1], 1), (slice(ARRAY[1], 1, 0), 0)) t(a, x)",
    );
    assert_eq!(found.unwrap(), [["1"], ["0"]]);
}

#[test]
fn lambdas_nest_and_see_what_is_around_them() {
    assert_eq!(
        column("array_join(transform(a, e -> cardinality(filter(ARRAY[1, 2, 3], f -> f > e))), ',', '?')"),
        ["2,1,0", "", "NULL", "0,0", "0"]
    );
    assert_eq!(
        column("array_join(transform(a, e -> reduce(a, x, (s, f) -> s + f * e, s -> s)), ',', '?')"),
        ["8,14,20", "", "NULL", "?,?", "19"]
    );
    assert_eq!(
        ok("array_join(flatten(transform(ARRAY[1, 2], a -> transform(ARRAY[10, 20], b -> a + b))), ',')"),
        "11,21,12,22"
    );
    assert_eq!(ok("array_join(transform(ARRAY[1, 2], x -> any_match(ARRAY[2], x -> x = 2)), ',')"), "true,true");
    assert_eq!(
        ok(
            "array_join(flatten(transform(ARRAY[1], a -> flatten(transform(ARRAY[10], b -> transform(ARRAY[100], c -> a + b + c))))), ',')"
        ),
        "111"
    );
}

#[test]
fn arrays_are_made_of_parameters() {
    assert_eq!(ok("array_join(flatten(transform(ARRAY['a', 'b'], x -> \"$array\"(x, '-'))), '')"), "a-b-");
}

#[test]
fn fields_of_rows_are_read_in_lambdas() {
    assert_eq!(ok(&format!("any_match({RESOURCES}, r -> r[1] = 'arn:2')")), "true");
    assert_eq!(ok(&format!("any_match({RESOURCES}, r -> r[2] = 'AWS::EC2')")), "NULL");
    assert_eq!(ok(&format!("array_join(transform({RESOURCES}, r -> r[1]), ',')")), "arn:1,arn:2");
    assert_eq!(ok(&format!("cardinality(filter({RESOURCES}, r -> r[2] IS NULL))")), "1");
    assert_eq!(ok(&format!("element_at(filter({RESOURCES}, r -> r[1] LIKE '%2'), 1)[1]")), "arn:2");
}

#[test]
fn json_stays_json() {
    let parsed = r#"ARRAY[json_parse('{"a":1}'), json_parse('"t"')]"#;
    assert_eq!(ok(&format!("array_join(transform({parsed}, j -> json_extract_scalar(j, '$.a')), ',', '?')")), "1,?");
    assert_eq!(
        ok(&format!("json_format(element_at(filter({parsed}, j -> json_extract_scalar(j, '$.a') = '1'), 1))")),
        "{\"a\":1}"
    );
    assert_eq!(ok(&format!("array_join(slice({parsed}, 2, 1), ',')")), "t");
}

#[test]
fn reduce_goes_from_the_first_element_to_the_last() {
    assert_eq!(ok("reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s)"), "75");
    assert_eq!(ok("reduce(ARRAY['a', 'b', 'c'], '', (s, x) -> s || x, s -> s || '!')"), "abc!");
    assert_eq!(ok("reduce(ARRAY[], 7, (s, x) -> 1, s -> s)"), "7");
    assert_eq!(ok("reduce(NULL, 7, (s, x) -> s, s -> s)"), "NULL");
    assert_eq!(ok("reduce(ARRAY[5, NULL], 0, (s, x) -> s + x, s -> s)"), "NULL");
    assert_eq!(ok("reduce(ARRAY[5, NULL], 0, (s, x) -> s + coalesce(x, 1), s -> s)"), "6");
    assert_eq!(ok("reduce(ARRAY[1, 3], NULL, (s, x) -> coalesce(s, x), s -> s)"), "1");
    assert_eq!(ok("reduce(ARRAY[1, 2], 0, (s, x) -> s + x, s -> s > 2)"), "true");
    assert_eq!(ok("reduce(ARRAY[1, 2], 0, (s, x) -> x, s -> 'done')"), "done");
}

#[test]
fn the_state_of_reduce_widens_to_what_the_lambda_makes() {
    assert_eq!(ok("reduce(ARRAY[1.5, 2.25], 0, (s, x) -> s + x, s -> s) = 3.75"), "true");
    assert_eq!(ok("reduce(ARRAY[1e0, 2e0], 0, (s, x) -> s + x, s -> s) = 3"), "true");
    assert_eq!(ok("reduce(ARRAY[1, 2], 0, (s, x) -> s + x * 0.5, s -> s) = 1.5"), "true");
    assert!(
        error("reduce(ARRAY[1], 'a', (s, x) -> x, s -> s)")
            .contains("the state is varchar and the lambda makes it bigint")
    );
    assert!(error("reduce(ARRAY[1], 0, (s, x) -> s + x)").contains("Unexpected parameters"));
}

#[test]
fn reduce_works_on_rows_of_different_lengths() {
    assert_eq!(column("reduce(a, x, (s, e) -> s + e, s -> s)"), ["8", "0", "NULL", "NULL", "7"]);
    assert_eq!(column("reduce(a, 0, (s, e) -> s + x, s -> s + x)"), ["8", "0", "NULL", "NULL", "6"]);
    assert_eq!(column("reduce(a, 0, (s, e) -> s * 10 + e, s -> s)"), ["123", "0", "NULL", "NULL", "4"]);
}

#[test]
fn zip_with_fills_up_the_shorter_array() {
    assert_eq!(ok("array_join(zip_with(ARRAY[1, 2], ARRAY[10], (x, y) -> x + y), ',', '?')"), "11,?");
    assert_eq!(ok("array_join(zip_with(ARRAY['a'], ARRAY['b', 'c'], (x, y) -> coalesce(x, '-') || y), ',')"), "ab,-c");
    assert_eq!(ok("zip_with(NULL, ARRAY[1], (x, y) -> y)"), "NULL");
    assert_eq!(ok("cardinality(zip_with(ARRAY[], ARRAY[], (x, y) -> 1))"), "0");
    assert_eq!(
        column("array_join(zip_with(a, ARRAY[1, 1], (e, f) -> e + f + x), ',', '?')"),
        ["4,5,?", "?,?", "NULL", "?,?", "8,?"]
    );
}

#[test]
fn array_sort_puts_nulls_last() {
    assert_eq!(ok("array_join(array_sort(ARRAY[3, NULL, 1, 2]), ',', '?')"), "1,2,3,?");
    assert_eq!(ok("array_join(array_sort(ARRAY['b', 'B', 'é', 'a']), ',')"), "B,a,b,é");
    assert_eq!(ok("cardinality(array_sort(ARRAY[]))"), "0");
    assert_eq!(ok("array_sort(NULL)"), "NULL");
    assert_eq!(column("array_join(array_sort(a), ',', '?')"), ["1,2,3", "", "NULL", "5,?", "4"]);
    assert!(error("array_sort(1)").contains("Unexpected parameters"));
}

#[test]
fn array_sort_follows_a_comparator() {
    let down = "(p, q) -> CASE WHEN p < q THEN 1 WHEN p > q THEN -1 ELSE 0 END";
    assert_eq!(ok(&format!("array_join(array_sort(ARRAY[3, 1, 5, 2, 4], {down}), ',')")), "5,4,3,2,1");
    assert_eq!(
        column(&format!("array_join(array_sort(transform(a, e -> coalesce(e, 0)), {down}), ',')")),
        ["3,2,1", "", "NULL", "5,0", "4"]
    );
    let by_length = "(p, q) -> CASE WHEN length(p) < length(q) THEN -1 WHEN length(p) > length(q) THEN 1 ELSE 0 END";
    assert_eq!(
        ok(&format!("array_join(array_sort(ARRAY['bbb', 'a', 'dd', 'cc', 'e'], {by_length}), ',')")),
        "a,e,dd,cc,bbb"
    );
    assert!(error("array_sort(ARRAY[1, 2], (p, q) -> 7)").contains("Lambda comparator must return either -1, 0, or 1"));
    assert!(
        error("array_sort(ARRAY[1, 2], (p, q) -> NULL)").contains("Lambda comparator must return either -1, 0, or 1")
    );
    assert!(error("array_sort(ARRAY[1, 2], (p, q) -> p < q)").contains("must give an integer, not boolean"));
}

#[test]
fn a_long_array_is_sorted_by_a_comparator() {
    let sorted = ok("array_sort(sequence(1, 999), (p, q) -> CASE WHEN p < q THEN 1 ELSE -1 END) = sequence(999, 1)");
    assert_eq!(sorted, "true");
}

#[test]
fn map_filter_sees_keys_and_values() {
    let map = "map(ARRAY['a', 'b', 'c'], ARRAY[1, 2, NULL])";
    assert_eq!(ok(&format!("array_join(map_keys(map_filter({map}, (k, v) -> v > 1 OR k = 'a')), ',')")), "a,b");
    assert_eq!(ok(&format!("array_join(map_keys(map_filter({map}, (k, v) -> v IS NULL)), ',')")), "c");
    assert_eq!(ok("map_filter(NULL, (k, v) -> true)"), "NULL");
    assert_eq!(ok("cardinality(map_filter(\"$map\"(), (k, v) -> true))"), "0");
    assert!(error(&format!("map_filter({map}, (k, v) -> k)")).contains("must give boolean, not varchar"));
    assert!(error("map_filter(ARRAY[1], (k, v) -> true)").contains("Unexpected parameters"));
}

#[test]
fn keys_and_values_are_transformed() {
    let map = "map(ARRAY['a', 'b'], ARRAY[1, NULL])";
    assert_eq!(ok(&format!("array_join(map_keys(transform_keys({map}, (k, v) -> upper(k))), ',')")), "A,B");
    assert_eq!(
        ok(&format!("array_join(map_values(transform_values({map}, (k, v) -> coalesce(v, 0) + 1)), ',')")),
        "2,1"
    );
    assert_eq!(ok(&format!("array_join(map_values(transform_values({map}, (k, v) -> k)), ',')")), "a,b");
    assert!(error(&format!("transform_keys({map}, (k, v) -> 'x')")).contains("Duplicate map keys (x) are not allowed"));
    assert!(error(&format!("transform_keys({map}, (k, v) -> v)")).contains("map key cannot be null"));
    assert_eq!(ok("transform_keys(NULL, (k, v) -> k)"), "NULL");
    assert_eq!(ok("transform_values(NULL, (k, v) -> k)"), "NULL");
}

#[test]
fn map_zip_with_has_the_keys_of_both() {
    let zipped = "map_zip_with(map(ARRAY['a', 'b'], ARRAY[1, 2]), map(ARRAY['b', 'c'], ARRAY[10, 20]), \
                  (k, v, w) -> coalesce(v, 0) + coalesce(w, 0))";
    assert_eq!(ok(&format!("array_join(map_keys({zipped}), ',')")), "a,b,c");
    assert_eq!(ok(&format!("array_join(map_values({zipped}), ',')")), "1,12,20");
    assert_eq!(ok("map_zip_with(NULL, map(ARRAY[1], ARRAY[2]), (k, v, w) -> w)"), "NULL");
    let keys = "map_zip_with(map(ARRAY['a'], ARRAY[1]), map(ARRAY['c'], ARRAY[2]), (k, v, w) -> k)";
    assert_eq!(ok(&format!("array_join(map_values({keys}), ',')")), "a,c");
}

#[test]
fn many_elements_are_taken_in_chunks() {
    assert_eq!(ok("reduce(transform(sequence(1, 100000), x -> x * 2), 0, (s, x) -> x, s -> s)"), "200000");
    assert_eq!(ok("cardinality(filter(sequence(1, 1000000), x -> x % 2 = 0))"), "500000");
    let found = rows(
        "SELECT sum(cardinality(filter(sequence(1, 20000), e -> e > x))) FROM (VALUES (0), (10000), (20000)) t(x)",
    );
    if let Ok(found) = found {
        assert_eq!(found, [["30000"]]);
    }
}

#[test]
fn lambdas_work_wherever_expressions_stand() {
    let values = "(VALUES ('a', ARRAY[1, 2], 1), ('b', ARRAY[3], 5), ('c', NULL, 7)) t(name, list, least)";
    let names = |clauses: &str| {
        let sql = format!("SELECT name FROM {values} {clauses}");
        let rows = rows(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.into_iter().map(|row| row.concat()).collect::<String>()
    };
    assert_eq!(names("WHERE any_match(list, x -> x > least)"), "a");
    assert_eq!(names("WHERE list IS NULL OR none_match(list, x -> x > least) ORDER BY name DESC"), "cb");
    assert_eq!(names("ORDER BY reduce(list, least, (s, x) -> s - x, s -> s), name"), "abc");
    let sql = |sql: &str| rows(&sql.replace('$', values)).unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert_eq!(
        sql(
            "SELECT any_match(list, x -> x > 2) AS big, count(*) AS n FROM $ GROUP BY any_match(list, x -> x > 2) ORDER BY 1"
        ),
        [["false", "1"], ["true", "1"], ["NULL", "1"]]
    );
    assert_eq!(sql("SELECT max(cardinality(filter(list, x -> x > least))) AS m FROM $"), [["1"]]);
    assert_eq!(
        sql(
            "SELECT s.name FROM $ JOIN (SELECT name, list FROM $) s ON t.name = s.name AND any_match(s.list, x -> x > t.least)"
        ),
        [["a"]]
    );
    assert_eq!(
        sql("SELECT name FROM $ WHERE EXISTS (SELECT 1 FROM (VALUES ('b', 2)) u(name, n) \
             WHERE u.name = t.name AND any_match(ARRAY[1, 3], x -> x > u.n))"),
        [["b"]]
    );
    assert_eq!(
        sql("SELECT name, big FROM (SELECT name, least, filter(list, x -> x >= least) AS big FROM $) s \
             WHERE cardinality(big) > 1 AND any_match(big, x -> x = least)")
        .len(),
        1
    );
}
