//! The function: a plan run over the rows of each batch.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt64Array};
use arrow::compute::{cast, concat_batches, take};
use arrow::datatypes::{DataType, SchemaRef, UInt64Type};
use datafusion::common::{Result, exec_datafusion_err, internal_err};
use datafusion::execution::TaskContext;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{ColumnarValue, LogicalPlan, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::{ExecutionPlan, collect_partitioned};

use super::rows::Batch;

/// Answers a sub-select for each row.
#[derive(Debug)]
pub(super) struct SubSelect {
    signature: Signature,
    /// The number of a row and its arguments.
    rows: SchemaRef,
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
    value: DataType,
}

impl SubSelect {
    /// A function of a plan with the number of a row and the value for it.
    pub(super) fn try_new(answers: &LogicalPlan, rows: SchemaRef, state: &SessionState) -> Result<Self> {
        let optimized = state.optimize(answers)?;
        let plan = on_a_thread(state.create_physical_plan(&optimized))?;
        let Some(value) = plan.schema().fields().get(1).map(|field| field.data_type().clone()) else {
            return internal_err!("a sub-select without a value");
        };
        let signature = Signature::variadic_any(Volatility::Stable);
        Ok(Self { signature, rows, plan, context: state.task_ctx(), value })
    }

    /// The arguments as rows.
    fn batch(&self, args: ScalarFunctionArgs) -> Result<RecordBatch> {
        let count = args.number_rows;
        let mut columns: Vec<ArrayRef> = vec![Arc::new((0..count as u64).collect::<UInt64Array>())];
        for (arg, field) in args.args.into_iter().zip(self.rows.fields().iter().skip(1)) {
            let array = arg.into_array(count)?;
            let fits = array.data_type() == field.data_type();
            columns.push(if fits { array } else { cast(&array, field.data_type())? });
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.rows), columns)?)
    }

    /// The plan's answers to the rows, in any order.
    fn answers(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let plan = reset_plan_states(Arc::clone(&self.plan))?;
        let config = self.context.session_config().clone().with_extension(Arc::new(Batch(batch)));
        let context = TaskContext::new(
            None,
            self.context.session_id(),
            config,
            HashMap::new(),
            HashMap::new(),
            HashMap::new(),
            HashMap::new(),
            self.context.runtime_env(),
        );
        let schema = plan.schema();
        let batches = on_a_thread(collect_partitioned(plan, Arc::new(context)))?;
        Ok(concat_batches(&schema, batches.iter().flatten())?)
    }
}

/// Runs a future to its end, whatever runtime the caller is part of.
fn on_a_thread<T: Send>(work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(work)
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("traillake-sub-select".into()).spawn_scoped(scope, run)?;
        thread.join().unwrap_or_else(|_| Err(exec_datafusion_err!("a sub-select ended without an answer")))
    })
}

/// The answers in the order of the rows.
fn ordered(answers: &RecordBatch, count: usize) -> Result<ArrayRef> {
    let [numbers, values] = answers.columns() else {
        return internal_err!("a sub-select with {} columns", answers.num_columns());
    };
    let mut places = vec![None; count];
    for (place, number) in numbers.as_primitive::<UInt64Type>().values().iter().enumerate() {
        if let Some(row) = usize::try_from(*number).ok().and_then(|row| places.get_mut(row)) {
            *row = Some(place as u64);
        }
    }
    if places.iter().any(Option::is_none) {
        return internal_err!("a sub-select without an answer to a row");
    }
    Ok(take(values, &UInt64Array::from(places), None)?)
}

impl ScalarUDFImpl for SubSelect {
    fn name(&self) -> &'static str {
        "$sub_select"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.value.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let count = args.number_rows;
        if count == 0 {
            return Ok(ColumnarValue::Array(arrow::array::new_empty_array(&self.value)));
        }
        let answers = self.answers(self.batch(args)?)?;
        ordered(&answers, count).map(ColumnarValue::Array)
    }
}

impl PartialEq for SubSelect {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan)
    }
}

impl Eq for SubSelect {}

impl Hash for SubSelect {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.plan).cast::<()>().hash(state);
    }
}
