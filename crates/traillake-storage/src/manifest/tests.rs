//! Sorted files on a store in memory.

use std::sync::Arc;

use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::paths;

fn row(object: String) -> ManifestRow {
    ManifestRow {
        object,
        etag: Some("e".into()),
        size_bytes: 7,
        last_modified_ms: Some(-1),
        key: ManifestKey { region: Some("us-east-1".into()), ..ManifestKey::default() },
        status: ObjectStatus::Partial,
        attempt: Uuid::from_u128(9),
        read: 3,
        stored: 2,
        quarantined: 1,
        first_event_micros: Some(5),
        ingested_at_ms: 11,
        detail: Some("ä".into()),
        ..ManifestRow::default()
    }
}

fn encode(objects: impl Iterator<Item = String>, number: u64, live: &LiveLists) -> bytes::Bytes {
    let mut writer = SortedWriter::try_new().unwrap();
    for object in objects {
        writer.push(Sequenced { sequence: number, row: row(object) }).unwrap();
    }
    writer.finish(Some(live)).unwrap()
}

async fn put(store: &Arc<dyn ObjectStore>, number: u64, body: bytes::Bytes) {
    store.put(&paths::sorted_file(paths::MANIFEST, number), body.into()).await.unwrap();
}

fn object(index: u64) -> String {
    format!("s3://a-bucket-with-a-long-name/and/a/long/prefix/that/fills/sixty/four/bytes/{index:08}.json.gz")
}

async fn read(files: &SortedFiles, live: &[LiveFile], range: &ObjectRange) -> Vec<Sequenced<ManifestRow>> {
    merge(files.inputs(live, range).await.unwrap(), Keep::Latest).try_collect().await.unwrap()
}

#[tokio::test]
async fn rows_come_back_as_they_were_written() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let live = LiveLists { manifests: vec![LiveFile { number: 1, size_bytes: 1 }], quarantine: Vec::new() };
    put(&store, 1, encode((0..3).map(object), 1, &live)).await;
    let files = SortedFiles::new(store, paths::MANIFEST);
    assert_eq!(files.live_lists(1).await.unwrap(), live);
    let rows = read(&files, &live.manifests, &ObjectRange::all()).await;
    let expected: Vec<_> = (0..3).map(|index| Sequenced { sequence: 1, row: row(object(index)) }).collect();
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_range_reads_only_its_row_groups() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let live = LiveLists { manifests: vec![LiveFile { number: 1, size_bytes: 1 }], quarantine: Vec::new() };
    put(&store, 1, encode((0..30_000).map(object), 1, &live)).await;
    let counting = Arc::new(crate::testing::Faulty::all(store, crate::testing::Fault::Error, 0..0));
    let files = SortedFiles::new(Arc::<crate::testing::Faulty>::clone(&counting), paths::MANIFEST);
    let rows = read(&files, &live.manifests, &ObjectRange::one(&object(20_001))).await;
    assert_eq!(rows.len(), 1);
    let one = counting.seen();
    assert_eq!(read(&files, &live.manifests, &ObjectRange::all()).await.len(), 30_000);
    assert!(counting.seen() - one > one, "{} requests for all, {one} for one", counting.seen() - one);
    let before = counting.seen();
    assert!(read(&files, &live.manifests, &ObjectRange::prefix("zzz")).await.is_empty());
    assert_eq!(counting.seen(), before);
}

#[tokio::test]
async fn a_footer_that_names_later_files_is_damage() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    for numbers in [vec![1, 9], vec![1], vec![2, 1], vec![]] {
        let manifests = numbers.iter().map(|&number| LiveFile { number, size_bytes: 1 }).collect();
        put(&store, 2, encode((0..1).map(object), 2, &LiveLists { manifests, quarantine: Vec::new() })).await;
        let error = SortedFiles::new(Arc::clone(&store), paths::MANIFEST).live_lists(2).await.unwrap_err();
        assert!(matches!(error, crate::StorageError::CorruptLog { .. }), "{numbers:?}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_parquet_is_an_error_that_names_it() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    put(&store, 1, "rubbish that is long enough to hold a footer".into()).await;
    let error = SortedFiles::new(store, paths::MANIFEST).live_lists(1).await.unwrap_err();
    assert!(error.to_string().contains("manifest/00000000000000000001.parquet"), "{error}");
}

#[test]
fn a_prefix_holds_what_starts_with_it() {
    let range = ObjectRange::prefix("s3://b/x/");
    assert!(range.contains("s3://b/x/") && range.contains("s3://b/x/\u{10ffff}\u{10ffff}"));
    assert!(!range.contains("s3://b/x") && !range.contains("s3://b/x0"));
    assert!(ObjectRange::one("a").contains("a") && !ObjectRange::one("a").contains("a\0"));
}

proptest! {
    #[test]
    fn a_prefix_range_is_the_same_as_starts_with(prefix in "\\PC{0,3}|[\u{d7ff}\u{10ffff}a]{0,3}", object in "\\PC{0,5}|[\u{d7ff}\u{e000}\u{10ffff}a]{0,5}") {
        prop_assert_eq!(ObjectRange::prefix(&prefix).contains(&object), object.starts_with(&prefix));
    }
}
