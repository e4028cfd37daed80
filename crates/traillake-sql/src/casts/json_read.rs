//! JSON as arrays, maps, rows and the values in them. Parts are slices of the text, so that they keep their spelling.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, LargeStringArray, ListArray, MapArray, StringArray, StructArray, new_empty_array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::columns::cast_to_type;
use crate::functions::json::{scan, value};
use crate::text_form::shortened;
use crate::types::{SqlType, entries_field, item_field, map_fields, row_fields};

/// A column of a type with parts, from JSON texts.
pub(super) fn read(texts: &LargeStringArray, to: &SqlType) -> Result<ArrayRef> {
    let values: Vec<Option<&str>> = texts.iter().map(|text| text.map(str::trim_ascii)).collect();
    match to {
        SqlType::Array(_) | SqlType::Map(..) | SqlType::Row(_) => column(&values, to),
        _ => Ok(new_empty_array(&to.data_type())),
    }
}

fn column(values: &[Option<&str>], to: &SqlType) -> Result<ArrayRef> {
    match to {
        SqlType::Array(item) => list(values, item, to),
        SqlType::Map(key, value) => map(values, key, value, to),
        SqlType::Row(fields) => row(values, fields, to),
        SqlType::Plain(DataType::LargeUtf8) => Ok(texts_of(values)),
        scalar => cast_to_type(&texts_of(values), scalar, &scalar.nested_type()),
    }
}

fn texts_of(values: &[Option<&str>]) -> ArrayRef {
    let texts: LargeStringArray = values.iter().map(|json| json.map(value::compact)).collect();
    Arc::new(texts)
}

fn list(values: &[Option<&str>], item: &SqlType, to: &SqlType) -> Result<ArrayRef> {
    let mut items = Vec::new();
    let mut lengths = Vec::with_capacity(values.len());
    for value in values {
        let before = items.len();
        if let Some(json) = present(*value) {
            items.extend(elements(json, to, "array")?.into_iter().map(Some));
        }
        lengths.push(items.len() - before);
    }
    let items = column(&items, item)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(item_field(item.nested_type()), offsets, items, Some(nulls(values)))?))
}

fn map(values: &[Option<&str>], key: &SqlType, value: &SqlType, to: &SqlType) -> Result<ArrayRef> {
    let (mut keys, mut inner) = (Vec::new(), Vec::new());
    let mut lengths = Vec::with_capacity(values.len());
    for value in values {
        let before = keys.len();
        if let Some(json) = present(*value) {
            for (name, member) in members(json, to, "object")? {
                keys.push(name);
                inner.push(Some(member));
            }
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

/// What a row is read from.
enum Parts<'v> {
    Absent,
    Members(Vec<(String, &'v str)>),
    Elements(Vec<&'v str>),
}

impl<'v> Parts<'v> {
    fn of(json: Option<&'v str>, count: usize, to: &SqlType) -> Result<Self> {
        const EXPECTED: &str = "array or an object";
        let Some(json) = present(json) else { return Ok(Self::Absent) };
        if json.starts_with('{') {
            return members(json, to, EXPECTED).map(Self::Members);
        }
        let elements = elements(json, to, EXPECTED)?;
        if elements.len() == count { Ok(Self::Elements(elements)) } else { unexpected(to, EXPECTED, json) }
    }

    /// The part for a field: the member of its name, in any letter case, or the element at its place.
    fn part(&self, name: &str, place: usize) -> Option<&'v str> {
        match self {
            Self::Absent => None,
            Self::Elements(elements) => elements.get(place).copied(),
            Self::Members(members) => {
                let exact = members.iter().find(|(member, _)| member == name);
                let alike = || members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name));
                exact.or_else(alike).map(|(_, value)| *value)
            }
        }
    }
}

fn row(values: &[Option<&str>], fields: &[(String, SqlType)], to: &SqlType) -> Result<ArrayRef> {
    let parts = values.iter().map(|value| Parts::of(*value, fields.len(), to)).collect::<Result<Vec<_>>>()?;
    let mut columns = Vec::with_capacity(fields.len());
    for (place, (name, field)) in fields.iter().enumerate() {
        let found: Vec<_> = parts.iter().map(|parts| parts.part(name, place)).collect();
        columns.push(column(&found, field)?);
    }
    Ok(Arc::new(StructArray::try_new(row_fields(fields), columns, Some(nulls(values)))?))
}

fn elements<'v>(json: &'v str, to: &SqlType, expected: &str) -> Result<Vec<&'v str>> {
    if !json.starts_with('[') {
        return unexpected(to, expected, json);
    }
    scan::elements(json).ok_or_else(|| exec_datafusion_err!("Cannot cast to {to}. The text is not valid JSON"))
}

fn members<'v>(json: &'v str, to: &SqlType, expected: &str) -> Result<Vec<(String, &'v str)>> {
    if !json.starts_with('{') {
        return unexpected(to, expected, json);
    }
    scan::members(json).ok_or_else(|| exec_datafusion_err!("Cannot cast to {to}. The text is not valid JSON"))
}

fn present(value: Option<&str>) -> Option<&str> {
    value.filter(|json| *json != "null")
}

fn nulls(values: &[Option<&str>]) -> NullBuffer {
    values.iter().map(|value| present(*value).is_some()).collect()
}

fn unexpected<T>(to: &SqlType, expected: &str, found: &str) -> Result<T> {
    exec_err!("Cannot cast to {to}. Expected a json {expected}, but got {}", shortened(found))
}
