//! What an aggregate asks of the log.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::datasource::provider_as_source;
use datafusion::functions_aggregate::expr_fn::{max, min, sum};
use datafusion::logical_expr::expr::{AggregateFunctionParams, Cast, ScalarFunction};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit, when};
use traillake_storage::{DAY_FUNCTIONS, EventTableProvider, MONTH_FUNCTIONS, TallyNeeds};

use super::{tallies, tally_column};
use crate::explain::TimeRange;

const EVENT_TIME: &str = "eventtime";
/// Units of `date_trunc` that a day lies in as a whole, but not a month.
const DAYS_UNITS: [&str; 2] = ["day", "week"];
/// Units of `date_trunc` that a month lies in as a whole.
const MONTHS_UNITS: [&str; 3] = ["month", "quarter", "year"];

/// What an aggregate asks, in terms of the tallies' columns.
#[derive(Default)]
pub(super) struct Question {
    needs: TallyNeeds,
    range: TimeRange,
    conditions: Vec<Expr>,
    groups: Vec<Expr>,
    answers: Vec<Answer>,
}

enum Answer {
    Count,
    First,
    Last,
}

impl Question {
    pub(super) fn groups_by(&mut self, expr: Expr) -> bool {
        let known = self.knows(&expr);
        self.groups.push(expr);
        known
    }

    pub(super) fn asks_for(&mut self, expr: &Expr) -> bool {
        let Expr::AggregateFunction(call) = expr else { return false };
        let AggregateFunctionParams { args, distinct: false, filter: None, order_by, null_treatment: None } =
            &call.params
        else {
            return false;
        };
        let answer = match (call.func.name(), args.as_slice()) {
            ("count", [Expr::Literal(value, _)]) if !value.is_null() => Answer::Count,
            ("count", [time]) if is_event_time(time) => Answer::Count,
            ("min", [time]) if is_event_time(time) => Answer::First,
            ("max", [time]) if is_event_time(time) => Answer::Last,
            _ => return false,
        };
        self.answers.push(answer);
        order_by.is_empty()
    }

    pub(super) fn is_under(&mut self, condition: &Expr) -> bool {
        if self.range.narrow(condition) {
            return true;
        }
        self.conditions.push(condition.clone());
        self.knows(condition)
    }

