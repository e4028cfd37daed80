//! Which arguments aggregates take, and the types of what they make.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields};

use crate::types::is_text;

/// As it stands inside arrays, rows and maps.
pub(super) fn nested(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        other => other.clone(),
    }
}

/// An array of a type.
pub(super) fn array_of(item: &DataType) -> DataType {
    DataType::new_list(nested(item), true)
}

/// A map of two types.
pub(super) fn map_of(key: &DataType, value: &DataType) -> DataType {
    let entries = Fields::from(vec![Field::new("key", nested(key), false), Field::new("value", nested(value), true)]);
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries), false)), false)
}

/// A number, as a double.
pub(super) fn double(given: &DataType) -> Option<DataType> {
    (given.is_numeric() || given.is_null()).then_some(DataType::Float64)
}

/// An integer, as a bigint.
pub(super) fn bigint(given: &DataType) -> Option<DataType> {
    (given.is_integer() || given.is_null()).then_some(DataType::Int64)
}

/// One value of any type.
pub(super) fn any(given: &[DataType]) -> Option<Vec<DataType>> {
    (given.len() == 1).then(|| given.to_vec())
}

/// One boolean.
pub(super) fn boolean(given: &[DataType]) -> Option<Vec<DataType>> {
    match given {
        [DataType::Boolean | DataType::Null] => Some(vec![DataType::Boolean]),
        _ => None,
    }
}

/// One number, as a double.
pub(super) fn one_double(given: &[DataType]) -> Option<Vec<DataType>> {
    let [x] = given else { return None };
    Some(vec![double(x)?])
}

/// Two numbers, as doubles.
pub(super) fn two_doubles(given: &[DataType]) -> Option<Vec<DataType>> {
    let [x, y] = given else { return None };
    Some(vec![double(x)?, double(y)?])
}

/// One integer, as a bigint.
pub(super) fn one_bigint(given: &[DataType]) -> Option<Vec<DataType>> {
    let [x] = given else { return None };
    Some(vec![bigint(x)?])
}

/// One value of any type, to be put into an array or a map.
pub(super) fn any_nested(given: &[DataType]) -> Option<Vec<DataType>> {
    let [x] = given else { return None };
    Some(vec![nested(x)])
}

/// A key and a value, to be put into a map.
pub(super) fn key_and_value(given: &[DataType]) -> Option<Vec<DataType>> {
    (given.len() == 2).then(|| given.iter().map(nested).collect())
}

/// A text or NULL.
pub(super) fn text(given: &DataType) -> Option<DataType> {
    (is_text(given) || given.is_null()).then_some(DataType::Utf8View)
}

/// The result is a double.
pub(super) fn returns_double(_: &[DataType]) -> DataType {
    DataType::Float64
}

/// The result has the type of the first argument.
pub(super) fn returns_first(types: &[DataType]) -> DataType {
    types.first().cloned().unwrap_or(DataType::Null)
}
