//! Every real log file that others published: the account balances, and `eventjson` gives every record back.
//!
//! The records to be expected are dug out of the files by a reader that shares nothing with the product: `serde_json`
//! with numbers as text and members in order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use traillake_ingest::{IngestRequest, IngestSummary, SourceSpec};
use traillake_storage::ObjectStoreOptions;
use traillake_testing::{RealLog, real_logs, shared_folder};

use crate::support::{Backend, Place, TestLake, assert_balanced, long_after, manifest, request};

/// Distinct records that the README of the logs names, less those that hold no readable time.
const RECORDS: usize = 3_320;

/// Records as compact text, each with the file that holds it.
fn expected(logs: &[RealLog]) -> BTreeMap<String, String> {
    let mut records = BTreeMap::new();
    for log in logs {
        for record in records_of(&log.bytes) {
            records.insert(record.to_string(), log.name.clone());
        }
    }
    records
}

/// The records of one file, whatever is wrapped around them.
fn records_of(bytes: &[u8]) -> Vec<Value> {
    let mut found = Vec::new();
    let whole: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
    if let Ok(values) = whole {
        for value in &values {
            dig(value, &mut found);
        }
        return found;
    }
    // Broken somewhere: whatever can be read from an opening brace on.
    for at in (0..bytes.len()).filter(|at| bytes[*at] == b'{') {
        if let Some(Ok(value)) = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter().next() {
            dig(&value, &mut found);
        }
    }
    found
}

fn dig(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(members) if members.contains_key("eventName") && members.contains_key("eventSource") => {
            found.push(value.clone());
        }
        Value::Object(members) => members.values().for_each(|value| dig(value, found)),
        Value::Array(elements) => elements.iter().for_each(|value| dig(value, found)),
        Value::String(text) if text.starts_with('{') => {
            if let Ok(value) = serde_json::from_str(text) {
                dig(&value, found);
            }
        }
        _ => {}
    }
}

fn has_time(record: &str) -> bool {
    let record: Value = serde_json::from_str(record).unwrap();
    record["eventTime"].as_str().is_some_and(|time| chrono::DateTime::parse_from_rfc3339(time).is_ok())
}

/// A lake in a time to which every real log is past.
async fn open(place: &Place) -> TestLake {
    let lake = TestLake::open(place).await;
    lake.clock.set(long_after());
    lake
}

/// Checks account and content of a store that holds the real logs.
async fn check(lake: &TestLake, store: &str, summary: &IngestSummary, logs: &[RealLog]) {
    assert_eq!(summary.objects.failed, 0, "{summary:?}");
    let table = lake.table(store).await;
    let snapshot = table.refresh().await.unwrap();
    assert_balanced(&manifest(&table, &snapshot).await, summary.events.stored);
    let expected = expected(logs);
    let stored = stored_records(lake, store).await;
    assert_eq!(stored.len() as u64, summary.events.stored);
    let invented: Vec<_> = stored.iter().filter(|record| !expected.contains_key(*record)).collect();
    assert!(invented.is_empty(), "{} stored events are not in the files, for instance {}", invented.len(), invented[0]);
    let stored: BTreeSet<_> = stored.iter().collect();
    let lost: Vec<_> = expected.iter().filter(|(record, _)| !stored.contains(record) && has_time(record)).collect();
    assert!(lost.is_empty(), "{} records are not stored, for instance {:?}", lost.len(), lost[0]);
    assert!(stored.len() >= RECORDS, "{} distinct records", stored.len());
}

/// `eventjson` of every stored event, as `serde_json` writes it.
async fn stored_records(lake: &TestLake, store: &str) -> Vec<String> {
    let rows = lake.rows(&format!("SELECT eventJson FROM {store}")).await;
    let compact = |text: &String| serde_json::from_str::<Value>(text).unwrap().to_string();
    rows.iter().map(|row| compact(&row[0])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_real_file_of_a_walk_is_accounted_for_and_every_event_is_its_record() {
    let (Some(logs), Some(shared)) = (real_logs(), shared_folder()) else { return };
    let place = Place::new(Backend::Folder).await;
    let lake = open(&place).await;
    let source = shared.join("data/trail-logs");
    let summary = lake.ingest_with("walked", request(source.to_str().unwrap(), ObjectStoreOptions::default())).await;
    check(&lake, "walked", &summary, &logs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_real_file_named_outright_is_accounted_for_and_every_event_is_its_record() {
    let Some(logs) = real_logs() else { return };
    let place = Place::new(Backend::Folder).await;
    let lake = open(&place).await;
    let sources = logs.iter().map(|log| SourceSpec::parse(log.path.to_str().unwrap()).unwrap()).collect();
    let summary = lake.ingest_with("named", IngestRequest::new(sources, ObjectStoreOptions::default())).await;
    assert_eq!((summary.objects.seen, summary.objects.ignored), (logs.len() as u64, 0), "{summary:?}");
    check(&lake, "named", &summary, &logs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_trail_files_from_s3_give_the_same_events() {
    let Some(logs) = real_logs() else { return };
    let place = Place::new(Backend::S3).await;
    for log in &logs {
        place.put("logs", &log.name, std::fs::read(&log.path).unwrap());
    }
    let lake = open(&place).await;
    let summary = lake.ingest("copied", &place, "logs").await;
    check(&lake, "copied", &summary, &logs).await;
}
