//! Parquet's hybrid of runs and packed bits, which holds codes and levels.

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;
use parquet::errors::{ParquetError, Result};

use super::NULL;
use super::packed::{MOST_BITS, PACKED, unpack};

/// Values that follow one another.
enum Run<'a> {
    /// All the same.
    Same(u32),
    /// Packed; other runs follow.
    Packed(&'a [u8]),
}

impl<'a> Run<'a> {
    /// The next run of values of `width` bits, and how many of its values are among the `left` ones.
    fn next(data: &mut &'a [u8], width: u8, left: usize) -> Result<(Self, usize)> {
        let header = varint(data)?;
        let length = usize::try_from(header >> 1)?;
        if length == 0 {
            return Err(ParquetError::General("a run of no values".to_owned()));
        }
        if header & 1 == 0 {
            let value = value(take(data, usize::from(width).div_ceil(8))?);
            return Ok((Self::Same(value), length.min(left)));
        }
        let groups = length.min(left.div_ceil(PACKED));
        let packed = *data;
        take(data, groups * usize::from(width))?;
        Ok((Self::Packed(packed), left.min(groups * PACKED)))
    }
}

/// Appends `count` values of `width` bits.
pub(in crate::provider::reader) fn unhybrid(
    mut data: &[u8],
    width: u8,
    count: usize,
    values: &mut Vec<u32>,
) -> Result<()> {
    if width > MOST_BITS {
        return Err(ParquetError::General(format!("values of {width} bits")));
    }
    let end = values.len() + count;
    values.reserve(count.min(data.len().saturating_mul(PACKED)));
    while values.len() < end {
        let (run, length) = Run::next(&mut data, width, end - values.len())?;
        match run {
            Run::Same(value) => values.resize(values.len() + length, value),
            Run::Packed(packed) => {
                unpack(packed, width, length.div_ceil(PACKED), values);
                values.truncate(end);
            }
        }
    }
    Ok(())
}

/// Which of `count` rows have a value, those whose level is `most`; `None` is all.
pub(in crate::provider::reader) fn present(
    mut levels: &[u8],
    most: u32,
    count: usize,
) -> Result<Option<BooleanBuffer>> {
    if most == 0 {
        return Ok(None);
    }
    let width = u8::try_from(u32::BITS - most.leading_zeros())?;
    let mut rows = BooleanBufferBuilder::new(count);
    let mut unpacked = Vec::new();
    while rows.len() < count {
        let (run, length) = Run::next(&mut levels, width, count - rows.len())?;
        match run {
            Run::Same(level) => rows.append_n(length, level == most),
            Run::Packed(packed) if width == 1 => rows.append_packed_range(0..length, packed),
            Run::Packed(packed) => {
                unpacked.clear();
                unpack(packed, width, length.div_ceil(PACKED), &mut unpacked);
                unpacked.truncate(length);
                append_bits(&mut rows, &unpacked, |level| level == most);
            }
        }
    }
    let rows = rows.finish();
    Ok((rows.count_set_bits() < count).then_some(rows))
}

/// Appends for each number whether `holds` says so.
pub(in crate::provider::reader) fn append_bits(
    bits: &mut BooleanBufferBuilder,
    numbers: &[u32],
    holds: impl Fn(u32) -> bool,
) {
    for numbers in numbers.chunks(64) {
        let word = numbers.iter().zip(0..).fold(0, |word, (&number, bit)| word | (u64::from(holds(number)) << bit));
        bits.append_word(word, numbers.len());
    }
}

/// Appends the codes of `count` values into a dictionary of so many texts, each plus one: 0 is for what has no value.
pub(in crate::provider::reader) fn dictionary_codes(
    mut data: &[u8],
    count: usize,
    texts: usize,
    codes: &mut Vec<u32>,
) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let width = *take(&mut data, 1)?.first().unwrap_or(&0);
    let start = codes.len();
    unhybrid(data, width, count, codes)?;
    let mut most = 0;
    for code in codes.get_mut(start..).unwrap_or_default() {
        most = most.max(*code);
        *code = code.wrapping_add(1);
    }
    if most as usize >= texts {
        return Err(ParquetError::General("a code beyond its dictionary".to_owned()));
    }
    Ok(())
}

/// Appends the codes of all rows out of those of the rows that are present.
pub(in crate::provider::reader) fn spread(numbers: &[u32], present: &BooleanBuffer, codes: &mut Vec<u32>) {
    let start = codes.len();
    codes.resize(start + present.len(), NULL);
    let mut numbers = numbers.iter().copied();
    let rows = codes.get_mut(start..).unwrap_or_default();
    for (rows, word) in rows.chunks_mut(64).zip(present.bit_chunks().iter_padded()) {
        if word == u64::MAX {
            rows.iter_mut().zip(&mut numbers).for_each(|(row, code)| *row = code);
        } else if word != 0 {
            some(rows, word, &mut numbers);
        }
    }
}

