//! Numbers in paths of the SQL standard: bigint where they fit it, else double.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::evaluate::{Evaluated, mismatch};
use super::syntax::Operator;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Numeric {
    Bigint(i64),
    Double(f64),
}

impl Numeric {
    pub(super) fn of(item: &Value) -> Evaluated<Self> {
        let Value::Number(number) = item else { return mismatch("NUMBER", item) };
        match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Ok(Self::Bigint(number)),
            (None, Some(number)) => Ok(Self::Double(number)),
            (None, None) => Err("numeric value out of range".to_owned()),
        }
    }

    pub(super) fn value(self) -> Evaluated<Value> {
        match self {
            Self::Bigint(number) => Ok(Value::from(number)),
            Self::Double(number) => {
                Number::from_f64(number).map(Value::Number).ok_or_else(|| "numeric value out of range".to_owned())
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a double holds as much of a bigint as it can")]
    pub(super) fn double(self) -> f64 {
        match self {
            Self::Bigint(number) => number as f64,
            Self::Double(number) => number,
        }
    }

    /// As a place in an array; fractions are cut off.
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is no place in any array")]
    pub(super) fn index(self) -> Evaluated<i64> {
        match self {
            Self::Bigint(number) => Ok(number),
            Self::Double(number) if number.is_finite() => Ok(number as i64),
            Self::Double(_) => Err("an array subscript is not a number".to_owned()),
        }
    }

    pub(super) fn negated(self) -> Option<Self> {
        match self {
            Self::Bigint(number) => number.checked_neg().map(Self::Bigint),
            Self::Double(number) => Some(Self::Double(-number)),
        }
    }

    pub(super) fn absolute(self) -> Option<Self> {
        match self {
            Self::Bigint(number) => number.checked_abs().map(Self::Bigint),
            Self::Double(number) => Some(Self::Double(number.abs())),
        }
    }

    pub(super) fn rounded(self, round: fn(f64) -> f64) -> Self {
        match self {
            Self::Bigint(number) => Self::Bigint(number),
            Self::Double(number) => Self::Double(round(number)),
        }
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bigint(left), Self::Bigint(right)) => Some(left.cmp(&right)),
            _ => self.double().partial_cmp(&other.double()),
        }
    }
}

/// Arithmetic as in SQL: integers stay integers.
pub(super) fn combined(left: Numeric, operator: Operator, right: Numeric) -> Evaluated<Numeric> {
    let (Numeric::Bigint(a), Numeric::Bigint(b)) = (left, right) else {
        return Ok(Numeric::Double(combined_doubles(left.double(), operator, right.double())));
    };
    if b == 0 && matches!(operator, Operator::Divide | Operator::Modulus) {
        return Err("Division by zero".to_owned());
    }
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        Operator::Modulus => Some(a.wrapping_rem(b)),
    };
    result.map(Numeric::Bigint).ok_or_else(|| "numeric value out of range".to_owned())
}

fn combined_doubles(a: f64, operator: Operator, b: f64) -> f64 {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::Modulus => a % b,
    }
}
