//! Stores as tables: names, ids, the default store, deletion, retention, snapshots.

use traillake_model::Retention;
use traillake_query::{QueryError, QueryOptions, StatementRules};

use crate::lake::{EVENTS, TestLake, events};

#[tokio::test]
async fn a_store_is_its_name_its_id_and_its_arn_in_any_case() {
    let lake = events().await;
    let settings = lake.storage.event_data_store("events").await.unwrap();
    let id = settings.id.to_string();
    for table in [
        "events".to_owned(),
        "EVENTS".to_owned(),
        "\"Events\"".to_owned(),
        "public.events".to_owned(),
        id.clone(),
        id.to_uppercase(),
        format!("\"{id}\" AS e"),
        format!("{id} e"),
        format!("\"aws:cloudtrail\".\"{id}\""),
        format!("\"{}\"", settings.arn),
        "$EDS_ID".to_owned(),
    ] {
        assert_eq!(lake.rows(&format!("SELECT count(*) FROM {table}")).await, ["4"], "{table}");
    }
}

#[tokio::test]
async fn the_default_store_is_the_chosen_or_the_only_one() {
    let lake = events().await;
    lake.create("other", Retention::Unlimited).await;
    let error = lake.error("SELECT count(*) FROM $EDS_ID").await;
    assert!(matches!(&error, QueryError::NoDefaultStore { stores, .. } if stores.len() == 2), "{error:?}");
    let options = QueryOptions { default_store: Some("Events".into()), ..QueryOptions::default() };
    let result = lake.engine().query("SELECT * FROM $EDS_ID", &options).await.unwrap();
    assert_eq!(result.collect().await.unwrap().1.rows, 4);
    let options = QueryOptions { default_store: Some("nosuch".into()), ..QueryOptions::default() };
    let error = lake.engine().query("SELECT * FROM $EDS_ID", &options).await.unwrap_err();
    assert!(matches!(&error, QueryError::StoreNotFound { name, .. } if name == "nosuch"), "{error:?}");
}

#[tokio::test]
async fn queries_without_a_store_need_none() {
    let lake = TestLake::empty().await;
    assert_eq!(lake.rows("SELECT 1 AS one;").await, ["1"]);
    assert!(lake.rows("SHOW TABLES").await.iter().all(|row| row.starts_with("system|")));
}

#[tokio::test]
async fn tables_and_columns_are_shown() {
    let lake = events().await;
    let tables = lake.rows("SHOW TABLES").await;
    assert!(tables.iter().any(|row| row.starts_with("public|events|")), "{tables:?}");
    assert!(tables.iter().any(|row| row.starts_with("system|conflicts|")), "{tables:?}");
    assert_eq!(lake.rows("SHOW TABLES LIKE 'ev%'").await, ["athena|events|VIEW", "public|events|BASE TABLE"]);
    assert_eq!(lake.rows("SHOW TABLES FROM athena").await, ["athena|events|VIEW"]);
    for sql in ["SHOW COLUMNS FROM events", "DESCRIBE events", "DESC EVENTS"] {
        let columns = lake.rows(sql).await;
        assert!(columns.contains(&"eventname|varchar".to_owned()), "{sql}: {columns:?}");
        assert!(columns.contains(&"requestparameters|map(varchar, varchar)".to_owned()), "{sql}: {columns:?}");
    }
    let rows = lake
        .rows(
            "SELECT table_schema FROM information_schema.columns WHERE table_name = 'events' AND column_name = 'eventjson'",
        )
        .await;
    assert_eq!(rows, ["public"]);
}

#[tokio::test]
async fn plans_are_explained_with_what_is_pruned() {
    let lake = events().await;
    let sql = "SELECT eventName FROM events WHERE eventTime >= '2023-07-12'";
    let words = lake.rows(&format!("EXPLAIN {sql}")).await.join("\n");
    assert!(words.contains("partitions|1 of 3") && words.contains("files|1 of 3, "), "{words}");
    let plan = lake.rows(&format!("EXPLAIN VERBOSE {sql}")).await.join("\n");
    assert!(plan.contains("files=1/3"), "{plan}");
    let plan = lake
        .rows("EXPLAIN ANALYZE SELECT eventName FROM events WHERE recipientAccountId = '111111111111'")
        .await
        .join("\n");
    assert!(plan.contains("files=1/3"), "{plan}");
    let rules = QueryOptions { statements: StatementRules::QueryOnly, ..QueryOptions::default() };
    let error = lake.engine().query("EXPLAIN SELECT 1", &rules).await.unwrap_err();
    assert!(matches!(error, QueryError::NotAllowed { .. }));
}

#[tokio::test]
async fn expired_events_are_out_of_sight() {
    let lake = TestLake::empty().await;
    lake.create("short", Retention::Days(9)).await;
    lake.store("short", &EVENTS).await;
    // Nine days before 2023-07-20 begin on 2023-07-11.
    let names = lake.rows("SELECT eventName FROM short ORDER BY eventID").await;
    assert_eq!(names, ["RunInstances", "Decrypt"]);
    let (_, stats) = lake.query("SELECT eventName FROM short").await.unwrap().collect().await.unwrap();
    assert_eq!((stats.files_read, stats.files_total), (2, 3));
    lake.clock.advance(chrono::TimeDelta::days(30));
    assert_eq!(lake.rows("SELECT count(*) FROM short").await, ["0"]);
}

#[tokio::test]
async fn stores_pending_deletion_answer_nothing() {
    let lake = events().await;
    let settings = lake.storage.event_data_store("events").await.unwrap();
    let now = lake.storage.clock().now();
    lake.storage.update_event_data_store(&settings.id, |settings| Ok(settings.delete(now)?)).await.unwrap();
    let error = lake.error("SELECT count(*) FROM events").await;
    assert!(matches!(&error, QueryError::InactiveStore { name, .. } if name == "events"), "{error:?}");
    assert_eq!(lake.rows("SELECT name, status FROM system.stores").await, ["events|PENDING_DELETION"]);
}

#[tokio::test]
async fn a_query_sees_what_was_committed_before_it() {
    let lake = events().await;
    let before = lake.query("SELECT * FROM events").await.unwrap();
    lake.store("events", &[&EVENTS[3].replace("000000000004", "000000000005")]).await;
    let after = lake.query("SELECT * FROM events").await.unwrap();
    let (_, before) = before.collect().await.unwrap();
    let (_, after) = after.collect().await.unwrap();
    assert_eq!((before.rows, after.rows), (4, 5));
    assert!(before.table_version < after.table_version);
}

#[tokio::test]
async fn several_stores_join_in_one_query() {
    let lake = events().await;
    lake.create("copy", Retention::Unlimited).await;
    lake.store("copy", &EVENTS[..2]).await;
    let sql = "SELECT count(*) FROM events a LEFT JOIN copy b ON a.eventID = b.eventID WHERE b.eventID IS NULL";
    assert_eq!(lake.rows(sql).await, ["2"]);
    assert_eq!(lake.rows("SELECT count(*) FROM (SELECT resources, userIdentity FROM events UNION ALL SELECT resources, userIdentity FROM copy)").await, ["6"]);
}
