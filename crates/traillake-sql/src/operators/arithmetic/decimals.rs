//! Decimals: exact, with Trino's digits and scales.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use arrow::compute::{CastOptions, cast_with_options, try_binary};
use arrow::datatypes::{DataType, Decimal128Type, i256};
use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err, internal_datafusion_err};

use super::Sign;
use crate::casts::{divided, power_of_ten, rescaled};
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
    let (left, right) = (as_decimals(left)?, as_decimals(right)?);
    let (Some(left), Some(right)) =
        (left.as_primitive_opt::<Decimal128Type>(), right.as_primitive_opt::<Decimal128Type>())
    else {
        return Err(internal_datafusion_err!("decimals were expected"));
    };
    let operator = Operator { sign, left: left.scale(), right: right.scale(), precision, scale };
    let narrow = Narrow::of(operator);
    let values: Decimal128Array = try_binary(left, right, |left, right| {
        if right == 0 && matches!(sign, Sign::Divide | Sign::Modulus) {
            return Err(ArrowError::DivideByZero);
        }
        let found = narrow.and_then(|narrow| narrow.compute(sign, left, right));
        let found = found.or_else(|| operator.wide(left, right));
        found.ok_or_else(|| ArrowError::ArithmeticOverflow("Decimal overflow".to_owned()))
    })
    .map_err(fault)?;
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}

fn fault(error: ArrowError) -> DataFusionError {
    match error {
        ArrowError::DivideByZero => exec_datafusion_err!("Division by zero"),
        ArrowError::ArithmeticOverflow(text) => exec_datafusion_err!("{text}"),
        other => other.into(),
    }
}

/// Integers and decimals of any width as decimals.
fn as_decimals(array: &ArrayRef) -> Result<ArrayRef> {
    let Some((digits, scale)) = decimal_of(array.data_type()) else {
        return Err(internal_datafusion_err!("{} is no decimal", array.data_type()));
    };
    let digits = if *array.data_type() == DataType::UInt64 { digits + 1 } else { digits };
    let to = DataType::Decimal128(digits.min(38), scale);
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    Ok(cast_with_options(array, &to, &strict)?)
}

/// An operator between decimals of two scales, and the digits and scale of its result.
#[derive(Debug, Clone, Copy)]
struct Operator {
    sign: Sign,
    left: i8,
    right: i8,
    precision: u8,
    scale: i8,
}

impl Operator {
    /// In 256 bits; `None` when the result is too large.
    fn wide(self, left: i128, right: i128) -> Option<i128> {
        let (left, right) = (i256::from_i128(left), i256::from_i128(right));
        let digits = match self.sign {
            Sign::Multiply => left.checked_mul(right)?,
            Sign::Divide => divided(left.checked_mul(power_of_ten(self.shift()?)?)?, right)?,
            sign => {
                let left = left.checked_mul(power_of_ten(growth(self.left, self.scale)?)?)?;
                let right = right.checked_mul(power_of_ten(growth(self.right, self.scale)?)?)?;
                match sign {
                    Sign::Add => left.checked_add(right)?,
                    Sign::Subtract => left.checked_sub(right)?,
                    _ => left.checked_rem(right)?,
                }
            }
        };
        rescaled(digits, self.scale, self.scale, self.precision)
    }

    /// Digits that a dividend grows by.
    fn shift(self) -> Option<u32> {
        u32::try_from(i16::from(self.scale) + i16::from(self.right) - i16::from(self.left)).ok()
    }
}

fn growth(from: i8, to: i8) -> Option<u32> {
    u32::try_from(to.checked_sub(from)?).ok()
}

/// The same in 128 bits, which most values fit.
#[derive(Debug, Clone, Copy)]
struct Narrow {
    /// What the sides are multiplied by beforehand.
    left: i128,
    right: i128,
    /// The result is below it.
    limit: u128,
}

impl Narrow {
    fn of(operator: Operator) -> Option<Self> {
        let power = |exponent: u32| 10_i128.checked_pow(exponent);
        let (left, right) = match operator.sign {
            Sign::Multiply => (1, 1),
            Sign::Divide => (power(operator.shift()?)?, 1),
            _ => (power(growth(operator.left, operator.scale)?)?, power(growth(operator.right, operator.scale)?)?),
        };
        Some(Self { left, right, limit: power(operator.precision.into())?.unsigned_abs() })
    }

    /// `None` when something does not fit.
    fn compute(self, sign: Sign, left: i128, right: i128) -> Option<i128> {
        let (left, right) = (left.checked_mul(self.left)?, right.checked_mul(self.right)?);
        let found = match sign {
            Sign::Add => left.checked_add(right)?,
            Sign::Subtract => left.checked_sub(right)?,
            Sign::Multiply => left.checked_mul(right)?,
            Sign::Modulus => left.checked_rem(right)?,
            Sign::Divide => {
                let (quotient, rest) = (left.checked_div(right)?, left.checked_rem(right)?);
                let is_half = rest.unsigned_abs() >= right.unsigned_abs() - rest.unsigned_abs();
                let away = if (left < 0) == (right < 0) { 1 } else { -1 };
                if is_half { quotient.checked_add(away)? } else { quotient }
            }
        };
        (found.unsigned_abs() < self.limit).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIGNS: [Sign; 5] = [Sign::Add, Sign::Subtract, Sign::Multiply, Sign::Divide, Sign::Modulus];

    proptest! {
        #[test]
        fn what_fits_in_128_bits_is_the_same_there(
            sign in prop::sample::select(SIGNS.as_slice()),
            (left, right) in (any::<i128>(), any::<i128>()),
            (left_bits, right_bits) in (0..127_u32, 0..127_u32),
            (left_scale, right_scale) in (0..20_i8, 0..18_i8),
        ) {
            let (left, right) = (left >> left_bits, right >> right_bits);
            prop_assume!(right != 0);
            let scale = if sign == Sign::Multiply { left_scale + right_scale } else { left_scale.max(right_scale) };
            let operator = Operator { sign, left: left_scale, right: right_scale, precision: 38, scale };
            if let Some(found) = Narrow::of(operator).and_then(|narrow| narrow.compute(sign, left, right)) {
                prop_assert_eq!(Some(found), operator.wide(left, right));
            }
        }
    }

    #[test]
    fn quotients_are_rounded_away_from_zero() {
        let operator = Operator { sign: Sign::Divide, left: 0, right: 0, precision: 38, scale: 0 };
        let narrow = Narrow::of(operator).unwrap();
        for (left, right, expected) in [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (4, 3, 1), (-5, -3, 2)] {
            assert_eq!(narrow.compute(Sign::Divide, left, right), Some(expected), "{left} / {right}");
            assert_eq!(operator.wide(left, right), Some(expected), "{left} / {right}");
        }
    }
}
