//! An ingest that is held to some accounts.

use serde_json::{Value, json};
use traillake::{EventCounts, Grants, PartitionBy, QueryOptions};
use traillake_testing::record_with;

use super::lake::{GRANTED, HIDDEN, answer, delivered, event, ingest, lake, object, seen};

const NEW: std::ops::Range<u64> = 2_000..2_010;

fn new_events(account: &str) -> Vec<Value> {
    NEW.map(|n| event(account, n)).collect()
}

fn url(name: &str) -> String {
    format!("memory:///AWSLogs/{}/CloudTrail/us-east-1/2026/01/02/{name}.json", GRANTED[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_other_accounts_are_filtered_with_a_reason() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let lake = lake(partition_by, true).await;
        let mixed = [new_events(GRANTED[0]), new_events(HIDDEN)].concat();
        let summary = ingest(&seen(&lake), "events", vec![object(&url("mixed"), &mixed)]).await;
        let expected = EventCounts { read: 20, stored: 10, filtered: 10, ..EventCounts::default() };
        assert_eq!(summary.events, expected, "{partition_by}");
        let reasons: Vec<_> = summary.reasons.iter().map(|reason| (reason.outcome, reason.reason.as_str())).collect();
        assert_eq!(reasons, [("filtered", "account `999999999999` is not granted")]);
        assert!(
            summary.notes.iter().any(|note| note.message.starts_with("10 events of accounts that are not granted"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_stored_by_who_may() {
    let lake = lake(PartitionBy::default(), true).await;
    let mixed = [new_events(GRANTED[0]), new_events(HIDDEN)].concat();
    let objects = || vec![object(&url("mixed"), &mixed)];
    ingest(&seen(&lake), "events", objects()).await;
    let all = lake.granted(Grants::all(), None);
    let summary = ingest(&all, "events", objects()).await;
    assert_eq!((summary.events.stored, summary.events.duplicate, summary.objects.unchanged), (10, 10, 0));
    let sql = "SELECT status, read, stored, filtered FROM system.objects WHERE object LIKE '%mixed%'";
    assert_eq!(answer(&all, sql, &QueryOptions::default()).await.unwrap(), ["ingested|20|20|0"]);
    assert_eq!(ingest(&all, "events", objects()).await.objects.unchanged, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_with_refused_events_is_not_done_with() {
    let lake = lake(PartitionBy::default(), true).await;
    let mixed = [new_events(GRANTED[0]), new_events(HIDDEN)].concat();
    ingest(&seen(&lake), "events", vec![object(&url("mixed"), &mixed)]).await;
    let sql = "SELECT status, read, stored, filtered, detail FROM system.objects WHERE object LIKE '%mixed%'";
    let expected = ["incomplete|20|10|10|holds events of accounts that were not granted"];
    assert_eq!(answer(&seen(&lake), sql, &QueryOptions::default()).await.unwrap(), expected);
    let again = ingest(&seen(&lake), "events", vec![object(&url("mixed"), &mixed)]).await;
    assert_eq!((again.events.duplicate, again.events.filtered), (10, 10));
    assert_eq!(answer(&seen(&lake), sql, &QueryOptions::default()).await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_other_accounts_are_left_alone() {
    let lake = lake(PartitionBy::default(), true).await;
    let mut theirs = delivered(HIDDEN, &new_events(GRANTED[0]));
    theirs.etag = Some("new".to_owned());
    let summary = ingest(&seen(&lake), "events", vec![theirs]).await;
    assert_eq!((summary.objects.seen, summary.events.read), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_an_account_is_that_of_its_key_or_nobodys() {
    let lake = lake(PartitionBy::default(), true).await;
    let nameless =
        |n: u64| record_with(n, &[("recipientAccountId", Value::Null), ("eventID", json!(format!("new-{n}")))]);
    let records: Vec<_> = NEW.map(nameless).collect();
    let keyed = ingest(&seen(&lake), "events", vec![object(&url("keyed"), &records)]).await;
    assert_eq!((keyed.events.stored, keyed.events.filtered), (10, 0));
    let loose = ingest(&seen(&lake), "events", vec![object("memory:///loose.json", &records)]).await;
    assert_eq!((loose.events.stored, loose.events.filtered), (0, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_event_does_not_tell_whether_it_is_stored() {
    let lake = lake(PartitionBy::DATE, true).await;
    let known: Vec<_> = (0..10).map(|n| event(HIDDEN, n)).collect();
    let summary = ingest(&seen(&lake), "events", vec![object(&url("known"), &known)]).await;
    let unknown = ingest(&seen(&lake), "events", vec![object(&url("unknown"), &new_events(HIDDEN))]).await;
    assert_eq!(summary.events, unknown.events);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_makes_no_store_that_is_not_granted() {
    let lake = lake(PartitionBy::default(), true).await;
    let request = traillake::IngestRequest::new(Vec::new(), traillake::ObjectStoreOptions::default());
    for name in ["secretstore", "another"] {
        let progress = std::sync::Arc::new(traillake::IngestProgress::new());
        let ended = seen(&lake).ingest_with(name, request.clone(), progress, traillake::CancellationToken::new()).await;
        assert_eq!(ended.unwrap_err().to_string(), format!("there is no event data store `{name}`"));
    }
}
