//! Reads the rows of a scan: many small files in one go, large ones row group by row group.
//!
//! ```text
//!  Bundle (files) ──> footers ──> runs of row groups of one schema ──> filter, stage by stage ──> output
//!                     (cached)    fetched at once                      only what a stage names is decoded
//! ```
//!
//! What can be worked out once for a scan or for a schema is: a file costs its bytes and little else. Row groups of
//! several files are decoded as if they were of one, which is what makes files of fifty rows bearable.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::{Result, ScalarValue, Statistics};
use datafusion::datasource::physical_plan::parquet::RowGroupAccess;
use datafusion::datasource::physical_plan::{FileOpenFuture, FileOpener};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::DynamicFilterTracking;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_optimizer::pruning::FilePruner;
use datafusion::physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder};
use datafusion_datasource::PartitionedFile;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStore;
use object_store::path::Path;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::file::metadata::PageIndexPolicy;

use super::bundle::{Bundle, Member};
use super::files::{object_meta, set_event_times};
use crate::footer::{Footer, Footers};

mod chunks;
mod fetch;
mod fit;
mod recipe;
mod slots;
mod unpack;

use recipe::{Batches, Recipe, Rows};

/// Rows that are filtered and given on together, unless a row group has more.
const RUN_ROWS: usize = 32_768;
/// Footers and files that are read at once.
const READS_AT_ONCE: usize = 8;

/// Opens the bundles of one partition of a scan.
pub(super) struct BundleOpener(Arc<Scan>);

/// What all bundles of a partition share.
struct Scan {
    store: Arc<dyn ObjectStore>,
    footers: Arc<Footers>,
    recipe: Arc<Recipe>,
    filter: Option<Arc<dyn PhysicalExpr>>,
    file_schema: SchemaRef,
    counters: Counters,
}

/// What is counted for those who want to know what a query did.
struct Counters {
    bytes_scanned: Count,
    rows_dropped: Count,
    pruned: Count,
    pruning_errors: Count,
}

impl Counters {
    fn new(metrics: &ExecutionPlanMetricsSet, partition: usize) -> Self {
        let counter = |name: &'static str| MetricBuilder::new(metrics).counter(name, partition);
        Self {
            bytes_scanned: counter("bytes_scanned"),
            rows_dropped: counter("pushdown_rows_pruned"),
            pruned: counter("runs_pruned_dynamic_filter"),
            pruning_errors: counter("num_predicate_creation_errors"),
        }
    }
}

/// What a partition of a scan reads, and how.
pub(super) struct Task<'a> {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) footers: Arc<Footers>,
    pub(super) table: &'a TableSchema,
    pub(super) filter: Option<Arc<dyn PhysicalExpr>>,
    pub(super) projection: &'a ProjectionExprs,
    pub(super) batch_rows: usize,
    pub(super) metrics: &'a ExecutionPlanMetricsSet,
    pub(super) partition: usize,
}

impl BundleOpener {
    pub(super) fn try_new(task: Task<'_>) -> Result<Self> {
        let Task { store, footers, table, filter, projection, batch_rows, metrics, partition } = task;
        let recipe = Arc::new(Recipe::try_new(table, filter.as_ref(), projection, batch_rows)?);
        let counters = Counters::new(metrics, partition);
        let file_schema = Arc::clone(table.file_schema());
        Ok(Self(Arc::new(Scan { store, footers, recipe, filter, file_schema, counters })))
    }
}

impl FileOpener for BundleOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let scan = Arc::clone(&self.0);
        Ok(Box::pin(async move { scan.open(&file).await }))
    }
}

/// A row group to read.
#[derive(Debug, Clone)]
struct Part {
    path: Path,
    footer: Arc<Footer>,
    group: usize,
    rows: usize,
    /// The rows that are left of it; `None` is all.
    selection: Option<RowSelection>,
}

