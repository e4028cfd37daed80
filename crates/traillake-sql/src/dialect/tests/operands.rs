//! Casts, functions with their own grammar, calls, windows.

use super::*;

#[test]
fn casts_and_types_become_calls() {
    all_become(&[
        ("CAST(x AS map(varchar, JSON))", "\"$cast\"(x, 'map(varchar, json)')"),
        ("try_cast(x as Int)", "\"$try_cast\"(x, 'integer')"),
        ("CAST(x AS timestamp(3) with time zone)", "\"$cast\"(x, 'timestamp(3) with time zone')"),
        ("CAST(x AS timestamp without time zone)", "\"$cast\"(x, 'timestamp(3)')"),
        ("CAST(x AS double precision)", "\"$cast\"(x, 'double')"),
        ("CAST(x AS decimal(10, 2) array)", "\"$cast\"(x, 'array(decimal(10,2))')"),
        ("CAST(x AS array<map<varchar,array<bigint>>>)", "\"$cast\"(x, 'array(map(varchar, array(bigint)))')"),
        (
            "CAST(x AS ROW(a bigint, \"B c\" varchar(3), date, t timestamp with time zone, l array(json)))",
            "\"$cast\"(x, 'row(a bigint, \"b c\" varchar(3), date, t timestamp(3) with time zone, l array(json))')",
        ),
        (
            "CAST(x AS row(double precision, interval day to second, interval interval year to month))",
            "\"$cast\"(x, 'row(double, interval day to second, interval interval day to second)')",
        ),
        ("TRY(a / b)", "\"$try\"(\"$\" -> a / b)"),
        ("IF(a, 1)", "CASE WHEN a THEN 1 END"),
        ("if(a > 1, 'x', 'y')", "CASE WHEN a > 1 THEN 'x' ELSE 'y' END"),
        ("ROW(1, 'a')", "\"$row\"(1, 'a')"),
        ("(1, 'a')", "\"$row\"(1, 'a')"),
        ("m['k'][1].f.g", "\"$subscript\"(\"$subscript\"(m, 'k'), 1).f.g"),
        ("x AT TIME ZONE 'UTC'", "at_timezone(x, 'UTC')"),
        ("ARRAY[1, ARRAY[]]", "\"$array\"(1, \"$array\"())"),
        ("MAP(ARRAY['a'], ARRAY[1])", "\"$map\"(\"$array\"('a'), \"$array\"(1))"),
    ]);
    all_refused(&[
        ("SELECT CAST(x AS string)", "Unknown type: string at Line: 1, Column: 18"),
        ("SELECT CAST(x AS decimal(39))", "a number from 1 to 38 is expected at Line: 1, Column: 26"),
        ("SELECT CAST(x AS timestamp(13))", "a number from 0 to 12 is expected"),
        ("SELECT CAST(x AS map(varchar))", "mismatched input ')'. Expecting: ',' at Line: 1, Column: 29"),
        ("SELECT CAST(x AS decimal(3, 4))", "a number from 0 to 3 is expected"),
        ("SELECT CAST(x AS array(row(a hyperloglog)))", "Unknown type: hyperloglog at Line: 1, Column: 30"),
        ("SELECT CAST(x AS time with time zone)", "Unknown type: time with time zone"),
        ("SELECT CAST(x AS)", "mismatched input ')'. Expecting: <type>"),
        ("SELECT CAST(x, bigint)", "Expecting: 'AS'"),
        ("SELECT IF(a)", "Invalid number of arguments for 'if'"),
        ("SELECT TRY(a, b)", "exactly one argument"),
        ("SELECT CONVERT(x USING utf8)", "mismatched input 'USING'"),
    ]);
}

