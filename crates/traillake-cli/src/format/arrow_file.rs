//! `arrow` (IPC stream) and `parquet`.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::writer::StreamWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::names::distinct_schema;
use super::{RowWriter, Sink, failed};
use crate::error::{CliError, Result};

/// Writes an Arrow IPC stream, batch by batch.
pub(super) struct ArrowStreamWriter {
    writer: StreamWriter<Sink>,
    schema: SchemaRef,
}

impl ArrowStreamWriter {
    pub(super) fn new(schema: &SchemaRef, sink: Sink) -> Result<Self> {
        let schema = distinct_schema(schema);
        let writer = StreamWriter::try_new(sink, &schema).map_err(failed("arrow"))?;
        Ok(Self { writer, schema })
    }
}

impl RowWriter for ArrowStreamWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = renamed(&self.schema, batch, "arrow")?;
        self.writer.write(&batch).map_err(failed("arrow"))
    }

    fn finish(&mut self) -> Result<()> {
        self.writer.finish().map_err(failed("arrow"))?;
        super::flush(self.writer.get_mut())
    }
}

/// Writes a Parquet file, row group by row group.
pub(super) struct ParquetFileWriter {
    writer: ArrowWriter<Sink>,
    schema: SchemaRef,
}

impl ParquetFileWriter {
    pub(super) fn new(schema: &SchemaRef, sink: Sink) -> Result<Self> {
        let schema = distinct_schema(schema);
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let writer = ArrowWriter::try_new(sink, SchemaRef::clone(&schema), Some(properties)).map_err(parquet_failed)?;
        Ok(Self { writer, schema })
    }
}

impl RowWriter for ParquetFileWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = renamed(&self.schema, batch, "parquet")?;
        self.writer.write(&batch).map_err(parquet_failed)
    }

    fn finish(&mut self) -> Result<()> {
        self.writer.finish().map_err(parquet_failed)?;
        super::flush(self.writer.inner_mut())
    }
}

/// The batch under distinct names; what the engine calls the types of its batches decides.
fn renamed(schema: &SchemaRef, batch: &RecordBatch, format: &'static str) -> Result<RecordBatch> {
    RecordBatch::try_new(SchemaRef::clone(schema), batch.columns().to_vec()).map_err(failed(format))
}

fn parquet_failed(error: ParquetError) -> CliError {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => CliError::Output { source: *source },
            Err(source) => CliError::Format { format: "parquet", source },
        },
        other => CliError::Format { format: "parquet", source: Box::new(other) },
    }
}
