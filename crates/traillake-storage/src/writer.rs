//! Writes event files: sorted batches of one partition in, a named Parquet file and its statistics out.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::arrow::async_writer::AsyncArrowWriter;
use parquet::file::metadata::ParquetMetaData;
use tokio::io::AsyncWriteExt as _;
use traillake_model::PartitionValues;

use crate::index::{FileLookup, ValueCollector};
use crate::layout::{Effort, Expected, ROW_GROUP_ROWS, writer_properties};
use crate::snapshot::NewFile;
use crate::{EventTable, Result, StorageError, paths};

mod leaf_bytes;
mod measure;
mod parallel;
use leaf_bytes::leaf_bytes;
#[cfg(test)]
pub(crate) use measure::new_file as measured;

/// Uploads above this size go up in parts.
const PART_BYTES: usize = 16 << 20;
/// Rows of a file that two threads encode; more are more than one row group.
const SHARED_ROWS: RangeInclusive<usize> = 8_192..=ROW_GROUP_ROWS;
/// Bytes of values up to which they are one row group for certain.
const SHARED_BYTES: usize = 64 << 20;

/// Writes one event file of `values` and uploads it under a new path; nothing sees it before a commit names it.
///
/// The batches have the table's file schema (`EventSchema::file_schema`) and are sorted by eventtime, then eventid,
/// nulls first, within and across batches. The encoded file is held in memory: callers bound the batches.
pub async fn write_event_file(
    table: &EventTable,
    values: &PartitionValues,
    batches: &[RecordBatch],
    effort: Effort,
) -> Result<NewFile> {
    let path = new_path(values);
    let schema = Arc::clone(table.schema().file_schema());
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let batches = batches.to_vec();
    let encoding = tokio::task::spawn_blocking(move || encode(&schema, rows, &batches, effort));
    let (bytes, metadata, lookup) = encoding
        .await
        .map_err(|error| StorageError::Internal { reason: format!("encoding a file stopped: {error}") })?
        .map_err(StorageError::parquet(&path))?;
    let size_bytes = bytes.len() as u64;
    upload(table, &path, bytes).await?;
    let file = measure::new_file(path, size_bytes, values.clone(), &metadata);
    Ok(NewFile { lookup, ..file })
}

fn encode(
    schema: &SchemaRef,
    rows: usize,
    batches: &[RecordBatch],
    effort: Effort,
) -> parquet::errors::Result<(Bytes, ParquetMetaData, Option<Arc<FileLookup>>)> {
    let mut bytes = Vec::new();
    let leaf_bytes = leaf_bytes(batches);
    let options = options(schema, Expected { rows, leaf_bytes: &leaf_bytes }, effort)?;
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, Arc::clone(schema), options)?;
    let mut values = ValueCollector::new();
    let is_shared =
        SHARED_ROWS.contains(&rows) && leaf_bytes.iter().filter_map(|leaf| leaf.values).sum::<usize>() <= SHARED_BYTES;
    let metadata = if is_shared {
        parallel::write_on_two(writer, schema, batches, || batches.iter().for_each(|batch| values.add(batch)))?
    } else {
        for batch in batches {
            writer.write(batch)?;
            values.add(batch);
        }
        writer.close()?
    };
    Ok((bytes.into(), metadata, values.finish().map(Arc::new)))
}

async fn upload(table: &EventTable, path: &str, bytes: Bytes) -> Result<()> {
    let mut writer = BufWriter::with_capacity(Arc::clone(table.object_store()), Path::from(path), PART_BYTES);
    if let Err(error) = writer.put(bytes).await {
        // The parts that went up are not needed; what cannot be removed here is swept by vacuum.
        let _ignored = writer.abort().await;
        return Err(StorageError::object_store("write", path)(error));
    }
    // A shutdown that fails has given up its parts itself.
    writer.shutdown().await.map_err(|source| {
        StorageError::object_store("write", path)(object_store::Error::Generic {
            store: "upload",
            source: source.into(),
        })
    })
}

/// Writes one event file batch by batch, with bounded memory: what compaction uses.
pub struct EventFileWriter {
    path: String,
    partition: PartitionValues,
    writer: AsyncArrowWriter<BufWriter>,
    values: ValueCollector,
}

impl std::fmt::Debug for EventFileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventFileWriter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl EventFileWriter {
    /// Starts a file of about `rows` rows; the number sizes row groups, page index and bloom filters.
    pub fn try_new(table: &EventTable, values: &PartitionValues, rows: usize, effort: Effort) -> Result<Self> {
        let path = new_path(values);
        let schema = Arc::clone(table.schema().file_schema());
        let upload = BufWriter::with_capacity(Arc::clone(table.object_store()), Path::from(path.as_str()), PART_BYTES);
        let writer = options(&schema, Expected { rows, leaf_bytes: &[] }, effort)
            .and_then(|options| AsyncArrowWriter::try_new_with_options(upload, schema, options))
            .map_err(StorageError::parquet(&path))?;
        Ok(Self { path, partition: values.clone(), writer, values: ValueCollector::new() })
    }

