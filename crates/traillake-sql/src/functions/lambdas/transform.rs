//! `transform`, `zip_with`, `transform_keys`, `transform_values`, `map_zip_with`: lambdas that make new elements.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use arrow::row::Row;
use datafusion::common::{Result, plan_err};

use super::call::{Call, at};
use super::form::{Form, Parameters};
use super::{array_doc, map_doc, of_array, of_map};
use crate::functions::Function;
use crate::functions::arrays::encoded::Encoded;
use crate::functions::arrays::lists::{Lists, Picks, array_of, element_type};
use crate::functions::arrays::unify::{as_array, common, entry_types};
use crate::functions::maps::build::{check_keys, entry_columns, map_array, map_type};
use crate::types::item_field;

pub(super) fn functions() -> Vec<Function> {
    of_array_forms().into_iter().chain(of_map_forms()).collect()
}

fn of_array_forms() -> [Function; 2] {
    let returns = array_of_result;
    [
        Form {
            values: of_array,
            parameters: |values, _| Ok(elements(values)),
            lambdas: 1..=1,
            returns,
            evaluate: transform,
        }
        .documented(array_doc(
            "transform",
            &["transform(array(x), x -> y) → array(y)"],
            "What the lambda makes of each element.",
            &[("transform(ARRAY[1, 2], x -> x + 1)", "[2, 3]")],
        )),
        Form {
            values: of_arrays,
            parameters: |values, _| Ok(elements(values)),
            lambdas: 1..=1,
            returns,
            evaluate: zip_with,
        }
        .documented(array_doc(
            "zip_with",
            &["zip_with(array(x), array(y), (x, y) -> z) → array(z)"],
            "What the lambda makes of the elements at the same place; the shorter array is filled up with NULL.",
            &[("zip_with(ARRAY[1, 2], ARRAY[10, 20], (x, y) -> x + y)", "[11, 22]")],
        )),
    ]
}

fn of_map_forms() -> [Function; 3] {
    [
        Form {
            values: of_map,
            parameters: |values, _| Ok(entry(values)),
            lambdas: 1..=1,
            returns: new_keys,
            evaluate: transform_keys,
        }
        .documented(map_doc(
            "transform_keys",
            &["transform_keys(map(k, v), (k, v) -> k2) → map(k2, v)"],
            "The map with the keys that the lambda makes; an error when one is NULL or repeated.",
            &[("transform_keys(map(ARRAY[1, 2], ARRAY['a', 'b']), (k, v) -> k * 10)", "{10=a, 20=b}")],
        )),
        Form {
            values: of_map,
            parameters: |values, _| Ok(entry(values)),
            lambdas: 1..=1,
            returns: new_values,
            evaluate: transform_values,
        }
        .documented(map_doc(
            "transform_values",
            &["transform_values(map(k, v), (k, v) -> v2) → map(k, v2)"],
            "The map with the values that the lambda makes.",
            &[("transform_values(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v * 10)", "{a=10, b=20}")],
        )),
        Form {
            values: of_maps,
            parameters: |values, _| Ok(entries(values)),
            lambdas: 1..=1,
            returns: new_values,
            evaluate: map_zip_with,
        }
        .documented(map_doc(
            "map_zip_with",
            &["map_zip_with(map(k, v), map(k, w), (k, v, w) -> x) → map(k, x)"],
            "For each key of either map what the lambda makes of its values; NULL stands for a value that is missing.",
            &[(
                "map_zip_with(map(ARRAY['a', 'b'], ARRAY[1, 2]), map(ARRAY['a'], ARRAY[5]), (k, v, w) -> v + w)",
                "{a=6, b=null}",
            )],
        )),
    ]
}

fn of_arrays(types: &[DataType]) -> Option<Vec<DataType>> {
    if types.len() == 2 { types.iter().map(as_array).collect() } else { None }
}

/// Two maps with keys of one type.
fn of_maps(types: &[DataType]) -> Option<Vec<DataType>> {
    let [left, right] = types else { return None };
    let ((left_key, left_value), (right_key, right_value)) = match (left, right) {
        (DataType::Null, other) | (other, DataType::Null) => (entry_types(other)?, entry_types(other)?),
        (left, right) => (entry_types(left)?, entry_types(right)?),
    };
    let key = common(left_key, right_key)?;
    Some(vec![map_type(&key, left_value), map_type(&key, right_value)])
}

fn elements(values: &[DataType]) -> Parameters {
    vec![Some(values.iter().map(element_type).collect())]
}

fn entry(values: &[DataType]) -> Parameters {
    let (key, value) = key_and_value(values);
    vec![Some(vec![key, value])]
}

fn entries(values: &[DataType]) -> Parameters {
    let (key, left) = key_and_value(values);
    let (_, right) = key_and_value(values.get(1..).unwrap_or_default());
    vec![Some(vec![key, left, right])]
}

fn key_and_value(values: &[DataType]) -> (DataType, DataType) {
    let (key, value) = values.first().and_then(entry_types).unwrap_or((&DataType::Null, &DataType::Null));
    (key.clone(), value.clone())
}

fn only(results: &[DataType]) -> Result<&DataType> {
    results.first().map_or_else(|| plan_err!("one lambda was expected"), Ok)
}

