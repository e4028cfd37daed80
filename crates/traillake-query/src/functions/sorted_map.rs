//! A map with its entries in the order of their keys, so that equal maps have equal bytes.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, MapArray, UInt64Array, make_comparator};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{SortOptions, take};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// The function; grouping puts it around maps.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct SortedMap {
    signature: Signature,
}

impl Default for SortedMap {
    fn default() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for SortedMap {
    fn name(&self) -> &'static str {
        "$sorted_map"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        if let [map @ DataType::Map(..)] = arg_types { Ok(map.clone()) } else { plan_err!("a map is expected") }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(maps) = arrays.first().and_then(|array| array.as_map_opt()) else {
            return exec_err!("a map is expected");
        };
        Ok(ColumnarValue::Array(sorted(maps)?))
    }
}

fn sorted(maps: &MapArray) -> Result<ArrayRef> {
    let DataType::Map(field, ordered) = maps.data_type() else { return exec_err!("a map is expected") };
    let compare = make_comparator(maps.keys().as_ref(), maps.keys().as_ref(), SortOptions::default())?;
    let mut order: Vec<u64> = Vec::with_capacity(maps.entries().len());
    let mut lengths = Vec::with_capacity(maps.len());
    for row in 0..maps.len() {
        let (start, end) = entries(maps, row);
        let mut places: Vec<usize> = (start..end).collect();
        places.sort_by(|left, right| compare(*left, *right));
        lengths.push(places.len());
        order.extend(places.into_iter().map(|place| place as u64));
    }
    let entries = take(maps.entries(), &UInt64Array::from(order), None)?;
    let entries = entries.as_struct().clone();
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(MapArray::try_new(Arc::clone(field), offsets, entries, maps.nulls().cloned(), *ordered)?))
}

/// Where the entries of a row begin and end; none for NULL.
fn entries(maps: &MapArray, row: usize) -> (usize, usize) {
    let offset = |index: usize| maps.value_offsets().get(index).and_then(|at| usize::try_from(*at).ok());
    match (maps.is_valid(row), offset(row), offset(row + 1)) {
        (true, Some(start), Some(end)) => (start, end),
        _ => (0, 0),
    }
}
