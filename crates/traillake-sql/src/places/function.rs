//! A function that says in its errors where it stands.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use arrow::error::ArrowError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::{DataFusionError, ExprSchema, Result, ScalarValue};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, StructFieldMapping,
};

use super::Place;
use crate::budget::is_about_size;

/// Another function at a place.
#[derive(Debug)]
pub(super) struct Placed {
    inner: Arc<ScalarUDF>,
    place: Place,
    /// The name it is planned by; `None` for its own.
    marked: Option<String>,
}

impl Placed {
    pub(super) fn new(inner: Arc<ScalarUDF>, place: Place, marked: Option<String>) -> Self {
        Self { inner, place, marked }
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn inner(&self) -> &Arc<ScalarUDF> {
        &self.inner
    }

    /// The same under its own name; `None` when it has that already.
    pub(super) fn named(&self) -> Option<Self> {
        self.marked.as_ref().map(|_| Self::new(Arc::clone(&self.inner), self.place, None))
    }

    fn placed<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| placed(self.place, error))
    }
}

/// An error with the place it comes from, unless it has one; failures of the machinery stay as they are.
pub(super) fn placed(place: Place, error: DataFusionError) -> DataFusionError {
    let at = |message: &str| match Place::at_start(message) {
        Some(_) => message.to_owned(),
        None => format!("{place}: {message}"),
    };
    match error {
        DataFusionError::Execution(message) => DataFusionError::Execution(at(&message)),
        DataFusionError::Plan(message) => DataFusionError::Plan(at(&message)),
        DataFusionError::ResourcesExhausted(message) if is_about_size(&message) => {
            DataFusionError::ResourcesExhausted(at(&message))
        }
        DataFusionError::ArrowError(error, _) if value_error(&error).is_some() => {
            DataFusionError::Execution(at(&value_error(&error).unwrap_or_default()))
        }
        other => other,
    }
}

/// What an error about values says.
fn value_error(error: &ArrowError) -> Option<String> {
    match error {
        ArrowError::CastError(message)
        | ArrowError::ComputeError(message)
        | ArrowError::InvalidArgumentError(message)
        | ArrowError::ParseError(message)
        | ArrowError::ArithmeticOverflow(message) => Some(message.clone()),
        ArrowError::DivideByZero => Some("Division by zero".to_owned()),
        _ => None,
    }
}

// The place is no part of what a call means.
impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Eq for Placed {}

impl Hash for Placed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

#[warn(clippy::missing_trait_methods)]
impl ScalarUDFImpl for Placed {
    fn name(&self) -> &str {
        self.marked.as_deref().unwrap_or_else(|| self.inner.name())
    }

    fn aliases(&self) -> &[String] {
        &[]
    }

    fn display_name(&self, args: &[Expr]) -> Result<String> {
        self.inner.inner().schema_name(args)
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        self.inner.schema_name(args)
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.placed(self.inner.return_type(arg_types))
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        let updated = self.inner.inner().with_updated_config(config)?;
        Some(ScalarUDF::from(Self::new(Arc::new(updated), self.place, self.marked.clone())))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.placed(self.inner.return_field_from_args(args))
    }

    fn is_nullable(&self, _args: &[Expr], _schema: &dyn ExprSchema) -> bool {
        true
    }

    fn is_strict(&self) -> bool {
        self.inner.is_strict()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.placed(self.inner.invoke_with_args(args))
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        self.placed(self.inner.simplify(args, info))
    }

    fn preimage(&self, args: &[Expr], literal: &Expr, info: &SimplifyContext) -> Result<PreimageResult> {
        self.inner.preimage(args, literal, info)
    }

    fn short_circuits(&self) -> bool {
        self.inner.short_circuits()
    }

    fn conditional_arguments<'a>(&self, args: &'a [Expr]) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        self.inner.conditional_arguments(args)
    }

    fn evaluate_bounds(&self, inputs: &[&Interval]) -> Result<Interval> {
        self.inner.evaluate_bounds(inputs)
    }

    fn propagate_constraints(&self, interval: &Interval, inputs: &[&Interval]) -> Result<Option<Vec<Interval>>> {
        self.inner.inner().propagate_constraints(interval, inputs)
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        self.inner.output_ordering(inputs)
    }

    fn preserves_lex_ordering(&self, inputs: &[ExprProperties]) -> Result<bool> {
        self.inner.preserves_lex_ordering(inputs)
    }

    fn strictly_order_preserving(&self, inputs: &[ExprProperties]) -> Result<bool> {
        self.inner.strictly_order_preserving(inputs)
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        self.placed(self.inner.coerce_types(arg_types))
    }

    fn struct_field_mapping(&self, literals: &[Option<ScalarValue>]) -> Option<StructFieldMapping> {
        self.inner.struct_field_mapping(literals)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }

    fn placement(&self, args: &[ExpressionPlacement]) -> ExpressionPlacement {
        self.inner.placement(args)
    }
}
