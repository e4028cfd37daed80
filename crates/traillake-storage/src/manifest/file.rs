//! Sorted Parquet files: written in one piece, read by row group, their footer naming all that are live.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::ObjectStore;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;

use super::columns::Columns;
use super::merge::MergeInput;
use super::row::{ObjectRange, Sequenced, SortedRow};
use crate::object_reader::ObjectReader;
use crate::{Result, StorageError, paths};

/// A row group is closed when its rows weigh this much.
const ROW_GROUP_BYTES: usize = 8 << 20;
/// Rows are turned into columns when they weigh this much.
const PENDING_BYTES: usize = 1 << 20;
/// Bytes read at a file's end at first: usually the whole footer.
const FOOTER_HINT_BYTES: usize = 64 << 10;
/// Footers kept in memory.
const CACHED_FOOTERS: usize = 128;
/// Live files that a footer may name; merging keeps them far below.
const LIVE_LIMIT: usize = 100_000;
/// Footers read at once.
const CONCURRENCY: usize = 8;

const LIVE_MANIFESTS: &str = "traillake.live_manifests";
const LIVE_MANIFEST_SIZES: &str = "traillake.live_manifest_sizes";
const LIVE_QUARANTINE: &str = "traillake.live_quarantine";
const LIVE_QUARANTINE_SIZES: &str = "traillake.live_quarantine_sizes";

/// A live file of the manifest or quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LiveFile {
    /// Its number.
    pub(crate) number: u64,
    /// Weight of its rows, 0 when it has none.
    pub(crate) size_bytes: u64,
}

/// What the footer of the newest manifest file names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LiveLists {
    /// Manifest files, the newest last.
    pub(crate) manifests: Vec<LiveFile>,
    /// Quarantine files.
    pub(crate) quarantine: Vec<LiveFile>,
}

impl LiveLists {
    fn to_key_values(&self) -> Vec<KeyValue> {
        let numbers = |files: &[LiveFile]| list(files.iter().map(|file| file.number));
        let sizes = |files: &[LiveFile]| list(files.iter().map(|file| file.size_bytes));
        vec![
            KeyValue::new(LIVE_MANIFESTS.into(), numbers(&self.manifests)),
            KeyValue::new(LIVE_MANIFEST_SIZES.into(), sizes(&self.manifests)),
            KeyValue::new(LIVE_QUARANTINE.into(), numbers(&self.quarantine)),
            KeyValue::new(LIVE_QUARANTINE_SIZES.into(), sizes(&self.quarantine)),
        ]
    }

    fn parse(metadata: &ParquetMetaData, head: u64) -> Result<Self, String> {
        let manifests = files(metadata, LIVE_MANIFESTS, LIVE_MANIFEST_SIZES, head)?;
        let quarantine = files(metadata, LIVE_QUARANTINE, LIVE_QUARANTINE_SIZES, head)?;
        if manifests.last().map(|file| file.number) != Some(head) {
            return Err(format!("its footer does not name itself ({head}) as the newest live manifest"));
        }
        Ok(Self { manifests, quarantine })
    }
}

fn list(numbers: impl Iterator<Item = u64>) -> String {
    let texts: Vec<String> = numbers.map(|number| number.to_string()).collect();
    format!("[{}]", texts.join(","))
}

fn files(metadata: &ParquetMetaData, numbers: &str, sizes: &str, head: u64) -> Result<Vec<LiveFile>, String> {
    let (numbers, sizes) = (numbers_of(metadata, numbers)?, numbers_of(metadata, sizes)?);
    if numbers.len() != sizes.len() || numbers.len() > LIVE_LIMIT {
        return Err("the live lists in its footer do not fit each other".into());
    }
    if !numbers.is_sorted_by(|a, b| a < b) || numbers.last().is_some_and(|last| *last > head) {
        return Err("the live list in its footer is not ascending up to its own number".into());
    }
    Ok(numbers.into_iter().zip(sizes).map(|(number, size_bytes)| LiveFile { number, size_bytes }).collect())
}

