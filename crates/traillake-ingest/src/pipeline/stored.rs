//! Looks up in the store which rows of a batch it has already.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch, StringArray};
use futures::TryStreamExt as _;
use traillake_columnar::content_digest;
use traillake_model::PartitionValues;
use traillake_storage::{Candidate, DataFile, EventTable, FileSet, TableSnapshot, find_stored};

use crate::Result;
use crate::batch::{Batch, BatchRow, RowPlace};
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
    if place.region_is_recorded || place.values.region.is_none() {
        return files.partition(&place.values).into_iter().collect();
    }
    files.on(place.values.date).filter(|(values, _)| values.account == place.values.account).collect()
}

/// Whether the file may hold an event of this time.
fn covers(file: &DataFile, micros: i64) -> bool {
    file.event_time_micros.is_none_or(|(first, last)| (first..=last).contains(&micros))
}

/// Account and content: what makes an event.
type EventKey<'a> = (Option<&'a str>, [u8; 16]);

/// Account and mark: rows that may be the same event.
type Alike<'a> = (Option<&'a str>, Mark);

/// Rows that may be one event, looked up together.
struct Lookup<'a> {
    batch: &'a Batch,
    places: &'a Places<'a>,
    rows: HashMap<Alike<'a>, Vec<usize>>,
}

impl<'a> Lookup<'a> {
    fn new(batch: &'a Batch, places: &'a Places<'a>, positions: Vec<usize>) -> Self {
        let mut rows: HashMap<Alike<'a>, Vec<usize>> = HashMap::with_capacity(positions.len());
        for position in positions {
            let Some(row) = batch.rows.get(position) else { continue };
            rows.entry((account_of(batch, row), row.mark)).or_default().push(position);
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
        let (candidates, alike): (Vec<Candidate>, Vec<Alike<'_>>) = self.candidates().unzip();
        if candidates.is_empty() {
            return Ok(());
        }
        let mut stored: HashMap<EventKey<'_>, u32> = HashMap::new();
        let mut suspects: HashSet<Alike<'_>> = HashSet::new();
        let mut matches = find_stored(table, snapshot, &candidates, only).await?;
        while let Some(hit) = matches.try_next().await? {
            let Some(&alike) = alike.get(hit.candidate) else { continue };
            if let Ok(content) = content_digest(hit.json.as_bytes()) {
                suspects.insert(alike);
                *stored.entry((alike.0, content)).or_default() += 1;
            }
        }
        self.find_equal(&suspects, &stored, found);
        Ok(())
    }

    /// The suspects whose content is stored as often as they are the n-th of it.
    fn find_equal(&self, suspects: &HashSet<Alike<'_>>, stored: &HashMap<EventKey<'_>, u32>, found: &mut Vec<usize>) {
        let positions = || suspects.iter().filter_map(|alike| self.rows.get(alike)).flatten().copied();
        let batch = self.batch;
        let chunk = |number: u32| batch.chunks.get(number as usize);
        let by_id = positions().filter_map(|position| batch.rows.get(position));
        let by_id = by_id.filter(|row| matches!(row.mark, Mark::Id(_))).map(BatchRow::at);
        let contents = contents(batch.schema(), chunk, by_id);
        found.extend(positions().filter(|&position| {
            let Some(row) = batch.rows.get(position) else { return false };
            let content = match row.mark {
                Mark::Content(content) => Some(content),
                Mark::Id(_) => contents.get(&row.at()).copied(),
            };
            let known = content.and_then(|content| stored.get(&(account_of(batch, row), content)));
            known.is_some_and(|&known| row.occurrence <= known)
        }));
    }

    /// Where and when rows that are alike may be stored, each way once.
    fn candidates(&self) -> impl Iterator<Item = (Candidate, Alike<'a>)> {
        self.rows.iter().flat_map(move |(&alike, positions)| {
            let rows = positions.iter().filter_map(|&position| self.batch.rows.get(position));
            let ways: BTreeMap<(u32, i64), &BatchRow> =
                rows.map(|row| ((row.place, row.event_time_micros), row)).collect();
            ways.into_values().flat_map(move |row| {
                self.places.of(row).map(move |partition| {
                    let event_id = self.event_id(row);
                    let event_time_micros = row.event_time_micros;
                    (Candidate { partition: partition.clone(), event_time_micros, event_id }, alike)
                })
            })
        })
    }

    fn event_id(&self, row: &BatchRow) -> Option<String> {
        self.batch.chunks.get(row.chunk as usize).and_then(|chunk| event_id(chunk, row.row as usize)).map(str::to_owned)
    }
}

fn account_of<'a>(batch: &'a Batch, row: &BatchRow) -> Option<&'a str> {
    batch.places.get(row.place as usize).and_then(|place| place.values.account.as_deref())
}

/// The event id of a row, as its column has it.
pub(crate) fn event_id(rows: &RecordBatch, row: usize) -> Option<&str> {
    let ids = rows.column_by_name("eventid")?.as_any().downcast_ref::<StringArray>()?;
    (row < ids.len() && ids.is_valid(row)).then(|| ids.value(row))
}
