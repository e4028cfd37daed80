//! An index object: segments of the same level side by side, region by region, then a directory.
//!
//! ```text
//!  object    = shard* directory footer
//!  shard     = (pairs, bytes, distances) of one region of every segment of a level, checksum of 4 bytes
//!  directory = levels, of each: bits, segments, of each: files, of each: key, rows; then the length of every shard
//!  footer    = length of the directory (8), its checksum (8), magic (8)
//! ```
//!
//! Counts and lengths are varints, the other numbers little-endian.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;

use super::coding::Cursor;
use super::segment::{IndexedFile, Region, Segment};
use super::values::checksum;
use crate::varint::push_varint;

const MAGIC: &[u8; 8] = b"TLLOOK01";
/// Bytes of the footer.
pub(super) const FOOTER_BYTES: usize = 24;
/// Bytes of a shard's checksum.
const CHECK_BYTES: usize = 4;
/// Most bits that choose a region.
const MAX_LEVEL: u32 = 20;

/// What an object holds, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) levels: Vec<Level>,
}

/// The segments of one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    /// Bits of a hash that choose the shard.
    pub(super) bits: u32,
    pub(super) segments: Vec<Vec<IndexedFile>>,
    /// Where the shards lie in the object.
    pub(super) shards: Vec<Range<u64>>,
}

/// The object of some segments.
pub(super) fn encode(segments: &[Segment]) -> Bytes {
    let mut levels: BTreeMap<u32, Vec<&Segment>> = BTreeMap::new();
    for segment in segments {
        levels.entry(segment.level).or_default().push(segment);
    }
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    push_varint(&mut directory, levels.len() as u64);
    for (bits, segments) in levels {
        push_varint(&mut directory, bits.into());
        push_varint(&mut directory, segments.len() as u64);
        for segment in &segments {
            push_files(&mut directory, &segment.files);
        }
        for region in 0..1_usize << bits {
            let start = body.len();
            for bytes in segments.iter().filter_map(|segment| segment.regions.get(region)) {
                body.extend_from_slice(bytes);
            }
            let check = short_checksum(body.get(start..).unwrap_or_default());
            body.extend_from_slice(&check);
            push_varint(&mut directory, (body.len() - start) as u64);
        }
    }
    let (length, check) = (directory.len() as u64, checksum(&directory));
    body.append(&mut directory);
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(&check.to_le_bytes());
    body.extend_from_slice(MAGIC);
    body.into()
}

fn push_files(out: &mut Vec<u8>, files: &[IndexedFile]) {
    push_varint(out, files.len() as u64);
    for file in files {
        out.extend_from_slice(&file.key.to_le_bytes());
        push_varint(out, file.rows);
    }
}

fn short_checksum(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let [a, b, c, d, ..] = checksum(bytes).to_le_bytes();
    [a, b, c, d]
}

/// Length of the directory, from the last bytes of an object; none when it is no index object.
pub(super) fn directory_length(end: &[u8]) -> Option<usize> {
    let footer = end.get(end.len().checked_sub(FOOTER_BYTES)?..)?;
    let mut cursor = Cursor::new(footer);
    let length = cursor.u64()?;
    (footer.ends_with(MAGIC)).then(|| usize::try_from(length).ok())?
}

/// The directory of an object of `size` bytes that ends with `end`; none when it is damaged, or `end` too short.
pub(super) fn directory(end: &[u8], size: u64) -> Option<Directory> {
    let length = directory_length(end)?;
    let (rest, footer) = end.split_at_checked(end.len().checked_sub(FOOTER_BYTES)?)?;
    let bytes = rest.get(rest.len().checked_sub(length)?..)?;
    let mut footer = Cursor::new(footer);
    footer.take(8)?;
    if footer.u64()? != checksum(bytes) {
        return None;
    }
    let shards_end = size.checked_sub((length + FOOTER_BYTES) as u64)?;
    let mut cursor = Cursor::new(bytes);
    let mut found = Directory::default();
    let mut at = 0;
    for _ in 0..cursor.count()? {
        found.levels.push(level(&mut cursor, &mut at)?);
    }
    (at == shards_end && cursor.is_empty()).then_some(found)
}

fn level(cursor: &mut Cursor<'_>, at: &mut u64) -> Option<Level> {
    let bits = u32::try_from(cursor.varint()?).ok().filter(|&bits| bits <= MAX_LEVEL)?;
    let mut segments = Vec::new();
    for _ in 0..cursor.count()? {
        let mut files = Vec::new();
        for _ in 0..cursor.count()? {
            files.push(IndexedFile { key: cursor.u64()?, rows: cursor.varint()? });
        }
        segments.push(files);
    }
    let mut shards = Vec::new();
    for _ in 0..1_u64 << bits {
        let end = at.checked_add(cursor.varint()?)?;
        shards.push(*at..end);
        *at = end;
    }
    Some(Level { bits, segments, shards })
}

impl Directory {
    /// Every file, with its place.
    pub(super) fn files(&self) -> impl Iterator<Item = IndexedFile> + '_ {
        self.levels.iter().flat_map(|level| level.segments.iter().flatten()).copied()
    }
}

impl Level {
    /// The regions in a shard, one for each segment; none when the shard is damaged.
    pub(super) fn regions<'b>(&self, shard: &'b [u8]) -> Option<Vec<Region<'b>>> {
        let mut cursor = Cursor::new(checked(shard)?);
        let regions: Option<Vec<_>> = self.segments.iter().map(|_| Region::read(&mut cursor)).collect();
        regions.filter(|_| cursor.is_empty())
    }
}

fn checked(shard: &[u8]) -> Option<&[u8]> {
    let (body, check) = shard.split_at_checked(shard.len().checked_sub(CHECK_BYTES)?)?;
    (short_checksum(body) == check).then_some(body)
}

/// The segments of a whole object; none when any of it is damaged.
pub(super) fn decode(object: &Bytes) -> Option<Vec<Segment>> {
    let directory = directory(object, object.len() as u64)?;
    let mut segments = Vec::new();
    for level in &directory.levels {
        let mut open: Vec<Segment> = level.segments.iter().map(|files| Segment::empty(level.bits, files)).collect();
        for shard in &level.shards {
            let range = usize::try_from(shard.start).ok()?..usize::try_from(shard.end).ok()?;
            let body = checked(object.get(range)?)?;
            let mut cursor = Cursor::new(body);
            for segment in &mut open {
                let before = cursor.rest();
                Region::read(&mut cursor)?;
                let region = before.get(..before.len() - cursor.rest().len())?;
                segment.regions.push(object.slice_ref(region));
            }
            if !cursor.is_empty() {
                return None;
            }
        }
        segments.append(&mut open);
    }
    Some(segments)
}

impl Segment {
    fn empty(level: u32, files: &[IndexedFile]) -> Self {
        Self { level, files: files.to_vec(), regions: Vec::with_capacity(1 << level) }
    }
}
