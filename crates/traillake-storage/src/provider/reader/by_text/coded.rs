//! Texts as they are stored: each distinct one once, and a code for every value.
//!
//! ```text
//!  column chunk ──> dictionary ──> [NULL, "GetObject", "PutObject", ...]   what depends on a text is worked out here
//!               └─> pages      ──> 1 1 2 0 1 ...                           and looked up by code, 0 for no text
//! ```
//!
//! The texts of plain pages follow those of the dictionary, each under a code of its own. What is not known here, or is
//! not as its header says, gives none: the library reads it then, or tells what is wrong with it.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use parquet::basic::Type;

use super::pages::{Depth, Pages};
use super::plain::{self, Plain};
use crate::provider::reader::chunks::Loaded;
use crate::provider::reader::codes::hybrid::dictionary_codes;

/// Bytes of the texts of a row group at most: those of larger ones are read batch by batch.
const MOST_BYTES: usize = 64 << 20;

/// The texts of one leaf of a row group, of which the dictionary is unpacked.
pub(super) struct Texts {
    pages: Pages,
    depth: Depth,
}

/// The texts of one leaf of a row group, and where each of them stands.
pub(super) struct Coded {
    parts: Vec<Plain>,
    /// Definition level of a text.
    depth: Depth,
    /// The codes of a leaf outside of lists and maps, one for each row. Inside, one for each element, and for what has
    /// none: 0 for no text, else the place of the text in [`Coded::texts`].
    pub(super) codes: Vec<u32>,
    definitions: Vec<u32>,
    repetitions: Vec<u32>,
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
        let (mut codes, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
        for page in pages.data {
            let is_coded = page.is_coded;
            let page = page.open(depth)?;
            let present = page.definitions.iter().filter(|&&level| level == depth.definition).count();
            let known_codes = if is_coded {
                dictionary_codes(&page.values, present, known).ok()?
            } else {
                let first = texts.checked_add(1)?;
                texts = texts.checked_add(u32::try_from(present).ok()?)?;
                parts.push(Plain { bytes: page.values, count: present });
                (first..=texts).collect()
            };
            if !are_few(&parts) {
                return None;
            }
            spread(&known_codes, &page.definitions, depth.definition, &mut codes);
            append(&mut definitions, page.definitions);
            append(&mut repetitions, page.repetitions);
        }
        Some(Coded { parts, depth, codes, definitions, repetitions })
    }
}

fn are_few(texts: &[Plain]) -> bool {
    texts.iter().map(|part| part.bytes.len()).sum::<usize>() <= MOST_BYTES
}

/// Puts 0 where no text is.
fn spread(present: &[u32], definitions: &[u32], most: u32, codes: &mut Vec<u32>) {
    if present.len() == definitions.len() {
        codes.extend_from_slice(present);
        return;
    }
    let mut present = present.iter();
    let code = |&level: &u32| if level == most { present.next().copied().unwrap_or_default() } else { 0 };
    codes.extend(definitions.iter().map(code));
}

fn append(all: &mut Vec<u32>, mut page: Vec<u32>) {
    if all.is_empty() { *all = page } else { all.append(&mut page) }
}

impl Coded {
    /// All texts, of which codes tell the place; NULL first.
    pub(super) fn texts(&self, data_type: &DataType) -> Option<ArrayRef> {
        plain::array(&self.parts, data_type)
    }

    /// The elements of a list or map that has values in a level above `parent`: the row of each, counted from 0, with
    /// its code; none where levels say something else than that there are `rows` rows.
    pub(super) fn elements(&self, parent: u32, rows: usize) -> Option<impl Iterator<Item = (usize, u32)> + '_> {
        let starts = self.repetitions.iter().filter(|&&level| level == 0).count();
        if starts != rows || self.depth.repetition != 1 || self.repetitions.first().is_some_and(|&level| level != 0) {
            return None;
        }
        let mut next = 0;
        let rows = self.repetitions.iter().map(move |&level| {
            next += usize::from(level == 0);
            next - 1
        });
        let each = rows.zip(&self.definitions).zip(&self.codes);
        Some(each.filter(move |((_, level), _)| **level > parent).map(|((row, _), &code)| (row, code)))
    }
}
