//! Arrays of arrays and of rows: combinations, n-grams, zipped arrays.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray};
use arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::lists::{Lists, Picks, array_of, element_type, picked, same_array};
use super::{doc, first, second};
use crate::functions::Function;
use crate::functions::kit::{
    Kind::{Array as ArrayKind, Bigint},
    scalar,
};
use crate::types::{anonymous_field, item_field};

/// Elements of a combination, at most.
const MAX_COMBINATION: usize = 5;

/// Combinations of an array, at most.
const MAX_COMBINATIONS: usize = 100_000;

pub(super) fn functions() -> Vec<Function> {
    vec![
        scalar("combinations")
            .on_arrays(&[ArrayKind, Bigint], |types| Ok(array_of_same(types)), |arrays, _| groups(arrays, combinations))
            .documented(doc(
                "combinations",
                &["combinations(array(x), n) → array(array(x))"],
                "Every choice of n elements, in the order of the array; n is at most 5, and so are 100,000 choices.",
                &[("combinations(ARRAY['a', 'b', 'c'], 2)", "[[a, b], [a, c], [b, c]]")],
            )),
        scalar("ngrams")
            .on_arrays(&[ArrayKind, Bigint], |types| Ok(array_of_same(types)), |arrays, _| groups(arrays, ngrams))
            .documented(doc(
                "ngrams",
                &["ngrams(array(x), n) → array(array(x))"],
                "Every n elements that follow one another; the whole array when it has fewer.",
                &[("ngrams(ARRAY['a', 'b', 'c'], 2)", "[[a, b], [b, c]]")],
            )),
        scalar("zip")
            .on_arrays(&[ArrayKind, ArrayKind], |types| Ok(zipped(types)), |arrays, _| zip(arrays))
            .variadic()
            .documented(doc(
                "zip",
                &["zip(array(x), array(y), ...) → array(row(x, y, ...))"],
                "Rows of the elements at the same place; shorter arrays are filled up with NULL.",
                &[("zip(ARRAY[1, 2], ARRAY['a', 'b'])[2][2]", "b")],
            )),
    ]
}

fn array_of_same(types: &[DataType]) -> DataType {
    array_of(&same_array(types))
}

fn zipped(types: &[DataType]) -> DataType {
    array_of(&DataType::Struct(row_fields(types.iter().map(element_type))))
}

fn row_fields(types: impl Iterator<Item = DataType>) -> Fields {
    types.enumerate().map(|(index, data_type)| Field::new(anonymous_field(index), data_type, true)).collect()
}

/// Puts the groups of one array, of a size, among the picks; answers how many there are.
type Group = fn(&mut Picks, Range<usize>, i64) -> Result<usize>;

fn groups(arrays: &[ArrayRef], group: Group) -> Result<ArrayRef> {
    let (lists, sizes) = (Lists::of(first(arrays)?)?, second(arrays)?.as_primitive::<Int64Type>());
    let (mut inner, mut outer, mut count) = (Picks::default(), Picks::default(), 0);
    for (row, range) in lists.ranges().enumerate() {
        match range.filter(|_| sizes.is_valid(row)) {
            Some(range) => {
                let added = group(&mut inner, range, sizes.value(row))?;
                outer.pick_all(count..count + added)?;
                outer.end();
                count += added;
            }
            None => outer.null(),
        }
    }
    let groups = inner.finish(lists.values())?;
    let (_, offsets, nulls) = outer.parts();
    Ok(Arc::new(ListArray::try_new(item_field(groups.data_type().clone()), offsets, groups, nulls)?))
}

fn combinations(picks: &mut Picks, range: Range<usize>, size: i64) -> Result<usize> {
    let size = match usize::try_from(size) {
        Ok(size) if size <= MAX_COMBINATION => size,
        Ok(_) => return exec_err!("combination size must not exceed {MAX_COMBINATION}: {size}"),
        Err(_) => return exec_err!("combination size must not be negative: {size}"),
    };
    let count = binomial(range.len(), size);
    if count > MAX_COMBINATIONS {
        return exec_err!("combinations exceed max size");
    }
    let mut chosen: Vec<usize> = range.clone().take(size).collect();
    for _ in 0..count {
        picks.pick_all(chosen.iter().copied())?;
        picks.end();
        advance(&mut chosen, range.start);
    }
    Ok(count)
}

/// The next choice: the first element that can move on does, those before it return to the start.
fn advance(chosen: &mut [usize], start: usize) {
    for index in 0..chosen.len() {
        let next = chosen.get(index + 1).copied();
        let Some(place) = chosen.get_mut(index) else { return };
        if next.is_none_or(|next| *place + 1 < next) {
            *place += 1;
            chosen.iter_mut().take(index).zip(start..).for_each(|(place, first)| *place = first);
            return;
        }
    }
}

fn binomial(count: usize, size: usize) -> usize {
    if size > count {
        return 0;
    }
    (0..size).fold(1, |product: usize, index| product.saturating_mul(count - index) / (index + 1))
}

fn ngrams(picks: &mut Picks, range: Range<usize>, size: i64) -> Result<usize> {
    if size <= 0 {
        return exec_err!("N must be positive");
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(range.len());
    let last = range.end - size;
    for start in range.start..=last {
        picks.pick_all(start..start + size)?;
        picks.end();
    }
    Ok(last - range.start + 1)
}

fn zip(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let lists = arrays.iter().map(Lists::of).collect::<Result<Vec<_>>>()?;
    let mut columns: Vec<Picks> = lists.iter().map(|_| Picks::default()).collect();
    let mut ranges: Vec<_> = lists.iter().map(Lists::ranges).collect();
    for _ in 0..lists.first().map_or(0, Lists::len) {
        let row: Option<Vec<Range<usize>>> = ranges.iter_mut().map(|ranges| ranges.next().flatten()).collect();
        zip_row(&mut columns, row)?;
    }
    rows_of(&lists, columns)
}

fn zip_row(columns: &mut [Picks], row: Option<Vec<Range<usize>>>) -> Result<()> {
    let Some(row) = row else {
        columns.iter_mut().for_each(Picks::null);
        return Ok(());
    };
    let longest = row.iter().map(ExactSizeIterator::len).max().unwrap_or_default();
    for (column, range) in columns.iter_mut().zip(row) {
        let missing = longest - range.len();
        column.pick_all(range)?;
        (0..missing).try_for_each(|_| column.put(None))?;
        column.end();
    }
    Ok(())
}

fn rows_of(lists: &[Lists], columns: Vec<Picks>) -> Result<ArrayRef> {
    let mut bounds = None;
    let mut values = Vec::with_capacity(lists.len());
    for (lists, column) in lists.iter().zip(columns) {
        let (places, offsets, nulls) = column.parts();
        values.push(picked(lists.values(), &places)?);
        bounds = Some((offsets, nulls));
    }
    let (offsets, nulls) = bounds.ok_or_else(|| exec_datafusion_err!("zip takes arrays"))?;
    let fields = row_fields(values.iter().map(|values| values.data_type().clone()));
    let rows: ArrayRef = Arc::new(StructArray::try_new(fields, values, None)?);
    Ok(Arc::new(ListArray::try_new(item_field(rows.data_type().clone()), offsets, rows, nulls)?))
}
