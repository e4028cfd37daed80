//! The memory limit, and sizes that follow from it: DataFusion's own suit limits of gigabytes.

use std::num::NonZeroUsize;
use std::sync::Arc;

use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool, UnboundedMemoryPool};

use crate::QueryLimits;

/// Largest consumers that an error about memory names.
const NAMED_CONSUMERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);
/// Size of an event in memory, roughly.
const ROW_BYTES: usize = 2 << 10;

/// Memory for the operators of all queries.
pub(super) fn pool(limits: &QueryLimits) -> Arc<dyn MemoryPool> {
    match limits.memory_bytes {
        None => Arc::new(UnboundedMemoryPool::default()),
        Some(_) => Arc::new(TrackConsumersPool::new(FairSpillPool::new(limit_bytes(limits)), NAMED_CONSUMERS)),
    }
}

/// Rows of a batch: 8,192, or fewer when batches of wide events would fill a small limit.
pub(super) fn batch_rows(limits: &QueryLimits) -> usize {
    const BATCHES: usize = 64;
    (limit_bytes(limits) / BATCHES / ROW_BYTES).clamp(512, 8_192)
}

/// What each sort keeps back for merging its spilled runs: 10 MB, or its part of a small limit.
pub(super) fn merge_bytes(limits: &QueryLimits) -> usize {
    const SHARE: usize = 16;
    const MOST: usize = 10 << 20;
    (limit_bytes(limits) / SHARE / limits.parallelism.max(1)).min(MOST)
}

/// Spilled runs that one sort merges at once: as many as half of its part of the limit holds.
///
/// A sort would take all memory there is, and leave none to what comes after it.
pub(super) fn merge_fan_in(limits: &QueryLimits) -> usize {
    // Each run is read two batches ahead, and a batch counts twice while it is sorted.
    const BATCHES_PER_RUN: usize = 4;
    let run = BATCHES_PER_RUN * batch_rows(limits) * ROW_BYTES;
    (limit_bytes(limits) / 2 / limits.parallelism.max(1) / run).clamp(2, 64)
}

/// Bytes of one column that functions make of a batch: a quarter of the limit, but a few of the longest values.
pub(super) fn column_bytes(limits: &QueryLimits) -> usize {
    const SHARE: usize = 4;
    const LEAST: usize = 32 << 20;
    (limit_bytes(limits) / SHARE).max(LEAST)
}

fn limit_bytes(limits: &QueryLimits) -> usize {
    limits.memory_bytes.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(memory_bytes: Option<u64>) -> (usize, usize, usize) {
        let limits = QueryLimits { memory_bytes, parallelism: 2, ..QueryLimits::default() };
        (batch_rows(&limits), merge_bytes(&limits), merge_fan_in(&limits))
    }

    #[test]
    fn sizes_shrink_with_the_limit() {
        assert_eq!(sizes(None), (8_192, 10 << 20, 64));
        assert_eq!(sizes(Some(2 << 30)), (8_192, 10 << 20, 8));
        assert_eq!(sizes(Some(64 << 20)), (512, 2 << 20, 4));
        assert_eq!(sizes(Some(1)), (512, 0, 2));
    }
}