/// The rows whose bit of `word` is set.
fn some(rows: &mut [u32], mut word: u64, numbers: &mut impl Iterator<Item = u32>) {
    while word != 0 {
        let row = rows.get_mut(word.trailing_zeros() as usize);
        if let Some((row, code)) = row.zip(numbers.next()) {
            *row = code;
        }
        word &= word - 1;
    }
}

fn varint(data: &mut &[u8]) -> Result<u64> {
    let mut value = 0;
    for shift in (0..u32::BITS).step_by(7) {
        let byte = *take(data, 1)?.first().unwrap_or(&0);
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(ParquetError::General("a run of too many values".to_owned()))
}

fn value(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, &byte| (value << 8) | u32::from(byte))
}

/// The first `length` bytes, which are taken off.
pub(super) fn take<'a>(data: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let beyond = || ParquetError::EOF("the values of a page reach beyond it".to_owned());
    let (taken, rest) = data.split_at_checked(length).ok_or_else(beyond)?;
    *data = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs and packed groups in turn.
    fn hybrid(width: u8, parts: &[(bool, Vec<u32>)]) -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut values) = (Vec::new(), Vec::new());
        for (packed, part) in parts {
            if *packed {
                let groups = part.len().div_ceil(PACKED);
                let mut padded = part.clone();
                padded.resize(groups * PACKED, 0);
                write_varint((groups << 1) | 1, &mut bytes);
                let mut bits = vec![false; groups * PACKED * usize::from(width)];
                for (n, value) in padded.iter().enumerate() {
                    for bit in 0..usize::from(width) {
                        bits[n * usize::from(width) + bit] = value >> bit & 1 == 1;
                    }
                }
                let byte = |bits: &[bool]| bits.iter().rev().fold(0_u8, |byte, &bit| (byte << 1) | u8::from(bit));
                bytes.extend(bits.chunks(8).map(byte));
                values.extend(padded);
            } else {
                write_varint(part.len() << 1, &mut bytes);
                bytes.extend(&part[0].to_le_bytes()[..usize::from(width).div_ceil(8)]);
                values.extend(vec![part[0]; part.len()]);
            }
        }
        (bytes, values)
    }

    fn write_varint(mut value: usize, bytes: &mut Vec<u8>) {
        while value >= 0x80 {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
    }

    fn parts() -> impl Strategy<Value = (u8, Vec<(bool, Vec<u32>)>)> {
        (1_u8..=32).prop_flat_map(|width| {
            let value = 0..=u32::MAX >> (32 - u32::from(width));
            let part = (any::<bool>(), prop::collection::vec(value, 1..300));
            (Just(width), prop::collection::vec(part, 1..6))
        })
    }

    /// Stretches with values and without, of which some are longer than a word has bits.
    fn rows() -> impl Strategy<Value = Vec<Option<u32>>> {
        let stretch = prop_oneof![
            prop::collection::vec(prop::option::of(1_u32..9), 0..70),
            prop::collection::vec((1_u32..9).prop_map(Some), 0..200),
            (0_usize..200).prop_map(|length| vec![None; length]),
        ];
        prop::collection::vec(stretch, 0..6).prop_map(|stretches| stretches.concat())
    }

    proptest! {
        #[test]
        fn what_was_written_is_read((width, parts) in parts(), cut in 0_usize..7) {
            let (bytes, values) = hybrid(width, &parts);
            let count = values.len() - cut.min(values.len());
            let read = |count| {
                let mut read = vec![7];
                unhybrid(&bytes, width, count, &mut read).map(|()| read)
            };
            prop_assert_eq!(read(count).unwrap(), [&[7], &values[..count]].concat());
            prop_assert!(read(values.len() + 1).is_err());
            let most = u32::MAX >> (32 - u32::from(width));
            let expected: BooleanBuffer = values[..count].iter().map(|&level| level == most).collect();
            let all = BooleanBuffer::new_set(count);
            prop_assert_eq!(present(&bytes, most, count).unwrap().unwrap_or(all), expected);
            prop_assert!(present(&bytes, most, values.len() + 1).is_err());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40), width in 0_u8..40) {
            let mut values = Vec::new();
            if unhybrid(&bytes, width, 5_000, &mut values).is_ok() {
                prop_assert_eq!(values.len(), 5_000);
            }
            if let Ok(Some(rows)) = present(&bytes, u32::from(width), 5_000) {
                prop_assert_eq!(rows.len(), 5_000);
            }
        }

        #[test]
        fn codes_stand_at_the_rows_that_have_a_value(rows in rows()) {
            let present: BooleanBuffer = rows.iter().map(Option::is_some).collect();
            let mut codes = vec![7];
            spread(&rows.iter().flatten().copied().collect::<Vec<_>>(), &present, &mut codes);
            let expected: Vec<u32> = rows.iter().map(|row| row.unwrap_or(NULL)).collect();
            prop_assert_eq!(codes, [&[7], expected.as_slice()].concat());
        }
    }
}
