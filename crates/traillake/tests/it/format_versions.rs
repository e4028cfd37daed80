//! Lakes that older versions wrote: `tests/format-v<n>/` holds one of each, written once and opened for ever.
//!
//! `TRAILLAKE_BLESS_FORMAT=1 cargo test -p traillake the_fixture_of_this_version` writes the lake of the present
//! format version where there is none. A lake that is there is never written again: a change that it does not
//! survive is a new format version (docs/storage-format.md).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use traillake_model::{AddedColumn, FORMAT_VERSION, FixedClock, TrailSettings};
use traillake_storage::{CompactOptions, LakeStorage, ObjectStoreOptions, OpenMode, compact, open_location};
use traillake_testing::{gzip, record};

use crate::support::{
    Backend, Place, TestLake, assert_balanced, ids, log_of, long_after, manifest, noon, record_with, stored_ids,
};

const EVENTS: u64 = 24;

fn fixture(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/format-v{version}"))
}

/// The trail that the fixture was made of: log files on S3, so that the addresses in the manifest never change.
async fn trail() -> Place {
    let place = Place::new(Backend::S3).await;
    for n in 0..4 {
        let records: Vec<_> = (n * 6..n * 6 + 6).map(odd_record).collect();
        place.put(
            "trail",
            &format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/{n}.json.gz"),
            log_of(&records),
        );
    }
    let broken = format!("{{\"Records\":[{},17]}}", odd_record(0));
    place.put("trail", "broken.json.gz", gzip(broken.as_bytes()));
    place
}

/// Records of every shape that the columns cannot give back by themselves.
fn odd_record(n: u64) -> serde_json::Value {
    match n % 6 {
        0 => record_with(n, &[("unknownMember", json!({"deep": [1.0, "x", null]}))]),
        1 => record_with(n, &[("requestParameters", json!("text, not an object"))]),
        2 => record_with(n, &[("eventTime", json!("2026-01-02T01:00:00+01:00")), ("readOnly", json!("true"))]),
        3 => record_with(
            n,
            &[("resources", json!([{"ARN": "arn:aws:s3:::a", "type": "AWS::S3::Bucket", "new": 1}, null]))],
        ),
        4 => record_with(n, &[("userAgent", json!(["a", "b"])), ("responseElements", json!({}))]),
        _ => record(n),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fixture_of_this_version_is_there() {
    let folder = fixture(FORMAT_VERSION);
    if std::env::var_os("TRAILLAKE_BLESS_FORMAT").is_some() && !folder.exists() {
        write(&folder).await;
    }
    assert!(folder.join("lake.json").exists(), "write it with TRAILLAKE_BLESS_FORMAT=1: {}", folder.display());
}

/// A lake with a little of everything: two stores, settings of several versions, an added column, a trail, a
/// quarantine, merged and unmerged files.
async fn write(folder: &Path) {
    let place = trail().await;
    let location = open_location(folder.to_str().unwrap(), &ObjectStoreOptions::default()).await.unwrap();
    let lake = TestLake::at(&location).await;
    let trail = TrailSettings::new(
        "main-trail".parse().unwrap(),
        "s3://trail/some/prefix",
        "events".parse().unwrap(),
        noon(2, 1),
    );
    lake.create("empty-store").await;
    let settings = lake.create("events").await;
    lake.storage.put_trail(trail).await.unwrap();
    for n in 0..3 {
        let source =
            format!("{}/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/{n}.json.gz", place.address("trail"));
        lake.ingest_with("events", crate::support::request(&source, place.options("trail"))).await;
    }
    compact(&lake.table("events").await, CompactOptions::default()).await.unwrap();
    let column: AddedColumn =
        serde_json::from_value(json!({"name": "unknownmember", "record_field": "unknownMember", "type": "string"}))
            .unwrap();
    lake.storage.add_column(&settings.id, column).await.unwrap();
    lake.ingest("events", &place, "trail").await;
    lake.clock.set(long_after());
    lake.table("events").await.vacuum(std::time::Duration::ZERO, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn lakes_of_every_version_open_and_answer() {
    for version in 1..=FORMAT_VERSION {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&fixture(version), copy.path());
        check_reading(copy.path()).await;
        check_writing(copy.path()).await;
    }
}

async fn check_reading(folder: &Path) {
    let location = open_location(folder.to_str().unwrap(), &ObjectStoreOptions::default()).await.unwrap();
    let clock = Arc::new(FixedClock::new(noon(2, 1)));
    let storage = LakeStorage::open(&location, OpenMode::Read, Arc::clone(&clock) as _).await.unwrap();
    let lake = TestLake { storage, clock };
    let names: Vec<_> =
        lake.storage.event_data_stores().await.unwrap().iter().map(|store| store.name.to_string()).collect();
    assert_eq!(names, ["empty-store", "events"]);
    assert_eq!(lake.storage.trails().await.unwrap().len(), 1);
    assert_eq!(lake.value("SELECT count(*) FROM events").await, EVENTS.to_string());
    assert_eq!(lake.value("SELECT count(*) FROM system.quarantine").await, "1");
    let rows = lake.rows("SELECT eventJson FROM events ORDER BY eventID").await;
    for (n, row) in (0..).zip(rows) {
        let json: serde_json::Value = serde_json::from_str(&row[0]).unwrap();
        assert_eq!(json.to_string(), odd_record(n).to_string());
    }
    let added = lake.rows("SELECT eventID, unknownMember FROM events WHERE unknownMember IS NOT NULL").await;
    assert_eq!(
        added,
        [["00000000-0000-4000-8000-000000000018", r#"{"deep":[1.0,"x",null]}"#]],
        "files from before it read null"
    );
}

async fn check_writing(folder: &Path) {
    let place = trail().await;
    place.put("trail", "new.json.gz", log_of(&[record(EVENTS), odd_record(1)]));
    let location = open_location(folder.to_str().unwrap(), &ObjectStoreOptions::default()).await.unwrap();
    let lake = TestLake::at(&location).await;
    let retry = traillake_ingest::IngestRequest {
        retry: true,
        ..crate::support::request(&place.address("trail"), place.options("trail"))
    };
    let summary = lake.ingest_with("events", retry).await;
    assert_eq!((summary.events.stored, summary.events.duplicate, summary.events.quarantined), (1, EVENTS + 2, 1));
    let table = lake.table("events").await;
    let snapshot = table.refresh().await.unwrap();
    assert_eq!(stored_ids(&table, &snapshot).await.into_keys().collect::<Vec<_>>(), ids(0..EVENTS + 1));
    assert_balanced(&manifest(&table, &snapshot).await, EVENTS + 1);
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
