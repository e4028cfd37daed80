//! How functions that take lambdas are written here: values first, then lambdas.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDF,
    HigherOrderUDFImpl, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use super::call::{Call, cast_to};
use crate::budget::enter;
use crate::functions::kit::equal_by_name;
use crate::functions::{Function, FunctionDoc, Implementation};
use crate::types::type_name;

/// The parameters of each lambda; `None` where they hang on the result of one before.
pub(super) type Parameters = Vec<Option<Vec<DataType>>>;

/// What a function that takes lambdas is.
pub(super) struct Form {
    /// How many lambdas it takes.
    pub(super) lambdas: RangeInclusive<usize>,
    /// The types its values are brought to; `None` when they do not fit.
    pub(super) values: fn(&[DataType]) -> Option<Vec<DataType>>,
    /// What the lambdas get, by the types of the values and of the lambdas' results where they are known.
    pub(super) parameters: fn(&[DataType], &[Option<DataType>]) -> Result<Parameters>,
    /// The type of the result, by the types of the values and of the lambdas' results.
    pub(super) returns: fn(&[DataType], &[DataType]) -> Result<DataType>,
    /// What runs.
    pub(super) evaluate: fn(&Call<'_>) -> Result<arrow::array::ArrayRef>,
}

impl Form {
    /// The finished function; its name is the documentation's.
    pub(super) fn documented(self, doc: FunctionDoc) -> Function {
        let signature = HigherOrderSignature::user_defined(Volatility::Immutable);
        let function = HigherOrder { form: self, name: doc.name, usage: doc.usage, signature };
        Function { doc, implementation: Implementation::HigherOrder(Arc::new(HigherOrderUDF::from(function))) }
    }
}

struct HigherOrder {
    form: Form,
    name: &'static str,
    usage: &'static [&'static str],
    signature: HigherOrderSignature,
}

impl HigherOrder {
    fn refuse<T>(&self, given: &[DataType]) -> Result<T> {
        let given = given.iter().map(type_name).collect::<Vec<_>>().join(", ");
        plan_err!("Unexpected parameters ({given}) for function {}. Expected: {}", self.name, self.usage.join(", "))
    }

    /// Types of the values and of the lambdas' results.
    fn types<L>(
        &self,
        fields: &[ValueOrLambda<FieldRef, L>],
        result: impl Fn(&L) -> Option<DataType>,
    ) -> Result<Types> {
        let mut types = Types::default();
        for field in fields {
            match field {
                ValueOrLambda::Value(field) if types.results.is_empty() => types.values.push(field.data_type().clone()),
                ValueOrLambda::Value(_) => return plan_err!("{} takes its lambdas last", self.name),
                ValueOrLambda::Lambda(lambda) => types.results.push(result(lambda)),
            }
        }
        if self.form.lambdas.contains(&types.results.len()) { Ok(types) } else { self.refuse(&types.values) }
    }
}

#[derive(Default)]
struct Types {
    values: Vec<DataType>,
    results: Vec<Option<DataType>>,
}

impl HigherOrderUDFImpl for HigherOrder {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        (self.form.values)(arg_types).map_or_else(|| self.refuse(arg_types), Ok)
    }

    fn lambda_parameters(
        &self,
        _step: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let types = self.types(fields, |field| field.as_ref().map(|field| field.data_type().clone()))?;
        let parameters = (self.form.parameters)(&types.values, &types.results)?;
        // The planner compares these fields with those of another step: nothing but the type may vary.
        let field = |data_type: DataType| Arc::new(Field::new("", data_type, true));
        let fields = parameters.into_iter().take(types.results.len());
        let fields: Vec<Option<Vec<FieldRef>>> =
            fields.map(|types| types.map(|types| types.into_iter().map(field).collect())).collect();
        Ok(match fields.iter().cloned().collect::<Option<Vec<_>>>() {
            Some(complete) => LambdaParametersProgress::Complete(complete),
            None => LambdaParametersProgress::Partial(fields),
        })
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        let types = self.types(args.arg_fields, |field| Some(field.data_type().clone()))?;
        let results: Vec<DataType> = types.results.into_iter().flatten().collect();
        Ok(Arc::new(Field::new(self.name, (self.form.returns)(&types.values, &results)?, true)))
    }

    // NULL rows are left out by `Lists`, of maps too.
    fn clear_null_values(&self) -> bool {
        false
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let _entered = enter(&args.config_options)?;
        let call = Call::new(&args, self.name)?;
        Ok(ColumnarValue::Array(cast_to((self.form.evaluate)(&call)?, args.return_type())?))
    }

    // A lambda need not run: what its body has in common with others must not be computed beforehand.
    fn short_circuits(&self) -> bool {
        true
    }

    fn conditional_arguments<'a>(&self, args: &'a [Expr]) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        Some(args.iter().partition(|arg| !matches!(arg, Expr::Lambda(_))))
    }
}

impl fmt::Debug for HigherOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HigherOrder").field("name", &self.name).finish_non_exhaustive()
    }
}

equal_by_name!(HigherOrder);
