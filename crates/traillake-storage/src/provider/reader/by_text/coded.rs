//! Texts as they are stored: each distinct one once, and a code for every value.
//!
//! ```text
//!  column chunk ──> dictionary ──> [NULL, "GetObject", "PutObject", ...]   what depends on a text is worked out here
//!               └─> pages      ──> 1 1 2 0 1 ...                           and looked up by code, 0 for no text
//! ```
//!
//! The texts of plain pages follow those of the dictionary, each under a code of its own. What is not known here, or is
//! not as its header says, gives none: the library reads it then, or tells what is wrong with it.

use arrow::array::{ArrayRef, BooleanBufferBuilder};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::DataType;
use bytes::Bytes;
use parquet::basic::Type;

use super::is_true;
use super::pages::Pages;
use super::plain::{self, Plain};
use crate::provider::reader::chunks::Loaded;
use crate::provider::reader::codes::hybrid::{append_bits, spread};
use crate::provider::reader::opened::Depth;

/// Bytes of the texts of a row group at most: those of larger ones are read batch by batch.
const MOST_BYTES: usize = 64 << 20;

/// The texts of one leaf of a row group, of which the dictionary is unpacked.
pub(super) struct Texts {
    pub(super) pages: Pages,
    pub(super) depth: Depth,
}

/// The texts of one leaf of a row group outside of lists and maps, and where each of them stands.
pub(super) struct Coded {
    parts: Vec<Plain>,
    /// For each row 0 for no text, else the place of the text in [`Coded::texts`].
    pub(super) codes: Vec<u32>,
}

impl Texts {
    /// Those of a leaf that was read; none where it has no texts.
    pub(super) fn of(loaded: &Loaded, leaf: usize) -> Option<Self> {
        let schema = loaded.footer.schema();
        let column = (leaf < schema.num_columns()).then(|| schema.column(leaf))?;
        if column.physical_type() != Type::BYTE_ARRAY {
            return None;
        }
        let definition = u32::try_from(column.max_def_level()).ok()?;
        let depth = Depth { definition, repetition: u32::try_from(column.max_rep_level()).ok()? };
        Some(Self { pages: Pages::of(loaded, leaf).ok()??, depth })
    }

    /// All texts, where they are in the dictionary; NULL first.
    pub(super) fn dictionary(&self, data_type: &DataType) -> Option<ArrayRef> {
        let dictionary = self.pages.dictionary.as_slice();
        let is_all = self.pages.data.iter().all(|page| page.is_coded);
        if is_all && are_few(dictionary) { plain::array(dictionary, data_type) } else { None }
    }

    /// Unpacks all pages.
    pub(super) fn decode(self) -> Option<Coded> {
        let Self { pages, depth } = self;
        let mut parts: Vec<Plain> = pages.dictionary.into_iter().collect();
        let known = parts.iter().map(|part| part.count).sum::<usize>();
        let mut texts = u32::try_from(known).ok()?;
        let mut codes = Vec::new();
        for page in pages.data {
            page.read(depth, |page| {
                let rows = page.present().ok()?;
                let count = rows.as_ref().map_or(page.count, BooleanBuffer::count_set_bits);
                let mut of_page = if let Some(codes) = page.codes(count, known).ok()? {
                    codes
                } else {
                    let first = texts.checked_add(1)?;
                    texts = texts.checked_add(u32::try_from(count).ok()?)?;
                    parts.push(Plain { bytes: Bytes::copy_from_slice(page.values), count });
                    (first..=texts).collect()
                };
                match rows {
                    Some(rows) => spread(&of_page, &rows, &mut codes),
                    None => codes.append(&mut of_page),
                }
                are_few(&parts).then_some(())
            })?;
        }
        Some(Coded { parts, codes })
    }

    /// The rows of a leaf outside of lists and maps for which `holds` says so by code. All texts are in the dictionary.
    pub(super) fn chosen(self, holds: &[bool]) -> Option<BooleanBuffer> {
        let Self { pages, depth } = self;
        let (null, texts) = holds.split_first()?;
        let of_all = texts.first().filter(|first| texts.iter().all(|holds| holds == *first));
        let only = only(holds);
        let mut chosen = BooleanBufferBuilder::new(0);
        let mut codes = Vec::new();
        for page in pages.data {
            page.read(depth, |page| {
                let rows = page.present().ok()?;
                let count = rows.as_ref().map_or(page.count, BooleanBuffer::count_set_bits);
                match (of_all, rows) {
                    (_, Some(_)) if count == 0 => chosen.append_n(page.count, *null),
                    (Some(text), None) => chosen.append_n(page.count, *text),
                    (Some(text), Some(rows)) if text == null => chosen.append_n(rows.len(), *null),
                    (Some(text), Some(rows)) => chosen.append_buffer(&if *text { rows } else { !&rows }),
                    (None, rows) => {
                        let numbers = page.codes(count, texts.len()).ok()??;
                        if let Some(rows) = &rows {
                            codes.clear();
                            spread(&numbers, rows, &mut codes);
                        }
                        let codes = if rows.is_some() { &codes } else { &numbers };
                        match only {
                            Some(only) if !codes.contains(&only) => chosen.append_n(page.count, false),
                            Some(only) => append_bits(&mut chosen, codes, |code| code == only),
                            None => append_bits(&mut chosen, codes, |code| is_true(holds, code)),
                        }
                    }
                }
                Some(())
            })?;
        }
        Some(chosen.finish())
    }
}

pub(super) fn are_few(texts: &[Plain]) -> bool {
    texts.iter().map(|part| part.bytes.len()).sum::<usize>() <= MOST_BYTES
}

/// The code that alone is true.
fn only(holds: &[bool]) -> Option<u32> {
    let mut codes = holds.iter().zip(0..).filter(|(holds, _)| **holds).map(|(_, code)| code);
    codes.next().filter(|_| codes.next().is_none())
}

impl Coded {
    /// All texts, of which codes tell the place; NULL first.
    pub(super) fn texts(&self, data_type: &DataType) -> Option<ArrayRef> {
        plain::array(&self.parts, data_type)
    }
}
