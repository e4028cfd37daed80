//! Looks up in the store which rows of a batch it has already.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array as _, RecordBatch, StringArray};
use futures::TryStreamExt as _;
use traillake_columnar::content_digest;
use traillake_model::PartitionValues;
use traillake_storage::{Candidate, EventTable, FileSet, TableSnapshot, find_stored};

use crate::Result;
use crate::batch::{Batch, BatchRow};

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
    let mut found = Vec::new();
    let (once, repeated): (Vec<usize>, Vec<usize>) = live_rows(batch, live).partition(|&row| occurrence(batch, row) == 1);
    Lookup::new(batch, once).run(table, snapshot, new_files, &mut found).await?;
    // The n-th of several equal records counts all stored ones, wherever compaction has put them.
    if !repeated.is_empty() {
        Lookup::new(batch, repeated).run(table, snapshot, None, &mut found).await?;
    }
    Ok(found)
}

fn live_rows<'a>(batch: &'a Batch, live: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
    (0..batch.rows.len()).filter(|&row| live.get(row).copied().unwrap_or(false))
}

fn occurrence(batch: &Batch, row: usize) -> u32 {
    batch.rows.get(row).map_or(0, |row| row.occurrence)
}

/// Account and content: what makes an event.
type EventKey<'a> = (Option<&'a str>, [u8; 16]);

/// Rows of equal content in one account, looked up together.
struct Lookup<'a> {
    batch: &'a Batch,
    rows: HashMap<EventKey<'a>, Vec<usize>>,
}

impl<'a> Lookup<'a> {
    fn new(batch: &'a Batch, positions: Vec<usize>) -> Self {
        let mut rows: HashMap<EventKey<'a>, Vec<usize>> = HashMap::with_capacity(positions.len());
        for position in positions {
            let Some(row) = batch.rows.get(position) else { continue };
            let account = batch.places.get(row.place as usize).and_then(|place| place.values.account.as_deref());
            rows.entry((account, row.content)).or_default().push(position);
        }
        Self { batch, rows }
    }

    async fn run(
        &self,
        table: &EventTable,
        snapshot: &TableSnapshot,
        only: Option<&HashSet<String>>,
        found: &mut Vec<usize>,
    ) -> Result<()> {
        let first_rows = self.rows.values().filter_map(|positions| self.batch.rows.get(*positions.first()?));
        let candidates: Vec<Candidate> = first_rows.flat_map(|row| self.candidates(row, &snapshot.files)).collect();
        if candidates.is_empty() {
            return Ok(());
        }
        let mut stored: HashMap<EventKey<'_>, u32> = HashMap::new();
        let mut matches = find_stored(table, snapshot, &candidates, only).await?;
        while let Some(hit) = matches.try_next().await? {
            let Some(candidate) = candidates.get(hit.candidate) else { continue };
            if let Ok(content) = content_digest(hit.json.as_bytes()) {
                *stored.entry((candidate.partition.account.as_deref(), content)).or_default() += 1;
            }
        }
        for (event, known) in stored {
            let positions = self.rows.get(&event).into_iter().flatten().copied();
            found.extend(positions.filter(|&row| occurrence(self.batch, row) <= known));
        }
        Ok(())
    }

    /// Where a row may be stored: its partition, and for a record that names no
    /// region every region of the same account and day.
    fn candidates(&self, row: &BatchRow, files: &FileSet) -> Vec<Candidate> {
        let Some(place) = self.batch.places.get(row.place as usize) else { return Vec::new() };
        let partitions: Vec<&PartitionValues> = if place.region_is_recorded || place.values.region.is_none() {
            vec![&place.values]
        } else {
            files.partitions().keys().filter(|other| same_account_and_day(other, &place.values)).collect()
        };
        partitions
            .into_iter()
            .filter(|partition| covers(files, partition, row.event_time_micros))
            .map(|partition| Candidate {
                partition: partition.clone(),
                event_time_micros: row.event_time_micros,
                event_id: self.event_id(row),
            })
            .collect()
    }

    fn event_id(&self, row: &BatchRow) -> Option<String> {
        self.batch.chunks.get(row.chunk as usize).and_then(|chunk| event_id(chunk, row.row as usize)).map(str::to_owned)
    }
}

fn same_account_and_day(one: &PartitionValues, other: &PartitionValues) -> bool {
    one.account == other.account && one.date == other.date
}

/// Whether a file of the partition may hold an event of this time.
fn covers(files: &FileSet, partition: &PartitionValues, micros: i64) -> bool {
    files
        .of(partition)
        .iter()
        .any(|file| file.event_time_micros.is_none_or(|(first, last)| (first..=last).contains(&micros)))
}

/// The event id of a row, as its column has it.
pub(crate) fn event_id(rows: &RecordBatch, row: usize) -> Option<&str> {
    let ids = rows.column_by_name("eventid")?.as_any().downcast_ref::<StringArray>()?;
    (row < ids.len() && ids.is_valid(row)).then(|| ids.value(row))
}
