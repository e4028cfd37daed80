//! Events that may be stored already, in the order of stored rows: by partition, event time and event id.

use traillake_model::PartitionValues;

/// An event that may be stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate<'a> {
    /// Where it would lie: a position among the partitions of its [`Candidates`].
    pub partition: u32,
    /// Its event time in microseconds since 1970, UTC.
    pub event_time_micros: i64,
    /// Its event id; a record without one matches stored records without one.
    pub event_id: Option<&'a str>,
    /// What the caller knows it by.
    pub row: u32,
}

impl Candidate<'_> {
    fn moment_and_id(&self) -> (i64, Option<&str>) {
        (self.event_time_micros, self.event_id)
    }
}

/// Events to look for, sorted.
#[derive(Debug)]
pub struct Candidates<'a> {
    partitions: Vec<&'a PartitionValues>,
    sorted: Vec<Candidate<'a>>,
}

impl<'a> Candidates<'a> {
    /// These events of `partitions`, which are all different.
    pub fn new(partitions: Vec<&'a PartitionValues>, mut candidates: Vec<Candidate<'a>>) -> Self {
        candidates.sort_unstable();
        Self { partitions, sorted: candidates }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The partitions with candidates, and these, ascending.
    pub(super) fn by_partition(&self) -> impl Iterator<Item = (&'a PartitionValues, &[Candidate<'a>])> {
        self.sorted.chunk_by(|a, b| a.partition == b.partition).filter_map(|candidates| {
            let partition = candidates.first()?.partition;
            Some((*self.partitions.get(partition as usize)?, candidates))
        })
    }
}

/// Those of one partition's `candidates` from `first` to `last`, both included.
pub(super) fn between<'c, 'a>(candidates: &'c [Candidate<'a>], (first, last): (i64, i64)) -> &'c [Candidate<'a>] {
    let start = candidates.partition_point(|candidate| candidate.event_time_micros < first);
    let rest = candidates.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|candidate| candidate.event_time_micros <= last)).unwrap_or_default()
}

/// Those of one partition's `candidates` with this time and id.
pub(super) fn alike<'c, 'a>(candidates: &'c [Candidate<'a>], micros: i64, id: Option<&str>) -> &'c [Candidate<'a>] {
    let start = candidates.partition_point(|candidate| candidate.moment_and_id() < (micros, id));
    let rest = candidates.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|candidate| candidate.moment_and_id() == (micros, id))).unwrap_or_default()
}
