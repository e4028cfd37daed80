//! The source of a scan: plans as the engine's Parquet source does, says what planning kept, and reads in our own way.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::physical_plan::{FileOpener, FileScanConfig, FileSource, ParquetSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::{
    EquivalenceProperties, PhysicalExpr, PhysicalSortExpr, ScalarFunctionExpr, conjunction,
};
use datafusion::physical_plan::filter_pushdown::{FilterPushdownPropagation, PushedDown};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::{DisplayFormatType, SortOrderPushdownResult};
use datafusion_datasource::PartitionedFile;
use object_store::ObjectStore;
use traillake_columnar::EVENT_JSON;

use super::bundle::Bundle;
use super::reader::{BundleOpener, Task};
use crate::EventTable;
use crate::pruning::{any_node, is_simple};
use crate::scan_report::ScanReport;

/// Rows of a batch where the engine does not say.
const BATCH_ROWS: usize = 8_192;

/// Keeps filter, projection and order in the engine's Parquet source, which knows how to be told of them.
#[derive(Clone)]
pub(super) struct EventSource {
    inner: Arc<dyn FileSource>,
    table: EventTable,
    event_data_store: Arc<str>,
    report: Arc<ScanReport>,
    batch_rows: usize,
}

impl EventSource {
    pub(super) fn new(inner: Arc<ParquetSource>, table: &EventTable, report: Arc<ScanReport>) -> Self {
        let event_data_store = table.id().to_string().into();
        Self { inner, table: table.clone(), event_data_store, report, batch_rows: BATCH_ROWS }
    }

    pub(super) fn event_data_store(&self) -> &str {
        &self.event_data_store
    }

    pub(super) fn report(&self) -> &ScanReport {
        &self.report
    }

    fn wrap(&self, inner: Arc<dyn FileSource>) -> Arc<dyn FileSource> {
        Arc::new(Self { inner, ..self.clone() })
    }

    /// The same source with `filters` beside those it has; `None` when it cannot take any.
    fn filtered(&self, filters: Vec<Arc<dyn PhysicalExpr>>) -> Option<Arc<dyn FileSource>> {
        let inner = self.inner.downcast_ref::<ParquetSource>()?;
        let all = inner.filter().into_iter().chain(filters);
        Some(self.wrap(Arc::new(inner.with_predicate(conjunction(all)))))
    }

    /// Whether a filter is evaluated by the scan. Those that rebuild records stay above it, where a record is rebuilt
    /// once.
    fn takes(&self, filter: &Arc<dyn PhysicalExpr>) -> bool {
        let schema = self.table_schema().table_schema();
        let stays = |expr: &Arc<dyn PhysicalExpr>| {
            expr.is_volatile_node()
                || expr.downcast_ref::<Column>().is_some_and(|column| schema.index_of(column.name()).is_err())
                || expr.downcast_ref::<ScalarFunctionExpr>().is_some_and(|call| call.name() == EVENT_JSON)
        };
        is_simple(filter) && !any_node(filter, stays)
    }
}

impl FileSource for EventSource {
    fn create_file_opener(
        &self,
        _object_store: Arc<dyn ObjectStore>,
        _base_config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let table = self.table_schema();
        let schema = table.table_schema();
        let all = || ProjectionExprs::from_indices(&(0..schema.fields().len()).collect::<Vec<_>>(), schema);
        let projection = self.projection().cloned().unwrap_or_else(all);
        Ok(Arc::new(BundleOpener::try_new(Task {
            store: Arc::clone(self.table.object_store()),
            is_far: self.table.lake().location().is_far(),
            footers: Arc::clone(self.table.footers()),
            table,
            filter: self.filter(),
            projection: &projection,
            batch_rows: self.batch_rows,
            metrics: self.metrics(),
            partition,
        })?))
    }

    fn table_schema(&self) -> &TableSchema {
        self.inner.table_schema()
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        Arc::new(Self { batch_rows: batch_size, ..self.clone() })
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        self.inner.filter()
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        self.inner.projection()
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        self.inner.metrics()
    }

    fn file_type(&self) -> &str {
        self.inner.file_type()
    }

    fn fmt_extra(&self, t: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match t {
            DisplayFormatType::TreeRender => writeln!(f, "scan={}", self.report)?,
            DisplayFormatType::Default | DisplayFormatType::Verbose => write!(f, ", scan=[{}]", self.report)?,
        }
        self.inner.fmt_extra(t, f)
    }

    /// Bundles are cut for all cores when the scan is planned, not by bytes.
    fn supports_repartitioning(&self) -> bool {
        false
    }

    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        let taken: Vec<bool> = filters.iter().map(|filter| self.takes(filter)).collect();
        let own = filters.into_iter().zip(&taken).filter(|(_, taken)| **taken).map(|(filter, _)| filter).collect();
        let answer = |&taken: &bool| if taken { PushedDown::Yes } else { PushedDown::No };
        let answers = FilterPushdownPropagation::with_parent_pushdown_result(taken.iter().map(answer).collect());
        match self.filtered(own) {
            Some(source) if taken.contains(&true) => Ok(answers.with_updated_node(source)),
            _ => Ok(FilterPushdownPropagation::with_parent_pushdown_result(vec![PushedDown::No; taken.len()])),
        }
    }

    fn try_pushdown_sort(
        &self,
        order: &[PhysicalSortExpr],
        eq_properties: &EquivalenceProperties,
    ) -> Result<SortOrderPushdownResult<Arc<dyn FileSource>>> {
        Ok(match self.inner.try_pushdown_sort(order, eq_properties)? {
            SortOrderPushdownResult::Exact { inner } => SortOrderPushdownResult::Exact { inner: self.wrap(inner) },
            SortOrderPushdownResult::Inexact { inner } => SortOrderPushdownResult::Inexact { inner: self.wrap(inner) },
            SortOrderPushdownResult::Unsupported => SortOrderPushdownResult::Unsupported,
        })
    }

    /// Whoever is free opens the next bundle: in the order in which they were planned.
    fn reorder_files(&self, mut files: Vec<PartitionedFile>) -> Vec<PartitionedFile> {
        files.sort_by_key(|file| file.extension::<Bundle>().map_or(usize::MAX, |bundle| bundle.number));
        files
    }

    fn try_pushdown_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn FileSource>>> {
        Ok(self.inner.try_pushdown_projection(projection)?.map(|inner| self.wrap(inner)))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.inner.apply_expressions(f)
    }
}
