//! Looks up in the store which rows of a batch it has already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch, StringArray};
use futures::TryStreamExt as _;
use traillake_columnar::content_digest;
use traillake_model::PartitionValues;
use traillake_storage::{Candidate, Candidates, DataFile, EventTable, FileSet, TableSnapshot, find_stored};

use crate::Result;
use crate::batch::{Batch, BatchRow, RowPlace, index};
use crate::contents::contents;
use crate::dedupe::Mark;

/// The live rows of `batch` (by position) that the files of `snapshot` hold
/// with equal content. With `new_files`, rows that were checked before are
/// checked against those files only.
pub(crate) async fn stored_rows(
    table: &EventTable,
    snapshot: &TableSnapshot,
    batch: &Batch,
    live: &[bool],
    new_files: Option<&HashSet<String>>,
) -> Result<Vec<usize>> {
    let places = Places::new(batch, &snapshot.files);
    let (once, repeated) = places.candidates(batch, live);
    let search = Search { table, snapshot, batch };
    let mut found = search.run(&once, new_files).await?;
    // The n-th of several equal records counts all stored ones, wherever compaction has put them.
    found.extend(search.run(&repeated, None).await?);
    Ok(found)
}

/// A partition of the store and its files.
type Partition<'a> = (&'a PartitionValues, &'a [Arc<DataFile>]);

/// Where and when the rows of a batch may be stored.
#[derive(Default)]
struct Places<'a> {
    partitions: Vec<&'a PartitionValues>,
    /// By partition: the times that its files cover, ascending and apart.
    times: Vec<Vec<(i64, i64)>>,
    /// By place of the batch: the partitions that may have its rows.
    of_place: Vec<Vec<u32>>,
}

impl<'a> Places<'a> {
    fn new(batch: &Batch, files: &'a FileSet) -> Self {
        let mut this = Self::default();
        let mut known: HashMap<&PartitionValues, u32> = HashMap::new();
        for place in &batch.places {
            let numbers = partitions_of(place, files).into_iter().map(|(values, files)| {
                *known.entry(values).or_insert_with(|| {
                    this.partitions.push(values);
                    this.times.push(times_of(files));
                    index(this.partitions.len() - 1)
                })
            });
            let numbers = numbers.collect();
            this.of_place.push(numbers);
        }
        this
    }

    /// The live rows where they may be stored: those that are the first of their content in their object, and the rest.
    fn candidates<'b>(&self, batch: &'b Batch, live: &[bool]) -> (Candidates<'b>, Candidates<'b>)
    where
        'a: 'b,
    {
        let ids: Vec<Option<&StringArray>> = batch.chunks.iter().map(event_ids).collect();
        let id = |row: &BatchRow| id_at(ids.get(row.chunk as usize).copied().flatten()?, row.row as usize);
        let (mut once, mut repeated) = (Vec::new(), Vec::new());
        for (position, (row, _)) in batch.rows.iter().zip(live).enumerate().filter(|(_, (_, live))| **live) {
            let candidates = if row.occurrence == 1 { &mut once } else { &mut repeated };
            candidates.extend(self.partitions_with(row).map(|partition| Candidate {
                partition,
                event_time_micros: row.event_time_micros,
                event_id: id(row),
                row: index(position),
            }));
        }
        let partitions = || self.partitions.clone();
        (Candidates::new(partitions(), once), Candidates::new(partitions(), repeated))
    }

    /// The partitions that hold a file whose times cover the row's.
    fn partitions_with(&self, row: &BatchRow) -> impl Iterator<Item = u32> {
        let micros = row.event_time_micros;
        let partitions = self.of_place.get(row.place as usize).into_iter().flatten().copied();
        partitions.filter(move |&number| self.times.get(number as usize).is_some_and(|times| covers(times, micros)))
    }
}

/// The place's own partition, and for records that name no region every region
/// of the same account and period.
fn partitions_of<'a>(place: &RowPlace, files: &'a FileSet) -> Vec<Partition<'a>> {
    if place.region_is_recorded || place.values.region.is_none() {
        return files.partition(&place.values).into_iter().collect();
    }
    files.within(place.values.period).filter(|(values, _)| values.account == place.values.account).collect()
}

