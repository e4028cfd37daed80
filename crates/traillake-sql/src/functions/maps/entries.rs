//! Maps from and to arrays: of keys and values, of entries.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, NullArray, StructArray, new_empty_array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use arrow::row::Row;
use datafusion::common::{Result, exec_err, plan_err};

use super::build::{check_keys, entry_columns, map_array, map_type, picked_map};
use super::doc;
use crate::functions::Function;
use crate::functions::arrays::encoded::Encoded;
use crate::functions::arrays::lists::{Lists, Picks, array_of, element_type, picked};
use crate::functions::arrays::{first, wrong_count};
use crate::functions::kit::{Kind::Array as ArrayKind, Scalar, scalar};
use crate::types::anonymous_field;

pub(super) fn functions() -> Vec<Function> {
    vec![
        constructor("map").documented(doc(
            "map",
            &["map() → map", "map(array(k), array(v)) → map(k, v)"],
            "A map of keys and their values; an error when a key is NULL or repeated or the arrays differ in length.",
            &[("map(ARRAY['a', 'b'], ARRAY[1, 2])", "{a=1, b=2}")],
        )),
        scalar("map_from_entries")
            .on_arrays(&[ArrayKind], from_entries_type, |arrays, _| from_entries(arrays))
            .documented(doc(
                "map_from_entries",
                &["map_from_entries(array(row(k, v))) → map(k, v)"],
                "A map of entries; an error when an entry or a key is NULL or a key is repeated.",
                &[("map_from_entries(map_entries(map(ARRAY['a'], ARRAY[1])))", "{a=1}")],
            )),
        scalar("multimap_from_entries")
            .on_arrays(&[ArrayKind], multimap_type, |arrays, _| multimap(arrays))
            .documented(doc(
                "multimap_from_entries",
                &["multimap_from_entries(array(row(k, v))) → map(k, array(v))"],
                "A map of the keys of entries, each with all of its values.",
                &[("multimap_from_entries(zip(ARRAY['a', 'b', 'a'], ARRAY[1, 2, 3]))", "{a=[1, 3], b=[2]}")],
            )),
    ]
}

/// The constructor under a name.
pub(super) fn constructor(name: &'static str) -> Scalar {
    let empty = map_type(&DataType::Null, &DataType::Null);
    scalar(name).on_arrays(&[], move |_| Ok(empty.clone()), |_, rows| empty_maps(rows)).on_arrays(
        &[ArrayKind, ArrayKind],
        constructed,
        |arrays, _| map_of(arrays),
    )
}

fn empty_maps(rows: usize) -> Result<ArrayRef> {
    let nothing = new_empty_array(&DataType::Null);
    map_array(Arc::clone(&nothing), nothing, OffsetBuffer::from_repeated_length(0, rows), None)
}

fn constructed(types: &[DataType]) -> Result<DataType> {
    let [keys, values] = types else { return wrong_count() };
    Ok(map_type(&element_type(keys), &element_type(values)))
}

fn map_of(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let [keys, values] = arrays else { return wrong_count() };
    let (keys, values) = (Lists::of(keys)?, Lists::of(values)?);
    let (mut key_picks, mut value_picks) = (Picks::default(), Picks::default());
    for ranges in keys.ranges().zip(values.ranges()) {
        let (Some(key_range), Some(value_range)) = ranges else {
            key_picks.null();
            value_picks.null();
            continue;
        };
        if key_range.len() != value_range.len() {
            return exec_err!("Key and value arrays must be the same length");
        }
        key_picks.pick_all(key_range)?;
        key_picks.end();
        value_picks.pick_all(value_range)?;
        value_picks.end();
    }
    let (key_places, offsets, nulls) = key_picks.parts();
    let keys = picked(keys.values(), &key_places)?;
    check_keys(&keys, &offsets)?;
    map_array(keys, picked(values.values(), &value_picks.parts().0)?, offsets, nulls)
}

