//! `cardinality(array | map)`: the number of elements.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, NullArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::lists::Lists;
use super::{doc, first};
use crate::functions::Function;
use crate::functions::kit::{
    Kind::{Array, Map},
    scalar,
};

pub(super) fn functions() -> Vec<Function> {
    let bigint = |_: &[DataType]| Ok(DataType::Int64);
    vec![
        scalar("cardinality")
            .on_arrays(&[Array], bigint, |arrays, _| cardinality(arrays))
            .on_arrays(&[Map], bigint, |arrays, _| cardinality(arrays))
            .documented(doc(
                "cardinality",
                &["cardinality(array(x)) → bigint", "cardinality(map(k, v)) → bigint"],
                "The number of elements or entries; NULL for NULL.",
                &[("cardinality(ARRAY['a', NULL])", "2"), ("cardinality(map(ARRAY['a'], ARRAY[1]))", "1")],
            )),
    ]
}

fn cardinality(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let array = first(arrays)?;
    if *array.data_type() == DataType::Null {
        return Ok(Arc::new(NullArray::new(array.len())));
    }
    let lists = Lists::of(array)?;
    let count = |range: std::ops::Range<usize>| i64::try_from(range.len()).unwrap_or(i64::MAX);
    Ok(Arc::new(lists.ranges().map(|range| range.map(count)).collect::<Int64Array>()))
}
