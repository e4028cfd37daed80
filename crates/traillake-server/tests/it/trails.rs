//! Trails kept up to date in the background.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use traillake::{Lake, NewTrail, ObjectStoreOptions, QueryOptions};
use traillake_server::{BackgroundConfig, ServerConfig};
use traillake_testing::{log_file, trail_key};

use crate::support::{Running, lake};

fn config() -> ServerConfig {
    let background = BackgroundConfig { look_seconds: 1, poll_seconds: Some(1), ..BackgroundConfig::default() };
    ServerConfig { background, ..ServerConfig::default() }
}

fn deliver(trail: &Path, n: u64) {
    let path = trail.join(trail_key(n));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, log_file(n * 10..n * 10 + 10)).unwrap();
}

/// A lake with a trail `main` from a folder into `events`.
async fn followed(folder: &Path) -> Lake {
    let lake = lake(folder, ObjectStoreOptions::default()).await;
    std::fs::create_dir_all(folder.join("trail")).unwrap();
    let trail = NewTrail {
        name: "main".parse().unwrap(),
        source: folder.join("trail").display().to_string(),
        store: "events".parse().unwrap(),
        region: None,
        endpoint_url: None,
    };
    lake.put_trail(trail).await.unwrap();
    lake
}

async fn events(lake: &Lake) -> usize {
    let Ok(rows) = lake.query("SELECT eventID FROM events", &QueryOptions::default()).await else { return 0 };
    rows.collect().await.unwrap().0.iter().map(arrow::array::RecordBatch::num_rows).sum()
}

async fn until_events(lake: &Lake, wanted: usize) {
    for _ in 0..600 {
        if events(lake).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there are {} events, not {wanted}", events(lake).await);
}

async fn status(server: &Running) -> Value {
    server.call("GetTrailStatus", &json!({"Name": "main"})).await.json()
}

#[tokio::test]
async fn a_log_file_that_is_delivered_while_the_server_runs_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::over(followed(folder.path()).await, config()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(status(&server).await["LatestDeliveryTime"], Value::Null);
    deliver(&folder.path().join("trail"), 0);
    until_events(&server.lake, 10).await;
    let mut delivered = status(&server).await;
    for _ in 0..100 {
        if !delivered["LatestDeliveryTime"].is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        delivered = status(&server).await;
    }
    assert_eq!(delivered["IsLogging"], json!(true));
    assert!(delivered["LatestDeliveryTime"].is_number(), "{delivered}");
    server.stop().await;
}

#[tokio::test]
async fn nothing_comes_in_while_the_ingestion_of_the_store_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::over(followed(folder.path()).await, config()).await;
    let mut stores = Vec::new();
    for _ in 0..600 {
        stores = server.lake.event_data_stores().await.unwrap();
        if !stores.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let store = json!({"EventDataStore": stores[0].id.to_string()});
    let stopped = server.call("StopEventDataStoreIngestion", &store).await;
    assert_eq!(stopped.status, 200, "{}", stopped.body);
    assert_eq!(status(&server).await["IsLogging"], json!(false));
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    deliver(&folder.path().join("trail"), 0);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(events(&server.lake).await, 0);
    let started = server.call("StartEventDataStoreIngestion", &store).await;
    assert_eq!(started.status, 200, "{}", started.body);
    until_events(&server.lake, 10).await;
    server.stop().await;
}

#[tokio::test]
async fn a_trail_that_cannot_be_read_says_so_and_the_server_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let lake = followed(folder.path()).await;
    std::fs::remove_dir(folder.path().join("trail")).unwrap();
    let server = Running::over(lake, config()).await;
    let mut found = status(&server).await;
    for _ in 0..200 {
        if !found["LatestDeliveryError"].is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        found = status(&server).await;
    }
    assert!(found["LatestDeliveryError"].is_string(), "{found}");
    assert_eq!(server.send("GET /ready", &[], b"").await.status, 200);
    server.stop().await;
}
