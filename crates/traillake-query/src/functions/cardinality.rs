//! `cardinality(array | map)`: the number of elements as bigint, NULL for NULL.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, OffsetSizeTrait};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// The function; elements of inner arrays do not count.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Cardinality {
    signature: Signature,
}

impl Default for Cardinality {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Cardinality {
    fn name(&self) -> &'static str {
        "cardinality"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        match arg_types {
            [DataType::FixedSizeList(item, _)] => Ok(vec![DataType::List(Arc::clone(item))]),
            [DataType::List(_) | DataType::LargeList(_) | DataType::Map(..) | DataType::Null] => Ok(arg_types.to_vec()),
            [other] => plan_err!("cardinality takes an array or a map, not {other}"),
            _ => plan_err!("cardinality takes one argument, not {}", arg_types.len()),
        }
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(array) = arrays.first() else { return exec_err!("cardinality takes one argument") };
        let counts: ArrayRef = match array.data_type() {
            DataType::List(_) => Arc::new(lengths::<i32>(array)),
            DataType::LargeList(_) => Arc::new(lengths::<i64>(array)),
            DataType::Map(..) => Arc::new(map_lengths(array)),
            DataType::Null => Arc::new(Int64Array::new_null(array.len())),
            other => return exec_err!("cardinality takes an array or a map, not {other}"),
        };
        Ok(ColumnarValue::Array(counts))
    }
}

fn lengths<O: OffsetSizeTrait>(array: &ArrayRef) -> Int64Array {
    let lists = array.as_list::<O>();
    let count = |row: usize| i64::try_from(lists.value_length(row).as_usize()).ok();
    (0..lists.len()).map(|row| count(row).filter(|_| lists.is_valid(row))).collect()
}

fn map_lengths(array: &ArrayRef) -> Int64Array {
    let maps = array.as_map();
    (0..maps.len()).map(|row| maps.is_valid(row).then(|| i64::from(maps.value_length(row)))).collect()
}
