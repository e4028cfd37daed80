//! Finds stored events by exact time and event id, and gives back their records: what exactly-once rests on.
//!
//! ```text
//!  candidates ──> files of their partitions whose times cover one ──> row groups (times, bloom filter on eventid)
//!             ──> rows (eventtime, eventid only) ──> whole rows of the matches ──> record text
//! ```

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use traillake_columnar::EventSchema;
use traillake_model::PartitionValues;

use crate::pruning::files::event_times;
use crate::snapshot::DataFile;
use crate::{EventTable, Result, TableSnapshot};

mod file;

/// Files whose row groups are searched at once. Their matches are read one file after the other.
const FILES_AT_ONCE: usize = 4;

/// An event that may be stored already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it would lie.
    pub partition: PartitionValues,
    /// Its event time in microseconds since 1970, UTC.
    pub event_time_micros: i64,
    /// Its event id; a record without one matches stored records without one.
    pub event_id: Option<String>,
}

/// A stored row with the partition, event time and event id of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMatch {
    /// Index of the candidate; the first one, when several are alike.
    pub candidate: usize,
    /// The stored record: same members, same order, same number text.
    pub json: String,
}

/// Every stored row that has the partition, event time and event id of a candidate, once, in no particular order.
///
/// `only_files` limits the search to files of the snapshot with these paths: those that a newer snapshot added. The
/// rows come in small batches; memory does not grow with the number of matches.
#[expect(clippy::implicit_hasher, reason = "a type parameter could not be inferred where `None` is passed")]
pub async fn find_stored(
    table: &EventTable,
    snapshot: &TableSnapshot,
    candidates: &[Candidate],
    only_files: Option<&HashSet<String>>,
) -> Result<BoxStream<'static, Result<StoredMatch>>> {
    let mut searches = Vec::new();
    for (partition, wanted) in by_partition(candidates) {
        let wanted = Arc::new(wanted);
        for file in snapshot.files.of(&partition) {
            let asked = only_files.is_none_or(|paths| paths.contains(&file.path));
            let (first, last) = event_times(file);
            if asked && wanted.any_between(first, last) {
                searches.push((Arc::clone(file), Arc::clone(&wanted)));
            }
        }
    }
    Ok(search_files(table, searches))
}

fn search_files(
    table: &EventTable,
    searches: Vec<(Arc<DataFile>, Arc<Wanted>)>,
) -> BoxStream<'static, Result<StoredMatch>> {
    let store = Arc::clone(table.object_store());
    let schema: Arc<EventSchema> = Arc::clone(table.schema());
    futures::stream::iter(searches)
        .map(move |(data_file, wanted)| file::search(Arc::clone(&store), Arc::clone(&schema), data_file, wanted))
        .buffered(FILES_AT_ONCE)
        .try_flatten()
        .map_ok(|matches| futures::stream::iter(matches.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

fn by_partition(candidates: &[Candidate]) -> HashMap<PartitionValues, Wanted> {
    let mut partitions: HashMap<PartitionValues, Wanted> = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        match partitions.get_mut(&candidate.partition) {
            Some(wanted) => wanted.insert(index, candidate),
            None => partitions.entry(candidate.partition.clone()).or_default().insert(index, candidate),
        }
    }
    for wanted in partitions.values_mut() {
        wanted.times = wanted.at.keys().copied().collect();
        wanted.times.sort_unstable();
    }
    partitions
}

/// The candidates of one partition, by time.
#[derive(Debug, Default)]
struct Wanted {
    at: HashMap<i64, WantedAt>,
    /// The keys of `at`, ascending.
    times: Vec<i64>,
}

/// The candidates of one moment: by id, and the first without one.
#[derive(Debug, Default)]
struct WantedAt {
    ids: HashMap<String, usize>,
    without_id: Option<usize>,
}

impl Wanted {
    fn insert(&mut self, index: usize, candidate: &Candidate) {
        let at = self.at.entry(candidate.event_time_micros).or_default();
        match &candidate.event_id {
            Some(id) => _ = at.ids.entry(id.clone()).or_insert(index),
            None => _ = at.without_id.get_or_insert(index),
        }
    }

    /// The moments from `first` to `last`, both included.
    fn between(&self, first: i64, last: i64) -> impl Iterator<Item = &WantedAt> {
        let start = self.times.partition_point(|&time| time < first);
        let times = self.times.get(start..).unwrap_or_default();
        times.iter().take_while(move |&&time| time <= last).filter_map(|time| self.at.get(time))
    }

    fn any_between(&self, first: i64, last: i64) -> bool {
        self.between(first, last).next().is_some()
    }

    fn candidate(&self, time_micros: i64, id: Option<&str>) -> Option<usize> {
        let at = self.at.get(&time_micros)?;
        match id {
            Some(id) => at.ids.get(id).copied(),
            None => at.without_id,
        }
    }
}

#[cfg(test)]
mod tests;
