//! `ARRAY[...]` as a function: the planner forgets lambda parameters and outer columns inside
//! array literals, in arguments of functions it knows them.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::functions_nested::make_array::make_array_udf;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use super::arrays::lists::array_of;
use super::arrays::unify::all_alike;
use crate::types::type_name;

/// Name of the function that the grammar calls.
pub(crate) const ARRAY: &str = "$array";

/// The engine's `make_array` under another name, for elements of one family.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ArrayLiteral {
    inner: Arc<ScalarUDF>,
    signature: Signature,
}

pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    let signature = Signature::user_defined(Volatility::Immutable);
    vec![Arc::new(ScalarUDF::from(ArrayLiteral { inner: make_array_udf(), signature }))]
}

impl ScalarUDFImpl for ArrayLiteral {
    fn name(&self) -> &'static str {
        ARRAY
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        if arg_types.is_empty() {
            return Ok(vec![]);
        }
        let Some(alike) = all_alike(arg_types) else {
            let types = arg_types.iter().map(type_name).collect::<Vec<_>>().join(", ");
            return plan_err!("All ARRAY elements must be the same type or coercible to a common type: {types}");
        };
        Ok(alike)
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(array_of(arg_types.first().unwrap_or(&DataType::Null)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.inner.invoke_with_args(args)
    }
}
