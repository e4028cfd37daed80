//! Several processes on one lake: each commits, none stores what another has stored, readers see whole commits.

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

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_beside_an_ingest_loses_and_repeats_nothing() {
    let bench = Bench::new(Backend::Folder, 200, 50).await;
    for round in 0..2 {
        let lake = format!("shared-{round}");
        bench.run(&lake, &["store", "create", "events", "--retention-days", "unlimited"]).await;
        let mut ingest = bench.start_ingest(&lake);
        let mut compactions = 0;
        while ingest.try_wait().unwrap().is_none() {
            bench.run(&lake, &["compact"]).await;
            compactions += 1;
        }
        json(&ingest.wait_with_output().await.unwrap());
        assert!(compactions > 0, "the ingest was over before the first compaction");
        bench.assert_exact(&lake).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_beside_an_ingest_sees_whole_commits_and_never_fewer_events_than_before() {
    let bench = Bench::new(Backend::Folder, 300, 50).await;
    bench.run("lake", &["store", "create", "events", "--retention-days", "unlimited"]).await;
    let mut ingest = bench.start_ingest("lake");
    let mut seen = 0;
    while ingest.try_wait().unwrap().is_none() {
        let row = bench.row("lake", "SELECT count(*) AS n FROM events").await;
        let events = row["n"].as_u64().unwrap();
        assert!(events >= seen, "{events} events after {seen}");
        seen = events;
    }
    json(&ingest.wait_with_output().await.unwrap());
    bench.assert_exact("lake").await;
}
