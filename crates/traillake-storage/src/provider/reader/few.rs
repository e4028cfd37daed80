//! Texts of few rows of a leaf: pages without any of them are passed over, and of others only these texts are copied.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::array::builder::{ArrayBuilder as _, StringBuilder, StringViewBuilder};
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::basic::Type;
use parquet::column::page::{Page, PageReader as _};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use super::chunks::{Loaded, PackedPages};
use super::codes::page::codes_of;
use super::codes::texts::Texts;
use super::opened::{Depth, Opened, Picked, is_coded, open};
use super::parts::ranges;
use super::unpack::unpacked_page;

/// Rows of a page at most: what is made of one takes some ten bytes.
const MOST_PAGE_ROWS: usize = 1 << 24;

/// Whether texts of a leaf can be read one by one.
pub(super) fn has_texts(leaf: &ColumnDescriptor) -> bool {
    leaf.physical_type() == Type::BYTE_ARRAY && leaf.max_rep_level() == 0
}

/// Reads the texts of selected rows of a leaf, column chunk after column chunk.
pub(super) struct FewTexts {
    leaf: usize,
    column: ColumnDescPtr,
    depth: Depth,
    data_type: DataType,
    loaded: Arc<[Loaded]>,
    /// The chunk that is read, by its place.
    chunk: usize,
    pages: Option<PackedPages>,
    dictionary: Texts,
    /// The first row of the next page, counted over all chunks.
    start: usize,
    /// The first row of the next chunk.
    end: usize,
    /// The rows that are left to read.
    rows: VecDeque<Range<usize>>,
}

impl FewTexts {
    /// Of a leaf that [`has_texts`], as `data_type`.
    pub(super) fn try_new(
        leaf: usize,
        column: ColumnDescPtr,
        data_type: DataType,
        loaded: Arc<[Loaded]>,
        selection: &RowSelection,
    ) -> Result<Self> {
        let depth = Depth { definition: u32::try_from(column.max_def_level())?, repetition: 0 };
        let (rows, dictionary) = (ranges(selection).collect(), Texts::default());
        let (chunk, pages, start, end) = (0, None, 0, 0);
        Ok(Self { leaf, column, depth, data_type, loaded, chunk, pages, dictionary, start, end, rows })
    }

    /// The next texts, `most` of them and what else is in the page of the last; none at the end.
    pub(super) fn read(&mut self, most: usize) -> Result<Option<ArrayRef>> {
        let mut texts = Builder::of(&self.data_type);
        while texts.len() < most && self.next(&mut texts)? {}
        Ok((texts.len() > 0).then(|| texts.finish()))
    }

    /// Goes one page further; whether there was one that is needed.
    fn next(&mut self, texts: &mut Builder) -> Result<bool> {
        let Some(first) = self.rows.front().map(|rows| rows.start) else { return Ok(false) };
        let Some(pages) = &mut self.pages else { return self.next_chunk(first).map(|()| true) };
        // The library may panic where it looks ahead at a damaged header. To get a page costs nothing: it is unpacked later.
        let next = if pages.is_located { pages.reader.peek_next_page()?.filter(|next| !next.is_dict) } else { None };
        if let Some(rows) = next.and_then(|next| next.num_rows).filter(|rows| self.start.saturating_add(*rows) <= first)
        {
            pages.reader.skip_next_page()?;
            self.start += rows;
            return Ok(true);
        }
        let is_packed = pages.is_packed;
        match pages.reader.get_next_page()? {
            None if self.start < self.end => return Err(short()),
            None => self.pages = None,
            Some(page @ Page::DictionaryPage { .. }) => {
                let page = if is_packed { unpacked_page(page)? } else { page };
                self.dictionary = Texts::parse(page.buffer().clone(), page.num_values() as usize)?;
            }
            Some(page) => self.pick(page, is_packed, texts)?,
        }
        Ok(true)
    }

    /// Goes to the chunk that has row `first`.
    fn next_chunk(&mut self, first: usize) -> Result<()> {
        let loaded = self.loaded.get(self.chunk).ok_or_else(short)?;
        self.chunk += 1;
        (self.start, self.end) = (self.end, self.end.saturating_add(loaded.rows));
        if self.end > first {
            self.pages = Some(loaded.packed_pages(self.leaf)?);
            self.dictionary = Texts::default();
        }
        Ok(())
    }

    fn pick(&mut self, page: Page, is_packed: bool, texts: &mut Builder) -> Result<()> {
        let count = page.num_values() as usize;
        if count > MOST_PAGE_ROWS.min(self.end.saturating_sub(self.start)) {
            return Err(ParquetError::General("a page of too many rows".to_owned()));
        }
        let start = self.start;
        self.start += count;
        let places = self.take_rows(start);
        if places.is_empty() {
            return Ok(());
        }
        if is_coded(&page).is_none() {
            let page = if is_packed { unpacked_page(page)? } else { page };
            return foreign(page, &self.column, &places, texts);
        }
        let dictionary = &self.dictionary;
        let pick = |page: &Opened<'_>| {
            let places = places.iter().cloned().flatten();
            page.pick(places, dictionary.len(), |picked| match picked {
                Picked::Null => texts.push(None),
                Picked::Code(code) => texts.push(dictionary.of_code(code)),
                Picked::Text(text) => texts.push(Some(text)),
            })
        };
        open(&page, is_packed, self.depth, pick)
    }

    /// Takes the rows before that of the next page, counted from `start`.
    fn take_rows(&mut self, start: usize) -> Vec<Range<usize>> {
        let mut taken = Vec::new();
        while let Some(rows) = self.rows.pop_front() {
            if rows.end > self.start {
                self.rows.push_front(rows.start.max(self.start)..rows.end);
            }
            if rows.start >= self.start {
                break;
            }
            taken.push(rows.start - start..rows.end.min(self.start) - start);
        }
        taken
    }
}

fn short() -> ParquetError {
    ParquetError::EOF("a data file has fewer rows than its footer says".to_owned())
}

/// The texts of a page in an encoding that our writer does not use.
fn foreign(page: Page, leaf: &ColumnDescPtr, places: &[Range<usize>], texts: &mut Builder) -> Result<()> {
    let page = codes_of(page, leaf, None)?;
    let mut codes = Vec::new();
    page.read(&mut codes)?;
    for place in places.iter().cloned().flatten() {
        texts.push(page.texts.of_code(*codes.get(place).ok_or_else(short)?))?;
    }
    Ok(())
}

/// A column of texts that grows.
#[derive(Debug)]
enum Builder {
    Strings(StringBuilder),
    Views(StringViewBuilder),
}

impl Builder {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Utf8View => Self::Views(StringViewBuilder::new()),
            _ => Self::Strings(StringBuilder::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Strings(texts) => texts.len(),
            Self::Views(texts) => texts.len(),
        }
    }

    fn push(&mut self, text: Option<&[u8]>) -> Result<()> {
        let text = text.map(str::from_utf8).transpose()?;
        match self {
            Self::Strings(texts) => texts.append_option(text),
            Self::Views(texts) => texts.append_option(text),
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Strings(mut texts) => Arc::new(texts.finish()),
            Self::Views(mut texts) => Arc::new(texts.finish()),
        }
    }
}

#[cfg(test)]
mod tests;
