//! The page index of a file: where the pages of each leaf lie and between which values.

use parquet::file::metadata::{ParquetColumnIndex, ParquetOffsetIndex};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::PageLocation;

/// What of it the file has.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) columns: Option<ParquetColumnIndex>,
    pub(super) offsets: Option<ParquetOffsetIndex>,
}

impl Pages {
    /// Where the pages of a leaf lie.
    pub(super) fn of(&self, group: usize, leaf: usize) -> Option<&[PageLocation]> {
        Some(self.offsets.as_ref()?.get(group)?.get(leaf)?.page_locations().as_slice())
    }

    /// First row of every page of a leaf of whole numbers, and its least and greatest value.
    pub(super) fn times(&self, group: usize, leaf: usize) -> Option<Vec<(usize, (i64, i64))>> {
        let ColumnIndexMetaData::INT64(values) = self.columns.as_ref()?.get(group)?.get(leaf)? else { return None };
        let bounds = values.min_values_iter().zip(values.max_values_iter()).map(|(min, max)| Some((*min?, *max?)));
        let bounds = bounds.collect::<Option<Vec<_>>>()?;
        let pages = self.of(group, leaf)?;
        let rows = pages.iter().map(|page| usize::try_from(page.first_row_index).ok()).collect::<Option<Vec<_>>>()?;
        let is_sound = rows.len() == bounds.len() && rows.first() == Some(&0) && rows.is_sorted();
        is_sound.then(|| rows.into_iter().zip(bounds).collect())
    }

    /// About the bytes it takes in memory: a page as much again for its least and greatest value.
    pub(super) fn memory_bytes(&self) -> usize {
        let locations = self.offsets.iter().flatten().flatten().map(|index| index.page_locations().len());
        2 * locations.map(|pages| (pages + 1) * size_of::<PageLocation>()).sum::<usize>()
    }
}
