//! A call that takes lambdas as a scalar function: it holds the lambdas and gets what they capture as arguments.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::config::ConfigOptions;
use datafusion::common::utils::remove_list_null_values;
use datafusion::common::{DFSchema, Result, ScalarValue, exec_err};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr, HigherOrderFunctionArgs, HigherOrderUDF, LambdaArgument, ReturnFieldArgs, ScalarFunctionArgs,
    ScalarUDFImpl, Signature, ValueOrLambda, Volatility,
};
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use crate::budget::enter;
use crate::functions::kit::{column_of, in_parts};

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Lifted {
    function: Arc<HigherOrderUDF>,
    slots: Vec<Slot>,
    captures: Vec<FieldRef>,
    returns: FieldRef,
    signature: Signature,
}

/// An argument as it was written.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// A value, of which there is an argument still.
    Value(FieldRef),
    /// A lambda.
    Lambda(Body),
}

/// A lambda over columns of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Body {
    parameters: Vec<FieldRef>,
    expr: Expr,
    result: FieldRef,
    compiled: Compiled,
}

/// What the body's expression became; of no account when bodies are compared.
#[derive(Debug, Default)]
struct Compiled(OnceLock<Arc<dyn PhysicalExpr>>);

impl PartialEq for Compiled {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Compiled {}

impl Hash for Compiled {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Body {
    /// A body whose expression is over columns named by `capture` and `parameter`.
    pub(super) fn new(parameters: Vec<FieldRef>, expr: Expr, result: FieldRef) -> Self {
        let named = |(index, field): (usize, FieldRef)| renamed(&field, Self::parameter(index));
        let parameters = parameters.into_iter().enumerate().map(named).collect();
        Self { parameters, expr, result, compiled: Compiled::default() }
    }

    /// The name of a captured column.
    pub(super) fn capture(index: usize) -> String {
        format!("capture{index}")
    }

    /// The name of a parameter.
    pub(super) fn parameter(index: usize) -> String {
        format!("parameter{index}")
    }

    fn compile(&self, captures: &[FieldRef], options: &Arc<ConfigOptions>) -> Result<Arc<dyn PhysicalExpr>> {
        if let Some(compiled) = self.compiled.0.get() {
            return Ok(Arc::clone(compiled));
        }
        let fields: Vec<FieldRef> = captures.iter().chain(&self.parameters).cloned().collect();
        let schema = DFSchema::try_from(Schema::new(fields))?;
        let mut props = ExecutionProps::new();
        props.config_options = Some(Arc::clone(options));
        let compiled = create_physical_expr(&self.expr, &schema, &props, &PhysicalPlanningContext::default())?;
        Ok(Arc::clone(self.compiled.0.get_or_init(|| compiled)))
    }

    fn argument(
        &self,
        around: Option<&RecordBatch>,
        captures: &[FieldRef],
        options: &Arc<ConfigOptions>,
    ) -> Result<LambdaArgument> {
        let used: Vec<usize> = (0..self.parameters.len()).collect();
        let body = self.compile(captures, options)?;
        Ok(LambdaArgument::new(self.parameters.clone(), body, around.cloned(), &used))
    }
}

// Nullable, whatever is known: the column of one batch may say otherwise than that of another.
fn renamed(field: &FieldRef, name: String) -> FieldRef {
    Arc::new(Field::new(name, field.data_type().clone(), true))
}

impl Lifted {
    /// A call of `function`.
    pub(super) fn new(
        function: Arc<HigherOrderUDF>,
        slots: Vec<Slot>,
        captures: Vec<FieldRef>,
        returns: FieldRef,
    ) -> Self {
        let named = |(index, field): (usize, FieldRef)| renamed(&field, Body::capture(index));
        let captures = captures.into_iter().enumerate().map(named).collect();
        let volatile = slots.iter().any(|slot| matches!(slot, Slot::Lambda(body) if body.expr.is_volatile()));
        let volatility = if volatile { Volatility::Volatile } else { function.signature().volatility };
        Self { function, slots, captures, returns, signature: Signature::user_defined(volatility) }
    }

    fn captured(&self, columns: Vec<ColumnarValue>, rows: usize) -> Result<Option<RecordBatch>> {
        if self.captures.is_empty() {
            return Ok(None);
        }
        let columns = columns.into_iter().map(|column| column.into_array(rows)).collect::<Result<Vec<ArrayRef>>>()?;
        Ok(Some(RecordBatch::try_new(Arc::new(Schema::new(self.captures.clone())), columns)?))
    }

    fn value(&self, value: ColumnarValue, rows: usize) -> Result<ColumnarValue> {
        if !self.function.clear_null_values()
            || !matches!(value.data_type(), DataType::List(_) | DataType::LargeList(_))
        {
            return Ok(value);
        }
        Ok(ColumnarValue::Array(remove_list_null_values(&value.into_array(rows)?)?))
    }
}

impl ScalarUDFImpl for Lifted {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    // The planner brought them to the types of the call.
    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(arg_types.to_vec())
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.returns.data_type().clone())
    }

    fn return_field_from_args(&self, _args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::clone(&self.returns))
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let _entered = enter(&args.config_options)?;
        let values = std::mem::take(&mut args.args);
        let constant = self.signature.volatility != Volatility::Volatile
            && !values.is_empty()
            && values.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let made = in_parts(self.name(), values, rows, |values, rows| self.call(values, rows, &args))?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&made, 0)?));
        }
        Ok(ColumnarValue::Array(made))
    }
}

impl Lifted {
    /// The results of the call for so many rows.
    fn call(&self, mut values: Vec<ColumnarValue>, rows: usize, args: &ScalarFunctionArgs) -> Result<ArrayRef> {
        let captures = values.split_off(values.len().saturating_sub(self.captures.len()));
        let around = self.captured(captures, rows)?;
        let (mut values, mut written, mut fields) = (values.into_iter(), vec![], vec![]);
        for slot in &self.slots {
            match slot {
                Slot::Value(field) => {
                    let Some(value) = values.next() else { return exec_err!("wrong number of arguments") };
                    written.push(ValueOrLambda::Value(self.value(value, rows)?));
                    fields.push(ValueOrLambda::Value(Arc::clone(field)));
                }
                Slot::Lambda(body) => {
                    let lambda = body.argument(around.as_ref(), &self.captures, &args.config_options)?;
                    written.push(ValueOrLambda::Lambda(lambda));
                    fields.push(ValueOrLambda::Lambda(Arc::clone(&body.result)));
                }
            }
        }
        let made = self.function.invoke_with_args(HigherOrderFunctionArgs {
            args: written,
            arg_fields: fields,
            number_rows: rows,
            return_field: Arc::clone(&args.return_field),
            config_options: Arc::clone(&args.config_options),
        })?;
        column_of(self.name(), made, rows)
    }
}
