//! How the slots of a scan are read from files of one schema.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions, StructArray, new_null_array};
use arrow::compute::CastOptions;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema};
use datafusion::common::nested_struct::cast_column;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema};
use parquet::schema::types::SchemaDescPtr;

use super::codes::has_codes;
use super::slots::{Slot, Slots};

/// What is read of files of one schema to fill the slots.
#[derive(Debug)]
pub(super) struct Fit {
    /// The leaves that are read, in the order of the file.
    pub(super) leaves: Vec<usize>,
    pub(super) levels: FieldLevels,
    /// Whether any leaf is read as it is.
    pub(super) has_plain: bool,
    /// The leaves that are read as codes, with the type of their texts.
    pub(super) codes: Vec<(usize, DataType)>,
    sources: Vec<Source>,
    flat: Arc<Schema>,
}

/// Where the values of a slot come from.
#[derive(Debug)]
enum Source {
    /// From the members of these names, root first; stored as the first type and cast to the second.
    Stored(Vec<String>, DataType, DataType),
    /// From the column of codes of this number.
    Codes(usize),
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
        let mut codes: Vec<(usize, DataType)> = Vec::new();
        let mut sources = Vec::with_capacity(slots.places.len());
        for slot in &slots.places {
            if let Some(coded) = coded(slot, file) {
                sources.push(Source::Codes(codes.len()));
                codes.push(coded);
                continue;
            }
            let source = source(slot, &hint);
            if let Source::Stored(path, _, wanted) = &source {
                hint = hinted_below(&hint, path, wanted);
                leaves
                    .extend((0..file.num_columns()).filter(|&leaf| file.column(leaf).path().parts().starts_with(path)));
            }
            sources.push(source);
        }
        leaves.sort_unstable();
        leaves.dedup();
        let mask = ProjectionMask::leaves(file, leaves.iter().copied());
        let levels = parquet_to_arrow_field_levels(file, mask, Some(&hint))?;
        let plain = leaves.len();
        leaves.extend(codes.iter().map(|(leaf, _)| *leaf));
        leaves.sort_unstable();
        leaves.dedup();
        Ok(Self { leaves, levels, has_plain: plain > 0, codes, sources, flat: Arc::clone(&slots.schema) })
    }

    /// The type that files have of the only slot; none where they do not have it.
    pub(super) fn only_type(&self) -> Option<&DataType> {
        if let [Source::Stored(_, stored, _)] = self.sources.as_slice() { Some(stored) } else { None }
    }

    /// The slots of the rows in `read`, which has the columns of `levels`.
    pub(super) fn slots_of(&self, read: &RecordBatch, hidden: &[ScalarValue]) -> Result<RecordBatch> {
        self.slots_with(read, &[], hidden)
    }

    /// The same with the columns of codes.
    pub(super) fn slots_with(
        &self,
        read: &RecordBatch,
        codes: &[ArrayRef],
        hidden: &[ScalarValue],
    ) -> Result<RecordBatch> {
        let rows = read.num_rows();
        let columns = self.sources.iter().map(|source| match source {
            Source::Stored(path, _, wanted) => cast_to(member(read, path)?, wanted),
            Source::Codes(number) => match codes.get(*number) {
                Some(codes) => Ok(Arc::clone(codes)),
                None => Err(exec_datafusion_err!("the reader left out codes {number}")),
            },
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

/// The leaf of a slot of codes, and the type of its texts, where its file has it as texts.
fn coded(slot: &Slot, file: &SchemaDescPtr) -> Option<(usize, DataType)> {
    let DataType::Dictionary(_, texts) = &slot.data_type else { return None };
    let leaf = file.columns().iter().position(|leaf| leaf.path().parts() == slot.path)?;
    has_codes(&file.column(leaf)).then(|| (leaf, texts.as_ref().clone()))
}

fn source(slot: &Slot, stored: &Fields) -> Source {
    if let Some(number) = slot.hidden {
        return Source::Hidden(number);
    }
    match find(stored, &slot.path) {
        Some(field) => Source::Stored(slot.path.clone(), field.data_type().clone(), slot.data_type.clone()),
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
