//! Content of rows that are columns already: rebuilt as JSON, digested.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use hashbrown::HashMap;
use traillake_columnar::{EventJsonWriter, EventSchema, content_digest};

/// Rows rebuilt at once.
const ROWS_AT_ONCE: usize = 1_024;

/// Where a row lies: in which chunk of the batch, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RowAt {
    pub(crate) chunk: u32,
    pub(crate) row: u32,
}

/// The content digests of `rows`, which lie in the chunks that `chunk` finds. A row that cannot be rebuilt has none.
pub(crate) fn contents<'a>(
    schema: &Arc<EventSchema>,
    chunk: impl Fn(u32) -> Option<&'a RecordBatch>,
    rows: impl IntoIterator<Item = RowAt>,
) -> HashMap<RowAt, [u8; 16]> {
    let mut by_chunk: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for RowAt { chunk, row } in rows {
        by_chunk.entry(chunk).or_default().push(row);
    }
    let writer = EventJsonWriter::new(Arc::clone(schema));
    let mut digests = HashMap::new();
    for (number, mut rows) in by_chunk {
        let Some(batch) = chunk(number) else { continue };
        rows.sort_unstable();
        rows.dedup();
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let found = rows.iter().zip(rebuilt(&writer, batch, rows));
            digests.extend(found.filter_map(|(&row, digest)| Some((RowAt { chunk: number, row }, digest?))));
        }
    }
    digests
}

/// The digest of each of `rows`.
fn rebuilt(writer: &EventJsonWriter, batch: &RecordBatch, rows: &[u32]) -> Vec<Option<[u8; 16]>> {
    let digest = |json: &str| content_digest(json.as_bytes()).ok();
    let taken = take_record_batch(batch, &UInt32Array::from(rows.to_vec())).ok();
    match taken.and_then(|taken| writer.write(&taken).ok()) {
        Some(texts) => {
            (0..texts.len()).map(|row| texts.is_valid(row).then(|| texts.value(row)).and_then(digest)).collect()
        }
        // Too much text for one array, or a damaged row among them.
        None => rows.iter().map(|&row| row_text(writer, batch, row).as_deref().and_then(digest)).collect(),
    }
}

fn row_text(writer: &EventJsonWriter, batch: &RecordBatch, row: u32) -> Option<String> {
    let mut json = String::new();
    writer.write_row(batch, row as usize, &mut json).ok()?;
    Some(json).filter(|json| !json.is_empty())
}
