//! Equality and order of values with parts, with SQL's NULL inside of them.

use std::cmp::Ordering;

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;

use crate::casts::leaf;

/// Whether two values of one type are equal; `None` when a NULL leaves it open.
pub(crate) fn equal(left: &dyn Array, right: &dyn Array, row: usize, other: usize) -> Option<bool> {
    if is_null(left, row) || is_null(right, other) {
        return None;
    }
    match left.data_type() {
        DataType::List(_) => {
            let (left, right) = (left.as_list_opt::<i32>()?.value(row), right.as_list_opt::<i32>()?.value(other));
            if left.len() != right.len() {
                return Some(false);
            }
            all((0..left.len()).map(|item| equal(left.as_ref(), right.as_ref(), item, item)))
        }
        DataType::Struct(_) => {
            let columns = left.as_struct_opt()?.columns().iter().zip(right.as_struct_opt()?.columns());
            all(columns.map(|(left, right)| equal(left.as_ref(), right.as_ref(), row, other)))
        }
        DataType::Map(..) => equal_maps(left, right, row, other),
        _ => Some(leaf(left, row)?.order(&leaf(right, other)?)? == Ordering::Equal),
    }
}

fn equal_maps(left: &dyn Array, right: &dyn Array, row: usize, other: usize) -> Option<bool> {
    let (left, right) = (left.as_map_opt()?.value(row), right.as_map_opt()?.value(other));
    let [keys, values] = left.columns() else { return None };
    let [other_keys, other_values] = right.columns() else { return None };
    if keys.len() != other_keys.len() {
        return Some(false);
    }
    all((0..keys.len()).map(|entry| {
        let found = (0..other_keys.len()).find(|&place| equal(keys, other_keys, entry, place) == Some(true));
        match found {
            Some(place) => equal(values, other_values, entry, place),
            None => Some(false),
        }
    }))
}

/// False if one is, else unknown if one is.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

/// Whether two values of one type are the same, NULL being the same as NULL and NaN as NaN.
pub(crate) fn same(left: &dyn Array, right: &dyn Array, row: usize, other: usize) -> bool {
    if is_null(left, row) || is_null(right, other) {
        return is_null(left, row) && is_null(right, other);
    }
    same_parts(left, right, row, other).unwrap_or(false)
}

fn same_parts(left: &dyn Array, right: &dyn Array, row: usize, other: usize) -> Option<bool> {
    match left.data_type() {
        DataType::List(_) => {
            let (left, right) = (left.as_list_opt::<i32>()?.value(row), right.as_list_opt::<i32>()?.value(other));
            let mut items = 0..left.len();
            Some(left.len() == right.len() && items.all(|item| same(left.as_ref(), right.as_ref(), item, item)))
        }
        DataType::Struct(_) => {
            let mut columns = left.as_struct_opt()?.columns().iter().zip(right.as_struct_opt()?.columns());
            Some(columns.all(|(left, right)| same(left.as_ref(), right.as_ref(), row, other)))
        }
        DataType::Map(..) => {
            let (left, right) = (left.as_map_opt()?.value(row), right.as_map_opt()?.value(other));
            let [keys, values] = left.columns() else { return None };
            let [other_keys, other_values] = right.columns() else { return None };
            let mut entries = 0..keys.len();
            let found = |entry| (0..other_keys.len()).find(|&place| same(keys, other_keys, entry, place));
            let alike = entries.all(|entry| found(entry).is_some_and(|place| same(values, other_values, entry, place)));
            Some(keys.len() == other_keys.len() && alike)
        }
        _ => {
            let (left, right) = (leaf(left, row)?, leaf(right, other)?);
            Some((left.is_nan() && right.is_nan()) || left.order(&right)? == Ordering::Equal)
        }
    }
}

/// How two values of one type are ordered; `None` for NULLs and for types without order.
pub(crate) fn order(left: &dyn Array, right: &dyn Array, row: usize, other: usize) -> Option<Ordering> {
    if is_null(left, row) || is_null(right, other) {
        return None;
    }
    match left.data_type() {
        DataType::List(_) => {
            let (left, right) = (left.as_list_opt::<i32>()?.value(row), right.as_list_opt::<i32>()?.value(other));
            for item in 0..left.len().min(right.len()) {
                match order(left.as_ref(), right.as_ref(), item, item)? {
                    Ordering::Equal => {}
                    decided => return Some(decided),
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        DataType::Struct(_) => {
            for (left, right) in left.as_struct_opt()?.columns().iter().zip(right.as_struct_opt()?.columns()) {
                match order(left.as_ref(), right.as_ref(), row, other)? {
                    Ordering::Equal => {}
                    decided => return Some(decided),
                }
            }
            Some(Ordering::Equal)
        }
        DataType::Map(..) => None,
        _ => leaf(left, row)?.order(&leaf(right, other)?),
    }
}

fn is_null(array: &dyn Array, row: usize) -> bool {
    *array.data_type() == DataType::Null || array.is_null(row)
}