impl Scan {
    async fn open(
        self: Arc<Self>,
        file: &PartitionedFile,
    ) -> Result<BoxStream<'static, Result<arrow::array::RecordBatch>>> {
        if self.rules_out(file, file.statistics.as_ref())? {
            return Ok(stream::empty().boxed());
        }
        let Some(bundle) = file.extension::<Bundle>() else { return Ok(stream::empty().boxed()) };
        let footers: Vec<_> = bundle.members().iter().map(|member| self.parts(member)).collect();
        let parts: Vec<Vec<Part>> = stream::iter(footers).buffered(READS_AT_ONCE).try_collect().await?;
        let file = Arc::new(file.clone());
        let batches = stream::iter(runs(parts.into_iter().flatten())).then(move |run| {
            let (scan, file) = (Arc::clone(&self), Arc::clone(&file));
            async move { Ok::<_, DataFusionError>(stream::iter(scan.run(run, &file).await?)) }
        });
        Ok(batches.try_flatten().boxed())
    }

    /// Whether filters that tighten while the query runs, as the one of the newest hundred events does, rule out rows
    /// of these statistics by now.
    fn rules_out(&self, file: &PartitionedFile, statistics: Option<&Arc<Statistics>>) -> Result<bool> {
        let (Some(filter), Some(statistics)) = (&self.filter, statistics) else { return Ok(false) };
        if !matches!(DynamicFilterTracking::classify(filter), DynamicFilterTracking::Watching(_)) {
            return Ok(false);
        }
        let file = PartitionedFile { statistics: Some(Arc::clone(statistics)), ..file.clone() };
        let errors = self.counters.pruning_errors.clone();
        let pruner = FilePruner::try_new(Arc::clone(filter), &self.file_schema, &file, errors);
        let ruled_out = pruner.map_or(Ok(false), |mut pruner| pruner.should_prune())?;
        self.counters.pruned.add(usize::from(ruled_out));
        Ok(ruled_out)
    }

    /// What the footers say of the times of some row groups, which is more than the log says of a file of many.
    fn statistics(&self, run: &[Part]) -> Option<Arc<Statistics>> {
        let times = run.iter().map(|part| part.footer.event_times(part.group));
        let (first, last) = times.reduce(|all, part| Some((all?.0.min(part?.0), all?.1.max(part?.1))))??;
        let mut statistics = Statistics::new_unknown(&self.file_schema);
        set_event_times(&mut statistics, &self.file_schema, Some((first, last)), false);
        Some(Arc::new(statistics))
    }

    /// The row groups of a file that are left to read, newest first: files are sorted by time.
    async fn parts(&self, member: &Member) -> Result<Vec<Part>> {
        let meta = object_meta(&member.file)?;
        let footer = self.footers.get(self.store.as_ref(), &meta, PageIndexPolicy::Skip).await?;
        let groups = footer.groups().len();
        let part = |group: usize| {
            let rows = footer.groups().get(group)?.rows();
            let selection = match member.plan.as_ref().and_then(|plan| plan.inner().get(group)) {
                Some(RowGroupAccess::Skip) => return None,
                Some(RowGroupAccess::Selection(selection)) => Some(to_the_end(selection, rows)),
                Some(RowGroupAccess::Scan) | None => None,
            };
            Some(Part { path: meta.location.clone(), footer: Arc::clone(&footer), group, rows, selection })
        };
        Ok((0..groups).rev().filter(|&group| member.takes(group, groups)).filter_map(part).collect())
    }

    /// The output of row groups of one schema.
    async fn run(&self, mut parts: Vec<Part>, file: &PartitionedFile) -> Result<Batches> {
        let Some(first) = parts.first() else { return Ok(Box::new(std::iter::empty())) };
        if self.rules_out(file, self.statistics(&parts).as_ref())? {
            return Ok(Box::new(std::iter::empty()));
        }
        let hidden: Arc<[ScalarValue]> = file.partition_values.clone().into();
        let fits = self.recipe.fits(first.footer.schema())?;
        let steps = self.recipe.steps();
        let all: Vec<&[usize]> = (0..steps).map(|step| fits.leaves(step)).collect();
        let mut loaded = self.fetch(&parts, &all).await?;
        for step in 0..steps.saturating_sub(1) {
            let rows = Rows { loaded: loaded.clone().into(), hidden: Arc::clone(&hidden), selection: selected(&parts) };
            let (kept, dropped) = self.recipe.narrow(step, &fits, &rows)?;
            self.counters.rows_dropped.add(dropped);
            if !kept.selects_any() {
                return Ok(Box::new(std::iter::empty()));
            }
            drop_empty(&mut parts, &mut loaded, kept);
            self.fetch_more(&parts, &mut loaded, fits.leaves(step + 1)).await?;
        }
        let rows = Rows { loaded: loaded.into(), hidden, selection: selected(&parts) };
        let dropped = self.counters.rows_dropped.clone();
        self.recipe.output(fits, &rows, move |rows| dropped.add(rows))
    }
}

/// Parts in order, cut where the schema changes or enough rows are together.
fn runs(parts: impl Iterator<Item = Part>) -> Vec<Vec<Part>> {
    let mut runs: Vec<Vec<Part>> = Vec::new();
    let mut rows = 0;
    for part in parts {
        let fits = |first: &Part| Arc::ptr_eq(first.footer.schema(), part.footer.schema());
        rows += part.rows;
        match runs.last_mut() {
            Some(run) if rows <= RUN_ROWS && run.first().is_some_and(fits) => run.push(part),
            _ => {
                rows = part.rows;
                runs.push(vec![part]);
            }
        }
    }
    runs
}

/// A selection that says something of every row of its row group.
fn to_the_end(selection: &RowSelection, rows: usize) -> RowSelection {
    let told = selection.row_count() + selection.skipped_row_count();
    let rest = rows.checked_sub(told).filter(|&rest| rest > 0).map(RowSelector::skip);
    selection.iter().copied().chain(rest).collect::<Vec<_>>().into()
}

/// The rows that are left of parts laid end to end; `None` is all.
fn selected(parts: &[Part]) -> Option<RowSelection> {
    if parts.iter().all(|part| part.selection.is_none()) {
        return None;
    }
    let selectors = parts.iter().flat_map(|part| match &part.selection {
        Some(selection) => selection.iter().copied().collect(),
        None => vec![RowSelector::select(part.rows)],
    });
    Some(selectors.collect::<Vec<_>>().into())
}

/// Gives each part its rows of `kept`, and drops parts of which none is left.
fn drop_empty(parts: &mut Vec<Part>, loaded: &mut Vec<chunks::Loaded>, mut kept: RowSelection) {
    let both = std::mem::take(parts).into_iter().zip(std::mem::take(loaded));
    let left = both.filter_map(|(mut part, bytes)| {
        let selection = kept.split_off(part.rows);
        let any = selection.selects_any();
        part.selection = Some(selection);
        any.then_some((part, bytes))
    });
    (*parts, *loaded) = left.unzip();
}

#[cfg(test)]
mod tests;
