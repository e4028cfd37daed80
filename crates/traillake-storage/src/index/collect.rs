//! Collects the values of a file while it is written, section by section.

use arrow::array::RecordBatch;

use super::values::{Seen, each_hash, is_looked_up};
use super::{FileLookup, SECTION_ROWS};

/// The values of a file so far. Takes eight bytes for every value of a section.
#[derive(Debug)]
pub(crate) struct ValueCollector {
    /// Sorted hashes of the sections that are full.
    sections: Vec<Vec<u64>>,
    open: Vec<u64>,
    rows_open: usize,
    rows: u64,
    seen: Seen,
}

impl ValueCollector {
    pub(crate) fn new() -> Self {
        Self { sections: Vec::new(), open: Vec::new(), rows_open: 0, rows: 0, seen: Seen::new() }
    }

    /// Takes the next rows of the file.
    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        let section = usize::try_from(SECTION_ROWS).unwrap_or(usize::MAX);
        let mut at = 0;
        while at < batch.num_rows() {
            let length = (section - self.rows_open).min(batch.num_rows() - at);
            self.add_rows(&batch.slice(at, length));
            at += length;
            if self.rows_open == section {
                self.close();
            }
        }
    }

    /// The values of all rows; none when there was no row.
    pub(crate) fn finish(mut self) -> Option<FileLookup> {
        if self.rows_open > 0 {
            self.close();
        }
        (self.rows > 0).then(|| FileLookup::new(self.rows, self.sections))
    }

    fn add_rows(&mut self, rows: &RecordBatch) {
        let Self { seen, open, .. } = self;
        for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
            if is_looked_up(field.name()) {
                each_hash(column, seen, &mut |hash| open.push(hash));
            }
        }
        self.rows_open += rows.num_rows();
        self.rows += rows.num_rows() as u64;
    }

    fn close(&mut self) {
        let mut hashes = std::mem::take(&mut self.open);
        hashes.sort_unstable();
        hashes.dedup();
        hashes.shrink_to_fit();
        self.sections.push(hashes);
        self.rows_open = 0;
        self.seen.forget();
    }
}
