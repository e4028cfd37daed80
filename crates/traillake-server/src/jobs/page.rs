//! Pages of a result: from any row on, bounded in rows and bytes, reading no part before it.

use arrow::array::{Array, AsArray, RecordBatch};
use futures::TryStreamExt as _;
use traillake::{Lake, QueryJob, Result};

/// Bytes of a page's names and values (AWS bounds its answers to about 1 MB); one row is always given.
const PAGE_BYTES: usize = 1_000_000;
/// Bytes of JSON around one value.
const FRAME_BYTES: usize = 8;

/// Rows of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The texts of each row; `None` is NULL.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// The row the next page begins with, when there is one.
    pub(crate) next: Option<u64>,
}

/// Reads at most `limit` rows from row `offset` on.
pub(super) async fn read(lake: &Lake, job: &QueryJob, offset: u64, limit: usize) -> Result<Page> {
    let names = job.columns.iter().map(|name| name.len() + FRAME_BYTES).sum();
    let mut filling = Filling { rows: Vec::new(), bytes: 0, limit, names };
    let mut before = 0_u64;
    for (part, rows) in job.parts.iter().enumerate() {
        let after = before.saturating_add(*rows);
        let next = offset.saturating_add(filling.rows.len() as u64);
        if after > next && !filling.is_full() {
            let mut batches = lake.storage().query_rows(job.id, part, next - before).await?;
            while let Some(batch) = batches.try_next().await? {
                if filling.take(&batch) {
                    break;
                }
            }
        }
        before = after;
    }
    let next = offset.saturating_add(filling.rows.len() as u64);
    Ok(Page { rows: filling.rows, next: (next < job.rows()).then_some(next) })
}

struct Filling {
    rows: Vec<Vec<Option<String>>>,
    bytes: usize,
    limit: usize,
    /// Bytes of a row without its values.
    names: usize,
}

impl Filling {
    fn is_full(&self) -> bool {
        self.rows.len() >= self.limit || self.bytes >= PAGE_BYTES
    }

    /// Takes rows until the page is full; whether it is.
    fn take(&mut self, batch: &RecordBatch) -> bool {
        for row in 0..batch.num_rows() {
            let values: Vec<_> = batch.columns().iter().map(|column| text(column.as_ref(), row)).collect();
            let bytes = self.names + values.iter().flatten().map(String::len).sum::<usize>();
            let fits = self.rows.is_empty() || self.bytes + bytes <= PAGE_BYTES;
            if self.rows.len() >= self.limit || !fits {
                self.bytes = PAGE_BYTES;
                return true;
            }
            self.bytes += bytes;
            self.rows.push(values);
        }
        self.is_full()
    }
}

fn text(column: &dyn Array, row: usize) -> Option<String> {
    let texts = column.as_string_opt::<i32>()?;
    texts.is_valid(row).then(|| texts.value(row).to_owned())
}
