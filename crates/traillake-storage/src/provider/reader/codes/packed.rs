//! Values of a few bits each, unpacked eight at a time.

/// Values that are packed together.
pub(super) const PACKED: usize = 8;
/// Bits of a value at most.
pub(super) const MOST_BITS: u8 = 32;
/// Bytes that are looked at for eight values: the last of the widest begins in byte 28, and eight bytes are read of each.
const WINDOW: usize = 36;

/// Appends `groups` times eight values of `width` bits, which `data` begins with. What follows them does not matter.
pub(super) fn unpack(data: &[u8], width: u8, groups: usize, values: &mut Vec<u32>) {
    let start = values.len();
    values.resize(start + groups * PACKED, 0);
    let (groups, _) = values.get_mut(start..).unwrap_or_default().as_chunks_mut();
    macro_rules! of_width {
        ($($width:literal)*) => {
            match width {
                $($width => unpack_groups::<$width>(data, groups),)*
                _ => {}
            }
        };
    }
    of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

fn unpack_groups<const WIDTH: usize>(mut data: &[u8], groups: &mut [[u32; PACKED]]) {
    for group in groups {
        *group = match data.first_chunk::<WINDOW>() {
            Some(window) => eight::<WIDTH>(window),
            None => eight::<WIDTH>(&padded(data)),
        };
        data = data.get(WIDTH..).unwrap_or_default();
    }
}

#[inline]
fn eight<const WIDTH: usize>(window: &[u8; WINDOW]) -> [u32; PACKED] {
    let value = |n: usize| -> u32 { value::<WIDTH>(window, n) };
    [value(0), value(1), value(2), value(3), value(4), value(5), value(6), value(7)]
}

/// One of eight values.
#[inline]
fn value<const WIDTH: usize>(window: &[u8; WINDOW], n: usize) -> u32 {
    let (first, mask) = (n * WIDTH, (1_u64 << WIDTH) - 1);
    let word = window.get(first / 8..).and_then(|bytes| bytes.first_chunk::<8>());
    let word = word.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    u32::try_from((word >> (first % 8)) & mask).unwrap_or_default()
}

#[cold]
fn padded(data: &[u8]) -> [u8; WINDOW] {
    let mut window = [0; WINDOW];
    for (place, byte) in window.iter_mut().zip(data) {
        *place = *byte;
    }
    window
}
