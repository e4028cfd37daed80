//! What a vacuum removes and what it leaves.

use std::sync::Arc;

use object_store::ObjectStoreExt;
use uuid::Uuid;

use super::*;
use crate::testing::{commit, ingest, manifest_row, new_file, objects, open_events};
use crate::{Location, ObjectStoreOptions, Operation, QuarantineRow, TableChange, open_location};

const HOUR: Duration = Duration::from_hours(1);

async fn put(table: &EventTable, path: &str) {
    table.0.root.put(&Path::from(path), "abc".into()).await.unwrap();
}

async fn exists(table: &EventTable, path: &str) -> bool {
    table.0.root.head(&Path::from(path)).await.is_ok()
}

async fn vacuum(table: &EventTable, older_than: Duration) -> Vec<String> {
    let dry = table.vacuum(older_than, true).await.unwrap();
    let report = table.vacuum(older_than, false).await.unwrap();
    assert_eq!(dry, report);
    report.removed.into_iter().map(|file| file.path).collect()
}

#[tokio::test]
async fn only_what_no_snapshot_names_is_removed() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let named = format!("events/{}", new_file("a", 1, 5).path);
    put(&table, &named).await;
    let mut change = ingest("a", 1);
    let pieces = futures::stream::iter([Ok(bytes::Bytes::from_static(b"piece"))]);
    let blob = table.put_quarantine_blob(pieces).await.unwrap();
    let attempt = Uuid::from_u128(1);
    change.quarantine.push(QuarantineRow {
        object: "a".into(),
        attempt,
        blob: Some(blob.clone()),
        ..QuarantineRow::default()
    });
    commit(&table, &change).await;
    let orphans = [
        "events/account=1/region=x/date=2023-06-11/orphan.parquet".to_owned(),
        "manifest/00000000000000000099.parquet".to_owned(),
        format!("quarantine/{}.bin", Uuid::nil()),
    ];
    for orphan in &orphans {
        put(&table, orphan).await;
    }
    put(&table, "events/README.txt").await;
    assert!(vacuum(&table, HOUR).await.is_empty());
    assert_eq!(vacuum(&table, Duration::ZERO).await, orphans);
    for kept in [named.as_str(), blob.as_str(), "events/README.txt", "events/_delta_log/00000000000000000000.json"] {
        assert!(exists(&table, kept).await, "{kept}");
    }
    assert_eq!(objects(&open_events(&location).await.unwrap()).await.len(), 1);
}

#[tokio::test]
async fn what_a_commit_removed_stays_for_the_readers_before_it() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    let old = format!("events/{}", new_file("a", 1, 5).path);
    put(&table, &old).await;
    let base = commit(&table, &ingest("a", 1)).await;
    let mut compact = TableChange::new(Operation::Compact);
    compact.remove = base.files.iter().cloned().collect();
    compact.add.push(new_file("b", 1, 5));
    commit(&table, &compact).await;
    // The file's own age does not count, the age of the commit does.
    let cutoff = cutoff(table.clock().now(), Duration::from_secs(30));
    let mut kept = table.named(&table.snapshot()).await.unwrap();
    table.keep_recently_removed(&mut kept, cutoff).await.unwrap();
    assert!(kept.contains(&Path::from(old.as_str())));
    assert_eq!(vacuum(&table, Duration::ZERO).await, [old]);
}

#[tokio::test]
async fn pieces_that_an_expiry_let_go_leave_the_disk() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let piece = |object: &str, blob: Option<String>| QuarantineRow {
        object: object.into(),
        attempt: Uuid::from_u128(1),
        bytes: Some(object.as_bytes().to_vec()),
        blob,
        ..QuarantineRow::default()
    };
    let bytes = futures::stream::iter([Ok(bytes::Bytes::from_static(b"large"))]);
    let blob = table.put_quarantine_blob(bytes).await.unwrap();
    for objects in [vec!["old"], vec!["old and new 1", "old and new 2"]] {
        let mut change = TableChange::new(Operation::Ingest);
        change.manifest = objects.iter().map(|object| manifest_row(object, 1)).collect();
        change.quarantine =
            objects.iter().map(|object| piece(object, (*object == "old").then(|| blob.clone()))).collect();
        commit(&table, &change).await;
    }
    let mut expire = TableChange::new(Operation::Expire);
    expire.manifest = vec![manifest_row("old", 2), manifest_row("old and new 1", 2)];
    let before = table.snapshot();
    let snapshot = commit(&table, &expire).await;
    assert_eq!(snapshot.live_quarantine, [3]);
    assert!(vacuum(&table, HOUR).await.is_empty());
    assert!(exists(&table, &blob).await);
    assert_eq!(table.delete_retired_quarantine(&before, &snapshot).await.unwrap(), 3);
    for gone in [blob.as_str(), "quarantine/00000000000000000001.parquet", "quarantine/00000000000000000002.parquet"] {
        assert!(!exists(&table, gone).await, "{gone}");
    }
    assert!(vacuum(&table, Duration::ZERO).await.iter().all(|path| path.starts_with("manifest/")));
    let table = open_events(&location).await.unwrap();
    let rows: Vec<_> = table.quarantine_rows(&table.snapshot()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows, [piece("old and new 2", None)]);
}

#[tokio::test]
async fn merged_manifests_are_removed_and_nothing_is_missing() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    for n in 0..20_u32 {
        let mut change = TableChange::new(Operation::Ingest);
        change.manifest.push(manifest_row(&format!("{n:02}"), 1));
        commit(&table, &change).await;
    }
    assert!(!vacuum(&table, Duration::ZERO).await.is_empty());
    assert_eq!(objects(&open_events(&location).await.unwrap()).await.len(), 20);
}

#[tokio::test]
async fn files_a_killed_process_left_half_written_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    let location = open_location(folder.path().to_str().unwrap(), &ObjectStoreOptions::default()).await.unwrap();
    let table = open_events(&location).await.unwrap();
    let root = folder.path().join(format!("stores/{}", table.id()));
    let staging = root.join("events/_delta_log/00000000000000000001.json#1");
    std::fs::write(&staging, "half").unwrap();
    commit(&table, &ingest("a", 1)).await;
    assert_eq!(open_events(&location).await.unwrap().snapshot().version, 1);
    assert!(vacuum(&table, HOUR).await.is_empty());
    assert_eq!(vacuum(&table, Duration::ZERO).await, ["events/_delta_log/00000000000000000001.json#1"]);
    assert!(!staging.exists());
    assert_eq!(open_events(&location).await.unwrap().snapshot().version, 1);
}

#[test]
fn only_staging_names_are_swept() {
    assert!(is_staging("x.json#1") && is_staging("a#b#22"));
    assert!(!is_staging("x.json") && !is_staging("x#") && !is_staging("#1") && !is_staging("x#1a"));
}

#[tokio::test]
async fn a_lake_opened_for_reading_is_only_reported_on() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let lake = crate::LakeStorage::open(&location, crate::OpenMode::Read, Arc::clone(table.clock())).await.unwrap();
    let reader = lake.events(table.settings()).await.unwrap();
    assert!(reader.vacuum(HOUR, true).await.is_ok());
    assert!(matches!(reader.vacuum(HOUR, false).await, Err(StorageError::ReadOnly { .. })));
}
