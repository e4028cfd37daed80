//! The search in one file: row groups and pages, then rows by their two key columns, then the whole rows of the matches.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use bytes::Bytes;
use datafusion::error::DataFusionError;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectMeta;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::file::metadata::PageIndexPolicy;
use traillake_columnar::EventJsonWriter;

use super::StoredMatch;
use super::candidates::{Candidate, alike, between};
use crate::event_json::record_texts;
use crate::footer::{Footer, Narrowing};
use crate::layout::{EVENT_ID, EVENT_TIME, PAGE_ROWS};
use crate::object_reader::ObjectReader;
use crate::provider::object_meta;
use crate::snapshot::DataFile;
use crate::{EventTable, Result, StorageError};

/// Rows of the key columns that are read at once.
const KEY_ROWS: usize = 8_192;
/// Whole rows that are read at once: their records may be large.
const RECORD_ROWS: usize = 512;
/// A bloom filter is asked where at most one row in so many is wanted: it lets a few of a hundred wrong ids pass, so
/// with more of them no page is ruled out.
const ROWS_PER_FILTERED: usize = 128;

/// What all searches share.
pub(super) struct Reading {
    table: EventTable,
    writer: EventJsonWriter,
    /// The key columns.
    keys: Narrowing,
    /// The columns of records.
    records: Narrowing,
}

impl Reading {
    pub(super) fn new(table: &EventTable) -> Self {
        let writer = EventJsonWriter::new(Arc::clone(table.schema()));
        let records = Narrowing::new(writer.columns_needed().iter().cloned().collect());
        let keys = Narrowing::new([EVENT_TIME, EVENT_ID].map(str::to_owned).into());
        Self { table: table.clone(), writer, keys, records }
    }
}

/// Batches of matches.
type Matches<'a> = BoxStream<'a, Result<Vec<StoredMatch<'a>>>>;

/// A file in which candidates may be stored.
pub(super) struct FileSearch<'a> {
    reading: Arc<Reading>,
    file: Arc<DataFile>,
    object: ObjectMeta,
    /// All of a small file that was just read for its footer.
    whole: Option<Bytes>,
    /// The candidates within the file's times.
    wanted: &'a [Candidate<'a>],
}

/// Rows of some row groups.
#[derive(Default)]
struct Rows {
    groups: Vec<usize>,
    /// Which of their rows, counted on from one row group to the next, ascending.
    chosen: Vec<Range<usize>>,
    /// All rows of these row groups.
    total: usize,
}

impl Rows {
    fn selection(&self) -> RowSelection {
        RowSelection::from_consecutive_ranges(self.chosen.iter().cloned(), self.total)
    }

    fn add_group(&mut self, number: usize, rows: impl IntoIterator<Item = Range<usize>>, total: usize) {
        let before = self.chosen.len();
        self.chosen.extend(rows.into_iter().map(|rows| self.total + rows.start..self.total + rows.end));
        if self.chosen.len() > before {
            self.groups.push(number);
            self.total += total;
        }
    }
}

