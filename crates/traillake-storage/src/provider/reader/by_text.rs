//! Conditions on one text of an event, evaluated once for each distinct text instead of once for each event.
//!
//! | condition | evaluated on |
//! |---|---|
//! | on a text leaf: `eventname LIKE 'Get%'`, `errorcode IS NULL` | the texts of the leaf |
//! | on the value of one key of a map: `element_at(requestparameters, 'bucketName') = 'b'` | the values of the map |
//! | `any_match(map_values(requestparameters), v -> ...)` | maps of one entry, one for each value |
//!
//! The engine's own expressions are evaluated, on NULL as well, so that a condition means what it means over rows. Where
//! one fails for a text, it may be that of a row that is not asked for: rows are decoded then.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray as _, BooleanArray, MapArray, RecordBatch, StringArray, StructArray, UInt32Array,
    new_null_array,
};
use arrow::buffer::{BooleanBuffer, Buffer, OffsetBuffer};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;
use datafusion::common::cast::as_boolean_array;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::physical_expr::PhysicalExpr;
use parquet::schema::types::SchemaDescPtr;

use super::chunks::Loaded;
use super::fit::Fit;
use super::slots::Slots;

mod coded;
mod entries;
mod form;
mod pages;
mod plain;

use coded::Texts;
use entries::{Entries, any_entry};
use form::{Form, Place, is_text, value_type};

/// A condition on one text.
pub(super) struct TextFilter {
    /// The condition over decoded rows.
    pub(super) slots: Slots,
    form: Form,
    /// The column that the form is over.
    schema: SchemaRef,
}

/// The leaves of a file that hold the texts of a filter.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextLeaves {
    Leaf(usize),
    Map {
        keys: usize,
        values: usize,
        /// The definition level of a map without entries.
        empty: u32,
    },
}

impl TextLeaves {
    /// Where files of this schema, whose only slot is read by `fit`, have its texts; none where they have something else.
    pub(super) fn of(fit: &Fit, file: &SchemaDescPtr) -> Option<Self> {
        match (fit.only_type()?, fit.leaves.as_slice()) {
            (text, &[leaf]) if is_text(text) => Some(Self::Leaf(leaf)),
            (DataType::Map(entries, _), &[keys, values]) if value_type(entries).is_some() => {
                let key = file.column(keys);
                let level = u32::try_from(key.max_def_level()).ok()?;
                let empty = if key.self_type().is_optional() { None } else { level.checked_sub(1) }?;
                Some(Self::Map { keys, values, empty })
            }
            _ => None,
        }
    }
}

impl TextFilter {
    /// None for a condition that is not one of those above.
    pub(super) fn of(conjunct: &Arc<dyn PhysicalExpr>, table: &TableSchema) -> Result<Option<Self>> {
        let slots = Slots::of([Arc::clone(conjunct)], table)?;
        let Some(form) = Form::of(&slots)? else { return Ok(None) };
        let schema = Arc::new(Schema::new(vec![Field::new("text", form.column.clone(), true)]));
        Ok(Some(Self { slots, form, schema }))
    }

    /// The rows of a row group for which the condition holds; none where that must be asked of decoded rows.
    pub(super) fn rows(&self, loaded: &Loaded, leaves: TextLeaves) -> Option<BooleanBuffer> {
        match (&self.form.place, leaves) {
            (Place::Leaf, TextLeaves::Leaf(leaf)) => self.of_leaf(loaded, leaf),
            (Place::Entry(key), TextLeaves::Map { keys, values, .. }) => self.of_entry(loaded, (keys, key), values),
            (Place::AnyEntry, TextLeaves::Map { values, empty, .. }) => self.of_any_entry(loaded, values, empty),
            _ => None,
        }
    }

    fn of_leaf(&self, loaded: &Loaded, leaf: usize) -> Option<BooleanBuffer> {
        let texts = Texts::of(loaded, leaf)?;
        let rows = match self.of_dictionary(&texts) {
            known if is_never(known.as_deref()) => none(loaded),
            Some(known) => texts.chosen(&known)?,
            None => {
                let coded = texts.decode()?;
                chosen(&coded.codes, &self.holds(coded.texts(&self.form.texts)?)?)
            }
        };
        (rows.len() == loaded.rows).then_some(rows)
    }

