//! Fetches column chunks: all that a scan may need where that is little, else what the next step needs; of a row group
//! that is read by itself the pages that hold the rows that are left.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use parquet::file::page_index::offset_index::PageLocation;

use super::chunks::{ChunkBytes, Loaded, bytes_of_pages};
use super::{Part, READS_AT_ONCE, Scan};

/// A row group of which all steps together take no more is read at once: a second request would cost more.
const AT_ONCE_BYTES: u64 = 128 << 10;

/// How the ranges of an object are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// Bytes between two ranges that are read along with them.
    gap: u64,
    /// Requests at most.
    requests: usize,
    /// Whether bytes cost less than a second round of requests.
    is_far: bool,
}

impl Reach {
    /// On this machine a range costs a system call.
    pub(super) const NEAR: Self = Self { gap: 4 << 10, requests: usize::MAX, is_far: false };
    /// Over a network a request costs as much time as some hundred kilobytes.
    pub(super) const FAR: Self = Self { gap: 128 << 10, requests: 8, is_far: true };

    /// `ranges`, put together.
    fn merged(self, mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
        ranges.sort_unstable_by_key(|range| range.start);
        let mut gaps: Vec<u64> =
            ranges.iter().zip(ranges.iter().skip(1)).map(|(a, b)| b.start.saturating_sub(a.end)).collect();
        gaps.sort_unstable_by(|a, b| b.cmp(a));
        let gap = gaps.get(self.requests - 1).map_or(self.gap, |&widest| widest.max(self.gap));
        let mut merged: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end.saturating_add(gap) => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }
}

/// What is read of a leaf of a row group.
struct Wanted {
    leaf: usize,
    ranges: Vec<Range<u64>>,
    /// Where all pages lie, if only some are read.
    pages: Option<Vec<PageLocation>>,
}

impl Scan {
    /// What the first of `steps` needs of each part; what all need, where that is little.
    pub(super) async fn fetch(&self, parts: &[Part], steps: &[&[usize]]) -> Result<Vec<Loaded>> {
        let window = window(parts);
        let reads: Vec<_> = parts.iter().map(|part| self.first(part, steps, window.as_ref())).collect();
        stream::iter(reads).buffered(READS_AT_ONCE).try_collect().await
    }

    async fn first(&self, part: &Part, steps: &[&[usize]], window: Option<&Range<usize>>) -> Result<Loaded> {
        let mut loaded = Loaded::new(Arc::clone(&part.footer), part.group, part.rows);
        let all = steps.concat();
        let first = steps.first().copied().unwrap_or_default();
        let counted = all.iter().copied().filter(|leaf| !(self.reach.is_far && first.contains(leaf)));
        let little = bytes_of(part, counted, window)? <= AT_ONCE_BYTES;
        self.read(part, &mut loaded, if little { &all } else { first }, window).await?;
        Ok(loaded)
    }

    /// Adds what `leaves` need.
    pub(super) async fn fetch_more(&self, parts: &[Part], loaded: &mut [Loaded], leaves: &[usize]) -> Result<()> {
        let window = window(parts);
        let read = |(part, loaded)| self.read(part, loaded, leaves, window.as_ref());
        let reads: Vec<_> = parts.iter().zip(loaded).map(read).collect();
        stream::iter(reads).buffer_unordered(READS_AT_ONCE).try_collect().await
    }

