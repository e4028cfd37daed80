//! An aggregate as the engine sees it: DISTINCT, ORDER BY and moving frames for every definition.

use std::fmt;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, GroupsAccumulator, Signature, StatisticsArgs, Volatility,
};

use super::buffered::Buffered;
use super::call::Call;
use super::sliding::Sliding;
use crate::functions::kit::equal_by_name;
use crate::functions::{Function, FunctionDoc, Implementation};
use crate::types::type_name;

/// What distinguishes one aggregate from another.
pub(super) trait Definition: fmt::Debug + Send + Sync {
    /// The types arguments are turned into; `None` when they do not fit.
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>>;

    /// The type of the result for accepted types.
    fn returns(&self, types: &[DataType]) -> Result<DataType>;

    /// Types of the partial state.
    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>>;

    /// The accumulator of one group; `evaluate` may be called many times.
    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>>;

    /// Whether the result is a function of all the rows, so that they are kept; `collect` is it then.
    fn collects(&self) -> bool {
        false
    }

    /// The result for the rows of a group, which are at least one.
    fn collect(&self, _columns: &[ArrayRef], _call: &Call) -> Result<ScalarValue> {
        internal_err!("this aggregate does not collect rows")
    }

    /// Whether ORDER BY inside the call matters.
    fn is_ordered(&self) -> bool {
        false
    }

    /// Whether there is an accumulator for many groups at once.
    fn has_groups(&self, _call: &Call) -> bool {
        false
    }

    /// The accumulator for many groups at once.
    fn groups(&self, _call: &Call) -> Result<Box<dyn GroupsAccumulator>> {
        internal_err!("this aggregate has no accumulator of groups")
    }

    /// An accumulator that can take rows back, if there is an exact one.
    fn retracting(&self, _call: &Call) -> Option<Box<dyn Accumulator>> {
        None
    }

    /// The result for no rows.
    fn of_nothing(&self, returns: &DataType) -> Result<ScalarValue> {
        ScalarValue::try_from(returns)
    }

    /// The result from the statistics of the data.
    fn of_statistics(&self, _args: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        None
    }

    /// The aggregate that takes this one's place for so many arguments.
    fn for_arguments(&self, _count: usize) -> Option<Arc<AggregateUDF>> {
        None
    }
}

/// A definition under a name.
#[derive(Debug)]
pub(super) struct Aggregate {
    name: &'static str,
    aliases: Vec<String>,
    usage: &'static [&'static str],
    signature: Signature,
    definition: Arc<dyn Definition>,
}

impl Aggregate {
    fn new(name: &'static str, definition: Arc<dyn Definition>) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        Self { name, aliases: vec![], usage: &[], signature, definition }
    }

    fn accept(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let given: Vec<DataType> = given.iter().map(without_dictionary).collect();
        if let Some(types) = self.definition.accept(&given) {
            return Ok(types);
        }
        let given = given.iter().map(type_name).collect::<Vec<_>>().join(", ");
        plan_err!("Unexpected parameters ({given}) for function {}. Expected: {}", self.name, self.usage.join(", "))
    }

    /// Whether the rows of a group are kept until its end.
    fn buffers(&self, distinct: bool, ordered: bool) -> bool {
        distinct || self.definition.collects() || (ordered && self.definition.is_ordered())
    }

    fn accumulator_of(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        if !self.buffers(call.is_distinct(), call.is_ordered()) {
            return self.definition.accumulator(call);
        }
        let order = if self.definition.is_ordered() { call.order()? } else { vec![] };
        let (definition, of_rows) = (Arc::clone(&self.definition), call.clone());
        let finish = move |columns: &[ArrayRef]| {
            if definition.collects() {
                return definition.collect(columns, &of_rows);
            }
            let mut accumulator = definition.accumulator(&of_rows)?;
            accumulator.update_batch(columns)?;
            accumulator.evaluate()
        };
        let of_nothing = self.definition.of_nothing(call.returns())?;
        let buffered = Buffered::try_new(&call.types(), order, call.is_distinct(), of_nothing, Arc::new(finish))?;
        Ok(Box::new(buffered))
    }
}

impl AggregateUDFImpl for Aggregate {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        self.accept(arg_types)
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.definition.returns(&self.accept(arg_types)?)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.accumulator_of(&Call::of(&args))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let ordered = self.definition.is_ordered() && !args.ordering_fields.is_empty();
        let types = if self.buffers(args.is_distinct, ordered) {
            let order = if ordered { args.ordering_fields } else { &[] };
            let columns = args.input_fields.iter().chain(order);
            columns.map(|field| DataType::new_list(field.data_type().clone(), true)).collect()
        } else {
            self.definition.state(&args)?
        };
        let field = |(place, data_type): (usize, DataType)| {
            Arc::new(Field::new(format_state_name(args.name, &place.to_string()), data_type, true))
        };
        Ok(types.into_iter().enumerate().map(field).collect())
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        let call = Call::of(&args);
        !self.buffers(call.is_distinct(), call.is_ordered()) && self.definition.has_groups(&call)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        self.definition.groups(&Call::of(&args))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let call = Call::of(&args);
        if !self.buffers(call.is_distinct(), call.is_ordered())
            && let Some(accumulator) = self.definition.retracting(&call)
        {
            return Ok(accumulator);
        }
        let twin = Self::new(self.name, Arc::clone(&self.definition));
        Ok(Box::new(Sliding::new(Arc::new(move || twin.accumulator_of(&call)))))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        if self.definition.is_ordered() {
            AggregateOrderSensitivity::Beneficial
        } else {
            AggregateOrderSensitivity::Insensitive
        }
    }

    fn with_beneficial_ordering(self: Arc<Self>, _: bool) -> Result<Option<Arc<dyn AggregateUDFImpl>>> {
        Ok(self.definition.is_ordered().then_some(self as Arc<dyn AggregateUDFImpl>))
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        let definition = Arc::clone(&self.definition);
        Some(Box::new(move |mut function: AggregateFunction, _| {
            if let Some(other) = definition.for_arguments(function.params.args.len()) {
                function.func = other;
            }
            Ok(Expr::AggregateFunction(function))
        }))
    }

    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        self.definition.of_nothing(data_type)
    }

    fn value_from_stats(&self, args: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        self.definition.of_statistics(args)
    }
}

equal_by_name!(Aggregate);

/// The finished function; its name is the documentation's.
pub(super) fn documented(doc: FunctionDoc, definition: impl Definition + 'static) -> Function {
    let mut aggregate = Aggregate::new(doc.name, Arc::new(definition));
    aggregate.aliases = doc.aliases.iter().map(|&alias| alias.to_owned()).collect();
    aggregate.usage = doc.usage;
    Function { doc, implementation: Implementation::Aggregate(Arc::new(AggregateUDF::from(aggregate))) }
}

/// A function that only the planner calls.
pub(super) fn hidden(name: &'static str, definition: impl Definition + 'static) -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(Aggregate::new(name, Arc::new(definition))))
}

fn without_dictionary(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, value) => value.as_ref().clone(),
        other => other.clone(),
    }
}
