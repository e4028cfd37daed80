//! `csv` (RFC 4180: quotes where needed, line feeds between rows) and `tsv` (tab, line feed and backslash escaped).

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::cell::write_text;
use super::{RowWriter, Sink, flush, write_all};
use crate::error::Result;

/// Writes a header and rows; NULL is an empty field, empty text is `""` in csv.
pub(super) struct DelimitedWriter {
    sink: Sink,
    tabs: bool,
    line: Vec<u8>,
    cell: Vec<u8>,
}

impl DelimitedWriter {
    pub(super) fn csv(schema: &SchemaRef, sink: Sink) -> Result<Self> {
        Self::new(schema, sink, false)
    }

    pub(super) fn tsv(schema: &SchemaRef, sink: Sink) -> Result<Self> {
        Self::new(schema, sink, true)
    }

    fn new(schema: &SchemaRef, sink: Sink, tabs: bool) -> Result<Self> {
        let mut writer = Self { sink, tabs, line: Vec::new(), cell: Vec::new() };
        for (place, field) in schema.fields().iter().enumerate() {
            writer.cell.clear();
            writer.cell.extend_from_slice(field.name().as_bytes());
            writer.end_cell(place, true);
        }
        writer.end_line()?;
        Ok(writer)
    }

    fn end_cell(&mut self, place: usize, valid: bool) {
        if place > 0 {
            self.line.push(if self.tabs { b'\t' } else { b',' });
        }
        if self.tabs {
            escape(&self.cell, &mut self.line);
        } else if valid {
            quote(&self.cell, &mut self.line);
        }
    }

    fn end_line(&mut self) -> Result<()> {
        self.line.push(b'\n');
        write_all(&mut self.sink, &self.line)?;
        self.line.clear();
        Ok(())
    }
}

/// A field in quotes where it must be: separators, quotes, line ends, and empty text, which is not NULL.
fn quote(cell: &[u8], line: &mut Vec<u8>) {
    let plain = !cell.is_empty() && !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if plain {
        return line.extend_from_slice(cell);
    }
    line.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            line.push(b'"');
        }
        line.push(*byte);
    }
    line.push(b'"');
}

fn escape(cell: &[u8], line: &mut Vec<u8>) {
    for byte in cell {
        match byte {
            b'\t' => line.extend_from_slice(b"\\t"),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\\' => line.extend_from_slice(b"\\\\"),
            other => line.push(*other),
        }
    }
}

impl RowWriter for DelimitedWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for row in 0..batch.num_rows() {
            for (place, column) in batch.columns().iter().enumerate() {
                self.cell.clear();
                let valid = write_text(column.as_ref(), row, &mut self.cell);
                self.end_cell(place, valid);
            }
            self.end_line()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        flush(&mut self.sink)
    }
}
