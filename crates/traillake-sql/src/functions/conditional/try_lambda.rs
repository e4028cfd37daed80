//! `$try`: what the grammar makes of `TRY(x)`, a lambda whose parameter nobody uses.

use std::sync::Arc;

use arrow::array::{ArrayRef, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDF,
    HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use crate::casts::rescue;
use crate::functions::kit::column_of;

/// The function.
pub(crate) fn hidden_higher() -> Vec<Arc<HigherOrderUDF>> {
    vec![Arc::new(HigherOrderUDF::new_from_impl(Try {
        signature: HigherOrderSignature::any(1, Volatility::Immutable),
    }))]
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Try {
    signature: HigherOrderSignature,
}

impl HigherOrderUDFImpl for Try {
    fn name(&self) -> &'static str {
        "$try"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn lambda_parameters(
        &self,
        _step: usize,
        _fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        Ok(LambdaParametersProgress::Complete(vec![vec![Arc::new(Field::new("$", DataType::Null, true))]]))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        let [ValueOrLambda::Lambda(body)] = args.arg_fields else { return plan_err!("TRY has one argument") };
        Ok(Arc::new(body.as_ref().clone().with_nullable(true)))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let [ValueOrLambda::Lambda(body)] = args.args.as_slice() else { return plan_err!("TRY has one argument") };
        let data_type = args.return_field.data_type();
        let evaluate = |start, rows| part(body, start, rows, data_type);
        Ok(ColumnarValue::Array(rescue(0, args.number_rows, data_type, &evaluate)?))
    }

    // Its errors must not be met outside of it.
    fn short_circuits(&self) -> bool {
        true
    }
}

fn part(body: &LambdaArgument, start: usize, rows: usize, data_type: &DataType) -> Result<ArrayRef> {
    let parameter = || Ok(new_null_array(&DataType::Null, rows));
    let slice = |captures: &[ArrayRef]| Ok(captures.iter().map(|column| column.slice(start, rows)).collect());
    let found = column_of("TRY", body.evaluate(&[&parameter], slice)?, rows)?;
    if found.data_type() == data_type { Ok(found) } else { Ok(cast(&found, data_type)?) }
}
