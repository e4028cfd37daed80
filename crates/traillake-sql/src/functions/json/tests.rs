//! The functions as queries call them.

use crate::testing::{rows, value};

fn is(expression: &str, expected: &str) {
    assert_eq!(value(expression).as_deref(), Ok(expected), "{expression}");
}

fn fails(expression: &str, text: &str) {
    let error = value(expression).unwrap_err();
    assert!(error.contains(text), "{expression}: {error}");
}

const EVENT: &str = r#"'{"eventVersion": "1.08", "requestParameters": {"tagSet": {"items": [{"key": "Name", "value": "w\u00e9b \ud83d\ude00"}]},
    "evaluations": [{"complianceType": "NON_COMPLIANT", "n": 12345678901234567890.10}], "policy": "{\"Version\": \"2012-10-17\"}"},
    "eventData": {"configuration": {"AWS:ComplianceItem": {"Content": {"Patch": {"p1": {"s": 1}}}}}}, "none": null, "empty": {}, "f": false}'"#;

#[test]
fn published_paths_find_their_parts() {
    is(&format!("json_extract_scalar({EVENT}, '$.requestParameters.tagSet.items[0].key')"), "Name");
    is(&format!("json_extract_scalar({EVENT}, '$.requestParameters.tagSet.items[0].value')"), "wéb 😀");
    is(
        &format!("json_extract({EVENT}, '$.eventData.configuration.AWS:ComplianceItem.Content.Patch')"),
        r#"{"p1":{"s":1}}"#,
    );
    is(
        &format!("json_extract({EVENT}, '$.requestParameters.evaluations')"),
        r#"[{"complianceType":"NON_COMPLIANT","n":12345678901234567890.10}]"#,
    );
    is(
        "json_extract_scalar(json_array_get('[{\"complianceType\":\"COMPLIANT\"}]', 0), '$.complianceType')",
        "COMPLIANT",
    );
    is("json_extract_scalar(json_extract('{\"a\":{\"b\":\"c\"}}', '$.a'), '$.b')", "c");
}

#[test]
fn json_inside_of_a_string_is_read_by_a_second_call() {
    is(
        &format!("json_extract_scalar(json_extract_scalar({EVENT}, '$.requestParameters.policy'), '$.Version')"),
        "2012-10-17",
    );
}

#[test]
fn nothing_at_the_path_is_null() {
    for path in [
        "$.x",
        "$.eventVersion.x",
        "$.requestParameters[0]",
        "$.none.x",
        "$.requestParameters.evaluations[1]",
        "$.requestParameters.evaluations.x",
    ] {
        is(&format!("json_extract({EVENT}, '{path}')"), "NULL");
        is(&format!("json_extract_scalar({EVENT}, '{path}')"), "NULL");
        is(&format!("json_size({EVENT}, '{path}')"), "NULL");
    }
}

#[test]
fn values_that_are_no_scalars_have_no_scalar() {
    for path in ["$", "$.none", "$.empty", "$.requestParameters.evaluations"] {
        is(&format!("json_extract_scalar({EVENT}, '{path}')"), "NULL");
    }
    is(&format!("json_extract_scalar({EVENT}, '$.f')"), "false");
    is(&format!("json_extract({EVENT}, '$.none')"), "null");
    is(&format!("json_extract({EVENT}, '$.empty')"), "{}");
    is(&format!("json_extract_scalar({EVENT}, '$.requestParameters.evaluations[0].n')"), "12345678901234567890.10");
}

