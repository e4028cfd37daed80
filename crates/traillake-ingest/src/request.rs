//! What an ingest is asked to do: sources, filter, limits.

use std::num::NonZeroUsize;
use std::time::Duration;

use traillake_model::Grants;
use traillake_storage::ObjectStoreOptions;

use crate::{KeyFilter, SourceObject, SourceSpec};

/// One ingest into one event data store.
#[derive(Debug, Clone)]
pub struct IngestRequest {
    /// Where to look; objects named twice are read once.
    pub sources: Vec<SourceSpec>,
    /// Objects held in memory ([`SourceObject::from_bytes`]), taken beside the sources whatever the filter says.
    pub objects: Vec<SourceObject>,
    /// Which objects to take, by account, region, organisation and delivery date in the key.
    pub filter: KeyFilter,
    /// Whose events are taken: objects whose keys name another account are left alone, events of other accounts in the
    /// objects that are read are filtered, and such an object is read again by the next ingest.
    pub grants: Grants,
    /// Read every object again, also those the manifest knows.
    pub retry: bool,
    /// Tell what would happen; write nothing.
    pub dry_run: bool,
    /// How to reach the sources.
    pub options: ObjectStoreOptions,
    /// Memory, sizes and concurrency.
    pub limits: IngestLimits,
}

/// Bounds of an ingest. Every limit has a default that suits a small machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IngestLimits {
    /// Memory the ingest may use, in bytes (512 MB); decides the batch size.
    pub memory_bytes: u64,
    /// Longest record taken, in bytes (16 MiB); longer ones go to quarantine.
    pub record_bytes: u64,
    /// Most bytes one object may hold after decompression (64 GiB).
    pub decompressed_bytes: u64,
    /// Most decompressed bytes per compressed byte (1,000), counted from 64 MiB on.
    pub decompression_ratio: u64,
    /// Objects read at once; `None` is one per processor, two to four.
    pub workers: Option<NonZeroUsize>,
    /// Longest time finished objects wait for their commit.
    pub commit_every: Duration,
    /// Objects changed more recently than this are left for the next time (zero: none).
    pub settle: Duration,
    /// Small files of a partition from which on an ingest merges them when it is done (16); `None` leaves them.
    pub compact_at: Option<NonZeroUsize>,
}

impl Default for IngestLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 512_000_000,
            record_bytes: 16 << 20,
            decompressed_bytes: 64 << 30,
            decompression_ratio: 1_000,
            workers: None,
            commit_every: Duration::from_mins(1),
            settle: Duration::ZERO,
            compact_at: NonZeroUsize::new(16),
        }
    }
}

impl IngestRequest {
    /// A request for `sources` with the default filter and limits.
    pub fn new(sources: Vec<SourceSpec>, options: ObjectStoreOptions) -> Self {
        Self {
            sources,
            objects: Vec::new(),
            filter: KeyFilter::default(),
            grants: Grants::all(),
            retry: false,
            dry_run: false,
            options,
            limits: IngestLimits::default(),
        }
    }

    /// The request with a listing that skips the folders of accounts that are not granted, where it takes any account.
    pub(crate) fn narrowed(mut self) -> Self {
        if let Some(accounts) = self.grants.accounts()
            && self.filter.accounts.is_empty()
        {
            self.filter.accounts = accounts.iter().cloned().collect();
        }
        self
    }

    /// Objects under way at once: object stores are slow to answer, not to send.
    pub(crate) fn objects_ahead(&self) -> usize {
        if self.is_remote() { REMOTE_OBJECTS_AHEAD } else { self.limits.workers() + 1 }
    }

    /// True when a source has to be reached over a network.
    pub(crate) fn is_remote(&self) -> bool {
        self.sources.iter().any(|source| matches!(source, SourceSpec::Url(_)))
    }
}

const REMOTE_OBJECTS_AHEAD: usize = 16;
/// Rows in one chunk, the unit that readers hand to the batcher.
const CHUNK_ROWS: usize = 4_096;
const CHUNK_BYTES: usize = 8 << 20;

impl IngestLimits {
    /// Objects read at once.
    pub(crate) fn workers(&self) -> usize {
        let default = || std::thread::available_parallelism().map_or(2, NonZeroUsize::get).clamp(2, 4);
        self.workers.map_or_else(default, NonZeroUsize::get)
    }

    /// Arrow bytes of one batch. One batch fills while another is sorted,
    /// copied by partition and encoded, so a batch is an eighth of the whole.
    pub(crate) fn batch_bytes(&self) -> usize {
        usize::try_from(self.memory_bytes / 8).unwrap_or(usize::MAX).max(1)
    }

    /// Objects up to this size are held whole while they are split.
    pub(crate) fn whole_bytes(&self) -> u64 {
        (self.memory_bytes / 32).min(32 << 20)
    }

    /// Files merged at once, each with some megabytes.
    pub(crate) fn compacted_at_once(&self) -> usize {
        usize::try_from(self.memory_bytes >> 22).unwrap_or(usize::MAX).clamp(2, 128)
    }

    /// Arrow bytes of one chunk.
    pub(crate) fn chunk_bytes(&self) -> usize {
        CHUNK_BYTES.min(self.batch_bytes() / 4).max(1)
    }

    /// Rows of one chunk.
    #[expect(clippy::unused_self, reason = "a limit like the others")]
    pub(crate) fn chunk_rows(&self) -> usize {
        CHUNK_ROWS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_batch_is_a_fraction_of_the_memory() {
        let limits = IngestLimits::default();
        assert_eq!(limits.batch_bytes(), 64_000_000);
        assert!(limits.chunk_bytes() * limits.workers() < limits.batch_bytes());
    }

    #[test]
    fn a_tiny_memory_limit_still_gives_a_batch() {
        let limits = IngestLimits { memory_bytes: 1, ..IngestLimits::default() };
        assert!(limits.batch_bytes() >= 1 && limits.chunk_bytes() >= 1);
    }
}
