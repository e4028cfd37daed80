//! A segment: which values stand in which sections of some files, as fingerprints of pairs.
//!
//! A pair is the hash of a value and the number of a section. A region holds the pairs of the values whose hashes start
//! with the same bits; of n pairs it holds n numbers below n * 1,024, sorted, as distances: 11.6 bits a pair, and a
//! value that is not in a section is taken for one that is with a chance of 1 in 1,024.

use bytes::Bytes;

use super::coding::{Cursor, Distances, push_distances};
use crate::varint::push_varint;

/// Bits of a fingerprint beyond those that tell the pairs of a region apart.
const FINGERPRINT_BITS: u32 = 10;
/// A segment has a region for so many bits at the front of a hash: the first of these that leaves no crowded ones.
const LEVELS: [u32; 4] = [0, 4, 8, 12];
/// Pairs of a region, on average, up to which a level is taken.
const CROWDED: usize = 1_024;
/// Values from which on a file is a segment of its own, made as soon as the file is written.
const LARGE: usize = 1 << 12;

/// A file of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IndexedFile {
    /// The hash of its path.
    pub(crate) key: u64,
    /// Its rows, which must be those of the log.
    pub(crate) rows: u64,
}

/// The pairs of some files, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Bits of a hash that choose the region.
    pub(crate) level: u32,
    pub(crate) files: Vec<IndexedFile>,
    /// By region: number of pairs, number of bytes, bytes.
    pub(crate) regions: Vec<Bytes>,
}

/// The values of a file that was written, on their way into the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileLookup {
    /// Sorted hashes by section.
    Values { rows: u64, sections: Vec<Vec<u64>> },
    /// Many values, encoded; the key of the file is filled in when it is published.
    Encoded(Segment),
}

impl FileLookup {
    pub(super) fn new(rows: u64, sections: Vec<Vec<u64>>) -> Self {
        if sections.iter().map(Vec::len).sum::<usize>() < LARGE {
            return Self::Values { rows, sections };
        }
        let sections: Vec<&[u64]> = sections.iter().map(Vec::as_slice).collect();
        Self::Encoded(Segment::new(vec![IndexedFile { key: 0, rows }], &sections))
    }

    /// Bytes in memory.
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Self::Values { sections, .. } => sections.iter().map(|hashes| hashes.len() * 8).sum(),
            Self::Encoded(segment) => segment.regions.iter().map(Bytes::len).sum(),
        }
    }
}

impl Segment {
    /// A segment of `files`, whose sections, one file after the other, hold these sorted hashes.
    pub(crate) fn new(files: Vec<IndexedFile>, sections: &[&[u64]]) -> Self {
        let pairs: usize = sections.iter().map(|hashes| hashes.len()).sum();
        let fits = |level: &&u32| pairs >> **level <= CROWDED;
        let level = LEVELS.iter().find(fits).or(LEVELS.last()).copied().unwrap_or_default();
        let mut rest = sections.to_vec();
        let mut body = Vec::with_capacity(pairs * 3 / 2 + (2 << level));
        let mut ends = vec![0];
        for region in 0..1_u64 << level {
            push_region(&mut body, &mut rest, |hash| region_of(hash, level) == region);
            ends.push(body.len());
        }
        let body = Bytes::from(body);
        let regions = ends.iter().zip(ends.iter().skip(1)).map(|(&start, &end)| body.slice(start..end)).collect();
        Self { level, files, regions }
    }
}

/// The region of a hash at a level.
pub(super) fn region_of(hash: u64, level: u32) -> u64 {
    hash.checked_shr(u64::BITS - level).unwrap_or_default()
}

/// Takes the hashes of one region off the front of every section.
fn push_region(out: &mut Vec<u8>, rest: &mut [&[u64]], is_inside: impl Fn(u64) -> bool) {
    let inside: Vec<usize> = rest.iter().map(|hashes| hashes.partition_point(|&hash| is_inside(hash))).collect();
    let pairs = inside.iter().sum::<usize>() as u64;
    push_varint(out, pairs);
    let mut prints = Vec::new();
    for ((section, hashes), &length) in (0_u64..).zip(rest.iter_mut()).zip(&inside) {
        let (taken, after) = hashes.split_at_checked(length).unwrap_or_default();
        *hashes = after;
        prints.extend(taken.iter().map(|&hash| fingerprint(hash, section, pairs)));
    }
    prints.sort_unstable();
    let mut bytes = Vec::new();
    push_distances(&mut bytes, &prints, FINGERPRINT_BITS);
    push_varint(out, bytes.len() as u64);
    out.extend_from_slice(&bytes);
}

/// A number below `pairs * 1,024` for the pair of a value and a section.
fn fingerprint(hash: u64, section: u64, pairs: u64) -> u64 {
    // The finalizer of SplitMix64: every bit of the pair reaches every bit of the number.
    let mut mixed = hash.wrapping_add(section.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let below = u128::from(mixed) * (u128::from(pairs) << FINGERPRINT_BITS);
    u64::try_from(below >> u64::BITS).unwrap_or(u64::MAX)
}

/// A region as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region<'b> {
    pairs: u64,
    distances: &'b [u8],
}

impl<'b> Region<'b> {
    /// Takes a region off the front.
    pub(super) fn read(cursor: &mut Cursor<'b>) -> Option<Self> {
        let pairs = cursor.varint()?;
        let length = cursor.count()?;
        Some(Self { pairs, distances: cursor.take(length)? })
    }

    /// Calls `found` with each of `sections` that may hold the value.
    pub(super) fn search(self, hash: u64, sections: impl Iterator<Item = u64>, mut found: impl FnMut(u64)) {
        let mut wanted: Vec<(u64, u64)> =
            sections.map(|section| (fingerprint(hash, section, self.pairs), section)).collect();
        wanted.sort_unstable();
        let mut wanted = wanted.into_iter().peekable();
        let pairs = usize::try_from(self.pairs).unwrap_or(usize::MAX);
        for print in Distances::new(self.distances, FINGERPRINT_BITS).take(pairs) {
            while wanted.next_if(|&(next, _)| next < print).is_some() {}
            while let Some((_, section)) = wanted.next_if(|&(next, _)| next == print) {
                found(section);
            }
            if wanted.peek().is_none() {
                return;
            }
        }
    }
}
