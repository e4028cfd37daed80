//! Sub-selects that read nothing but columns of the row around them, `UNNEST(resources)` above all:
//! a function of these columns, so that nothing else of the query changes.
//!
//! The function numbers the rows of a batch and runs a plan over them that has one answer for
//! each number.

mod function;
mod rows;

use std::sync::{Arc, PoisonError, RwLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, Result, internal_err};
use datafusion::datasource::provider_as_source;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, ScalarUDF};

use super::answer::{Question, ROWS, VALUE};
use super::domain::{Domain, Names, projected};
use super::{references, site};
use crate::functions::Single;
use function::SubSelect;
use rows::BatchRows;

/// Where the plans of such functions are made: a session of its own, on one thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workshop(Arc<RwLock<Option<Arc<SessionState>>>>);

impl Workshop {
    /// Makes the session to plan in out of the one the workshop belongs to.
    pub(crate) fn open(&self, session: &SessionState, runtime: &Arc<RuntimeEnv>) {
        let mut config = session.config().clone().with_target_partitions(1);
        // Such plans run many times.
        config.options_mut().optimizer.enable_dynamic_filter_pushdown = false;
        let rules = session.analyzer().rules.iter().filter(|rule| rule.name() != super::NAME).cloned();
        let mut state = SessionStateBuilder::new_from_existing(session.clone())
            .with_config(config)
            .with_runtime_env(Arc::clone(runtime))
            .with_analyzer_rules(rules.collect())
            .build();
        let now = session.execution_props().query_execution_start_time;
        state.execution_props_mut().query_execution_start_time = now;
        self.set(Some(Arc::new(state)));
    }

    /// Forgets the session.
    pub(crate) fn close(&self) {
        self.set(None);
    }

    fn set(&self, state: Option<Arc<SessionState>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn state(&self) -> Option<Arc<SessionState>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a plan reads no table.
pub(super) fn is_rowwise(plan: &LogicalPlan) -> Result<bool> {
    let mut reads_none = true;
    plan.apply_with_subqueries(|node| {
        reads_none &=
            !matches!(node, LogicalPlan::TableScan(_) | LogicalPlan::RecursiveQuery(_) | LogicalPlan::Extension(_));
        Ok(if reads_none { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    })?;
    Ok(reads_none)
}

/// A question about a sub-select.
pub(super) struct Asked<'a> {
    /// The sub-select.
    pub(super) plan: &'a LogicalPlan,
    /// What it refers to.
    pub(super) references: &'a [Expr],
    /// What is asked.
    pub(super) question: Question,
    /// The value it is compared with.
    pub(super) left: Option<Expr>,
}

/// The call that answers a question for each row.
pub(super) fn call(
    asked: Asked<'_>,
    schema: &DFSchema,
    input: &DFSchema,
    names: &mut Names,
    workshop: &Workshop,
) -> Result<Expr> {
    let Some(state) = workshop.state() else {
        return internal_err!("no session to plan sub-selects in");
    };
    let first = 1 + usize::from(asked.left.is_some());
    let mut args: Vec<Expr> = asked.left.into_iter().collect();
    for reference in asked.references {
        args.push(references::resolved(reference.clone(), schema)?);
    }
    let prefix = names.next().to_string();
    let rows = numbered(&prefix, &types_of(&args, input)?);
    let domain = domain(prefix, &rows, args.len())?;
    let columns = asked.references.iter().enumerate().filter_map(|(index, expr)| match expr {
        Expr::OuterReferenceColumn(_, column) => Some((column.clone(), index + first)),
        _ => None,
    });
    let question = match asked.question {
        Question::Any { op, .. } => Question::Any { op, left: 1 },
        other => other,
    };
    let answers = site::answers(&domain, &columns.collect::<Vec<_>>(), asked.plan, &question, names)?;
    let single = ScalarUDF::from(Single::default()).call(vec![named(VALUE), named(ROWS)]);
    let answers = projected(answers, vec![named(&domain.key(0)), single.alias(VALUE)])?;
    Ok(ScalarUDF::from(SubSelect::try_new(&answers, rows, &state)?).call(args))
}

fn types_of(args: &[Expr], input: &DFSchema) -> Result<Vec<DataType>> {
    let data_type = |arg: &Expr| match arg {
        Expr::OuterReferenceColumn(field, _) => Ok(field.data_type().clone()),
        arg => arg.get_type(input),
    };
    args.iter().map(data_type).collect()
}

/// The number of a row, and its arguments.
fn numbered(prefix: &str, types: &[DataType]) -> SchemaRef {
    let number = Field::new(format!("{prefix}k0"), DataType::UInt64, false);
    let args = types
        .iter()
        .enumerate()
        .map(|(index, data_type)| Field::new(format!("{prefix}k{}", index + 1), data_type.clone(), true));
    Arc::new(Schema::new(std::iter::once(number).chain(args).collect::<Vec<_>>()))
}

fn domain(prefix: String, rows: &SchemaRef, args: usize) -> Result<Domain> {
    let table = StreamingTable::try_new(Arc::clone(rows), vec![Arc::new(BatchRows::new(Arc::clone(rows)))])?;
    let source = provider_as_source(Arc::new(table));
    let plan = LogicalPlanBuilder::scan(prefix.as_str(), source, None)?.build()?;
    Ok(Domain { prefix, plan: Arc::new(plan), columns: args + 1, identity: 1, nullable: false })
}

fn named(name: &str) -> Expr {
    Expr::Column(datafusion::common::Column::from_name(name))
}
