//! Rows to bytes: one writer per format, fed batch by batch.

mod arrow_file;
mod base64;
mod cell;
mod delimited;
mod json;
mod markdown;
mod names;
mod table;

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::args::Format;
use crate::error::{CliError, Result};

pub(crate) use table::print_rows;

/// Where rows go.
pub(crate) type Sink = Box<dyn Write + Send>;

/// Writes the rows of one answer; `finish` is called once, after the last batch.
pub(crate) trait RowWriter: Send {
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;
    fn finish(&mut self) -> Result<()>;
}

/// A writer for a format. `for_eyes` lets the table cut long cells, as a terminal needs it.
pub(crate) fn row_writer(format: Format, schema: &SchemaRef, sink: Sink, for_eyes: bool) -> Result<Box<dyn RowWriter>> {
    Ok(match format {
        Format::Table => Box::new(table::TableWriter::new(schema, sink, for_eyes)),
        Format::Csv => Box::new(delimited::DelimitedWriter::csv(schema, sink)?),
        Format::Tsv => Box::new(delimited::DelimitedWriter::tsv(schema, sink)?),
        Format::Json => Box::new(json::JsonWriter::array(schema, sink)?),
        Format::Ndjson => Box::new(json::JsonWriter::lines(schema, sink)),
        Format::Markdown => Box::new(markdown::MarkdownWriter::new(schema, sink)?),
        Format::Arrow => Box::new(arrow_file::ArrowStreamWriter::new(schema, sink)?),
        Format::Parquet => Box::new(arrow_file::ParquetFileWriter::new(schema, sink)?),
    })
}

/// An error of a library that may hide one of the output: a closed pipe must be found again.
fn failed(format: &'static str) -> impl FnOnce(arrow::error::ArrowError) -> CliError {
    move |error| match error {
        arrow::error::ArrowError::IoError(_, source) => CliError::Output { source },
        other => CliError::Format { format, source: Box::new(other) },
    }
}

fn flush(sink: &mut Sink) -> Result<()> {
    Ok(sink.flush()?)
}

/// Writes to a sink that another writer may take from; for formats whose libraries keep their sink.
fn write_all(sink: &mut Sink, bytes: &[u8]) -> io::Result<()> {
    sink.write_all(bytes)
}

#[cfg(test)]
mod tests;
