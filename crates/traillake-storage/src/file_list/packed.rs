//! A column of whole numbers in as few bytes each as their spread needs: the smallest, the width, the distances.

use bytes::{Buf as _, Bytes};

/// Bytes before the numbers: the smallest one and the width.
const HEAD_BYTES: usize = 9;

/// A packed column.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    smallest: i64,
    width: usize,
    distances: Bytes,
}

/// Appends `values` to `out`.
pub(super) fn pack(out: &mut Vec<u8>, values: &[i64]) {
    let smallest = values.iter().copied().min().unwrap_or_default();
    let largest = values.iter().copied().max().unwrap_or_default();
    let spread = largest.wrapping_sub(smallest).cast_unsigned();
    let width = (u64::BITS - spread.leading_zeros()).div_ceil(8);
    out.extend_from_slice(&smallest.to_le_bytes());
    out.extend(u8::try_from(width));
    for value in values {
        let distance = value.wrapping_sub(smallest).to_le_bytes();
        out.extend(distance.iter().take(width as usize));
    }
}

impl Packed {
    /// Takes a column of `length` numbers from the front of `input`; none when that is no such column.
    pub(super) fn take(input: &mut Bytes, length: usize) -> Option<Self> {
        if input.len() < HEAD_BYTES {
            return None;
        }
        let smallest = input.get_i64_le();
        let width = usize::from(input.get_u8());
        let bytes = length.checked_mul(width).filter(|&bytes| width <= 8 && bytes <= input.len())?;
        Some(Self { smallest, width, distances: input.split_to(bytes) })
    }

    /// Number `index`; the smallest one beyond the end.
    pub(super) fn get(&self, index: usize) -> i64 {
        let mut distance = [0; 8];
        let bytes = self.distances.get(index.saturating_mul(self.width)..).unwrap_or_default();
        distance.iter_mut().zip(bytes.iter().take(self.width)).for_each(|(to, from)| *to = *from);
        self.smallest.wrapping_add(i64::from_le_bytes(distance))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(values in proptest::collection::vec(any::<i64>(), 0..20), shift in 0_u32..64) {
            let values: Vec<i64> = values.into_iter().map(|value| value >> shift).collect();
            let mut out = Vec::new();
            pack(&mut out, &values);
            out.push(7);
            let mut input = Bytes::from(out);
            let packed = Packed::take(&mut input, values.len()).unwrap();
            prop_assert_eq!((0..values.len()).map(|index| packed.get(index)).collect::<Vec<_>>(), values);
            prop_assert_eq!(input.as_ref(), [7]);
        }

        #[test]
        fn damaged_columns_are_refused_or_read_but_never_beyond_their_end(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            length in any::<usize>(),
        ) {
            if let Some(packed) = Packed::take(&mut Bytes::from(bytes), length) {
                let _number = packed.get(length);
            }
        }
    }

    #[test]
    fn equal_numbers_take_no_bytes() {
        let mut out = Vec::new();
        pack(&mut out, &[1_686_500_787_000_000; 1_000]);
        assert_eq!(out.len(), HEAD_BYTES);
    }
}
