use datafusion::sql::sqlparser::parser::Parser;

use super::*;
use crate::text::tokenize;
use traillake_sql::LakeDialect;

/// `Ok` when accepted, else the refused kind or the parser's complaint.
fn checked(sql: &str, rules: StatementRules) -> Result<(), String> {
    let name = |error: QueryError| match error {
        QueryError::NotAllowed { statement, .. } => statement,
        other => other.to_string(),
    };
    let tokens = tokenize(sql).map_err(name)?;
    check_first_keyword(&tokens).map_err(name)?;
    let dialect = LakeDialect;
    let statement = Parser::new(&dialect)
        .with_tokens_with_locations(tokens)
        .parse_statement()
        .map_err(|error| error.to_string())?;
    check(&statement, rules).map_err(name)
}

#[test]
fn everything_that_is_not_a_query_is_refused_by_name() {
    for (sql, kind) in [
        ("INSERT INTO events SELECT * FROM events", "INSERT INTO"),
        ("UPDATE events SET a = 1", "UPDATE"),
        ("DELETE FROM events", "DELETE FROM"),
        ("MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE", "MERGE"),
        ("DROP TABLE events", "DROP TABLE"),
        ("CREATE TABLE x AS SELECT 1", "CREATE TABLE"),
        ("CREATE EXTERNAL TABLE p STORED AS CSV LOCATION '/etc/passwd'", "CREATE EXTERNAL"),
        ("CREATE FUNCTION f() RETURNS int RETURN 1", "CREATE FUNCTION"),
        ("ALTER TABLE events ADD COLUMN x int", "ALTER TABLE"),
        ("COPY (SELECT 1) TO '/tmp/x.csv'", "COPY"),
        ("SET datafusion.execution.batch_size = 1", "SET"),
        ("RESET ALL", "RESET"),
        ("PREPARE p AS SELECT 1", "PREPARE"),
        ("EXECUTE p", "EXECUTE"),
        ("CALL f()", "CALL"),
        ("PRAGMA x", "PRAGMA"),
        ("ATTACH 'x' AS y", "ATTACH"),
        ("LOAD 'x'", "LOAD"),
        ("INSTALL httpfs", "INSTALL"),
        ("USE other", "USE"),
        ("BEGIN", "BEGIN"),
        ("GRANT SELECT ON x TO y", "GRANT"),
        ("VACUUM events", "VACUUM"),
        ("ANALYZE events", "ANALYZE"),
        ("EXPLAIN INSERT INTO events SELECT 1", "EXPLAIN INSERT INTO"),
        ("EXPLAIN ANALYZE DELETE FROM events", "EXPLAIN DELETE FROM"),
        ("SHOW ALL", "SHOW ALL"),
        ("SHOW datafusion.execution.batch_size", "SHOW"),
        ("SHOW CREATE TABLE events", "SHOW CREATE"),
        ("SELECT * INTO x FROM events", "SELECT INTO"),
        ("SELECT * FROM events FOR UPDATE", "FOR UPDATE"),
        ("SELECT * FROM read_csv('/etc/passwd')", "FROM read_csv(...)"),
        ("SELECT * FROM a, LATERAL parquet_metadata('x')", "FROM parquet_metadata(...)"),
        ("SELECT * FROM TABLE(f(1))", "TABLE(...)"),
        ("SELECT * FROM events TABLESAMPLE BERNOULLI (10)", "TABLESAMPLE"),
        ("SELECT (SELECT 1 FROM x TABLESAMPLE SYSTEM (1))", "TABLESAMPLE"),
        ("WITH a AS (SELECT * INTO x FROM y) SELECT 1", "SELECT INTO"),
        ("SELECT 1 UNION ALL SELECT * INTO x FROM y", "SELECT INTO"),
    ] {
        let refused = checked(sql, StatementRules::CommandLine).expect_err(sql);
        assert!(refused.starts_with(kind), "{sql}: {refused}");
    }
}

#[test]
fn queries_and_statements_about_them_are_accepted() {
    for sql in [
        "SELECT 1",
        "(SELECT 1)",
        "WITH a AS (SELECT 1 AS x) SELECT x FROM a UNION SELECT 2 ORDER BY 1",
        "VALUES (1), (2)",
        "SELECT * FROM generate_series(1, 3)",
        "SELECT * FROM events e CROSS JOIN UNNEST(e.resources) AS t(r)",
        "SELECT * FROM events OFFSET 2 LIMIT 1",
        "SELECT * FROM events FETCH FIRST 2 ROWS ONLY",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "SHOW TABLES",
        "SHOW COLUMNS FROM events",
        "SHOW FUNCTIONS",
        "SHOW FUNCTIONS LIKE 'array%'",
        "DESCRIBE events",
        "DESC events",
    ] {
        assert_eq!(checked(sql, StatementRules::CommandLine), Ok(()), "{sql}");
    }
}

#[test]
fn the_api_accepts_queries_alone() {
    assert_eq!(checked("SELECT 1", StatementRules::QueryOnly), Ok(()));
    for sql in ["EXPLAIN SELECT 1", "SHOW TABLES", "DESCRIBE events"] {
        assert!(checked(sql, StatementRules::QueryOnly).is_err(), "{sql}");
    }
}
