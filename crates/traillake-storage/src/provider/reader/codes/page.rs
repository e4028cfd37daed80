//! One data page as codes.

use std::sync::Arc;

use arrow::buffer::BooleanBuffer;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

use super::hybrid::{dictionary_codes, present, spread, take};
use super::texts::Texts;

/// The rows of a page.
#[derive(Debug)]
pub(in crate::provider::reader) struct Codes {
    pub(in crate::provider::reader) texts: Arc<Texts>,
    pub(super) rows: usize,
    /// Those that have a value; `None` is all.
    present: Option<BooleanBuffer>,
    /// As they are stored; `None` where the values of the page are its dictionary.
    numbers: Option<Bytes>,
}

impl Codes {
    /// Appends for every row [`NULL`](super::NULL), or the number of a text plus one.
    pub(in crate::provider::reader) fn read(&self, codes: &mut Vec<u32>) -> Result<()> {
        let Some(present) = &self.present else { return self.numbers(self.rows, codes) };
        let count = present.count_set_bits();
        let mut numbers = Vec::with_capacity(count);
        self.numbers(count, &mut numbers)?;
        spread(&numbers, present, codes);
        Ok(())
    }

    fn numbers(&self, count: usize, codes: &mut Vec<u32>) -> Result<()> {
        match &self.numbers {
            Some(numbers) => dictionary_codes(numbers, count, self.texts.len(), codes)?,
            None => codes.extend(1..=u32::try_from(count)?),
        }
        Ok(())
    }
}

/// The codes of a data page of a leaf that is in no list or map.
pub(in crate::provider::reader) fn codes_of(
    page: Page,
    leaf: &ColumnDescPtr,
    dictionary: Option<&Arc<Texts>>,
) -> Result<Codes> {
    let Some(parts) = Parts::of(&page, leaf)? else { return foreign(page, leaf) };
    let (rows, most) = (page.num_values() as usize, u32::try_from(leaf.max_def_level())?);
    let present = parts.levels.map_or(Ok(None), |levels| present(&levels, most, rows))?;
    let count = present.as_ref().map_or(rows, BooleanBuffer::count_set_bits);
    let (texts, numbers) = match page.encoding() {
        Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => (known(count, dictionary)?, Some(parts.values)),
        Encoding::PLAIN => (Arc::new(Texts::parse(parts.values, count)?), None),
        _ => return foreign(page, leaf),
    };
    Ok(Codes { texts, rows, present, numbers })
}

/// The parts of a data page.
struct Parts {
    /// None where every row has a value.
    levels: Option<Bytes>,
    values: Bytes,
}

impl Parts {
    /// `None` where only the library knows how levels are kept.
    fn of(page: &Page, leaf: &ColumnDescPtr) -> Result<Option<Self>> {
        let beyond = || ParquetError::EOF("the levels of a page reach beyond it".to_owned());
        let split = |buf: &Bytes, start: usize, length: usize| {
            let end = start.checked_add(length).filter(|&end| end <= buf.len()).ok_or_else(beyond)?;
            Ok::<_, ParquetError>(Self { levels: Some(buf.slice(start..end)), values: buf.slice(end..) })
        };
        let has_levels = leaf.max_def_level() > 0;
        match page {
            Page::DataPage { buf, .. } if !has_levels => Ok(Some(Self { levels: None, values: buf.clone() })),
            Page::DataPage { buf, def_level_encoding: Encoding::RLE, .. } => {
                let length = take(&mut &buf[..], 4)?.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
                split(buf, 4, usize::try_from(length)?).map(Some)
            }
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len: 0, .. } => {
                split(buf, 0, usize::try_from(*def_levels_byte_len)?).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// The dictionary, which may be left out where there is no value.
fn known(count: usize, dictionary: Option<&Arc<Texts>>) -> Result<Arc<Texts>> {
    let missing = || ParquetError::General("codes without a dictionary".to_owned());
    match dictionary {
        None if count > 0 => Err(missing()),
        dictionary => Ok(dictionary.map(Arc::clone).unwrap_or_default()),
    }
}

/// A page in an encoding that our writer does not use, read by the library.
fn foreign(page: Page, leaf: &ColumnDescPtr) -> Result<Codes> {
    let rows = page.num_values() as usize;
    let mut reader = ColumnReaderImpl::<ByteArrayType>::new(Arc::clone(leaf), Box::new(OnePage(Some(page))));
    let (mut levels, mut values) = (Vec::new(), Vec::<ByteArray>::new());
    let most = leaf.max_def_level();
    reader.read_records(rows, (most > 0).then_some(&mut levels), None, &mut values)?;
    let mut bytes = Vec::new();
    for value in &values {
        bytes.extend(u32::try_from(value.len())?.to_le_bytes());
        bytes.extend(value.data());
    }
    let texts = Arc::new(Texts::parse(bytes.into(), values.len())?);
    let present = (most > 0).then(|| levels.iter().map(|&level| level == most).collect::<BooleanBuffer>());
    if present.as_ref().map_or(values.len(), BooleanBuffer::len) != rows {
        return Err(ParquetError::EOF("a page of fewer rows than it says".to_owned()));
    }
    Ok(Codes { texts, rows, present, numbers: None })
}

/// A column of one page.
struct OnePage(Option<Page>);

impl Iterator for OnePage {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageReader for OnePage {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        Ok(self.0.take())
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        let rows = self.0.as_ref().map(|page| page.num_values() as usize);
        Ok(rows.map(|rows| PageMetadata { num_rows: Some(rows), num_levels: Some(rows), is_dict: false }))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0 = None;
        Ok(())
    }
}
