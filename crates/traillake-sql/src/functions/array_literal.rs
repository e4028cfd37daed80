//! `ARRAY[...]` as a function: the planner forgets lambda parameters and outer columns inside
//! array literals, in arguments of functions it knows them.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::functions_nested::make_array::make_array_udf;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature};

/// Name of the function that the grammar calls.
pub(crate) const ARRAY: &str = "$array";

/// The engine's `make_array` under another name.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ArrayLiteral {
    inner: Arc<ScalarUDF>,
}

pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    vec![Arc::new(ScalarUDF::from(ArrayLiteral::default()))]
}

impl Default for ArrayLiteral {
    fn default() -> Self {
        Self { inner: make_array_udf() }
    }
}

impl ScalarUDFImpl for ArrayLiteral {
    fn name(&self) -> &'static str {
        ARRAY
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(arg_types)
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arg_types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.inner.invoke_with_args(args)
    }
}