fn array_of_result(_: &[DataType], results: &[DataType]) -> Result<DataType> {
    only(results).map(array_of)
}

fn new_keys(values: &[DataType], results: &[DataType]) -> Result<DataType> {
    Ok(map_type(only(results)?, &key_and_value(values).1))
}

fn new_values(values: &[DataType], results: &[DataType]) -> Result<DataType> {
    Ok(map_type(&key_and_value(values).0, only(results)?))
}

fn transform(call: &Call<'_>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let elements = Arc::clone(lists.values());
    lists.with_values(call.for_each(0, &lists, &[elements])?)
}

fn transform_keys(call: &Call<'_>) -> Result<ArrayRef> {
    let entries = call.lists(0)?;
    let (keys, values) = entry_columns(&entries)?;
    let made = call.for_each(0, &entries, &[Arc::clone(keys), Arc::clone(values)])?;
    check_keys(&made, entries.offsets())?;
    map_array(made, Arc::clone(values), entries.offsets().clone(), entries.nulls().cloned())
}

fn transform_values(call: &Call<'_>) -> Result<ArrayRef> {
    let entries = call.lists(0)?;
    let (keys, values) = entry_columns(&entries)?;
    let made = call.for_each(0, &entries, &[Arc::clone(keys), Arc::clone(values)])?;
    map_array(Arc::clone(keys), made, entries.offsets().clone(), entries.nulls().cloned())
}

/// Elements of two columns side by side.
#[derive(Default)]
struct Beside {
    left: Picks,
    right: Picks,
    rows: Vec<u32>,
}

/// The sides as places, the rows they belong to, and how they are divided into rows.
struct Sides {
    left: UInt32Array,
    right: UInt32Array,
    rows: UInt32Array,
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
}

impl Beside {
    fn push(&mut self, row: usize, left: Option<usize>, right: Option<usize>) -> Result<()> {
        self.left.put(left)?;
        self.right.put(right)?;
        self.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
        Ok(())
    }

    fn end(&mut self, valid: bool) {
        if valid { self.left.end() } else { self.left.null() }
    }

    fn finish(self) -> Sides {
        let (left, offsets, nulls) = self.left.parts();
        let (right, ..) = self.right.parts();
        Sides { left, right, rows: UInt32Array::from(self.rows), offsets, nulls }
    }
}

fn zip_with(call: &Call<'_>) -> Result<ArrayRef> {
    let (left, right) = (call.lists(0)?, call.lists(1)?);
    let mut beside = Beside::default();
    for (row, ranges) in left.ranges().zip(right.ranges()).enumerate() {
        if let (Some(mut left), Some(mut right)) = ranges {
            for _ in 0..left.len().max(right.len()) {
                beside.push(row, left.next(), right.next())?;
            }
            beside.end(true);
        } else {
            beside.end(false);
        }
    }
    let sides = beside.finish();
    let parameters = [at(left.values(), &sides.left)?, at(right.values(), &sides.right)?];
    let made = call.apply(0, &parameters, &sides.rows)?;
    let field = item_field(made.data_type().clone());
    Ok(Arc::new(arrow::array::ListArray::try_new(field, sides.offsets, made, sides.nulls)?))
}

fn map_zip_with(call: &Call<'_>) -> Result<ArrayRef> {
    let (left, right) = (call.lists(0)?, call.lists(1)?);
    let ((left_keys, left_values), (right_keys, right_values)) = (entry_columns(&left)?, entry_columns(&right)?);
    let keys = concat(&[left_keys.as_ref(), right_keys.as_ref()])?;
    let (key_places, sides) = matched(&left, &right, &Encoded::of(&keys)?)?;
    let keys = at(&keys, &key_places)?;
    let parameters = [Arc::clone(&keys), at(left_values, &sides.left)?, at(right_values, &sides.right)?];
    let made = call.apply(0, &parameters, &sides.rows)?;
    map_array(keys, made, sides.offsets, sides.nulls)
}

/// The keys of both maps, those of the right shifted behind all of the left, and their values' places.
fn matched(left: &Lists, right: &Lists, keys: &Encoded) -> Result<(UInt32Array, Sides)> {
    let shift = left.values().len();
    let (mut beside, mut places) = (Beside::default(), Picks::default());
    for (row, ranges) in left.ranges().zip(right.ranges()).enumerate() {
        let (Some(left), Some(right)) = ranges else {
            beside.end(false);
            continue;
        };
        for (left, right) in pairs(keys, left, right, shift) {
            places.pick_all(left.or_else(|| right.map(|place| place + shift)))?;
            beside.push(row, left, right)?;
        }
        beside.end(true);
    }
    Ok((places.parts().0, beside.finish()))
}

/// The entries of two maps by key: first all of the left, then what only the right has.
fn pairs(keys: &Encoded, left: Range<usize>, right: Range<usize>, shift: usize) -> Vec<(Option<usize>, Option<usize>)> {
    let mut of_right: HashMap<Row<'_>, usize> = right.clone().map(|place| (keys.at(place + shift), place)).collect();
    let mut pairs: Vec<_> = left.map(|place| (Some(place), of_right.remove(&keys.at(place)))).collect();
    let left_over = |&place: &usize| of_right.contains_key(&keys.at(place + shift));
    pairs.extend(right.filter(left_over).map(|place| (None, Some(place))));
    pairs
}
