//! Paths of the SQL standard, and the functions that follow them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::evaluate::Evaluated;
use super::syntax::StandardPath;
use crate::testing::{rows, value};

fn document() -> Value {
    json!({
        "name": "event", "n": 3, "f": 2.5, "neg": -7, "none": null, "flag": true,
        "tags": [{"k": "env", "v": "prod"}, {"k": "Team", "v": "sec"}, {"k": "cost", "v": 7}],
        "matrix": [[1, 2], [3, 4]], "list": [10, 20, 30], "text": "12.5", "a b": {"x": {"k": "deep"}},
    })
}

fn found(path: &str) -> Evaluated<Vec<Value>> {
    StandardPath::parse(path).map_err(|error| error.to_string())?.evaluate(&document())
}

fn finds(path: &str, expected: Value) {
    assert_eq!(found(path).map(Value::from), Ok(expected), "{path}");
}

fn is(expression: &str, expected: &str) {
    assert_eq!(value(expression).as_deref(), Ok(expected), "{expression}");
}

#[test]
fn members_and_elements_are_found() {
    finds("$.name", json!(["event"]));
    finds("lax $.tags[1].k", json!(["Team"]));
    finds("strict $.\"a b\".x.k", json!(["deep"]));
    finds("$.list[0, 2]", json!([10, 30]));
    finds("$.list[1 to last]", json!([20, 30]));
    finds("$.list[last]", json!([30]));
    finds("$.list[last - 1]", json!([20]));
    finds("$.list[*]", json!([10, 20, 30]));
    finds("$.matrix[*][0]", json!([1, 3]));
    finds("$.\"a b\".*", json!([{"k": "deep"}]));
    finds("$..k", json!(["env", "Team", "cost", "deep"]));
}

#[test]
fn lax_unwraps_and_overlooks() {
    finds("lax $.tags.k", json!(["env", "Team", "cost"]));
    finds("lax $.name.x", json!([]));
    finds("lax $.absent", json!([]));
    finds("lax $.name[0]", json!(["event"]));
    finds("lax $.name[*]", json!(["event"]));
    finds("lax $.list[7]", json!([]));
    finds("lax $.list[2 to 1]", json!([]));
    finds("lax $.list[-1 to 0]", json!([10]));
    finds("lax $.list[1 to 99999999999]", json!([20, 30]));
}

#[test]
fn strict_insists() {
    for path in [
        "strict $.tags.k",
        "strict $.absent",
        "strict $.name[0]",
        "strict $.list[7]",
        "strict $.list[2 to 1]",
        "strict $.name.*",
        "strict $.name[*]",
        "strict $.name.size()",
        "strict $.list.abs()",
    ] {
        assert!(found(path).is_err(), "{path}");
    }
}

#[test]
fn filters_keep_what_holds() {
    finds("$.tags ? (@.k == \"env\").v", json!(["prod"]));
    finds("$.tags[*] ? (@.v > 5).k", json!(["cost"]));
    finds("$.list ? (@ >= 20 && @ < 30 || @ == 10)", json!([10, 20]));
    finds("$.list ? (!(@ == 10))", json!([20, 30]));
    finds("$.tags ? (@.k starts with \"c\").k", json!(["cost"]));
    finds("$.tags ? (@.k like_regex \"^t.*m$\" flag \"i\").k", json!(["Team"]));
    finds("$.tags ? (@.k like_regex \"t.am\" flag \"q\").k", json!([]));
    finds("$ ? (exists(@.tags[*] ? (@.k == \"env\"))).name", json!(["event"]));
    finds("strict $.tags[*] ? ((@.v > 5) is unknown).k", json!(["env", "Team"]));
    finds("$.tags ? ((@.k == \"env\" || @.k == \"cost\") && (@.v != \"x\")).k", json!(["env"]));
    finds("$ ? ((@.n + 1) * 2 == 8).n", json!([3]));
    finds("$ ? (@.none == null).n", json!([3]));
    finds("$ ? (@.tags == 1).n", json!([]));
    finds("$ ? (@.n <> null).n", json!([3]));
    finds("$ ? (@.flag == true).n", json!([3]));
    finds("$ ? (@.name == 3).n", json!([]));
}

