//! A scan that the engine cannot look into: what callers may see of files that accounts share.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::filter_pushdown::{ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, Partitioning, PlanProperties,
};
use futures::TryStreamExt as _;

use super::ScanDescription;
use crate::ScanReport;

/// The rows of a plan that shows itself to no rule, no statistics and no EXPLAIN.
///
/// Its rows are the granted ones of the partitions it reads: how many depends on nothing else, so they are counted.
#[derive(Debug)]
pub(crate) struct HeldScanExec {
    inner: Arc<dyn ExecutionPlan>,
    event_data_store: String,
    table_version: u64,
    columns: Vec<String>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl HeldScanExec {
    /// The rows of `inner` out of the store with this id.
    pub(super) fn new(
        inner: Arc<dyn ExecutionPlan>,
        event_data_store: String,
        table_version: u64,
        columns: Vec<String>,
    ) -> Self {
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(inner.schema()),
            Partitioning::UnknownPartitioning(inner.output_partitioning().partition_count()),
            inner.pipeline_behavior(),
            inner.boundedness(),
        ));
        Self { inner, event_data_store, table_version, columns, properties, metrics: ExecutionPlanMetricsSet::new() }
    }

    /// What may be told of the scan.
    pub(super) fn description(&self) -> ScanDescription {
        let mut columns = self.columns.clone();
        columns.sort_unstable();
        ScanDescription {
            event_data_store: self.event_data_store.clone(),
            report: ScanReport { table_version: self.table_version, ..ScanReport::default() },
            is_shared: true,
            columns,
            ..ScanDescription::default()
        }
    }
}

impl DisplayAs for HeldScanExec {
    fn fmt_as(&self, t: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match t {
            DisplayFormatType::TreeRender => writeln!(f, "event_data_store={}", self.event_data_store),
            DisplayFormatType::Default | DisplayFormatType::Verbose => write!(
                f,
                "HeldScanExec: event_data_store={}, columns=[{}], table_version={}",
                self.event_data_store,
                self.columns.join(", "),
                self.table_version
            ),
        }
    }
}

impl ExecutionPlan for HeldScanExec {
    fn name(&self) -> &'static str {
        "HeldScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn with_new_children(self: Arc<Self>, _children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn handle_child_pushdown_result(
        &self,
        _phase: FilterPushdownPhase,
        child_pushdown_result: ChildPushdownResult,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        Ok(FilterPushdownPropagation::all_unsupported(child_pushdown_result))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let output_rows = MetricBuilder::new(&self.metrics).output_rows(partition);
        let rows = self.inner.execute(partition, context)?;
        let counted = rows.inspect_ok(move |batch| output_rows.add(batch.num_rows()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), counted)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
