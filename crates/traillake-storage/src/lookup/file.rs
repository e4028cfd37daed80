//! The search in one file: row groups, then rows by their two key columns, then the whole rows of the matches.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStore;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::file::metadata::{PageIndexPolicy, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use traillake_columnar::{EventJsonWriter, EventSchema};

use super::{StoredMatch, Wanted, WantedAt};
use crate::event_json::record_texts;
use crate::layout::{EVENT_ID, EVENT_TIME, FOOTER_HINT_BYTES};
use crate::object_reader::ObjectReader;
use crate::snapshot::DataFile;
use crate::{Result, StorageError};

/// Rows of the key columns that are read at once.
const KEY_ROWS: usize = 8_192;
/// Whole rows that are read at once: their records may be large.
const RECORD_ROWS: usize = 512;

/// Batches of matches in `file`; empty when it has none.
pub(super) async fn search(
    store: Arc<dyn ObjectStore>,
    schema: Arc<EventSchema>,
    file: Arc<DataFile>,
    wanted: Arc<Wanted>,
) -> Result<BoxStream<'static, Result<Vec<StoredMatch>>>> {
    let search = FileSearch::open(store, file).await?;
    let groups = search.row_groups(&wanted).await?;
    if groups.is_empty() {
        return Ok(futures::stream::empty().boxed());
    }
    let rows = search.rows(&groups, &wanted).await?;
    if rows.candidates.is_empty() {
        return Ok(futures::stream::empty().boxed());
    }
    search.records(&schema, groups, rows)
}

struct FileSearch {
    path: String,
    reader: ObjectReader,
    metadata: ArrowReaderMetadata,
}

/// The rows found: which of all rows of the row groups, and the candidate of each, in order.
struct FoundRows {
    selection: RowSelection,
    candidates: VecDeque<usize>,
}

impl FileSearch {
    async fn open(store: Arc<dyn ObjectStore>, file: Arc<DataFile>) -> Result<Self> {
        let location = Path::parse(&file.path)
            .map_err(|error| StorageError::corrupt(&file.path, format!("its path cannot be read: {error}")))?;
        let mut reader =
            ObjectReader::new(store, location).with_size(file.size_bytes).with_footer_hint(FOOTER_HINT_BYTES);
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata =
            ArrowReaderMetadata::load_async(&mut reader, options).await.map_err(StorageError::parquet(&file.path))?;
        Ok(Self { path: file.path.clone(), reader, metadata })
    }

    fn builder(&self) -> ParquetRecordBatchStreamBuilder<ObjectReader> {
        ParquetRecordBatchStreamBuilder::new_with_metadata(self.reader.clone(), self.metadata.clone())
    }

    /// Row groups that may hold a candidate.
    async fn row_groups(&self, wanted: &Wanted) -> Result<Vec<usize>> {
        let columns = self.metadata.parquet_schema().columns();
        let position = |name: &str| columns.iter().position(|leaf| leaf.path().string() == name);
        let (time, id) = (position(EVENT_TIME), position(EVENT_ID));
        let mut builder = self.builder();
        let mut kept = Vec::new();
        for (index, group) in self.metadata.metadata().row_groups().iter().enumerate() {
            let (first, last) = times(group, time).unwrap_or((i64::MIN, i64::MAX));
            let moments: Vec<&WantedAt> = wanted.between(first, last).collect();
            if moments.is_empty() {
                continue;
            }
            let bloom = match id {
                Some(id) if moments.iter().all(|at| at.without_id.is_none()) => {
                    let bloom = builder.get_row_group_column_bloom_filter(index, id).await;
                    bloom.map_err(StorageError::parquet(&self.path))?
                }
                _ => None,
            };
            let mut ids = moments.iter().flat_map(|at| at.ids.keys());
            if bloom.is_none_or(|bloom| ids.any(|id| bloom.check(&id.as_str()))) {
                kept.push(index);
            }
        }
        Ok(kept)
    }

    /// The rows of `groups` whose time and id are those of a candidate.
    async fn rows(&self, groups: &[usize], wanted: &Wanted) -> Result<FoundRows> {
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), [EVENT_TIME, EVENT_ID]);
        let stream = self.builder().with_row_groups(groups.to_vec()).with_projection(mask).with_batch_size(KEY_ROWS);
        let mut stream = stream.build().map_err(StorageError::parquet(&self.path))?;
        let (mut rows, mut candidates, mut start) = (Vec::new(), VecDeque::new(), 0);
        while let Some(batch) = stream.try_next().await.map_err(StorageError::parquet(&self.path))? {
            for (row, candidate) in matches(&batch, wanted) {
                rows.push(start + row..start + row + 1);
                candidates.push_back(candidate);
            }
            start += batch.num_rows();
        }
        Ok(FoundRows { selection: RowSelection::from_consecutive_ranges(rows.into_iter(), start), candidates })
    }

    /// The records of `rows`, in batches.
    fn records(
        self,
        schema: &Arc<EventSchema>,
        groups: Vec<usize>,
        rows: FoundRows,
    ) -> Result<BoxStream<'static, Result<Vec<StoredMatch>>>> {
        let writer = EventJsonWriter::new(Arc::clone(schema));
        let names: Vec<&str> = writer.columns_needed().iter().map(String::as_str).collect();
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), names);
        let stream = self.builder().with_row_groups(groups).with_row_selection(rows.selection).with_projection(mask);
        let path = self.path;
        let stream = stream.with_batch_size(RECORD_ROWS).build().map_err(StorageError::parquet(&path))?;
        let mut candidates = rows.candidates;
        Ok(stream
            .map(move |batch| {
                let batch = batch.map_err(StorageError::parquet(&path))?;
                let texts = record_texts(&writer, &batch)
                    .map_err(|source| StorageError::Columnar { path: path.clone(), source })?;
                let texts = texts.iter().flatten().map(|text| text.unwrap_or_default().to_owned());
                let candidates = candidates.drain(..batch.num_rows().min(candidates.len()));
                Ok(candidates.zip(texts).map(|(candidate, json)| StoredMatch { candidate, json }).collect())
            })
            .boxed())
    }
}

/// First and last event time of a row group, if the file says.
fn times(group: &RowGroupMetaData, column: Option<usize>) -> Option<(i64, i64)> {
    match group.column(column?).statistics()? {
        Statistics::Int64(values) => Some((*values.min_opt()?, *values.max_opt()?)),
        _ => None,
    }
}

/// Row numbers in the batch and their candidates.
fn matches(batch: &RecordBatch, wanted: &Wanted) -> Vec<(usize, usize)> {
    let times =
        batch.column_by_name(EVENT_TIME).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let ids = batch.column_by_name(EVENT_ID).and_then(|column| column.as_string_opt::<i32>());
    let Some(times) = times else { return Vec::new() };
    (0..batch.num_rows())
        .filter(|&row| times.is_valid(row))
        .filter_map(|row| {
            let id = ids.filter(|ids| ids.is_valid(row)).map(|ids| ids.value(row));
            wanted.candidate(times.value(row), id).map(|candidate| (row, candidate))
        })
        .collect()
}
