//! Aggregates whose result is a map of the group's rows.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, UInt64Array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::take;
use arrow::datatypes::{DataType, Field};
use arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, ScalarValue, internal_err};

use super::aggregate::documented;
use super::definitions::Collected;
use super::parameters::{key_and_value, map_of};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![
        documented(
            FunctionDoc {
                name: "map_agg",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["map_agg(key, value) → map"],
                text: "A map of keys and values. Rows with a NULL key are left out; of equal keys the first is kept. \
                       NULL if nothing is left.",
                origin: Origin::Here,
                examples: &[(
                    "SELECT map_agg(k, v) FROM (VALUES ('a', 1), ('b', 2), (NULL, 3)) AS t(k, v)",
                    "{a=1, b=2}",
                )],
            },
            Collected { accept: key_and_value, returns: |types| map_of(at(types, 0), at(types, 1)), collect: map_agg },
        ),
        documented(
            FunctionDoc {
                name: "multimap_agg",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["multimap_agg(key, value) → map of arrays"],
                text: "A map from each key to the array of its values. Rows with a NULL key are left out. \
                       NULL if nothing is left.",
                origin: Origin::Here,
                examples: &[(
                    "SELECT multimap_agg(k, v) FROM (VALUES ('a', 1), ('b', 2), ('a', 3)) AS t(k, v)",
                    "{a=[1, 3], b=[2]}",
                )],
            },
            Collected {
                accept: key_and_value,
                returns: |types| map_of(at(types, 0), &DataType::new_list(at(types, 1).clone(), true)),
                collect: multimap_agg,
            },
        ),
        documented(
            FunctionDoc {
                name: "map_union",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["map_union(map) → map"],
                text: "The entries of all maps; of equal keys the first is kept. NULL if there is no map.",
                origin: Origin::Here,
                examples: &[(
                    "SELECT map_union(m ORDER BY k) FROM (SELECT k, map_agg(k, v) AS m \
                     FROM (VALUES ('a', 1), ('b', 2)) AS t(k, v) GROUP BY k)",
                    "{a=1, b=2}",
                )],
            },
            Collected { accept: one_map, returns: super::parameters::returns_first, collect: map_union },
        ),
    ]
}

fn at(types: &[DataType], place: usize) -> &DataType {
    types.get(place).unwrap_or(&DataType::Null)
}

fn one_map(given: &[DataType]) -> Option<Vec<DataType>> {
    match given {
        [map @ DataType::Map(..)] => Some(vec![map.clone()]),
        _ => None,
    }
}

/// The rows of each key that is not NULL, keys in the order of their first row.
fn by_key(keys: &ArrayRef) -> Result<Vec<Vec<u64>>> {
    let converter = RowConverter::new(vec![SortField::new(keys.data_type().clone())])?;
    let rows = converter.convert_columns(std::slice::from_ref(keys))?;
    let mut groups: Vec<Vec<u64>> = Vec::new();
    let mut known: HashMap<&[u8], usize> = HashMap::new();
    for place in (0..keys.len()).filter(|&place| keys.is_valid(place)) {
        let group = *known.entry(rows.row(place).data()).or_insert(groups.len());
        if group == groups.len() {
            groups.push(vec![]);
        }
        if let Some(group) = groups.get_mut(group) {
            group.push(place as u64);
        }
    }
    Ok(groups)
}

/// The first row of each group.
fn firsts(groups: &[Vec<u64>]) -> UInt64Array {
    groups.iter().filter_map(|group| group.first().copied()).collect()
}

/// One map of these entries, of the type given.
pub(super) fn map_scalar(keys: ArrayRef, values: ArrayRef, map: &DataType) -> Result<ScalarValue> {
    let DataType::Map(entries, ordered) = map else { return internal_err!("{map} is not a map") };
    let DataType::Struct(fields) = entries.data_type() else { return internal_err!("{map} is not a map") };
    let offsets = OffsetBuffer::from_lengths([keys.len()]);
    let structs = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
    let array = MapArray::try_new(Arc::clone(entries), offsets, structs, None, *ordered)?;
    Ok(ScalarValue::Map(Arc::new(array)))
}

fn map_agg(columns: &[ArrayRef], returns: &DataType) -> Result<ScalarValue> {
    let [keys, values] = columns else { return ScalarValue::try_from(returns) };
    let chosen = firsts(&by_key(keys)?);
    if chosen.is_empty() {
        return ScalarValue::try_from(returns);
    }
    map_scalar(take(keys, &chosen, None)?, take(values, &chosen, None)?, returns)
}

fn multimap_agg(columns: &[ArrayRef], returns: &DataType) -> Result<ScalarValue> {
    let [keys, values] = columns else { return ScalarValue::try_from(returns) };
    let groups = by_key(keys)?;
    if groups.is_empty() {
        return ScalarValue::try_from(returns);
    }
    let offsets = OffsetBuffer::from_lengths(groups.iter().map(Vec::len));
    let item = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let all: UInt64Array = groups.iter().flatten().copied().collect();
    let lists = ListArray::try_new(item, offsets, take(values, &all, None)?, None)?;
    map_scalar(take(keys, &firsts(&groups), None)?, Arc::new(lists), returns)
}

fn map_union(columns: &[ArrayRef], returns: &DataType) -> Result<ScalarValue> {
    let Some(maps) = columns.first().and_then(|column| column.as_map_opt()) else {
        return ScalarValue::try_from(returns);
    };
    let present: Vec<usize> = (0..maps.len()).filter(|&row| maps.is_valid(row)).collect();
    if present.is_empty() {
        return ScalarValue::try_from(returns);
    }
    let offsets = maps.value_offsets();
    let ends = present.iter().filter_map(|&row| Some((*offsets.get(row)?, *offsets.get(row + 1)?)));
    let entries: UInt64Array =
        ends.flat_map(|(start, end)| start..end).filter_map(|entry| u64::try_from(entry).ok()).collect();
    let (keys, values) = (take(maps.keys(), &entries, None)?, take(maps.values(), &entries, None)?);
    let chosen = firsts(&by_key(&keys)?);
    map_scalar(take(&keys, &chosen, None)?, take(&values, &chosen, None)?, returns)
}

#[cfg(test)]
mod tests;
