//! Column chunks in memory: those of the row groups of several files, read as if they were of one.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use parquet::arrow::arrow_reader::RowGroups;
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{FileMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::offset_index::PageLocation;
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

    /// The pages of a leaf that was read.
    pub(super) fn packed_pages(&self, leaf: usize) -> Result<PackedPages> {
        let missing = || ParquetError::General(format!("leaf {leaf} was not read"));
        let bytes = self.chunk(leaf).ok_or_else(missing)?;
        let chunk = self.footer.chunk(self.group, leaf)?;
        let packed = as_packed(&chunk).transpose()?;
        let is_packed = packed.is_some();
        let (chunk, pages) = (packed.unwrap_or(chunk), bytes.pages.clone());
        let is_located = pages.is_some();
        let reader = SerializedPageReader::new(Arc::clone(bytes), &chunk, self.rows, pages)?;
        Ok(PackedPages { reader, is_packed, is_located })
    }

    pub(super) fn add(&mut self, leaf: usize, chunk: ChunkBytes) {
        self.chunks.push((leaf, Arc::new(chunk)));
    }
}

/// The pages of a column chunk.
pub(super) struct PackedPages {
    pub(super) reader: SerializedPageReader<ChunkBytes>,
    /// Whether they are given as they are stored, for [`unpacked_page`](super::unpack::unpacked_page).
    pub(super) is_packed: bool,
    /// Whether it is known where they lie; some may not have been read then.
    pub(super) is_located: bool,
}

/// A column chunk, or some pages of one, by their places in the file.
#[derive(Debug, Clone)]
pub(super) struct ChunkBytes {
    /// In the order of the file.
    pieces: Vec<(u64, Bytes)>,
    /// Where all its pages lie, if some were not read: those are skipped without a look.
    pages: Option<Vec<PageLocation>>,
}

impl ChunkBytes {
    /// Bytes that begin at these places, in order; of some pages only, when it is told where all are.
    pub(super) fn new(pieces: Vec<(u64, Bytes)>, pages: Option<Vec<PageLocation>>) -> Self {
        Self { pieces, pages }
    }

    /// Whether all of its pages were read.
    pub(super) fn is_whole(&self) -> bool {
        self.pages.is_none()
    }

    /// What was read from byte `start` of the file on.
    fn at(&self, start: u64) -> Result<Bytes> {
        let after = self.pieces.partition_point(|(begin, _)| *begin <= start);
        let piece = after.checked_sub(1).and_then(|piece| self.pieces.get(piece));
        let inside = piece.and_then(|(begin, bytes)| {
            let skipped = usize::try_from(start - begin).ok()?;
            (skipped <= bytes.len()).then(|| bytes.slice(skipped..))
        });
        inside.ok_or_else(|| ParquetError::EOF(format!("byte {start} lies outside of what was read of its column")))
    }
}

