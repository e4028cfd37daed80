//! Parquet's hybrid of runs and packed bits, which holds codes and levels.

use parquet::errors::{ParquetError, Result};

/// Values that are packed together.
const PACKED: usize = 8;
/// Bits of a value at most.
const MOST_BITS: u8 = 32;

/// Reads `count` values of `width` bits.
pub(in crate::provider::reader) fn unhybrid(mut data: &[u8], width: u8, count: usize) -> Result<Vec<u32>> {
    if width > MOST_BITS {
        return Err(ParquetError::General(format!("values of {width} bits")));
    }
    let mut values = Vec::with_capacity(count.min(data.len().saturating_mul(PACKED)));
    while values.len() < count {
        let header = varint(&mut data)?;
        let left = count - values.len();
        let length = usize::try_from(header >> 1)?;
        if header & 1 == 0 {
            let value = value(take(&mut data, usize::from(width).div_ceil(8))?);
            values.resize(values.len() + length.min(left), value);
        } else {
            let groups = length.min(left.div_ceil(PACKED));
            unpack(take(&mut data, groups * usize::from(width))?, width, groups, &mut values);
            values.truncate(count);
        }
        if length == 0 {
            return Err(ParquetError::General("a run of no values".to_owned()));
        }
    }
    Ok(values)
}

/// Reads the codes of `count` values into a dictionary of so many texts, each plus one: 0 is for what has no value.
pub(in crate::provider::reader) fn dictionary_codes(mut data: &[u8], count: usize, texts: usize) -> Result<Vec<u32>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let width = *take(&mut data, 1)?.first().unwrap_or(&0);
    let mut codes = unhybrid(data, width, count)?;
    let mut most = 0;
    for code in &mut codes {
        most = most.max(*code);
        *code = code.wrapping_add(1);
    }
    if most as usize >= texts {
        return Err(ParquetError::General("a code beyond its dictionary".to_owned()));
    }
    Ok(codes)
}

/// Whether the first run of `data` is of at least `count` values that are all `expected`.
pub(super) fn is_one_run(mut data: &[u8], width: u8, count: usize, expected: u32) -> bool {
    let Ok(header) = varint(&mut data) else { return false };
    let is_long = header & 1 == 0 && usize::try_from(header >> 1).is_ok_and(|length| length >= count);
    is_long && take(&mut data, usize::from(width).div_ceil(8)).is_ok_and(|bytes| value(bytes) == expected)
}

fn unpack(packed: &[u8], width: u8, groups: usize, values: &mut Vec<u32>) {
    let mask = (1_u64 << width) - 1;
    // Eight bytes are read from where a value starts.
    let mut padded = Vec::with_capacity(packed.len() + 8);
    padded.extend_from_slice(packed);
    padded.resize(packed.len() + 8, 0);
    let value = |n: usize| {
        let first = n * usize::from(width);
        let word = padded.get(first / 8..).and_then(|bytes| bytes.first_chunk::<8>());
        let word = word.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        u32::try_from((word >> (first % 8)) & mask).unwrap_or_default()
    };
    values.extend((0..groups * PACKED).map(value));
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

    proptest! {
        #[test]
        fn what_was_written_is_read((width, parts) in parts(), cut in 0_usize..7) {
            let (bytes, values) = hybrid(width, &parts);
            let count = values.len() - cut.min(values.len());
            prop_assert_eq!(&unhybrid(&bytes, width, count).unwrap()[..], &values[..count]);
            prop_assert!(unhybrid(&bytes, width, values.len() + 1).is_err());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40), width in 0_u8..40) {
            if let Ok(values) = unhybrid(&bytes, width, 5_000) {
                prop_assert_eq!(values.len(), 5_000);
            }
        }
    }

    #[test]
    fn one_run_is_told_from_others() {
        let (bytes, _) = hybrid(2, &[(false, vec![2; 500])]);
        assert!(is_one_run(&bytes, 2, 500, 2) && !is_one_run(&bytes, 2, 501, 2) && !is_one_run(&bytes, 2, 500, 1));
        let (bytes, _) = hybrid(2, &[(true, vec![2; 500])]);
        assert!(!is_one_run(&bytes, 2, 500, 2) && !is_one_run(&[], 2, 500, 2));
    }
}
