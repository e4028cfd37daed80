//! `any_match`, `all_match`, `none_match`, `filter`, `map_filter`: lambdas that say yes or no.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};

use super::call::{Call, cast_to};
use super::form::{Form, Parameters};
use super::{array_doc, map_doc, of_array, of_map};
use crate::functions::Function;
use crate::functions::arrays::lists::{Lists, Picks, array_of, element_type};
use crate::functions::arrays::unify::entry_types;
use crate::functions::maps::build::{entry_columns, map_type, picked_map};
use crate::types::type_name;

pub(super) fn functions() -> Vec<Function> {
    vec![
        matches(any_match).documented(array_doc(
            "any_match",
            &["any_match(array(x), x -> boolean) → boolean"],
            "Whether the lambda is true for an element. NULL when it is for none and NULL for one; \
             false for an empty array.",
            &[("any_match(ARRAY[1, 2], x -> x > 1)", "true"), ("any_match(ARRAY[1, NULL], x -> x > 1)", "NULL")],
        )),
        matches(all_match).documented(array_doc(
            "all_match",
            &["all_match(array(x), x -> boolean) → boolean"],
            "Whether the lambda is true for every element. NULL when it is false for none and NULL for one; \
             true for an empty array.",
            &[("all_match(ARRAY[1, 2], x -> x > 0)", "true")],
        )),
        matches(none_match).documented(array_doc(
            "none_match",
            &["none_match(array(x), x -> boolean) → boolean"],
            "Whether the lambda is true for no element. NULL when it is for none but NULL for one; \
             true for an empty array.",
            &[("none_match(ARRAY['a', 'b'], x -> x = 'c')", "true")],
        )),
        Form {
            parameters: |values, _| Ok(element(values)),
            values: of_array,
            lambdas: 1..=1,
            returns: filter_type,
            evaluate: filter,
        }
        .documented(array_doc(
            "filter",
            &["filter(array(x), x -> boolean) → array(x)"],
            "The elements for which the lambda is true.",
            &[("filter(ARRAY[5, -6, NULL, 7], x -> x > 0)", "[5, 7]")],
        )),
        Form {
            parameters: |values, _| Ok(entry(values)),
            values: of_map,
            lambdas: 1..=1,
            returns: map_filter_type,
            evaluate: map_filter,
        }
        .documented(map_doc(
            "map_filter",
            &["map_filter(map(k, v), (k, v) -> boolean) → map(k, v)"],
            "The entries for which the lambda is true.",
            &[("map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)", "{b=2}")],
        )),
    ]
}

fn matches(evaluate: fn(&Call<'_>) -> Result<ArrayRef>) -> Form {
    let returns = |_: &[DataType], results: &[DataType]| boolean(results).map(|()| DataType::Boolean);
    Form { parameters: |values, _| Ok(element(values)), values: of_array, lambdas: 1..=1, returns, evaluate }
}

fn element(values: &[DataType]) -> Parameters {
    vec![Some(values.iter().map(element_type).collect())]
}

fn entry(values: &[DataType]) -> Parameters {
    let (key, value) = values.first().and_then(entry_types).unwrap_or((&DataType::Null, &DataType::Null));
    vec![Some(vec![key.clone(), value.clone()])]
}

/// The lambda's result must be a boolean.
fn boolean(results: &[DataType]) -> Result<()> {
    match results {
        [DataType::Boolean | DataType::Null] => Ok(()),
        [other] => plan_err!("the lambda must give boolean, not {}", type_name(other)),
        _ => plan_err!("one lambda was expected"),
    }
}

fn filter_type(values: &[DataType], results: &[DataType]) -> Result<DataType> {
    boolean(results)?;
    Ok(array_of(&values.first().map_or(DataType::Null, element_type)))
}

fn map_filter_type(values: &[DataType], results: &[DataType]) -> Result<DataType> {
    boolean(results)?;
    let (key, value) = values.first().and_then(entry_types).unwrap_or((&DataType::Null, &DataType::Null));
    Ok(map_type(key, value))
}

/// What the lambda says of each element.
struct Verdicts(BooleanArray);

impl Verdicts {
    fn of(call: &Call<'_>, lists: &Lists, parameters: &[ArrayRef]) -> Result<Self> {
        let results = cast_to(call.for_each(0, lists, parameters)?, &DataType::Boolean)?;
        Ok(Self(results.as_boolean().clone()))
    }

    fn is(&self, place: usize, verdict: bool) -> bool {
        self.0.is_valid(place) && self.0.value(place) == verdict
    }

    fn true_among(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        range.filter(|&place| self.is(place, true))
    }

    /// Whether the verdict is given once; NULL when it is not but a NULL is.
    fn any(&self, mut range: Range<usize>, verdict: bool) -> Option<bool> {
        if range.clone().any(|place| self.is(place, verdict)) {
            return Some(true);
        }
        (!range.any(|place| self.0.is_null(place))).then_some(false)
    }
}

/// One answer for each row.
fn answers(call: &Call<'_>, answer: impl Fn(&Verdicts, Range<usize>) -> Option<bool>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    let verdicts = Verdicts::of(call, &lists, &[Arc::clone(lists.values())])?;
    let answers: BooleanArray = lists.ranges().map(|range| answer(&verdicts, range?)).collect();
    Ok(Arc::new(answers))
}

fn any_match(call: &Call<'_>) -> Result<ArrayRef> {
    answers(call, |verdicts, range| verdicts.any(range, true))
}

fn all_match(call: &Call<'_>) -> Result<ArrayRef> {
    answers(call, |verdicts, range| verdicts.any(range, false).map(|any| !any))
}

fn none_match(call: &Call<'_>) -> Result<ArrayRef> {
    answers(call, |verdicts, range| verdicts.any(range, true).map(|any| !any))
}

fn filter(call: &Call<'_>) -> Result<ArrayRef> {
    let lists = call.lists(0)?;
    kept(call, &lists, &[Arc::clone(lists.values())])?.finish(lists.values())
}

fn map_filter(call: &Call<'_>) -> Result<ArrayRef> {
    let entries = call.lists(0)?;
    let (keys, values) = entry_columns(&entries)?;
    let picks = kept(call, &entries, &[Arc::clone(keys), Arc::clone(values)])?;
    picked_map(picks, keys, values)
}

/// The elements for which the lambda is true.
fn kept(call: &Call<'_>, lists: &Lists, parameters: &[ArrayRef]) -> Result<Picks> {
    let verdicts = Verdicts::of(call, lists, parameters)?;
    let mut picks = Picks::default();
    for range in lists.ranges() {
        match range {
            Some(range) => {
                picks.pick_all(verdicts.true_among(range))?;
                picks.end();
            }
            None => picks.null(),
        }
    }
    Ok(picks)
}
