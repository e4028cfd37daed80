//! Column chunks in memory: those of the row groups of several files, read as if they were of one.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use parquet::arrow::arrow_reader::RowGroups;
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{FileMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::{ReaderProperties, ReaderPropertiesPtr};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::SchemaDescPtr;

use super::unpack::{Unpack, as_packed};
use crate::footer::Footer;

/// The bytes of one row group that were fetched.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) footer: Arc<Footer>,
    pub(super) group: usize,
    pub(super) rows: usize,
    chunks: Vec<(usize, Arc<ChunkBytes>)>,
}

impl Loaded {
    /// A row group of which nothing is read.
    pub(super) fn new(footer: Arc<Footer>, group: usize, rows: usize) -> Self {
        Self { footer, group, rows, chunks: Vec::new() }
    }

    /// The chunk of a leaf, if it was read.
    pub(super) fn chunk(&self, leaf: usize) -> Option<&Arc<ChunkBytes>> {
        self.chunks.iter().find(|(read, _)| *read == leaf).map(|(_, chunk)| chunk)
    }

    pub(super) fn add(&mut self, leaf: usize, chunk: ChunkBytes) {
        self.chunks.push((leaf, Arc::new(chunk)));
    }
}

/// A column chunk, by its place in the file.
#[derive(Debug, Clone)]
pub(super) struct ChunkBytes {
    pub(super) start: u64,
    pub(super) bytes: Bytes,
}

impl ChunkBytes {
    /// The chunk from byte `start` of the file on.
    fn at(&self, start: u64) -> Result<Bytes> {
        let skipped = start.checked_sub(self.start).and_then(|skipped| usize::try_from(skipped).ok());
        let inside = skipped.filter(|&skipped| skipped <= self.bytes.len()).map(|skipped| self.bytes.slice(skipped..));
        inside.ok_or_else(|| ParquetError::EOF(format!("byte {start} lies outside of its column")))
    }
}

impl Length for ChunkBytes {
    fn len(&self) -> u64 {
        self.start.saturating_add(self.bytes.len() as u64)
    }
}

impl ChunkReader for ChunkBytes {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(self.at(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.at(start)?;
        let short = || ParquetError::EOF(format!("{length} bytes at {start} reach beyond their column"));
        (length <= bytes.len()).then(|| bytes.slice(..length)).ok_or_else(short)
    }
}

/// Row groups of files of one schema, one after the other.
pub(super) struct Groups {
    loaded: Arc<[Loaded]>,
    rows: usize,
    properties: ReaderPropertiesPtr,
    /// The library asks for one, and takes from it what no event has: row numbers.
    metadata: ParquetMetaData,
}

impl Groups {
    pub(super) fn new(loaded: Arc<[Loaded]>, schema: &SchemaDescPtr) -> Self {
        let rows = loaded.iter().map(|loaded| loaded.rows).sum();
        let file = FileMetaData::new(2, 0, None, None, Arc::clone(schema), None);
        let properties = Arc::new(ReaderProperties::builder().build());
        Self { loaded, rows, properties, metadata: ParquetMetaData::new(file, Vec::new()) }
    }
}

impl RowGroups for Groups {
    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>> {
        let properties = Arc::clone(&self.properties);
        Ok(Box::new(Chunks { loaded: Arc::clone(&self.loaded), next: 0, leaf, properties }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::empty())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// The chunks of one leaf.
struct Chunks {
    loaded: Arc<[Loaded]>,
    next: usize,
    leaf: usize,
    properties: ReaderPropertiesPtr,
}

impl Chunks {
    fn open(&self, loaded: &Loaded) -> Result<Box<dyn PageReader>> {
        let leaf = self.leaf;
        let missing = || ParquetError::General(format!("leaf {leaf} was not read"));
        let bytes = loaded.chunk(leaf).ok_or_else(missing)?;
        let chunk = loaded.footer.chunk(loaded.group, leaf)?;
        let open = |chunk| {
            let properties = Arc::clone(&self.properties);
            SerializedPageReader::new_with_properties(Arc::clone(bytes), chunk, loaded.rows, None, properties)
        };
        Ok(match as_packed(&chunk) {
            Some(packed) => Box::new(Unpack(open(&packed?)?)),
            None => Box::new(open(&chunk)?),
        })
    }
}

impl Iterator for Chunks {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let loaded = self.loaded.get(self.next)?;
        self.next += 1;
        Some(self.open(loaded))
    }
}

impl PageIterator for Chunks {}
