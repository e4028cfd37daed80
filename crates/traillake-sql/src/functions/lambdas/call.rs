//! One call of a function that takes lambdas: its values as columns, its lambdas ready to run.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array, new_empty_array};
use arrow::compute::{cast, concat, take, take_arrays};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use datafusion::logical_expr::{HigherOrderFunctionArgs, LambdaArgument, ValueOrLambda};

use crate::functions::arrays::lists::Lists;
use crate::functions::kit::{check_column, column_of};

/// Elements a lambda is run on at a time: columns of the row that it uses are repeated for each of them.
const CHUNK: usize = 8192;

/// Values and lambdas of a call.
#[derive(Debug)]
pub(super) struct Call<'a> {
    function: &'static str,
    values: Vec<ArrayRef>,
    lambdas: Vec<(&'a LambdaArgument, &'a DataType)>,
}

impl<'a> Call<'a> {
    pub(super) fn new(args: &'a HigherOrderFunctionArgs, function: &'static str) -> Result<Self> {
        let (mut values, mut lambdas) = (Vec::new(), Vec::new());
        for (arg, field) in args.args.iter().zip(&args.arg_fields) {
            match (arg, field) {
                (ValueOrLambda::Value(value), _) => values.push(value.to_array(args.number_rows)?),
                (ValueOrLambda::Lambda(lambda), ValueOrLambda::Lambda(result)) => {
                    lambdas.push((lambda, result.data_type()));
                }
                (ValueOrLambda::Lambda(_), ValueOrLambda::Value(_)) => return exec_err!("a lambda stands for a value"),
            }
        }
        Ok(Self { function, values, lambdas })
    }

    /// A value argument.
    pub(super) fn value(&self, place: usize) -> Result<&ArrayRef> {
        self.values.get(place).ok_or_else(|| exec_datafusion_err!("wrong number of arguments"))
    }

    /// An argument that is an array, or a map as its entries.
    pub(super) fn lists(&self, place: usize) -> Result<Lists> {
        Lists::of(self.value(place)?)
    }

    /// Whether there is such a lambda.
    pub(super) fn has_lambda(&self, place: usize) -> bool {
        place < self.lambdas.len()
    }

    /// The type of a lambda's results.
    pub(super) fn result_type(&self, place: usize) -> Result<&DataType> {
        self.lambdas
            .get(place)
            .map(|(_, result)| *result)
            .ok_or_else(|| exec_datafusion_err!("wrong number of lambdas"))
    }

    /// The results of a lambda for parameters in columns; `rows` says which row each belongs to.
    pub(super) fn apply(&self, place: usize, parameters: &[ArrayRef], rows: &UInt32Array) -> Result<ArrayRef> {
        let Some((lambda, result)) = self.lambdas.get(place) else { return exec_err!("wrong number of lambdas") };
        let (mut results, mut bytes) = (Vec::new(), 0usize);
        for start in (0..rows.len()).step_by(CHUNK) {
            let length = CHUNK.min(rows.len() - start);
            let parameters: Vec<ArrayRef> = parameters.iter().map(|column| column.slice(start, length)).collect();
            let chunk = cast_to(run(lambda, &parameters, &rows.slice(start, length))?, result)?;
            bytes = bytes.saturating_add(chunk.to_data().get_slice_memory_size()?);
            check_column(self.function, bytes)?;
            results.push(chunk);
        }
        match results.as_slice() {
            [] => Ok(new_empty_array(result)),
            [single] => Ok(Arc::clone(single)),
            chunks => Ok(concat(&chunks.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())?),
        }
    }

    /// The results of a lambda for each element of arrays.
    pub(super) fn for_each(&self, place: usize, lists: &Lists, parameters: &[ArrayRef]) -> Result<ArrayRef> {
        self.apply(place, parameters, &lists.rows()?)
    }
}

fn run(lambda: &LambdaArgument, parameters: &[ArrayRef], rows: &UInt32Array) -> Result<ArrayRef> {
    let columns: Vec<_> = parameters.iter().map(|column| || Ok(Arc::clone(column))).collect();
    let columns: Vec<&dyn Fn() -> Result<ArrayRef>> = columns.iter().map(|column| column as _).collect();
    let result = lambda.evaluate(&columns, |captured| Ok(take_arrays(captured, rows, None)?))?;
    column_of("a lambda", result, rows.len())
}

/// The column as the type that was planned.
pub(super) fn cast_to(column: ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    if column.data_type() == data_type { Ok(column) } else { Ok(cast(&column, data_type)?) }
}

/// Values at places; NULL for none.
pub(super) fn at(values: &ArrayRef, places: &UInt32Array) -> Result<ArrayRef> {
    Ok(take(values.as_ref(), places, None)?)
}
