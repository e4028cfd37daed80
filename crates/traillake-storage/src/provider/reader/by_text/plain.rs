//! Texts one after the other, each behind its length, as dictionaries and plain pages hold them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBufferBuilder, StringArray, StringViewArray, make_view};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use bytes::Bytes;

/// Bytes of a length.
const LENGTH_BYTES: usize = 4;
/// Bytes of a text that are copied at once.
const TOGETHER: usize = 64;

/// So many texts.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) bytes: Bytes,
    pub(super) count: usize,
}

impl Plain {
    /// Its texts; `None` for one that reaches beyond the end.
    pub(super) fn texts(&self) -> impl Iterator<Item = Option<&[u8]>> {
        places(&self.bytes, self.count).map(|place| self.bytes.get(place?))
    }
}

/// Where each text lies; `None` for one that reaches beyond the end.
fn places(bytes: &[u8], count: usize) -> impl Iterator<Item = Option<Range<usize>>> {
    let mut next = 0;
    (0..count).map(move |_| {
        let start = next + LENGTH_BYTES;
        let length = bytes.get(next..start)?.first_chunk()?;
        next = start.checked_add(u32::from_le_bytes(*length) as usize)?;
        (next <= bytes.len()).then_some(start..next)
    })
}

/// The texts of all parts behind one NULL; none where the bytes are not that, or too many.
pub(super) fn array(parts: &[Plain], data_type: &DataType) -> Option<ArrayRef> {
    match data_type {
        DataType::Utf8 => {
            let parts: Vec<(&[u8], usize)> = parts.iter().map(|part| (&part.bytes[..], part.count)).collect();
            Some(Arc::new(copied(&parts)?))
        }
        DataType::Utf8View => Some(Arc::new(referred_to(parts)?)),
        _ => None,
    }
}

/// The same of one part.
pub(super) fn array_of(bytes: &[u8], count: usize, data_type: &DataType) -> Option<ArrayRef> {
    match data_type {
        DataType::Utf8 => Some(Arc::new(copied(&[(bytes, count)])?)),
        _ => array(&[Plain { bytes: Bytes::copy_from_slice(bytes), count }], data_type),
    }
}

/// NULL for the first.
fn nulls(count: usize) -> NullBuffer {
    let mut are_there = BooleanBufferBuilder::new(count);
    are_there.append(false);
    are_there.append_n(count - 1, true);
    NullBuffer::new(are_there.finish())
}

fn copied(parts: &[(&[u8], usize)]) -> Option<StringArray> {
    let count = 1 + parts.iter().map(|(_, count)| count).sum::<usize>();
    let mut offsets = Vec::with_capacity(count + 1);
    let mut texts = Vec::with_capacity(parts.iter().map(|(bytes, _)| bytes.len()).sum::<usize>() + TOGETHER);
    offsets.extend([0, 0]);
    for &(bytes, count) in parts {
        for place in places(bytes, count) {
            append(&mut texts, bytes, place?)?;
            offsets.push(i32::try_from(texts.len()).ok()?);
        }
    }
    StringArray::try_new(OffsetBuffer::new(offsets.into()), Buffer::from_vec(texts), Some(nulls(count))).ok()
}

/// Appends a text: a short one with some of what follows it, which is cut off again. Copying a number of bytes that is
/// known beforehand takes no call.
fn append(texts: &mut Vec<u8>, bytes: &[u8], place: Range<usize>) -> Option<()> {
    let end = texts.len() + place.len();
    match bytes.get(place.start..)?.first_chunk::<TOGETHER>() {
        Some(together) if place.len() <= TOGETHER => {
            texts.extend_from_slice(together);
            texts.truncate(end);
        }
        _ => texts.extend_from_slice(bytes.get(place)?),
    }
    Some(())
}

fn referred_to(parts: &[Plain]) -> Option<StringViewArray> {
    let count = 1 + parts.iter().map(|part| part.count).sum::<usize>();
    let mut views = Vec::with_capacity(count);
    views.push(0);
    for (block, part) in parts.iter().enumerate() {
        let block = u32::try_from(block).ok()?;
        for place in places(&part.bytes, part.count) {
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
        let long = "more than is copied at once, ".repeat(5);
        let parts = [plain(&[b"a", b"", b"longer than a view holds", long.as_bytes()]), plain(&["ä".as_bytes()])];
        let expected = [None, Some("a"), Some(""), Some("longer than a view holds"), Some(&long), Some("ä")];
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
