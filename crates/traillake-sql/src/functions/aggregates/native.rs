//! The engine's own aggregates under Lake's names and parameter types.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::StateFieldsArgs;
use datafusion::logical_expr::{Accumulator, AggregateUDF, GroupsAccumulator, StatisticsArgs};

use super::aggregate::Definition;
use super::call::Call;

/// An aggregate of the engine.
#[derive(Debug)]
pub(super) struct Native {
    pub(super) inner: Arc<AggregateUDF>,
    pub(super) accept: fn(&[DataType]) -> Option<Vec<DataType>>,
}

impl Definition for Native {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        (self.accept)(given)
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        let field = |data_type: &DataType| Arc::new(Field::new("x", data_type.clone(), true));
        let fields: Vec<FieldRef> = types.iter().map(field).collect();
        Ok(self.inner.return_field(&fields)?.data_type().clone())
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        let plain = StateFieldsArgs {
            name: args.name,
            input_fields: args.input_fields,
            return_field: Arc::clone(&args.return_field),
            ordering_fields: &[],
            is_distinct: false,
        };
        let fields = self.inner.state_fields(plain)?;
        Ok(fields.iter().map(|field| field.data_type().clone()).collect())
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        self.inner.accumulator(call.plain(call.field(), usize::MAX))
    }

    fn has_groups(&self, call: &Call) -> bool {
        self.inner.groups_accumulator_supported(call.plain(call.field(), usize::MAX))
    }

    fn groups(&self, call: &Call) -> Result<Box<dyn GroupsAccumulator>> {
        self.inner.create_groups_accumulator(call.plain(call.field(), usize::MAX))
    }

    // Floating point sums that are taken back leave what was rounded off, and NaN for good.
    fn retracting(&self, call: &Call) -> Option<Box<dyn Accumulator>> {
        if call.types().iter().any(DataType::is_floating) {
            return None;
        }
        let accumulator = self.inner.create_sliding_accumulator(call.plain(call.field(), usize::MAX)).ok()?;
        accumulator.supports_retract_batch().then_some(accumulator)
    }

    fn of_statistics(&self, args: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        self.inner.value_from_stats(args)
    }
}
