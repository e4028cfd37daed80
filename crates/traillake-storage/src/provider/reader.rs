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
use datafusion::datasource::physical_plan::{FileOpenFuture, FileOpener};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::DynamicFilterTracking;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr_common::physical_expr::snapshot_physical_expr;
use datafusion::physical_optimizer::pruning::FilePruner;
use datafusion::physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder};
use datafusion_datasource::PartitionedFile;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStore;

use super::bundle::{Bundle, Member};
use super::files::set_event_times;
use crate::footer::Footers;
use crate::pruning::files::may_hold;
use crate::snapshot::DataFile;

mod bounds;
mod by_text;
mod chunks;
mod codes;
mod fetch;
mod few;
mod fit;
mod opened;
mod parts;
mod recipe;
pub(super) mod slots;
mod stage;
mod unpack;
mod zipped;

use bounds::TimeBounds;
use fetch::Reach;
use parts::{Part, drop_empty, runs, selected, slices};
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
    /// The recipe without the conditions on the event time, for row groups of which all rows meet those.
    within: Option<(TimeBounds, Arc<Recipe>)>,
    filter: Option<Arc<dyn PhysicalExpr>>,
    file_schema: SchemaRef,
    table_schema: SchemaRef,
    reach: Reach,
    counters: Counters,
}

/// What is counted for those who want to know what a query did.
struct Counters {
    bytes_scanned: Count,
    files_read: Count,
    rows_dropped: Count,
    pruned: Count,
    pruning_errors: Count,
}

impl Counters {
    fn new(metrics: &ExecutionPlanMetricsSet, partition: usize) -> Self {
        let counter = |name: &'static str| MetricBuilder::new(metrics).counter(name, partition);
        Self {
            bytes_scanned: counter("bytes_scanned"),
            files_read: counter("data_files_read"),
            rows_dropped: counter("pushdown_rows_pruned"),
            pruned: counter("runs_pruned_dynamic_filter"),
            pruning_errors: counter("num_predicate_creation_errors"),
        }
    }
}

/// What a partition of a scan reads, and how.
pub(super) struct Task<'a> {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Whether reads go over a network.
    pub(super) is_far: bool,
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
        let Task { store, is_far, footers, table, filter, projection, batch_rows, metrics, partition } = task;
        let recipe = Arc::new(Recipe::try_new(table, filter.as_ref(), projection, batch_rows)?);
        let within = filter.as_ref().and_then(TimeBounds::split).map(|(bounds, filter)| {
            let recipe = Recipe::try_new(table, filter.as_ref(), projection, batch_rows)?;
            Ok::<_, DataFusionError>((bounds, Arc::new(recipe)))
        });
        let within = within.transpose()?;
        let counters = Counters::new(metrics, partition);
        let file_schema = Arc::clone(table.file_schema());
        let table_schema = Arc::clone(table.table_schema());
        let reach = if is_far { Reach::FAR } else { Reach::NEAR };
        Ok(Self(Arc::new(Scan { store, footers, recipe, within, filter, file_schema, table_schema, reach, counters })))
    }
}