#[test]
fn methods_and_arithmetic_calculate() {
    finds("$.list.size()", json!([3]));
    finds("$.n.size()", json!([1]));
    finds(
        "$.*.type()",
        json!([
            "string", "number", "number", "number", "null", "boolean", "array", "array", "array", "string", "object"
        ]),
    );
    finds("$.text.double()", json!([12.5]));
    finds("$.f.ceiling()", json!([3.0]));
    finds("$.f.floor()", json!([2.0]));
    finds("$.neg.abs()", json!([7]));
    finds("-$.list[*]", json!([-10, -20, -30]));
    finds("$.n * 2 + $.f / 2 - 1", json!([6.25]));
    finds("$.neg / 2", json!([-3]));
    finds("$.neg % 4", json!([-3]));
    finds("$.\"a b\".x.keyvalue().name", json!(["k"]));
    finds("$.tags[0].keyvalue() ? (@.name == \"v\").value", json!(["prod"]));
    for path in [
        "$.n / 0",
        "$.n % 0",
        "$.name + 1",
        "$.list + 1",
        "9223372036854775807 + $.n",
        "$.name.double()",
        "$.n.keyvalue()",
        "last",
    ] {
        assert!(found(path).is_err(), "{path}");
    }
}

#[test]
fn what_is_no_path_is_an_error_that_shows_it() {
    for path in [
        "",
        "lax",
        "a",
        "$.",
        "$[",
        "$[]",
        "$[*",
        "$ $",
        "$.a ? @",
        "$ ? (@.a)",
        "$ ? (1 + (@ == 2))",
        "$.a.nope()",
        "$name",
        "$ ? (@ == \"x)",
        "$ ? (@ like_regex \"(\")",
        "$ ? (@ like_regex \"a\" flag \"z\")",
        "$ ? (@ starts \"a\")",
        "$#",
        "1 ==",
        "$ == 1",
        "$.a[1 to]",
    ] {
        let error = StandardPath::parse(path).unwrap_err().to_string();
        assert!(error.contains("Invalid JSON path: '"), "{path}: {error}");
    }
}

#[test]
fn hostile_paths_end() {
    let nested = format!("$ ? ({}@ == 1{})", "(".repeat(100_000), ")".repeat(100_000));
    assert!(StandardPath::parse(&nested).is_err());
    assert!(StandardPath::parse(&("-".repeat(100_000) + "1")).is_err());
    finds(&format!("0{}", " + 1".repeat(50_000)), json!([50_000]));
    finds(&format!("$.n{}", "[0]".repeat(50_000)), json!([3]));
    let doubling = format!("lax $.n{}", "[0, 0]".repeat(60));
    assert!(found(&doubling).unwrap_err().contains("limit"));
    let backtracking = StandardPath::parse("$ ? (@ like_regex \"(?=(a+)+b)c\")").unwrap();
    assert_eq!(backtracking.evaluate(&json!("a".repeat(60))), Ok(vec![]));
}

