//! Whole columns as another type.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float32Array, ListArray, MapArray, StructArray, new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, exec_err};

use super::leaf::{leaves, plain_list};
use super::scalars::Integer;
use super::{Leaf, json_read, json_write, moments, rescue, scalars};
use crate::functions::kit::{Cell, Json};
use crate::types::{SqlType, entries_field, item_field, map_fields, row_fields};

/// A column as another type; with `lenient`, values that cannot be cast are NULL.
pub(crate) fn cast_column(array: &ArrayRef, to: &SqlType, lenient: bool) -> Result<ArrayRef> {
    let data_type = to.data_type();
    if lenient && has_parts(array.data_type(), to) {
        let evaluate = |start, rows| Caster { lenient: false }.column(&array.slice(start, rows), to, &data_type);
        return rescue(0, array.len(), &data_type, &evaluate);
    }
    Caster { lenient }.column(array, to, &data_type)
}

/// A column as another type, in one of the Arrow types that stand for it.
pub(crate) fn cast_to_type(array: &ArrayRef, to: &SqlType, data_type: &DataType) -> Result<ArrayRef> {
    Caster { lenient: false }.column(array, to, data_type)
}

/// Whether DataFusion's own cast means the same.
pub(crate) fn is_native(from: &DataType, to: &DataType) -> bool {
    use DataType::{Boolean, Date32, Float32, Float64, Int8, Int16, Int32, Int64, Utf8, Utf8View};
    let millis = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Millisecond, zone.map(Into::into));
    match (from, to) {
        (Int8, Int16 | Int32 | Int64 | Float64)
        | (Int16, Int32 | Int64 | Float64)
        | (Int32, Int64 | Float64)
        | (Int64 | Float32, Float64)
        | (Utf8 | Boolean | Int8 | Int16 | Int32 | Int64, Utf8View)
        | (Utf8View | Boolean | Int8 | Int16 | Int32 | Int64, Utf8)
        | (DataType::Timestamp(TimeUnit::Millisecond, _), Date32) => true,
        (Date32, other) => *other == millis(None),
        (DataType::Timestamp(TimeUnit::Millisecond, from), DataType::Timestamp(TimeUnit::Millisecond, to)) => {
            let utc = |zone: &Option<Arc<str>>| zone.as_deref().is_none_or(|zone| matches!(zone, "UTC" | "+00:00"));
            utc(from) && utc(to)
        }
        _ => from == to,
    }
}

fn has_parts(from: &DataType, to: &SqlType) -> bool {
    from.is_nested() || matches!(to, SqlType::Array(_) | SqlType::Map(..) | SqlType::Row(_))
}

#[derive(Debug, Clone, Copy)]
struct Caster {
    lenient: bool,
}

impl Caster {
    fn column(self, array: &ArrayRef, to: &SqlType, data_type: &DataType) -> Result<ArrayRef> {
        if *array.data_type() == DataType::Null {
            return Ok(new_null_array(data_type, array.len()));
        }
        let plain_text = !matches!(to, SqlType::Varchar(Some(_)) | SqlType::Uuid);
        if plain_text && is_native(array.data_type(), data_type) {
            return if array.data_type() == data_type { Ok(Arc::clone(array)) } else { Ok(cast(array, data_type)?) };
        }
        match to {
            SqlType::Array(item) => self.list(array, item, to),
            SqlType::Map(key, value) => self.map(array, key, value, to),
            SqlType::Row(fields) => self.row(array, fields, to),
            SqlType::Plain(DataType::LargeUtf8) => json(array),
            _ => {
                let found = self.scalars(array, to)?;
                if found.data_type() == data_type { Ok(found) } else { Ok(cast(&found, data_type)?) }
            }
        }
    }

