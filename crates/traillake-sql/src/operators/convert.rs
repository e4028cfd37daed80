//! Sides of comparisons as another type.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Cast, Expr, ScalarUDF, lit};

use super::meet::STAMP;
use crate::casts::{DAY, Leaf, leaf, times};
use crate::functions::kit::{Kind, Timestamp, scalar};
use crate::text_form::shortened;
use crate::types::is_text;

/// An expression of type `from` as type `to`; literals stay literals.
pub(super) fn fit(expr: Expr, from: &DataType, to: &DataType) -> Result<Expr> {
    if from == to {
        return Ok(expr);
    }
    match &expr {
        Expr::Literal(value, _) if is_text(from) && *to == STAMP => match value.try_as_str().flatten() {
            Some(text) => {
                let Some(millis) = times::any_timestamp(text) else {
                    return plan_err!("Value cannot be cast to timestamp: {}", shortened(text));
                };
                Ok(lit(ScalarValue::TimestampMillisecond(Some(millis), None)))
            }
            None => Ok(lit(ScalarValue::TimestampMillisecond(None, None))),
        },
        Expr::Literal(value, _) => Ok(lit(value.cast_to(to)?)),
        _ if is_text(from) && *to == STAMP => Ok(time_of(expr)),
        _ => Ok(Expr::Cast(Cast::new(Box::new(expr), to.clone()))),
    }
}

/// The literal beside a side of this type, as that type has it: `'true'` beside a boolean is `true`,
/// a midnight beside a date is a date.
pub(super) fn literal_beside(literal: &Expr, beside: &DataType) -> Option<Expr> {
    let Expr::Literal(value, _) = literal else { return None };
    match beside {
        DataType::Boolean => {
            let text = value.try_as_str().flatten()?;
            text.to_ascii_lowercase().parse::<bool>().ok().map(lit)
        }
        DataType::Date32 => {
            let array = value.to_array().ok()?;
            let millis = match leaf(array.as_ref(), 0)? {
                Leaf::Text(text) => times::any_timestamp(text)?,
                Leaf::Timestamp(millis) | Leaf::Zoned(millis, _) => millis,
                _ => return None,
            };
            let days = i32::try_from(millis.div_euclid(DAY)).ok()?;
            (millis % DAY == 0).then(|| lit(ScalarValue::Date32(Some(days))))
        }
        _ => None,
    }
}

/// The length of an interval as a number.
pub(super) fn length_of(interval: Expr) -> Expr {
    let function = scalar("$interval_length")
        .on::<i64>(&[Kind::Interval], |row| {
            let interval = row.interval(0);
            let days = i64::from(interval.months) * 30 + i64::from(interval.days);
            Ok(Some(days * DAY + interval.nanoseconds / 1_000_000))
        })
        .hidden();
    call(function, interval)
}

/// The time that a text says, in any form that Lake reads.
pub(crate) fn time_of(text: Expr) -> Expr {
    call(time_of_text(), text)
}

fn time_of_text() -> Arc<ScalarUDF> {
    scalar("$time_of_text")
        .on(&[Kind::Text], |row| {
            let text = row.text(0);
            let millis = times::any_timestamp(text);
            millis
                .map(|millis| Some(Timestamp(millis)))
                .ok_or_else(|| exec_datafusion_err!("Value cannot be cast to timestamp: {}", shortened(text)))
        })
        .hidden()
}

fn call(function: Arc<ScalarUDF>, argument: Expr) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![argument]))
}
