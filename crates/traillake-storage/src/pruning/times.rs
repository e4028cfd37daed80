//! Filters on a rounded event time, as bounds on the event time itself: `date_trunc('day', eventtime) = d` can only
//! hold within the day that begins at `d`. The bounds are weaker than the filter; they serve pruning only.

use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use crate::layout::EVENT_TIME;

const DAY_MS: i64 = 86_400_000;
const SQL_TIME: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

/// The expression with comparisons of rounded event times replaced by what they say of the event time.
pub(crate) fn unrounded(expr: &Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr> {
    let Some(binary) = expr.downcast_ref::<BinaryExpr>() else { return Arc::clone(expr) };
    if matches!(binary.op(), Operator::And | Operator::Or) {
        return Arc::new(BinaryExpr::new(unrounded(binary.left()), *binary.op(), unrounded(binary.right())));
    }
    bounds(binary.left(), *binary.op(), binary.right())
        .or_else(|| bounds(binary.right(), binary.op().swap()?, binary.left()))
        .unwrap_or_else(|| Arc::clone(expr))
}

fn bounds(
    rounded: &Arc<dyn PhysicalExpr>,
    op: Operator,
    value: &Arc<dyn PhysicalExpr>,
) -> Option<Arc<dyn PhysicalExpr>> {
    let (time, unit_ms) = rounded_time(rounded)?;
    let value = value.downcast_ref::<Literal>()?.value();
    let is_whole_day = unit_ms == DAY_MS && matches!(value, ScalarValue::Date32(_));
    let from_ms = milliseconds(value)?;
    let until_ms = from_ms.checked_add(unit_ms)?;
    let bound = |op, ms| -> Arc<dyn PhysicalExpr> {
        let value = ScalarValue::TimestampMillisecond(Some(ms), None);
        Arc::new(BinaryExpr::new(Arc::clone(&time), op, Arc::new(Literal::new(value))))
    };
    match op {
        Operator::Eq => {
            let (from, until) = (bound(Operator::GtEq, from_ms), bound(Operator::Lt, until_ms));
            Some(Arc::new(BinaryExpr::new(from, Operator::And, until)))
        }
        Operator::Gt if is_whole_day => Some(bound(Operator::GtEq, until_ms)),
        Operator::Lt if is_whole_day => Some(bound(Operator::Lt, from_ms)),
        Operator::Gt | Operator::GtEq => Some(bound(Operator::GtEq, from_ms)),
        Operator::Lt | Operator::LtEq => Some(bound(Operator::Lt, until_ms)),
        _ => None,
    }
}

/// The event time column under a function that rounds it down, and by how many milliseconds at most.
fn rounded_time(expr: &Arc<dyn PhysicalExpr>) -> Option<(Arc<dyn PhysicalExpr>, i64)> {
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        if is_same_moment(cast.cast_type()) {
            return rounded_time(cast.expr());
        }
        return (cast.cast_type() == &DataType::Date32).then(|| Some((event_time(cast.expr())?, DAY_MS)))?;
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>()?;
    match (call.fun().name(), call.args()) {
        ("date", [time]) => Some((event_time(time)?, DAY_MS)),
        ("date_trunc", [unit, time]) => {
            let unit = unit.downcast_ref::<Literal>()?.value().try_as_str().flatten()?;
            Some((event_time(time)?, longest_ms(unit)?))
        }
        _ => None,
    }
}

/// The event time column, also under casts that keep the moment.
fn event_time(expr: &Arc<dyn PhysicalExpr>) -> Option<Arc<dyn PhysicalExpr>> {
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        return is_same_moment(cast.cast_type()).then(|| event_time(cast.expr()))?;
    }
    let column = expr.downcast_ref::<Column>()?;
    (column.name() == EVENT_TIME).then(|| Arc::clone(expr))
}

fn is_same_moment(cast_type: &DataType) -> bool {
    match cast_type {
        DataType::Timestamp(_, zone) => zone.as_deref().is_none_or(is_utc),
        _ => false,
    }
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "UTC" | "+00:00" | "Z")
}

fn longest_ms(unit: &str) -> Option<i64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "millisecond" => 1,
        "second" => 1_000,
        "minute" => 60_000,
        "hour" => 3_600_000,
        "day" => DAY_MS,
        "week" => 7 * DAY_MS,
        "month" => 31 * DAY_MS,
        "quarter" => 92 * DAY_MS,
        "year" => 366 * DAY_MS,
        _ => return None,
    })
}

fn milliseconds(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Date32(Some(days)) => Some(i64::from(*days) * DAY_MS),
        ScalarValue::TimestampSecond(_, zone)
        | ScalarValue::TimestampMillisecond(_, zone)
        | ScalarValue::TimestampMicrosecond(_, zone)
        | ScalarValue::TimestampNanosecond(_, zone)
            if zone.as_deref().is_none_or(is_utc) =>
        {
            match value.cast_to(&SQL_TIME).ok()? {
                ScalarValue::TimestampMillisecond(ms, _) => ms,
                _ => None,
            }
        }
        _ => None,
    }
}
