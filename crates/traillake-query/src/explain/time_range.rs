//! The event times that the filters of a scan let through.

use std::fmt;

use chrono::{DateTime, Utc};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{ScalarValue, TableReference};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};

use crate::catalog::{ATHENA, STORES};

const EVENT_TIME: &str = "eventtime";

/// Bounds in milliseconds since 1970, both inclusive; none is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeRange {
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

impl TimeRange {
    /// The range of each scan of a store in `plan`, in the order of the plan.
    pub(super) fn of_scans(plan: &LogicalPlan) -> Vec<Self> {
        let mut ranges = Vec::new();
        let walked = plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && is_store(&scan.table_name)
            {
                let mut range = Self::default();
                for condition in scan.filters.iter().flat_map(split_conjunction) {
                    range.narrow(condition);
                }
                ranges.push(range);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        if walked.is_ok() { ranges } else { Vec::new() }
    }

    /// Narrows the range to a bound of the event time; false when the condition is anything else.
    pub(crate) fn narrow(&mut self, condition: &Expr) -> bool {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else { return false };
        let bound = match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), Expr::Literal(value, _)) if column.name == EVENT_TIME => Some((*op, value)),
            (Expr::Literal(value, _), Expr::Column(column)) if column.name == EVENT_TIME => {
                op.swap().map(|op| (op, value))
            }
            _ => None,
        };
        let Some((op, ScalarValue::TimestampMillisecond(Some(at), _))) = bound else { return false };
        match op {
            Operator::Gt => self.not_before(at.saturating_add(1)),
            Operator::GtEq => self.not_before(*at),
            Operator::Lt => self.not_after(at.saturating_sub(1)),
            Operator::LtEq => self.not_after(*at),
            Operator::Eq => {
                self.not_before(*at);
                self.not_after(*at);
            }
            _ => return false,
        }
        true
    }

    fn not_before(&mut self, at: i64) {
        self.from = Some(self.from.map_or(at, |from| from.max(at)));
    }

    fn not_after(&mut self, at: i64) {
        self.to = Some(self.to.map_or(at, |to| to.min(at)));
    }
}

fn is_store(table: &TableReference) -> bool {
    table.schema().is_none_or(|schema| schema == STORES || schema == ATHENA)
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (None, None) => f.write_str("all times"),
            (Some(from), None) => write!(f, "from {}", text(from)),
            (None, Some(to)) => write!(f, "to {}", text(to)),
            (Some(from), Some(to)) if from > to => f.write_str("no time"),
            (Some(from), Some(to)) => write!(f, "from {} to {}", text(from), text(to)),
        }
    }
}

fn text(millis: i64) -> String {
    let time = DateTime::<Utc>::from_timestamp_millis(millis);
    time.map_or_else(|| millis.to_string(), |time| time.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string())
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::*;

    fn range(conditions: &[Expr]) -> String {
        let mut range = TimeRange::default();
        for condition in conditions {
            range.narrow(condition);
        }
        range.to_string()
    }

    fn at(millis: i64) -> Expr {
        lit(ScalarValue::TimestampMillisecond(Some(millis), None))
    }

    #[test]
    fn bounds_on_either_side_narrow_the_range() {
        assert_eq!(range(&[]), "all times");
        assert_eq!(range(&[col("eventtime").gt(at(999))]), "from 1970-01-01 00:00:01.000 UTC");
        assert_eq!(range(&[at(1_000).gt(col("eventtime"))]), "to 1970-01-01 00:00:00.999 UTC");
        let both = [col("eventtime").gt_eq(at(0)), col("eventtime").lt_eq(at(1_000)), col("eventtime").gt_eq(at(500))];
        assert_eq!(range(&both), "from 1970-01-01 00:00:00.500 UTC to 1970-01-01 00:00:01.000 UTC");
        assert_eq!(range(&[col("eventtime").lt(at(0)), col("eventtime").gt(at(0))]), "no time");
    }

    #[test]
    fn other_conditions_say_nothing() {
        assert_eq!(range(&[col("eventname").eq(lit("x")), col("eventtime").not_eq(at(0))]), "all times");
    }
}
