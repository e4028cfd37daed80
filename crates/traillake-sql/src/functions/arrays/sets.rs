//! Arrays as sets: what is in one of them, in both, in the first alone. NULL counts as a value.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use arrow::row::Row;
use datafusion::common::Result;

use super::encoded::{Encoded, Pair};
use super::lists::{Lists, Picks, same_array};
use super::unify::all_alike;
use super::{doc, first};
use crate::functions::Function;
use crate::functions::kit::{Kind::Array, scalar};

pub(super) fn functions() -> Vec<Function> {
    let of_pairs = |name, keep| {
        scalar(name)
            .on_arrays(&[Array, Array], |types| Ok(same_array(types)), move |arrays, _| of_pairs(arrays, keep))
            .fitted(all_alike)
    };
    vec![
        scalar("array_distinct")
            .on_arrays(&[Array], |types| Ok(same_array(types)), |arrays, _| distinct(arrays))
            .documented(doc(
                "array_distinct",
                &["array_distinct(array(x)) → array(x)"],
                "The elements without repetitions, in the order of their first appearance. NULL counts as a value.",
                &[("array_distinct(ARRAY[3, 1, 3, NULL, NULL])", "[3, 1, null]")],
            )),
        of_pairs("array_union", union).documented(doc(
            "array_union",
            &["array_union(array(x), array(x)) → array(x)"],
            "The elements of both arrays, without repetitions.",
            &[("array_union(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]")],
        )),
        of_pairs("array_intersect", intersect).documented(doc(
            "array_intersect",
            &["array_intersect(array(x), array(x)) → array(x)"],
            "The elements that are in both arrays, without repetitions.",
            &[("array_intersect(ARRAY['a', 'b', 'b'], ARRAY['b', 'c'])", "[b]")],
        )),
        of_pairs("array_except", except).documented(doc(
            "array_except",
            &["array_except(array(x), array(x)) → array(x)"],
            "The elements of the first array that are not in the second, without repetitions.",
            &[("array_except(ARRAY['a', 'b'], ARRAY['b'])", "[a]")],
        )),
        scalar("arrays_overlap")
            .on_arrays(&[Array, Array], |_| Ok(DataType::Boolean), |arrays, _| overlap(arrays))
            .fitted(all_alike)
            .documented(doc(
                "arrays_overlap",
                &["arrays_overlap(array(x), array(x)) → boolean"],
                "Whether the arrays have an element in common that is not NULL; \
                 NULL when they have none but one of them has a NULL.",
                &[
                    ("arrays_overlap(ARRAY[1, 2], ARRAY[2, 3])", "true"),
                    ("arrays_overlap(ARRAY[1, NULL], ARRAY[2])", "NULL"),
                ],
            )),
    ]
}

fn distinct(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let lists = Lists::of(first(arrays)?)?;
    let encoded = Encoded::of(lists.values())?;
    let mut picks = Picks::default();
    for range in lists.ranges() {
        let Some(range) = range else {
            picks.null();
            continue;
        };
        let mut seen = HashSet::new();
        picks.pick_all(range.filter(|&place| seen.insert(encoded.at(place))))?;
        picks.end();
    }
    picks.finish(lists.values())
}

/// Whether an element is kept: its place, its value, the values of the second array.
type Keep = fn(&Range<usize>, usize, Row<'_>, &HashSet<Row<'_>>) -> bool;

fn union(_: &Range<usize>, _: usize, _: Row<'_>, _: &HashSet<Row<'_>>) -> bool {
    true
}

fn intersect(left: &Range<usize>, place: usize, value: Row<'_>, right: &HashSet<Row<'_>>) -> bool {
    left.contains(&place) && right.contains(&value)
}

fn except(left: &Range<usize>, place: usize, value: Row<'_>, right: &HashSet<Row<'_>>) -> bool {
    left.contains(&place) && !right.contains(&value)
}

fn of_pairs(arrays: &[ArrayRef], keep: Keep) -> Result<ArrayRef> {
    let [left, right] = arrays else { return super::wrong_count() };
    let pair = Pair::of(left, right)?;
    let mut picks = Picks::default();
    for ranges in pair.ranges() {
        let Some((left, right)) = ranges else {
            picks.null();
            continue;
        };
        let others: HashSet<Row<'_>> = right.clone().map(|place| pair.encoded.at(place)).collect();
        let mut seen = HashSet::new();
        for place in left.clone().chain(right) {
            let value = pair.encoded.at(place);
            if keep(&left, place, value, &others) && seen.insert(value) {
                picks.pick(place)?;
            }
        }
        picks.end();
    }
    picks.finish(&pair.values)
}

fn overlap(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let [left, right] = arrays else { return super::wrong_count() };
    let pair = Pair::of(left, right)?;
    let common = |(left, right): (Range<usize>, Range<usize>)| {
        let others: HashSet<Row<'_>> = right.clone().map(|place| pair.encoded.at(place)).collect();
        let mut values = left.clone().filter(|&place| !pair.encoded.is_null(place));
        let undecided = || pair.encoded.has_null(left.clone()) || pair.encoded.has_null(right);
        if values.any(|place| others.contains(&pair.encoded.at(place))) {
            Some(true)
        } else {
            (!undecided()).then_some(false)
        }
    };
    let result: BooleanArray = pair.ranges().map(|ranges| ranges.and_then(common)).collect();
    Ok(Arc::new(result))
}
