//! JSON as arrays, maps, rows and the values in them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, LargeStringArray, ListArray, MapArray, StringArray, StructArray, new_empty_array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use serde_json::{Map, Value};

use super::columns::cast_to_type;
use crate::types::{SqlType, entries_field, item_field, map_fields, row_fields};

/// A column of a type with parts, from JSON texts.
pub(super) fn read(texts: &LargeStringArray, to: &SqlType) -> Result<ArrayRef> {
    let parse = |text: &str| {
        serde_json::from_str(text).map_err(|_| exec_datafusion_err!("Cannot cast to {to}. The text is not valid JSON"))
    };
    let values = texts.iter().map(|text| text.map(parse).transpose()).collect::<Result<Vec<Option<Value>>>>()?;
    let values: Vec<Option<&Value>> = values.iter().map(Option::as_ref).collect();
    match to {
        SqlType::Array(_) | SqlType::Map(..) | SqlType::Row(_) => column(&values, to),
        _ => Ok(new_empty_array(&to.data_type())),
    }
}

fn column(values: &[Option<&Value>], to: &SqlType) -> Result<ArrayRef> {
    match to {
        SqlType::Array(item) => list(values, item, to),
        SqlType::Map(key, value) => map(values, key, value, to),
        SqlType::Row(fields) => row(values, fields, to),
        SqlType::Plain(DataType::LargeUtf8) => Ok(texts_of(values)),
        scalar => cast_to_type(&texts_of(values), scalar, &scalar.nested_type()),
    }
}

fn texts_of(values: &[Option<&Value>]) -> ArrayRef {
    let texts: LargeStringArray = values.iter().map(|value| value.map(Value::to_string)).collect();
    Arc::new(texts)
}

fn list(values: &[Option<&Value>], item: &SqlType, to: &SqlType) -> Result<ArrayRef> {
    let mut items = Vec::new();
    let mut lengths = Vec::with_capacity(values.len());
    for value in values {
        let before = items.len();
        match present(*value) {
            None => {}
            Some(Value::Array(found)) => items.extend(found.iter().map(Some)),
            Some(other) => return unexpected(to, "array", other),
        }
        lengths.push(items.len() - before);
    }
    let items = column(&items, item)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(item_field(item.nested_type()), offsets, items, Some(nulls(values)))?))
}

fn map(values: &[Option<&Value>], key: &SqlType, value: &SqlType, to: &SqlType) -> Result<ArrayRef> {
    let (mut keys, mut inner) = (Vec::new(), Vec::new());
    let mut lengths = Vec::with_capacity(values.len());
    for value in values {
        let before = keys.len();
        match present(*value) {
            None => {}
            Some(Value::Object(members)) => {
                keys.extend(members.keys().map(String::as_str));
                inner.extend(members.values().map(Some));
            }
            Some(other) => return unexpected(to, "object", other),
        }
        lengths.push(keys.len() - before);
    }
    let keys: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
    let keys = cast_to_type(&keys, key, &key.nested_type())?;
    if keys.null_count() > 0 {
        return exec_err!("Cannot cast to {to}. A key of a map cannot be NULL");
    }
    let fields = map_fields(key.nested_type(), value.nested_type());
    let entries = StructArray::try_new(fields.clone(), vec![keys, column(&inner, value)?], None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(MapArray::try_new(entries_field(fields), offsets, entries, Some(nulls(values)), false)?))
}

fn row(values: &[Option<&Value>], fields: &[(String, SqlType)], to: &SqlType) -> Result<ArrayRef> {
    let mut columns = Vec::with_capacity(fields.len());
    for (place, (name, field)) in fields.iter().enumerate() {
        let members = values.iter().map(|value| match present(*value) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(member(members, name)),
            Some(Value::Array(items)) if items.len() == fields.len() => Ok(items.get(place)),
            Some(other) => unexpected(to, "array or an object", other),
        });
        columns.push(column(&members.collect::<Result<Vec<_>>>()?, field)?);
    }
    Ok(Arc::new(StructArray::try_new(row_fields(fields), columns, Some(nulls(values)))?))
}

/// The member of a name, in any letter case.
fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    let alike = || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(alike)
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn nulls(values: &[Option<&Value>]) -> NullBuffer {
    values.iter().map(|value| present(*value).is_some()).collect()
}

fn unexpected<T>(to: &SqlType, wanted: &str, found: &Value) -> Result<T> {
    let text: String = found.to_string().chars().take(100).collect();
    exec_err!("Cannot cast to {to}. Expected a json {wanted}, but got {text}")
}
