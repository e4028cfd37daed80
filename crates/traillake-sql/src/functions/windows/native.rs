//! The engine's window functions: positions are bigint, parameters are checked.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::compute::{SortOptions, cast};
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::functions_window::cume_dist::cume_dist_udwf;
use datafusion::functions_window::nth_value::{first_value_udwf, last_value_udwf, nth_value_udwf};
use datafusion::functions_window::ntile::ntile_udwf;
use datafusion::functions_window::rank::{dense_rank_udwf, percent_rank_udwf, rank_udwf};
use datafusion::functions_window::row_number::row_number_udwf;
use datafusion::logical_expr::function::{ExpressionArgs, PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    LimitEffect, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl, window_state::WindowAggState,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;

use crate::functions::kit::equal_by_name;
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};
use crate::types::type_name;

type Names = (&'static str, &'static [&'static str]);
type Examples = &'static [(&'static str, &'static str)];

pub(super) fn functions() -> Vec<Function> {
    let mut all = positions();
    all.extend(values());
    all
}

fn positions() -> Vec<Function> {
    vec![
        position(
            ("row_number", &["row_number() → bigint"]),
            "Number of the row in its partition, from 1.",
            &[("SELECT x, row_number() OVER (ORDER BY x DESC) FROM (VALUES (1), (3)) AS t(x) ORDER BY x", "1|2; 3|1")],
            row_number_udwf(),
        ),
        position(
            ("rank", &["rank() → bigint"]),
            "One more than the number of rows before those that are equal to this one.",
            &[("SELECT rank() OVER (ORDER BY x) FROM (VALUES (1), (1), (2)) AS t(x)", "1; 1; 3")],
            rank_udwf(),
        ),
        position(
            ("dense_rank", &["dense_rank() → bigint"]),
            "Rank without gaps after equal rows.",
            &[("SELECT dense_rank() OVER (ORDER BY x) FROM (VALUES (1), (1), (2)) AS t(x)", "1; 1; 2")],
            dense_rank_udwf(),
        ),
        position(
            ("percent_rank", &["percent_rank() → double"]),
            "(rank - 1) / (rows of the partition - 1); 0 for a single row.",
            &[("SELECT percent_rank() OVER (ORDER BY x) FROM (VALUES (1), (2), (3)) AS t(x)", "0.0; 0.5; 1.0")],
            percent_rank_udwf(),
        ),
        position(
            ("cume_dist", &["cume_dist() → double"]),
            "Share of the partition's rows that stand before this one or are equal to it.",
            &[("SELECT cume_dist() OVER (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "0.5; 1.0")],
            cume_dist_udwf(),
        ),
    ]
}

fn values() -> Vec<Function> {
    vec![
        documented(
            ("ntile", &["ntile(n) → bigint"]),
            "Divides the partition into n parts that differ by one row at most and gives the number of the row's part.",
            &[("SELECT ntile(2) OVER (ORDER BY x) FROM (VALUES (1), (2), (3)) AS t(x)", "1; 1; 2")],
            Window::new(ntile_udwf(), |given| match given {
                [n] if n.is_integer() => Some(vec![DataType::Int64]),
                _ => None,
            }),
        ),
        documented(
            ("first_value", &["first_value(x) [IGNORE NULLS] → same as x"]),
            "The value of the frame's first row.",
            &[("SELECT first_value(x) OVER (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "1; 1")],
            Window::new(first_value_udwf(), one),
        ),
        documented(
            ("last_value", &["last_value(x) [IGNORE NULLS] → same as x"]),
            "The value of the frame's last row, which by default is the last that is equal to the current one.",
            &[("SELECT last_value(x) OVER (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "1; 2")],
            Window::new(last_value_udwf(), one),
        ),
        documented(
            ("nth_value", &["nth_value(x, n) [IGNORE NULLS] → same as x"]),
            "The value of the frame's n-th row, from 1, which is a literal; NULL if the frame has fewer rows.",
            &[("SELECT nth_value(x, 2) OVER (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "NULL; 2")],
            Window::new(nth_value_udwf(), |given| match given {
                [x, n] if n.is_integer() => Some(vec![x.clone(), DataType::Int64]),
                _ => None,
            }),
        ),
    ]
}

fn one(given: &[DataType]) -> Option<Vec<DataType>> {
    (given.len() == 1).then(|| given.to_vec())
}

fn position(names: Names, text: &'static str, examples: Examples, inner: Arc<WindowUDF>) -> Function {
    let mut window = Window::new(inner, |given| given.is_empty().then(Vec::new));
    window.signature = Signature::nullary(Volatility::Immutable);
    documented(names, text, examples, window)
}

fn documented((name, usage): Names, text: &'static str, examples: Examples, mut window: Window) -> Function {
    window.usage = usage;
    let doc =
        FunctionDoc { name, aliases: &[], group: Group::Window, usage, text, origin: Origin::DataFusion, examples };
    Function { doc, implementation: Implementation::Window(Arc::new(WindowUDF::from(window))) }
}

/// A window function of the engine.
#[derive(Debug)]
struct Window {
    inner: Arc<WindowUDF>,
    usage: &'static [&'static str],
    signature: Signature,
    accept: fn(&[DataType]) -> Option<Vec<DataType>>,
}

impl Window {
    fn new(inner: Arc<WindowUDF>, accept: fn(&[DataType]) -> Option<Vec<DataType>>) -> Self {
        Self { inner, usage: &[], signature: Signature::user_defined(Volatility::Immutable), accept }
    }
}

impl WindowUDFImpl for Window {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        if let Some(types) = (self.accept)(arg_types) {
            return Ok(types);
        }
        let given = arg_types.iter().map(type_name).collect::<Vec<_>>().join(", ");
        plan_err!("Unexpected parameters ({given}) for function {}. Expected: {}", self.name(), self.usage.join(", "))
    }

    fn expressions(&self, args: ExpressionArgs<'_>) -> Vec<Arc<dyn PhysicalExpr>> {
        self.inner.expressions(args)
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs<'_>) -> Result<Box<dyn PartitionEvaluator>> {
        check_positive(self.name(), args.input_exprs().last())?;
        let inner = self.inner.partition_evaluator_factory(args)?;
        Ok(Box::new(Signed { inner }))
    }

    fn field(&self, args: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        let field = self.inner.field(args)?;
        if *field.data_type() == DataType::UInt64 {
            return Ok(Arc::new(field.as_ref().clone().with_data_type(DataType::Int64)));
        }
        Ok(field)
    }

    fn sort_options(&self) -> Option<SortOptions> {
        self.inner.sort_options()
    }

    fn limit_effect(&self, args: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        self.inner.inner().limit_effect(args)
    }
}

/// The n of `nth_value` and `ntile`.
fn check_positive(name: &str, last: Option<&Arc<dyn PhysicalExpr>>) -> Result<()> {
    let literal = last.and_then(|last| last.downcast_ref::<Literal>()).map(Literal::value);
    match (name, literal) {
        ("nth_value", Some(ScalarValue::Int64(Some(n)))) if *n < 1 => exec_err!("Offset must be at least 1"),
        ("ntile", Some(ScalarValue::Int64(Some(n)))) if *n < 1 => exec_err!("Buckets must be greater than 0"),
        _ => Ok(()),
    }
}

equal_by_name!(Window);

/// An evaluator whose unsigned results become bigint.
#[derive(Debug)]
struct Signed {
    inner: Box<dyn PartitionEvaluator>,
}

fn signed(column: ArrayRef) -> Result<ArrayRef> {
    if *column.data_type() == DataType::UInt64 { Ok(cast(&column, &DataType::Int64)?) } else { Ok(column) }
}

impl PartitionEvaluator for Signed {
    fn memoize(&mut self, state: &mut WindowAggState) -> Result<()> {
        self.inner.memoize(state)
    }

    fn get_range(&self, idx: usize, n_rows: usize) -> Result<Range<usize>> {
        self.inner.get_range(idx, n_rows)
    }

    fn is_causal(&self) -> bool {
        self.inner.is_causal()
    }

    fn evaluate_all(&mut self, values: &[ArrayRef], num_rows: usize) -> Result<ArrayRef> {
        signed(self.inner.evaluate_all(values, num_rows)?)
    }

    fn evaluate(&mut self, values: &[ArrayRef], range: &Range<usize>) -> Result<ScalarValue> {
        match self.inner.evaluate(values, range)? {
            value @ ScalarValue::UInt64(_) => value.cast_to(&DataType::Int64),
            value => Ok(value),
        }
    }

    fn evaluate_all_with_rank(&self, num_rows: usize, ranks: &[Range<usize>]) -> Result<ArrayRef> {
        signed(self.inner.evaluate_all_with_rank(num_rows, ranks)?)
    }

    fn supports_bounded_execution(&self) -> bool {
        self.inner.supports_bounded_execution()
    }

    fn uses_window_frame(&self) -> bool {
        self.inner.uses_window_frame()
    }

    fn include_rank(&self) -> bool {
        self.inner.include_rank()
    }
}
