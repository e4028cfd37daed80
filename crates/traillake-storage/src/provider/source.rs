//! The Parquet source of a scan, with the scan's report in its EXPLAIN text: everything else is passed on.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::physical_plan::{FileOpener, FileScanConfig, FileSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::filter_pushdown::{FilterPushdownPropagation, PushedDown};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::{DisplayFormatType, SortOrderPushdownResult};
use datafusion_datasource::PartitionedFile;
use datafusion_datasource::morsel::Morselizer;
use object_store::ObjectStore;

use crate::pruning::is_simple;
use crate::scan_report::ScanReport;

/// Wraps the engine's Parquet source.
pub(super) struct EventSource {
    inner: Arc<dyn FileSource>,
    event_data_store: Arc<str>,
    report: Arc<ScanReport>,
}

impl EventSource {
    /// The source of a scan of the store with this id.
    pub(super) fn new(inner: Arc<dyn FileSource>, event_data_store: Arc<str>, report: Arc<ScanReport>) -> Self {
        Self { inner, event_data_store, report }
    }

    pub(super) fn event_data_store(&self) -> &str {
        &self.event_data_store
    }

    pub(super) fn report(&self) -> &ScanReport {
        &self.report
    }

    fn wrap(&self, inner: Arc<dyn FileSource>) -> Arc<dyn FileSource> {
        let event_data_store = Arc::clone(&self.event_data_store);
        Arc::new(Self { inner, event_data_store, report: Arc::clone(&self.report) })
    }
}

impl FileSource for EventSource {
    fn create_file_opener(
        &self,
        object_store: Arc<dyn ObjectStore>,
        base_config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        self.inner.create_file_opener(object_store, base_config, partition)
    }

    fn create_morselizer(
        &self,
        object_store: Arc<dyn ObjectStore>,
        base_config: &FileScanConfig,
        partition: usize,
    ) -> Result<Box<dyn Morselizer>> {
        self.inner.create_morselizer(object_store, base_config, partition)
    }

    fn table_schema(&self) -> &TableSchema {
        self.inner.table_schema()
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        self.wrap(self.inner.with_batch_size(batch_size))
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

    fn supports_repartitioning(&self) -> bool {
        self.inner.supports_repartitioning()
    }

    /// Expressions that are not simple stay above the scan: the reader would analyse them for every file.
    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        let simple: Vec<bool> = filters.iter().map(is_simple).collect();
        let offered = filters.into_iter().zip(&simple).filter(|(_, simple)| **simple).map(|(filter, _)| filter);
        let result = self.inner.try_pushdown_filters(offered.collect(), config)?;
        let mut answers = result.filters.into_iter();
        let answer = |&simple: &bool| if simple { answers.next().unwrap_or(PushedDown::No) } else { PushedDown::No };
        let answers = simple.iter().map(answer).collect();
        let propagation = FilterPushdownPropagation::with_parent_pushdown_result(answers);
        Ok(match result.updated_node {
            Some(inner) => propagation.with_updated_node(self.wrap(inner)),
            None => propagation,
        })
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

    fn reorder_files(&self, files: Vec<PartitionedFile>) -> Vec<PartitionedFile> {
        self.inner.reorder_files(files)
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
