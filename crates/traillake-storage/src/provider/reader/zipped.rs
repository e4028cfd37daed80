//! Columns that are read in pieces of their own lengths, side by side.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Schema};
use datafusion::common::{Result, exec_err};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups as _};
use parquet::schema::types::SchemaDescPtr;

use super::chunks::Groups;
use super::codes::CodesReader;
use super::few::FewTexts;
use super::fit::Fit;
use super::stage::Rows;

/// Reads a column by itself.
pub(super) enum Apart {
    Codes(CodesReader),
    Texts(FewTexts),
}

impl Apart {
    /// The next rows, about `most` of them; none at the end.
    fn read(&mut self, most: usize) -> Result<Option<ArrayRef>> {
        Ok(match self {
            Self::Codes(codes) => codes.read(most)?,
            Self::Texts(texts) => texts.read(most)?,
        })
    }
}

/// Readers of the columns of a fit that are read by themselves.
pub(super) fn apart(fit: &Fit, schema: &SchemaDescPtr, rows: &Rows) -> Result<Vec<Apart>> {
    let groups = Groups::new(Arc::clone(&rows.loaded), schema);
    let readers = fit.apart.iter().map(|(leaf, data_type)| {
        let column = schema.column(*leaf);
        Ok(match data_type {
            DataType::Dictionary(_, texts) => {
                let (chunks, texts) = (groups.column_chunks(*leaf)?, texts.as_ref().clone());
                Apart::Codes(CodesReader::new(column, texts, chunks, rows.selection.as_ref(), groups.num_rows()))
            }
            texts => {
                let (texts, loaded) = (texts.clone(), Arc::clone(&rows.loaded));
                Apart::Texts(FewTexts::try_new(*leaf, column, texts, loaded, &rows.selection())?)
            }
        })
    });
    readers.collect()
}

/// Rows read by the library, and columns that are read by themselves beside them.
pub(super) struct Zipped {
    plain: Option<Pieces<ParquetRecordBatchReader, RecordBatch>>,
    apart: Vec<Pieces<Apart, ArrayRef>>,
    most_rows: usize,
}

/// What reads a column or several, and what is left of the last piece.
struct Pieces<Reader, Piece> {
    reader: Reader,
    left: Option<Piece>,
}

impl Zipped {
    /// Columns are read in pieces of about `most_rows`.
    pub(super) fn new(plain: Option<ParquetRecordBatchReader>, apart: Vec<Apart>, most_rows: usize) -> Self {
        let plain = plain.map(|reader| Pieces { reader, left: None });
        let apart = apart.into_iter().map(|reader| Pieces { reader, left: None }).collect();
        Self { plain, apart, most_rows }
    }

    fn read(&mut self) -> Result<Option<(RecordBatch, Vec<ArrayRef>)>> {
        let mut lengths = Vec::with_capacity(1 + self.apart.len());
        if let Some(plain) = &mut self.plain {
            if plain.left.is_none() {
                plain.left = plain.reader.next().transpose()?;
            }
            lengths.push(plain.left.as_ref().map_or(0, RecordBatch::num_rows));
        }
        for column in &mut self.apart {
            if column.left.is_none() {
                column.left = column.reader.read(self.most_rows)?;
            }
            lengths.push(column.left.as_ref().map_or(0, Array::len));
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
        let apart = self.apart.iter_mut().filter_map(|column| {
            let read = column.left.take()?;
            column.left = (read.len() > rows).then(|| read.slice(rows, read.len() - rows));
            Some(read.slice(0, rows))
        });
        let apart = apart.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let none = || RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options);
        Ok((first.map_or_else(none, Ok)?, apart))
    }
}

impl Iterator for Zipped {
    type Item = Result<(RecordBatch, Vec<ArrayRef>)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
