//! Encodes one large file on two threads, which take its top-level columns, the largest first. The bytes are those that
//! one thread would write.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array as _, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Schema};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowWriter, compute_leaves};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ParquetMetaData;

/// One top-level column, with a writer for each of its leaves.
struct Column {
    number: usize,
    field: FieldRef,
    writers: Vec<ArrowColumnWriter>,
    size_bytes: usize,
}

/// A column by its number, and its leaves as they go into the file.
type Encoded = (usize, Vec<ArrowColumnChunk>);

/// Writes `batches` as the one row group of a new file and ends it. The second thread does `beside` first.
pub(super) fn write_on_two<W: Write + Send>(
    writer: ArrowWriter<W>,
    schema: &Schema,
    batches: &[RecordBatch],
    beside: impl FnOnce() + Send,
) -> Result<ParquetMetaData> {
    let (mut file, factory) = writer.into_serialized_writer()?;
    let columns = Mutex::new(columns(schema, factory.create_column_writers(0)?, batches));
    let encode = || encode_some(&columns, batches);
    let (mine, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            beside();
            encode()
        });
        (encode(), other.join())
    });
    let mut encoded = mine?;
    encoded.extend(other.map_err(|_panic| ParquetError::General("a thread that encodes stopped".to_owned()))??);
    encoded.sort_by_key(|&(number, _)| number);
    let mut group = file.next_row_group()?;
    for leaf in encoded.into_iter().flat_map(|(_, leaves)| leaves) {
        leaf.append_to_row_group(&mut group)?;
    }
    group.close()?;
    file.close()
}

/// The columns in ascending order of size.
fn columns(schema: &Schema, writers: Vec<ArrowColumnWriter>, batches: &[RecordBatch]) -> Vec<Column> {
    let mut writers = writers.into_iter();
    let column = |(number, field): (usize, &FieldRef)| Column {
        number,
        field: FieldRef::clone(field),
        writers: writers.by_ref().take(leaves_of(field.data_type())).collect(),
        size_bytes: batches.iter().map(|batch| batch.column(number).get_array_memory_size()).sum(),
    };
    let mut columns: Vec<Column> = schema.fields().iter().enumerate().map(column).collect();
    columns.sort_by_key(|column| column.size_bytes);
    columns
}

fn leaves_of(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaves_of(field.data_type())).sum(),
        DataType::List(element) => leaves_of(element.data_type()),
        DataType::Map(entries, _) => leaves_of(entries.data_type()),
        _ => 1,
    }
}

/// Encodes columns until none are left.
fn encode_some(columns: &Mutex<Vec<Column>>, batches: &[RecordBatch]) -> Result<Vec<Encoded>> {
    let next = || columns.lock().unwrap_or_else(PoisonError::into_inner).pop();
    std::iter::from_fn(next).map(|column| encode(column, batches)).collect()
}

fn encode(column: Column, batches: &[RecordBatch]) -> Result<Encoded> {
    let Column { number, field, mut writers, .. } = column;
    for batch in batches {
        for (writer, leaf) in writers.iter_mut().zip(compute_leaves(&field, batch.column(number))?) {
            writer.write(&leaf)?;
        }
    }
    Ok((number, writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<_>>()?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use traillake_columnar::EventSchema;
    use traillake_model::EventDataStoreKind;

    use super::*;
    use crate::table_testing::{batch, day, records};

    #[test]
    fn two_threads_write_the_bytes_of_one() {
        let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
        let batches =
            [0..700, 700..1_500].map(|numbers| batch(&schema, &records("111111111111", "us-east-1", day(11), numbers)));
        let (mut one, mut two, mut beside) = (Vec::new(), Vec::new(), false);
        let mut writer = ArrowWriter::try_new(&mut one, Arc::clone(schema.file_schema()), None).unwrap();
        for batch in &batches {
            writer.write(batch).unwrap();
        }
        let alone = writer.close().unwrap();
        let writer = ArrowWriter::try_new(&mut two, Arc::clone(schema.file_schema()), None).unwrap();
        let shared = write_on_two(writer, schema.file_schema(), &batches, || beside = true).unwrap();
        assert_eq!((shared.file_metadata().num_rows(), shared.num_row_groups()), (1_500, alone.num_row_groups()));
        assert!(beside);
        assert!(one == two, "{} and {} bytes", one.len(), two.len());
    }
}