#[test]
fn functions_with_their_own_grammar_become_calls() {
    all_become(&[
        ("EXTRACT(DOW FROM x), extract(week from x)", "day_of_week(x), week(x)"),
        ("TRIM(x), trim(x, 'a'), TRIM(BOTH FROM x)", "trim(x), trim(x, 'a'), trim(x)"),
        ("TRIM('a' FROM x), TRIM(LEADING 'a' FROM x), TRIM(TRAILING FROM x)", "trim(x, 'a'), ltrim(x, 'a'), rtrim(x)"),
        (
            "SUBSTRING(s FROM 2 FOR 3), substring(s, 2), SUBSTRING(s FROM 2)",
            "substr(s, 2, 3), substring(s, 2), substr(s, 2)",
        ),
        ("POSITION('a' IN s || 'b')", "strpos(s || 'b', 'a')"),
        ("NORMALIZE(s), normalize(s, nfd)", "normalize(s), normalize(s, 'NFD')"),
        ("GROUPING(a, t.b)", "grouping(a, t.b)"),
        ("LISTAGG(x, ',') WITHIN GROUP (ORDER BY y DESC)", "listagg(x, ',' ORDER BY y DESC)"),
        (
            "listagg(DISTINCT x, ',' ON OVERFLOW TRUNCATE WITHOUT COUNT) WITHIN GROUP (ORDER BY y, z) FILTER (WHERE a)",
            "listagg(DISTINCT x, ',', 'truncate', '...', false ORDER BY y, z) FILTER (WHERE a)",
        ),
        (
            "JSON_EXISTS(s, 'lax $.a'), JSON_EXISTS(s, '$' ERROR ON ERROR)",
            "\"$json_exists\"(s, 'lax $.a', 'false'), \"$json_exists\"(s, '$', 'error')",
        ),
        ("JSON_VALUE(s, '$.a')", "\"$json_value\"(s, '$.a', 'varchar', 'null', NULL, 'null', NULL)"),
        (
            "JSON_VALUE(s, '$.a' RETURNING bigint DEFAULT 0 ON EMPTY ERROR ON ERROR)",
            "\"$json_value\"(s, '$.a', 'bigint', 'default', 0, 'error', NULL)",
        ),
        ("JSON_QUERY(s, '$.a')", "\"$json_query\"(s, '$.a', 'without', 'keep', 'null', 'null')"),
        (
            "JSON_QUERY(s, '$.a' WITH CONDITIONAL ARRAY WRAPPER OMIT QUOTES ON SCALAR STRING EMPTY ARRAY ON ERROR)",
            "\"$json_query\"(s, '$.a', 'conditional', 'omit', 'null', 'empty array')",
        ),
        ("JSON_OBJECT('a' : 1, KEY 'b' VALUE c ABSENT ON NULL)", "\"$json_object\"('absent', 'a', 1, 'b', c)"),
        (
            "JSON_OBJECT(key : value WITH UNIQUE KEYS), JSON_OBJECT()",
            "\"$json_object\"('null unique', key, value), \"$json_object\"('null')",
        ),
        (
            "JSON_ARRAY(1, x FORMAT JSON NULL ON NULL), JSON_ARRAY()",
            "\"$json_array\"('null', 1, json_parse(x)), \"$json_array\"('absent')",
        ),
    ]);
    all_refused(&[
        ("SELECT EXTRACT(epoch FROM x)", "Invalid EXTRACT field: epoch"),
        ("SELECT JSON_EXISTS(s, '$' PASSING a AS b)", "PASSING is not supported"),
        ("SELECT LISTAGG(x, ',')", "Expecting: 'WITHIN'"),
        ("SELECT normalize(s, 'NFC')", "Expecting: 'NFC', 'NFD', 'NFKC', 'NFKD'"),
    ]);
}

#[test]
fn calls_lambdas_and_windows_are_kept() {
    all_become(&[
        ("transform(a, x -> filter(x, (k, v) -> k = v))", "transform(a, x -> filter(x, (k, v) -> k = v))"),
        (
            "count(*), count(DISTINCT a), array_agg(a ORDER BY b DESC NULLS LAST)",
            "count(*), count(DISTINCT a), array_agg(a ORDER BY b DESC NULLS LAST)",
        ),
        ("sum(a) FILTER (WHERE b > 1)", "sum(a) FILTER (WHERE b > 1)"),
        (
            "lag(a, 1) IGNORE NULLS OVER (PARTITION BY b ORDER BY c)",
            "lag(a, 1) IGNORE NULLS OVER (PARTITION BY b ORDER BY c)",
        ),
        (
            "sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING)",
            "sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING)",
        ),
        ("sum(a) OVER (GROUPS CURRENT ROW)", "sum(a) OVER (GROUPS CURRENT ROW)"),
        ("count(*) over, count(*) filter, f(x) ignore", "count(*) AS over, count(*) AS filter, f(x) AS ignore"),
        ("a.b.c(1)", "a.b.c(1)"),
        (
            "(x), (SELECT 1), ((SELECT 1) UNION SELECT 2), ((SELECT 1) + 1)",
            "(x), (SELECT 1), ((SELECT 1) UNION SELECT 2), ((SELECT 1) + 1)",
        ),
        ("(a).b, f(x).y", "(a).b, f(x).y"),
    ]);
    all_refused(&[
        ("SELECT f(x) IGNORE NULLS", "Expecting: 'OVER'"),
        ("SELECT count(t.*)", "mismatched input"),
        ("SELECT f(a => 1)", "mismatched input '=>'"),
        ("SELECT f(SELECT 1)", "Expecting: <expression>"),
        ("SELECT sum(a) OVER w", "Cannot resolve WINDOW name w"),
        ("SELECT sum(a) OVER (w ORDER BY b)", "Cannot resolve WINDOW name w"),
    ]);
}

#[test]
fn windows_are_written_out_where_they_are_named() {
    let sql = query("SELECT sum(a) OVER w, max(a) OVER (W ORDER BY b) FROM t WINDOW w AS (PARTITION BY c), v AS (w ORDER BY d) ORDER BY min(a) OVER v").unwrap();
    assert!(
        sql.starts_with("SELECT sum(a) OVER (PARTITION BY c), max(a) OVER (PARTITION BY c ORDER BY b) FROM t"),
        "{sql}"
    );
    assert!(sql.ends_with("ORDER BY min(a) OVER (PARTITION BY c ORDER BY d)"), "{sql}");
}
