//! `mod`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};

use super::DOC;
use super::keep::power_of_ten;
use crate::functions::kit::Kind::Number;
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    let returns = |types: &[DataType]| match types {
        [left, right] => Ok(common(left, right)),
        _ => Ok(DataType::Null),
    };
    let function = scalar("mod").on_arrays(&[Number, Number], returns, |arrays, _| {
        let [left, right] = arrays else { return exec_err!("mod takes two numbers") };
        remainders(left, right)
    });
    vec![function.documented(FunctionDoc {
        name: "mod",
        usage: &["mod(n, m) → the numbers' type"],
        text: "The remainder of n divided by m, with the sign of n. Division by zero is an error, NaN for doubles.",
        examples: &[("mod(7, 3)", "1"), ("mod(-7, 3)", "-1"), ("mod(7.5, 2)", "1.5")],
        ..DOC
    })]
}

fn common(left: &DataType, right: &DataType) -> DataType {
    match (left, right) {
        (DataType::Float32, DataType::Float32) => DataType::Float32,
        (l, r) if l.is_floating() || r.is_floating() => DataType::Float64,
        (l, r) if l.is_decimal() || r.is_decimal() => {
            let ((left, left_scale), (right, right_scale)) = (shape(l), shape(r));
            let scale = left_scale.max(right_scale);
            let whole = (left - left_scale).min(right - right_scale).max(0);
            DataType::Decimal128(
                u8::try_from((whole + scale).clamp(1, 38)).unwrap_or(38),
                i8::try_from(scale).unwrap_or(0),
            )
        }
        (l, r) => {
            if l.primitive_width() >= r.primitive_width() {
                l.clone()
            } else {
                r.clone()
            }
        }
    }
}

/// Precision and scale.
fn shape(number: &DataType) -> (i16, i16) {
    match number {
        DataType::Decimal128(precision, scale) => (i16::from(*precision), i16::from(*scale)),
        DataType::Int8 => (3, 0),
        DataType::Int16 => (5, 0),
        DataType::Int32 => (10, 0),
        _ => (19, 0),
    }
}

fn remainders(left: &ArrayRef, right: &ArrayRef) -> Result<ArrayRef> {
    let result_type = common(left.data_type(), right.data_type());
    let result: ArrayRef = match &result_type {
        DataType::Float32 | DataType::Float64 => {
            let (left, right) = (cast(left, &DataType::Float64)?, cast(right, &DataType::Float64)?);
            let pairs = left.as_primitive::<Float64Type>().iter().zip(right.as_primitive::<Float64Type>());
            Arc::new(pairs.map(|(left, right)| Some(left? % right?)).collect::<Float64Array>())
        }
        DataType::Decimal128(precision, scale) => {
            let (left, right) = (digits(left, *scale)?, digits(right, *scale)?);
            let pairs = left.iter().zip(&right).map(|(left, right)| remainder(*left, *right));
            let result = pairs.collect::<Result<Decimal128Array>>()?;
            Arc::new(result.with_precision_and_scale(*precision, *scale)?)
        }
        _ => {
            let (left, right) = (cast(left, &DataType::Int64)?, cast(right, &DataType::Int64)?);
            let pairs = left.as_primitive::<Int64Type>().iter().zip(right.as_primitive::<Int64Type>());
            let pairs = pairs.map(|(left, right)| match (left, right) {
                (_, Some(0)) if left.is_some() => exec_err!("Division by zero"),
                (Some(left), Some(right)) => Ok(Some(left.wrapping_rem(right))),
                _ => Ok(None),
            });
            Arc::new(pairs.collect::<Result<Int64Array>>()?)
        }
    };
    Ok(cast(&result, &result_type)?)
}

fn remainder(left: Option<i128>, right: Option<i128>) -> Result<Option<i128>> {
    match (left, right) {
        (Some(_), Some(0)) => exec_err!("Division by zero"),
        (Some(left), Some(right)) => Ok(Some(left.wrapping_rem(right))),
        _ => Ok(None),
    }
}

/// The digits of integers or decimals at a scale at least as large as theirs.
fn digits(numbers: &ArrayRef, scale: i8) -> Result<Vec<Option<i128>>> {
    let (plain, own_scale): (Vec<Option<i128>>, i8) = if let DataType::Decimal128(_, own) = numbers.data_type() {
        (numbers.as_primitive::<Decimal128Type>().iter().collect(), *own)
    } else {
        let integers = cast(numbers, &DataType::Int64)?;
        (integers.as_primitive::<Int64Type>().iter().map(|number| number.map(i128::from)).collect(), 0)
    };
    let unit = power_of_ten(i64::from(scale) - i64::from(own_scale)).unwrap_or(1);
    let scaled = plain.into_iter().map(|number| match number.map(|number| number.checked_mul(unit)) {
        Some(None) => exec_err!("Decimal overflow"),
        Some(scaled) => Ok(scaled),
        None => Ok(None),
    });
    scaled.collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn mod_has_the_sign_of_the_dividend() {
        assert_eq!(value("mod(7, -3)").unwrap(), "1");
        assert_eq!(value("mod(-7.5, 2)").unwrap(), "-1.5");
        assert_eq!(value("mod(5.25, 0.5)").unwrap(), "0.25");
        assert_eq!(value("mod(-7e0, 3)").unwrap(), "-1.0");
        assert_eq!(value("mod(-9223372036854775807 - 1, -1)").unwrap(), "0");
    }

    #[test]
    fn mod_by_zero_is_an_error_but_for_doubles() {
        assert!(value("mod(1, 0)").unwrap_err().contains("Division by zero"));
        assert!(value("mod(1.5, 0)").unwrap_err().contains("Division by zero"));
        assert_eq!(value("is_nan(mod(1e0, 0e0))").unwrap(), "true");
        assert_eq!(value("mod(NULL, 0)").unwrap(), "NULL");
        assert_eq!(value("mod(1, NULL)").unwrap(), "NULL");
    }
}