    /// Whether `expr` has one value for all events of a tally; notes what the tallies must be of.
    fn knows(&mut self, expr: &Expr) -> bool {
        let mut known = true;
        let walked = expr.apply(|node| {
            if let Some(calendar) = calendar_of(node) {
                self.needs.day |= calendar == Calendar::Day;
                self.needs.month |= calendar == Calendar::Month;
                return Ok(TreeNodeRecursion::Jump);
            }
            known &= match node {
                Expr::Column(column) => self.knows_column(&column.name),
                Expr::ScalarSubquery(_)
                | Expr::Exists(_)
                | Expr::InSubquery(_)
                | Expr::OuterReferenceColumn(..)
                | Expr::AggregateFunction(_)
                | Expr::WindowFunction(_)
                | Expr::GroupingSet(_)
                | Expr::Unnest(_) => false,
                node => !node.is_volatile_node(),
            };
            Ok(if known { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
        });
        walked.is_ok() && known
    }

    fn knows_column(&mut self, name: &str) -> bool {
        match name {
            "$account" | "$region" => self.needs.partition = true,
            "recipientaccountid" => self.needs.recipient_account = true,
            "awsregion" => self.needs.aws_region = true,
            "$date" | "$month" => {}
            _ => return false,
        }
        true
    }

    pub(super) fn needs(&self) -> TallyNeeds {
        TallyNeeds { from_ms: self.range.from, to_ms: self.range.to, ..self.needs }
    }

    /// Whether one row answers it, whatever tally an event belongs to.
    pub(super) fn is_of_all(&self) -> bool {
        self.groups.is_empty() && self.conditions.is_empty()
    }

    /// The answer that a table has in its only row.
    pub(super) fn of(self, table: Arc<dyn TableProvider>, schema: &DFSchema) -> Result<LogicalPlan> {
        let answers = self.answers.iter().zip(schema.iter());
        let answers = answers.map(|(answer, (relation, field))| {
            tally_column(answer.column()).alias_qualified(relation.cloned(), field.name())
        });
        LogicalPlanBuilder::scan(tallies(), provider_as_source(table), None)?.project(answers)?.build()
    }

    /// The answer, with the columns that `schema` names.
    pub(super) fn over(self, table: Arc<dyn TableProvider>, schema: &DFSchema) -> Result<LogicalPlan> {
        let groups = self.groups.into_iter().enumerate().map(|(n, group)| group.alias(format!("$group{n}")));
        let answers =
            self.answers.iter().enumerate().map(|(n, answer)| answer.of_tallies().alias(format!("$answer{n}")));
        let tallies = LogicalPlanBuilder::scan(tallies(), provider_as_source(table), None)?;
        let tallies = self.conditions.into_iter().try_fold(tallies, LogicalPlanBuilder::filter)?;
        let aggregate = tallies.aggregate(groups.collect::<Vec<_>>(), answers.collect::<Vec<_>>())?;
        let found = aggregate.schema().columns();
        let first_answer = found.len() - self.answers.len();
        let columns = found.into_iter().zip(schema.iter()).enumerate().map(|(n, (column, (relation, field)))| {
            let is_count = n.checked_sub(first_answer).and_then(|n| self.answers.get(n));
            let value = Expr::Column(column);
            let value = match is_count {
                Some(Answer::Count) => when(value.clone().is_not_null(), value).otherwise(lit(0_i64))?,
                _ => value,
            };
            Ok(value.alias_qualified(relation.cloned(), field.name()))
        });
        aggregate.project(columns.collect::<Result<Vec<_>>>()?)?.build()
    }
}

impl Answer {
    fn column(&self) -> &'static str {
        match self {
            Self::Count => EventTableProvider::TALLY_ROWS,
            Self::First => EVENT_TIME,
            Self::Last => EventTableProvider::TALLY_LAST,
        }
    }

    fn of_tallies(&self) -> Expr {
        let column = tally_column(self.column());
        match self {
            Self::Count => sum(column),
            Self::First => min(column),
            Self::Last => max(column),
        }
    }
}

/// What an expression tells of an event's time, and no more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calendar {
    /// The same for all times of a UTC day.
    Day,
    /// The same for all times of a UTC month.
    Month,
}

fn calendar_of(expr: &Expr) -> Option<Calendar> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args }) => match args.as_slice() {
            [time] if is_event_time(time) => match func.name() {
                name if MONTH_FUNCTIONS.contains(&name) => Some(Calendar::Month),
                name if DAY_FUNCTIONS.contains(&name) => Some(Calendar::Day),
                _ => None,
            },
            [Expr::Literal(unit, _), time] if func.name() == "date_trunc" && is_event_time(time) => {
                calendar_of_unit(unit)
            }
            _ => None,
        },
        Expr::Cast(Cast { expr, field }) if field.data_type() == &DataType::Date32 && is_event_time(expr) => {
            Some(Calendar::Day)
        }
        _ => None,
    }
}

fn calendar_of_unit(unit: &ScalarValue) -> Option<Calendar> {
    let unit = unit.try_as_str().flatten()?;
    let is_one_of = |units: &[&str]| units.iter().any(|known| unit.eq_ignore_ascii_case(known));
    if is_one_of(&MONTHS_UNITS) { Some(Calendar::Month) } else { is_one_of(&DAYS_UNITS).then_some(Calendar::Day) }
}

fn is_event_time(expr: &Expr) -> bool {
    match expr {
        Expr::Column(column) => column.name == EVENT_TIME,
        Expr::Cast(Cast { expr, field }) => {
            matches!(field.data_type(), DataType::Timestamp(_, None)) && is_event_time(expr)
        }
        _ => false,
    }
}