impl<'a> FileSearch<'a> {
    /// The search for `wanted`, which lie within the times of `file`.
    pub(super) fn try_new(reading: &Arc<Reading>, file: &Arc<DataFile>, wanted: &'a [Candidate<'a>]) -> Result<Self> {
        let object = object_meta(file)
            .map_err(|error| StorageError::corrupt(&file.path, format!("its path cannot be read: {error}")))?;
        Ok(Self { reading: Arc::clone(reading), file: Arc::clone(file), object, whole: None, wanted })
    }

    /// The matches; empty when there are none.
    pub(super) async fn run(mut self) -> Result<Matches<'a>> {
        let footer = self.footer().await?;
        self.whole = self.reading.table.footers().take_whole(self.object.location.as_ref());
        let keys = self.metadata(&footer, &self.reading.keys)?;
        let suspects = self.suspects(&footer, &keys).await?;
        if suspects.chosen.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let (found, candidates) = self.matching(&keys, suspects).await?;
        if candidates.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        self.records(&footer, &found, candidates)
    }

    async fn footer(&self) -> Result<Arc<Footer>> {
        let has_pages = self.file.rows > PAGE_ROWS as u64;
        let pages = if has_pages { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
        let table = &self.reading.table;
        table.footers().get(table.object_store().as_ref(), &self.object, pages).await.map_err(self.failed())
    }

    fn metadata(&self, footer: &Footer, columns: &Narrowing) -> Result<ArrowReaderMetadata> {
        let narrowed = footer.narrowed(columns).map_err(StorageError::parquet(&self.file.path))?;
        let metadata = ArrowReaderMetadata::try_new(Arc::new(narrowed), ArrowReaderOptions::new());
        metadata.map_err(StorageError::parquet(&self.file.path))
    }

    fn builder(&self, metadata: &ArrowReaderMetadata) -> ParquetRecordBatchStreamBuilder<ObjectReader> {
        let store = Arc::clone(self.reading.table.object_store());
        let reader = ObjectReader::new(store, self.object.location.clone()).with_whole(self.whole.clone());
        ParquetRecordBatchStreamBuilder::new_with_metadata(reader, metadata.clone())
    }

    /// Rows that may be those of candidates, told from times and bloom filters.
    async fn suspects(&self, footer: &Footer, keys: &ArrowReaderMetadata) -> Result<Rows> {
        let mut suspects = Rows::default();
        for (number, group) in footer.groups().iter().enumerate() {
            let wanted = footer.event_times(number).map_or(self.wanted, |times| between(self.wanted, times));
            let wanted = self.filtered(keys, number, group.rows(), wanted).await?;
            if !wanted.is_empty() {
                suspects.add_group(number, rows_within(footer, number, group.rows(), &wanted), group.rows());
            }
        }
        Ok(suspects)
    }

    /// The candidates that the bloom filter of a row group of so many rows lets pass, where it is worth asking.
    async fn filtered(
        &self,
        keys: &ArrowReaderMetadata,
        group: usize,
        rows: usize,
        wanted: &'a [Candidate<'a>],
    ) -> Result<Cow<'a, [Candidate<'a>]>> {
        let columns = keys.parquet_schema().columns();
        let id = columns.iter().position(|leaf| leaf.path().string() == EVENT_ID);
        let (Some(id), true) = (id, wanted.len() <= rows / ROWS_PER_FILTERED) else { return Ok(Cow::Borrowed(wanted)) };
        if wanted.is_empty() {
            return Ok(Cow::Borrowed(wanted));
        }
        let mut builder = self.builder(keys);
        let bloom = builder.get_row_group_column_bloom_filter(group, id).await;
        let Some(bloom) = bloom.map_err(StorageError::parquet(&self.file.path))? else {
            return Ok(Cow::Borrowed(wanted));
        };
        let passes = |candidate: &&Candidate<'a>| candidate.event_id.is_none_or(|id| bloom.check(id));
        Ok(Cow::Owned(wanted.iter().filter(passes).copied().collect()))
    }

    /// Those of `suspects` whose time and id are those of candidates, and the candidates of each, in order.
    async fn matching(
        &self,
        keys: &ArrowReaderMetadata,
        suspects: Rows,
    ) -> Result<(Rows, VecDeque<&'a [Candidate<'a>]>)> {
        let stream = self.builder(keys).with_row_groups(suspects.groups.clone());
        let stream = stream.with_row_selection(suspects.selection()).with_batch_size(KEY_ROWS).build();
        let mut stream = stream.map_err(StorageError::parquet(&self.file.path))?;
        let Rows { groups, chosen, total } = suspects;
        let (mut numbers, mut found, mut candidates) = (chosen.into_iter().flatten(), Vec::new(), VecDeque::new());
        while let Some(batch) = stream.try_next().await.map_err(StorageError::parquet(&self.file.path))? {
            for (alike, row) in matches(&batch, self.wanted).into_iter().zip(numbers.by_ref()) {
                if !alike.is_empty() {
                    found.push(row..row + 1);
                    candidates.push_back(alike);
                }
            }
        }
        Ok((Rows { groups, chosen: found, total }, candidates))
    }

    /// The records of the rows `found`, in batches.
    fn records(
        self,
        footer: &Footer,
        found: &Rows,
        mut candidates: VecDeque<&'a [Candidate<'a>]>,
    ) -> Result<Matches<'a>> {
        let metadata = self.metadata(footer, &self.reading.records)?;
        let stream = self.builder(&metadata).with_row_groups(found.groups.clone());
        let stream = stream.with_row_selection(found.selection()).with_batch_size(RECORD_ROWS).build();
        let stream = stream.map_err(StorageError::parquet(&self.file.path))?;
        Ok(stream
            .map(move |batch| {
                let path = &self.file.path;
                let batch = batch.map_err(StorageError::parquet(path))?;
                let texts = record_texts(&self.reading.writer, &batch)
                    .map_err(|source| StorageError::Columnar { path: path.clone(), source })?;
                let texts = texts.iter().flatten().map(|text| text.unwrap_or_default().to_owned());
                let candidates = candidates.drain(..batch.num_rows().min(candidates.len()));
                Ok(candidates.zip(texts).map(|(candidates, json)| StoredMatch { candidates, json }).collect())
            })
            .boxed())
    }

    fn failed(&self) -> impl FnOnce(DataFusionError) -> StorageError {
        let path = self.file.path.clone();
        move |error| match error {
            DataFusionError::ObjectStore(source) => {
                StorageError::ObjectStore { operation: "read", path, source: *source }
            }
            DataFusionError::ParquetError(source) => StorageError::parquet(path)(*source),
            source => StorageError::Scan { path, source: Box::new(source) },
        }
    }
}

/// The rows of a row group in whose pages a candidate's time may lie.
fn rows_within(footer: &Footer, group: usize, rows: usize, wanted: &[Candidate<'_>]) -> Vec<Range<usize>> {
    let Some(pages) = footer.page_times(group) else { return iter::once(0..rows).collect() };
    let ends = pages.iter().skip(1).map(|&(start, _)| start).chain([rows]);
    let kept = pages.iter().zip(ends).filter(|((_, times), _)| !between(wanted, *times).is_empty());
    kept.map(|(&(start, _), end)| start..end.min(rows)).filter(|rows| !rows.is_empty()).collect()
}

/// By row of the batch: the candidates of its time and id.
fn matches<'a>(batch: &RecordBatch, wanted: &'a [Candidate<'a>]) -> Vec<&'a [Candidate<'a>]> {
    let times =
        batch.column_by_name(EVENT_TIME).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let ids = batch.column_by_name(EVENT_ID).and_then(|column| column.as_string_opt::<i32>());
    let Some(times) = times else { return vec![&[]; batch.num_rows()] };
    // Rows of one time follow each other.
    let mut moment: (Option<i64>, &[Candidate<'a>]) = (None, &[]);
    let of_row = |row: usize| {
        let time = times.is_valid(row).then(|| times.value(row))?;
        if moment.0 != Some(time) {
            moment = (Some(time), between(wanted, (time, time)));
        }
        let id = ids.filter(|ids| ids.is_valid(row)).map(|ids| ids.value(row));
        (!moment.1.is_empty()).then(|| alike(moment.1, time, id))
    };
    (0..batch.num_rows()).map(of_row).map(Option::unwrap_or_default).collect()
}
