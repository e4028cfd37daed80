//! The two usual kinds of definitions: of all rows of a group, and of a running state.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::Accumulator;
use datafusion::logical_expr::function::StateFieldsArgs;

use super::aggregate::Definition;
use super::call::Call;

type Accept = fn(&[DataType]) -> Option<Vec<DataType>>;
type Returns = fn(&[DataType]) -> DataType;

/// A result that is made of all rows of the group.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) accept: Accept,
    pub(super) returns: Returns,
    pub(super) collect: fn(&[ArrayRef], &DataType) -> Result<ScalarValue>,
}

impl Definition for Collected {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        (self.accept)(given)
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        Ok((self.returns)(types))
    }

    fn state(&self, _args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        internal_err!("rows are kept by the buffer")
    }

    fn accumulator(&self, _call: &Call) -> Result<Box<dyn Accumulator>> {
        internal_err!("rows are kept by the buffer")
    }

    fn collects(&self) -> bool {
        true
    }

    fn collect(&self, columns: &[ArrayRef], call: &Call) -> Result<ScalarValue> {
        (self.collect)(columns, call.returns())
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

/// A result that is made of a state, which every batch of rows changes.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) accept: Accept,
    pub(super) returns: Returns,
    pub(super) state: fn(&[DataType]) -> Vec<DataType>,
    pub(super) make: fn(&Call) -> Result<Box<dyn Accumulator>>,
}

impl Definition for Running {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        (self.accept)(given)
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        Ok((self.returns)(types))
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        let types: Vec<DataType> = args.input_fields.iter().map(|field| field.data_type().clone()).collect();
        Ok((self.state)(&types))
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        (self.make)(call)
    }
}
