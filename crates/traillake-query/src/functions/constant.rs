//! `$constant(x)`: x, which is the same for all rows and may be large, unless the rows of a batch make it too large.
//!
//! The engine repeats what is constant for every row where it makes columns of it, and counts that nowhere.

use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use traillake_sql::Budget;

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Constant {
    signature: Signature,
}

impl Default for Constant {
    fn default() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Constant {
    fn name(&self) -> &'static str {
        "$constant"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        Ok(args.first().map(|value| value.schema_name().to_string()).unwrap_or_default())
    }

    fn display_name(&self, args: &[Expr]) -> Result<String> {
        self.schema_name(args)
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        arg_types.first().map_or_else(|| plan_err!("a constant has a value"), |data_type| Ok(data_type.clone()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        args.arg_fields.first().map_or_else(|| plan_err!("a constant has a value"), |field| Ok(Arc::clone(field)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if let (Some(ColumnarValue::Scalar(value)), Some(budget)) =
            (args.args.first(), Budget::of(&args.config_options))
        {
            budget.check_bytes("a constant", value.size().saturating_mul(args.number_rows))?;
        }
        args.args.into_iter().next().map_or_else(|| plan_err!("a constant has a value"), Ok)
    }
}
