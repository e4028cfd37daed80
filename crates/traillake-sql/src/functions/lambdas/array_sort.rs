//! `array_sort`, by the order of the elements or by a lambda that compares two of them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, UInt32Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};

use super::call::{Call, at, cast_to};
use super::form::Form;
use super::{array_doc, of_array};
use crate::functions::Function;
use crate::functions::arrays::encoded::Encoded;
use crate::functions::arrays::lists::{Lists, Picks, array_of, element_type};
use crate::types::type_name;

pub(super) fn functions() -> Vec<Function> {
    let form = Form {
        values: of_array,
        parameters: |values, _| {
            let element = values.first().map_or(DataType::Null, element_type);
            Ok(vec![Some(vec![element.clone(), element])])
        },
        lambdas: 0..=1,
        returns: |values, results| match results.first() {
            Some(other) if !other.is_integer() && *other != DataType::Null => {
                plan_err!("the lambda of array_sort must give an integer, not {}", type_name(other))
            }
            _ => Ok(array_of(&values.first().map_or(DataType::Null, element_type))),
        },
        evaluate: |call| if call.has_lambda(0) { by_lambda(call) } else { by_value(call) },
    };
    vec![form.documented(array_doc(
        "array_sort",
        &["array_sort(array(x)) → array(x)", "array_sort(array(x), (a, b) -> integer) → array(x)"],
        "The elements in ascending order, NULL last; or in the order of a lambda that gives -1, 0 or 1 \
         when the first of two elements is less, equal or greater.",
        &[
            ("array_sort(ARRAY[3, NULL, 1])", "[1, 3, null]"),
            ("array_sort(ARRAY[1, 3, 2], (a, b) -> IF(a < b, 1, IF(a = b, 0, -1)))", "[3, 2, 1]"),
        ],
    ))]
}

fn by_value(call: &Call<'_>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let encoded = Encoded::of(lists.values())?;
    let mut picks = Picks::default();
    for range in lists.ranges() {
        let Some(range) = range else {
            picks.null();
            continue;
        };
        let mut places: Vec<usize> = range.collect();
        places.sort_by(|&one, &other| encoded.at(one).cmp(&encoded.at(other)));
        picks.pick_all(places)?;
        picks.end();
    }
    picks.finish(lists.values())
}

/// A merge sort of all rows at once: each round runs the lambda on one pair of every merge under way.
fn by_lambda(call: &Call<'_>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let rows = lists.rows()?;
    let mut order: Vec<usize> = (0..lists.values().len()).collect();
    let longest = lists.ranges().flatten().map(|range| range.len()).max().unwrap_or_default();
    let mut width = 1;
    while width < longest {
        let mut merges = merges(&lists, width);
        while run_round(call, &lists, &rows, &order, &mut merges)? {}
        for merge in merges {
            merge.write(&mut order);
        }
        width *= 2;
    }
    let places = order.into_iter().map(|place| u32::try_from(place).ok());
    lists.with_values(at(lists.values(), &places.collect::<UInt32Array>())?)
}

/// Two neighbouring runs that are in order, being merged into one.
struct Merge {
    start: usize,
    left: Range<usize>,
    right: Range<usize>,
    merged: Vec<usize>,
}

fn merges(lists: &Lists, width: usize) -> Vec<Merge> {
    let of_row = |row: Range<usize>| {
        let end = row.end;
        row.step_by(width.saturating_mul(2)).filter(move |start| start + width < end).map(move |start| {
            let middle = start + width;
            Merge { start, left: start..middle, right: middle..(middle + width).min(end), merged: vec![] }
        })
    };
    lists.ranges().flatten().flat_map(of_row).collect()
}

impl Merge {
    fn pair(&self) -> Option<(usize, usize)> {
        (!self.left.is_empty() && !self.right.is_empty()).then_some((self.left.start, self.right.start))
    }

    /// Takes the next element of one run; of the left when both are equal.
    fn take(&mut self, order: &[usize], right_is_less: bool) {
        let run = if right_is_less { &mut self.right } else { &mut self.left };
        self.merged.extend(run.next().and_then(|place| order.get(place)));
    }

    fn write(mut self, order: &mut [usize]) {
        let rest = self.left.clone().chain(self.right.clone());
        self.merged.extend(rest.filter_map(|place| order.get(place).copied()));
        if let Some(slots) = order.get_mut(self.start..self.start + self.merged.len()) {
            slots.copy_from_slice(&self.merged);
        }
    }
}

/// One comparison of every merge; false when all are done.
fn run_round(
    call: &Call<'_>,
    lists: &Lists,
    rows: &UInt32Array,
    order: &[usize],
    merges: &mut [Merge],
) -> Result<bool> {
    let mut active: Vec<&mut Merge> = merges.iter_mut().filter(|merge| merge.pair().is_some()).collect();
    if active.is_empty() {
        return Ok(false);
    }
    let place = |position: usize| order.get(position).and_then(|&place| u32::try_from(place).ok());
    let pairs = || active.iter().filter_map(|merge| merge.pair());
    let left: UInt32Array = pairs().map(|(left, _)| place(left)).collect();
    let right: UInt32Array = pairs().map(|(_, right)| place(right)).collect();
    let values = lists.values();
    let rows: ArrayRef = at(&(Arc::new(rows.clone()) as ArrayRef), &left)?;
    let results = call.apply(0, &[at(values, &left)?, at(values, &right)?], rows.as_primitive())?;
    let results = comparisons(results)?;
    for (merge, result) in active.iter_mut().zip(results.values()) {
        merge.take(order, *result > 0);
    }
    Ok(true)
}

fn comparisons(results: ArrayRef) -> Result<Int64Array> {
    let results = cast_to(results, &DataType::Int64)?;
    let results = results.as_primitive::<Int64Type>().clone();
    if results.iter().all(|result| result.is_some_and(|result| (-1..=1).contains(&result))) {
        return Ok(results);
    }
    exec_err!("Lambda comparator must return either -1, 0, or 1")
}
