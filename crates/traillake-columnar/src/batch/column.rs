//! One builder per column, nested like the columns; each appends the value its slot points to.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, ListArray, MapArray,
    NullBufferBuilder, RecordBatch, RecordBatchOptions, StringArray, StringBuilder, StructArray,
    TimestampMicrosecondBuilder,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use hashbrown::HashMap;
use traillake_model::time::parse_event_time;

use super::Row;
use super::nulls::Nulls;
use crate::EventSchema;
use crate::record::{PRESENT, boolean, double, has_repeated_name, integer};
use crate::schema::{ColumnKind, map_entries_field};
use crate::tape::NodeKind;

/// Appends one column's values. Nulls are only counted until a value follows, so an absent struct costs one step.
#[derive(Debug)]
pub(super) struct ColumnBuilder {
    column: u32,
    data_type: DataType,
    pending_nulls: usize,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Double(Float64Builder),
    Integer(Int32Builder),
    Map(Entries),
    Struct(Members),
    List(Elements),
}

#[derive(Debug)]
struct Entries {
    offsets: Vec<i32>,
    keys: StringBuilder,
    values: StringBuilder,
    validity: NullBufferBuilder,
}

#[derive(Debug)]
struct Members {
    fields: Fields,
    columns: Vec<ColumnBuilder>,
    validity: NullBufferBuilder,
    rows: usize,
}

#[derive(Debug)]
struct Elements {
    field: FieldRef,
    offsets: Vec<i32>,
    members: Members,
    validity: NullBufferBuilder,
}

/// Builders for all top-level columns.
pub(super) fn builders(schema: &EventSchema, capacity_rows: usize) -> Vec<ColumnBuilder> {
    let columns = schema.columns();
    let field = |column: u32| {
        schema.file_schema().field_with_name(&columns.get(column).name).map_or(&DataType::Null, Field::data_type)
    };
    columns.top().iter().map(|&column| ColumnBuilder::new(schema, column, field(column), capacity_rows)).collect()
}

/// The columns as a batch.
#[expect(clippy::expect_used, reason = "the arrays were built from this very schema, each with one value per row")]
pub(super) fn batch(schema: &EventSchema, arrays: Vec<ArrayRef>) -> RecordBatch {
    let rows = arrays.first().map_or(0, Array::len);
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema.file_schema()), arrays, &options)
        .expect("arrays follow the file schema")
}

