//! The greatest and the least element.

use std::ops::Range;

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::DataType;
use arrow::row::Row;
use datafusion::common::Result;

use super::encoded::Encoded;
use super::lists::{Lists, element_type};
use super::{doc, first};
use crate::functions::Function;
use crate::functions::kit::{Kind::Array, scalar};

pub(super) fn functions() -> Vec<Function> {
    let of_elements = |name, better: Better| {
        let returns = |types: &[DataType]| Ok(types.first().map_or(DataType::Null, element_type));
        scalar(name).on_arrays(&[Array], returns, move |arrays, _| best(arrays, better))
    };
    vec![
        of_elements("array_max", |value, best| value > best).documented(doc(
            "array_max",
            &["array_max(array(x)) → x"],
            "The greatest element; NULL when one is NULL or there is none.",
            &[("array_max(ARRAY[3, 10, 2])", "10"), ("array_max(ARRAY[3, NULL])", "NULL")],
        )),
        of_elements("array_min", |value, best| value < best).documented(doc(
            "array_min",
            &["array_min(array(x)) → x"],
            "The least element; NULL when one is NULL or there is none.",
            &[("array_min(ARRAY['b', 'a'])", "a")],
        )),
    ]
}

type Better = fn(&Row<'_>, &Row<'_>) -> bool;

fn best(arrays: &[ArrayRef], better: Better) -> Result<ArrayRef> {
    let lists = Lists::of(first(arrays)?)?;
    let encoded = Encoded::of(lists.values())?;
    let best = |range: Option<Range<usize>>| {
        let range = range.filter(|range| !encoded.has_null(range.clone()))?;
        let best = range.reduce(|best, place| if better(&encoded.at(place), &encoded.at(best)) { place } else { best });
        u32::try_from(best?).ok()
    };
    let places: UInt32Array = lists.ranges().map(best).collect();
    Ok(take(lists.values().as_ref(), &places, None)?)
}