fn numbers_of(metadata: &ParquetMetaData, key: &str) -> Result<Vec<u64>, String> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let found = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == key));
    let text = found.and_then(|pair| pair.value.as_deref()).ok_or_else(|| format!("its footer lacks `{key}`"))?;
    serde_json::from_str(text).map_err(|_| format!("`{key}` in its footer is not a list of numbers"))
}

/// Writes rows, which come sorted by object, into a Parquet file in memory.
pub(crate) struct SortedWriter<R> {
    writer: ArrowWriter<Vec<u8>>,
    pending: Vec<Sequenced<R>>,
    pending_bytes: usize,
    group_bytes: usize,
    size_bytes: u64,
}

impl<R: SortedRow> SortedWriter<R> {
    pub(crate) fn try_new() -> Result<Self> {
        let writer = ArrowWriter::try_new(Vec::new(), R::schema(), Some(properties::<R>()))
            .map_err(StorageError::parquet("a file in memory"))?;
        Ok(Self { writer, pending: Vec::new(), pending_bytes: 0, group_bytes: 0, size_bytes: 0 })
    }

    pub(crate) fn push(&mut self, row: Sequenced<R>) -> Result<()> {
        let weight = row.row.weight();
        self.pending_bytes += weight;
        self.size_bytes = self.size_bytes.saturating_add(weight as u64);
        self.pending.push(row);
        if self.pending_bytes >= PENDING_BYTES { self.write_pending() } else { Ok(()) }
    }

    /// Weight of the rows so far.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The file; `live` is named in its footer.
    pub(crate) fn finish(mut self, live: Option<&LiveLists>) -> Result<Bytes> {
        self.write_pending()?;
        for pair in live.map(LiveLists::to_key_values).unwrap_or_default() {
            self.writer.append_key_value_metadata(pair);
        }
        self.writer.into_inner().map(Bytes::from).map_err(StorageError::parquet("a file in memory"))
    }

    fn write_pending(&mut self) -> Result<()> {
        let batch = R::to_batch(&self.pending).map_err(StorageError::arrow("a file in memory"))?;
        self.pending.clear();
        self.writer.write(&batch).map_err(StorageError::parquet("a file in memory"))?;
        self.group_bytes += std::mem::take(&mut self.pending_bytes);
        if self.group_bytes >= ROW_GROUP_BYTES {
            self.group_bytes = 0;
            self.writer.flush().map_err(StorageError::parquet("a file in memory"))?;
        }
        Ok(())
    }
}

fn properties<R: SortedRow>() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(R::ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from("object"), EnabledStatistics::Chunk)
        // Addresses share long beginnings: cut statistics would select nothing.
        .set_statistics_truncate_length(None)
        .build()
}

/// The sorted files of one folder (`manifest` or `quarantine`) of an event data store.
#[derive(Debug, Clone)]
pub(crate) struct SortedFiles {
    store: Arc<dyn ObjectStore>,
    folder: &'static str,
    footers: Arc<Mutex<HashMap<u64, ArrowReaderMetadata>>>,
}

