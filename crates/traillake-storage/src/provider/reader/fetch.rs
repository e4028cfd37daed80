//! Fetches column chunks: all that a scan may need where that is little, else what the next step needs.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::chunks::{ChunkBytes, Loaded};
use super::{Part, READS_AT_ONCE, Scan};

/// A row group of which all steps together take no more is read at once: a second request would cost more.
const AT_ONCE_BYTES: u64 = 128 << 10;

impl Scan {
    /// What the first of `steps` needs of each part; what all need, where that is little.
    pub(super) async fn fetch(&self, parts: &[Part], steps: &[&[usize]]) -> Result<Vec<Loaded>> {
        let reads: Vec<_> = parts.iter().map(|part| self.first(part, steps)).collect();
        stream::iter(reads).buffered(READS_AT_ONCE).try_collect().await
    }

    async fn first(&self, part: &Part, steps: &[&[usize]]) -> Result<Loaded> {
        let mut loaded = Loaded::new(Arc::clone(&part.footer), part.group, part.rows);
        let all = steps.concat();
        let little = bytes_of(part, &all)? <= AT_ONCE_BYTES;
        let first = steps.first().copied().unwrap_or_default();
        self.read(part, &mut loaded, if little { &all } else { first }).await?;
        Ok(loaded)
    }

    /// Adds what `leaves` need.
    pub(super) async fn fetch_more(&self, parts: &[Part], loaded: &mut [Loaded], leaves: &[usize]) -> Result<()> {
        let reads: Vec<_> = parts.iter().zip(loaded).map(|(part, loaded)| self.read(part, loaded, leaves)).collect();
        stream::iter(reads).buffer_unordered(READS_AT_ONCE).try_collect().await
    }

    async fn read(&self, part: &Part, loaded: &mut Loaded, leaves: &[usize]) -> Result<()> {
        let mut missing: Vec<usize> = leaves.iter().copied().filter(|&leaf| loaded.chunk(leaf).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let ranges = missing.iter().map(|&leaf| range(part, leaf)).collect::<Result<Vec<_>>>()?;
        let bytes = match self.footers.take_whole(part.path.as_ref()).and_then(|whole| cut(&whole, &ranges)) {
            Some(bytes) => bytes,
            None => self.store.get_ranges(&part.path, &ranges).await?,
        };
        for ((leaf, range), bytes) in missing.into_iter().zip(ranges).zip(bytes) {
            self.counters.bytes_scanned.add(bytes.len());
            loaded.add(leaf, ChunkBytes { start: range.start, bytes });
        }
        Ok(())
    }
}

/// The ranges of a file that was read whole; none where one lies outside.
fn cut(whole: &Bytes, ranges: &[Range<u64>]) -> Option<Vec<Bytes>> {
    let part = |range: &Range<u64>| {
        let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        (start <= end && end <= whole.len()).then(|| whole.slice(start..end))
    };
    ranges.iter().map(part).collect()
}

fn range(part: &Part, leaf: usize) -> Result<Range<u64>> {
    let missing = || DataFusionError::Internal(format!("a file without row group {}", part.group));
    let group = part.footer.groups().get(part.group).ok_or_else(missing)?;
    Ok(group.chunk(leaf)?.range())
}

fn bytes_of(part: &Part, leaves: &[usize]) -> Result<u64> {
    leaves.iter().map(|&leaf| range(part, leaf)).try_fold(0, |sum: u64, range| {
        let range = range?;
        Ok(sum.saturating_add(range.end - range.start))
    })
}
