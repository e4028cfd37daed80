//! Texts one after the other, each behind its length, as dictionaries and plain pages hold them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, StringViewArray, make_view};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use bytes::Bytes;

/// Bytes of a length.
const LENGTH_BYTES: usize = 4;

/// So many texts.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) bytes: Bytes,
    pub(super) count: usize,
}

impl Plain {
    /// Where each text lies; `None` for one that reaches beyond the end.
    fn places(&self) -> impl Iterator<Item = Option<Range<usize>>> + '_ {
        let mut next = 0;
        (0..self.count).map(move |_| {
            let start = next + LENGTH_BYTES;
            let length = self.bytes.get(next..start)?.first_chunk()?;
            next = start.checked_add(u32::from_le_bytes(*length) as usize)?;
            (next <= self.bytes.len()).then_some(start..next)
        })
    }
}

/// The texts of all parts behind one NULL; none where the bytes are not that, or too many.
pub(super) fn array(parts: &[Plain], data_type: &DataType) -> Option<ArrayRef> {
    match data_type {
        DataType::Utf8 => Some(Arc::new(copied(parts)?)),
        DataType::Utf8View => Some(Arc::new(referred_to(parts)?)),
        _ => None,
    }
}

fn count(parts: &[Plain]) -> usize {
    1 + parts.iter().map(|part| part.count).sum::<usize>()
}

/// NULL for the first.
fn nulls(count: usize) -> NullBuffer {
    (0..count).map(|place| place > 0).collect()
}

fn copied(parts: &[Plain]) -> Option<StringArray> {
    let count = count(parts);
    let mut offsets = Vec::with_capacity(count + 1);
    let mut texts = Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum());
    offsets.extend([0, 0]);
    for part in parts {
        for place in part.places() {
            texts.extend_from_slice(part.bytes.get(place?)?);
            offsets.push(i32::try_from(texts.len()).ok()?);
        }
    }
    StringArray::try_new(OffsetBuffer::new(offsets.into()), Buffer::from_vec(texts), Some(nulls(count))).ok()
}

fn referred_to(parts: &[Plain]) -> Option<StringViewArray> {
    let count = count(parts);
    let mut views = Vec::with_capacity(count);
    views.push(0);
    for (block, part) in parts.iter().enumerate() {
        let block = u32::try_from(block).ok()?;
        for place in part.places() {
            let place = place?;
            let start = u32::try_from(place.start).ok()?;
            views.push(make_view(part.bytes.get(place)?, block, start));
        }
    }
    let blocks: Vec<Buffer> = parts.iter().map(|part| part.bytes.clone().into()).collect();
    StringViewArray::try_new(views.into(), blocks, Some(nulls(count))).ok()
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array as _, AsArray as _};

    use super::*;

    fn plain(texts: &[&[u8]]) -> Plain {
        let length = |text: &[u8]| u32::try_from(text.len()).unwrap().to_le_bytes();
        let bytes: Vec<u8> = texts.iter().flat_map(|text| [&length(text), *text].concat()).collect();
        Plain { bytes: bytes.into(), count: texts.len() }
    }

    #[test]
    fn texts_of_several_parts_stand_behind_a_null() {
        let parts = [plain(&[b"a", b"", b"longer than a view holds"]), plain(&["ä".as_bytes()])];
        let expected = [None, Some("a"), Some(""), Some("longer than a view holds"), Some("ä")];
        let copied = array(&parts, &DataType::Utf8).unwrap();
        assert_eq!(copied.as_string::<i32>().iter().collect::<Vec<_>>(), expected);
        let referred_to = array(&parts, &DataType::Utf8View).unwrap();
        assert_eq!(referred_to.as_string_view().iter().collect::<Vec<_>>(), expected);
        assert_eq!(array(&[], &DataType::Utf8).unwrap().null_count(), 1);
        assert!(array(&parts, &DataType::Binary).is_none());
    }

    #[test]
    fn bytes_that_are_no_texts_give_none() {
        let cut = |part: Plain, bytes| Plain { bytes: part.bytes.slice(..bytes), ..part };
        for part in
            [plain(&[b"\xff\xfe and more than a view holds"]), cut(plain(&[b"abc"]), 6), cut(plain(&[b"abc"]), 3)]
        {
            for data_type in [DataType::Utf8, DataType::Utf8View] {
                assert!(array(std::slice::from_ref(&part), &data_type).is_none(), "{part:?}");
            }
        }
    }
}
