//! Footers of data files: read once, kept as they are stored, and given on as far as a question needs them.
//!
//! ```text
//!  end of a file ──> a walk: row groups, where their chunks lie and are told of ──> kept (`Footer`, `Footers`)
//!                                                 asked for three leaves of a hundred ──> their bytes, to the library
//! ```
//!
//! The library reads all that a footer says into some 500 bytes for every leaf of every row group, and makes the schema of
//! every file anew. Here a footer is walked through once; the files of a store share their schema, which is known by its
//! bytes; and [`Footer::narrowed`] has the library read the bytes of the leaves that are asked for.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader,
    ParquetStatisticsPolicy,
};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::PageLocation;
use parquet::schema::types::SchemaDescPtr;

mod cache;
mod chunk;
mod group;
mod narrowing;
mod pages;
mod shape;
mod walk;

pub(crate) use cache::Footers;
pub(crate) use chunk::Chunk;
pub(crate) use group::Group;
pub(crate) use narrowing::Narrowing;

use chunk::Told;
use group::Groups;
use narrowing::Leaves;
use pages::{Extent, Pages};
use shape::{SCHEMA, Shape};
use walk::{I32, I64, LIST, Walk, damaged, push_field, push_number, push_structs};

/// Dotted names of leaves, or of what is above them.
pub(crate) type Paths = BTreeSet<String>;

/// The number of the field of a footer that has the row groups.
const ROW_GROUPS: i16 = 4;
/// What follows a footer: its length and four letters.
const TAIL_BYTES: usize = 8;

/// The footer of one data file.
#[derive(Debug)]
pub(crate) struct Footer {
    shape: Arc<Shape>,
    groups: Box<[Group]>,
    /// The page index if it was asked for and there is one, then the footer up to the end of the row groups.
    kept: Bytes,
    /// Where they begin in the file.
    start: u64,
    /// How many of them are the page index.
    index_bytes: usize,
    /// Where the page index begins in the file, if it lies before the footer.
    index_start: Option<u64>,
    /// Set when the page index was asked for.
    with_pages: bool,
    pages: Option<Pages>,
}

impl Footer {
    /// The footer at the end of `end`, with which a file of `size` bytes ends; an error where it points outside of the
    /// file.
    fn try_new(shape: Arc<Shape>, end: &[u8], size: u64) -> Result<Self> {
        let at = end.len().checked_sub(footer_bytes(end)?).ok_or_else(damaged)?;
        let footer = end.get(at..).unwrap_or_default();
        let start = size.checked_sub(footer.len() as u64).ok_or_else(damaged)?;
        let mut reading = Groups { shape: &shape, size, page_index: Extent::default() };
        let mut walk = Walk::new(footer, shape.beginning.len());
        let groups = row_groups(&mut walk, &mut reading)?;
        let index_start = reading.page_index.before(start);
        let kept = Bytes::copy_from_slice(footer.get(..walk.at()).unwrap_or_default());
        Ok(Self { shape, groups, kept, start, index_bytes: 0, index_start, with_pages: false, pages: None })
    }

    /// The same with the page index, which is in `index`: the bytes from where it begins to the footer.
    fn with_pages(self, index: Option<&[u8]>) -> Self {
        let this = Self { with_pages: true, ..self };
        let Some(index) = index else { return this };
        let kept = [index, this.kept.get(this.index_bytes..).unwrap_or_default()].concat().into();
        let start = this.start.saturating_sub(index.len() as u64);
        let pages = Pages::new(this.groups.len(), this.shape.schema.num_columns());
        Self { kept, start, index_bytes: index.len(), pages: Some(pages), ..this }
    }

    /// Where the page index lies in the file, up to the footer; of a footer without it.
    fn page_index(&self) -> Option<Range<u64>> {
        self.index_start.map(|start| start..self.start)
    }

    /// Of all of a file, with its page index.
    #[cfg(test)]
    pub(crate) fn of(file: Bytes) -> Self {
        let file = Vec::from(file);
        let footer = &file[file.len() - footer_bytes(&file).unwrap()..];
        let shape = Shape::of(footer, std::iter::empty()).unwrap();
        let this = Self::try_new(Arc::new(shape), &file, file.len() as u64).unwrap();
        let place = |at: u64| usize::try_from(at).unwrap();
        let index = this.page_index().map(|index| &file[place(index.start)..place(index.end)]);
        this.with_pages(index)
    }

