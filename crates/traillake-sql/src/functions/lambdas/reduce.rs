//! `reduce`: the elements of each array taken into a state, one after another, over all rows at once.

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, plan_err};

use super::array_doc;
use super::call::{Call, at, cast_to};
use super::form::{Form, Parameters};
use crate::functions::Function;
use crate::functions::arrays::lists::{Lists, element_type};
use crate::functions::arrays::unify::{as_array, common};
use crate::types::{decimal_of, type_name};

/// Digits of a decimal that is a state: a sum of decimals has more than they have.
const STATE_DIGITS: u8 = 38;

pub(super) fn functions() -> Vec<Function> {
    let form = Form {
        values: |types| match types {
            [array, state] => Some(vec![as_array(array)?, state.clone()]),
            _ => None,
        },
        parameters,
        lambdas: 2..=2,
        returns: |_, results| results.get(1).map_or_else(|| plan_err!("two lambdas were expected"), |r| Ok(r.clone())),
        evaluate: reduce,
    };
    vec![form.documented(array_doc(
        "reduce",
        &["reduce(array(x), state, (state, x) -> state, state -> y) → y"],
        "What the second lambda makes of the state after the first has taken each element into it, in order.",
        &[
            ("reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s)", "75"),
            ("reduce(ARRAY['a', 'b'], '', (s, x) -> s || x, s -> upper(s))", "AB"),
        ],
    ))]
}

fn parameters(values: &[DataType], results: &[Option<DataType>]) -> Result<Parameters> {
    let [array, start] = values else { return plan_err!("reduce takes an array and a state") };
    let element = element_type(array);
    let Some(Some(merged)) = results.first() else { return Ok(vec![Some(vec![start.clone(), element]), None]) };
    let state = state_type(start, merged, &element)?;
    Ok(vec![Some(vec![state.clone(), element]), Some(vec![state])])
}

/// The type of the state: that of the first state, widened to what the lambda makes of it. The same
/// answer must come out when the lambda gets a state of that type.
fn state_type(start: &DataType, merged: &DataType, element: &DataType) -> Result<DataType> {
    let Some(shared) = common(start, merged) else {
        return plan_err!(
            "Unexpected parameters for function reduce: the state is {} and the lambda makes it {}",
            type_name(start),
            type_name(merged)
        );
    };
    if !shared.is_decimal() {
        return Ok(shared);
    }
    if !start.is_decimal() && !element.is_decimal() {
        return Ok(DataType::Float64);
    }
    let scale = |data_type: &DataType| decimal_of(data_type).map_or(0, |(_, scale)| scale);
    Ok(DataType::Decimal128(STATE_DIGITS, scale(start).max(scale(element))))
}

/// The rows in the order of their arrays' lengths, the longest first; rows that are NULL are left out.
struct Order {
    rows: Vec<u32>,
    starts: Vec<u32>,
    lengths: Vec<usize>,
}

impl Order {
    fn of(lists: &Lists) -> Result<Self> {
        let number = |number: usize| u32::try_from(number).map_err(|_| exec_datafusion_err!("too many elements"));
        let mut known = Vec::new();
        for (row, range) in lists.ranges().enumerate() {
            if let Some(range) = range {
                known.push((number(row)?, number(range.start)?, range.len()));
            }
        }
        known.sort_by_key(|&(.., length)| std::cmp::Reverse(length));
        let mut order = Self { rows: vec![], starts: vec![], lengths: vec![] };
        for (row, start, length) in known {
            order.rows.push(row);
            order.starts.push(start);
            order.lengths.push(length);
        }
        Ok(order)
    }

    /// How many rows have more than so many elements; they are the first.
    fn longer_than(&self, count: usize) -> usize {
        self.lengths.partition_point(|&length| length > count)
    }

    /// For each row of the column that is made, its place in this order.
    fn places(&self, rows: usize) -> UInt32Array {
        let mut places = vec![None; rows];
        for (place, &row) in (0u32..).zip(&self.rows) {
            if let Some(slot) = usize::try_from(row).ok().and_then(|row| places.get_mut(row)) {
                *slot = Some(place);
            }
        }
        UInt32Array::from(places)
    }
}

fn reduce(call: &Call<'_>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let order = Order::of(&lists)?;
    let rows = UInt32Array::from(order.rows.clone());
    let states = states(call, &lists, &order, &rows)?;
    let results = call.apply(1, &[states], &rows)?;
    at(&results, &order.places(lists.len()))
}

/// The last state of each row, in the order.
fn states(call: &Call<'_>, lists: &Lists, order: &Order, rows: &UInt32Array) -> Result<ArrayRef> {
    let start = at(call.value(1)?, rows)?;
    let data_type = state_type(start.data_type(), call.result_type(0)?, lists.values().data_type())?;
    let mut state = cast_to(start, &data_type)?;
    let mut finished = Vec::new();
    for position in 0..order.lengths.first().copied().unwrap_or_default() {
        let active = order.longer_than(position);
        if active < state.len() {
            finished.push(state.slice(active, state.len() - active));
        }
        let offset = u32::try_from(position).unwrap_or(u32::MAX);
        let places: UInt32Array = order.starts.iter().take(active).map(|start| start.checked_add(offset)).collect();
        let elements = at(lists.values(), &places)?;
        let merged = call.apply(0, &[state.slice(0, active), elements], &rows.slice(0, active))?;
        state = cast_to(merged, &data_type)?;
    }
    finished.push(state);
    finished.reverse();
    Ok(concat(&finished.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())?)
}
