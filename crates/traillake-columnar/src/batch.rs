//! Records to columns: [`EventBatchBuilder`] appends records and gives record batches of the file schema.

mod column;
mod nulls;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};

use crate::EventRecord;
use crate::EventSchema;
use crate::record::{Memory, Walk};
use crate::tape::Tape;
use column::ColumnBuilder;
use nulls::Nulls;

/// Builds the columns of a batch, record by record.
///
/// ```
/// use traillake_columnar::{EventBatchBuilder, EventSchema, RecordLimits, RecordReader};
/// use traillake_model::EventDataStoreKind;
///
/// let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
/// let mut reader = RecordReader::new(schema.clone(), RecordLimits::default());
/// let mut builder = EventBatchBuilder::new(schema.clone(), 1);
/// builder.append(&reader.read(br#"{"eventTime":"2023-07-19T21:33:41Z"}"#)?);
/// let batch = builder.finish();
/// assert_eq!(batch.num_rows(), 1);
/// assert_eq!(batch.schema(), *schema.file_schema());
/// # Ok::<(), traillake_columnar::RecordError>(())
/// ```
#[derive(Debug)]
pub struct EventBatchBuilder {
    schema: Arc<EventSchema>,
    columns: Vec<ColumnBuilder>,
    shape: StringBuilder,
    rest: StringBuilder,
    memory: Memory,
    rows: usize,
    text_bytes: usize,
}

impl EventBatchBuilder {
    /// `memory_bytes` up to which a batch may grow: 1 GiB. Beyond twice of it Arrow's 32-bit offsets overflow.
    pub const MAX_MEMORY_BYTES: usize = 1 << 30;

    /// A builder for batches of about `capacity_rows` records.
    pub fn new(schema: Arc<EventSchema>, capacity_rows: usize) -> Self {
        let memory = Memory::new(&schema);
        let columns = column::builders(&schema, capacity_rows);
        Self {
            columns,
            memory,
            schema,
            shape: StringBuilder::with_capacity(capacity_rows, 0),
            rest: StringBuilder::with_capacity(capacity_rows, 0),
            rows: 0,
            text_bytes: 0,
        }
    }

    /// Appends a record as one row.
    ///
    /// The record must have been read by the builder's own schema. Call [`Self::finish`] before [`Self::memory_bytes`]
    /// passes [`Self::MAX_MEMORY_BYTES`].
    pub fn append(&mut self, record: &EventRecord<'_>) {
        debug_assert!(Arc::ptr_eq(record.schema(), &self.schema), "the record was read by another schema");
        self.memory.slots.copy_from_slice(record.slots());
        let mut row = Row { schema: &self.schema, tape: record.tape(), memory: &mut self.memory, text_bytes: 0 };
        for column in &mut self.columns {
            column.append(&mut row);
        }
        self.text_bytes += row.text_bytes + record.shape().len() + record.rest().map_or(0, str::len);
        self.shape.append_value(record.shape());
        self.rest.append_option(record.rest());
        self.rows += 1;
    }

    /// Rows appended since the last [`Self::finish`].
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether no row was appended since the last [`Self::finish`].
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// About how many bytes the rows take in Arrow's form: texts, offsets and validity.
    pub fn memory_bytes(&self) -> usize {
        self.text_bytes + self.rows * self.schema.leaves().len() * 5
    }

    /// The rows as a batch of the file schema; the builder is empty afterwards and can be used again.
    pub fn finish(&mut self) -> RecordBatch {
        let nulls = Nulls::new(self.rows);
        let mut arrays: Vec<ArrayRef> = self.columns.iter_mut().map(|column| column.finish(&nulls)).collect();
        let own: [ArrayRef; 2] =
            [Arc::new(column::finish_text(&mut self.shape)), Arc::new(column::finish_text(&mut self.rest))];
        let place = self.schema.columns().built_in;
        arrays.splice(place..place, own);
        self.rows = 0;
        self.text_bytes = 0;
        column::batch(&self.schema, arrays)
    }
}

/// What the column builders see of a record.
pub(crate) struct Row<'r> {
    schema: &'r EventSchema,
    tape: Tape<'r>,
    memory: &'r mut Memory,
    text_bytes: usize,
}

impl Row<'_> {
    fn slot(&self, column: u32) -> u32 {
        self.memory.slots[column as usize]
    }

    /// Lays out one object of a list column.
    fn enter_element(&mut self, column: u32, element: u32) {
        let member = self.schema.tree().of_column(column);
        Walk::new(self.schema, self.tape, self.memory, None).element(member, element);
    }
}
