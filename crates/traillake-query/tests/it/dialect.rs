//! Two dialects: Lake's, and the engine's own behind the same wall.

use traillake_query::{Dialect, QueryError, QueryOptions};

use crate::lake::{TestLake, events};

fn engine() -> QueryOptions {
    QueryOptions { dialect: Dialect::DataFusion, ..QueryOptions::default() }
}

async fn rows(lake: &TestLake, sql: &str) -> Result<Vec<String>, QueryError> {
    let (batches, _) = lake.engine().query(sql, &engine()).await?.collect().await?;
    Ok(batches.iter().flat_map(crate::lake::as_text).collect())
}

#[tokio::test]
async fn the_engine_dialect_has_the_engines_functions_scopes_and_names() {
    let lake = events().await;
    for (sql, expected) in [
        ("SELECT lower(eventName) AS x, count(*) FROM events GROUP BY x ORDER BY x LIMIT 1", vec!["consolelogin|1"]),
        ("SELECT array_length([1, 2, 3])", vec!["3"]),
        ("SELECT regexp_match('ab', 'a(.)')[1]", vec!["b"]),
        ("SELECT userIdentity.ARN FROM events WHERE eventName = 'Decrypt'", vec!["arn:aws:iam::222222222222:user/bob"]),
        ("SELECT requestParameters['bucketName'] FROM events WHERE eventName = 'GetObject'", vec!["Logs"]),
        ("SELECT 1.5 / 2", vec!["0.75"]),
    ] {
        assert_eq!(rows(&lake, sql).await.unwrap(), expected, "{sql}");
    }
    let result = lake.engine().query("SELECT count(*), lower('A') FROM events", &engine()).await.unwrap();
    let names: Vec<String> = result.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names[0], "count(*)");
}

#[tokio::test]
async fn the_engine_dialect_is_behind_the_same_wall() {
    let lake = events().await;
    for sql in [
        "CREATE TABLE x AS SELECT 1",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "SET datafusion.execution.batch_size = 1",
        "SELECT * FROM read_csv('/etc/passwd')",
        "INSERT INTO events SELECT * FROM events",
    ] {
        let error = rows(&lake, sql).await.unwrap_err();
        assert!(matches!(error, QueryError::NotAllowed { .. }), "{sql}: {error:?}");
    }
    let error = rows(&lake, "SELECT version()").await.unwrap_err();
    assert!(matches!(error, QueryError::UnknownFunction { .. }), "{error:?}");
    let options = QueryOptions { max_rows: Some(2), ..engine() };
    let error = lake.engine().query("SELECT * FROM events", &options).await.unwrap().collect().await.unwrap_err();
    assert!(matches!(error, QueryError::RowLimit { limit: 2 }), "{error:?}");
}

#[tokio::test]
async fn parameters_and_ids_work_in_both() {
    let lake = events().await;
    let id = lake.storage.event_data_store("events").await.unwrap().id.to_string();
    let options = QueryOptions { parameters: vec!["name=Decrypt".parse().unwrap()], ..engine() };
    let sql = format!("SELECT eventName FROM {id} WHERE eventName = :name");
    let result = lake.engine().query(&sql, &options).await.unwrap();
    assert_eq!(result.collect().await.unwrap().1.rows, 1);
}
