//! `all_true(a, b, ...)`: the conjunction of any number of conditions, as flat as it is written.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray};
use arrow::compute::and_kleene;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// Name of the function.
pub(crate) const ALL_TRUE: &str = "all_true";

/// The function: false when one is false, else NULL when one is NULL, else true.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AllTrue {
    signature: Signature,
}

impl Default for AllTrue {
    fn default() -> Self {
        Self { signature: Signature::variadic(vec![DataType::Boolean], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for AllTrue {
    fn name(&self) -> &'static str {
        ALL_TRUE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut all = BooleanArray::from(vec![true; args.number_rows]);
        for condition in args.args {
            if matches!(&condition, ColumnarValue::Scalar(ScalarValue::Boolean(Some(true)))) {
                continue;
            }
            let condition: ArrayRef = condition.into_array(args.number_rows)?;
            all = and_kleene(&all, condition.as_boolean())?;
        }
        Ok(ColumnarValue::Array(Arc::new(all)))
    }
}
