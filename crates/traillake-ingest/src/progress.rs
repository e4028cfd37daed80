//! Live counters of a running ingest, for a progress line.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Counters that an ingest updates while it runs; read them from any thread.
///
/// They run ahead of the [`IngestSummary`](crate::IngestSummary), which counts
/// committed work only.
#[derive(Debug)]
pub struct IngestProgress {
    started: Instant,
    objects_seen: AtomicU64,
    objects_done: AtomicU64,
    bytes_seen: AtomicU64,
    bytes_done: AtomicU64,
    decompressed_bytes: AtomicU64,
    events: AtomicU64,
    quarantined: AtomicU64,
    listed: AtomicBool,
}

/// One reading of an [`IngestProgress`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProgressReading {
    /// Time since the start.
    pub elapsed: Duration,
    /// Objects listed so far.
    pub objects_seen: u64,
    /// Objects finished or skipped.
    pub objects_done: u64,
    /// Bytes of the objects listed, as they lie in the source.
    pub bytes_seen: u64,
    /// Bytes of the objects done.
    pub bytes_done: u64,
    /// Bytes read after decompression.
    pub decompressed_bytes: u64,
    /// Records read.
    pub events: u64,
    /// Records set aside.
    pub quarantined: u64,
    /// True when listing has ended, so that totals are final.
    pub listed: bool,
}

impl Default for IngestProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl IngestProgress {
    /// Counters at zero, started now.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            objects_seen: AtomicU64::new(0),
            objects_done: AtomicU64::new(0),
            bytes_seen: AtomicU64::new(0),
            bytes_done: AtomicU64::new(0),
            decompressed_bytes: AtomicU64::new(0),
            events: AtomicU64::new(0),
            quarantined: AtomicU64::new(0),
            listed: AtomicBool::new(false),
        }
    }

    /// The counters as they are now.
    pub fn read(&self) -> ProgressReading {
        ProgressReading {
            elapsed: self.started.elapsed(),
            objects_seen: self.objects_seen.load(Relaxed),
            objects_done: self.objects_done.load(Relaxed),
            bytes_seen: self.bytes_seen.load(Relaxed),
            bytes_done: self.bytes_done.load(Relaxed),
            decompressed_bytes: self.decompressed_bytes.load(Relaxed),
            events: self.events.load(Relaxed),
            quarantined: self.quarantined.load(Relaxed),
            listed: self.listed.load(Relaxed),
        }
    }

    pub(crate) fn object_seen(&self, size_bytes: u64) {
        self.objects_seen.fetch_add(1, Relaxed);
        self.bytes_seen.fetch_add(size_bytes, Relaxed);
    }

    pub(crate) fn object_done(&self, size_bytes: u64) {
        self.objects_done.fetch_add(1, Relaxed);
        self.bytes_done.fetch_add(size_bytes, Relaxed);
    }

    pub(crate) fn records(&self, events: u64, quarantined: u64, decompressed_bytes: u64) {
        self.events.fetch_add(events, Relaxed);
        self.quarantined.fetch_add(quarantined, Relaxed);
        self.decompressed_bytes.fetch_add(decompressed_bytes, Relaxed);
    }

    pub(crate) fn listing_ended(&self) {
        self.listed.store(true, Relaxed);
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl ProgressReading {
    /// Records per second since the start.
    pub fn events_per_second(&self) -> u64 {
        per_second(self.events, self.elapsed)
    }

    /// Decompressed bytes per second since the start.
    pub fn bytes_per_second(&self) -> u64 {
        per_second(self.decompressed_bytes, self.elapsed)
    }

    /// Time left by the bytes still to read, once listing has ended.
    pub fn time_left(&self) -> Option<Duration> {
        if !self.listed || self.bytes_done == 0 {
            return None;
        }
        let left = u128::from(self.bytes_seen.saturating_sub(self.bytes_done));
        let millis = self.elapsed.as_millis().saturating_mul(left) / u128::from(self.bytes_done);
        Some(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)))
    }
}

fn per_second(amount: u64, elapsed: Duration) -> u64 {
    let per = u128::from(amount) * 1000 / elapsed.as_millis().max(1);
    u64::try_from(per).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_follows_the_share_of_bytes_done() {
        let mut reading = IngestProgress::new().read();
        reading.elapsed = Duration::from_secs(10);
        reading.bytes_seen = 300;
        reading.bytes_done = 100;
        assert_eq!(reading.time_left(), None, "unknown while listing");
        reading.listed = true;
        assert_eq!(reading.time_left(), Some(Duration::from_secs(20)));
    }

    #[test]
    fn rates_are_per_second_since_the_start() {
        let mut reading = IngestProgress::new().read();
        reading.elapsed = Duration::from_secs(4);
        reading.events = 400;
        assert_eq!(reading.events_per_second(), 100);
    }
}
