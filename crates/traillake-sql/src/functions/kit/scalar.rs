//! A scalar function as a list of overloads.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::hooks::Hooks;
use super::{Cell, Kind, Row, check_column, columns_of, equal_by_name, in_parts};
use crate::budget::enter;
use crate::functions::{Function, FunctionDoc, Implementation};
use crate::types::type_name;

type Evaluate = dyn Fn(&[ColumnarValue], usize) -> Result<ArrayRef> + Send + Sync;
type Fit = dyn Fn(&[DataType]) -> Option<Vec<DataType>> + Send + Sync;
type Returns = dyn Fn(&[DataType]) -> Result<DataType> + Send + Sync;

/// One form of a function: the kinds of its parameters, its result, its code.
struct Overload {
    kinds: &'static [Kind],
    /// Whether the last kind may be repeated.
    variadic: bool,
    /// Brings the arguments' types to one another.
    fit: Option<Box<Fit>>,
    returns: Box<Returns>,
    evaluate: Box<Evaluate>,
}

/// A scalar function in the making.
pub(crate) struct Scalar {
    name: &'static str,
    aliases: Vec<String>,
    signature: Signature,
    overloads: Vec<Overload>,
    pub(super) hooks: Hooks,
}

/// A function of no overload yet.
pub(crate) fn scalar(name: &'static str) -> Scalar {
    Scalar {
        name,
        aliases: vec![],
        signature: Signature::user_defined(Volatility::Immutable),
        overloads: vec![],
        hooks: Hooks::default(),
    }
}

impl Scalar {
    /// A function that may answer something else for the same arguments.
    pub(crate) fn volatile(mut self) -> Self {
        self.signature = Signature::user_defined(Volatility::Volatile);
        self
    }

    /// A form that is NULL when an argument is, else what `of_row` answers.
    pub(crate) fn on<T: Cell>(
        self,
        kinds: &'static [Kind],
        of_row: impl Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        self.on_nullable(kinds, move |row| {
            let any_null = (0..row.count()).any(|place| row.is_null(place));
            if any_null { Ok(None) } else { of_row(row) }
        })
    }

    /// A form that sees NULL arguments.
    pub(crate) fn on_nullable<T: Cell>(
        self,
        kinds: &'static [Kind],
        of_row: impl Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        let name = self.name;
        let evaluate = move |arrays: &[ArrayRef], rows: usize| {
            let mut bytes = 0;
            T::column((0..rows).map(|index| {
                let cell = of_row(&Row::new(arrays, index))?;
                bytes += cell.as_ref().map_or(0, T::bytes);
                check_column(name, bytes)?;
                Ok(cell)
            }))
        };
        self.on_arrays(kinds, |_| Ok(T::data_type()), evaluate)
    }

    /// A form over whole columns: `returns` gets the types of the arguments after they were made to
    /// fit, `evaluate` the columns and their length; its result has the type `returns` said.
    pub(crate) fn on_arrays(
        self,
        kinds: &'static [Kind],
        returns: impl Fn(&[DataType]) -> Result<DataType> + Send + Sync + 'static,
        evaluate: impl Fn(&[ArrayRef], usize) -> Result<ArrayRef> + Send + Sync + 'static,
    ) -> Self {
        self.on_values(kinds, returns, move |values, rows| evaluate(&columns_of(values, rows)?, rows))
    }

    /// The same, told which arguments are the same for all rows.
    pub(crate) fn on_values(
        mut self,
        kinds: &'static [Kind],
        returns: impl Fn(&[DataType]) -> Result<DataType> + Send + Sync + 'static,
        evaluate: impl Fn(&[ColumnarValue], usize) -> Result<ArrayRef> + Send + Sync + 'static,
    ) -> Self {
        let overload =
            Overload { kinds, variadic: false, fit: None, returns: Box::new(returns), evaluate: Box::new(evaluate) };
        self.overloads.push(overload);
        self
    }

    /// Lets the last kind of the last form repeat: it stands for one argument or more.
    pub(crate) fn variadic(mut self) -> Self {
        if let Some(last) = self.overloads.last_mut() {
            last.variadic = true;
        }
        self
    }

