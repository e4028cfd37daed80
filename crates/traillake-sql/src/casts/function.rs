//! The functions `$cast` and `$try_cast` that the grammar makes of `CAST` and `TRY_CAST`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit, TimestampMillisecondType};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    lit,
};

use super::allowed::can_cast;
use super::columns::is_native;
use super::{cast_column, times};
use crate::functions::datetime::date_of_time;
use crate::types::{SqlType, parse_type, type_name};

/// The functions of casts.
pub(crate) fn hidden() -> Vec<Arc<ScalarUDF>> {
    let functions = [CastFunction::new("$cast", false), CastFunction::new("$try_cast", true)];
    functions.into_iter().map(|function| Arc::new(ScalarUDF::from(function))).collect()
}

/// A value as a type it turns into by itself.
pub(crate) fn implicit(value: Expr, to: &DataType) -> Expr {
    let name = SqlType::of(to).to_string();
    ScalarUDF::from(CastFunction::new("$cast", false)).call(vec![value, lit(name)])
}

/// A value and the text of a type.
#[derive(Debug, PartialEq, Eq, Hash)]
struct CastFunction {
    name: &'static str,
    /// Whether what cannot be cast is NULL.
    lenient: bool,
    signature: Signature,
}

impl CastFunction {
    fn new(name: &'static str, lenient: bool) -> Self {
        Self { name, lenient, signature: Signature::any(2, Volatility::Immutable) }
    }
}

fn target(value: Option<&ScalarValue>) -> Result<SqlType> {
    let Some(text) = value.and_then(ScalarValue::try_as_str).flatten() else {
        return plan_err!("A cast needs the name of a type");
    };
    parse_type(text)
}

/// The Arrow type of the result: a text that is a constant also says the time zone.
fn result_type(value: Option<&ScalarValue>, to: &SqlType) -> DataType {
    let data_type = to.data_type();
    let text = value.and_then(ScalarValue::try_as_str).flatten();
    match (&data_type, text.and_then(times::zoned)) {
        (DataType::Timestamp(unit, Some(_)), Some((_, zone))) => {
            DataType::Timestamp(*unit, Some(zone.to_string().into()))
        }
        _ => data_type,
    }
}

impl ScalarUDFImpl for CastFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        target(None).map(|to| to.data_type())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let [value, _] = args.arg_fields else { return plan_err!("A cast has a value and a type") };
        let to = target(args.scalar_arguments.get(1).copied().flatten())?;
        let from = SqlType::of(value.data_type());
        if !can_cast(&from, &to) {
            return plan_err!("Cannot cast {} to {to}", type_name(value.data_type()));
        }
        let kept = match (value.data_type(), to.data_type()) {
            (DataType::Timestamp(_, zone @ Some(_)), DataType::Timestamp(unit, Some(_))) => {
                DataType::Timestamp(unit, zone.clone())
            }
            _ => result_type(args.scalar_arguments.first().copied().flatten(), &to),
        };
        Ok(Arc::new(Field::new(self.name, kept, true)))
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let [value, Expr::Literal(to, _)] = args.as_slice() else { return Ok(ExprSimplifyResult::Original(args)) };
        let (from, to) = (info.get_data_type(value)?, target(Some(to))?);
        let data_type = to.data_type();
        let whole = !matches!(to, SqlType::Varchar(Some(_)) | SqlType::Uuid);
        if !whole || !is_native(&from, &data_type) {
            return Ok(ExprSimplifyResult::Original(args));
        }
        let value = value.clone();
        if let (DataType::Timestamp(..), DataType::Date32) = (&from, &data_type) {
            return Ok(ExprSimplifyResult::Simplified(date_of_time().call(vec![value])));
        }
        let same = from == data_type;
        Ok(ExprSimplifyResult::Simplified(if same { value } else { Expr::Cast(Cast::new(Box::new(value), data_type)) }))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [value, to] = args.args.as_slice() else { return plan_err!("A cast has a value and a type") };
        let to = match to {
            ColumnarValue::Scalar(to) => target(Some(to))?,
            ColumnarValue::Array(_) => target(None)?,
        };
        let wanted = args.return_field.data_type();
        match value {
            ColumnarValue::Scalar(value) => {
                let found = cast_column(&value.to_array()?, &to, self.lenient)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&in_zone(found, wanted), 0)?))
            }
            ColumnarValue::Array(array) => {
                Ok(ColumnarValue::Array(in_zone(cast_column(array, &to, self.lenient)?, wanted)))
            }
        }
    }
}

/// The same instants in the zone of the wanted type.
fn in_zone(array: ArrayRef, wanted: &DataType) -> ArrayRef {
    match wanted {
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) if array.data_type() != wanted => {
            let times = array.as_primitive_opt::<TimestampMillisecondType>().cloned();
            times.map_or(array, |times| Arc::new(times.with_timezone(Arc::clone(zone))))
        }
        _ => array,
    }
}
