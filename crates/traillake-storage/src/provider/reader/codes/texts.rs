//! Texts by number: the dictionary of a column chunk, or the values of a page without one.

use std::sync::{Arc, OnceLock};

use arrow::array::{ArrayRef, StringArray, StringViewArray};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::DataType;
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};

use super::hybrid::take;

/// Texts, each with its place among the bytes.
#[derive(Debug, Default)]
pub(in crate::provider::reader) struct Texts {
    bytes: Bytes,
    places: Vec<(u32, u32)>,
    array: OnceLock<ArrayRef>,
}

impl Texts {
    /// Texts that each have their length before them.
    pub(in crate::provider::reader) fn parse(bytes: Bytes, count: usize) -> Result<Self> {
        let mut places = Vec::with_capacity(count.min(bytes.len() / 4));
        let mut rest = &bytes[..];
        for _ in 0..count {
            let length = length(&mut rest)?;
            let start = bytes.len() - rest.len();
            take(&mut rest, length)?;
            places.push((u32::try_from(start)?, u32::try_from(length)?));
        }
        Ok(Self { bytes, places, array: OnceLock::new() })
    }

    pub(in crate::provider::reader) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|number| self.get(number))
    }

    pub(super) fn get(&self, number: usize) -> &[u8] {
        let place = self.places.get(number).copied().unwrap_or_default();
        self.bytes.get(place.0 as usize..place.0 as usize + place.1 as usize).unwrap_or_default()
    }

    /// The text of a code, which is its number plus one; none of [`NULL`](super::NULL).
    pub(in crate::provider::reader) fn of_code(&self, code: u32) -> Option<&[u8]> {
        (code as usize).checked_sub(1).map(|number| self.get(number))
    }

    /// NULL and the texts: the same array each time, which is how those who work on codes know a dictionary again.
    pub(super) fn array(&self, data_type: &DataType) -> Result<ArrayRef> {
        if let Some(array) = self.array.get().filter(|array| array.data_type() == data_type) {
            return Ok(Arc::clone(array));
        }
        let mut gathered = Strings::default();
        for text in self.iter() {
            gathered.push(text)?;
        }
        let array = gathered.finish(data_type)?;
        Ok(Arc::clone(self.array.get_or_init(|| array)))
    }
}

fn length(rest: &mut &[u8]) -> Result<usize> {
    let bytes = take(rest, 4)?.first_chunk::<4>();
    Ok(usize::try_from(bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes)))?)
}

/// Texts that are put together behind a NULL.
#[derive(Debug, Default)]
pub(super) struct Strings {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Strings {
    /// The code of the text.
    pub(super) fn push(&mut self, text: &[u8]) -> Result<u32> {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        Ok(u32::try_from(self.ends.len())?)
    }

    /// How many texts there are.
    pub(in crate::provider::reader) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all texts.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The texts as an array; an error where they are no UTF-8 or take more than 2 GiB.
    pub(super) fn finish(self, data_type: &DataType) -> Result<ArrayRef> {
        let nulls = (0..=self.ends.len()).map(|place| place > 0).collect::<NullBuffer>();
        let offsets = [Ok(0), Ok(0)].into_iter().chain(self.ends.into_iter().map(i32::try_from));
        let offsets = offsets.collect::<std::result::Result<Vec<_>, _>>()?;
        let texts = StringArray::try_new(
            OffsetBuffer::new(ScalarBuffer::from(offsets)),
            Buffer::from_vec(self.bytes),
            Some(nulls),
        );
        let texts = texts.map_err(|error| ParquetError::General(error.to_string()))?;
        Ok(match data_type {
            DataType::Utf8View => Arc::new(StringViewArray::from(&texts)),
            _ => Arc::new(texts),
        })
    }
}