/// Types of key and value of an array of entries.
fn entry_of(types: &[DataType]) -> Result<(DataType, DataType)> {
    match types.first().map(element_type) {
        Some(DataType::Struct(fields)) if fields.len() == 2 => {
            let mut parts = fields.iter().map(|field| field.data_type().clone());
            Ok((parts.next().unwrap_or(DataType::Null), parts.next().unwrap_or(DataType::Null)))
        }
        Some(DataType::Null) => Ok((DataType::Null, DataType::Null)),
        _ => plan_err!("an array of rows of two fields was expected"),
    }
}

fn from_entries_type(types: &[DataType]) -> Result<DataType> {
    entry_of(types).map(|(key, value)| map_type(&key, &value))
}

fn multimap_type(types: &[DataType]) -> Result<DataType> {
    entry_of(types).map(|(key, value)| map_type(&key, &array_of(&value)))
}

/// The entries of a column; none of them is NULL.
fn entries_of(arrays: &[ArrayRef]) -> Result<Option<Lists>> {
    let entries = Lists::of(first(arrays)?)?;
    if entries.values().logical_null_count() > 0 {
        return exec_err!("map entry cannot be null");
    }
    Ok((*entries.values().data_type() != DataType::Null).then_some(entries))
}

fn from_entries(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let Some(entries) = entries_of(arrays)? else { return without_entries(arrays) };
    let (keys, values) = entry_columns(&entries)?;
    check_keys(keys, entries.offsets())?;
    map_array(Arc::clone(keys), Arc::clone(values), entries.offsets().clone(), entries.nulls().cloned())
}

/// Maps of an array without elements: empty, or NULL.
fn without_entries(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let array = first(arrays)?;
    if array.null_count() == array.len() {
        return Ok(Arc::new(NullArray::new(array.len())));
    }
    let nothing = new_empty_array(&DataType::Null);
    let offsets = OffsetBuffer::from_repeated_length(0, array.len());
    map_array(Arc::clone(&nothing), nothing, offsets, array.nulls().cloned())
}

fn multimap(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let Some(entries) = entries_of(arrays)? else { return without_entries(arrays) };
    let (keys, values) = entry_columns(&entries)?;
    let encoded = Encoded::of(keys)?;
    let (mut maps, mut key_picks, mut value_picks, mut count) =
        (Picks::default(), Picks::default(), Picks::default(), 0);
    for range in entries.ranges() {
        let Some(range) = range else {
            maps.null();
            continue;
        };
        let groups = grouped(&encoded, range);
        maps.pick_all(count..count + groups.len())?;
        maps.end();
        count += groups.len();
        for group in groups {
            key_picks.pick_all(group.first().copied())?;
            value_picks.pick_all(group)?;
            value_picks.end();
        }
    }
    picked_map(maps, &picked(keys, &key_picks.parts().0)?, &value_picks.finish(values)?)
}

/// Places of equal keys together, in the order of the first of each.
fn grouped(keys: &Encoded, range: Range<usize>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Row<'_>, usize> = HashMap::new();
    for place in range {
        let group = *known.entry(keys.at(place)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(places) => places.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

/// The type of `map_entries`.
pub(super) fn rows_type(key: &DataType, value: &DataType) -> DataType {
    let field = |index, data_type: &DataType| Field::new(anonymous_field(index), data_type.clone(), true);
    array_of(&DataType::Struct(Fields::from(vec![field(0, key), field(1, value)])))
}

/// The entries of maps as arrays of rows.
pub(super) fn rows(maps: &ArrayRef) -> Result<ArrayRef> {
    let entries = Lists::of(maps)?;
    let (keys, values) = entry_columns(&entries)?;
    let DataType::Struct(fields) = element_type(&rows_type(keys.data_type(), values.data_type())) else {
        return wrong_count();
    };
    entries.with_values(Arc::new(StructArray::try_new(fields, vec![Arc::clone(keys), Arc::clone(values)], None)?))
}
