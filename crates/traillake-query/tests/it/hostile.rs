//! Texts that must be refused, and shapes that must not bring the process down.

use std::fmt::Write;

use traillake_query::{Dialect, QueryError, QueryOptions};

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
    assert!(matches!(lake.error("SELECT 1; DROP TABLE events").await, QueryError::SeveralStatements { count: 2, .. }));
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

/// `wrap` around `base` so many times; `@` is what stands inside.
fn nested(times: usize, wrap: &str, base: &str) -> String {
    (0..times).fold(base.to_owned(), |inner, _| wrap.replace('@', &inner))
}

#[tokio::test]
async fn short_texts_that_stand_for_long_ones_are_refused() {
    let lake = events().await;
    let with = long("", 29, |n| format!(", c{} AS (SELECT a.x FROM c{n} a, c{n} b)", n + 1));
    for sql in [
        format!("WITH c0 AS (SELECT 1 AS x){with} SELECT * FROM c29"),
        nested(40, "SELECT row(r, r) AS r FROM (@)", "SELECT 1 AS r"),
        nested(40, "SELECT *, * FROM (@)", "SELECT 1 AS r"),
        format!("SELECT {} FROM events", nested(40, "coalesce(@, 'x')", "eventName")),
        format!("SELECT {}", nested(40, "try(@ + 1)", "1")),
        format!("SELECT {}", nested(40, "(SELECT @)", "1")),
        format!("SELECT {}", nested(20, "transform(@, x -> row(x, x))", "ARRAY[1]")),
        long("SELECT 1 FROM events e", 3_000, |n| format!(", events e{n}")),
        long("SELECT 1 FROM (SELECT 1) e", 3_000, |n| format!(", (SELECT 1) e{n}")),
    ] {
        for dialect in [Dialect::Lake, Dialect::DataFusion] {
            let options = QueryOptions { dialect, ..QueryOptions::default() };
            let error = lake.engine().query(&sql, &options).await.unwrap_err();
            let refused = matches!(error, QueryError::TooComplex { .. } | QueryError::Syntax { .. });
            assert!(refused || dialect == Dialect::DataFusion, "{}: {error:?}", &sql[..40]);
        }
    }
}

#[tokio::test]
async fn hidden_functions_and_the_settings_of_the_engine_are_out_of_reach() {
    let lake = events().await;
    for sql in [
        "SELECT \"$cast\"('1', 'bigint')",
        "SELECT \"$try\"(x -> 1)",
        "SELECT * FROM \"$values\"((1, 2))",
        "SELECT * FROM information_schema.df_settings",
        "SELECT * FROM traillake.INFORMATION_SCHEMA.\"DF_SETTINGS\"",
        "SHOW COLUMNS FROM information_schema.df_settings",
    ] {
        for dialect in [Dialect::Lake, Dialect::DataFusion] {
            let options = QueryOptions { dialect, ..QueryOptions::default() };
            let error = lake.engine().query(sql, &options).await.unwrap_err();
            let known = matches!(error, QueryError::UnknownFunction { .. } | QueryError::StoreNotFound { .. });
            assert!(known || matches!(error, QueryError::NotAllowed { .. }), "{sql}: {error:?}");
        }
    }
}