impl FileOpener for BundleOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let scan = Arc::clone(&self.0);
        Ok(Box::pin(async move { scan.open(&file).await }))
    }
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
        let members = self.left(&bundle.members)?;
        self.counters.files_read.add(members.iter().filter(|member| member.counts()).count());
        let footers: Vec<_> = members.iter().map(|member| self.parts(member, bundle.oldest_first)).collect();
        let parts: Vec<Vec<Part>> = stream::iter(footers).buffered(READS_AT_ONCE).try_collect().await?;
        let mut runs = runs(parts.into_iter().flatten());
        if self.tightening().is_some() {
            runs = runs.into_iter().flat_map(|run| slices(run, bundle.oldest_first)).collect();
        }
        let file = Arc::new(file.clone());
        let batches = stream::iter(runs).then(move |run| {
            let (scan, file) = (Arc::clone(&self), Arc::clone(&file));
            async move { Ok::<_, DataFusionError>(stream::iter(scan.run(run, &file).await?)) }
        });
        Ok(batches.try_flatten().boxed())
    }

    /// The filter, if it tightens while the query runs, as the one of the newest hundred events does.
    fn tightening(&self) -> Option<&Arc<dyn PhysicalExpr>> {
        let tightens = |filter: &&Arc<dyn PhysicalExpr>| {
            matches!(DynamicFilterTracking::classify(filter), DynamicFilterTracking::Watching(_))
        };
        self.filter.as_ref().filter(tightens)
    }

    /// The files of a bundle that the filter does not rule out by now.
    fn left<'m>(&self, members: &'m [Member]) -> Result<Vec<&'m Member>> {
        let Some(filter) = self.tightening().filter(|_| members.len() > 1) else { return Ok(members.iter().collect()) };
        let files: Vec<Arc<DataFile>> = members.iter().map(|member| Arc::clone(&member.file)).collect();
        let left = may_hold(&files, &snapshot_physical_expr(Arc::clone(filter))?, &self.table_schema)?;
        Ok(members.iter().zip(left).filter_map(|(member, left)| left.then_some(member)).collect())
    }

    /// Whether a filter that tightens rules out rows of these statistics by now.
    fn rules_out(&self, file: &PartitionedFile, statistics: Option<&Arc<Statistics>>) -> Result<bool> {
        let (Some(filter), Some(statistics)) = (self.tightening(), statistics) else { return Ok(false) };
        let file = PartitionedFile { statistics: Some(Arc::clone(statistics)), ..file.clone() };
        let errors = self.counters.pruning_errors.clone();
        let pruner = FilePruner::try_new(Arc::clone(filter), &self.file_schema, &file, errors);
        let ruled_out = pruner.map_or(Ok(false), |mut pruner| pruner.should_prune())?;
        self.counters.pruned.add(usize::from(ruled_out));
        Ok(ruled_out)
    }

    /// What the footers say of the times of some row groups, which is more than the log says of a file of many.
    fn statistics(&self, run: &[Part]) -> Option<Arc<Statistics>> {
        let times = run.iter().map(|part| part.times);
        let (first, last) = times.reduce(|all, part| Some((all?.0.min(part?.0), all?.1.max(part?.1))))??;
        let mut statistics = Statistics::new_unknown(&self.file_schema);
        // What is not exact rules nothing out.
        set_event_times(&mut statistics, &self.file_schema, Some((first, last)), true);
        Some(Arc::new(statistics))
    }

    /// What is made of some row groups.
    fn recipe(&self, run: &[Part]) -> &Arc<Recipe> {
        let hold = |bounds: TimeBounds| run.iter().all(|part| part.times.is_some_and(|times| bounds.hold(times)));
        match &self.within {
            Some((bounds, recipe)) if hold(*bounds) => recipe,
            _ => &self.recipe,
        }
    }

    /// The output of row groups of one schema.
    async fn run(&self, mut parts: Vec<Part>, file: &PartitionedFile) -> Result<Batches> {
        let Some(first) = parts.first() else { return Ok(Box::new(std::iter::empty())) };
        if self.rules_out(file, self.statistics(&parts).as_ref())? {
            return Ok(Box::new(std::iter::empty()));
        }
        let hidden: Arc<[ScalarValue]> = file.partition_values.clone().into();
        let recipe = self.recipe(&parts);
        let fits = recipe.fits(first.footer.schema())?;
        let steps = recipe.steps();
        let all: Vec<&[usize]> = (0..steps).map(|step| fits.leaves(step)).collect();
        let mut loaded = self.fetch(&parts, &all).await?;
        for step in 0..steps.saturating_sub(1) {
            let rows = Rows { loaded: loaded.clone().into(), hidden: Arc::clone(&hidden), selection: selected(&parts) };
            let (kept, dropped) = recipe.narrow(step, &fits, &rows)?;
            self.counters.rows_dropped.add(dropped);
            if !kept.selects_any() {
                return Ok(Box::new(std::iter::empty()));
            }
            drop_empty(&mut parts, &mut loaded, kept);
            self.fetch_more(&parts, &mut loaded, fits.leaves(step + 1)).await?;
        }
        let rows = Rows { loaded: loaded.into(), hidden, selection: selected(&parts) };
        let dropped = self.counters.rows_dropped.clone();
        recipe.output(fits, &rows, move |rows| dropped.add(rows))
    }
}

#[cfg(test)]
mod tests;
