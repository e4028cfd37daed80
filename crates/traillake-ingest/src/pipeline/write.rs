//! Writes the rows of a batch as one sorted event file per partition.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use futures::{StreamExt as _, TryStreamExt as _};
use traillake_model::PartitionValues;
use traillake_storage::{Effort, EventTable, NewFile, write_event_file};

use super::collect::stopped;
use super::gather::gather_columns;
use super::stored::event_id;
use crate::batch::{Batch, BatchRow};
use crate::{IngestError, Result};

/// Files encoded at once: more than there are processors, because a file on its way to the store needs none. Together they
/// copy the rows of a batch once at most, however many they are.
const WRITERS: usize = 4;
const SMALL_WRITERS: usize = 8;
/// Batches of so many files have small ones.
const MANY_FILES: usize = 32;
/// Rows copied at once.
const SLICE_ROWS: usize = 4_096;

/// Writes one file for every partition; nothing sees them before a commit names them.
pub(crate) async fn write_partitions(
    table: &EventTable,
    batch: &Arc<Batch>,
    partitions: BTreeMap<PartitionValues, Vec<usize>>,
) -> Result<BTreeMap<PartitionValues, NewFile>> {
    let at_once = if partitions.len() >= MANY_FILES { SMALL_WRITERS } else { WRITERS };
    // The largest first: the last ones decide how long one writer works alone.
    let mut partitions: Vec<_> = partitions.into_iter().collect();
    partitions.sort_by_key(|(_, rows)| Reverse(rows.len()));
    let writes = partitions.into_iter().map(|(values, rows)| {
        let (table, batch) = (table.clone(), Arc::clone(batch));
        async move {
            let sorting = tokio::task::spawn_blocking(move || sorted(&batch, &rows));
            let batches = sorting
                .await
                .map_err(stopped)?
                .map_err(|error| IngestError::Internal { message: format!("rows could not be sorted: {error}") })?;
            let file = write_event_file(&table, &values, &batches, Effort::Ingest).await?;
            Ok((values, file))
        }
    });
    futures::stream::iter(writes).buffer_unordered(at_once).try_collect().await
}

/// The rows at `positions`, sorted by event time, then event id, nulls first.
fn sorted(batch: &Batch, positions: &[usize]) -> Result<Vec<RecordBatch>, ArrowError> {
    let mut rows: Vec<&BatchRow> = positions.iter().filter_map(|&position| batch.rows.get(position)).collect();
    rows.sort_by(|a, b| compare(batch, a, b));
    rows.chunks(SLICE_ROWS).map(|rows| gather(batch, rows)).collect()
}

fn compare(batch: &Batch, a: &BatchRow, b: &BatchRow) -> Ordering {
    let id = |row: &BatchRow| batch.chunks.get(row.chunk as usize).and_then(|chunk| event_id(chunk, row.row as usize));
    a.event_time_micros.cmp(&b.event_time_micros).then_with(|| id(a).cmp(&id(b)))
}

/// Copies rows of several chunks into one batch.
fn gather(batch: &Batch, rows: &[&BatchRow]) -> Result<RecordBatch, ArrowError> {
    let mut numbers: HashMap<u32, usize> = HashMap::new();
    let mut chunks: Vec<&RecordBatch> = Vec::new();
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(chunk) = batch.chunks.get(row.chunk as usize) else { continue };
        let number = *numbers.entry(row.chunk).or_insert_with(|| {
            chunks.push(chunk);
            chunks.len() - 1
        });
        places.push((number, row.row as usize));
    }
    gather_columns(&chunks, &places)
}
