//! One data page as codes.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

use super::NULL;
use super::hybrid::{dictionary_codes, is_one_run, take, unhybrid};
use super::texts::Texts;

/// The rows of a page.
#[derive(Debug)]
pub(super) struct Codes {
    pub(super) texts: Arc<Texts>,
    /// For every row [`NULL`], or the number of a text plus one.
    pub(super) codes: Vec<u32>,
}

/// The codes of a data page of a leaf that is in no list or map.
pub(super) fn codes_of(page: Page, leaf: &ColumnDescPtr, dictionary: Option<&Arc<Texts>>) -> Result<Codes> {
    let Some(parts) = Parts::of(&page, leaf)? else { return foreign(page, leaf) };
    let (rows, most) = (page.num_values() as usize, u32::try_from(leaf.max_def_level())?);
    let levels = parts.levels.map(|levels| unless_full(&levels, most, rows)).transpose()?.flatten();
    let count = levels.as_ref().map_or(rows, |levels| levels.iter().filter(|&&level| level == most).count());
    let (texts, numbers) = match page.encoding() {
        Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => in_dictionary(&parts.values, count, dictionary)?,
        Encoding::PLAIN => {
            let texts = Texts::parse(parts.values, count)?;
            (Arc::new(texts), (1..=u32::try_from(count)?).collect())
        }
        _ => return foreign(page, leaf),
    };
    let codes = match levels {
        Some(levels) => spread(&numbers, levels, most),
        None => numbers,
    };
    Ok(Codes { texts, codes })
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

/// The levels of all rows; `None` where all rows have a value.
fn unless_full(levels: &[u8], most: u32, rows: usize) -> Result<Option<Vec<u32>>> {
    let width = u8::try_from(u32::BITS - most.leading_zeros())?;
    if is_one_run(levels, width, rows, most) {
        return Ok(None);
    }
    unhybrid(levels, width, rows).map(Some)
}

fn in_dictionary(values: &Bytes, count: usize, dictionary: Option<&Arc<Texts>>) -> Result<(Arc<Texts>, Vec<u32>)> {
    let missing = || ParquetError::General("codes without a dictionary".to_owned());
    if count == 0 {
        return Ok((dictionary.map(Arc::clone).unwrap_or_default(), Vec::new()));
    }
    let texts = Arc::clone(dictionary.ok_or_else(missing)?);
    let codes = dictionary_codes(values, count, texts.len())?;
    Ok((texts, codes))
}

/// Codes of rows out of those of the rows that have a value, whose level is `most`.
fn spread(codes: &[u32], mut levels: Vec<u32>, most: u32) -> Vec<u32> {
    let mut next = 0;
    for level in &mut levels {
        let is_present = *level == most;
        let code = codes.get(next).copied().unwrap_or(NULL);
        *level = if is_present { code } else { NULL };
        next += usize::from(is_present);
    }
    levels
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
    let codes: Vec<u32> = (1..=u32::try_from(values.len())?).collect();
    let codes = if most > 0 {
        let levels = levels.into_iter().map(u32::try_from).collect::<std::result::Result<_, _>>()?;
        spread(&codes, levels, u32::try_from(most)?)
    } else {
        codes
    };
    if codes.len() != rows {
        return Err(ParquetError::EOF("a page of fewer rows than it says".to_owned()));
    }
    Ok(Codes { texts, codes })
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