impl Length for ChunkBytes {
    fn len(&self) -> u64 {
        self.pieces.last().map_or(0, |(begin, bytes)| begin.saturating_add(bytes.len() as u64))
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

/// The bytes of the dictionary before all pages, if there is one that is not read along, and of the pages that hold `rows`;
/// none where the pages cannot be those of `chunk`, a chunk of `all` rows.
pub(super) fn bytes_of_pages(
    pages: &[PageLocation],
    chunk: &Range<u64>,
    rows: &Range<usize>,
    all: usize,
) -> Option<(Option<Range<u64>>, Range<u64>)> {
    let row = |page: &PageLocation| usize::try_from(page.first_row_index).unwrap_or(usize::MAX);
    if !pages.is_sorted_by_key(row) || pages.last().is_none_or(|last| row(last) > all) {
        return None;
    }
    let first = pages.partition_point(|page| row(page) <= rows.start).checked_sub(1)?;
    let after = pages.partition_point(|page| row(page) < rows.end);
    let start = u64::try_from(pages.get(first)?.offset).ok()?;
    let last = pages.get(after.checked_sub(1)?)?;
    let end = u64::try_from(last.offset).ok()?.checked_add(u64::try_from(last.compressed_page_size).ok()?)?;
    let values = u64::try_from(pages.first()?.offset).ok()?;
    let is_inside = chunk.start <= values && values <= start && start < end && end <= chunk.end;
    is_inside.then(|| match first {
        0 => (None, chunk.start..end),
        _ => ((chunk.start < values).then_some(chunk.start..values), start..end),
    })
}

/// Row groups of files of one schema, one after the other.
pub(super) struct Groups {
    loaded: Arc<[Loaded]>,
    rows: usize,
    /// The library asks for one, and takes from it what no event has: row numbers.
    metadata: ParquetMetaData,
}

impl Groups {
    pub(super) fn new(loaded: Arc<[Loaded]>, schema: &SchemaDescPtr) -> Self {
        let rows = loaded.iter().map(|loaded| loaded.rows).sum();
        let file = FileMetaData::new(2, 0, None, None, Arc::clone(schema), None);
        Self { loaded, rows, metadata: ParquetMetaData::new(file, Vec::new()) }
    }
}

impl RowGroups for Groups {
    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>> {
        Ok(Box::new(Chunks { loaded: Arc::clone(&self.loaded), next: 0, leaf }))
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
}

impl Chunks {
    fn open(&self, loaded: &Loaded) -> Result<Box<dyn PageReader>> {
        let PackedPages { reader, is_packed, .. } = loaded.packed_pages(self.leaf)?;
        Ok(if is_packed { Box::new(Unpack(reader)) } else { Box::new(reader) })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Vec<PageLocation> {
        let page = |(offset, first_row_index)| PageLocation { offset, compressed_page_size: 100, first_row_index };
        [(50, 0), (150, 10), (250, 20)].map(page).to_vec()
    }

    #[test]
    fn rows_are_read_with_their_pages_and_the_dictionary() {
        let read = |chunk: Range<u64>, rows| bytes_of_pages(&pages(), &chunk, &rows, 30);
        assert_eq!(read(10..350, 0..10), Some((None, 10..150)));
        assert_eq!(read(10..350, 9..11), Some((None, 10..250)));
        assert_eq!(read(10..350, 12..20), Some((Some(10..50), 150..250)));
        assert_eq!(read(50..350, 25..99), Some((None, 250..350)));
    }

    #[test]
    fn pages_outside_of_their_chunk_are_not_believed() {
        assert_eq!(bytes_of_pages(&pages(), &(60..350), &(0..10), 30), None);
        assert_eq!(bytes_of_pages(&pages(), &(10..340), &(20..30), 30), None);
        assert_eq!(bytes_of_pages(&pages(), &(10..350), &(0..10), 19), None);
        assert_eq!(bytes_of_pages(&[], &(10..340), &(20..30), 30), None);
        let negative = [PageLocation { offset: -5, compressed_page_size: 9, first_row_index: 0 }];
        assert_eq!(bytes_of_pages(&negative, &(0..340), &(0..30), 30), None);
        let (mut backwards, chunk) = (pages(), 10..350);
        backwards.swap(1, 2);
        assert_eq!(bytes_of_pages(&backwards, &chunk, &(0..10), 30), None);
    }

    #[test]
    fn what_was_not_read_of_a_chunk_is_an_error() {
        let piece = |start: u64| (start, Bytes::from_static(b"0123456789"));
        let chunk = ChunkBytes::new(vec![piece(10), piece(40)], None);
        assert_eq!(chunk.get_bytes(42, 8).unwrap().as_ref(), b"23456789");
        assert_eq!(chunk.len(), 50);
        for (start, length) in [(5, 1), (15, 6), (25, 1), (42, 9), (60, 1)] {
            assert!(chunk.get_bytes(start, length).is_err(), "{start} {length}");
        }
    }
}
