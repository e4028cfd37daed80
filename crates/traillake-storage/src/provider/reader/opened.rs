//! A page taken apart in a buffer that is used again, and some of its texts.
//!
//! Whoever wants few values of a page does not keep it: what is picked is copied, and the next page is unpacked over it.

use std::ops::Range;

use arrow::buffer::BooleanBuffer;
use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::errors::{ParquetError, Result};

use super::codes::hybrid::{dictionary_codes, present, unhybrid};
use super::unpack::with_unpacked;

/// Bytes of the length before a text.
const LENGTH_BYTES: usize = 4;

/// The largest levels of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Depth {
    pub(super) definition: u32,
    pub(super) repetition: u32,
}

/// The parts of a data page.
pub(super) struct Opened<'p> {
    depth: Depth,
    /// Values with those that are null.
    pub(super) count: usize,
    repetitions: &'p [u8],
    definitions: &'p [u8],
    /// Those that are not null.
    pub(super) values: &'p [u8],
    is_coded: bool,
}

/// A value of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picked<'p> {
    Null,
    /// The text of the dictionary at this place, plus one.
    Code(u32),
    Text(&'p [u8]),
}

/// Whether the values of a page are codes; none where they are neither codes nor texts.
pub(super) fn is_coded(page: &Page) -> Option<bool> {
    match (page.encoding(), page) {
        (Encoding::PLAIN, _) | (Encoding::PLAIN_DICTIONARY, Page::DictionaryPage { .. }) => Some(false),
        (Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, _) => Some(true),
        _ => None,
    }
}

/// What `read` makes of a data page, which is as it is stored where `is_packed`.
pub(super) fn open<T>(
    page: &Page,
    is_packed: bool,
    depth: Depth,
    read: impl FnOnce(&Opened<'_>) -> Result<T>,
) -> Result<T> {
    let (count, is_coded) = (page.num_values() as usize, is_coded(page) == Some(true));
    match page {
        Page::DataPage { buf, def_level_encoding, rep_level_encoding, .. } => {
            let read = |mut values: &[u8]| {
                let repetitions = prefixed(&mut values, depth.repetition, *rep_level_encoding)?;
                let definitions = prefixed(&mut values, depth.definition, *def_level_encoding)?;
                read(&Opened { depth, count, repetitions, definitions, values, is_coded })
            };
            if is_packed { with_unpacked(buf, read) } else { read(buf) }
        }
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
            let mut rest = &buf[..];
            let repetitions = taken(&mut rest, *rep_levels_byte_len)?;
            let definitions = taken(&mut rest, *def_levels_byte_len)?;
            let read = |values: &[u8]| read(&Opened { depth, count, repetitions, definitions, values, is_coded });
            if is_packed && *is_compressed { with_unpacked(rest, read) } else { read(rest) }
        }
        Page::DictionaryPage { .. } => Err(ParquetError::General("a dictionary where values should be".to_owned())),
    }
}

/// The levels at the start of a page of the first version, behind their length.
fn prefixed<'p>(page: &mut &'p [u8], most: u32, encoding: Encoding) -> Result<&'p [u8]> {
    if most == 0 {
        return Ok(&[]);
    }
    if encoding != Encoding::RLE {
        return Err(ParquetError::NYI(format!("levels in {encoding}")));
    }
    let length = taken(page, 4)?.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    taken(page, length)
}

fn taken<'p>(page: &mut &'p [u8], length: u32) -> Result<&'p [u8]> {
    let (taken, rest) = page.split_at_checked(length as usize).ok_or_else(beyond)?;
    *page = rest;
    Ok(taken)
}

fn beyond() -> ParquetError {
    ParquetError::EOF("the values of a page reach beyond it".to_owned())
}

impl<'p> Opened<'p> {
    /// How many rows of a list or map start here.
    pub(super) fn rows(&self) -> Result<usize> {
        if self.depth.repetition != 1 {
            return Err(ParquetError::General("a leaf in no list or map, or in several".to_owned()));
        }
        let inside = present(self.repetitions, self.depth.repetition, self.count)?;
        Ok(inside.map_or(0, |inside| self.count - inside.count_set_bits()))
    }

    pub(super) fn repetitions(&self) -> Result<Vec<u32>> {
        levels(self.repetitions, self.depth.repetition, self.count)
    }

    pub(super) fn definitions(&self) -> Result<Vec<u32>> {
        levels(self.definitions, self.depth.definition, self.count)
    }

    /// Which values are not null; none is all.
    pub(super) fn present(&self) -> Result<Option<BooleanBuffer>> {
        present(self.definitions, self.depth.definition, self.count)
    }

