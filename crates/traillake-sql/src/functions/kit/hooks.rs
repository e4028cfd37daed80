//! What a few scalar functions tell the planner beyond their types.

use arrow::array::{Array, ArrayRef};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};

use super::Scalar;

type Typed = dyn Fn(&[Option<&ScalarValue>]) -> Result<DataType> + Send + Sync;
type Preimage = dyn Fn(&[Expr], &ScalarValue, &SimplifyContext) -> Result<PreimageResult> + Send + Sync;

/// Answers for the planner; without one the planner's default holds.
#[derive(Default)]
pub(super) struct Hooks {
    typed: Option<Box<Typed>>,
    preimage: Option<Box<Preimage>>,
    ordering: Option<fn(&[ExprProperties]) -> SortProperties>,
}

impl Scalar {
    /// Lets literal arguments decide the result's type; columns are cast to it.
    pub(crate) fn typed_by_literals(
        mut self,
        typed: impl Fn(&[Option<&ScalarValue>]) -> Result<DataType> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.typed = Some(Box::new(typed));
        self
    }

    /// Says which arguments give a literal, so that a comparison with it can prune files.
    pub(crate) fn with_preimage(
        mut self,
        preimage: impl Fn(&[Expr], &ScalarValue, &SimplifyContext) -> Result<PreimageResult> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.preimage = Some(Box::new(preimage));
        self
    }

    /// Says how the result is ordered by the order of the arguments.
    pub(crate) fn ordered(mut self, ordering: fn(&[ExprProperties]) -> SortProperties) -> Self {
        self.hooks.ordering = Some(ordering);
        self
    }
}

impl Hooks {
    pub(super) fn typed(&self, literals: &[Option<&ScalarValue>]) -> Result<Option<DataType>> {
        self.typed.as_ref().map(|typed| typed(literals)).transpose()
    }

    pub(super) fn retyped(&self, column: ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
        if self.typed.is_none() || column.data_type() == data_type {
            return Ok(column);
        }
        Ok(cast(&column, data_type)?)
    }

    pub(super) fn preimage(&self, args: &[Expr], literal: &Expr, info: &SimplifyContext) -> Result<PreimageResult> {
        match (&self.preimage, literal) {
            (Some(preimage), Expr::Literal(literal, _)) => preimage(args, literal, info),
            _ => Ok(PreimageResult::None),
        }
    }

    pub(super) fn ordering(&self, inputs: &[ExprProperties]) -> SortProperties {
        self.ordering.map_or(SortProperties::Unordered, |ordering| ordering(inputs))
    }
}
