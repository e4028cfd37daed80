//! Opening, following and re-opening a table, also with the Delta library's own reader.

use std::sync::Arc;

use deltalake_core::DeltaTable;
use deltalake_core::logstore::{StorageConfig, default_logstore};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use traillake_model::{ColumnType, SystemClock};
use url::Url;

use super::*;
use crate::testing::{commit, files, ingest, new_file, objects, open_events};
use crate::{Location, NewFile};

async fn delta_table(table: &EventTable) -> DeltaTable {
    let store = Arc::clone(table.object_store());
    let log = default_logstore(Arc::clone(&store), store, &Url::parse("file:///").unwrap(), &StorageConfig::default());
    let mut delta = DeltaTable::new(log);
    delta.load().await.unwrap();
    delta
}

#[tokio::test]
async fn the_delta_library_reads_what_was_committed() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    commit(&table, &ingest("a", 1)).await;
    let snapshot = commit(&table, &ingest("b", 2)).await;
    let mut change = TableChange::new(Operation::Compact);
    change.remove = snapshot.files.iter().filter(|file| file.path.contains("a.parquet")).cloned().collect();
    change.add = vec![new_file("c", 1, 5)];
    let snapshot = commit(&table, &change).await;

    let delta = delta_table(&table).await;
    assert_eq!(delta.version(), Some(snapshot.version));
    let mut paths: Vec<String> = delta
        .get_file_uris()
        .unwrap()
        .map(|uri| uri.trim_start_matches("file:").trim_start_matches('/').to_owned())
        .collect();
    paths.sort();
    assert_eq!(paths, files(&snapshot).into_iter().map(|file| file.path).collect::<Vec<_>>());
    let state = delta.snapshot().unwrap();
    let actions = state.add_actions_table(true).unwrap();
    let rows: i64 = arrow::compute::sum(arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(
        actions.column_by_name("num_records").unwrap(),
    ))
    .unwrap();
    assert_eq!(rows, 10);
    assert!(actions.column_by_name("partition.date").is_some());
    assert!(actions.column_by_name("min.eventtime").is_some());
    assert!(state.schema().field("useridentity").is_some());
}

#[tokio::test]
async fn following_commits_gives_what_loading_gives() {
    let location = Location::in_memory("x");
    let (writer, reader) = (open_events(&location).await.unwrap(), open_events(&location).await.unwrap());
    for n in 0..5 {
        commit(&writer, &ingest(&n.to_string(), 1 + n)).await;
    }
    let mut expire = TableChange::new(Operation::Expire);
    expire.remove = writer.snapshot().files.iter().take(2).cloned().collect();
    commit(&writer, &expire).await;
    let followed = reader.refresh().await.unwrap();
    let loaded = open_events(&location).await.unwrap().snapshot();
    for snapshot in [&followed, &loaded] {
        assert_eq!(files(snapshot), files(&writer.snapshot()));
        assert_eq!((snapshot.version, snapshot.manifest_head), (6, 6));
        assert_eq!(snapshot.live_manifests, writer.snapshot().live_manifests);
        assert_eq!((snapshot.files.len(), snapshot.files.rows()), (3, 15));
    }
}

#[tokio::test]
async fn a_table_opens_from_its_checkpoint_when_the_log_before_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let in_folder = folder.path().join("a lake #1");
    let in_folder =
        crate::open_location(in_folder.to_str().unwrap(), &crate::ObjectStoreOptions::default()).await.unwrap();
    for location in [Location::in_memory("x"), in_folder] {
        opens_from_its_checkpoint(location).await;
    }
}

async fn opens_from_its_checkpoint(location: Location) {
    let table = open_events(&location).await.unwrap();
    for n in 0..52 {
        commit(&table, &ingest(&format!("{n:02}"), 1 + n % 28)).await;
    }
    let before = table.snapshot();
    for version in 0..50 {
        table.object_store().delete(&paths::commit(version)).await.unwrap();
    }
    let reopened = open_events(&location).await.unwrap();
    let after = reopened.snapshot();
    assert_eq!(files(&after), files(&before));
    assert_eq!((after.version, after.manifest_head), (52, before.manifest_head));
    assert_eq!(after.live_manifests, before.live_manifests);
    assert_eq!(objects(&reopened).await.len(), 52);
    commit(&reopened, &ingest("after", 1)).await;
    assert_eq!(open_events(&location).await.unwrap().snapshot().files.len(), 53);
}

#[tokio::test]
async fn a_store_whose_creation_was_interrupted_is_finished_when_it_is_opened() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    table.object_store().delete(&paths::commit(0)).await.unwrap();
    let read = LakeStorage::open(&location, OpenMode::Read, Arc::new(SystemClock)).await.unwrap();
    let reader = read.events(table.settings()).await.unwrap();
    assert!(reader.snapshot().files.is_empty());
    assert_eq!(reader.refresh().await.unwrap().version, 0);
    let writer = open_events(&location).await.unwrap();
    commit(&writer, &ingest("a", 1)).await;
    assert_eq!(reader.refresh().await.unwrap().files.len(), 1);
}

