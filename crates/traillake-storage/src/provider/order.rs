//! Which events a question wants first by their time, and the files that can hold them.

use std::sync::Arc;

use super::EventTableProvider;
use crate::pruning::files::event_times;
use crate::snapshot::DataFile;

/// The events that a question takes from a scan: the first ones by their time, until it has enough.
///
/// A wish, not a promise: the scan may give any of its events in any order. But those that cannot be among the first
/// may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOrder {
    /// Newest first, else oldest first.
    pub newest_first: bool,
    /// Events that are enough, where the question takes every event of the scan; `None` where conditions above the scan
    /// or filters in it may drop some, so that nobody knows before.
    pub enough: Option<usize>,
}

impl EventTableProvider {
    /// The same table for a question that wants events in this order and ends early.
    #[must_use]
    pub fn ordered(&self, order: TimeOrder) -> Self {
        Self { order: Some(order), ..self.clone() }
    }

    /// The order in which events are wanted, if it is known.
    pub fn order(&self) -> Option<TimeOrder> {
        self.order
    }
}

impl TimeOrder {
    /// Where a file's events begin and end on the way from the first event that is wanted to the last, in milliseconds.
    pub(super) fn span(self, file: &DataFile) -> (i64, i64) {
        let (first, last) = event_times(file);
        let (first, last) = (first.div_euclid(1_000), last.div_euclid(1_000));
        if self.newest_first { (-last, -first) } else { (first, last) }
    }

    /// Takes away the files that begin where others have enough events already: those hold no event of the first, and
    /// none that is as early as the last of them.
    pub(super) fn drop_late(self, files: &mut Vec<Arc<DataFile>>) {
        let Some(enough) = self.enough else { return };
        let mut ends: Vec<(i64, u64)> = files.iter().map(|file| (self.span(file).1, file.rows)).collect();
        ends.sort_unstable();
        let mut rows: u64 = 0;
        let has_enough = |(_, more): &(i64, u64)| {
            rows = rows.saturating_add(*more);
            rows >= enough as u64
        };
        if let Some((end, _)) = ends.into_iter().find(has_enough) {
            files.retain(|file| self.span(file).0 <= end);
        }
    }
}

#[cfg(test)]
mod tests;
