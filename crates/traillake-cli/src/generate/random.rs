//! A small seeded random source (`SplitMix64`): fast, portable, the same on every machine.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A stream of random numbers that is a function of its seed alone.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A source for one part of the work, independent of the order in which parts are done.
    pub(crate) fn derived(seed: u64, parts: &[u64]) -> Self {
        let mixed = parts.iter().fold(mix(seed), |state, part| mix(state ^ mix(part.wrapping_add(GOLDEN))));
        Self(mixed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `low..high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low))
    }

    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// An index below `length`, every one equally likely.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// An index below `length`, the first ones far more likely (the square of a uniform number).
    pub(crate) fn skewed(&mut self, length: usize) -> usize {
        let uniform = self.below(1 << 16);
        let squared = uniform * uniform;
        usize::try_from((u128::from(squared) * length as u128) >> 32).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }

    pub(crate) fn pick_skewed<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.skewed(items.len()))
    }

    pub(crate) fn hex(&mut self, out: &mut String, length: usize) {
        self.letters(out, HEX, 4, length);
    }

    pub(crate) fn base32(&mut self, out: &mut String, length: usize) {
        self.letters(out, BASE32, 5, length);
    }

    pub(crate) fn base64(&mut self, out: &mut String, length: usize) {
        self.letters(out, BASE64, 6, length);
    }

    pub(crate) fn base62(&mut self, out: &mut String, length: usize) {
        for _ in 0..length {
            out.push(char::from(BASE62[self.index(BASE62.len())]));
        }
    }

    pub(crate) fn digits(&mut self, out: &mut String, length: usize) {
        for _ in 0..length {
            out.push(char::from(BASE62[self.index(10)]));
        }
    }

    /// A version 4 UUID in its usual text form.
    pub(crate) fn uuid(&mut self, out: &mut String) {
        self.hex(out, 8);
        out.push('-');
        self.hex(out, 4);
        out.push_str("-4");
        self.hex(out, 3);
        out.push_str(["-8", "-9", "-a", "-b"][self.index(4)]);
        self.hex(out, 3);
        out.push('-');
        self.hex(out, 12);
    }

    /// Letters of an alphabet of `2^bits` letters, many from one random number.
    fn letters(&mut self, out: &mut String, alphabet: &[u8], bits: u32, length: usize) {
        let mask = (1_u64 << bits) - 1;
        let (mut pool, mut left) = (0, 0);
        for _ in 0..length {
            if left < bits {
                (pool, left) = (self.next(), 64);
            }
            let at = usize::try_from(pool & mask).unwrap_or(0);
            out.push(char::from(alphabet[at]));
            pool >>= bits;
            left -= bits;
        }
    }
}

/// The finaliser of `SplitMix64`.
pub(crate) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
