//! Rows as every client reads them: plain types, and messages of a bounded size.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteContext, IpcWriteOptions};
use arrow_flight::{FlightData, SchemaAsIpc};

/// The schema of a result on the wire: no views and dictionaries, which not every driver reads, and nothing that a
/// plan and its execution could differ in (nullability, metadata), since drivers compare the two.
pub(super) fn wire_schema(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().iter().map(wire_field).collect::<Vec<_>>()))
}

fn wire_field(field: &FieldRef) -> Field {
    Field::new(field.name(), wire_type(field.data_type()), true)
}

fn wire_type(data_type: &DataType) -> DataType {
    let item = |field: &FieldRef| Arc::new(wire_field(field));
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Dictionary(_, values) => wire_type(values),
        DataType::RunEndEncoded(_, values) => wire_type(values.data_type()),
        DataType::List(field) | DataType::ListView(field) => DataType::List(item(field)),
        DataType::LargeList(field) | DataType::LargeListView(field) => DataType::LargeList(item(field)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(item(field), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(wire_field).collect()),
        DataType::Map(entries, sorted) => DataType::Map(Arc::new(wire_entries(entries)), *sorted),
        other => other.clone(),
    }
}

/// The entries of a map, whose keys are never null.
fn wire_entries(entries: &FieldRef) -> Field {
    let DataType::Struct(parts) = entries.data_type() else { return entries.as_ref().clone() };
    let part = |(index, field): (usize, &FieldRef)| wire_field(field).with_nullable(index > 0);
    let parts: Fields = parts.iter().enumerate().map(part).collect();
    Field::new(entries.name(), DataType::Struct(parts), false)
}

/// Makes messages of batches; the dictionaries of a stream are numbered here.
pub(super) struct Encoder {
    schema: SchemaRef,
    target_bytes: usize,
    options: IpcWriteOptions,
    generator: IpcDataGenerator,
    dictionaries: DictionaryTracker,
    context: IpcWriteContext,
}

impl Encoder {
    /// An encoder for batches that become `schema`, in messages of about `target_bytes`.
    pub(super) fn new(schema: SchemaRef, target_bytes: usize) -> Self {
        Self {
            schema,
            target_bytes: target_bytes.max(1),
            options: IpcWriteOptions::default(),
            generator: IpcDataGenerator::default(),
            dictionaries: DictionaryTracker::new(false),
            context: IpcWriteContext::default(),
        }
    }

    /// The first message of a stream.
    pub(super) fn schema_message(&self) -> FlightData {
        SchemaAsIpc::new(&self.schema, &self.options).into()
    }

    /// Row ranges of a batch that make messages of about the target each.
    pub(super) fn pieces(&self, batch: &RecordBatch) -> Vec<RecordBatch> {
        let size: usize = batch.columns().iter().map(|column| bytes_of(column)).sum();
        let messages = size.div_ceil(self.target_bytes).max(1);
        let rows = batch.num_rows().div_ceil(messages).max(1);
        let starts = (0..batch.num_rows()).step_by(rows);
        starts.map(|start| batch.slice(start, rows.min(batch.num_rows() - start))).collect()
    }

    /// The message of a piece, or of its halves where some of its rows are much larger than others.
    pub(super) fn messages(&mut self, piece: &RecordBatch) -> Result<Vec<FlightData>, ArrowError> {
        let mut open = vec![piece.clone()];
        let mut messages = Vec::new();
        while let Some(rows) = open.pop() {
            let message = self.message(&rows)?;
            if message.data_body.len() > 2 * self.target_bytes && rows.num_rows() > 1 {
                let half = rows.num_rows() / 2;
                open.push(rows.slice(half, rows.num_rows() - half));
                open.push(rows.slice(0, half));
            } else {
                messages.push(message);
            }
        }
        Ok(messages)
    }

    fn message(&mut self, rows: &RecordBatch) -> Result<FlightData, ArrowError> {
        let plain = plain(rows, &self.schema)?;
        let (_, message) = self.generator.encode(&plain, &mut self.dictionaries, &self.options, &mut self.context)?;
        Ok(message.into())
    }
}

/// The rows in the types of the wire.
fn plain(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let fields = schema.fields().iter();
    let column = |(column, field): (&ArrayRef, &FieldRef)| {
        if column.data_type() == field.data_type() { Ok(Arc::clone(column)) } else { cast(column, field.data_type()) }
    };
    let columns = rows.columns().iter().zip(fields).map(column).collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}

/// Bytes of the values of an array, not of the buffers it shares with others.
fn bytes_of(array: &dyn Array) -> usize {
    let rows = array.len();
    match array.data_type() {
        DataType::Utf8 => spanned(array.as_string::<i32>().value_offsets()) + 4 * rows,
        DataType::LargeUtf8 => spanned(array.as_string::<i64>().value_offsets()) + 8 * rows,
        DataType::Binary => spanned(array.as_binary::<i32>().value_offsets()) + 4 * rows,
        DataType::Utf8View => array.as_string_view().lengths().map(|length| length as usize + 4).sum(),
        DataType::BinaryView => array.as_binary_view().lengths().map(|length| length as usize + 4).sum(),
        DataType::Struct(_) => array.as_struct().columns().iter().map(|column| bytes_of(column)).sum(),
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            items(list.values(), list.value_offsets()) + 4 * rows
        }
        DataType::Map(..) => {
            let map = array.as_map();
            items(map.entries(), map.value_offsets()) + 4 * rows
        }
        other => other.primitive_width().map_or_else(|| array.get_buffer_memory_size(), |width| width * rows),
    }
}

fn spanned<O: Copy + TryInto<usize>>(offsets: &[O]) -> usize {
    let at = |offset: Option<&O>| offset.and_then(|offset| (*offset).try_into().ok()).unwrap_or_default();
    at(offsets.last()).saturating_sub(at(offsets.first()))
}

fn items(values: &dyn Array, offsets: &[i32]) -> usize {
    let start = offsets.first().and_then(|offset| usize::try_from(*offset).ok()).unwrap_or_default();
    let length = spanned(offsets).min(values.len().saturating_sub(start));
    bytes_of(&values.slice(start.min(values.len()), length))
}

#[cfg(test)]
mod tests;