    /// The schema, which files of the same shape share.
    pub(crate) fn schema(&self) -> &SchemaDescPtr {
        &self.shape.schema
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The chunk of a leaf in the library's form, without statistics.
    pub(crate) fn chunk(&self, group: usize, leaf: usize) -> Result<ColumnChunkMetaData> {
        self.told(self.place(group, leaf)?)?.expanded(&self.shape.schema.column(leaf))
    }

    /// Where the pages of a leaf lie, if the page index was read and the file has one.
    pub(crate) fn pages(&self, group: usize, leaf: usize) -> Option<&[PageLocation]> {
        let told = || {
            let [offsets, _] = self.told(self.place(group, leaf).ok()?).ok()?.page_index();
            let offsets = offsets?;
            let place = |at: u64| usize::try_from(at.checked_sub(self.start)?).ok();
            self.kept.get(place(offsets.start)?..place(offsets.end)?)
        };
        self.pages.as_ref()?.of(group, leaf, told)
    }

    /// First and last event time of a row group in microseconds, if its writer told and each of its rows has one.
    pub(crate) fn event_times(&self, group: usize) -> Option<(i64, i64)> {
        self.groups.get(group)?.times
    }

    /// First row of every page of event times of a row group, and its first and last time in microseconds, if the page
    /// index was read and tells, and each row has one.
    pub(crate) fn page_times(&self, group: usize) -> Option<Vec<(usize, (i64, i64))>> {
        self.event_times(group)?;
        let pages = self.pages(group, self.shape.time_leaf?)?;
        let narrow = self.narrowed(&self.shape.times).ok()?;
        let ColumnIndexMetaData::INT64(values) = narrow.column_index()?.get(group)?.first()? else { return None };
        let bounds = values.min_values_iter().zip(values.max_values_iter()).map(|(min, max)| Some((*min?, *max?)));
        let bounds = bounds.collect::<Option<Vec<_>>>()?;
        let rows = pages.iter().map(|page| usize::try_from(page.first_row_index).ok()).collect::<Option<Vec<_>>>()?;
        let is_sound = rows.len() == bounds.len() && rows.first() == Some(&0) && rows.is_sorted();
        is_sound.then(|| rows.into_iter().zip(bounds).collect())
    }

    /// The part of the footer that describes the leaves of `narrowing`; places in the file stay as they are.
    pub(crate) fn narrowed(&self, narrowing: &Narrowing) -> Result<ParquetMetaData> {
        let leaves = narrowing.leaves(&self.shape.schema)?;
        let options = ParquetMetaDataOptions::new()
            .with_schema(Arc::clone(&leaves.schema))
            .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
        let narrow = ParquetMetaDataReader::decode_metadata_with_options(&self.text_of(&leaves)?, Some(&options))?;
        if self.pages.is_none() {
            return Ok(narrow);
        }
        let reader = ParquetMetaDataReader::new_with_metadata(narrow);
        let mut reader = reader.with_page_index_policy(PageIndexPolicy::Optional);
        reader.read_page_indexes_sized(&self.kept, self.start + self.kept.len() as u64)?;
        reader.finish()
    }

    /// A footer as it would be stored if the file had these leaves alone; without schema.
    fn text_of(&self, leaves: &Leaves) -> Result<Vec<u8>> {
        let rows = self.groups.iter().map(|group| i64::try_from(group.rows()).unwrap_or(i64::MAX));
        let mut text = Vec::new();
        push_field(&mut text, 1, I32);
        push_number(&mut text, 2);
        push_field(&mut text, 2, I64);
        push_number(&mut text, rows.clone().fold(0, i64::saturating_add));
        push_field(&mut text, 1, LIST);
        push_structs(&mut text, self.groups.len());
        for (group, rows) in self.groups.iter().zip(rows) {
            push_field(&mut text, 1, LIST);
            push_structs(&mut text, leaves.kept.len());
            for &leaf in &leaves.kept {
                text.extend_from_slice(self.text(group.chunk(leaf)?)?);
            }
            for number in [0, rows] {
                push_field(&mut text, 1, I64);
                push_number(&mut text, number);
            }
            text.push(0);
        }
        text.push(0);
        Ok(text)
    }

    fn place(&self, group: usize, leaf: usize) -> Result<&Chunk> {
        let missing = || ParquetError::General(format!("a file without row group {group}"));
        self.groups.get(group).ok_or_else(missing)?.chunk(leaf)
    }

    /// What tells of a chunk, as it is stored.
    fn text(&self, chunk: &Chunk) -> Result<&[u8]> {
        let place = |at: u32| Some(self.index_bytes + usize::try_from(at).ok()?);
        let (start, end) = (place(chunk.told.start), place(chunk.told.end));
        start.zip(end).and_then(|(start, end)| self.kept.get(start..end)).ok_or_else(damaged)
    }

    fn told(&self, chunk: &Chunk) -> Result<Told> {
        Told::read(&mut Walk::new(self.text(chunk)?, 0)).ok_or_else(damaged)
    }

    /// About the bytes it takes in memory, all pages located; its schema is not its own.
    fn memory_bytes(&self) -> usize {
        let groups = self.groups.iter().map(Group::memory_bytes).sum::<usize>();
        let located = self.pages.as_ref().map_or(0, Pages::memory_bytes) + 2 * self.index_bytes;
        size_of::<Self>() + self.kept.len() + groups + located
    }
}

/// The row groups of a footer, after which `walk` is then.
fn row_groups(walk: &mut Walk<'_>, reading: &mut Groups<'_>) -> Result<Box<[Group]>> {
    let mut last = SCHEMA;
    loop {
        let field = walk.field(last).ok_or_else(damaged)?;
        if field.number == ROW_GROUPS {
            return reading.all(walk, field);
        }
        walk.skip(field).ok_or_else(damaged)?;
        last = field.number;
    }
}

/// The bytes of the footer with which a file ends, and of what follows it.
fn footer_bytes(end: &[u8]) -> Result<usize> {
    let Some((length, letters)) = end.last_chunk::<TAIL_BYTES>().and_then(|tail| tail.split_first_chunk::<4>()) else {
        return Err(damaged());
    };
    if letters != b"PAR1" {
        return Err(ParquetError::General("the file is not a Parquet file whose footer can be read".to_owned()));
    }
    let length = usize::try_from(u32::from_le_bytes(*length))?;
    length.checked_add(TAIL_BYTES).ok_or_else(damaged)
}

#[cfg(test)]
mod tests;
