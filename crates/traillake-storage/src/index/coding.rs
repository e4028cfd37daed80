//! Numbers as bytes, and sorted numbers as Rice-coded distances.

use crate::varint::take_varint;

/// Reads from the front of untrusted bytes; `None` when they end too early or say nonsense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'b> {
    rest: &'b [u8],
}

impl<'b> Cursor<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn rest(self) -> &'b [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    pub(super) fn varint(&mut self) -> Option<u64> {
        take_varint(&mut self.rest)
    }

    /// A number that counts things of at least one byte each in what follows.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.varint()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }
}

/// Appends the distances of `sorted` numbers: the low `bits` as they are, the rest as so many ones and a zero.
pub(super) fn push_distances(out: &mut Vec<u8>, sorted: &[u64], bits: u32) {
    let mut writer = BitWriter { out, open: 0, used: 0 };
    let mut before = 0;
    for &number in sorted {
        let distance = number - before;
        before = number;
        for _ in 0..distance >> bits {
            writer.push(1, 1);
        }
        writer.push(0, 1);
        writer.push(distance & ((1 << bits) - 1), bits);
    }
    writer.end();
}

struct BitWriter<'o> {
    out: &'o mut Vec<u8>,
    open: u64,
    used: u32,
}

impl BitWriter<'_> {
    fn push(&mut self, value: u64, bits: u32) {
        self.open |= value << self.used;
        self.used += bits;
        while self.used >= 8 {
            self.byte();
        }
    }

    fn byte(&mut self) {
        let [low, ..] = self.open.to_le_bytes();
        self.out.push(low);
        self.open >>= 8;
        self.used = self.used.saturating_sub(8);
    }

    fn end(mut self) {
        if self.used > 0 {
            self.byte();
        }
    }
}

/// The numbers that [`push_distances`] wrote; ends where the bytes do.
#[derive(Debug)]
pub(super) struct Distances<'b> {
    rest: std::slice::Iter<'b, u8>,
    bits: u32,
    open: u64,
    used: u32,
    number: u64,
}

impl<'b> Distances<'b> {
    pub(super) fn new(bytes: &'b [u8], bits: u32) -> Self {
        Self { rest: bytes.iter(), bits, open: 0, used: 0, number: 0 }
    }

    fn fill(&mut self) {
        while self.used <= 56 {
            let Some(byte) = self.rest.next() else { return };
            self.open |= u64::from(*byte) << self.used;
            self.used += 8;
        }
    }

    fn drop_bits(&mut self, bits: u32) {
        self.open = self.open.checked_shr(bits).unwrap_or_default();
        self.used -= bits;
    }
}

impl Iterator for Distances<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let mut high: u64 = 0;
        loop {
            self.fill();
            let ones = self.open.trailing_ones().min(self.used);
            high += u64::from(ones);
            let ended = ones < self.used;
            self.drop_bits(if ended { ones + 1 } else { ones });
            if ended {
                break;
            }
            if self.rest.as_slice().is_empty() && self.used == 0 {
                return None;
            }
        }
        self.fill();
        if self.used < self.bits {
            return None;
        }
        let low = self.open & ((1 << self.bits) - 1);
        self.drop_bits(self.bits);
        let distance = high.checked_shl(self.bits)? | low;
        self.number = self.number.checked_add(distance)?;
        Some(self.number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::varint::push_varint;

    proptest! {
        #[test]
        fn sorted_numbers_come_back(mut numbers in prop::collection::vec(0_u64..1 << 20, 0..300), bits in 1_u32..16) {
            numbers.sort_unstable();
            let mut bytes = Vec::new();
            push_distances(&mut bytes, &numbers, bits);
            let read: Vec<u64> = Distances::new(&bytes, bits).take(numbers.len()).collect();
            prop_assert_eq!(read, numbers);
        }

        #[test]
        fn varints_come_back(numbers in prop::collection::vec(any::<u64>(), 0..20)) {
            let mut bytes = Vec::new();
            for &number in &numbers {
                push_varint(&mut bytes, number);
            }
            let mut cursor = Cursor::new(&bytes);
            for number in numbers {
                prop_assert_eq!(cursor.varint(), Some(number));
            }
            prop_assert!(cursor.is_empty());
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200), bits in 1_u32..16) {
            prop_assert!(Distances::new(&bytes, bits).count() <= bytes.len() * 8);
        }
    }
}
