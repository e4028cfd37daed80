//! Comparisons of floating-point numbers as IEEE has them, by operators of a total order.
//!
//! The engine's `=` and `<` order NaN above infinity (below, with its sign set) and -0.0 below 0.0. Here
//! a zero loses its sign, and a NaN gets the sign with which the comparison is false: `nan() < x` asks
//! whether the greatest value is less than `x`, `x < nan()` whether `x` is less than the least one.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::{DFSchema, Result, ScalarValue, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// Where NaN stands among the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Nan {
    /// Above all of them.
    High,
    /// Below all of them.
    Low,
}

impl Nan {
    fn function(self) -> &'static str {
        match self {
            Self::High => "$nan_high",
            Self::Low => "$nan_low",
        }
    }

    pub(super) fn double(self, value: f64) -> f64 {
        const HIGH: u64 = 0x7ff8_0000_0000_0000;
        const LOW: u64 = 0xfff8_0000_0000_0000;
        match self {
            // -0.0 + 0.0 is 0.0.
            _ if !value.is_nan() => value + 0.0,
            Self::High => f64::from_bits(HIGH),
            Self::Low => f64::from_bits(LOW),
        }
    }

    pub(super) fn real(self, value: f32) -> f32 {
        const HIGH: u32 = 0x7fc0_0000;
        const LOW: u32 = 0xffc0_0000;
        match self {
            _ if !value.is_nan() => value + 0.0,
            Self::High => f32::from_bits(HIGH),
            Self::Low => f32::from_bits(LOW),
        }
    }

    /// A column with its zeros and NaNs in one form; other columns stay.
    pub(super) fn settled(self, array: &ArrayRef) -> ArrayRef {
        if let Some(doubles) = array.as_primitive_opt::<Float64Type>() {
            return Arc::new(doubles.unary::<_, Float64Type>(|value| self.double(value)));
        }
        match array.as_primitive_opt::<Float32Type>() {
            Some(reals) => Arc::new(reals.unary::<_, Float32Type>(|value| self.real(value))),
            None => Arc::clone(array),
        }
    }
}

/// Both sides of a comparison, zeros and NaNs in the form it needs.
pub(super) fn settled_sides(op: Operator, left: Expr, right: Expr, schema: &DFSchema) -> (Expr, Expr) {
    let is_equality = matches!(op, Operator::Eq | Operator::NotEq);
    if !is_float(&left, schema) && !is_float(&right, schema) || is_equality && (is_plain(&left) || is_plain(&right)) {
        return (left, right);
    }
    let (left_nan, right_nan) = match op {
        Operator::Gt | Operator::GtEq => (Nan::Low, Nan::High),
        Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => (Nan::High, Nan::High),
        _ => (Nan::High, Nan::Low),
    };
    (settled(left, left_nan, schema), settled(right, right_nan, schema))
}

/// A floating-point number with its zeros and NaNs in one form; other values stay.
pub(super) fn settled(value: Expr, nan: Nan, schema: &DFSchema) -> Expr {
    if !is_float(&value, schema) {
        return value;
    }
    match value {
        Expr::Literal(ScalarValue::Float64(Some(value)), metadata) => {
            Expr::Literal(ScalarValue::Float64(Some(nan.double(value))), metadata)
        }
        Expr::Literal(ScalarValue::Float32(Some(value)), metadata) => {
            Expr::Literal(ScalarValue::Float32(Some(nan.real(value))), metadata)
        }
        Expr::ScalarFunction(call) if call.name() == nan.function() => Expr::ScalarFunction(call),
        value => {
            let function = Settled { nan, signature: Signature::any(1, Volatility::Immutable) };
            Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(function)), vec![value]))
        }
    }
}

fn is_float(value: &Expr, schema: &DFSchema) -> bool {
    matches!(value.get_type(schema), Ok(DataType::Float32 | DataType::Float64))
}

/// A literal that neither a zero with a sign nor a NaN equals.
fn is_plain(value: &Expr) -> bool {
    let Expr::Literal(value, _) = value else { return false };
    let ordinary = |value: f64| !value.is_nan() && value.abs() > 0.0;
    matches!(value.cast_to(&DataType::Float64), Ok(ScalarValue::Float64(Some(value))) if ordinary(value))
}

/// The function around a side.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Settled {
    nan: Nan,
    signature: Signature,
}

impl ScalarUDFImpl for Settled {
    fn name(&self) -> &str {
        self.nan.function()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        if let [value] = arg_types { Ok(value.clone()) } else { plan_err!("one number is expected") }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Array(values)] => Ok(ColumnarValue::Array(self.nan.settled(values))),
            [ColumnarValue::Scalar(value)] => {
                let settled = self.nan.settled(&value.to_array()?);
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&settled, 0)?))
            }
            _ => plan_err!("one number is expected"),
        }
    }
}
