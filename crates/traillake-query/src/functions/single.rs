//! `$single(value, rows)`: the value of a sub-select that has one row or none.

use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, exec_err, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

/// The function; `rows` is NULL where no answer was found to a value, which a second reading of the query around gave.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Single {
    signature: Signature,
}

impl Default for Single {
    fn default() -> Self {
        Self { signature: Signature::any(2, Volatility::Stable) }
    }
}

impl ScalarUDFImpl for Single {
    fn name(&self) -> &'static str {
        "$single"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        internal_err!("the field is asked for")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let data_type = args.arg_fields.first().map_or(DataType::Null, |field| field.data_type().clone());
        Ok(Arc::new(Field::new(self.name(), data_type, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut arguments = args.args.into_iter();
        let (Some(value), Some(rows)) = (arguments.next(), arguments.next()) else {
            return internal_err!("a value and a number are expected");
        };
        let rows = rows.into_array(args.number_rows)?;
        if rows.null_count() > 0 {
            return exec_err!("the rows around a sub-select change from reading to reading");
        }
        let counts = rows.as_primitive::<Int64Type>();
        if counts.values().iter().any(|count| *count > 1) {
            return exec_err!("scalar sub-query has returned multiple rows");
        }
        Ok(value)
    }
}
