//! Filters that depend on the UTC day of an event alone (`day_of_week(eventtime) = 7`, Athena's `month = '07'`):
//! they are evaluated once for each day, exactly.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch, TimestampMillisecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::physical_expr::expressions::{CastExpr, Column};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use crate::layout::EVENT_TIME;

const DAY_MS: i64 = 86_400_000;
/// Names of the functions of an event time whose value is the same for all times of a UTC day.
pub const DAY_FUNCTIONS: [&str; 17] = [
    "$date_text",
    "$day_text",
    "$month_text",
    "$year_text",
    "date",
    "day",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "last_day_of_month",
    "month",
    "quarter",
    "week",
    "week_of_year",
    "year",
    "year_of_week",
    "yow",
];

/// Those of [`DAY_FUNCTIONS`] whose value is the same for all times of a UTC month.
pub const MONTH_FUNCTIONS: [&str; 6] = ["$month_text", "$year_text", "last_day_of_month", "month", "quarter", "year"];

/// The days on which every condition on the day holds, of those that were asked about.
pub(super) struct MatchingDates(BTreeSet<i32>);

impl MatchingDates {
    /// Looks at all days of `spans`, first and last, as days since 1970; `None` when there is no such condition.
    pub(super) fn of(conjuncts: &[Arc<dyn PhysicalExpr>], spans: impl Iterator<Item = (i32, i32)>) -> Option<Self> {
        let conditions: Vec<_> = conjuncts.iter().filter_map(of_event_day).collect();
        if conditions.is_empty() {
            return None;
        }
        let days: Vec<i32> =
            spans.flat_map(|(first, last)| first..=last).collect::<BTreeSet<_>>().into_iter().collect();
        let mut kept: Vec<bool> = vec![true; days.len()];
        for condition in conditions {
            // What cannot be evaluated here is left to the query, which says why.
            let Some(holds) = evaluate(&condition, &days) else { continue };
            kept.iter_mut().zip(holds).for_each(|(kept, holds)| *kept &= holds);
        }
        Some(Self(days.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(day, _)| day).collect()))
    }

    /// Whether one of these days is among them.
    pub(super) fn any(&self, (first, last): (i32, i32)) -> bool {
        first <= last && self.0.range(first..=last).next().is_some()
    }
}

fn evaluate(condition: &Arc<dyn PhysicalExpr>, days: &[i32]) -> Option<Vec<bool>> {
    let field = Field::new(EVENT_TIME, DataType::Timestamp(TimeUnit::Millisecond, None), true);
    let midnights = TimestampMillisecondArray::from_iter_values(days.iter().map(|day| i64::from(*day) * DAY_MS));
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(midnights)]).ok()?;
    let holds = condition.evaluate(&batch).ok()?.into_array(days.len()).ok()?;
    Some(holds.as_boolean_opt()?.iter().map(|holds| holds == Some(true)).collect())
}

/// The condition over a row of the event time alone, where it depends on nothing but its day.
fn of_event_day(expr: &Arc<dyn PhysicalExpr>) -> Option<Arc<dyn PhysicalExpr>> {
    if !depends_on_day(expr)? {
        return None;
    }
    let alone = |expr: Arc<dyn PhysicalExpr>| {
        Ok(match expr.downcast_ref::<Column>() {
            Some(_) => Transformed::yes(Arc::new(Column::new(EVENT_TIME, 0)) as Arc<dyn PhysicalExpr>),
            None => Transformed::no(expr),
        })
    };
    Arc::clone(expr).transform(alone).data().ok()
}

/// Whether the event's day is in it; `None` when anything else of the event is.
fn depends_on_day(expr: &Arc<dyn PhysicalExpr>) -> Option<bool> {
    if let Some(call) = expr.downcast_ref::<ScalarFunctionExpr>()
        && let [time] = call.args()
        && DAY_FUNCTIONS.contains(&call.fun().name())
        && is_event_time(time)
    {
        return Some(true);
    }
    if expr.downcast_ref::<Column>().is_some() {
        return None;
    }
    expr.children().into_iter().map(depends_on_day).try_fold(false, |found, child| Some(found | child?))
}

