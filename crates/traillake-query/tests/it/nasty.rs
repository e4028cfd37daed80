//! Statements made to take more time or memory than a query has.

use std::time::{Duration, Instant};

use traillake_query::{QueryError, QueryLimits, QueryOptions};

use crate::lake::{TestLake, events};

async fn small_lake() -> TestLake {
    let limits = QueryLimits { memory_bytes: Some(128 << 20), parallelism: 2, ..QueryLimits::default() };
    TestLake::with_limits(limits).await
}

/// Statements of which each takes minutes or gigabytes when nothing holds it.
fn nasty() -> Vec<String> {
    let list = (0..100_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let many = "UNNEST(sequence(1, 100000)) AS a(value)";
    vec![
        "SELECT cardinality(transform(sequence(1, 1000000), x -> sequence(1, 1000)))".to_owned(),
        "SELECT reduce(sequence(1, 1000000), 0, (s, x) -> s + x, s -> s)".to_owned(),
        format!("SELECT count(*) FROM {many} WHERE value + 1 IN ({list})"),
        format!("SELECT sequence(1, 1000000) FROM {many}"),
        format!("SELECT transform(sequence(1, 1000000), x -> x + 1) FROM {many}"),
        format!("SELECT lpad('a', 10000000, 'b') || CAST(value AS varchar) FROM {many}"),
        format!("SELECT lpad('a', 10000000, 'b'), count(*) FROM {many} GROUP BY value"),
        format!("SELECT TRY(lpad('a', 10000000, CAST(value AS varchar))) FROM {many}"),
        format!("SELECT transform(ARRAY[value], x -> sequence(1, 1000000)) FROM {many}"),
        format!("SELECT CASE WHEN value > 5 THEN lpad('a', 10000000, 'b') END FROM {many}"),
        format!("SELECT coalesce(CAST(nullif(value, 5) AS varchar), lpad('a', 10000000, 'b')) FROM {many}"),
        format!("SELECT max(array_join(repeat(value, 100000), ',')) FROM {many}"),
        format!("SELECT count(*) FROM {many}, UNNEST(sequence(1, 100000)) AS b(n) WHERE value * n = 7"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_outlives_its_time() {
    let lake = small_lake().await;
    let options = QueryOptions { timeout: Some(Duration::from_secs(1)), ..QueryOptions::default() };
    for sql in nasty() {
        let started = Instant::now();
        let outcome = match lake.engine().query(&sql, &options).await {
            Ok(result) => result.collect().await.map(drop),
            Err(error) => Err(error),
        };
        let shown: String = sql.chars().take(100).collect();
        assert!(started.elapsed() < Duration::from_secs(15), "{shown}: {:?}", started.elapsed());
        if let Err(error) = outcome {
            let large = matches!(&error, QueryError::Failed { message, .. } if message.contains("too large"));
            assert!(large || matches!(error, QueryError::Timeout { .. }), "{shown}: {error:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_dropped_while_it_is_planned_leaves_the_others_alone() {
    let lake = events().await;
    for sql in nasty() {
        drop(tokio::time::timeout(Duration::from_millis(20), lake.query(&sql)).await);
    }
    assert_eq!(lake.rows("SELECT count(*) FROM events").await, ["4"]);
}

#[tokio::test]
async fn results_that_are_too_large_say_what_helps() {
    let lake = small_lake().await;
    let error = lake
        .error("SELECT lpad(CAST(value AS varchar), 10000000, 'b') FROM UNNEST(sequence(1, 500)) AS t(value)")
        .await;
    let text = "line 1:8: results of lpad are too large: more than 32 MiB for a batch of rows";
    assert_eq!(error.to_string(), text);
    assert!(error.hint().unwrap().contains("--memory-limit"), "{:?}", error.hint());
    let error = lake.error("SELECT sequence(1, 1000000) FROM UNNEST(sequence(1, 500)) AS t(value)").await;
    assert_eq!(error.to_string(), "results of a constant are too large: more than 32 MiB for a batch of rows");
    let error = lake
        .error("SELECT TRY(lpad('a', 10000000, CAST(value AS varchar))) FROM UNNEST(sequence(1, 500)) AS t(value)")
        .await;
    assert!(error.to_string().contains("too large"), "{error}");
}

#[tokio::test]
async fn large_constants_are_taken_a_few_rows_at_a_time() {
    let lake = small_lake().await;
    assert_eq!(lake.rows("SELECT cardinality(sequence(1, 1000000))").await, ["1000000"]);
    let sums = "SELECT sum(cardinality(sequence(1, 1000000))) FROM UNNEST(sequence(1, 1000)) AS t(value)";
    assert_eq!(lake.rows(sums).await, ["1000000000"]);
    let found = "SELECT count(*) FROM UNNEST(sequence(1, 500)) AS t(value) WHERE contains(sequence(1, 100000), value)";
    assert_eq!(lake.rows(found).await, ["500"]);
    let long =
        "SELECT max(length(lpad('a', 50000, 'b') || CAST(value AS varchar))) FROM UNNEST(sequence(1, 500)) AS t(value)";
    assert_eq!(lake.rows(long).await, ["50003"]);
    let lambda = "SELECT max(element_at(transform(sequence(1, 50000), x -> x + value), 50000)) FROM UNNEST(sequence(1, 50)) AS t(value)";
    assert_eq!(lake.rows(lambda).await, ["50050"]);
    let group = "SELECT length(lpad('a', 1000000, 'b')), count(*) FROM UNNEST(sequence(1, 9)) AS t(value) GROUP BY 1";
    assert_eq!(lake.rows(group).await, ["1000000|9"]);
    assert_eq!(lake.rows("SELECT cardinality(x) FROM (VALUES sequence(1, 1000000)) AS t(x)").await, ["1000000"]);
}

#[tokio::test]
async fn a_total_that_overflows_is_placed_where_it_is_the_only_one() {
    let lake = events().await;
    let values = "FROM (VALUES 9223372036854775807, 1) AS t(x)";
    let error = lake.error(&format!("SELECT max(x), sum(x) {values}")).await;
    assert_eq!(error.to_string(), "line 1:16: bigint addition overflow");
    let error = lake.error(&format!("SELECT sum(1), sum(x) {values}")).await;
    assert_eq!(error.to_string(), "bigint addition overflow");
}
