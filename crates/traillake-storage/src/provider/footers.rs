//! Reads the footers of files where a nested leaf is filtered, and drops what the leaf rules out.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::{CachedParquetFileReaderFactory, ParquetFileReaderFactory};
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion_datasource::PartitionedFile;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectMeta;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};

use super::EventTableProvider;
use super::files::{PlannedFile, object_meta};
use super::narrow::{Roots, narrowed};
use crate::layout::FOOTER_HINT_BYTES;
use crate::pruning::files::KeptFiles;
use crate::pruning::leaves::{LeafPredicate, own_metrics};
use crate::scan_report::ScanReport;
use crate::snapshot::DataFile;

/// Footers read at once while planning.
const FOOTERS_AT_ONCE: usize = 8;
/// Files of fewer rows are read whole: their footers say nothing of most leaves.
const LEAF_PRUNING_MIN_ROWS: u64 = 1_000;

/// Reads the footers of `kept` where a nested leaf is filtered, and drops row groups, pages and whole files.
pub(super) async fn prune_leaves(
    provider: &EventTableProvider,
    state: &dyn Session,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    kept: KeptFiles,
    roots: &Arc<Roots>,
) -> Result<(Vec<PlannedFile>, ScanReport)> {
    let mut report = ScanReport {
        files_total: kept.files_total,
        partitions_total: kept.partitions_total,
        partitions_kept: kept.partitions_kept,
        table_version: provider.snapshot.version,
        ..ScanReport::default()
    };
    let mut planned = Vec::with_capacity(kept.files.len());
    if let Some(predicate) = LeafPredicate::of(conjuncts, &provider.schema) {
        let footers = FooterReader::new(provider, state, Arc::clone(roots));
        let pruning = kept.files.into_iter().map(|file| footers.prune(&predicate, file));
        let mut outcomes = futures::stream::iter(pruning).buffered(FOOTERS_AT_ONCE);
        while let Some((file, groups)) = outcomes.try_next().await? {
            report.row_groups_total += groups.total;
            report.row_groups_kept += groups.kept;
            report.bytes_planned += groups.bytes;
            planned.extend(file);
        }
        let partitions = planned.iter().map(|planned| &planned.file.partition);
        report.partitions_kept = partitions.collect::<BTreeSet<_>>().len();
    } else {
        planned.extend(kept.files.into_iter().map(|file| PlannedFile { file, plan: None }));
    }
    report.files_kept = planned.len();
    Ok((planned, report))
}

/// How many row groups a file has and how many are left, and the bytes it took to find out.
#[derive(Default)]
struct RowGroups {
    total: usize,
    kept: usize,
    bytes: usize,
}

struct FooterReader<'a> {
    provider: &'a EventTableProvider,
    factory: Arc<dyn ParquetFileReaderFactory>,
    cache: Arc<FileMetadataCache>,
    roots: Arc<Roots>,
}

impl<'a> FooterReader<'a> {
    fn new(provider: &'a EventTableProvider, state: &dyn Session, roots: Arc<Roots>) -> Self {
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        Self { provider, factory: reader_factory(provider, state), cache, roots }
    }

    async fn prune(&self, predicate: &LeafPredicate, file: Arc<DataFile>) -> Result<(Option<PlannedFile>, RowGroups)> {
        if (1..LEAF_PRUNING_MIN_ROWS).contains(&file.rows) {
            return Ok((Some(PlannedFile { file, plan: None }), RowGroups::default()));
        }
        let meta = object_meta(&file)?;
        let footer = self.footer(&meta, PageIndexPolicy::Skip).await?;
        let total = footer.num_row_groups();
        let Some(leaves) = predicate.fit(&footer)? else {
            return Ok((Some(PlannedFile { file, plan: None }), RowGroups { total, kept: total, bytes: 0 }));
        };
        let metrics = own_metrics(&file.path);
        let set = ExecutionPlanMetricsSet::new();
        let reader = self.factory.create_reader(0, PartitionedFile::new_from_meta(meta.clone()), None, &set)?;
        let mut plan = leaves.prune_row_groups(&footer, reader, &metrics).await?;
        let kept = plan.row_group_index_iter().count();
        let bytes = set.clone_inner().sum_by_name("bytes_scanned").map_or(0, |value| value.as_usize());
        let groups = RowGroups { total, kept, bytes };
        if kept == 0 {
            return Ok((None, groups));
        }
        let footer = self.footer(&meta, PageIndexPolicy::Optional).await?;
        plan = leaves.prune_pages(plan, &footer, &metrics);
        Ok((Some(PlannedFile { file, plan: Some(plan) }), groups))
    }

    async fn footer(&self, meta: &ObjectMeta, page_index: PageIndexPolicy) -> Result<Arc<ParquetMetaData>> {
        let footer = DFParquetMetadata::new(self.provider.table.object_store().as_ref(), meta)
            .with_metadata_size_hint(Some(FOOTER_HINT_BYTES))
            .with_file_metadata_cache(Some(Arc::clone(&self.cache)))
            .with_page_index_policy(Some(page_index))
            .fetch_metadata()
            .await?;
        Ok(Arc::new(narrowed(&footer, &self.roots)?))
    }
}

pub(super) fn reader_factory(provider: &EventTableProvider, state: &dyn Session) -> Arc<dyn ParquetFileReaderFactory> {
    let store = Arc::clone(provider.table.object_store());
    let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
    Arc::new(CachedParquetFileReaderFactory::new(store, cache))
}