impl ColumnBuilder {
    fn new(schema: &EventSchema, column: u32, data_type: &DataType, rows: usize) -> Self {
        let values = match schema.columns().get(column).kind {
            ColumnKind::Text => Values::Text(StringBuilder::with_capacity(rows, 0)),
            ColumnKind::Boolean => Values::Boolean(BooleanBuilder::with_capacity(rows)),
            ColumnKind::Timestamp => {
                Values::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(data_type.clone()))
            }
            ColumnKind::Double => Values::Double(Float64Builder::with_capacity(rows)),
            ColumnKind::Integer => Values::Integer(Int32Builder::with_capacity(rows)),
            ColumnKind::TextMap => Values::Map(Entries::new(rows)),
            ColumnKind::Struct => Values::Struct(Members::new(schema, column, fields_of(data_type), rows)),
            ColumnKind::List => Values::List(Elements::new(schema, column, data_type)),
        };
        Self { column, data_type: data_type.clone(), pending_nulls: 0, values }
    }

    /// Appends the value in the column's slot, or null.
    pub(super) fn append(&mut self, row: &mut Row<'_>) {
        let slot = row.slot(self.column);
        if slot == 0 {
            self.pending_nulls += 1;
            return;
        }
        self.flush_nulls();
        match &mut self.values {
            Values::Text(builder) => append_text(builder, row, slot),
            Values::Boolean(builder) => builder.append_option(boolean(row.tape, slot)),
            Values::Timestamp(builder) => builder.append_option(text_or_number(row, slot, micros)),
            Values::Double(builder) => {
                builder.append_option(text_or_number(row, slot, double).map(|number| number.value));
            }
            Values::Integer(builder) => {
                builder.append_option(text_or_number(row, slot, integer).map(|number| number.value));
            }
            Values::Map(entries) => entries.append(row, slot),
            Values::Struct(members) => {
                if slot == PRESENT || row.tape.kind(slot) == NodeKind::Object {
                    members.append(row);
                } else {
                    members.append_nulls(1);
                }
            }
            Values::List(elements) => elements.append(row, self.column, slot),
        }
    }

    /// Whether no row but those of `pending_nulls` was appended.
    fn is_empty(&self) -> bool {
        match &self.values {
            Values::Text(builder) => builder.is_empty(),
            Values::Boolean(builder) => builder.is_empty(),
            Values::Timestamp(builder) => builder.is_empty(),
            Values::Double(builder) => builder.is_empty(),
            Values::Integer(builder) => builder.is_empty(),
            Values::Map(entries) => entries.offsets.len() == 1,
            Values::Struct(members) => members.rows == 0,
            Values::List(elements) => elements.offsets.len() == 1,
        }
    }

    fn flush_nulls(&mut self) {
        let nulls = std::mem::take(&mut self.pending_nulls);
        if nulls == 0 {
            return;
        }
        match &mut self.values {
            Values::Text(builder) => builder.append_nulls(nulls),
            Values::Boolean(builder) => builder.append_nulls(nulls),
            Values::Timestamp(builder) => builder.append_nulls(nulls),
            Values::Double(builder) => builder.append_nulls(nulls),
            Values::Integer(builder) => builder.append_nulls(nulls),
            Values::Map(entries) => entries.append_nulls(nulls),
            Values::Struct(members) => members.append_nulls(nulls),
            Values::List(elements) => elements.append_nulls(nulls),
        }
    }

    /// The column's values so far.
    pub(super) fn finish(&mut self, nulls: &Nulls) -> ArrayRef {
        if self.pending_nulls == nulls.rows() && self.is_empty() {
            self.pending_nulls = 0;
            return nulls.array(&self.data_type);
        }
        self.flush_nulls();
        match &mut self.values {
            Values::Text(builder) => Arc::new(finish_text(builder)),
            Values::Boolean(builder) => Arc::new(builder.finish()),
            Values::Timestamp(builder) => Arc::new(builder.finish()),
            Values::Double(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Map(entries) => Arc::new(entries.finish()),
            Values::Struct(members) => Arc::new(members.finish(nulls)),
            Values::List(elements) => Arc::new(elements.finish()),
        }
    }
}

/// The texts so far; the next ones will take about as much room.
pub(super) fn finish_text(builder: &mut StringBuilder) -> StringArray {
    let (rows, bytes) = (builder.len(), builder.values_slice().len());
    std::mem::replace(builder, StringBuilder::with_capacity(rows, bytes + bytes / 16)).finish()
}

fn append_text(builder: &mut StringBuilder, row: &mut Row<'_>, slot: u32) {
    if let Some(text) = row.tape.plain_string(slot) {
        row.text_bytes += text.len();
        return builder.append_value(text);
    }
    let text = row.tape.column_text(slot);
    row.text_bytes += text.as_ref().map_or(0, |text| text.len());
    builder.append_option(text);
}

fn micros(text: &str) -> Option<i64> {
    parse_event_time(text).map(|time| time.micros)
}

/// Numbers and strings are read from their text; other values give null.
fn text_or_number<T>(row: &Row<'_>, slot: u32, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    match row.tape.kind(slot) {
        NodeKind::String | NodeKind::Number => parse(&row.tape.string(slot)),
        _ => None,
    }
}

