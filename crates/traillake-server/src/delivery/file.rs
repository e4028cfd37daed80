//! One compressed file of a result.

use std::io::{self, Write as _};

use arrow::array::RecordBatch;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::csv;
use crate::access::hex;

/// A file that is being written, in memory.
#[derive(Debug)]
pub(super) struct ResultFile {
    name: String,
    gzip: GzEncoder<Vec<u8>>,
    rows: usize,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FinishedFile {
    /// `result_1.csv.gz`.
    pub(super) name: String,
    /// SHA-256 of the compressed bytes, hexadecimal.
    pub(super) hash: String,
}

impl ResultFile {
    /// File `number` (from 1) with the names of the columns.
    pub(super) fn open(number: usize, columns: &[String]) -> io::Result<Self> {
        let gzip = GzEncoder::new(Vec::new(), Compression::default());
        let mut file = Self { name: format!("result_{number}.csv.gz"), gzip, rows: 0 };
        let mut header = Vec::new();
        csv::header(columns, &mut header);
        file.gzip.write_all(&header)?;
        Ok(file)
    }

    /// Adds the rows of a batch of texts.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        let mut lines = Vec::new();
        csv::rows(batch, &mut lines);
        self.rows += batch.num_rows();
        self.gzip.write_all(&lines)
    }

    /// Compressed bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.gzip.get_ref().len() as u64
    }

    /// Whether it has no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Its name and hash, and its bytes.
    pub(super) fn finish(self) -> io::Result<(FinishedFile, Vec<u8>)> {
        let body = self.gzip.finish()?;
        let hash = hex::encode(&Sha256::digest(&body));
        Ok((FinishedFile { name: self.name, hash }, body))
    }
}
