//! Looks at a store past the query engine: its rows as Parquet, its manifest as rows.

use std::collections::BTreeMap;

use arrow::array::AsArray;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use traillake_storage::{EventTable, ManifestRow, ObjectRange, ObjectStatus, QuarantineRow, TableSnapshot};

/// Every event id of the store with how often it is stored.
pub(crate) async fn stored_ids(table: &EventTable, snapshot: &TableSnapshot) -> BTreeMap<String, u64> {
    let mut ids = BTreeMap::new();
    for file in snapshot.files.iter() {
        let path = Path::parse(&file.path).unwrap();
        let bytes = table.object_store().get(&path).await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes.len() as u64, file.size_bytes, "`{}` has another size than the log says", file.path);
        let mut rows = 0;
        for id in ids_of(bytes) {
            *ids.entry(id).or_default() += 1;
            rows += 1;
        }
        assert_eq!(rows, file.rows, "`{}` has another number of rows than the log says", file.path);
    }
    ids
}

fn ids_of(file: bytes::Bytes) -> Vec<String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["eventid"]);
    let reader = builder.with_projection(mask).build().unwrap();
    let mut ids = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let column = batch.column(0).as_string::<i32>();
        ids.extend(column.iter().map(|id| id.unwrap_or_default().to_owned()));
    }
    ids
}

/// The newest manifest row of every source object.
pub(crate) async fn manifest(table: &EventTable, snapshot: &TableSnapshot) -> Vec<ManifestRow> {
    let rows = table.manifest_rows(snapshot, ObjectRange::all()).await.unwrap();
    rows.boxed().try_collect().await.unwrap()
}

/// Asserts the accounting contract: per object, in sum, and against the rows that are stored.
pub(crate) fn assert_balanced(rows: &[ManifestRow], stored_events: u64) {
    for row in rows {
        let fates = row.stored + row.duplicate + row.filtered + row.expired + row.quarantined;
        assert_eq!(row.read, fates, "the account of `{}` does not balance: {row:?}", row.object);
    }
    let stored: u64 = rows.iter().map(|row| row.stored).sum();
    assert_eq!(stored, stored_events, "the manifest counts other events than are stored");
}

/// Asserts that exactly `expected` is stored, each once, that every object is finished, and that all balances.
pub(crate) async fn assert_exact(table: &EventTable, expected: &[String]) {
    let snapshot = table.refresh().await.unwrap();
    let ids = stored_ids(table, &snapshot).await;
    let repeated: Vec<_> = ids.iter().filter(|(_, times)| **times != 1).collect();
    assert!(repeated.is_empty(), "stored more than once: {repeated:?}");
    let missing: Vec<_> = expected.iter().filter(|id| !ids.contains_key(*id)).collect();
    assert!(missing.is_empty(), "lost: {missing:?}");
    assert_eq!(ids.len(), expected.len(), "more is stored than there was");
    let rows = manifest(table, &snapshot).await;
    assert_balanced(&rows, expected.len() as u64);
    let unfinished: Vec<_> = rows.iter().filter(|row| row.status != ObjectStatus::Ingested).collect();
    assert!(unfinished.is_empty(), "not finished: {unfinished:?}");
}

/// Everything that is set aside.
pub(crate) async fn quarantine(table: &EventTable) -> Vec<QuarantineRow> {
    let snapshot = table.refresh().await.unwrap();
    table.quarantine_rows(&snapshot).await.unwrap().try_collect().await.unwrap()
}