#[tokio::test]
async fn an_added_column_is_in_the_log_and_interrupting_it_does_no_harm() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    commit(&table, &ingest("a", 1)).await;
    let column = traillake_model::AddedColumn {
        name: "newthing".into(),
        record_field: "newThing".into(),
        r#type: ColumnType::String,
    };
    let settings = table.lake().add_column(table.id(), column).await.unwrap();
    assert_eq!((settings.version, settings.added_columns.len()), (2, 1));
    let delta = delta_table(&table).await;
    assert!(delta.snapshot().unwrap().schema().field("newthing").is_some());
    let version = delta.version().unwrap();
    // Interrupted before the log: the next opening for writing does it, once.
    table.object_store().delete(&paths::commit(version)).await.unwrap();
    for _ in 0..2 {
        let reopened = open_events(&location).await.unwrap();
        assert_eq!((reopened.snapshot().version, reopened.snapshot().files.len()), (version, 1));
    }
    assert!(delta_table(&table).await.snapshot().unwrap().schema().field("newthing").is_some());
}

#[tokio::test]
async fn a_log_that_names_files_outside_the_table_is_refused_with_their_names() {
    for path in ["../../../etc/passwd", "/etc/passwd", "s3://other/x.parquet", "file:///etc/passwd"] {
        let location = Location::in_memory("x");
        let table = open_events(&location).await.unwrap();
        let line = format!(
            r#"{{"add":{{"path":"{path}","partitionValues":{{"account":"1","region":"r","date":"2023-06-11"}},"size":1,"modificationTime":1,"dataChange":true}}}}"#
        );
        table.object_store().put(&paths::commit(1), line.into()).await.unwrap();
        for error in [table.refresh().await.unwrap_err(), open_events(&location).await.unwrap_err()] {
            assert!(matches!(error, StorageError::CorruptLog { .. }), "{error}");
            assert!(error.to_string().contains(path), "{error}");
        }
    }
}

#[tokio::test]
async fn a_table_that_needs_more_than_this_version_knows_is_refused() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let line = r#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}"#;
    table.object_store().put(&paths::commit(1), line.into()).await.unwrap();
    assert!(matches!(table.refresh().await, Err(StorageError::UnsupportedTable { .. })));
    assert!(matches!(open_events(&location).await, Err(StorageError::UnsupportedTable { .. })));
}

#[tokio::test]
async fn a_large_piece_is_stored_and_read_by_streaming() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    let pieces = (0..40_u8).map(|n| Ok(Bytes::from(vec![n; 300_000])));
    let path = table.put_quarantine_blob(futures::stream::iter(pieces)).await.unwrap();
    let read: Vec<Bytes> = table.quarantine_blob(&path).await.unwrap().try_collect().await.unwrap();
    let read = read.concat();
    assert_eq!((read.len(), read.first(), read.last()), (12_000_000, Some(&0), Some(&39)));
}

#[tokio::test]
async fn only_pieces_of_the_quarantine_are_read() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    for path in ["../lake.json", "quarantine/../settings/1.json", "settings/1.json", "quarantine/x.bin"] {
        assert!(matches!(table.quarantine_blob(path).await, Err(StorageError::CorruptLog { .. })), "{path}");
    }
}

#[tokio::test]
async fn a_piece_whose_source_fails_is_not_stored() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let pieces = [Ok(Bytes::from_static(b"x")), Err(std::io::Error::other("gone"))];
    assert!(table.put_quarantine_blob(futures::stream::iter(pieces)).await.is_err());
    let folder = Path::from(format!("stores/{}/quarantine", table.id()));
    assert_eq!(location.store.list(Some(&folder)).count().await, 0);
}

#[tokio::test]
async fn a_folder_is_a_lake_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a lake/of % mine");
    let location = crate::open_location(place.to_str().unwrap(), &crate::ObjectStoreOptions::default()).await.unwrap();
    let table = open_events(&location).await.unwrap();
    for n in 0..3 {
        commit(&table, &ingest(&n.to_string(), 1)).await;
    }
    let reopened = open_events(&location).await.unwrap();
    assert_eq!(files(&reopened.snapshot()), files(&table.snapshot()));
    assert!(place.join(format!("stores/{}/events/_delta_log/00000000000000000003.json", table.id())).is_file());
}

#[tokio::test]
async fn thousands_of_files_are_followed_and_loaded() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let mut change = TableChange::new(Operation::Ingest);
    change.add = (0..5_000).map(|n| new_file(&format!("{n}"), 1 + n % 28, 1)).collect::<Vec<NewFile>>();
    commit(&table, &change).await;
    let reopened = open_events(&location).await.unwrap();
    assert_eq!((reopened.snapshot().files.len(), reopened.snapshot().files.rows()), (5_000, 5_000));
    assert_eq!(reopened.snapshot().files.partition_count(), 28);
}
