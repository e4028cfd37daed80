//! `json` (one array of objects) and `ndjson` (one object per line).

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::cell::{write_json, write_json_string};
use super::names::distinct_names;
use super::{RowWriter, Sink, flush, write_all};
use crate::error::Result;

/// Writes objects keyed by column name.
pub(super) struct JsonWriter {
    sink: Sink,
    /// `"name":` of every column.
    keys: Vec<Vec<u8>>,
    array: bool,
    rows: u64,
    line: Vec<u8>,
}

impl JsonWriter {
    pub(super) fn array(schema: &SchemaRef, mut sink: Sink) -> Result<Self> {
        write_all(&mut sink, b"[")?;
        Ok(Self::new(schema, sink, true))
    }

    pub(super) fn lines(schema: &SchemaRef, sink: Sink) -> Self {
        Self::new(schema, sink, false)
    }

    fn new(schema: &SchemaRef, sink: Sink, array: bool) -> Self {
        let key = |name: String| {
            let mut key = Vec::new();
            write_json_string(&name, &mut key);
            key.push(b':');
            key
        };
        let keys = distinct_names(schema).into_iter().map(key).collect();
        Self { sink, keys, array, rows: 0, line: Vec::new() }
    }

    fn write_row(&mut self, batch: &RecordBatch, row: usize) -> Result<()> {
        self.line.clear();
        if self.array {
            self.line.extend_from_slice(if self.rows > 0 { b",\n " } else { b"" });
        }
        self.line.push(b'{');
        for (place, (key, column)) in self.keys.iter().zip(batch.columns()).enumerate() {
            if place > 0 {
                self.line.push(b',');
            }
            self.line.extend_from_slice(key);
            write_json(column.as_ref(), row, &mut self.line);
        }
        self.line.extend_from_slice(if self.array { b"}" } else { b"}\n" });
        self.rows += 1;
        Ok(write_all(&mut self.sink, &self.line)?)
    }
}

impl RowWriter for JsonWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        (0..batch.num_rows()).try_for_each(|row| self.write_row(batch, row))
    }

    fn finish(&mut self) -> Result<()> {
        if self.array {
            write_all(&mut self.sink, b"]\n")?;
        }
        flush(&mut self.sink)
    }
}
