//! Two processes on one lake: each commits, neither stores what the other has stored.

use serde_json::Value;

use crate::process::{Backend, Bench, json};

fn number(summary: &Value, member: &str) -> u64 {
    summary["events"][member].as_u64().unwrap()
}

/// Both make the lake, the store and its table, and both ingest the whole trail.
async fn ingest_twice_at_once(backend: Backend) {
    let bench = Bench::new(backend, 40, 50).await;
    for round in 0..3 {
        let lake = format!("shared-{round}");
        let (one, other) = (bench.start_ingest(&lake), bench.start_ingest(&lake));
        let (one, other) = tokio::join!(one.wait_with_output(), other.wait_with_output());
        let (one, other) = (json(&one.unwrap()), json(&other.unwrap()));
        assert_eq!(number(&one, "stored") + number(&other, "stored"), bench.events, "{one} {other}");
        bench.assert_exact(&lake).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_ingests_of_one_trail_into_one_folder_store_every_event_once() {
    ingest_twice_at_once(Backend::Folder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_ingests_of_one_trail_into_one_bucket_store_every_event_once() {
    ingest_twice_at_once(Backend::S3).await;
}
