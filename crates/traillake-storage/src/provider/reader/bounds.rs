//! Conditions on the event time that hold for whole row groups by their statistics: no row needs to be asked.

use std::sync::Arc;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, conjunction, split_conjunction};

use crate::layout::EVENT_TIME;

/// First and last event time for which some conditions hold, in milliseconds as the column shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeBounds {
    first: i64,
    last: i64,
}

impl TimeBounds {
    /// The conjuncts of a filter that bound the event time, and the others; none where none bounds it.
    pub(super) fn split(filter: &Arc<dyn PhysicalExpr>) -> Option<(Self, Option<Arc<dyn PhysicalExpr>>)> {
        let (mut bounds, mut others) = (None, Vec::new());
        for conjunct in split_conjunction(filter) {
            match Self::of(conjunct) {
                Some(found) => bounds = Some(bounds.map_or(found, |known: Self| known.both(found))),
                None => others.push(Arc::clone(conjunct)),
            }
        }
        let others = (!others.is_empty()).then(|| conjunction(others));
        Some((bounds?, others))
    }

    /// The event time compared with a time.
    fn of(conjunct: &Arc<dyn PhysicalExpr>) -> Option<Self> {
        let binary = conjunct.downcast_ref::<BinaryExpr>()?;
        let (column, op, value) = match binary.left().downcast_ref::<Literal>() {
            Some(value) => (binary.right(), binary.op().swap()?, value),
            None => (binary.left(), *binary.op(), binary.right().downcast_ref::<Literal>()?),
        };
        let is_time = column.downcast_ref::<Column>().is_some_and(|column| column.name() == EVENT_TIME);
        let ScalarValue::TimestampMillisecond(Some(time), None) = value.value() else { return None };
        let (first, last) = match op {
            Operator::Eq => (*time, *time),
            Operator::Gt => (time.checked_add(1)?, i64::MAX),
            Operator::GtEq => (*time, i64::MAX),
            Operator::Lt => (i64::MIN, time.checked_sub(1)?),
            Operator::LtEq => (i64::MIN, *time),
            _ => return None,
        };
        is_time.then_some(Self { first, last })
    }

    fn both(self, other: Self) -> Self {
        Self { first: self.first.max(other.first), last: self.last.min(other.last) }
    }

    /// Whether they hold for all of some events, of which the first and the last have these times in microseconds.
    pub(super) fn hold(self, (first, last): (i64, i64)) -> bool {
        self.first <= first / MICROS && last / MICROS <= self.last
    }
}

/// Microseconds of a millisecond; what is beyond is cut off.
const MICROS: i64 = 1_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPS: [Operator; 7] = [
        Operator::Eq,
        Operator::NotEq,
        Operator::Gt,
        Operator::GtEq,
        Operator::Lt,
        Operator::LtEq,
        Operator::IsDistinctFrom,
    ];

    fn compared(column: &str, op: Operator, time: i64, swapped: bool) -> Arc<dyn PhysicalExpr> {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(column, 0));
        let time: Arc<dyn PhysicalExpr> = Arc::new(Literal::new(ScalarValue::TimestampMillisecond(Some(time), None)));
        let (left, right) = if swapped { (time, column) } else { (column, time) };
        Arc::new(BinaryExpr::new(left, op, right))
    }

    fn holds(op: Operator, left: i64, right: i64) -> bool {
        match op {
            Operator::Eq => left == right,
            Operator::Gt => left > right,
            Operator::GtEq => left >= right,
            Operator::Lt => left < right,
            Operator::LtEq => left <= right,
            _ => left != right,
        }
    }

    #[test]
    fn what_does_not_bound_the_event_time_is_left_over() {
        let name = compared("eventname", Operator::Eq, 1, false);
        assert!(TimeBounds::split(&name).is_none());
        assert!(TimeBounds::split(&compared(EVENT_TIME, Operator::NotEq, 1, false)).is_none());
        let from = compared(EVENT_TIME, Operator::GtEq, 5, false);
        let until = compared(EVENT_TIME, Operator::Gt, 9, true);
        let (bounds, others) = TimeBounds::split(&conjunction([from, Arc::clone(&name), until])).unwrap();
        assert_eq!(bounds, TimeBounds { first: 5, last: 8 });
        assert_eq!(others.unwrap().to_string(), name.to_string());
        let either: Arc<dyn PhysicalExpr> =
            Arc::new(BinaryExpr::new(compared(EVENT_TIME, Operator::GtEq, 5, false), Operator::Or, Arc::clone(&name)));
        assert!(TimeBounds::split(&either).is_none());
    }

    #[test]
    fn no_time_is_beyond_the_last() {
        assert!(TimeBounds::split(&compared(EVENT_TIME, Operator::Gt, i64::MAX, false)).is_none());
        assert!(TimeBounds::split(&compared(EVENT_TIME, Operator::Lt, i64::MIN, false)).is_none());
    }

    proptest! {
        #[test]
        fn what_holds_for_a_row_group_holds_for_its_rows(
            conditions in prop::collection::vec((prop::sample::select(&OPS[..]), -6..6_i64, any::<bool>()), 1..4),
            mut times in prop::collection::vec(-5_500..5_500_i64, 1..4),
        ) {
            times.sort_unstable();
            let filter = conditions.iter().map(|&(op, time, swapped)| compared(EVENT_TIME, op, time, swapped));
            let bounding: Vec<_> = conditions
                .iter()
                .filter(|(op, ..)| !matches!(op, Operator::NotEq | Operator::IsDistinctFrom))
                .collect();
            let Some((bounds, others)) = TimeBounds::split(&conjunction(filter)) else {
                prop_assert!(bounding.is_empty());
                return Ok(());
            };
            let all_hold = times.iter().all(|time| {
                let shown = time / MICROS;
                bounding.iter().all(|&&(op, time, swapped)| {
                    if swapped { holds(op, time, shown) } else { holds(op, shown, time) }
                })
            });
            prop_assert_eq!(bounds.hold((times[0], times[times.len() - 1])), all_hold);
            let left = others.map_or(0, |others| split_conjunction(&others).len());
            prop_assert_eq!(left, conditions.len() - bounding.len());
        }
    }
}