    async fn read(
        &self,
        part: &Part,
        loaded: &mut Loaded,
        leaves: &[usize],
        window: Option<&Range<usize>>,
    ) -> Result<()> {
        let mut missing: Vec<usize> = leaves.iter().copied().filter(|&leaf| loaded.chunk(leaf).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let wanted = missing.iter().map(|&leaf| wanted(part, leaf, window)).collect::<Result<Vec<_>>>()?;
        let ranges = wanted.iter().flat_map(|wanted| wanted.ranges.iter().cloned()).collect();
        let read = self.bytes(part, ranges).await?;
        for Wanted { leaf, ranges, pages } in wanted {
            let pieces =
                ranges.into_iter().map(|range| Ok((range.start, cut(&read, &range)?))).collect::<Result<_>>()?;
            loaded.add(leaf, ChunkBytes::new(pieces, pages));
        }
        Ok(())
    }

    /// Bytes of a file that hold `ranges`, with their places, in order.
    async fn bytes(&self, part: &Part, ranges: Vec<Range<u64>>) -> Result<Vec<(u64, Bytes)>> {
        if let Some(whole) = self.footers.take_whole(part.path.as_ref()) {
            self.counters.bytes_scanned.add(ranges.iter().map(length).sum());
            return Ok(vec![(0, whole)]);
        }
        let ranges = self.reach.merged(ranges);
        self.counters.bytes_scanned.add(ranges.iter().map(length).sum());
        let starts = ranges.iter().map(|range| range.start);
        if !self.reach.is_far {
            return Ok(starts.zip(self.store.get_ranges(&part.path, &ranges).await?).collect());
        }
        // One by one: a store puts ranges together as it sees fit.
        let reads: Vec<_> =
            ranges.iter().map(|range| self.store.get_ranges(&part.path, std::slice::from_ref(range))).collect();
        let read: Vec<Vec<Bytes>> = stream::iter(reads).buffered(READS_AT_ONCE).try_collect().await?;
        Ok(starts.zip(read.into_iter().flatten()).collect())
    }
}

/// The rows between the first and the last that are left of the only part. Of several, whole chunks are read: whoever
/// decodes them may do so from one part into the next.
fn window(parts: &[Part]) -> Option<Range<usize>> {
    let [part] = parts else { return None };
    let (mut start, mut rows) = (None, 0..0);
    for selector in part.selection.as_ref()?.iter() {
        rows = rows.end..rows.end + selector.row_count;
        if !selector.skip && selector.row_count > 0 {
            start = Some(start.map_or(rows.clone(), |known: Range<usize>| known.start..rows.end));
        }
    }
    start
}

fn wanted(part: &Part, leaf: usize, window: Option<&Range<usize>>) -> Result<Wanted> {
    let chunk = chunk_range(part, leaf)?;
    let some = window.zip(part.footer.pages(part.group, leaf)).and_then(|(rows, pages)| {
        let (dictionary, values) = bytes_of_pages(pages, &chunk, rows, part.rows)?;
        let ranges: Vec<_> = dictionary.into_iter().chain([values]).collect();
        let bytes: usize = ranges.iter().map(length).sum();
        (bytes < length(&chunk)).then(|| Wanted { leaf, ranges, pages: Some(pages.to_vec()) })
    });
    Ok(some.unwrap_or_else(|| Wanted { leaf, ranges: vec![chunk], pages: None }))
}

/// A range out of what was read.
fn cut(read: &[(u64, Bytes)], range: &Range<u64>) -> Result<Bytes> {
    let after = read.partition_point(|(start, _)| *start <= range.start);
    let found = after.checked_sub(1).and_then(|place| read.get(place)).and_then(|(start, bytes)| {
        let (from, to) = (range.start.checked_sub(*start)?, range.end.checked_sub(*start)?);
        let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
        (from <= to && to <= bytes.len()).then(|| bytes.slice(from..to))
    });
    found.ok_or_else(|| DataFusionError::Internal(format!("bytes {range:?} were not read")))
}

fn chunk_range(part: &Part, leaf: usize) -> Result<Range<u64>> {
    let missing = || DataFusionError::Internal(format!("a file without row group {}", part.group));
    let group = part.footer.groups().get(part.group).ok_or_else(missing)?;
    Ok(group.chunk(leaf)?.range())
}

fn length(range: &Range<u64>) -> usize {
    usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX)
}

fn bytes_of(part: &Part, leaves: impl Iterator<Item = usize>, window: Option<&Range<usize>>) -> Result<u64> {
    let mut leaves: Vec<usize> = leaves.collect();
    leaves.sort_unstable();
    leaves.dedup();
    leaves.into_iter().try_fold(0, |sum: u64, leaf| {
        let bytes: usize = wanted(part, leaf, window)?.ranges.iter().map(length).sum();
        Ok(sum.saturating_add(bytes as u64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_put_together_where_a_request_costs_more_than_what_lies_between() {
        let reach = Reach { gap: 10, requests: 3, is_far: true };
        assert_eq!(reach.merged(vec![50..60, 0..10, 15..20]), [0..20, 50..60]);
        assert_eq!(reach.merged(vec![0..10, 40..50, 100..110]), [0..10, 40..50, 100..110]);
        assert_eq!(reach.merged(vec![0..10, 40..50, 100..110, 200..210, 230..240]), [0..50, 100..110, 200..240]);
        assert_eq!(reach.merged(vec![0..10, 5..7, 8..20]), std::slice::from_ref(&(0..20)));
        assert!(reach.merged(Vec::new()).is_empty());
    }

    #[test]
    fn a_range_is_cut_out_of_what_was_read() {
        let read = [(0, Bytes::from_static(b"abc")), (10, Bytes::from_static(b"klmno"))];
        assert_eq!(cut(&read, &(11..14)).unwrap().as_ref(), b"lmn");
        for outside in [2..4, 5..6, 12..16] {
            assert!(cut(&read, &outside).is_err(), "{outside:?}");
        }
    }
}
