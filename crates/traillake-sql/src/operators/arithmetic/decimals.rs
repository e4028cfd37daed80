//! Decimals: exact, with Trino's digits and scales.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array};
use arrow::datatypes::{DataType, i256};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::Sign;
use crate::casts::{Leaf, divided, leaf, power_of_ten, rescaled};
use crate::types::decimal_of;

/// Digits of a decimal, at most.
const DIGITS: i16 = 38;

pub(super) fn result_type(sign: Sign, left: &DataType, right: &DataType) -> Option<DataType> {
    let ((left_digits, left_scale), (right_digits, right_scale)) = (decimal_of(left)?, decimal_of(right)?);
    let (left_scale, right_scale) = (i16::from(left_scale), i16::from(right_scale));
    let (left_whole, right_whole) = (i16::from(left_digits) - left_scale, i16::from(right_digits) - right_scale);
    let widest = left_scale.max(right_scale);
    let (digits, scale) = match sign {
        Sign::Add | Sign::Subtract => (left_whole.max(right_whole) + widest + 1, widest),
        Sign::Multiply => (i16::from(left_digits) + i16::from(right_digits), left_scale + right_scale),
        Sign::Divide => (i16::from(left_digits) + right_scale + (right_scale - left_scale).max(0), widest),
        Sign::Modulus => (left_whole.min(right_whole) + widest, widest),
    };
    if scale > DIGITS {
        return None;
    }
    let digits = u8::try_from(digits.clamp(scale.max(1), DIGITS)).ok()?;
    Some(DataType::Decimal128(digits, i8::try_from(scale).ok()?))
}

pub(super) fn compute(sign: Sign, left: &ArrayRef, right: &ArrayRef, precision: u8, scale: i8) -> Result<ArrayRef> {
    let values = (0..left.len()).map(|row| {
        let (Some(left), Some(right)) = (leaf(left.as_ref(), row), leaf(right.as_ref(), row)) else { return Ok(None) };
        let (Some(left), Some(right)) = (digits_of(&left), digits_of(&right)) else {
            return exec_err!("Decimal overflow: {left} {} {right}", sign.symbol());
        };
        if matches!(sign, Sign::Divide | Sign::Modulus) && right.0 == i256::ZERO {
            return exec_err!("Division by zero");
        }
        let found = one(sign, left, right, scale).and_then(|(digits, from)| rescaled(digits, from, scale, precision));
        found.map(Some).ok_or_else(|| exec_datafusion_err!("Decimal overflow"))
    });
    let values = values.collect::<Result<Vec<Option<i128>>>>()?;
    Ok(Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale)?))
}

fn digits_of(value: &Leaf<'_>) -> Option<(i256, i8)> {
    match value {
        Leaf::Integer(number) => Some((i256::from_i128((*number).into()), 0)),
        Leaf::Decimal(digits, scale) => Some((i256::from_i128(*digits), *scale)),
        _ => None,
    }
}

/// Digits and scale of the result; `None` when it is too large.
fn one(sign: Sign, left: (i256, i8), right: (i256, i8), scale: i8) -> Option<(i256, i8)> {
    match sign {
        Sign::Multiply => Some((left.0.checked_mul(right.0)?, left.1.checked_add(right.1)?)),
        Sign::Divide => {
            let shift = i16::from(scale) + i16::from(right.1) - i16::from(left.1);
            let grown = left.0.checked_mul(power_of_ten(u32::try_from(shift).ok()?)?)?;
            Some((divided(grown, right.0)?, scale))
        }
        _ => {
            let (left, right) = (grown(left, scale)?, grown(right, scale)?);
            let digits = match sign {
                Sign::Add => left.checked_add(right)?,
                Sign::Subtract => left.checked_sub(right)?,
                _ => left.checked_rem(right)?,
            };
            Some((digits, scale))
        }
    }
}

fn grown(value: (i256, i8), scale: i8) -> Option<i256> {
    value.0.checked_mul(power_of_ten(u32::try_from(scale.checked_sub(value.1)?).ok()?)?)
}
