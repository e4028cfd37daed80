//! Answers from the log alone: counts of events and their first and last times, grouped by what a partition decides.
//!
//! ```text
//!  Aggregate g(day), count(*), max(eventtime)        Projection
//!    Filter f(day, $account)                  ──>      Aggregate g(day), sum($rows), max($last)
//!      TableScan events                                  Filter f(day, $account)
//!                                                          TableScan tallies
//! ```
//!
//! A tally stands for the events of a day or partition. Groups and conditions may depend on the day of the event time,
//! on the partition's keys, and on the recipient account and region where the log says that a whole file has one of
//! each; conditions on the event time must take or leave whole files. Any other question is left to a scan.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result, ScalarValue, TableReference};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::functions_aggregate::expr_fn::{max, min, sum};
use datafusion::logical_expr::expr::{AggregateFunctionParams, Cast, ScalarFunction};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, LogicalPlanBuilder, lit, when};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use traillake_storage::{DAY_FUNCTIONS, EventTableProvider, TallyNeeds};

use crate::explain::TimeRange;

const EVENT_TIME: &str = "eventtime";
/// Units of `date_trunc` of a day or more.
const WHOLE_DAYS: [&str; 5] = ["day", "week", "month", "quarter", "year"];

/// The rule.
#[derive(Debug, Default)]
pub(crate) struct FromLog;

impl OptimizerRule for FromLog {
    fn name(&self) -> &'static str {
        "from_log"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Aggregate(aggregate) = &plan else { return Ok(Transformed::no(plan)) };
        match answered(aggregate)? {
            Some(answer) => Ok(Transformed::yes(answer)),
            None => Ok(Transformed::no(plan)),
        }
    }
}

/// The scan under an aggregate, and what lies between, in terms of the tallies' columns.
struct Input {
    store: Arc<dyn TableProvider>,
    /// The columns that the aggregate sees.
    columns: Vec<Expr>,
    conditions: Vec<Expr>,
}

fn tallies() -> TableReference {
    TableReference::partial("$log", "tallies")
}

fn tally_column(name: &str) -> Expr {
    Expr::Column(Column::new(Some(tallies()), name))
}

impl Input {
    fn of(plan: &LogicalPlan) -> Result<Option<Self>> {
        let (input, columns) = match plan {
            LogicalPlan::TableScan(scan) if scan.fetch.is_none() => {
                let Ok(store) = source_as_provider(&scan.source) else { return Ok(None) };
                let columns = scan.projected_schema.fields().iter().map(|field| tally_column(field.name())).collect();
                let of_table = |expr: &Expr| {
                    let column = |expr| {
                        Ok(match expr {
                            Expr::Column(column) => Transformed::yes(tally_column(&column.name)),
                            expr => Transformed::no(expr),
                        })
                    };
                    expr.clone().transform(column).data()
                };
                let conditions = scan.filters.iter().map(of_table).collect::<Result<Vec<_>>>()?;
                return Ok(Some(Self { store, columns, conditions }));
            }
            LogicalPlan::SubqueryAlias(alias) => return Self::of(&alias.input),
            LogicalPlan::Filter(filter) => {
                let Some(mut input) = Self::of(&filter.input)? else { return Ok(None) };
                let condition = input.inlined(&filter.predicate, filter.input.schema())?;
                input.conditions.push(condition);
                return Ok(Some(input));
            }
            LogicalPlan::Projection(projection) => {
                let Some(input) = Self::of(&projection.input)? else { return Ok(None) };
                let schema = projection.input.schema();
                let columns = projection.expr.iter().map(|expr| input.inlined(expr, schema));
                let columns = columns.collect::<Result<Vec<_>>>()?;
                (input, columns)
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { columns, ..input }))
    }

    /// `expr` over `schema`, the columns of which are [`Input::columns`].
    fn inlined(&self, expr: &Expr, schema: &DFSchema) -> Result<Expr> {
        let inline = |expr| {
            let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
            let found = self.columns.get(schema.index_of_column(column)?).cloned();
            Ok(found
                .map_or_else(|| Transformed::no(expr), |found| Transformed::new(found, true, TreeNodeRecursion::Jump)))
        };
        Ok(expr.clone().transform_down(inline).data()?.unalias())
    }
}

fn answered(aggregate: &Aggregate) -> Result<Option<LogicalPlan>> {
    let Some(input) = Input::of(&aggregate.input)? else { return Ok(None) };
    let Some(store) = input.store.downcast_ref::<EventTableProvider>() else { return Ok(None) };
    let schema = aggregate.input.schema();
    let mut question = Question::default();
    for expr in &aggregate.group_expr {
        if !question.groups_by(input.inlined(expr, schema)?) {
            return Ok(None);
        }
    }
    for expr in &aggregate.aggr_expr {
        if !question.asks_for(&input.inlined(expr, schema)?) {
            return Ok(None);
        }
    }
    if !input.conditions.iter().flat_map(split_conjunction).all(|condition| question.is_under(condition)) {
        return Ok(None);
    }
    let Some(table) = store.tally(question.needs())? else { return Ok(None) };
    question.over(table, &aggregate.schema).map(Some)
}

/// What an aggregate asks, in terms of the tallies' columns.
#[derive(Default)]
struct Question {
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
    fn groups_by(&mut self, expr: Expr) -> bool {
        let known = self.knows(&expr);
        self.groups.push(expr);
        known
    }

    fn asks_for(&mut self, expr: &Expr) -> bool {
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

    fn is_under(&mut self, condition: &Expr) -> bool {
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
            if is_of_day(node) {
                self.needs.day = true;
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
            "$date" => {}
            _ => return false,
        }
        true
    }

    fn needs(&self) -> TallyNeeds {
        TallyNeeds { from_ms: self.range.from, to_ms: self.range.to, ..self.needs }
    }

    /// The answer, with the columns that `schema` names.
    fn over(self, table: Arc<dyn TableProvider>, schema: &DFSchema) -> Result<LogicalPlan> {
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
    fn of_tallies(&self) -> Expr {
        match self {
            Self::Count => sum(tally_column(EventTableProvider::TALLY_ROWS)),
            Self::First => min(tally_column(EVENT_TIME)),
            Self::Last => max(tally_column(EventTableProvider::TALLY_LAST)),
        }
    }
}

/// Whether all times of a UTC day have the same value.
fn is_of_day(expr: &Expr) -> bool {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args }) => match args.as_slice() {
            [time] => DAY_FUNCTIONS.contains(&func.name()) && is_event_time(time),
            [Expr::Literal(unit, _), time] => func.name() == "date_trunc" && is_whole_days(unit) && is_event_time(time),
            _ => false,
        },
        Expr::Cast(Cast { expr, field }) => field.data_type() == &DataType::Date32 && is_event_time(expr),
        _ => false,
    }
}

fn is_whole_days(unit: &ScalarValue) -> bool {
    unit.try_as_str().flatten().is_some_and(|unit| WHOLE_DAYS.iter().any(|whole| unit.eq_ignore_ascii_case(whole)))
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
