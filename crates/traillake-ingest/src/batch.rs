//! Rows on their way to a commit: chunks as the readers fill them, and the
//! batch that collects chunks, drops the duplicates within, and knows the
//! share of every object.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use traillake_model::PartitionValues;

use crate::dedupe::SeenEvents;
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
    /// Digest of the record's content.
    pub(crate) content: [u8; 16],
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
    pub(crate) content: [u8; 16],
    pub(crate) occurrence: u32,
}

/// Everything that one commit will publish.
#[derive(Debug, Default)]
pub(crate) struct Batch {
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
    /// An empty batch that already knows the events in `seen`.
    pub(crate) fn with_seen(seen: SeenEvents) -> Self {
        Self { seen, ..Self::default() }
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
        let chunk = index(self.chunks.len());
        let before = self.rows.len();
        for (row, meta) in metas.iter().enumerate() {
            self.add_row(chunk, index(row), &objects, &places, meta);
        }
        if self.rows.len() > before {
            self.chunks.push(rows);
        }
    }

    fn add_row(&mut self, chunk: u32, row: u32, objects: &[u32], places: &[(u32, u32)], meta: &RowMeta) {
        let (Some(&object), Some(&(place, account))) =
            (objects.get(meta.share as usize), places.get(meta.place as usize))
        else {
            return;
        };
        if self.seen.is_repeat(account, meta.content, meta.occurrence) {
            if let Some((_, share)) = self.objects.get_mut(object as usize) {
                share.counts.duplicate += 1;
            }
            return;
        }
        self.rows.push(BatchRow {
            chunk,
            row,
            object,
            place,
            event_time_micros: meta.event_time_micros,
            content: meta.content,
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