impl Entries {
    fn new(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            offsets,
            keys: StringBuilder::new(),
            values: StringBuilder::new(),
            validity: NullBufferBuilder::new(rows),
        }
    }

    /// Of members with the same name the last one counts.
    fn append(&mut self, row: &mut Row<'_>, slot: u32) {
        let tape = row.tape;
        if tape.kind(slot) != NodeKind::Object {
            return self.append_nulls(1);
        }
        let last: Option<HashMap<_, _>> = has_repeated_name(tape, slot)
            .then(|| tape.members(slot).map(|(name, value)| (tape.string(name), value)).collect());
        for (name, value) in tape.members(slot) {
            let key = tape.string(name);
            if last.as_ref().is_some_and(|last| last.get(&key) != Some(&value)) {
                continue;
            }
            row.text_bytes += key.len();
            self.keys.append_value(key);
            append_text(&mut self.values, row, value);
        }
        self.validity.append_non_null();
        self.offsets.push(offset(self.keys.len()));
    }

    fn append_nulls(&mut self, nulls: usize) {
        self.validity.append_n_nulls(nulls);
        self.offsets.extend(std::iter::repeat_n(offset(self.keys.len()), nulls));
    }

    fn finish(&mut self) -> MapArray {
        let field = map_entries_field();
        let entries = StructArray::new(
            fields_of(field.data_type()),
            vec![Arc::new(finish_text(&mut self.keys)), Arc::new(finish_text(&mut self.values))],
            None,
        );
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        MapArray::new(field, OffsetBuffer::new(offsets.into()), entries, self.validity.finish(), false)
    }
}

impl Members {
    fn new(schema: &EventSchema, column: u32, fields: Fields, rows: usize) -> Self {
        let members = schema.columns().get(column).members.iter().zip(&fields);
        let columns =
            members.map(|(&member, field)| ColumnBuilder::new(schema, member, field.data_type(), rows)).collect();
        Self { fields, columns, validity: NullBufferBuilder::new(rows), rows: 0 }
    }

    fn append(&mut self, row: &mut Row<'_>) {
        self.columns.iter_mut().for_each(|column| column.append(row));
        self.validity.append_non_null();
        self.rows += 1;
    }

    fn append_nulls(&mut self, nulls: usize) {
        for column in &mut self.columns {
            column.pending_nulls += nulls;
        }
        self.validity.append_n_nulls(nulls);
        self.rows += nulls;
    }

    fn finish(&mut self, nulls: &Nulls) -> StructArray {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(|column| column.finish(nulls)).collect();
        StructArray::new(self.fields.clone(), arrays, self.validity.finish())
    }
}

impl Elements {
    fn new(schema: &EventSchema, column: u32, data_type: &DataType) -> Self {
        let field = match data_type {
            DataType::List(field) => Arc::clone(field),
            _ => Arc::new(Field::new("element", DataType::Null, true)),
        };
        let members = Members::new(schema, column, fields_of(field.data_type()), 0);
        Self { field, offsets: vec![0], members, validity: NullBufferBuilder::new(0) }
    }

    /// Elements that are no objects become null.
    fn append(&mut self, row: &mut Row<'_>, column: u32, slot: u32) {
        if slot == PRESENT || row.tape.kind(slot) != NodeKind::Array {
            return self.append_nulls(1);
        }
        for element in row.tape.elements(slot) {
            if row.tape.kind(element) == NodeKind::Object {
                row.enter_element(column, element);
                self.members.append(row);
            } else {
                self.members.append_nulls(1);
            }
        }
        self.validity.append_non_null();
        self.offsets.push(offset(self.members.rows));
    }

    fn append_nulls(&mut self, nulls: usize) {
        self.validity.append_n_nulls(nulls);
        self.offsets.extend(std::iter::repeat_n(offset(self.members.rows), nulls));
    }

    fn finish(&mut self) -> ListArray {
        let values = Arc::new(self.members.finish(&Nulls::new(self.members.rows)));
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        ListArray::new(Arc::clone(&self.field), OffsetBuffer::new(offsets.into()), values, self.validity.finish())
    }
}

fn fields_of(data_type: &DataType) -> Fields {
    match data_type {
        DataType::Struct(fields) => fields.clone(),
        _ => Fields::empty(),
    }
}

/// Counts of entries stay below the bytes of a batch, which the caller keeps below 2 GiB.
fn offset(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}