#[test]
fn a_text_that_is_not_json_as_a_whole_gives_null() {
    for json in
        ["", " ", "x", "{", r#"{"a":1"#, r#"{"a":1} x"#, r#"{"a":1,}"#, r"{a:1}", r#"{"b":tru,"a":1}"#, r#"{"a":01}"#]
    {
        is(&format!("json_extract('{json}', '$.a')"), "NULL");
        is(&format!("json_extract('{json}', '$')"), "NULL");
        is(&format!("json_extract_scalar('{json}', '$.a')"), "NULL");
        is(&format!("json_size('{json}', '$')"), "NULL");
        is(&format!("json_array_length('{json}')"), "NULL");
        is(&format!("json_array_get('{json}', 0)"), "NULL");
        is(&format!("json_array_contains('{json}', 1)"), "NULL");
        fails(&format!("json_parse('{json}')"), "Cannot convert value to JSON");
        fails(&format!("is_json_scalar('{json}')"), "Invalid JSON value");
    }
}

#[test]
fn nulls_give_null() {
    for expression in [
        "json_extract(NULL, '$')",
        "json_extract('{}', NULL)",
        "json_extract_scalar(NULL, '$')",
        "json_extract_scalar('1', NULL)",
        "json_extract_scalar(CAST(NULL AS varchar), '$')",
        "json_size(NULL, '$')",
        "json_array_length(NULL)",
        "json_array_get(NULL, 0)",
        "json_array_get('[1]', NULL)",
        "json_array_contains(NULL, 1)",
        "json_array_contains('[null]', NULL)",
        "json_parse(NULL)",
        "json_format(NULL)",
        "is_json_scalar(NULL)",
    ] {
        is(expression, "NULL");
    }
}

#[test]
fn a_bad_path_is_an_error() {
    fails("json_extract('{}', 'a.')", "Invalid JSON path: 'a.'");
    fails("json_extract_scalar('{}', '$.[*')", "Invalid JSON path: '$.[*'");
    fails("json_size('{}', '')", "Invalid JSON path: ''");
    fails("json_extract(CAST(NULL AS varchar), '$..a')", "Invalid JSON path: '$..a'");
}

#[test]
fn of_equal_names_the_first_is_extracted_and_the_last_parsed() {
    is(r#"json_extract('{"a":1,"a":2}', '$.a')"#, "1");
    is(r#"json_parse('{"a":1,"a":2}')"#, r#"{"a":2}"#);
    is(r#"json_size('{"a":1,"a":2}', '$')"#, "2");
}

#[test]
fn escaped_names_are_found() {
    is(r#"json_extract_scalar('{"\u0061b":1}', '$.ab')"#, "1");
    is(r#"json_extract_scalar('{"\ud800":0,"a\"b\\":2}', '$["a\"b\\"]')"#, "2");
    is(r#"json_extract_scalar('{"a b":{"":3}}', '$["a b"][""]')"#, "3");
    is(r#"json_extract('{"a":"\/\u000A\u001f\ud800"}', '$.a')"#, "\"/\\n\\u001f\u{FFFD}\"");
}

#[test]
fn numbers_in_a_path_count_elements_and_name_members() {
    is("json_extract('[10,[20,30]]', '$[1][0]')", "20");
    is("json_extract('[10,[20,30]]', '$.1.1')", "30");
    is(r#"json_extract('{"0":"x"}', '$[0]')"#, "\"x\"");
    is("json_extract('[1]', '$[99999999999999999999]')", "NULL");
}

#[test]
fn deep_nesting_needs_no_stack() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    is(&format!("json_size('{{\"x\":{deep},\"a\":[1,2]}}', '$.a')"), "2");
    is(&format!("json_array_length('{deep}')"), "1");
    is(&format!("length(json_format(json_extract('{deep}', '$[0]'))) = 0 OR true"), "true");
    fails(&format!("json_parse('{deep}')"), "Cannot convert value to JSON: '[[[");
    is(&format!("json_extract_scalar('{}1{}', '${}')", "[".repeat(300), "]".repeat(300), "[0]".repeat(300)), "1");
}

#[test]
fn the_path_may_change_from_row_to_row() {
    let sql = r#"SELECT json_extract_scalar(j, p) FROM (VALUES ('{"a":1}', '$.a'), ('{"a":1}', '$.b'), ('{"b":2}', '$.b'),
        (NULL, '$.b'), ('{"b":2}', NULL), ('[3]', '$[0]')) AS t(j, p)"#;
    let texts: Vec<String> = rows(sql).unwrap().concat();
    assert_eq!(texts, ["1", "NULL", "2", "NULL", "NULL", "3"]);
}

#[test]
fn elements_are_counted_from_both_ends() {
    is("json_array_get('[1,2,3]', -3)", "1");
    is("json_array_get('[1,2,3]', -4)", "NULL");
    is("json_array_get('[1,2,3]', 3)", "NULL");
    is("json_array_get('[1]', -9223372036854775808)", "NULL");
    is("json_array_get('[null]', 0)", "NULL");
    is(r#"json_array_get('["a\"\u00e9", [ 1 , 2 ]]', 0)"#, "a\"é");
    is(r#"json_array_get('["a", [ 1 , 2 ]]', 1)"#, "[1,2]");
    is("json_array_get('[]', 0)", "NULL");
}

#[test]
fn an_array_contains_what_is_written_as_that_type() {
    is(r#"json_array_contains('["1", "\u0061"]', 'a')"#, "true");
    is(r#"json_array_contains('["1"]', 1)"#, "false");
    is("json_array_contains('[1]', '1')", "false");
    is("json_array_contains('[1.0]', 1)", "false");
    is("json_array_contains('[1]', 1e0)", "false");
    is("json_array_contains('[1.0, 1e400]', 1e0)", "true");
    is("json_array_contains('[-9223372036854775808, 9223372036854775808]', -9223372036854775808)", "true");
    is("json_array_contains('[[true]]', true)", "false");
    is("json_array_contains('[]', true)", "false");
}

#[test]
fn json_parse_normalises() {
    is(r#"json_parse('"x"')"#, "\"x\"");
    is("json_parse('123456789012345678901234567890.10')", "123456789012345678901234567890.10");
    is(r#"json_parse('{"z":{"b":1,"a":2},"a":[{"d":1,"c":2}]}')"#, r#"{"a":[{"c":2,"d":1}],"z":{"a":2,"b":1}}"#);
    is(r#"json_parse('{"b":1, "a":2}') = json_parse('{"a":2,"b":1}')"#, "true");
}

#[test]
fn published_idioms_go_on_with_casts_and_lambdas() {
    let items = r#"json_extract('{"items":[{"y":"a"},{"y":"b"},{}]}', '$.items')"#;
    is(&format!("transform(CAST({items} AS array(json)), x -> json_extract_scalar(x, '$.y'))"), "[a, b, null]");
    is(&format!("filter(CAST({items} AS array(json)), x -> json_extract_scalar(x, '$.y') = 'b')"), r#"[{"y":"b"}]"#);
    let map = r#"json_extract('{"a":{"p":{"s":1},"q":[2]}}', '$.a')"#;
    is(&format!("map_values(CAST({map} AS map(varchar, json)))"), r#"[{"s":1}, [2]]"#);
    is(&format!("CAST({map} AS map(varchar, json))['p']"), r#"{"s":1}"#);
    is("CAST(json_extract('{\"n\":7}', '$.n') AS bigint) + 1", "8");
    is("CAST(json_extract('{\"n\":\"x\"}', '$.n') AS varchar)", "x");
    is("element_at(CAST(json_parse('[\"a\",\"b\"]') AS array(varchar)), 2)", "b");
    is("JSON '{\"b\": 1, \"a\": 2}'", r#"{"a":2,"b":1}"#);
    is("json_array_length(CAST(ARRAY[1, 2] AS json))", "2");
}

#[test]
fn a_member_that_looks_like_the_parsers_mark_hides_nothing() {
    let json = r#"'{"$serde_json::private::Number":"x","a":"seen"}'"#;
    is(&format!("json_extract_scalar({json}, '$.a')"), "seen");
    is(&format!("json_extract_scalar(json_parse({json}), '$.a')"), "seen");
}
