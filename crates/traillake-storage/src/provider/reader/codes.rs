//! Columns of texts as codes: a dictionary is read once, and rows are numbers into it.
//!
//! What is written with a dictionary is never expanded. Pages without one, which a writer starts when a dictionary
//! gets too large, are dictionaries of their own values.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::column::page::{Page, PageIterator, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

mod gather;
pub(super) mod hybrid;
mod packed;
pub(super) mod page;
#[cfg(test)]
pub(super) mod tests;
pub(super) mod texts;

use gather::Gathered;
use page::{Codes, codes_of};
use texts::Texts;

/// The code of a row without a value; it stands for the first value of every dictionary, which is NULL.
const NULL: u32 = 0;

/// Rows of a page at most: what is made of one takes some ten bytes.
const MOST_PAGE_ROWS: usize = 1 << 24;

/// Reads the selected rows of a leaf, column chunk after column chunk.
pub(super) struct CodesReader {
    leaf: ColumnDescPtr,
    /// The type of the texts.
    data_type: DataType,
    chunks: Box<dyn PageIterator>,
    pages: Option<Box<dyn PageReader>>,
    dictionary: Option<Arc<Texts>>,
    page: Option<Codes>,
    /// Those of the page, where they are read in parts.
    codes: Vec<u32>,
    /// Rows of the page that were read or skipped.
    done: usize,
    /// Rows of all chunks; no page has more.
    rows: usize,
    selection: VecDeque<RowSelector>,
}

/// Whether the texts of a leaf can be read as codes.
pub(super) fn has_codes(leaf: &ColumnDescPtr) -> bool {
    leaf.physical_type() == parquet::basic::Type::BYTE_ARRAY && leaf.max_rep_level() == 0
}

impl CodesReader {
    /// Of the rows of `chunks` that are selected; `rows` are all.
    pub(super) fn new(
        leaf: ColumnDescPtr,
        data_type: DataType,
        chunks: Box<dyn PageIterator>,
        selection: Option<&RowSelection>,
        rows: usize,
    ) -> Self {
        let all = || VecDeque::from([RowSelector::select(rows)]);
        let selection = selection.map_or_else(all, |selection| selection.iter().copied().collect());
        Self {
            leaf,
            data_type,
            chunks,
            pages: None,
            dictionary: None,
            page: None,
            codes: Vec::new(),
            done: 0,
            rows,
            selection,
        }
    }

    /// The next rows, `most` of them or fewer; `None` at the end.
    pub(super) fn read(&mut self, most: usize) -> Result<Option<ArrayRef>> {
        let mut gathered = Gathered::default();
        while gathered.rows() < most && self.come_to_selected()? {
            let Some((page, selector)) = self.page.as_ref().zip(self.selection.front_mut()) else { break };
            if gathered.rows() > 0 && !gathered.takes(&page.texts) {
                break;
            }
            let wanted = selector.row_count.min(most - gathered.rows());
            let rows = wanted.min(page.rows - self.done);
            if rows == page.rows {
                gathered.add_page(page, wanted - rows)?;
            } else {
                if self.codes.is_empty() {
                    page.read(&mut self.codes)?;
                }
                gathered.add(&page.texts, self.codes.get(self.done..self.done + rows).unwrap_or_default())?;
            }
            selector.row_count -= rows;
            self.done += rows;
        }
        if gathered.rows() == 0 { Ok(None) } else { gathered.finish(&self.data_type).map(Some) }
    }

    /// Goes on to a row that is selected; whether there is one.
    fn come_to_selected(&mut self) -> Result<bool> {
        loop {
            let is_last = self.selection.len() == 1;
            let Some(selector) = self.selection.front_mut() else { return Ok(false) };
            let left = self.page.as_ref().map_or(0, |page| page.rows - self.done);
            match *selector {
                RowSelector { row_count: 0, .. } => {
                    self.selection.pop_front();
                }
                RowSelector { skip: true, .. } if is_last => return Ok(false),
                RowSelector { skip: false, .. } if left > 0 => return Ok(true),
                RowSelector { skip: true, row_count } if left > 0 => {
                    let skipped = left.min(row_count);
                    self.done += skipped;
                    selector.row_count -= skipped;
                }
                RowSelector { skip, row_count } => self.turn_page(if skip { row_count } else { 0 })?,
            }
        }
    }

    /// Opens the next page, or skips it where it has no more rows than `skipped`.
    fn turn_page(&mut self, skipped: usize) -> Result<()> {
        (self.page, self.done) = (None, 0);
        self.codes.clear();
        let Some(pages) = &mut self.pages else {
            let ended = || ParquetError::EOF("a data file has fewer rows than its footer says".to_owned());
            self.pages = Some(self.chunks.next().ok_or_else(ended)??);
            self.dictionary = None;
            return Ok(());
        };
        if skipped > 0
            && let Some(next) = pages.peek_next_page()?
            && let Some(rows) = next.num_levels.or(next.num_rows).filter(|&rows| !next.is_dict && rows <= skipped)
        {
            pages.skip_next_page()?;
            if let Some(selector) = self.selection.front_mut() {
                selector.row_count -= rows;
            }
            return Ok(());
        }
        match pages.get_next_page()? {
            None => self.pages = None,
            Some(Page::DictionaryPage { buf, num_values, .. }) => {
                self.dictionary = Some(Arc::new(Texts::parse(buf, usize::try_from(num_values)?)?));
            }
            Some(page) if page.num_values() as usize > self.rows.min(MOST_PAGE_ROWS) => {
                return Err(ParquetError::General("a page of too many rows".to_owned()));
            }
            Some(page) => self.page = Some(codes_of(page, &self.leaf, self.dictionary.as_ref())?),
        }
        Ok(())
    }
}