    /// Appends a batch of the file schema, sorted as described at [`write_event_file`].
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.values.add(batch);
        self.writer.write(batch).await.map_err(StorageError::parquet(&self.path))
    }

    /// Bytes of the file so far: uploaded, buffered and an estimate for rows not yet encoded.
    pub fn size_bytes(&self) -> usize {
        self.writer.bytes_written().saturating_add(self.writer.in_progress_size())
    }

    /// Ends the file. It exists from here on, but nothing sees it before a commit names it.
    pub async fn finish(mut self) -> Result<NewFile> {
        let metadata = self.writer.finish().await.map_err(StorageError::parquet(&self.path))?;
        let size_bytes = self.writer.bytes_written() as u64;
        let file = measure::new_file(self.path, size_bytes, self.partition, &metadata);
        Ok(NewFile { lookup: self.values.finish().map(Arc::new), ..file })
    }
}

fn options(schema: &SchemaRef, expected: Expected<'_>, effort: Effort) -> parquet::errors::Result<ArrowWriterOptions> {
    // The embedded Arrow schema costs 4 to 10 kB in every file and repeats what the Parquet types say already.
    Ok(ArrowWriterOptions::new()
        .with_properties(writer_properties(schema, expected, effort)?)
        .with_skip_arrow_metadata(true))
}

/// A path nobody has used.
fn new_path(values: &PartitionValues) -> String {
    paths::data_file(&paths::data_folder(values), uuid::Uuid::new_v4())
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;
    use traillake_model::Retention;

    use super::*;
    use crate::Location;
    use crate::table_testing::{batch, day, partition, records, table, table_at};
    use crate::testing::{Fault, Faulty};

    const ACCOUNT: &str = "111111111111";

    #[tokio::test]
    async fn a_file_lies_in_its_partition_and_says_what_it_holds() {
        let table = table(Retention::Unlimited).await;
        let values = partition(ACCOUNT, "us-east-1", day(11));
        let batches =
            [0..700, 700..1_500].map(|numbers| batch(table.schema(), &records(ACCOUNT, "us-east-1", day(11), numbers)));
        let file = write_event_file(&table, &values, &batches, Effort::Ingest).await.unwrap();
        assert!(file.path.starts_with("account=111111111111/region=us-east-1/date=2023-06-11/"), "{}", file.path);
        let midnight = day(11).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros();
        assert_eq!((file.rows, file.stats.event_time_micros), (1_500, (midnight, midnight + 1_499_000_000)));
        let stats = file.stats.to_delta_json(file.rows);
        assert!(stats.contains(r#""eventname":"GetObject""#) && stats.contains(r#""errorcode":1470"#), "{stats}");
        let meta =
            object_store::ObjectStoreExt::head(table.object_store().as_ref(), &Path::from(file.path.as_str())).await;
        assert_eq!(meta.unwrap().size, file.size_bytes);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_an_error_that_names_it() {
        let store = Arc::new(Faulty::puts(InMemory::new(), Fault::Error, 0..u64::MAX));
        store.pause();
        let location = Location { store: Arc::clone(&store) as _, ..Location::in_memory("faulty") };
        let table = table_at(&location, Retention::Unlimited).await;
        let values = partition(ACCOUNT, "us-east-1", day(11));
        let rows = batch(table.schema(), &records(ACCOUNT, "us-east-1", day(11), 0..10));
        store.resume();
        let error = write_event_file(&table, &values, &[rows], Effort::Ingest).await.unwrap_err();
        assert!(
            matches!(&error, StorageError::ObjectStore { path, .. } if path.contains("date=2023-06-11")),
            "{error:?}"
        );
    }

    #[tokio::test]
    async fn a_file_written_batch_by_batch_says_the_same() {
        let table = table(Retention::Unlimited).await;
        let values = PartitionValues::new(traillake_model::PartitionBy::DATE, None, None, day(11));
        let rows = batch(table.schema(), &records(ACCOUNT, "us-east-1", day(11), 0..1_500));
        let mut writer = EventFileWriter::try_new(&table, &values, 1_500, Effort::Ingest).unwrap();
        writer.write(&rows).await.unwrap();
        let streamed = writer.finish().await.unwrap();
        let whole = write_event_file(&table, &values, &[rows], Effort::Ingest).await.unwrap();
        assert!(streamed.path.starts_with("date=2023-06-11/"), "{}", streamed.path);
        assert_eq!((streamed.rows, streamed.stats), (whole.rows, whole.stats));
        assert!(whole.size_bytes <= streamed.size_bytes, "empty leaves are known when all rows are");
    }
}
