//! The pages of one column chunk as they are stored: unpacked where somebody looks into them.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::errors::Result;
use parquet::file::serialized_reader::SerializedPageReader;

use super::plain::Plain;
use crate::provider::reader::chunks::Loaded;
use crate::provider::reader::codes::hybrid::unhybrid;
use crate::provider::reader::unpack::{as_packed, unpacked_page};

/// Values of a chunk at most: what is made of one takes some ten bytes.
const MOST_VALUES: usize = 1 << 24;

/// The pages of a chunk.
pub(super) struct Pages {
    /// Its dictionary, if it has one.
    pub(super) dictionary: Option<Plain>,
    pub(super) data: Vec<DataPage>,
}

/// A page with values.
pub(super) struct DataPage {
    page: Page,
    is_packed: bool,
    /// Whether its values are places in the dictionary; else they are texts.
    pub(super) is_coded: bool,
}

/// The parts of a page: levels, and the values that are not null.
pub(super) struct Parts {
    pub(super) definitions: Vec<u32>,
    pub(super) repetitions: Vec<u32>,
    pub(super) values: Bytes,
}

/// The largest levels of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Depth {
    pub(super) definition: u32,
    pub(super) repetition: u32,
}

impl Pages {
    /// None where the chunk was read in parts, or is encoded in a way that is not known here.
    pub(super) fn of(loaded: &Loaded, leaf: usize) -> Result<Option<Self>> {
        let Some(bytes) = loaded.chunk(leaf).filter(|chunk| chunk.is_whole()) else { return Ok(None) };
        let chunk = loaded.footer.chunk(loaded.group, leaf)?;
        let packed = as_packed(&chunk).transpose()?;
        let is_packed = packed.is_some();
        let reader = SerializedPageReader::new(Arc::clone(bytes), &packed.unwrap_or(chunk), loaded.rows, None)?;
        let mut this = Self { dictionary: None, data: Vec::new() };
        let mut count = 0;
        for page in reader {
            let page = page?;
            let Some(is_coded) = is_coded(&page) else { return Ok(None) };
            count += page.num_values() as usize;
            if count > MOST_VALUES {
                return Ok(None);
            }
            if page.is_data_page() {
                this.data.push(DataPage { page, is_packed, is_coded });
            } else {
                let page = if is_packed { unpacked_page(page)? } else { page };
                this.dictionary = Some(Plain { bytes: page.buffer().clone(), count: page.num_values() as usize });
            }
        }
        Ok(Some(this))
    }
}

/// Whether the values of a page are codes; none where they are neither codes nor texts.
fn is_coded(page: &Page) -> Option<bool> {
    match (page.encoding(), page) {
        (Encoding::PLAIN, _) | (Encoding::PLAIN_DICTIONARY, Page::DictionaryPage { .. }) => Some(false),
        (Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, _) => Some(true),
        _ => None,
    }
}

impl DataPage {
    /// None where the page is not what its header says.
    pub(super) fn open(self, depth: Depth) -> Option<Parts> {
        let page = if self.is_packed { unpacked_page(self.page).ok()? } else { self.page };
        let count = page.num_values() as usize;
        let (repetitions, definitions, values) = match page {
            Page::DataPage { mut buf, def_level_encoding, rep_level_encoding, .. } => {
                let repetitions = prefixed(&mut buf, depth.repetition, rep_level_encoding)?;
                (repetitions, prefixed(&mut buf, depth.definition, def_level_encoding)?, buf)
            }
            Page::DataPageV2 { mut buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let repetitions = taken(&mut buf, rep_levels_byte_len)?;
                (repetitions, taken(&mut buf, def_levels_byte_len)?, buf)
            }
            Page::DictionaryPage { .. } => return None,
        };
        let repetitions = levels(&repetitions, depth.repetition, count)?;
        Some(Parts { definitions: levels(&definitions, depth.definition, count)?, repetitions, values })
    }
}

/// The levels at the start of a page of the first version, behind their length.
fn prefixed(page: &mut Bytes, most: u32, encoding: Encoding) -> Option<Bytes> {
    if most == 0 {
        return Some(Bytes::new());
    }
    let length = u32::from_le_bytes(*taken(page, 4)?.first_chunk()?);
    if encoding == Encoding::RLE { taken(page, length) } else { None }
}

fn taken(page: &mut Bytes, length: u32) -> Option<Bytes> {
    let length = length as usize;
    (length <= page.len()).then(|| page.split_to(length))
}

fn levels(bytes: &[u8], most: u32, count: usize) -> Option<Vec<u32>> {
    if most == 0 {
        return Some(vec![0; count]);
    }
    unhybrid(bytes, u8::try_from(u32::BITS - most.leading_zeros()).ok()?, count).ok()
}
