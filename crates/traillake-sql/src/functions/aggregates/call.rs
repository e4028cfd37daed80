//! How an aggregate was called, owned: what accumulators are made from, again and again.

use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::common::Result;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};

/// A call of an aggregate in a query.
#[derive(Debug, Clone)]
pub(super) struct Call {
    returns: FieldRef,
    schema: Arc<Schema>,
    name: String,
    expressions: Vec<Arc<dyn PhysicalExpr>>,
    fields: Vec<FieldRef>,
    order_bys: Vec<PhysicalSortExpr>,
    distinct: bool,
}

impl Call {
    pub(super) fn of(args: &AccumulatorArgs<'_>) -> Self {
        Self {
            returns: Arc::clone(&args.return_field),
            schema: Arc::new(args.schema.clone()),
            name: args.name.to_owned(),
            expressions: args.exprs.to_vec(),
            fields: args.expr_fields.to_vec(),
            order_bys: args.order_bys.to_vec(),
            distinct: args.is_distinct,
        }
    }

    /// For an engine's accumulator: the first `count` arguments, without DISTINCT and ORDER BY.
    pub(super) fn plain<'a>(&'a self, returns: &FieldRef, count: usize) -> AccumulatorArgs<'a> {
        AccumulatorArgs {
            return_field: Arc::clone(returns),
            schema: &self.schema,
            ignore_nulls: false,
            order_bys: &[],
            is_reversed: false,
            name: &self.name,
            is_distinct: false,
            exprs: self.expressions.get(..count).unwrap_or(&self.expressions),
            expr_fields: self.fields.get(..count).unwrap_or(&self.fields),
        }
    }

    /// The field of the result.
    pub(super) fn field(&self) -> &FieldRef {
        &self.returns
    }

    /// The type of the result.
    pub(super) fn returns(&self) -> &DataType {
        self.returns.data_type()
    }

    /// Types of the arguments.
    pub(super) fn types(&self) -> Vec<DataType> {
        self.fields.iter().map(|field| field.data_type().clone()).collect()
    }

    /// Type of one argument.
    pub(super) fn argument(&self, place: usize) -> DataType {
        self.fields.get(place).map_or(DataType::Null, |field| field.data_type().clone())
    }

    pub(super) fn is_distinct(&self) -> bool {
        self.distinct
    }

    pub(super) fn is_ordered(&self) -> bool {
        !self.order_bys.is_empty()
    }

    /// Types and directions of ORDER BY.
    pub(super) fn order(&self) -> Result<Vec<(DataType, SortOptions)>> {
        self.order_bys.iter().map(|sort| Ok((sort.expr.data_type(&self.schema)?, sort.options))).collect()
    }
}
