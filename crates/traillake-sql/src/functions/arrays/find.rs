//! Elements and sequences of elements sought in arrays.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Int64Array};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::doc;
use super::encoded::{Encoded, Pair};
use super::lists::{Lists, Picks, same_array};
use super::unify::{all_alike, array_and_element};
use crate::functions::Function;
use crate::functions::kit::{
    Kind::{Any, Array as ArrayKind},
    scalar,
};

pub(super) fn functions() -> Vec<Function> {
    vec![
        scalar("array_position")
            .on_arrays(&[ArrayKind, Any], |_| Ok(DataType::Int64), |arrays, _| position(arrays))
            .fitted(array_and_element)
            .documented(doc(
                "array_position",
                &["array_position(array(x), x) → bigint"],
                "The place of the first element equal to x, from 1; 0 when there is none.",
                &[("array_position(ARRAY['a', 'b'], 'b')", "2"), ("array_position(ARRAY['a'], 'z')", "0")],
            )),
        scalar("array_remove")
            .on_arrays(&[ArrayKind, Any], |types| Ok(same_array(types)), |arrays, _| remove(arrays))
            .fitted(array_and_element)
            .documented(doc(
                "array_remove",
                &["array_remove(array(x), x) → array(x)"],
                "The elements that are not equal to x; NULL elements stay.",
                &[("array_remove(ARRAY[1, 2, NULL, 1], 1)", "[2, null]")],
            )),
        scalar("contains_sequence")
            .on_arrays(&[ArrayKind, ArrayKind], |_| Ok(DataType::Boolean), |arrays, _| contains_sequence(arrays))
            .fitted(all_alike)
            .documented(doc(
                "contains_sequence",
                &["contains_sequence(array(x), array(x)) → boolean"],
                "Whether all elements of the second array follow one another, in their order, in the first.",
                &[
                    ("contains_sequence(ARRAY[1, 2, 3], ARRAY[2, 3])", "true"),
                    ("contains_sequence(ARRAY[1, 2, 3], ARRAY[1, 3])", "false"),
                ],
            )),
    ]
}

/// Arrays and for each row a value to look for.
struct Search {
    lists: Lists,
    sought: ArrayRef,
    encoded: Encoded,
}

impl Search {
    fn of(arrays: &[ArrayRef]) -> Result<Self> {
        let [arrays, sought] = arrays else { return super::wrong_count() };
        let lists = Lists::of(arrays)?;
        let encoded = Encoded::of(&concat(&[lists.values().as_ref(), sought.as_ref()])?)?;
        Ok(Self { lists, sought: Arc::clone(sought), encoded })
    }

    /// For each row the places of its elements, unless the array or the value is NULL.
    fn ranges(&self) -> impl Iterator<Item = (usize, Option<Range<usize>>)> + '_ {
        let nulls = self.sought.logical_nulls();
        let known = move |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        self.lists.ranges().enumerate().map(move |(row, range)| (row, range.filter(|_| known(row))))
    }

    fn is_found(&self, place: usize, row: usize) -> bool {
        self.encoded.at(place) == self.encoded.at(self.lists.values().len() + row)
    }
}

fn position(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let search = Search::of(arrays)?;
    let position = |(row, range): (usize, Option<Range<usize>>)| {
        let found = range?.position(|place| search.is_found(place, row));
        Some(found.map_or(0, |index| i64::try_from(index).map_or(i64::MAX, |index| index + 1)))
    };
    Ok(Arc::new(search.ranges().map(position).collect::<Int64Array>()))
}

fn remove(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let search = Search::of(arrays)?;
    let mut picks = Picks::default();
    for (row, range) in search.ranges() {
        match range {
            Some(range) => {
                picks.pick_all(range.filter(|&place| !search.is_found(place, row)))?;
                picks.end();
            }
            None => picks.null(),
        }
    }
    picks.finish(search.lists.values())
}

fn contains_sequence(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let [arrays, sequences] = arrays else { return super::wrong_count() };
    let pair = Pair::of(arrays, sequences)?;
    let contains = |(array, sequence)| contains(&pair.encoded, array, sequence);
    Ok(Arc::new(pair.ranges().map(|ranges| ranges.map(contains)).collect::<BooleanArray>()))
}

/// Knuth, Morris and Pratt's search: no element is compared again and again.
fn contains(encoded: &Encoded, mut array: Range<usize>, sequence: Range<usize>) -> bool {
    let borders = borders(encoded, &sequence);
    let mut matched = 0;
    sequence.is_empty()
        || array.any(|place| {
            matched = extended(encoded, &sequence, &borders, matched, place);
            matched == sequence.len()
        })
}

/// For each beginning of the sequence the length of its longest proper part that is both its start and its end.
fn borders(encoded: &Encoded, sequence: &Range<usize>) -> Vec<usize> {
    let mut borders = Vec::with_capacity(sequence.len());
    borders.extend(sequence.clone().next().map(|_| 0));
    for place in sequence.clone().skip(1) {
        let before = borders.last().copied().unwrap_or_default();
        borders.push(extended(encoded, sequence, &borders, before, place));
    }
    borders
}

/// How much of the sequence is matched with the element at `place`, when `matched` of it was before.
fn extended(encoded: &Encoded, sequence: &Range<usize>, borders: &[usize], matched: usize, place: usize) -> usize {
    let fits = |matched: usize| encoded.at(sequence.start + matched) == encoded.at(place);
    let shorter = |matched: usize| matched.checked_sub(1).and_then(|last| borders.get(last)).copied();
    let mut candidate = if matched < sequence.len() { Some(matched) } else { shorter(matched) };
    while let Some(matched) = candidate {
        if fits(matched) {
            return matched + 1;
        }
        candidate = shorter(matched);
    }
    0
}