    /// The codes of `present` values into a dictionary of `known` texts, each plus one; none where values are texts.
    pub(super) fn codes(&self, present: usize, known: usize) -> Result<Option<Vec<u32>>> {
        if !self.is_coded {
            return Ok(None);
        }
        let mut codes = Vec::with_capacity(present);
        dictionary_codes(self.values, present, known, &mut codes)?;
        Ok(Some(codes))
    }

    /// Gives `take` the values at `places`, which ascend; codes are of a dictionary of `known` texts.
    pub(super) fn pick(
        &self,
        places: impl Iterator<Item = usize>,
        known: usize,
        mut take: impl FnMut(Picked<'p>) -> Result<()>,
    ) -> Result<()> {
        let present = self.present()?;
        let codes = self.codes(present.as_ref().map_or(self.count, BooleanBuffer::count_set_bits), known)?;
        let mut texts = Texts::of(self.values);
        let (mut counted, mut before) = (0, 0);
        for place in places {
            if place < counted || place >= self.count {
                return Err(beyond());
            }
            let is_present = present.as_ref().is_none_or(|present| present.value(place));
            before += present.as_ref().map_or(place - counted, |present| set_bits(present, counted..place));
            counted = place;
            take(match (is_present, &codes) {
                (false, _) => Picked::Null,
                (true, Some(codes)) => Picked::Code(*codes.get(before).ok_or_else(beyond)?),
                (true, None) => Picked::Text(texts.at(before).ok_or_else(beyond)?),
            })?;
        }
        Ok(())
    }
}

fn levels(bytes: &[u8], most: u32, count: usize) -> Result<Vec<u32>> {
    let mut levels = Vec::with_capacity(count);
    unhybrid(bytes, u8::try_from(u32::BITS - most.leading_zeros())?, count, &mut levels)?;
    Ok(levels)
}

fn set_bits(bits: &BooleanBuffer, range: Range<usize>) -> usize {
    bits.slice(range.start, range.len()).count_set_bits()
}

/// Texts one after the other, each behind its length.
pub(super) struct Texts<'p> {
    bytes: &'p [u8],
    /// Where the length of the next one stands.
    next: usize,
    /// Texts before it.
    passed: usize,
}

impl<'p> Texts<'p> {
    pub(super) fn of(bytes: &'p [u8]) -> Self {
        Self { bytes, next: 0, passed: 0 }
    }

    /// The text of this number, which is not below those asked for before.
    pub(super) fn at(&mut self, number: usize) -> Option<&'p [u8]> {
        let place = self.place(number)?;
        self.bytes.get(place)
    }

    /// Where this text lies.
    pub(super) fn place(&mut self, number: usize) -> Option<Range<usize>> {
        while self.passed < number {
            self.pass(number - self.passed)?;
        }
        let start = self.next.checked_add(LENGTH_BYTES)?;
        let end = start.checked_add(length(self.bytes.get(self.next..)?)?)?;
        (end <= self.bytes.len()).then_some(start..end)
    }

    /// Passes texts of one length, `most` of them or fewer. Where the next length stands does not depend on reading the
    /// one before it: texts of one length are passed many at a time.
    fn pass(&mut self, most: usize) -> Option<()> {
        let rest = self.bytes.get(self.next..)?;
        let length = length(rest)?;
        let step = LENGTH_BYTES.checked_add(length)?;
        let expected = u32::try_from(length).ok()?.to_le_bytes();
        let alike = rest.chunks_exact(step).take(most).take_while(|text| text.starts_with(&expected)).count();
        self.next += alike * step;
        self.passed += alike;
        (alike > 0).then_some(())
    }
}

fn length(bytes: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(*bytes.first_chunk::<LENGTH_BYTES>()?) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(texts: &[&str]) -> Vec<u8> {
        let length = |text: &str| u32::try_from(text.len()).unwrap().to_le_bytes();
        texts.iter().flat_map(|text| [&length(text), text.as_bytes()].concat()).collect()
    }

    #[test]
    fn texts_are_found_by_number_whatever_their_lengths() {
        let texts = ["aa", "bb", "cc", "d", "", "", "ee", "longer", "ff"];
        let bytes = plain(&texts);
        for step in 1..texts.len() {
            let mut walk = Texts::of(&bytes);
            for (number, text) in texts.iter().enumerate().step_by(step) {
                assert_eq!(walk.at(number), Some(text.as_bytes()), "{number} by {step}");
                assert_eq!(walk.at(number), Some(text.as_bytes()));
            }
            assert_eq!(walk.at(texts.len()), None);
        }
    }

    #[test]
    fn texts_that_reach_beyond_their_page_are_not_there() {
        let bytes = plain(&["aa", "bb"]);
        for cut in 0..bytes.len() {
            assert_eq!(Texts::of(&bytes[..cut]).at(1), None, "{cut}");
        }
        assert_eq!(Texts::of(&[0xff; 12]).at(0), None);
        assert_eq!(Texts::of(&[0xff; 12]).at(1), None);
    }
}
