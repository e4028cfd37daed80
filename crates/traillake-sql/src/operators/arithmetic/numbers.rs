//! Integers and doubles.

use arrow::array::{ArrayRef, Datum};
use arrow::compute::kernels::numeric::{add, div, mul, rem, sub};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::ColumnarValue;

use super::{Sign, decimals};
use crate::types::{SqlType, common_type, type_name};

pub(super) fn result_type(sign: Sign, left: &DataType, right: &DataType) -> Option<DataType> {
    if !left.is_floating() && !right.is_floating() && (left.is_decimal() || right.is_decimal()) {
        return decimals::result_type(sign, left, right);
    }
    Some(common_type(&SqlType::of(left), &SqlType::of(right))?.data_type())
}

pub(super) fn compute(
    sign: Sign,
    left: &ColumnarValue,
    right: &ColumnarValue,
    result: &DataType,
) -> Result<ColumnarValue> {
    use ColumnarValue::{Array, Scalar};
    let (left, right) = (left.cast_to(result, None)?, right.cast_to(result, None)?);
    let found = match (&left, &right) {
        (Array(left), Array(right)) => kernel(sign, left, right),
        (Array(left), Scalar(right)) => kernel(sign, left, &right.to_scalar()?),
        (Scalar(left), Array(right)) => kernel(sign, &left.to_scalar()?, right),
        (Scalar(left), Scalar(right)) => {
            let found =
                kernel(sign, &left.to_array()?, &right.to_array()?).map_err(|error| fault(sign, result, error))?;
            return Ok(Scalar(ScalarValue::try_from_array(&found, 0)?));
        }
    };
    Ok(Array(found.map_err(|error| fault(sign, result, error))?))
}

fn kernel(sign: Sign, left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
    match sign {
        Sign::Add => add(left, right),
        Sign::Subtract => sub(left, right),
        Sign::Multiply => mul(left, right),
        Sign::Divide => div(left, right),
        Sign::Modulus => rem(left, right),
    }
}

fn fault(sign: Sign, result: &DataType, error: ArrowError) -> DataFusionError {
    match error {
        ArrowError::DivideByZero => exec_datafusion_err!("Division by zero"),
        ArrowError::ArithmeticOverflow(text) => {
            let sides = text.strip_prefix("Overflow happened on: ").unwrap_or(&text);
            exec_datafusion_err!("{} {} overflow: {sides}", type_name(result), sign.word())
        }
        other => other.into(),
    }
}
