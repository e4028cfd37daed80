//! Arrays made shorter, longer, flatter or in another order.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use rand::seq::SliceRandom;

use super::element_at::ZERO_INDEX;
use super::lists::{Lists, MAX_ELEMENTS, Picks, array_of, element_type, same_array};
use super::{doc, first, second};
use crate::functions::Function;
use crate::functions::kit::{
    Kind::{Any, Array as ArrayKind, Bigint},
    Row, check_bytes, scalar,
};

pub(super) fn functions() -> Vec<Function> {
    vec![
        scalar("slice")
            .on_arrays(&[ArrayKind, Bigint, Bigint], |types| Ok(same_array(types)), |arrays, _| slice(arrays))
            .documented(doc(
                "slice",
                &["slice(array(x), start, length) → array(x)"],
                "So many elements from start on, which counts from 1 or, negative, from the end.",
                &[("slice(ARRAY['a', 'b', 'c'], 2, 2)", "[b, c]"), ("slice(ARRAY['a', 'b', 'c'], -2, 1)", "[b]")],
            )),
        scalar("trim_array")
            .on_arrays(&[ArrayKind, Bigint], |types| Ok(same_array(types)), |arrays, _| trim(arrays))
            .documented(doc(
                "trim_array",
                &["trim_array(array(x), n) → array(x)"],
                "The array without its last n elements; an error when it has fewer.",
                &[("trim_array(ARRAY[1, 2, 3], 1)", "[1, 2]")],
            )),
        scalar("flatten").on_arrays(&[ArrayKind], flat_type, |arrays, _| flatten(arrays)).documented(doc(
            "flatten",
            &["flatten(array(array(x))) → array(x)"],
            "The elements of all inner arrays, one after another; inner arrays that are NULL are left out.",
            &[("flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", "[1, 2, 3]")],
        )),
        scalar("repeat").on_arrays(&[Any, Bigint], |types| Ok(repeated(types)), |arrays, _| repeat(arrays)).documented(
            doc(
                "repeat",
                &["repeat(x, n) → array(x)"],
                "An array of n times x, which may be NULL.",
                &[("repeat('a', 3)", "[a, a, a]")],
            ),
        ),
        scalar("shuffle")
            .volatile()
            .on_arrays(&[ArrayKind], |types| Ok(same_array(types)), |arrays, _| shuffle(arrays))
            .documented(doc(
                "shuffle",
                &["shuffle(array(x)) → array(x)"],
                "The elements in random order.",
                &[("cardinality(shuffle(ARRAY[1, 2, 3]))", "3")],
            )),
    ]
}

fn flat_type(types: &[DataType]) -> Result<DataType> {
    match types.first().map(element_type) {
        Some(DataType::List(item)) => Ok(array_of(item.data_type())),
        Some(DataType::Null) => Ok(array_of(&DataType::Null)),
        _ => plan_err!("flatten takes an array of arrays"),
    }
}

fn repeated(types: &[DataType]) -> DataType {
    array_of(types.first().unwrap_or(&DataType::Null))
}

/// Arrays of some elements of each array; `part` gets the place of its elements and its row.
fn parts(
    arrays: &[ArrayRef],
    numbers: &[&ArrayRef],
    part: impl Fn(Range<usize>, usize) -> Result<Range<usize>>,
) -> Result<ArrayRef> {
    let lists = Lists::of(first(arrays)?)?;
    let mut picks = Picks::default();
    for (row, range) in lists.ranges().enumerate() {
        match range.filter(|_| numbers.iter().all(|numbers| numbers.is_valid(row))) {
            Some(range) => {
                picks.pick_all(part(range, row)?)?;
                picks.end();
            }
            None => picks.null(),
        }
    }
    picks.finish(lists.values())
}

fn slice(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let [_, starts, lengths] = arrays else { return super::wrong_count() };
    let (start_of, length_of) = (starts.as_primitive::<Int64Type>(), lengths.as_primitive::<Int64Type>());
    parts(arrays, &[starts, lengths], |range, row| {
        let Ok(length) = usize::try_from(length_of.value(row)) else {
            return exec_err!("length must be greater than or equal to 0");
        };
        let skipped = usize::try_from(start_of.value(row).unsigned_abs()).unwrap_or(usize::MAX);
        let start = match start_of.value(row) {
            0 => return exec_err!("{ZERO_INDEX}"),
            start if start > 0 => range.start.saturating_add(skipped - 1).min(range.end),
            _ if skipped > range.len() => range.end,
            _ => range.end - skipped,
        };
        Ok(start..start.saturating_add(length).min(range.end))
    })
}

fn trim(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let counts = second(arrays)?;
    let count_of = counts.as_primitive::<Int64Type>();
    parts(arrays, &[counts], |range, row| {
        let count = count_of.value(row);
        if count < 0 {
            return exec_err!("size must not be negative: {count}");
        }
        let left = usize::try_from(count).ok().and_then(|count| range.len().checked_sub(count));
        let Some(left) = left else {
            return exec_err!("size must not exceed array cardinality {}: {count}", range.len());
        };
        Ok(range.start..range.start + left)
    })
}

fn flatten(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let outer = Lists::of(first(arrays)?)?;
    if *outer.values().data_type() == DataType::Null {
        let mut picks = Picks::default();
        outer.ranges().for_each(|range| if range.is_some() { picks.end() } else { picks.null() });
        return picks.finish(outer.values());
    }
    let inner = Lists::of(outer.values())?;
    let ranges: Vec<Option<Range<usize>>> = inner.ranges().collect();
    let mut picks = Picks::default();
    for range in outer.ranges() {
        let Some(range) = range else {
            picks.null();
            continue;
        };
        let places = ranges.get(range).into_iter().flatten().flatten().cloned();
        picks.pick_all(places.flatten())?;
        picks.end();
    }
    picks.finish(inner.values())
}

fn repeat(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let (values, counts) = (first(arrays)?, second(arrays)?.as_primitive::<Int64Type>());
    let mut picks = Picks::default();
    for row in 0..values.len() {
        if counts.is_null(row) {
            picks.null();
            continue;
        }
        let count = counts.value(row);
        match usize::try_from(count) {
            Ok(count) if count <= MAX_ELEMENTS => {
                check_bytes("repeat", Row::new(arrays, row).text(0).len().saturating_mul(count))?;
                picks.pick_all(std::iter::repeat_n(row, count))?;
            }
            Ok(_) => {
                return exec_err!("count argument of repeat function must be less than or equal to {MAX_ELEMENTS}");
            }
            Err(_) => return exec_err!("count argument of repeat function must be greater than or equal to 0"),
        }
        picks.end();
    }
    picks.finish(values)
}

fn shuffle(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let lists = Lists::of(first(arrays)?)?;
    let mut picks = Picks::default();
    for range in lists.ranges() {
        let Some(range) = range else {
            picks.null();
            continue;
        };
        let mut places: Vec<usize> = range.collect();
        places.shuffle(&mut rand::rng());
        picks.pick_all(places)?;
        picks.end();
    }
    picks.finish(lists.values())
}
