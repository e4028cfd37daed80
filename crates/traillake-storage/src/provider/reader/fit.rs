//! How the slots of a scan are read from files of one schema.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions, StructArray, new_null_array};
use arrow::compute::CastOptions;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema};
use datafusion::common::nested_struct::cast_column;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema};
use parquet::schema::types::SchemaDescPtr;

use super::slots::{Slot, Slots};

/// What is read of files of one schema to fill the slots.
#[derive(Debug)]
pub(super) struct Fit {
    /// The leaves that are read, in the order of the file.
    pub(super) leaves: Vec<usize>,
    pub(super) levels: FieldLevels,
    sources: Vec<Source>,
    flat: Arc<Schema>,
}

/// Where the values of a slot come from.
#[derive(Debug)]
enum Source {
    /// From the members of these names, root first; cast to this type.
    Stored(Vec<String>, DataType),
    /// From the hidden column of this number.
    Hidden(usize),
    /// Files of this schema do not have it.
    Missing(DataType),
}

impl Fit {
    pub(super) fn of(slots: &Slots, file: &SchemaDescPtr) -> Result<Self> {
        let stored = parquet_to_arrow_schema(file, None)?;
        let mut hint = stored.fields().clone();
        let mut leaves = Vec::new();
        let mut sources = Vec::with_capacity(slots.places.len());
        for slot in &slots.places {
            let source = source(slot, &hint);
            if let Source::Stored(path, data_type) = &source {
                hint = hinted_below(&hint, path, data_type);
                leaves
                    .extend((0..file.num_columns()).filter(|&leaf| file.column(leaf).path().parts().starts_with(path)));
            }
            sources.push(source);
        }
        leaves.sort_unstable();
        leaves.dedup();
        let mask = ProjectionMask::leaves(file, leaves.iter().copied());
        let levels = parquet_to_arrow_field_levels(file, mask, Some(&hint))?;
        Ok(Self { leaves, levels, sources, flat: Arc::clone(&slots.schema) })
    }

    /// The slots of the rows in `read`, which has the columns of `levels`.
    pub(super) fn slots_of(&self, read: &RecordBatch, hidden: &[ScalarValue]) -> Result<RecordBatch> {
        let rows = read.num_rows();
        let columns = self.sources.iter().map(|source| match source {
            Source::Stored(path, wanted) => cast_to(member(read, path)?, wanted),
            Source::Hidden(number) => match hidden.get(*number) {
                Some(value) => value.to_array_of_size(rows),
                None => Err(exec_datafusion_err!("a file without the value of hidden column {number}")),
            },
            Source::Missing(data_type) => Ok(new_null_array(data_type, rows)),
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.flat), columns, &options)?)
    }
}

fn source(slot: &Slot, stored: &Fields) -> Source {
    if let Some(number) = slot.hidden {
        return Source::Hidden(number);
    }
    match find(stored, &slot.path) {
        Some(_) => Source::Stored(slot.path.clone(), slot.data_type.clone()),
        None => Source::Missing(slot.data_type.clone()),
    }
}

fn find<'a>(fields: &'a Fields, path: &[String]) -> Option<&'a FieldRef> {
    let (name, rest) = path.split_first()?;
    let field = fields.iter().find(|field| field.name() == name)?;
    match (rest.is_empty(), field.data_type()) {
        (true, _) => Some(field),
        (false, DataType::Struct(members)) => find(members, rest),
        (false, _) => None,
    }
}

/// The same fields, the one at `path` read as `wanted` as far as the reader can.
fn hinted_below(fields: &Fields, path: &[String], wanted: &DataType) -> Fields {
    let Some((name, rest)) = path.split_first() else { return fields.clone() };
    let changed = |field: &FieldRef| -> FieldRef {
        let data_type = match field.data_type() {
            _ if field.name() != name => return Arc::clone(field),
            DataType::Struct(members) if !rest.is_empty() => DataType::Struct(hinted_below(members, rest, wanted)),
            own => hinted(own, wanted),
        };
        Arc::new(Field::clone(field).with_data_type(data_type))
    };
    fields.iter().map(changed).collect()
}

/// The type to read for a table's type: texts as views where the table has them as views, all else as it is stored.
fn hinted(stored: &DataType, wanted: &DataType) -> DataType {
    match (stored, wanted) {
        (DataType::Utf8, DataType::Utf8View) => DataType::Utf8View,
        _ => stored.clone(),
    }
}

fn member(read: &RecordBatch, path: &[String]) -> Result<ArrayRef> {
    let missing = || exec_datafusion_err!("the reader left out `{}`", path.join("."));
    let (root, rest) = path.split_first().ok_or_else(missing)?;
    let mut found = read.column_by_name(root).ok_or_else(missing)?;
    for name in rest {
        let parent: &StructArray = found.as_struct_opt().ok_or_else(missing)?;
        found = parent.column_by_name(name).ok_or_else(missing)?;
    }
    Ok(Arc::clone(found))
}

fn cast_to(array: ArrayRef, wanted: &DataType) -> Result<ArrayRef> {
    if array.data_type() == wanted {
        return Ok(array);
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_column(&array, wanted, &options)
}