    fn of_entry(&self, loaded: &Loaded, (leaf, key): (usize, &str), values: usize) -> Option<BooleanBuffer> {
        let keys = Texts::of(loaded, leaf)?;
        if keys.dictionary(&DataType::Utf8).is_some_and(|known| !equal(&known, key).contains(&true)) {
            let holds = self.holds(new_null_array(&self.form.texts, 1))?.contains(&true);
            return Some(if holds { BooleanBuffer::new_set(loaded.rows) } else { none(loaded) });
        }
        let values = Texts::of(loaded, values)?;
        let known = if self.form.is_cheap { self.of_dictionary(&values) } else { None };
        if is_never(known.as_deref()) {
            return Some(none(loaded));
        }
        let entries = Entries::of_key(&keys, key, loaded.rows)?;
        let values = entries.values(values)?;
        let holds = match known {
            Some(holds) => holds,
            None => self.holds_for(&values.texts(&self.form.texts)?, &values.codes)?,
        };
        Some(entries.chosen(&values.codes, &holds))
    }

    fn of_any_entry(&self, loaded: &Loaded, values: usize, empty: u32) -> Option<BooleanBuffer> {
        let texts = Texts::of(loaded, values)?;
        let known = self.of_dictionary(&texts);
        if is_never(known.as_deref()) {
            return Some(none(loaded));
        }
        any_entry(texts, (empty, loaded.rows), &self.form.texts, known, |texts| self.holds(texts))
    }

    /// For which texts the condition holds, where the dictionary has them all.
    fn of_dictionary(&self, texts: &Texts) -> Option<Vec<bool>> {
        self.holds(texts.dictionary(&self.form.texts)?)
    }

    /// For which texts the condition holds, of NULL and those that codes stand for.
    fn holds_for(&self, texts: &ArrayRef, codes: &[u32]) -> Option<Vec<bool>> {
        let mut holds = vec![false; texts.len()];
        for &code in codes.iter().chain([&0]) {
            *holds.get_mut(code as usize)? = true;
        }
        let used = holds.iter().zip(0_u32..).filter(|(used, _)| **used).map(|(_, code)| code);
        let used = UInt32Array::from_iter_values(used);
        let held = self.holds(take(texts, &used, None).ok()?)?;
        for (&code, held) in used.values().iter().zip(held) {
            *holds.get_mut(code as usize)? = held;
        }
        Some(holds)
    }

    /// For which texts the condition holds.
    fn holds(&self, texts: ArrayRef) -> Option<Vec<bool>> {
        let column = if self.form.place == Place::AnyEntry { self.maps_of(texts)? } else { texts };
        let rows = column.len();
        let texts = RecordBatch::try_new(Arc::clone(&self.schema), vec![column]).ok()?;
        let held = self.form.expr.evaluate(&texts).ok()?.into_array(rows).ok()?;
        Some(as_boolean_array(&held).ok()?.iter().map(|held| held == Some(true)).collect())
    }

    /// A map of one entry for each text.
    fn maps_of(&self, texts: ArrayRef) -> Option<ArrayRef> {
        let DataType::Map(field, ordered) = self.schema.fields().first()?.data_type() else { return None };
        let DataType::Struct(fields) = field.data_type() else { return None };
        let count = texts.len();
        let keys = StringArray::try_new(OffsetBuffer::new_zeroed(count), Buffer::default(), None).ok()?;
        let keys = cast(&keys, fields.first()?.data_type()).ok()?;
        let entries = StructArray::try_new(fields.clone(), vec![keys, texts], None).ok()?;
        let offsets = OffsetBuffer::from_repeated_length(1, count);
        Some(Arc::new(MapArray::try_new(Arc::clone(field), offsets, entries, None, *ordered).ok()?))
    }
}

fn equal(texts: &ArrayRef, key: &str) -> Vec<bool> {
    texts.as_string_opt::<i32>().map(|texts| texts.iter().map(|text| text == Some(key)).collect()).unwrap_or_default()
}

fn is_true(by_code: &[bool], code: u32) -> bool {
    by_code.get(code as usize).copied().unwrap_or_default()
}

fn chosen(codes: &[u32], by_code: &[bool]) -> BooleanBuffer {
    codes.iter().map(|&code| is_true(by_code, code)).collect()
}

/// Whether a condition is known to hold for no text, so that no page need be opened.
fn is_never(known: Option<&[bool]>) -> bool {
    known.is_some_and(|holds| !holds.contains(&true))
}

fn none(loaded: &Loaded) -> BooleanBuffer {
    BooleanBuffer::new_unset(loaded.rows)
}

/// The rows of row groups one after the other for which a condition holds.
pub(super) fn masks(filter: &TextFilter, loaded: &[Loaded], leaves: TextLeaves) -> Option<Vec<BooleanArray>> {
    loaded.iter().map(|loaded| Some(BooleanArray::new(filter.rows(loaded, leaves)?, None))).collect()
}

#[cfg(test)]
mod tests;