#[test]
fn the_hidden_functions_follow_their_clauses() {
    is(r#""$json_exists"('{"a":1}', 'lax $.a', 'false')"#, "true");
    is(r#""$json_exists"('{"a":1}', 'strict $.b', 'true')"#, "true");
    is(r#""$json_exists"('x', '$', 'unknown')"#, "NULL");
    is(r#""$json_exists"(NULL, '$', 'true')"#, "NULL");
    assert!(value(r#""$json_exists"('x', '$', 'error')"#).unwrap_err().contains("not valid JSON"));
    is(r#""$json_query"('{"a":[1, "x"]}', '$.a[*]', 'unconditional', 'keep', 'null', 'null')"#, r#"[1,"x"]"#);
    is(r#""$json_query"('{"a":[1]}', '$.a', 'conditional', 'keep', 'null', 'null')"#, "[1]");
    is(r#""$json_query"('{"a":[1]}', '$.a', 'unconditional', 'keep', 'null', 'null')"#, "[[1]]");
    is(r#""$json_query"('{"a":1}', '$.a', 'conditional', 'keep', 'null', 'null')"#, "[1]");
    is(r#""$json_query"('{"a":"x"}', '$.a', 'without', 'omit', 'null', 'null')"#, "x");
    is(r#""$json_query"('{"a":"x"}', '$.a', 'without', 'keep', 'null', 'null')"#, "\"x\"");
    is(r#""$json_query"('{}', '$.a', 'without', 'keep', 'empty object', 'null')"#, "{}");
    is(r#""$json_query"('[1,2]', '$[*]', 'without', 'keep', 'null', 'empty array')"#, "[]");
}

#[test]
fn json_value_casts_and_falls_back() {
    let call = |path: &str, clauses: &str| {
        value(&format!(r#""$json_value"('{{"a":"x","n":41,"o":{{}},"z":null,"b":true}}', '{path}', {clauses})"#))
    };
    let plain = "NULL, 'null', NULL, 'null', NULL";
    assert_eq!(call("$.a", plain).as_deref(), Ok("x"));
    assert_eq!(call("$.b", plain).as_deref(), Ok("true"));
    assert_eq!(call("$.z", plain).as_deref(), Ok("NULL"));
    assert_eq!(call("$.o", plain).as_deref(), Ok("NULL"));
    assert_eq!(call("$.n + 1", "'bigint', 'null', NULL, 'null', NULL").as_deref(), Ok("42"));
    assert_eq!(call("$.a", "'bigint', 'null', NULL, 'null', NULL").as_deref(), Ok("NULL"));
    assert_eq!(call("$.a", "'bigint', 'null', NULL, 'default', 5").as_deref(), Ok("5"));
    assert!(call("$.a", "'bigint', 'null', NULL, 'error', NULL").is_err());
    assert_eq!(call("$.q", "NULL, 'default', 'none', 'null', NULL").as_deref(), Ok("none"));
    assert!(call("$.q", "NULL, 'error', NULL, 'null', NULL").unwrap_err().contains("finds nothing"));
    assert_eq!(value(r#""$json_value"(NULL, '$', NULL, 'default', 'x', 'default', 'y')"#).as_deref(), Ok("NULL"));
    let sql = r#"SELECT "$json_value"(j, '$.a', 'bigint', 'default', -1, 'default', -2) FROM (VALUES ('{"a":1}'), ('{}'), ('{'), ('{"a":null}'), (NULL)) AS t(j)"#;
    assert_eq!(rows(sql).unwrap().concat(), ["1", "-1", "-2", "NULL", "NULL"]);
}

#[test]
fn objects_and_arrays_are_built() {
    is(
        r#""$json_object"('null', 'a', 1, 'b', NULL, 'c', 'x"y', 'd', json_parse('[1]'))"#,
        r#"{"a":1,"b":null,"c":"x\"y","d":[1]}"#,
    );
    is(r#""$json_object"('absent', 'a', NULL, 'b', 1.5)"#, r#"{"b":1.5}"#);
    is(r#""$json_object"('null')"#, "{}");
    is(r#""$json_object"('null', 1, 2, 1, 3)"#, r#"{"1":2,"1":3}"#);
    assert!(value(r#""$json_object"('absent unique', 'a', 1, 'a', NULL)"#).unwrap_err().contains("duplicate key"));
    assert!(value(r#""$json_object"('null', NULL, 1)"#).unwrap_err().contains("null value passed for JSON object key"));
    is(r#""$json_array"('absent', 1, NULL, 'é', true)"#, r#"[1,"é",true]"#);
    is(r#""$json_array"('null', NULL)"#, "[null]");
    is(r#""$json_array"('absent')"#, "[]");
}

#[test]
fn the_clauses_are_written_as_in_the_standard() {
    is("json_exists('{}', 'strict $.a' TRUE ON ERROR)", "true");
    is(r#"json_query('["x"]', 'lax $[*]' WITHOUT ARRAY WRAPPER OMIT QUOTES ON SCALAR STRING)"#, "x");
    is("json_query('[1, 2]', 'lax $[*]' WITH CONDITIONAL ARRAY WRAPPER)", "[1,2]");
    is("json_query('{', 'lax $' EMPTY OBJECT ON ERROR)", "{}");
    is("json_value('[\"5\"]', 'lax $[0]' RETURNING bigint NULL ON EMPTY DEFAULT 0 ON ERROR) + 1", "6");
    is("json_value('[]', 'lax $[0]' RETURNING double DEFAULT 1.5 ON EMPTY)", "1.5");
    is("json_object('a' : '[1]' FORMAT JSON, KEY 'b' VALUE ARRAY['x'] WITH UNIQUE KEYS)", r#"{"a":[1],"b":["x"]}"#);
    is("json_array(1, NULL, '{}' FORMAT JSON)", "[1,{}]");
    is("json_array()", "[]");
}

proptest! {
    #[test]
    fn no_path_makes_the_engine_fail_otherwise_than_with_an_error(path in "(lax |strict |)[$@a.*?()\\[\\]\"0-9 =<&|!+,-]{0,30}") {
        if let Ok(path) = StandardPath::parse(&path) {
            let _ = path.evaluate(&document());
        }
    }
}
