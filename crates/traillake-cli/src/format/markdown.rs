//! `markdown`: a table that renders anywhere.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::cell::write_text;
use super::{RowWriter, Sink, flush, write_all};
use crate::error::Result;

pub(super) struct MarkdownWriter {
    sink: Sink,
    line: Vec<u8>,
}

impl MarkdownWriter {
    pub(super) fn new(schema: &SchemaRef, sink: Sink) -> Result<Self> {
        let mut writer = Self { sink, line: Vec::new() };
        for field in schema.fields() {
            writer.push_cell(field.name().as_bytes());
        }
        writer.end_line()?;
        for field in schema.fields() {
            writer.line.extend_from_slice(if field.data_type().is_numeric() { b"| ---: " } else { b"| --- " });
        }
        writer.end_line()?;
        Ok(writer)
    }

    fn push_cell(&mut self, cell: &[u8]) {
        self.line.extend_from_slice(b"| ");
        for byte in cell {
            match byte {
                b'|' => self.line.extend_from_slice(b"\\|"),
                b'\n' => self.line.extend_from_slice(b"<br>"),
                b'\r' => {}
                other => self.line.push(*other),
            }
        }
        self.line.push(b' ');
    }

    fn end_line(&mut self) -> Result<()> {
        self.line.extend_from_slice(b"|\n");
        write_all(&mut self.sink, &self.line)?;
        self.line.clear();
        Ok(())
    }
}

impl RowWriter for MarkdownWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut cell = Vec::new();
        for row in 0..batch.num_rows() {
            for column in batch.columns() {
                cell.clear();
                if !write_text(column.as_ref(), row, &mut cell) {
                    cell.extend_from_slice(b"NULL");
                }
                self.push_cell(&cell);
            }
            self.end_line()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        flush(&mut self.sink)
    }
}