    fn scalars(self, array: &ArrayRef, to: &SqlType) -> Result<ArrayRef> {
        let data_type = match to {
            SqlType::Varchar(length) => return self.cells(array, |value| scalars::text(value, *length)),
            SqlType::Uuid => return self.cells(array, scalars::uuid),
            other => other.nested_type(),
        };
        match data_type {
            DataType::Boolean => self.cells(array, scalars::boolean),
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
                let integer = Integer::of(&data_type);
                self.cells(array, |value| scalars::integer(value, integer))
            }
            DataType::Float32 => {
                let values = self.values(array, scalars::real)?;
                Ok(Arc::new(Float32Array::from(values)))
            }
            DataType::Float64 => self.cells(array, scalars::double),
            DataType::Decimal128(precision, scale) => {
                let values = self.values(array, |value| scalars::decimal(value, precision, scale))?;
                Ok(Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale)?))
            }
            DataType::Binary => self.cells(array, scalars::bytes),
            DataType::FixedSizeBinary(_) => self.cells(array, scalars::address),
            DataType::Date32 => self.cells(array, moments::date),
            DataType::Time32(_) => {
                let millis = self.cells(array, moments::time)?;
                Ok(cast(&cast(&millis, &DataType::Int32)?, &data_type)?)
            }
            DataType::Timestamp(_, None) => self.cells(array, moments::timestamp),
            DataType::Timestamp(_, Some(_)) => self.cells(array, moments::zoned),
            _ => Ok(cast(array, &data_type)?),
        }
    }

    fn values<T>(self, array: &ArrayRef, read: impl Fn(&Leaf<'_>) -> Result<Option<T>>) -> Result<Vec<Option<T>>> {
        leaves(array).map(|value| self.value(value, &read)).collect()
    }

    fn cells<T: Cell>(self, array: &ArrayRef, read: impl Fn(&Leaf<'_>) -> Result<Option<T>>) -> Result<ArrayRef> {
        T::column(leaves(array).map(|value| self.value(value, &read)))
    }

    fn value<T>(self, value: Option<Leaf<'_>>, read: impl Fn(&Leaf<'_>) -> Result<Option<T>>) -> Result<Option<T>> {
        match value.map(|value| read(&value)) {
            None => Ok(None),
            Some(Err(_)) if self.lenient => Ok(None),
            Some(other) => other,
        }
    }

    fn list(self, array: &ArrayRef, item: &SqlType, to: &SqlType) -> Result<ArrayRef> {
        if let Some(texts) = array.as_string_opt::<i64>() {
            return json_read::read(texts, to);
        }
        let array = plain_list(array)?;
        let Some(list) = array.as_list_opt::<i32>() else { return no_cast(&array, to) };
        let (offsets, start, length) = shifted(list.offsets());
        let items = self.column(&list.values().slice(start, length), item, &item.nested_type())?;
        Ok(Arc::new(ListArray::try_new(item_field(item.nested_type()), offsets, items, list.nulls().cloned())?))
    }

    fn map(self, array: &ArrayRef, key: &SqlType, value: &SqlType, to: &SqlType) -> Result<ArrayRef> {
        if let Some(texts) = array.as_string_opt::<i64>() {
            return json_read::read(texts, to);
        }
        let Some(map) = array.as_map_opt() else { return no_cast(array, to) };
        let (offsets, start, length) = shifted(map.offsets());
        let keys = self.column(&map.keys().slice(start, length), key, &key.nested_type())?;
        let values = self.column(&map.values().slice(start, length), value, &value.nested_type())?;
        let fields = map_fields(key.nested_type(), value.nested_type());
        let entries = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
        Ok(Arc::new(MapArray::try_new(entries_field(fields), offsets, entries, map.nulls().cloned(), false)?))
    }

    fn row(self, array: &ArrayRef, fields: &[(String, SqlType)], to: &SqlType) -> Result<ArrayRef> {
        if let Some(texts) = array.as_string_opt::<i64>() {
            return json_read::read(texts, to);
        }
        let Some(row) = array.as_struct_opt().filter(|row| row.num_columns() == fields.len()) else {
            return no_cast(array, to);
        };
        let columns = row.columns().iter().zip(fields);
        let columns = columns.map(|(column, (_, field))| self.column(column, field, &field.nested_type()));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(StructArray::try_new(row_fields(fields), columns, row.nulls().cloned())?))
    }
}

/// Offsets from zero on, and the part of the values they stand for.
fn shifted(offsets: &OffsetBuffer<i32>) -> (OffsetBuffer<i32>, usize, usize) {
    let first = offsets.first().copied().unwrap_or_default();
    let last = offsets.last().copied().unwrap_or_default();
    let lengths = offsets.lengths();
    let place = |offset: i32| usize::try_from(offset).unwrap_or_default();
    (OffsetBuffer::from_lengths(lengths), place(first), place(last - first))
}

fn json(array: &ArrayRef) -> Result<ArrayRef> {
    Json::column((0..array.len()).map(|row| {
        if array.is_null(row) {
            return Ok(None);
        }
        let mut text = String::new();
        json_write::write(&mut text, array.as_ref(), row)?;
        Ok(Some(Json(text)))
    }))
}

fn no_cast<T>(array: &ArrayRef, to: &SqlType) -> Result<T> {
    exec_err!("Cannot cast {} to {to}", crate::types::type_name(array.data_type()))
}
