//! Memory, time, rows and text: bounded, and each limit named.

use std::time::Duration;

use futures::StreamExt;
use traillake_query::{QueryError, QueryLimits, QueryOptions, QueryState};

use crate::lake::{TestLake, events};

#[tokio::test]
async fn rows_up_to_the_limit_are_delivered_before_it_is_named() {
    let lake = events().await;
    let options = QueryOptions { max_rows: Some(2), ..QueryOptions::default() };
    let mut result = lake.engine().query("SELECT * FROM UNNEST(sequence(1, 5))", &options).await.unwrap();
    let mut rows = 0;
    let error = loop {
        match result.next().await {
            Some(Ok(batch)) => rows += batch.num_rows(),
            Some(Err(error)) => break error,
            None => panic!("the limit must be named after {rows} rows"),
        }
    };
    assert_eq!(rows, 2);
    assert!(matches!(error, QueryError::RowLimit { limit: 2 }), "{error:?}");
    assert!(result.next().await.is_none());
    let exact = QueryOptions { max_rows: Some(5), ..QueryOptions::default() };
    let result = lake.engine().query("SELECT * FROM UNNEST(sequence(1, 5))", &exact).await.unwrap();
    assert_eq!(result.collect().await.unwrap().1.rows, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_ends_at_its_time_limit() {
    let lake = events().await;
    let options = QueryOptions { timeout: Some(Duration::from_millis(200)), ..QueryOptions::default() };
    let sql =
        "SELECT count(*) FROM UNNEST(sequence(1, 100000)) a(n), UNNEST(sequence(1, 100000)) b(n) WHERE a.n + b.n = 7";
    let started = std::time::Instant::now();
    let error = match lake.engine().query(sql, &options).await {
        Ok(result) => result.collect().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error, QueryError::Timeout { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(lake.engine().queries(None).last().unwrap().state, QueryState::TimedOut);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_query_out_of_time_leaves_its_thread_however_many_rows_its_joins_make() {
    let lake = events().await;
    let options = QueryOptions { timeout: Some(Duration::from_millis(500)), ..QueryOptions::default() };
    for sql in [
        "SELECT sum(x * y) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN \
         (SELECT y FROM UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 100)) c(z))",
        "SELECT sum(x * y) FROM (SELECT x, 1 AS k FROM UNNEST(sequence(1, 10000)) a(x)) JOIN \
         (SELECT y, 1 AS k FROM UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 100)) c(z)) USING (k)",
        "SELECT sum(x) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN \
         (SELECT y FROM UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 100)) c(z)) WHERE x < y",
        "SELECT sum(y) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(w) \
         CROSS JOIN UNNEST(ARRAY[x, w, x + w, x * w, x - w, x, w, x + w, x * w, x - w]) c(y)",
    ] {
        let error = match lake.engine().query(sql, &options).await {
            Ok(result) => result.collect().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, QueryError::Timeout { .. }), "{sql}: {error:?}");
        let free = tokio::time::timeout(Duration::from_secs(20), tokio::spawn(async {})).await;
        assert!(free.is_ok(), "{sql}");
    }
}

#[tokio::test]
async fn a_join_that_does_not_fit_names_the_memory_limit() {
    let limits = QueryLimits { memory_bytes: Some(4 << 20), parallelism: 2, ..QueryLimits::default() };
    let lake = TestLake::with_limits(limits).await;
    let sql = "SELECT count(*) FROM (SELECT lpad(cast(n AS varchar), 1000, 'x') AS t FROM UNNEST(sequence(1, 50000)) s(n)) a \
               JOIN (SELECT lpad(cast(n AS varchar), 1000, 'x') AS t FROM UNNEST(sequence(1, 50000)) s(n)) b ON a.t = b.t";
    let error = lake.error(sql).await;
    assert!(matches!(error, QueryError::MemoryLimit { limit_bytes: 4_194_304, .. }), "{error:?}");
    assert!(error.to_string().contains("4 MiB") && error.hint().unwrap().contains("--memory-limit"), "{error}");
}

#[tokio::test]
async fn a_query_may_be_held_to_memory_of_its_own() {
    let lake = events().await;
    let sql = "SELECT count(*) FROM (SELECT lpad(cast(n AS varchar), 1000, 'x') AS t FROM UNNEST(sequence(1, 20000)) s(n)) a \
               JOIN (SELECT lpad(cast(n AS varchar), 1000, 'x') AS t FROM UNNEST(sequence(1, 20000)) s(n)) b ON a.t = b.t";
    let ask = async |memory_bytes| {
        let options = QueryOptions { memory_bytes, ..QueryOptions::default() };
        lake.engine().query(sql, &options).await.unwrap().collect().await.map(|(_, stats)| stats.rows)
    };
    let error = ask(Some(4 << 20)).await.unwrap_err();
    assert!(matches!(error, QueryError::MemoryLimit { limit_bytes: 4_194_304, .. }), "{error:?}");
    assert_eq!((ask(None).await.unwrap(), ask(Some(1 << 30)).await.unwrap()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_of_wide_rows_are_unnested_in_portions() {
    let limits = QueryLimits { memory_bytes: Some(512 << 20), parallelism: 2, ..QueryLimits::default() };
    let lake = TestLake::with_limits(limits).await;
    let sum = "SELECT sum(z) FROM (SELECT sequence(1, 10000) AS s FROM UNNEST(sequence(1, 1000)) a(x)) \
               CROSS JOIN UNNEST(s) t(y) CROSS JOIN UNNEST(s) u(z)";
    let options = QueryOptions { timeout: Some(Duration::from_secs(2)), ..QueryOptions::default() };
    let error = match lake.engine().query(sum, &options).await {
        Ok(result) => result.collect().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error, QueryError::Timeout { .. }), "{error:?}");
    let rows = "SELECT count(*), sum(length(t)), sum(y) FROM (SELECT lpad('x', 100000, 'x') AS t, sequence(1, 10000) AS s \
                FROM UNNEST(sequence(1, 2)) a(x)) CROSS JOIN UNNEST(s) u(y)";
    assert_eq!(lake.rows(rows).await, ["20000|2000000000|100010000"]);
}

/// A join whose left side does not fit is run again from its start, which the engine does not survive.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_of_the_engine_is_an_error() {
    let lake = events().await;
    let options = QueryOptions { memory_bytes: Some(16 << 20), ..QueryOptions::default() };
    let sql = "SELECT count(*) FROM UNNEST(sequence(1, 3000)) a(x) CROSS JOIN UNNEST(sequence(1, 3000)) b(y) \
               CROSS JOIN UNNEST(sequence(1, 3000)) c(z) WHERE x + y * z <> 7";
    let outcome = lake.engine().query(sql, &options).await.unwrap().collect().await;
    assert!(matches!(outcome, Err(QueryError::Engine { .. } | QueryError::MemoryLimit { .. })), "{outcome:?}");
}

#[tokio::test]
async fn sorts_spill_instead_of_failing() {
    let limits = QueryLimits { memory_bytes: Some(24 << 20), parallelism: 2, ..QueryLimits::default() };
    let lake = TestLake::with_limits(limits).await;
    let sql = "SELECT count(*), max(n) FROM (SELECT row_number() OVER (ORDER BY t DESC) AS n \
               FROM (SELECT lpad(cast(n AS varchar), 500, 'x') AS t FROM UNNEST(sequence(1, 100000)) s(n)))";
    assert_eq!(lake.rows(sql).await, ["100000|100000"]);
}

#[tokio::test]
async fn the_text_has_a_limit_that_can_be_set() {
    let lake = TestLake::with_limits(QueryLimits { text_bytes: 20, ..QueryLimits::default() }).await;
    assert!(matches!(lake.error("SELECT 1, 2, 3, 4, 5, 6").await, QueryError::TextTooLong { limit_bytes: 20, .. }));
}

#[tokio::test]
async fn statistics_tell_what_was_read() {
    let lake = events().await;
    let sql = "SELECT eventName FROM events WHERE eventTime >= '2023-07-12'";
    let (_, stats) = lake.query(sql).await.unwrap().collect().await.unwrap();
    assert_eq!((stats.rows, stats.files_read, stats.files_total), (1, 1, 3));
    assert!(stats.bytes_scanned > 0 && stats.events_scanned >= 1, "{stats:?}");
    let (_, stats) = lake.query("SELECT 1").await.unwrap().collect().await.unwrap();
    assert_eq!((stats.files_total, stats.table_version), (0, None));
}
