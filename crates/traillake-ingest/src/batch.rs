//! Rows on their way to a commit: chunks as the readers fill them, and the
//! batch that collects chunks, drops the duplicates within, and knows the
//! share of every object.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use traillake_columnar::EventSchema;
use traillake_model::PartitionValues;

use crate::contents::{RowAt, contents};
use crate::dedupe::{Mark, SeenEvents};
use crate::pipeline::{ObjectJob, ObjectShare};

/// Bytes reckoned for the bookkeeping of one row and of one object.
const ROW_BYTES: usize = 128;
const OBJECT_BYTES: usize = 1_024;

/// Where a row goes, and how sure its place is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RowPlace {
    pub(crate) values: PartitionValues,
    /// False when the record names no region, so that the same record found
    /// elsewhere may lie in another partition.
    pub(crate) region_is_recorded: bool,
}

/// What the pipeline keeps of a row beside its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowMeta {
    /// Index into the chunk's shares.
    pub(crate) share: u32,
    /// Index into the chunk's places.
    pub(crate) place: u32,
    pub(crate) event_time_micros: i64,
    /// What tells the event apart.
    pub(crate) mark: Mark,
    /// 1 for a record with an id; n for the n-th record of this content
    /// without an id in its object.
    pub(crate) occurrence: u32,
}

/// Some thousand rows from one or more objects, built by one reader.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) rows: RecordBatch,
    pub(crate) metas: Vec<RowMeta>,
    pub(crate) places: Vec<RowPlace>,
    pub(crate) shares: Vec<(Arc<ObjectJob>, ObjectShare)>,
    /// Memory of all this, in bytes.
    pub(crate) memory_bytes: usize,
}

/// One row that is to be stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchRow {
    pub(crate) chunk: u32,
    pub(crate) row: u32,
    pub(crate) object: u32,
    pub(crate) place: u32,
    pub(crate) event_time_micros: i64,
    pub(crate) mark: Mark,
    pub(crate) occurrence: u32,
}

impl BatchRow {
    /// Where its columns lie.
    pub(crate) fn at(&self) -> RowAt {
        RowAt { chunk: self.chunk, row: self.row }
    }
}

/// Everything that one commit will publish.
#[derive(Debug)]
pub(crate) struct Batch {
    schema: Arc<EventSchema>,
    pub(crate) chunks: Vec<RecordBatch>,
    /// Rows without those that repeat an earlier row of the batch.
    pub(crate) rows: Vec<BatchRow>,
    pub(crate) places: Vec<RowPlace>,
    pub(crate) objects: Vec<(Arc<ObjectJob>, ObjectShare)>,
    memory_bytes: usize,
    place_index: HashMap<RowPlace, u32>,
    object_index: HashMap<u64, u32>,
    seen: SeenEvents,
}

impl Batch {
    /// An empty batch of this schema that already knows the events in `seen`.
    pub(crate) fn new(schema: &Arc<EventSchema>, seen: SeenEvents) -> Self {
        Self {
            schema: Arc::clone(schema),
            chunks: Vec::new(),
            rows: Vec::new(),
            places: Vec::new(),
            objects: Vec::new(),
            memory_bytes: 0,
            place_index: HashMap::new(),
            object_index: HashMap::new(),
            seen,
        }
    }

    /// The schema of its rows.
    pub(crate) fn schema(&self) -> &Arc<EventSchema> {
        &self.schema
    }

    /// Memory held, in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// True when a commit would publish nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Gives up the memory of events seen, for the next batch.
    pub(crate) fn take_seen(&mut self) -> SeenEvents {
        std::mem::take(&mut self.seen)
    }

    /// Takes a chunk in: its rows, but those that repeat an earlier row, and its shares.
    pub(crate) fn add(&mut self, chunk: Chunk) {
        let Chunk { rows, metas, places, shares, memory_bytes } = chunk;
        self.memory_bytes += memory_bytes + shares.len() * OBJECT_BYTES + metas.len() * ROW_BYTES;
        let objects: Vec<u32> = shares.into_iter().map(|(job, share)| self.join_share(job, share)).collect();
        let places: Vec<(u32, u32)> = places.into_iter().map(|place| self.place(place)).collect();
        let repeats = self.repeats(&rows, &metas, &places);
        let chunk = index(self.chunks.len());
        let before = self.rows.len();
        for (row, (meta, repeat)) in metas.iter().zip(repeats).enumerate() {
            self.add_row(RowAt { chunk, row: index(row) }, &objects, &places, meta, repeat);
        }
        if self.rows.len() > before {
            self.chunks.push(rows);
        }
    }

    /// By row of a new chunk: whether it repeats an earlier row.
    fn repeats(&mut self, rows: &RecordBatch, metas: &[RowMeta], places: &[(u32, u32)]) -> Vec<bool> {
        let account = |meta: &RowMeta| places.get(meta.place as usize).map_or(0, |&(_, account)| account);
        let chunk = index(self.chunks.len());
        let mut firsts: HashMap<RowAt, RowAt> = HashMap::new();
        for (row, meta) in metas.iter().enumerate() {
            let at = RowAt { chunk, row: index(row) };
            if let Mark::Id(id) = meta.mark
                && let Some(first) = self.seen.earlier(account(meta), id, at)
            {
                firsts.insert(at, first);
            }
        }
        let chunk_of = |number: u32| if number == chunk { Some(rows) } else { self.chunks.get(number as usize) };
        let contents = contents(&self.schema, chunk_of, firsts.iter().flat_map(|(&at, &first)| [at, first]));
        let is_repeat = |(row, meta): (usize, &RowMeta)| match meta.mark {
            Mark::Content(content) => self.seen.is_repeat(account(meta), content, meta.occurrence),
            Mark::Id(_) => {
                let at = RowAt { chunk, row: index(row) };
                let Some(&first) = firsts.get(&at) else { return false };
                let mut note =
                    |row| contents.get(&row).is_some_and(|&found| self.seen.is_repeat(account(meta), found, 1));
                note(first);
                note(at)
            }
        };
        metas.iter().enumerate().map(is_repeat).collect()
    }

    fn add_row(&mut self, at: RowAt, objects: &[u32], places: &[(u32, u32)], meta: &RowMeta, repeat: bool) {
        let (Some(&object), Some(&(place, _))) = (objects.get(meta.share as usize), places.get(meta.place as usize))
        else {
            return;
        };
        if repeat {
            if let Some((_, share)) = self.objects.get_mut(object as usize) {
                share.counts.duplicate += 1;
            }
            return;
        }
        self.rows.push(BatchRow {
            chunk: at.chunk,
            row: at.row,
            object,
            place,
            event_time_micros: meta.event_time_micros,
            mark: meta.mark,
            occurrence: meta.occurrence,
        });
    }

    fn join_share(&mut self, job: Arc<ObjectJob>, share: ObjectShare) -> u32 {
        let position = *self.object_index.entry(job.seq).or_insert_with(|| index(self.objects.len()));
        match self.objects.get_mut(position as usize) {
            Some((_, known)) => known.join(share),
            None => self.objects.push((job, share)),
        }
        position
    }

    /// The batch's numbers for a place and for its account.
    fn place(&mut self, place: RowPlace) -> (u32, u32) {
        let account = self.seen.account(place.values.account.as_deref());
        let Self { place_index, places, .. } = self;
        let position = *place_index.entry(place).or_insert_with_key(|place| {
            places.push(place.clone());
            index(places.len() - 1)
        });
        (position, account)
    }
}

/// A position as stored in rows; batches are far smaller than 2^32 rows.
pub(crate) fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
