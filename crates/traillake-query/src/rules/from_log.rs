//! Answers from the log alone: counts of events and their first and last times, grouped by what a partition decides.
//!
//! ```text
//!  Aggregate g(day), count(*), max(eventtime)        Projection
//!    Filter f(day, $account)                  ──>      Aggregate g(day), sum($rows), max($last)
//!      TableScan events                                  Filter f(day, $account)
//!                                                          TableScan tallies
//! ```
//!
//! A tally stands for the events of a day, month or partition. Groups and conditions may depend on the day of the event
//! time, on the partition's keys, and on the recipient account and region where the log says that a whole file has one
//! of each; conditions on the event time must take or leave whole files. Without groups and other conditions, one row
//! has the answer. Any other question is left to a scan.

mod question;

use std::sync::{Arc, LazyLock};

use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result, TableReference};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use traillake_storage::EventTableProvider;

use question::Question;

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
    static NAME: LazyLock<TableReference> = LazyLock::new(|| TableReference::partial("$log", "tallies"));
    NAME.clone()
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
    if question.is_of_all() {
        let Some(table) = store.tally_in_all(question.needs())? else { return Ok(None) };
        return question.of(table, &aggregate.schema).map(Some);
    }
    let Some(table) = store.tally(question.needs())? else { return Ok(None) };
    question.over(table, &aggregate.schema).map(Some)
}
