//! What the lake tells of itself.

use crate::lake::{EVENTS, TestLake, events};

#[tokio::test]
async fn every_system_table_answers() {
    let lake = events().await;
    for (table, rows) in [
        ("stores", 1),
        ("trails", 0),
        ("objects", 1),
        ("partitions", 3),
        ("files", 3),
        ("quarantine", 1),
        ("conflicts", 0),
    ] {
        let found = lake.rows(&format!("SELECT * FROM system.{table}")).await;
        assert_eq!(found.len(), rows, "{table}: {found:?}");
    }
}

#[tokio::test]
async fn system_tables_of_an_empty_lake_are_empty() {
    let lake = TestLake::empty().await;
    for table in ["stores", "trails", "objects", "partitions", "files", "quarantine", "conflicts"] {
        assert_eq!(lake.rows(&format!("SELECT * FROM system.{table}")).await, Vec::<String>::new(), "{table}");
    }
}

#[tokio::test]
async fn counts_agree_with_the_events() {
    let lake = events().await;
    assert_eq!(lake.rows("SELECT sum(stored), sum(read), sum(quarantined) FROM system.objects").await, ["4|5|1"]);
    assert_eq!(lake.rows("SELECT sum(rows), count(*) FROM system.partitions WHERE NOT expired").await, ["4|3"]);
    assert_eq!(lake.rows("SELECT reason, offset_bytes, length_bytes FROM system.quarantine").await, ["not_json|7|2"]);
    let sql = "SELECT account, region, date, rows, first_event FROM system.files ORDER BY date LIMIT 1";
    assert_eq!(lake.rows(sql).await, ["111111111111|us-east-1|2023-07-10|2|2023-07-10T11:00:00"]);
}

#[tokio::test]
async fn one_id_with_two_contents_is_a_conflict() {
    let lake = events().await;
    lake.store("events", &[&EVENTS[1].replace("ConsoleLogin", "CheckMfa")]).await;
    let rows = lake.rows("SELECT event_data_store, account, eventid, events FROM system.conflicts").await;
    assert_eq!(rows, ["events|111111111111|00000000-0000-4000-8000-000000000002|2"]);
}

#[tokio::test]
async fn queries_are_listed_with_their_outcome() {
    let lake = events().await;
    lake.rows("SELECT eventName FROM events").await;
    lake.error("SELECT nosuch FROM events").await;
    drop(lake.query("SELECT 2 FROM events").await.unwrap());
    let rows = lake.rows("SELECT sql, state, rows FROM system.queries ORDER BY sql DESC LIMIT 3").await;
    assert!(rows.contains(&"SELECT eventName FROM events|FINISHED|4".to_owned()), "{rows:?}");
    assert!(rows.contains(&"SELECT nosuch FROM events|FAILED|0".to_owned()), "{rows:?}");
    let rows = lake.rows("SELECT state FROM system.queries WHERE sql = 'SELECT 2 FROM events'").await;
    assert_eq!(rows, ["CANCELLED"]);
    let running = lake.rows("SELECT state FROM system.queries WHERE sql LIKE '%this very query%'").await;
    assert_eq!(running, ["RUNNING"]);
}

#[tokio::test]
async fn functions_are_listed_with_an_example() {
    let lake = TestLake::empty().await;
    let rows = lake.rows("SELECT name, category, example_result FROM system.functions WHERE name = 'count_if'").await;
    assert_eq!(rows, ["count_if|Aggregates|2"]);
    let rows = lake.rows("SELECT count(*) FROM system.functions WHERE example IS NULL OR description = ''").await;
    assert_eq!(rows, ["0"]);
}

#[tokio::test]
async fn functions_are_shown_by_pattern() {
    let lake = TestLake::empty().await;
    let rows = lake.rows("SHOW FUNCTIONS LIKE 'Approx_M%'").await;
    assert!(rows.len() == 1 && rows[0].starts_with("approx_most_frequent|Aggregates|"), "{rows:?}");
    let rows = lake.rows("SHOW FUNCTIONS LIKE 'any_value'").await;
    assert!(rows.len() == 1 && rows[0].starts_with("arbitrary|"), "{rows:?}");
    assert!(lake.rows("SHOW FUNCTIONS").await.len() > 100);
    assert_eq!(lake.rows("SHOW FUNCTIONS LIKE 'no''such'").await, Vec::<String>::new());
}