    /// Brings the arguments of the last form, after their kinds, to types that go together; `None` when they do not.
    pub(crate) fn fitted(mut self, fit: impl Fn(&[DataType]) -> Option<Vec<DataType>> + Send + Sync + 'static) -> Self {
        if let Some(last) = self.overloads.last_mut() {
            last.fit = Some(Box::new(fit));
        }
        self
    }

    /// The finished function; its name is the documentation's.
    pub(crate) fn documented(mut self, doc: FunctionDoc) -> Function {
        self.aliases = doc.aliases.iter().map(|&alias| alias.to_owned()).collect();
        Function { doc, implementation: Implementation::Scalar(self.hidden()) }
    }

    /// The finished function for the planner's own use: without documentation.
    pub(crate) fn hidden(self) -> Arc<ScalarUDF> {
        Arc::new(ScalarUDF::from(self))
    }

    /// The form with the nearest kinds, and the types its arguments take.
    fn choose(&self, given: &[DataType]) -> Result<(&Overload, Vec<DataType>)> {
        let fitting = self.overloads.iter().filter_map(|overload| {
            let (types, cost) = overload.accept(given)?;
            Some((cost, overload, types))
        });
        match fitting.min_by_key(|(cost, ..)| *cost) {
            Some((_, overload, types)) => Ok((overload, types)),
            None => self.refuse(given),
        }
    }

    fn refuse<T>(&self, given: &[DataType]) -> Result<T> {
        let given = given.iter().map(type_name).collect::<Vec<_>>().join(", ");
        let forms: Vec<String> = self.overloads.iter().map(|overload| overload.form(self.name)).collect();
        plan_err!("Unexpected parameters ({given}) for function {}. Expected: {}", self.name, forms.join(", "))
    }
}

impl Overload {
    fn accept(&self, given: &[DataType]) -> Option<(Vec<DataType>, u32)> {
        let fits = if self.variadic { given.len() >= self.kinds.len() } else { given.len() == self.kinds.len() };
        if !fits {
            return None;
        }
        let repeated = self.kinds.last().into_iter().cycle();
        let accepted = given.iter().zip(self.kinds.iter().chain(repeated)).map(|(given, kind)| kind.accept(given));
        let accepted = accepted.collect::<Option<Vec<_>>>()?;
        let cost = accepted.iter().map(|(_, cost)| cost).sum();
        let types: Vec<DataType> = accepted.into_iter().map(|(data_type, _)| data_type).collect();
        let types = self.fit.as_ref().map_or_else(|| Some(types.clone()), |fit| fit(&types))?;
        Some((types, cost))
    }

    fn form(&self, name: &str) -> String {
        let kinds = self.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        let more = if self.variadic { ", ..." } else { "" };
        format!("{name}({kinds}{more})")
    }
}

impl ScalarUDFImpl for Scalar {
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
        self.choose(arg_types).map(|(_, types)| types)
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let (overload, types) = self.choose(arg_types)?;
        (overload.returns)(&types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let types: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let returned = self.return_type(&types)?;
        let returned = self.hooks.typed(args.scalar_arguments)?.unwrap_or(returned);
        Ok(Arc::new(Field::new(self.name, returned, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let types: Vec<DataType> = args.args.iter().map(ColumnarValue::data_type).collect();
        let (overload, _) = self.choose(&types)?;
        let constant = self.signature.volatility != Volatility::Volatile
            && !args.args.is_empty()
            && args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let _entered = enter(&args.config_options)?;
        let result = in_parts(self.name, args.args, rows, |args, rows| (overload.evaluate)(&args, rows))?;
        let result = if *result.data_type() == DataType::Null && *args.return_field.data_type() != DataType::Null {
            new_null_array(args.return_field.data_type(), result.len())
        } else {
            result
        };
        let result = self.hooks.retyped(result, args.return_field.data_type())?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?));
        }
        Ok(ColumnarValue::Array(result))
    }

    fn preimage(&self, args: &[Expr], literal: &Expr, info: &SimplifyContext) -> Result<PreimageResult> {
        self.hooks.preimage(args, literal, info)
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        Ok(self.hooks.ordering(inputs))
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scalar").field("name", &self.name).finish_non_exhaustive()
    }
}

equal_by_name!(Scalar);
