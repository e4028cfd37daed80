//! `a[i]`, `m[k]`, `r[1]`, planned as `$subscript`: an error where `element_at` is NULL.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt64Array, make_array};
use arrow::buffer::NullBuffer;
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};

use super::element_at::{ZERO_INDEX, element_type, of_maps, place_type};
use super::unify::as_array;
use crate::functions::kit::column_of;
use crate::text_of;
use crate::types::type_name;

/// The function for the planner.
pub(crate) fn subscript() -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(Subscript { signature: Signature::user_defined(Volatility::Immutable) }))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Subscript {
    signature: Signature,
}

impl ScalarUDFImpl for Subscript {
    fn name(&self) -> &'static str {
        "$subscript"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let [container, place] = arg_types else { return super::wrong_count() };
        if matches!(container, DataType::Struct(_)) {
            return Ok(arg_types.to_vec());
        }
        let Some(place) = place_type(container, place) else {
            return plan_err!("Cannot use {} for subscript of {}", type_name(place), type_name(container));
        };
        Ok(vec![as_array(container).unwrap_or_else(|| container.clone()), place])
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(arg_types.first().map_or(DataType::Null, element_type))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let [container, _] = args.arg_fields else { return super::wrong_count() };
        let data_type = match container.data_type() {
            DataType::Struct(fields) => {
                let index = field_index(fields, args.scalar_arguments.get(1).copied().flatten())?;
                fields.get(index).map_or(DataType::Null, |field| field.data_type().clone())
            }
            other => element_type(other),
        };
        Ok(Arc::new(Field::new(self.name(), data_type, true)))
    }

    // A field reads like `row.field`, which scans know.
    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let [container, Expr::Literal(place, _)] = args.as_slice() else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        let DataType::Struct(fields) = info.get_data_type(container)? else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        let index = field_index(&fields, Some(place))?;
        let name = fields.get(index).map(|field| field.name().as_str()).unwrap_or_default();
        if fields.iter().filter(|field| field.name() == name).count() > 1 {
            return Ok(ExprSimplifyResult::Original(args));
        }
        Ok(ExprSimplifyResult::Simplified(get_field().call(vec![container.clone(), lit(name)])))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [container, place] = args.args.as_slice() else { return super::wrong_count() };
        let literal = if let ColumnarValue::Scalar(literal) = place { Some(literal) } else { None };
        let container = column_of(self.name(), container.clone(), args.number_rows)?;
        if let DataType::Struct(fields) = container.data_type() {
            let index = field_index(fields, literal)?;
            return Ok(ColumnarValue::Array(field_of(&container, index)?));
        }
        let places = place.to_array(args.number_rows)?;
        let (values, places) = match container.data_type() {
            DataType::Map(..) => (Arc::clone(container.as_map().values()), keyed(&container, &places)?),
            _ => (Arc::clone(container.as_list::<i32>().values()), indexed(&container, &places)?),
        };
        Ok(ColumnarValue::Array(take(values.as_ref(), &places, None)?))
    }
}

/// Which field a literal names, by its place from 1 or by its name.
fn field_index(fields: &Fields, place: Option<&ScalarValue>) -> Result<usize> {
    let row_type = || type_name(&DataType::Struct(fields.clone()));
    let number = match place {
        Some(ScalarValue::Int64(number)) => *number,
        Some(ScalarValue::Int32(number)) => number.map(i64::from),
        _ => None,
    };
    let index = number.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
    match (index.filter(|&index| index < fields.len()), number, place) {
        (Some(index), ..) => Ok(index),
        (None, Some(number), _) if number <= 0 => {
            plan_err!("Invalid subscript index: {number}. ROW indices start at 1")
        }
        (None, Some(number), _) => plan_err!("Subscript index out of bounds for {}: {number}", row_type()),
        (None, None, Some(place)) if !place.is_null() => {
            plan_err!("Cannot use {} for subscript of {}", type_name(&place.data_type()), row_type())
        }
        (None, None, _) => plan_err!("Subscript expression on ROW requires a constant"),
    }
}

fn field_of(container: &ArrayRef, index: usize) -> Result<ArrayRef> {
    let rows = container.as_struct();
    let Some(column) = rows.columns().get(index) else { return super::wrong_count() };
    let nulls = NullBuffer::union(column.nulls(), rows.nulls());
    if *column.data_type() == DataType::Null || nulls.is_none() {
        return Ok(Arc::clone(column));
    }
    Ok(make_array(column.to_data().into_builder().nulls(nulls).build()?))
}

/// For each row the place of its key; it must be there.
fn keyed(container: &ArrayRef, keys: &ArrayRef) -> Result<UInt64Array> {
    let places = of_maps(container, keys)?;
    let absent = |&row: &usize| places.is_null(row) && container.is_valid(row) && keys.is_valid(row);
    match (0..places.len()).find(absent) {
        Some(row) => exec_err!("Key not present in map: {}", text_of(keys.as_ref(), row).unwrap_or_default()),
        None => Ok(places),
    }
}

/// For each row the place of its element; it must be there.
fn indexed(container: &ArrayRef, indexes: &ArrayRef) -> Result<UInt64Array> {
    let lists = container.as_list::<i32>();
    let indexes = indexes.as_primitive::<Int64Type>();
    let place = |(row, bounds): (usize, &[i32])| {
        let [start, end] = bounds else { return Ok(None) };
        if lists.is_null(row) || indexes.is_null(row) {
            return Ok(None);
        }
        let length = i64::from(*end) - i64::from(*start);
        match indexes.value(row) {
            0 => exec_err!("{ZERO_INDEX}"),
            index if index < 0 => exec_err!("Array subscript is negative: {index}"),
            index if index > length => {
                exec_err!("Array subscript must be less than or equal to array length: {index} > {length}")
            }
            index => Ok(u64::try_from(i64::from(*start) + index - 1).ok()),
        }
    };
    lists.value_offsets().windows(2).enumerate().map(place).collect()
}
