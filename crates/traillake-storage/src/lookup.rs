//! Finds stored events by exact time and event id, and gives back their records: what exactly-once rests on.
//!
//! ```text
//!  candidates ──> files of their partitions whose times cover one ──> row groups (times, bloom filter on eventid)
//!             ──> pages (times) ──> rows (eventtime, eventid only) ──> whole rows of the matches ──> record text
//! ```

use std::collections::HashSet;
use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::pruning::files::event_times;
use crate::{EventTable, Result, TableSnapshot};

mod candidates;
mod file;

use candidates::between;
pub use candidates::{Candidate, Candidates};
use file::{FileSearch, Reading};

/// Files whose row groups are searched at once. Their matches are read one file after the other.
const FILES_AT_ONCE: usize = 4;

/// A stored row with the partition, event time and event id of candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMatch<'a> {
    /// All candidates that are alike in these.
    pub candidates: &'a [Candidate<'a>],
    /// The stored record: same members, same order, same number text.
    pub json: String,
}

/// Every stored row that has the partition, event time and event id of a candidate, once, in no particular order.
///
/// `only_files` limits the search to files of the snapshot with these paths: those that a newer snapshot added. The
/// rows come in small batches; memory does not grow with the number of matches.
#[expect(clippy::implicit_hasher, reason = "a type parameter could not be inferred where `None` is passed")]
pub fn find_stored<'a>(
    table: &EventTable,
    snapshot: &TableSnapshot,
    candidates: &'a Candidates<'a>,
    only_files: Option<&HashSet<String>>,
) -> Result<BoxStream<'a, Result<StoredMatch<'a>>>> {
    let reading = Arc::new(Reading::new(table));
    let mut searches = Vec::new();
    for (partition, wanted) in candidates.by_partition() {
        for file in snapshot.files.of(partition) {
            let asked = only_files.is_none_or(|paths| paths.contains(&file.path));
            let wanted = between(wanted, event_times(file));
            if asked && !wanted.is_empty() {
                searches.push(FileSearch::try_new(&reading, file, wanted)?);
            }
        }
    }
    Ok(search_files(searches))
}

fn search_files(searches: Vec<FileSearch<'_>>) -> BoxStream<'_, Result<StoredMatch<'_>>> {
    futures::stream::iter(searches)
        .map(FileSearch::run)
        .buffered(FILES_AT_ONCE)
        .try_flatten()
        .map_ok(|matches| futures::stream::iter(matches.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

#[cfg(test)]
mod tests;
