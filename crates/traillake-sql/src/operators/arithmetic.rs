//! `+ - * / %` as functions: types as in Trino, errors for overflow and division by zero.

mod decimals;
mod numbers;
mod times;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::types::type_name;

/// An operator of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sign {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulus,
}

impl Sign {
    fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulus => "%",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Add => "addition",
            Self::Subtract => "subtraction",
            Self::Multiply => "multiplication",
            Self::Divide => "division",
            Self::Modulus => "modulus",
        }
    }
}

/// The call of an operator on two sides of these types.
pub(super) fn call(sign: Sign, left: (Expr, &DataType), right: (Expr, &DataType)) -> Result<Expr> {
    if result_type(sign, left.1, right.1).is_none() {
        return refuse(sign, left.1, right.1);
    }
    let function = Arc::new(ScalarUDF::from(Arithmetic { sign, signature: Signature::any(2, Volatility::Immutable) }));
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![left.0, right.0])))
}

fn refuse<T>(sign: Sign, left: &DataType, right: &DataType) -> Result<T> {
    plan_err!("Cannot apply operator: {} {} {}", type_name(left), sign.symbol(), type_name(right))
}

/// The type of the result; `None` when the operator does not know the sides.
fn result_type(sign: Sign, left: &DataType, right: &DataType) -> Option<DataType> {
    match (left, right) {
        (DataType::Null, DataType::Null) => Some(DataType::Null),
        (DataType::Null, other) | (other, DataType::Null) => {
            let known = other.is_numeric() || other.is_temporal();
            known.then(|| result_type(sign, other, other).unwrap_or_else(|| other.clone()))
        }
        _ if left.is_numeric() && right.is_numeric() => numbers::result_type(sign, left, right),
        _ => times::result_type(sign, left, right),
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Arithmetic {
    sign: Sign,
    signature: Signature,
}

impl ScalarUDFImpl for Arithmetic {
    fn name(&self) -> &str {
        self.sign.symbol()
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let sides: Vec<String> = args.iter().map(|side| side.schema_name().to_string()).collect();
        Ok(sides.join(&format!(" {} ", self.sign.symbol())))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let [left, right] = arg_types else { return plan_err!("An operator has two sides") };
        result_type(self.sign, left, right).map_or_else(|| refuse(self.sign, left, right), Ok)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = args.args.as_slice() else { return plan_err!("An operator has two sides") };
        let result = args.return_field.data_type();
        if left.data_type() == DataType::Null || right.data_type() == DataType::Null {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from(result)?));
        }
        if result.is_integer() || result.is_floating() {
            return numbers::compute(self.sign, left, right, result);
        }
        let constant = matches!((left, right), (ColumnarValue::Scalar(_), ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let (left, right) = (left.to_array(rows)?, right.to_array(rows)?);
        let found = match result {
            DataType::Decimal128(precision, scale) => decimals::compute(self.sign, &left, &right, *precision, *scale)?,
            _ => times::compute(self.sign, &left, &right, result)?,
        };
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&found, 0)?));
        }
        Ok(ColumnarValue::Array(found))
    }
}
