//! Keys, values and entries of maps, and maps put together from maps.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, NullArray};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use arrow::row::Row;
use datafusion::common::Result;

use super::build::{entry_columns, map_type, picked_map};
use super::{doc, entries};
use crate::functions::Function;
use crate::functions::arrays::encoded::Encoded;
use crate::functions::arrays::first;
use crate::functions::arrays::lists::{Lists, Picks, array_of};
use crate::functions::arrays::unify::{entry_types, maps_alike};
use crate::functions::kit::{Kind::Map, Scalar, scalar};

pub(super) fn functions() -> Vec<Function> {
    vec![
        part("map_keys", |key, _| array_of(key), |maps| of_entries(maps, |keys, _| keys)).documented(doc(
            "map_keys",
            &["map_keys(map(k, v)) → array(k)"],
            "The keys.",
            &[("map_keys(map(ARRAY['a', 'b'], ARRAY[1, 2]))", "[a, b]")],
        )),
        part("map_values", |_, value| array_of(value), |maps| of_entries(maps, |_, values| values)).documented(doc(
            "map_values",
            &["map_values(map(k, v)) → array(v)"],
            "The values.",
            &[("map_values(map(ARRAY['a', 'b'], ARRAY[1, 2]))", "[1, 2]")],
        )),
        part("map_entries", entries::rows_type, entries::rows).documented(doc(
            "map_entries",
            &["map_entries(map(k, v)) → array(row(k, v))"],
            "The entries as rows of key and value.",
            &[("map_entries(map(ARRAY['a'], ARRAY[1]))[1][2]", "1")],
        )),
        scalar("map_concat")
            .on_arrays(&[Map, Map], |types| Ok(same_map(types)), |arrays, _| map_concat(arrays))
            .variadic()
            .fitted(maps_alike)
            .documented(doc(
                "map_concat",
                &["map_concat(map(k, v), map(k, v), ...) → map(k, v)"],
                "The entries of all maps; for a key in several of them the value of the last.",
                &[("map_concat(map(ARRAY['a', 'b'], ARRAY[1, 2]), map(ARRAY['b'], ARRAY[3]))", "{a=1, b=3}")],
            )),
    ]
}

/// A function of one map; NULL for NULL.
fn part(
    name: &'static str,
    returns: fn(&DataType, &DataType) -> DataType,
    evaluate: fn(&ArrayRef) -> Result<ArrayRef>,
) -> Scalar {
    let returns = move |types: &[DataType]| {
        let (key, value) = types.first().and_then(entry_types).unwrap_or((&DataType::Null, &DataType::Null));
        Ok(returns(key, value))
    };
    scalar(name).on_arrays(&[Map], returns, move |arrays, rows| match first(arrays)? {
        nothing if *nothing.data_type() == DataType::Null => Ok(Arc::new(NullArray::new(rows))),
        maps => evaluate(maps),
    })
}

fn of_entries(maps: &ArrayRef, part: for<'a> fn(&'a ArrayRef, &'a ArrayRef) -> &'a ArrayRef) -> Result<ArrayRef> {
    let entries = Lists::of(maps)?;
    let (keys, values) = entry_columns(&entries)?;
    entries.with_values(Arc::clone(part(keys, values)))
}

fn same_map(types: &[DataType]) -> DataType {
    let (key, value) = types.first().and_then(entry_types).unwrap_or((&DataType::Null, &DataType::Null));
    map_type(key, value)
}

fn map_concat(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let maps = arrays.iter().map(Lists::of).collect::<Result<Vec<_>>>()?;
    let columns = maps.iter().map(entry_columns).collect::<Result<Vec<_>>>()?;
    let keys = concat(&columns.iter().map(|(keys, _)| keys.as_ref()).collect::<Vec<&dyn Array>>())?;
    let values = concat(&columns.iter().map(|(_, values)| values.as_ref()).collect::<Vec<&dyn Array>>())?;
    let encoded = Encoded::of(&keys)?;
    let mut rows: Vec<_> = maps.iter().map(Lists::ranges).collect();
    let mut picks = Picks::default();
    for _ in 0..maps.first().map_or(0, Lists::len) {
        let ranges: Option<Vec<_>> = rows.iter_mut().map(|ranges| ranges.next().flatten()).collect();
        let Some(ranges) = ranges else {
            picks.null();
            continue;
        };
        let mut start = 0;
        let places = ranges.into_iter().zip(&maps).flat_map(|(range, map)| {
            let shift = start;
            start += map.values().len();
            range.start + shift..range.end + shift
        });
        picks.pick_all(last_of_each(&encoded, places))?;
        picks.end();
    }
    picked_map(picks, &keys, &values)
}

/// For each key the last place that has it, in the order of the first.
fn last_of_each(keys: &Encoded, places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut last: Vec<usize> = Vec::new();
    let mut known: HashMap<Row<'_>, usize> = HashMap::new();
    for place in places {
        let index = *known.entry(keys.at(place)).or_insert(last.len());
        match last.get_mut(index) {
            Some(last) => *last = place,
            None => last.push(place),
        }
    }
    last
}
