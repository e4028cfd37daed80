//! EXPLAIN, SHOW and DESCRIBE, and what a statement may not be.

use super::*;

#[test]
fn explain_takes_a_query() {
    all_same(&[
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "EXPLAIN VERBOSE SELECT 1",
        "EXPLAIN ANALYZE VERBOSE SELECT 1",
        "EXPLAIN WITH a AS (SELECT 1) SELECT * FROM a",
        "EXPLAIN (SELECT 1) UNION SELECT 2",
    ]);
    assert_eq!(query("EXPLAIN TABLE t").as_deref(), Ok("EXPLAIN SELECT * FROM t"));
    all_refused(&[
        ("EXPLAIN", "mismatched input '<EOF>'. Expecting: 'ANALYZE', 'SELECT'"),
        ("EXPLAIN ANALYZE", "Expecting: 'SELECT'"),
        ("EXPLAIN VERBOSE ANALYZE SELECT 1", "mismatched input 'ANALYZE'"),
        ("EXPLAIN EXPLAIN SELECT 1", "mismatched input 'EXPLAIN'"),
        ("EXPLAIN ANALYZE INSERT INTO t SELECT 1", "mismatched input 'INSERT'"),
        ("EXPLAIN DESCRIBE t", "mismatched input 'DESCRIBE'"),
        ("EXPLAIN FORMAT TREE SELECT 1", "mismatched input 'FORMAT'"),
        ("EXPLAIN (TYPE LOGICAL) SELECT 1", "EXPLAIN takes no options"),
        ("EXPLAIN (ANALYZE) SELECT 1", "mismatched input 'ANALYZE'"),
        ("EXPLAIN t", "mismatched input 't'"),
        ("EXPLAIN SELECT 1 SELECT 2", "mismatched input 'SELECT'"),
    ]);
}

#[test]
fn show_and_describe_name_what_they_are_about() {
    for (sql, read) in [
        ("SHOW TABLES", "SHOW TABLES"),
        ("show tables in athena", "SHOW TABLES FROM athena"),
        ("SHOW TABLES FROM athena LIKE 'a%'", "SHOW TABLES FROM athena LIKE 'a%'"),
        ("SHOW TABLES LIKE 'a%'", "SHOW TABLES LIKE 'a%'"),
        ("SHOW FUNCTIONS", "SHOW FUNCTIONS"),
        ("SHOW FUNCTIONS LIKE 'a%';", "SHOW FUNCTIONS LIKE 'a%'"),
        ("SHOW COLUMNS FROM a.b", "DESCRIBE a.b"),
        ("SHOW COLUMNS IN \"a\"", "DESCRIBE \"a\""),
        ("DESC t", "DESCRIBE t"),
        ("DESCRIBE user", "DESCRIBE user"),
    ] {
        assert_eq!(query(sql).as_deref(), Ok(read), "{sql}");
    }
}

#[test]
fn nothing_else_is_shown_or_described() {
    all_refused(&[
        ("SHOW", "mismatched input '<EOF>'. Expecting: 'COLUMNS', 'FUNCTIONS', 'TABLES'"),
        ("SHOW ALL", "mismatched input 'ALL'"),
        ("SHOW CREATE TABLE t", "mismatched input 'CREATE'"),
        ("SHOW SCHEMAS", "mismatched input 'SCHEMAS'"),
        ("SHOW FULL COLUMNS FROM t", "mismatched input 'FULL'"),
        ("SHOW COLUMNS", "Expecting: 'FROM', 'IN'"),
        ("SHOW COLUMNS FROM t LIKE 'a%'", "mismatched input 'LIKE'"),
        ("SHOW COLUMNS FROM t WHERE true", "mismatched input 'WHERE'"),
        ("SHOW COLUMNS FROM (SELECT 1)", "mismatched input '('"),
        ("SHOW TABLES LIMIT 1", "mismatched input 'LIMIT'"),
        ("SHOW TABLES WHERE true", "mismatched input 'WHERE'"),
        ("SHOW TABLES LIKE a", "Expecting: <string>"),
        ("SHOW TABLES HISTORY", "mismatched input 'HISTORY'"),
        ("SHOW FUNCTIONS FROM t", "mismatched input 'FROM'"),
        ("DESCRIBE", "Expecting: <identifier>"),
        ("DESCRIBE SELECT 1", "mismatched input 'SELECT'"),
        ("DESCRIBE TABLE t", "mismatched input 'TABLE'"),
        ("DESCRIBE FORMATTED t", "mismatched input 't'"),
        ("DESCRIBE 't'", "mismatched input ''t''"),
    ]);
}

#[test]
fn a_statement_of_another_kind_is_none() {
    for sql in [
        "INSERT INTO t SELECT 1",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE t",
        "SET a = 1",
        "USE a",
        "COPY t TO 'x'",
        "PREPARE a FROM SELECT 1",
        "EXECUTE a",
        "CALL a()",
        "BEGIN",
        "PRAGMA a",
        "FROM t SELECT 1",
        "KILL 1",
        "# SELECT 1",
    ] {
        let error = query(sql).expect_err(sql);
        assert!(error.contains("mismatched input"), "{sql}: {error}");
    }
}
