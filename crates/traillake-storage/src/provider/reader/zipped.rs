//! Columns that are read in pieces of their own lengths, side by side.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::Schema;
use datafusion::common::{Result, exec_err};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups as _};
use parquet::schema::types::SchemaDescPtr;

use super::chunks::Groups;
use super::codes::CodesReader;
use super::fit::Fit;
use super::stage::Rows;

/// Readers of the columns of codes of a fit.
pub(super) fn codes(fit: &Fit, schema: &SchemaDescPtr, rows: &Rows) -> Result<Vec<CodesReader>> {
    let groups = Groups::new(Arc::clone(&rows.loaded), schema);
    let codes = fit.codes.iter().map(|(leaf, texts)| {
        let (chunks, column) = (groups.column_chunks(*leaf)?, schema.column(*leaf));
        Ok(CodesReader::new(column, texts.clone(), chunks, rows.selection.as_ref(), groups.num_rows()))
    });
    codes.collect()
}

/// Rows read by the library, and columns of codes beside them.
pub(super) struct Zipped {
    plain: Option<Pieces<ParquetRecordBatchReader, RecordBatch>>,
    codes: Vec<Pieces<CodesReader, ArrayRef>>,
    most_rows: usize,
}

/// What reads a column or several, and what is left of the last piece.
struct Pieces<Reader, Piece> {
    reader: Reader,
    left: Option<Piece>,
}

impl Zipped {
    /// Pieces have `most_rows` at most.
    pub(super) fn new(plain: Option<ParquetRecordBatchReader>, codes: Vec<CodesReader>, most_rows: usize) -> Self {
        let plain = plain.map(|reader| Pieces { reader, left: None });
        let codes = codes.into_iter().map(|reader| Pieces { reader, left: None }).collect();
        Self { plain, codes, most_rows }
    }

    fn read(&mut self) -> Result<Option<(RecordBatch, Vec<ArrayRef>)>> {
        let mut lengths = Vec::with_capacity(1 + self.codes.len());
        if let Some(plain) = &mut self.plain {
            if plain.left.is_none() {
                plain.left = plain.reader.next().transpose()?;
            }
            lengths.push(plain.left.as_ref().map_or(0, RecordBatch::num_rows));
        }
        for codes in &mut self.codes {
            if codes.left.is_none() {
                codes.left = codes.reader.read(self.most_rows)?;
            }
            lengths.push(codes.left.as_ref().map_or(0, Array::len));
        }
        let rows = lengths.iter().copied().min().unwrap_or_default();
        if rows > 0 {
            return self.split(rows).map(Some);
        }
        if lengths.iter().all(|&length| length == 0) {
            return Ok(None);
        }
        exec_err!("a data file has columns of different lengths")
    }

    /// The first `rows` of each piece.
    fn split(&mut self, rows: usize) -> Result<(RecordBatch, Vec<ArrayRef>)> {
        let first = self.plain.as_mut().and_then(|plain| {
            let read = plain.left.take()?;
            plain.left = (read.num_rows() > rows).then(|| read.slice(rows, read.num_rows() - rows));
            Some(read.slice(0, rows))
        });
        let codes = self.codes.iter_mut().filter_map(|codes| {
            let read = codes.left.take()?;
            codes.left = (read.len() > rows).then(|| read.slice(rows, read.len() - rows));
            Some(read.slice(0, rows))
        });
        let codes = codes.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let none = || RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options);
        Ok((first.map_or_else(none, Ok)?, codes))
    }
}

impl Iterator for Zipped {
    type Item = Result<(RecordBatch, Vec<ArrayRef>)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
