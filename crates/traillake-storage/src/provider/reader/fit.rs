//! How the slots of a scan are read from files of one schema.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions, StructArray, TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::CastOptions;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, TimeUnit, TimestampMillisecondType};
use datafusion::common::nested_struct::cast_column;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema};
use parquet::schema::types::SchemaDescPtr;

use super::codes::has_codes;
use super::few::has_texts;
use super::slots::{Slot, Slots};

/// What is read of files of one schema to fill the slots.
#[derive(Debug)]
pub(super) struct Fit {
    /// The leaves that are read, in the order of the file.
    pub(super) leaves: Vec<usize>,
    pub(super) levels: FieldLevels,
    /// Whether any leaf is read as it is.
    pub(super) has_plain: bool,
    /// The leaves that are read by themselves, as codes or texts of these types.
    pub(super) apart: Vec<(usize, DataType)>,
    sources: Vec<Source>,
    flat: Arc<Schema>,
}

/// Where the values of a slot come from.
#[derive(Debug)]
enum Source {
    /// From the members of these names, root first; stored as the first type and cast to the second.
    Stored(Vec<String>, DataType, DataType),
    /// From the column of this number that is read by itself.
    Apart(usize),
    /// From the hidden column of this number.
    Hidden(usize),
    /// Files of this schema do not have it.
    Missing(DataType),
}

impl Fit {
    /// Codes are read by themselves, all else together.
    pub(super) fn of(slots: &Slots, file: &SchemaDescPtr) -> Result<Self> {
        Self::with_apart(slots, file, |slot, _| coded(slot, file))
    }

    /// The same for few rows, of which texts are read by themselves as well; none where that changes nothing.
    pub(super) fn of_few(slots: &Slots, file: &SchemaDescPtr) -> Result<Option<Self>> {
        let fit = Self::with_apart(slots, file, |slot, stored| coded(slot, file).or_else(|| text(slot, stored, file)))?;
        Ok(Some(fit).filter(|fit| fit.apart.iter().any(|(_, data_type)| is_text(data_type))))
    }

    fn with_apart(
        slots: &Slots,
        file: &SchemaDescPtr,
        is_apart: impl Fn(&Slot, &Fields) -> Option<(usize, DataType)>,
    ) -> Result<Self> {
        let stored = parquet_to_arrow_schema(file, None)?;
        let mut hint = stored.fields().clone();
        let mut leaves = Vec::new();
        let mut apart: Vec<(usize, DataType)> = Vec::new();
        let mut sources = Vec::with_capacity(slots.places.len());
        for slot in &slots.places {
            if let Some(leaf) = is_apart(slot, stored.fields()) {
                sources.push(Source::Apart(apart.len()));
                apart.push(leaf);
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
        leaves.extend(apart.iter().map(|(leaf, _)| *leaf));
        leaves.sort_unstable();
        leaves.dedup();
        Ok(Self { leaves, levels, has_plain: plain > 0, apart, sources, flat: Arc::clone(&slots.schema) })
    }

    /// The type that files have of the only slot; none where they do not have it.
    pub(super) fn only_type(&self) -> Option<&DataType> {
        if let [Source::Stored(_, stored, _)] = self.sources.as_slice() { Some(stored) } else { None }
    }

    /// The slots of the rows in `read`, which has the columns of `levels`.
    pub(super) fn slots_of(&self, read: &RecordBatch, hidden: &[ScalarValue]) -> Result<RecordBatch> {
        self.slots_with(read, &[], hidden)
    }

    /// The same with the columns that were read by themselves.
    pub(super) fn slots_with(
        &self,
        read: &RecordBatch,
        apart: &[ArrayRef],
        hidden: &[ScalarValue],
    ) -> Result<RecordBatch> {
        let rows = read.num_rows();
        let columns = self.sources.iter().map(|source| match source {
            Source::Stored(path, _, wanted) => cast_to(member(read, path)?, wanted),
            Source::Apart(number) => match apart.get(*number) {
                Some(column) => Ok(Arc::clone(column)),
                None => Err(exec_datafusion_err!("the reader left out column {number}")),
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

/// The leaf of a slot of codes, and its type, where its file has it as texts.
fn coded(slot: &Slot, file: &SchemaDescPtr) -> Option<(usize, DataType)> {
    if !matches!(slot.data_type, DataType::Dictionary(..)) {
        return None;
    }
    let leaf = leaf(slot, file)?;
    has_codes(&file.column(leaf)).then(|| (leaf, slot.data_type.clone()))
}

/// The leaf of a slot of texts, and its type, where its file has it as texts.
fn text(slot: &Slot, stored: &Fields, file: &SchemaDescPtr) -> Option<(usize, DataType)> {
    let is_stored = || find(stored, &slot.path).is_some_and(|field| is_text(field.data_type()));
    if slot.hidden.is_some() || !is_text(&slot.data_type) || !is_stored() {
        return None;
    }
    let leaf = leaf(slot, file)?;
    has_texts(&file.column(leaf)).then(|| (leaf, slot.data_type.clone()))
}

fn leaf(slot: &Slot, file: &SchemaDescPtr) -> Option<usize> {
    file.columns().iter().position(|leaf| leaf.path().parts() == slot.path)
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::Utf8View)
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
    if let (Some(micros), DataType::Timestamp(TimeUnit::Millisecond, None)) = (array.as_primitive_opt(), wanted) {
        let micros: &TimestampMicrosecondArray = micros;
        // The engine's cast divides by a number that it learns when it runs, which takes four times as long.
        return Ok(Arc::new(micros.unary::<_, TimestampMillisecondType>(|micros| micros / 1_000)));
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_column(&array, wanted, &options)
}
