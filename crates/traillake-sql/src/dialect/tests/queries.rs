//! Queries, clauses, and errors in them.

use super::*;

#[test]
fn queries_read_as_in_trino() {
    all_same(&[
        "SELECT DISTINCT a, t.*, b AS c FROM t AS u WHERE x GROUP BY a, 2 HAVING count(*) > 1 ORDER BY a ASC NULLS FIRST",
        "WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a), b AS (SELECT 2) SELECT * FROM a, b",
        "SELECT * FROM t OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY",
        "SELECT * FROM t FETCH FIRST ROWS WITH TIES",
        "SELECT * FROM a CROSS JOIN UNNEST(a.b, c) WITH ORDINALITY AS u (x, y, n)",
        "SELECT * FROM a LEFT JOIN b ON a.x = b.x NATURAL JOIN c FULL JOIN d USING(x)",
        "SELECT * FROM a, LATERAL (SELECT a.x) AS l",
        "SELECT * FROM (SELECT 1), (VALUES (1, 'a'), (2, 'b')) AS v (n, s)",
        "SELECT * FROM a JOIN (b JOIN c ON x) ON y",
        "VALUES (1, 'a'), (2, 'b')",
        "(SELECT 1) UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1) ORDER BY 1",
        "SELECT a FROM t GROUP BY ROLLUP (a, b), CUBE (c), GROUPING SETS ((a, b), (a), ())",
        "SELECT * FROM t WHERE x IN (1, 2) AND y NOT IN (SELECT z FROM u) AND NOT EXISTS (SELECT 1)",
        "SELECT * FROM t WHERE x = ANY(SELECT 1) AND y <> ALL(SELECT 2) AND a NOT LIKE 'b%'",
    ]);
    for (written, expected) in [
        ("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3"),
        ("TABLE t", "SELECT * FROM t"),
        ("VALUES 1, ROW(2), (3)", "VALUES (1), (2), (3)"),
        ("SELECT * FROM ((SELECT 1))", "SELECT * FROM ((SELECT 1))"),
        ("SELECT * FROM ((SELECT 1) UNION SELECT 2) x", "SELECT * FROM ((SELECT 1) UNION SELECT 2) x"),
        ("SELECT * FROM ((SELECT 1) x JOIN b ON c)", "SELECT * FROM ((SELECT 1) x JOIN b ON c)"),
        ("SELECT * FROM a JOIN b JOIN c ON x ON y", "SELECT * FROM a JOIN (b JOIN c ON x) ON y"),
        ("SELECT a FROM t limit limit ALL;", "SELECT a FROM t limit"),
        ("SELECT a limit, b offset FROM t OFFSET 1 LIMIT 2", "SELECT a AS limit, b AS offset FROM t LIMIT 2 OFFSET 1"),
        ("SELECT a FROM t GROUP BY DISTINCT ROLLUP (a), CUBE (a)", "SELECT a FROM t GROUP BY GROUPING SETS ((a), ())"),
        (
            "SELECT a FROM t GROUP BY ROLLUP ((a, b), c)",
            "SELECT a FROM t GROUP BY GROUPING SETS ((a, b, c), (a, b), ())",
        ),
        ("SELECT a FROM t GROUP BY (a, b), (c)", "SELECT a FROM t GROUP BY a, b, c"),
        ("SELECT f(r).*, (a).* FROM t", "SELECT f(r).*, (a).* FROM t"),
        ("/* a */ SELECT -- b\n 1 /* c */ ;", "SELECT 1"),
    ] {
        assert_eq!(query(written).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn set_operations_group_from_left_to_right_and_intersect_first() {
    let Ok(Statement::Query(query)) = statement("SELECT 1 EXCEPT SELECT 2 UNION ALL SELECT 3 INTERSECT SELECT 4")
    else {
        panic!("a query was expected")
    };
    let SetExpr::SetOperation { left, right, .. } = *query.body else { panic!("a union was expected") };
    assert_eq!(left.to_string(), "SELECT 1 EXCEPT SELECT 2");
    assert_eq!(right.to_string(), "SELECT 3 INTERSECT SELECT 4");
}

#[test]
fn clauses_of_other_databases_are_refused() {
    all_refused(&[
        ("SELECT TOP 5 a FROM t", "mismatched input '5'"),
        ("SELECT * EXCLUDE (a) FROM t", "mismatched input 'EXCLUDE'"),
        ("SELECT * EXCEPT (a) FROM t", "mismatched input 'a'"),
        ("SELECT a FROM t QUALIFY b = 1", "mismatched input 'b'"),
        ("SELECT a FROM t WHERE b QUALIFY c", "mismatched input"),
        ("SELECT a FROM t PREWHERE b", "mismatched input 'b'"),
        ("SELECT a FROM t PIVOT (sum(a) FOR b IN (1))", "mismatched input"),
        ("SELECT DISTINCT ON (a) b FROM t", "mismatched input 'ON'"),
        ("SELECT a FROM t LIMIT 1, 2", "OFFSET m LIMIT n"),
        ("SELECT a FROM t LIMIT 1 OFFSET 2", "OFFSET comes before LIMIT"),
        ("SELECT a FROM t LIMIT b", "mismatched input 'b'"),
        ("SELECT a FROM t LEFT SEMI JOIN u ON x", "Expecting: 'JOIN'"),
        ("SELECT a FROM t JOIN u", "Expecting: 'ON', 'USING'"),
        ("SELECT a FROM t CROSS JOIN u ON x", "mismatched input 'ON'"),
        ("SELECT a, FROM t", "mismatched input 'FROM'"),
        ("SELECT FROM t", "mismatched input 'FROM'"),
        ("SELECT a FROM t,", "mismatched input '<EOF>'"),
        ("SELECT a FROM t WHERE WHERE b", "mismatched input 'WHERE'"),
        ("SELECT a FROM FROM t", "mismatched input 'FROM'"),
        ("SELECT a FROM t ORDER BY a USING >", "mismatched input 'USING'"),
        ("SELECT a FROM t FOR SYSTEM_TIME AS OF b", "mismatched input 'FOR'"),
        ("SELECT a FROM t GROUP BY a WITH ROLLUP", "mismatched input 'WITH'"),
        ("SELECT a FROM JSON_TABLE(x, '$')", "JSON_TABLE is not supported"),
        ("SELECT a FROM t UNION BY NAME SELECT b", "mismatched input 'BY'"),
        ("SELECT 1 WHERE x IN ()", "mismatched input ')'"),
        ("SELECT 1 < = 2", "mismatched input '='"),
    ]);
}

#[test]
fn errors_tell_the_place_what_is_there_and_what_may_be() {
    for (sql, expected) in [
        ("SELECT a\n  FROM", "mismatched input '<EOF>'. Expecting: <identifier> at Line: 2, Column: 7"),
        ("SELECT (1", "mismatched input '<EOF>'. Expecting: ')' at Line: 1, Column: 10"),
        ("SELECT CASE a END", "mismatched input 'END'. Expecting: 'WHEN' at Line: 1, Column: 15"),
    ] {
        assert_eq!(query(sql).unwrap_err(), format!("sql parser error: {expected}"), "{sql}");
    }
}