fn is_event_time(expr: &Arc<dyn PhysicalExpr>) -> bool {
    match (expr.downcast_ref::<Column>(), expr.downcast_ref::<CastExpr>()) {
        (Some(column), _) => column.name() == EVENT_TIME,
        (_, Some(cast)) => matches!(cast.cast_type(), DataType::Timestamp(_, None)) && is_event_time(cast.expr()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::common::ScalarValue;
    use datafusion::common::config::ConfigOptions;
    use datafusion::logical_expr::{ColumnarValue, Operator, ScalarUDF, Volatility, create_udf};
    use datafusion::physical_expr::expressions::{BinaryExpr, Literal};

    use super::*;

    const TIME: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

    /// A stand-in for `day(eventtime)`: days since 1970.
    fn day_function(name: &str) -> ScalarUDF {
        let days = |args: &[ColumnarValue]| {
            let times = args[0].to_array(1)?;
            Ok(ColumnarValue::Array(arrow::compute::cast(
                &arrow::compute::cast(&times, &DataType::Date32)?,
                &DataType::Int32,
            )?))
        };
        create_udf(name, vec![TIME], DataType::Int32, Volatility::Immutable, Arc::new(days))
    }

    fn day_is(name: &str, column: &str, day: i32) -> Arc<dyn PhysicalExpr> {
        let schema = Schema::new(vec![Field::new("other", TIME, true), Field::new(EVENT_TIME, TIME, true)]);
        let column = Arc::new(Column::new(column, schema.index_of(column).unwrap()));
        let call = ScalarFunctionExpr::try_new(
            Arc::new(day_function(name)),
            vec![column],
            &schema,
            Arc::new(ConfigOptions::default()),
        );
        let literal = Arc::new(Literal::new(ScalarValue::Int32(Some(day))));
        Arc::new(BinaryExpr::new(Arc::new(call.unwrap()), Operator::Eq, literal))
    }

    /// Which of the first three days of 1970 are left.
    fn kept(conjuncts: &[Arc<dyn PhysicalExpr>]) -> Option<Vec<i32>> {
        let dates = MatchingDates::of(conjuncts, [(0, 1), (2, 2)].into_iter())?;
        Some((0..3).filter(|&day| dates.any((day, day))).collect())
    }

    #[test]
    fn a_condition_on_the_day_keeps_the_days_it_holds_on() {
        assert_eq!(kept(&[day_is("day", EVENT_TIME, 1)]), Some(vec![1]));
        let either = BinaryExpr::new(day_is("day", EVENT_TIME, 0), Operator::Or, day_is("$day_text", EVENT_TIME, 2));
        assert_eq!(kept(&[Arc::new(either)]), Some(vec![0, 2]));
        assert_eq!(kept(&[day_is("day", EVENT_TIME, 1), day_is("day", EVENT_TIME, 2)]), Some(vec![]));
    }

    #[test]
    fn a_span_of_days_is_kept_for_any_of_them() {
        let dates = MatchingDates::of(&[day_is("day", EVENT_TIME, 30)], [(0, 30), (31, 58)].into_iter()).unwrap();
        assert!(dates.any((0, 30)) && dates.any((30, 30)) && dates.any((25, 58)));
        assert!(!dates.any((0, 29)) && !dates.any((31, 58)));
    }

    #[test]
    fn other_columns_and_functions_of_the_hour_tell_nothing() {
        assert_eq!(kept(&[day_is("hour", EVENT_TIME, 1)]), None);
        assert_eq!(kept(&[day_is("day", "other", 1)]), None);
        let mixed = BinaryExpr::new(day_is("day", EVENT_TIME, 1), Operator::Or, day_is("day", "other", 1));
        assert_eq!(kept(&[Arc::new(mixed)]), None);
    }
}