/// The times that files may hold events of, ascending and apart.
fn times_of(files: &[Arc<DataFile>]) -> Vec<(i64, i64)> {
    let mut times: Vec<(i64, i64)> =
        files.iter().map(|file| file.event_time_micros.unwrap_or((i64::MIN, i64::MAX))).collect();
    times.sort_unstable();
    times.dedup_by(|next, kept| {
        let overlap = next.0 <= kept.1;
        if overlap {
            kept.1 = kept.1.max(next.1);
        }
        overlap
    });
    times
}

fn covers(times: &[(i64, i64)], micros: i64) -> bool {
    let started = times.partition_point(|&(first, _)| first <= micros);
    started.checked_sub(1).and_then(|last| times.get(last)).is_some_and(|&(_, last)| micros <= last)
}

/// Account and content: what makes an event.
type EventKey<'a> = (Option<&'a str>, [u8; 16]);

/// The search for the rows of a batch.
struct Search<'a> {
    table: &'a EventTable,
    snapshot: &'a TableSnapshot,
    batch: &'a Batch,
}

impl<'a> Search<'a> {
    /// The rows of `candidates` that are stored.
    async fn run(&self, candidates: &Candidates<'_>, only: Option<&HashSet<String>>) -> Result<Vec<usize>> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let mut stored: HashMap<EventKey<'_>, u32> = HashMap::new();
        let mut suspects: HashMap<(u32, u32), &[Candidate<'_>]> = HashMap::new();
        let mut matches = find_stored(self.table, self.snapshot, candidates, only)?;
        while let Some(hit) = matches.try_next().await? {
            let Some(first) = hit.candidates.first() else { continue };
            if let (Ok(content), Some(row)) = (content_digest(hit.json.as_bytes()), self.row(first.row as usize)) {
                suspects.insert((first.partition, first.row), hit.candidates);
                *stored.entry((self.account_of(row), content)).or_default() += 1;
            }
        }
        let mut rows: Vec<usize> = suspects.into_values().flatten().map(|candidate| candidate.row as usize).collect();
        rows.sort_unstable();
        rows.dedup();
        self.retain_equal(&mut rows, &stored);
        Ok(rows)
    }

    /// Keeps the suspects whose content is stored as often as they are the n-th of it.
    fn retain_equal(&self, suspects: &mut Vec<usize>, stored: &HashMap<EventKey<'_>, u32>) {
        let chunk = |number: u32| self.batch.chunks.get(number as usize);
        let by_id = suspects.iter().filter_map(|&position| self.row(position));
        let by_id = by_id.filter(|row| matches!(row.mark, Mark::Id(_))).map(BatchRow::at);
        let contents = contents(self.batch.schema(), chunk, by_id);
        suspects.retain(|&position| {
            let Some(row) = self.row(position) else { return false };
            let content = match row.mark {
                Mark::Content(content) => Some(content),
                Mark::Id(_) => contents.get(&row.at()).copied(),
            };
            let known = content.and_then(|content| stored.get(&(self.account_of(row), content)));
            known.is_some_and(|&known| row.occurrence <= known)
        });
    }

    fn row(&self, position: usize) -> Option<&'a BatchRow> {
        self.batch.rows.get(position)
    }

    fn account_of(&self, row: &BatchRow) -> Option<&'a str> {
        self.batch.places.get(row.place as usize).and_then(|place| place.values.account.as_deref())
    }
}

fn event_ids(rows: &RecordBatch) -> Option<&StringArray> {
    rows.column_by_name("eventid")?.as_any().downcast_ref()
}

fn id_at(ids: &StringArray, row: usize) -> Option<&str> {
    (row < ids.len() && ids.is_valid(row)).then(|| ids.value(row))
}

/// The event id of a row, as its column has it.
pub(crate) fn event_id(rows: &RecordBatch, row: usize) -> Option<&str> {
    id_at(event_ids(rows)?, row)
}
