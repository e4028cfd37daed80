//! Results of queries: rows of texts in Parquet parts, written as they come and read from any row on.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use uuid::Uuid;

use crate::documents::{self, Created};
use crate::object_reader::ObjectReader;
use crate::{LakeStorage, Result, StorageError, paths};

/// Rows of a row group: reading from any row decodes at most so many for nothing.
const GROUP_ROWS: usize = 1_000;
/// Bytes of a row group before compression, by estimate.
const GROUP_BYTES: usize = 4 << 20;
/// Bytes of a part, which is held in memory until it is full.
const PART_BYTES: usize = 8 << 20;
/// Row groups of a part: its footer names every column of each.
const PART_GROUPS: usize = 64;
/// Rows that are decoded at once.
const BATCH_ROWS: usize = 128;
/// Bytes read at a part's end at first: usually the whole footer.
const FOOTER_HINT_BYTES: usize = 64 << 10;

/// Writes the result of one query, part by part.
#[derive(Debug)]
pub struct QueryRowsWriter {
    lake: LakeStorage,
    id: Uuid,
    schema: SchemaRef,
    part: Option<Part>,
    parts: Vec<u64>,
    bytes: u64,
}

#[derive(Debug)]
struct Part {
    writer: ArrowWriter<Vec<u8>>,
    rows: u64,
}

impl LakeStorage {
    /// A writer for the result of a query that has so many columns.
    pub fn query_rows_writer(&self, id: Uuid, columns: usize) -> QueryRowsWriter {
        let field = |n: usize| Field::new(format!("c{n}"), DataType::Utf8, true);
        let schema = Arc::new(Schema::new((0..columns).map(field).collect::<Vec<_>>()));
        QueryRowsWriter { lake: self.clone(), id, schema, part: None, parts: Vec::new(), bytes: 0 }
    }

    /// The rows of one part of a result from row `offset` on, in small batches of nullable `Utf8` columns.
    ///
    /// Nothing of the part's beginning is read but its footer.
    pub async fn query_rows(
        &self,
        id: Uuid,
        part: usize,
        offset: u64,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let path = paths::query_rows(id, part);
        let reader = ObjectReader::new(Arc::clone(self.object_store()), path.clone());
        let reader = reader.with_footer_hint(FOOTER_HINT_BYTES);
        let builder = ParquetRecordBatchStreamBuilder::new_with_options(reader, ArrowReaderOptions::new())
            .await
            .map_err(StorageError::parquet(&path))?;
        let (groups, skipped) = groups_from(builder.metadata(), offset);
        let rows = builder.with_row_groups(groups).with_offset(skipped).with_batch_size(BATCH_ROWS).build();
        let rows = rows.map_err(StorageError::parquet(&path))?;
        Ok(rows.map_err(move |error| StorageError::parquet(&path)(error)).boxed())
    }
}

/// The row groups that hold row `offset` and what follows, and the rows to skip in the first of them.
fn groups_from(metadata: &ParquetMetaData, offset: u64) -> (Vec<usize>, usize) {
    let (mut groups, mut skipped, mut before) = (Vec::new(), 0, 0_u64);
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let rows = u64::try_from(group.num_rows()).unwrap_or_default();
        if before.saturating_add(rows) > offset {
            if groups.is_empty() {
                skipped = usize::try_from(offset.saturating_sub(before)).unwrap_or(usize::MAX);
            }
            groups.push(index);
        }
        before = before.saturating_add(rows);
    }
    (groups, skipped)
}

impl QueryRowsWriter {
    /// Adds rows: one `Utf8` array for each column. Best a few hundred rows at a time.
    pub async fn write(&mut self, columns: Vec<ArrayRef>) -> Result<()> {
        let path = paths::query_rows(self.id, self.parts.len());
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(StorageError::arrow(&path))?;
        let part = match self.part.take() {
            Some(part) => part,
            None => Part::open(&self.schema).map_err(StorageError::parquet(&path))?,
        };
        let part = self.part.insert(part);
        part.writer.write(&batch).map_err(StorageError::parquet(&path))?;
        part.rows += batch.num_rows() as u64;
        if part.is_full() { self.close_part().await } else { Ok(()) }
    }

    /// Bytes of the parts so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Rows of the parts so far.
    pub fn parts(&self) -> &[u64] {
        &self.parts
    }

    /// Writes what is left; returns the rows of each part.
    pub async fn finish(mut self) -> Result<Vec<u64>> {
        self.close_part().await?;
        Ok(self.parts)
    }

    async fn close_part(&mut self) -> Result<()> {
        let Some(part) = self.part.take() else { return Ok(()) };
        let path = paths::query_rows(self.id, self.parts.len());
        let rows = part.rows;
        let body = part.writer.into_inner().map(Bytes::from).map_err(StorageError::parquet(&path))?;
        match documents::create(self.lake.object_store().as_ref(), &path, &body, |found| *found == body).await? {
            Created::Ours => {}
            Created::Theirs(_) => return Err(StorageError::Contention { path: path.to_string(), attempts: 1 }),
        }
        self.bytes = self.bytes.saturating_add(body.len() as u64);
        self.parts.push(rows);
        Ok(())
    }
}

impl Part {
    fn open(schema: &SchemaRef) -> parquet::errors::Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .set_statistics_enabled(EnabledStatistics::None)
            .build();
        Ok(Self { writer: ArrowWriter::try_new(Vec::new(), Arc::clone(schema), Some(properties))?, rows: 0 })
    }

    fn is_full(&self) -> bool {
        let bytes = self.writer.bytes_written() + self.writer.in_progress_size();
        bytes >= PART_BYTES || self.writer.flushed_row_groups().len() >= PART_GROUPS
    }
}
