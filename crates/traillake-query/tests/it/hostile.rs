//! Texts that must be refused, and shapes that must not bring the process down.

use std::fmt::Write;

use traillake_query::QueryError;

use crate::lake::events;

#[tokio::test]
async fn nothing_but_queries_runs() {
    let lake = events().await;
    for sql in [
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "CREATE EXTERNAL TABLE p STORED AS CSV LOCATION '/etc/passwd'",
        "SET datafusion.execution.batch_size = 1",
        "DROP TABLE events",
        "INSERT INTO events SELECT * FROM events",
        "SELECT * INTO x FROM events",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "EXPLAIN CREATE TABLE x AS SELECT 1",
    ] {
        let error = lake.error(sql).await;
        assert!(matches!(error, QueryError::NotAllowed { .. }), "{sql}: {error:?}");
        assert!(error.hint().unwrap().contains("SELECT"), "{sql}");
    }
    assert!(matches!(lake.error("SELECT 1; DROP TABLE events").await, QueryError::SeveralStatements { count: 2 }));
}

#[tokio::test]
async fn paths_are_names_of_no_store() {
    let lake = events().await;
    for sql in ["SELECT * FROM \"/etc/passwd\"", "SELECT * FROM \"s3://bucket/x.parquet\""] {
        let error = lake.error(sql).await;
        assert!(matches!(error, QueryError::StoreNotFound { .. }), "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn texts_are_names_of_nothing() {
    let lake = events().await;
    for sql in ["SELECT * FROM '/etc/passwd'", "SELECT * FROM 'file:///etc/hosts.csv'", "DESCRIBE '/etc/passwd'"] {
        let error = lake.error(sql).await;
        assert!(matches!(error, QueryError::Syntax { .. } | QueryError::StoreNotFound { .. }), "{sql}: {error:?}");
    }
}

/// `first` and so many more conditions.
fn long(first: &str, count: usize, more: fn(usize) -> String) -> String {
    (0..count).fold(first.to_owned(), |mut text, n| {
        let _ = write!(text, "{}", more(n));
        text
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_alternatives_do_not_overflow_the_stack() {
    let lake = events().await;
    let sql = long("SELECT count(*) FROM events WHERE eventName = 'GetObject'", 10_000, |n| {
        format!(" OR eventName = 'x{n}'")
    });
    assert_eq!(lake.rows(&sql).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_patterns_do_not_overflow_the_stack() {
    let lake = events().await;
    let sql = long("SELECT count(*) FROM events WHERE eventName = 'GetObject'", 5_000, |n| {
        format!(" OR eventName LIKE '%x{n}%'")
    });
    assert_eq!(lake.rows(&sql).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_exclusions_do_not_overflow_the_stack() {
    let lake = events().await;
    let sql = long("SELECT count(*) FROM events WHERE readOnly", 10_000, |n| format!(" AND eventName <> 'x{n}'"));
    assert_eq!(lake.rows(&sql).await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_pairs_do_not_overflow_the_stack() {
    let lake = events().await;
    let sql = long("SELECT count(*) FROM events WHERE userIdentity.arn = 'x'", 1_000, |n| {
        format!(" OR userIdentity.arn = 'x{n}' AND readOnly")
    });
    assert_eq!(lake.rows(&sql).await, ["0"]);
}

#[tokio::test]
async fn deep_texts_are_refused_with_the_limit() {
    let lake = events().await;
    for sql in [
        format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("SELECT * FROM {}events{}", "(".repeat(1_000), ")".repeat(1_000)),
        format!("SELECT {} 1", "NOT ".repeat(100_000)),
        format!("SELECT {} 1", "CASE WHEN ".repeat(50_000)),
        format!("SELECT * FROM {}", "(SELECT * FROM ".repeat(60)),
        format!("SELECT * FROM {}", "((SELECT * FROM ".repeat(30)),
        format!("SELECT 1 WHERE 1=1{} OR", " OR 1=1".repeat(19_000)),
        format!("SELECT '{}", "x".repeat(1_000_000)),
        format!("SELECT{}", " 1 UNION SELECT".repeat(50_000)),
    ] {
        let error = lake.error(&sql).await;
        let refused = matches!(error, QueryError::TooComplex { .. } | QueryError::Syntax { .. });
        assert!(refused, "{}: {error:?}", &sql[..40]);
    }
}

#[tokio::test]
async fn the_engine_does_not_tell_about_the_machine() {
    let lake = events().await;
    for sql in ["SELECT version()", "SHOW ALL", "SELECT @@version", "SELECT * FROM events FOR UPDATE"] {
        lake.error(sql).await;
    }
}