impl SortedFiles {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, folder: &'static str) -> Self {
        Self { store, folder, footers: Arc::default() }
    }

    /// What the footer of manifest file `head` names.
    pub(crate) async fn live_lists(&self, head: u64) -> Result<LiveLists> {
        let footer = self.footer(head).await?;
        LiveLists::parse(footer.metadata(), head)
            .map_err(|reason| StorageError::corrupt(paths::sorted_file(self.folder, head), reason))
    }

    /// Number of rows of a file.
    pub(crate) async fn row_count(&self, number: u64) -> Result<u64> {
        let rows = self.footer(number).await?.metadata().file_metadata().num_rows();
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    /// The rows of these files in `range`, ready to be merged. Files that hold none are left out.
    pub(crate) async fn inputs<R: SortedRow>(
        &self,
        live: &[LiveFile],
        range: &ObjectRange,
    ) -> Result<Vec<MergeInput<R>>> {
        let holding = live.iter().filter(|file| file.size_bytes > 0);
        let inputs: Vec<_> = holding.map(|file| self.input(file.number, range).boxed()).collect();
        let inputs: Vec<Option<_>> = futures::stream::iter(inputs).buffered(CONCURRENCY).try_collect().await?;
        Ok(inputs.into_iter().flatten().collect())
    }

    async fn input<R: SortedRow>(&self, number: u64, range: &ObjectRange) -> Result<Option<MergeInput<R>>> {
        let footer = self.footer(number).await?;
        let groups = footer.metadata().row_groups().iter().enumerate();
        let selected: Vec<(usize, Option<String>)> = groups
            .filter_map(|(index, group)| match bounds(group) {
                Some((min, max)) => range.overlaps(&min, &max).then_some((index, Some(min))),
                None => Some((index, None)),
            })
            .collect();
        let Some((_, first)) = selected.first() else { return Ok(None) };
        let lower = first.clone().unwrap_or_default();
        let indices = selected.into_iter().map(|(index, _)| index).collect();
        Ok(Some(MergeInput { lower, rows: self.rows(number, footer, indices, range.clone()) }))
    }

    fn rows<R: SortedRow>(
        &self,
        number: u64,
        footer: ArrowReaderMetadata,
        groups: Vec<usize>,
        range: ObjectRange,
    ) -> BoxStream<'static, Result<Sequenced<R>>> {
        let path = paths::sorted_file(self.folder, number);
        let reader = ObjectReader::new(Arc::clone(&self.store), path.clone());
        let batches = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, footer)
            .with_row_groups(groups)
            .with_batch_size(R::BATCH_ROWS)
            .build();
        let batches = match batches {
            Ok(batches) => batches,
            Err(error) => return futures::stream::once(async move { Err(StorageError::parquet(path)(error)) }).boxed(),
        };
        batches
            .map(move |batch| -> Result<_> {
                let columns = Columns::new(batch.map_err(StorageError::parquet(&path))?);
                let rows: Result<Vec<Sequenced<R>>, String> =
                    (0..columns.rows()).map(|row| R::from_batch(&columns, row)).collect();
                let mut rows = rows.map_err(|reason| StorageError::corrupt(&path, reason))?;
                rows.retain(|row| range.contains(row.row.object()));
                Ok(futures::stream::iter(rows.into_iter().map(Ok)))
            })
            .try_flatten()
            .boxed()
    }

    async fn footer(&self, number: u64) -> Result<ArrowReaderMetadata> {
        if let Some(known) = self.footers.lock().unwrap_or_else(PoisonError::into_inner).get(&number) {
            return Ok(known.clone());
        }
        let path = paths::sorted_file(self.folder, number);
        let mut reader = ObjectReader::new(Arc::clone(&self.store), path.clone()).with_footer_hint(FOOTER_HINT_BYTES);
        let footer = ArrowReaderMetadata::load_async(&mut reader, ArrowReaderOptions::new())
            .await
            .map_err(StorageError::parquet(path))?;
        let mut footers = self.footers.lock().unwrap_or_else(PoisonError::into_inner);
        if footers.len() >= CACHED_FOOTERS {
            footers.clear();
        }
        footers.insert(number, footer.clone());
        Ok(footer)
    }
}

/// Smallest and largest object of a row group.
fn bounds(group: &RowGroupMetaData) -> Option<(String, String)> {
    let column = group.columns().iter().find(|column| column.column_path().string() == "object")?;
    let Statistics::ByteArray(values) = column.statistics()? else { return None };
    let text = |value: &parquet::data_type::ByteArray| std::str::from_utf8(value.data()).ok().map(str::to_owned);
    Some((text(values.min_opt()?)?, text(values.max_opt()?)?))
}
