//! Looks up in the store which rows of a batch it has already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch, StringArray};
use futures::TryStreamExt as _;
use traillake_columnar::content_digest;
use traillake_model::PartitionValues;
use traillake_storage::{Candidate, DataFile, EventTable, FileSet, TableSnapshot, find_stored};

use crate::Result;
use crate::batch::{Batch, BatchRow, RowPlace};

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
    let live = (0..batch.rows.len()).filter(|&row| live.get(row).copied().unwrap_or(false));
    let suspects = live.filter(|&row| batch.rows.get(row).is_some_and(|row| places.may_hold(row)));
    let (once, repeated): (Vec<usize>, Vec<usize>) = suspects.partition(|&row| occurrence(batch, row) == 1);
    let mut found = Vec::new();
    Lookup::new(batch, &places, once).run(table, snapshot, new_files, &mut found).await?;
    // The n-th of several equal records counts all stored ones, wherever compaction has put them.
    Lookup::new(batch, &places, repeated).run(table, snapshot, None, &mut found).await?;
    Ok(found)
}

fn occurrence(batch: &Batch, row: usize) -> u32 {
    batch.rows.get(row).map_or(0, |row| row.occurrence)
}

/// A partition of the store and its files.
type Partition<'a> = (&'a PartitionValues, &'a [Arc<DataFile>]);

/// Partitions, with their files, in which the rows of each place may be stored.
struct Places<'a>(Vec<Vec<Partition<'a>>>);

impl<'a> Places<'a> {
    fn new(batch: &Batch, files: &'a FileSet) -> Self {
        Self(batch.places.iter().map(|place| partitions_of(place, files)).collect())
    }

    fn may_hold(&self, row: &BatchRow) -> bool {
        self.of(row).next().is_some()
    }

    /// The partitions that hold a file whose times cover the row's.
    fn of(&self, row: &BatchRow) -> impl Iterator<Item = &'a PartitionValues> + '_ {
        let micros = row.event_time_micros;
        let partitions = self.0.get(row.place as usize).into_iter().flatten();
        partitions.filter(move |(_, files)| files.iter().any(|file| covers(file, micros))).map(|(values, _)| *values)
    }
}

/// The place's own partition, and for records that name no region every region
/// of the same account and day.
fn partitions_of<'a>(place: &RowPlace, files: &'a FileSet) -> Vec<Partition<'a>> {
    let partitions = files.partitions();
    if place.region_is_recorded || place.values.region.is_none() {
        let own = partitions.get_key_value(&place.values);
        return own.map(|(values, files)| (values, files.as_slice())).into_iter().collect();
    }
    let same = |values: &PartitionValues| values.account == place.values.account && values.date == place.values.date;
    partitions.iter().filter(|(values, _)| same(values)).map(|(values, files)| (values, files.as_slice())).collect()
}

/// Whether the file may hold an event of this time.
fn covers(file: &DataFile, micros: i64) -> bool {
    file.event_time_micros.is_none_or(|(first, last)| (first..=last).contains(&micros))
}

/// Account and content: what makes an event.
type EventKey<'a> = (Option<&'a str>, [u8; 16]);

/// Rows of equal content in one account, looked up together.
struct Lookup<'a> {
    batch: &'a Batch,
    places: &'a Places<'a>,
    rows: HashMap<EventKey<'a>, Vec<usize>>,
}

impl<'a> Lookup<'a> {
    fn new(batch: &'a Batch, places: &'a Places<'a>, positions: Vec<usize>) -> Self {
        let mut rows: HashMap<EventKey<'a>, Vec<usize>> = HashMap::with_capacity(positions.len());
        for position in positions {
            let Some(row) = batch.rows.get(position) else { continue };
            let account = batch.places.get(row.place as usize).and_then(|place| place.values.account.as_deref());
            rows.entry((account, row.content)).or_default().push(position);
        }
        Self { batch, places, rows }
    }

    async fn run(
        &self,
        table: &EventTable,
        snapshot: &TableSnapshot,
        only: Option<&HashSet<String>>,
        found: &mut Vec<usize>,
    ) -> Result<()> {
        let candidates = self.candidates();
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

    fn candidates(&self) -> Vec<Candidate> {
        let rows = self.rows.values().filter_map(|positions| self.batch.rows.get(*positions.first()?));
        let candidates = rows.flat_map(|row| {
            self.places.of(row).map(|partition| Candidate {
                partition: partition.clone(),
                event_time_micros: row.event_time_micros,
                event_id: self.event_id(row),
            })
        });
        candidates.collect()
    }

    fn event_id(&self, row: &BatchRow) -> Option<String> {
        self.batch.chunks.get(row.chunk as usize).and_then(|chunk| event_id(chunk, row.row as usize)).map(str::to_owned)
    }
}

/// The event id of a row, as its column has it.
pub(crate) fn event_id(rows: &RecordBatch, row: usize) -> Option<&str> {
    let ids = rows.column_by_name("eventid")?.as_any().downcast_ref::<StringArray>()?;
    (row < ids.len() && ids.is_valid(row)).then(|| ids.value(row))
}
