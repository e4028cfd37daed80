//! Values in the one form that equal values share: maps with sorted keys, zeros without sign, one NaN.
//!
//! The engine groups, joins and sorts by bytes.

use std::sync::Arc;

use arrow::array::make_comparator;
use arrow::array::{Array, ArrayRef, AsArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray, UInt64Array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{SortOptions, take};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::floats::Nan;

const NAME: &str = "$canonical";

/// Whether equal values of a type may have different bytes.
pub fn has_forms(data_type: &DataType) -> bool {
    any_part(data_type, |part| matches!(part, DataType::Map(..) | DataType::Float32 | DataType::Float64))
}

/// Whether values of a type can be sorted: not maps, not JSON, and nothing that holds them.
pub fn is_orderable(data_type: &DataType) -> bool {
    !any_part(data_type, |part| matches!(part, DataType::Map(..) | DataType::LargeUtf8))
}

/// A value in the form that equal values share.
pub fn canonical(value: Expr) -> Expr {
    match &value {
        Expr::ScalarFunction(call) if call.name() == NAME => value,
        _ => ScalarUDF::from(Canonical { signature: Signature::any(1, Volatility::Immutable) }).call(vec![value]),
    }
}

fn any_part(data_type: &DataType, wanted: fn(&DataType) -> bool) -> bool {
    wanted(data_type)
        || match data_type {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                any_part(item.data_type(), wanted)
            }
            DataType::Struct(fields) => fields.iter().any(|field| any_part(field.data_type(), wanted)),
            DataType::Map(entries, _) => any_part(entries.data_type(), wanted),
            DataType::Dictionary(_, value) => any_part(value, wanted),
            _ => false,
        }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Canonical {
    signature: Signature,
}

impl ScalarUDFImpl for Canonical {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        if let [value] = arg_types { Ok(value.clone()) } else { plan_err!("one value is expected") }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Array(values)] => Ok(ColumnarValue::Array(form(values)?)),
            [ColumnarValue::Scalar(value)] => {
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&form(&value.to_array()?)?, 0)?))
            }
            _ => plan_err!("one value is expected"),
        }
    }
}

fn form(array: &ArrayRef) -> Result<ArrayRef> {
    if !has_forms(array.data_type()) {
        return Ok(Arc::clone(array));
    }
    match array.data_type() {
        DataType::Map(..) => array.as_map_opt().map_or_else(|| Ok(Arc::clone(array)), map_form),
        DataType::Struct(_) => array.as_struct_opt().map_or_else(|| Ok(Arc::clone(array)), row_form),
        DataType::List(_) => array.as_list_opt::<i32>().map_or_else(|| Ok(Arc::clone(array)), list_form),
        DataType::LargeList(_) => array.as_list_opt::<i64>().map_or_else(|| Ok(Arc::clone(array)), list_form),
        _ => Ok(Nan::High.settled(array)),
    }
}

fn list_form<Offset: OffsetSizeTrait>(lists: &GenericListArray<Offset>) -> Result<ArrayRef> {
    let (DataType::List(field) | DataType::LargeList(field)) = lists.data_type() else {
        return exec_err!("a list is expected");
    };
    let values = form(lists.values())?;
    let lists = GenericListArray::try_new(Arc::clone(field), lists.offsets().clone(), values, lists.nulls().cloned())?;
    Ok(Arc::new(lists))
}

fn row_form(rows: &StructArray) -> Result<ArrayRef> {
    let columns = rows.columns().iter().map(form).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StructArray::try_new(rows.fields().clone(), columns, rows.nulls().cloned())?))
}

fn map_form(maps: &MapArray) -> Result<ArrayRef> {
    let DataType::Map(field, ordered) = maps.data_type() else { return exec_err!("a map is expected") };
    let entries = row_form(maps.entries())?;
    let Some(keys) = entries.as_struct_opt().and_then(|entries| entries.columns().first()) else {
        return exec_err!("a map is expected");
    };
    let (order, lengths) = sorted(maps, keys)?;
    let entries = take(&entries, &UInt64Array::from(order), None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    let entries = entries.as_struct().clone();
    Ok(Arc::new(MapArray::try_new(Arc::clone(field), offsets, entries, maps.nulls().cloned(), *ordered)?))
}

/// Places of the entries in the order of their keys, and how many each map has.
fn sorted(maps: &MapArray, keys: &ArrayRef) -> Result<(Vec<u64>, Vec<usize>)> {
    let compare = make_comparator(keys.as_ref(), keys.as_ref(), SortOptions::default())?;
    let mut order: Vec<u64> = Vec::with_capacity(keys.len());
    let mut lengths = Vec::with_capacity(maps.len());
    for row in 0..maps.len() {
        let (start, end) = entries(maps, row);
        let mut places: Vec<usize> = (start..end).collect();
        places.sort_by(|left, right| compare(*left, *right));
        lengths.push(places.len());
        order.extend(places.into_iter().map(|place| place as u64));
    }
    Ok((order, lengths))
}

/// Where the entries of a row begin and end; none for NULL.
fn entries(maps: &MapArray, row: usize) -> (usize, usize) {
    let offset = |index: usize| maps.value_offsets().get(index).and_then(|at| usize::try_from(*at).ok());
    match (maps.is_valid(row), offset(row), offset(row + 1)) {
        (true, Some(start), Some(end)) => (start, end),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_floats_have_forms_wherever_they_are() {
        let item = |data_type| DataType::new_list(data_type, true);
        assert!(has_forms(&item(DataType::Float64)));
        assert!(!has_forms(&item(DataType::Utf8)));
    }

    #[test]
    fn json_cannot_be_sorted_inside_of_arrays_either() {
        assert!(!is_orderable(&DataType::new_list(DataType::LargeUtf8, true)));
        assert!(is_orderable(&DataType::new_list(DataType::Utf8, true)));
    }
}
