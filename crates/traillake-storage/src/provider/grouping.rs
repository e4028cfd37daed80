//! Groups made of the codes of texts: a text is hashed once for each dictionary, not once for each row.
//!
//! ```text
//!  AggregateExec: mode=Partial, gby=[arn]            GroupByCodesExec: gby=[arn]
//!    DataSourceExec: projection=[arn]        ──>       DataSourceExec: projection=[CAST(arn AS Dictionary(UInt32, ..))]
//! ```
//!
//! The scan reads such a cast as the codes that its files hold. Each dictionary is looked up once for the values that
//! rows have, the numbers of several keys are put together in a table of whole numbers, and the engine's own
//! accumulators are fed with the numbers. Where rows are only counted, they are fed with each code of a batch once, and
//! the number of its rows; rows that are counted by their time alone are counted by runs of equal neighbours. What comes
//! out are the partial states that the replaced operator gives, so that all above it stays the engine's, and states may
//! be given out at any time: when memory ends, and row by row where nearly every row is a group of its own.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::stream;

mod groups;
mod histogram;
mod keys;
mod neighbours;
mod pairs;
mod plan;
mod run;
#[cfg(test)]
mod tests;

pub use plan::group_by_codes;

use run::Run;

/// A partial aggregation over a scan that gives codes.
#[derive(Debug, Clone)]
pub(crate) struct GroupByCodesExec {
    input: Arc<dyn ExecutionPlan>,
    /// Expressions and their names.
    keys: Vec<(Arc<dyn PhysicalExpr>, String)>,
    aggregates: Vec<Arc<AggregateFunctionExpr>>,
    /// Keys and states.
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl DisplayAs for GroupByCodesExec {
    fn fmt_as(&self, t: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(|(key, name)| format!("{key} as {name}")).collect();
        let aggregates: Vec<&str> = self.aggregates.iter().map(|aggregate| aggregate.name()).collect();
        let (keys, aggregates) = (keys.join(", "), aggregates.join(", "));
        match t {
            DisplayFormatType::TreeRender => writeln!(f, "group_by={keys}\naggr={aggregates}"),
            DisplayFormatType::Default | DisplayFormatType::Verbose => {
                write!(f, "GroupByCodesExec: gby=[{keys}], aggr=[{aggregates}]")
            }
        }
    }
}

impl ExecutionPlan for GroupByCodesExec {
    fn name(&self) -> &'static str {
        "GroupByCodesExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Ok([input]) = <[_; 1]>::try_from(children) else { return internal_err!("groups are of one input") };
        let metrics = ExecutionPlanMetricsSet::new();
        Ok(Arc::new(Self { input, metrics, ..Self::clone(&self) }))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let arguments = self.aggregates.iter().flat_map(|aggregate| aggregate.expressions());
        for expr in self.keys.iter().map(|(key, _)| Arc::clone(key)).chain(arguments) {
            if f(&expr)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let run = Run::try_new(self, partition, &context)?;
        let states = stream::try_unfold(run, async |mut run| Ok(run.next().await?.map(|states| (states, run))));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), states)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
