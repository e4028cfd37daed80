//! Reads the footers of files where they may tell more than the log, and drops what a filter rules out.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::physical_plan::parquet::{
    DefaultParquetFileReaderFactory, ParquetFileMetrics, ParquetFileReaderFactory as _,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion_datasource::PartitionedFile;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectMeta;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};

use super::EventTableProvider;
use super::bundle::Member;
use super::files::object_meta;
use super::looked_up::LookedUp;
use crate::footer::Narrowing;
use crate::layout::PAGE_ROWS;
use crate::pruning::files::KeptFiles;
use crate::pruning::leaves::{LeafPredicate, own_metrics};
use crate::scan_report::ScanReport;
use crate::snapshot::DataFile;

/// Footers read at once while planning.
const FOOTERS_AT_ONCE: usize = 8;

/// Reads the footers of `kept` where they may tell more than the log, and drops row groups, pages and whole files. Of
/// many files for a question that ends early it reads none: most of them may never be opened.
pub(super) async fn prune_leaves(
    provider: &EventTableProvider,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    kept: KeptFiles,
    looked_up: &LookedUp,
) -> Result<(Vec<Member>, ScanReport)> {
    let mut report = ScanReport {
        files_total: kept.files_total,
        partitions_total: kept.partitions_total,
        partitions_kept: kept.partitions_kept,
        table_version: provider.snapshot.version,
        ..ScanReport::default()
    };
    let mut planned = Vec::with_capacity(kept.files.len());
    let ends_early = provider.order.is_some() && kept.files.len() > FOOTERS_AT_ONCE;
    if let Some(predicate) = LeafPredicate::of(conjuncts, &provider.schema).filter(|_| !ends_early) {
        let footers = FooterReader::new(provider, &predicate, looked_up);
        let pruning = kept.files.into_iter().map(|file| footers.prune(file));
        let mut outcomes = futures::stream::iter(pruning).buffered(FOOTERS_AT_ONCE);
        while let Some((file, groups)) = outcomes.try_next().await? {
            report.row_groups_total += groups.total;
            report.row_groups_kept += groups.kept;
            report.bytes_planned += groups.bytes;
            planned.extend(file);
        }
        let partitions = planned.iter().map(|member: &Member| &member.file.partition);
        report.partitions_kept = partitions.collect::<BTreeSet<_>>().len();
    } else {
        planned.extend(kept.files.into_iter().map(|file| Member::new(file, None)));
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
    predicate: &'a LeafPredicate,
    looked_up: &'a LookedUp,
    factory: DefaultParquetFileReaderFactory,
    narrowing: Narrowing,
    metrics: ParquetFileMetrics,
}

impl<'a> FooterReader<'a> {
    fn new(provider: &'a EventTableProvider, predicate: &'a LeafPredicate, looked_up: &'a LookedUp) -> Self {
        let factory = DefaultParquetFileReaderFactory::new(Arc::clone(provider.table.object_store()));
        let narrowing = Narrowing::new(predicate.paths());
        Self { provider, predicate, looked_up, factory, narrowing, metrics: own_metrics() }
    }

    async fn prune(&self, file: Arc<DataFile>) -> Result<(Option<Member>, RowGroups)> {
        if !self.predicate.is_worth_a_footer(file.rows) {
            return Ok((Some(Member::new(file, None)), RowGroups::default()));
        }
        let meta = object_meta(&file)?;
        let has_pages = file.rows > PAGE_ROWS as u64;
        let pages = if has_pages { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
        let footer = self.footer(&meta, pages).await?;
        let total = footer.num_row_groups();
        let Some(leaves) = self.predicate.fit(&footer)? else {
            return Ok((Some(Member::new(file, None)), RowGroups { total, kept: total, bytes: 0 }));
        };
        let set = ExecutionPlanMetricsSet::new();
        let reader = || {
            let file = PartitionedFile::new_from_meta(meta.clone());
            Ok(self.factory.create_reader(0, file, None, &set)? as Box<dyn AsyncFileReader>)
        };
        let reader = (!self.looked_up.tells_of(&file)).then_some(reader);
        let mut plan = leaves.prune_row_groups(&footer, reader, &self.metrics).await?;
        let kept = plan.row_group_index_iter().count();
        let bytes = set.clone_inner().sum_by_name("bytes_scanned").map_or(0, |value| value.as_usize());
        let groups = RowGroups { total, kept, bytes };
        if kept == 0 {
            return Ok((None, groups));
        }
        if has_pages || total > 1 {
            let footer = if has_pages { footer } else { self.footer(&meta, PageIndexPolicy::Optional).await? };
            plan = leaves.prune_pages(plan, &footer, &self.metrics);
        }
        Ok((Some(Member::new(file, Some(plan))), groups))
    }

    async fn footer(&self, meta: &ObjectMeta, pages: PageIndexPolicy) -> Result<Arc<ParquetMetaData>> {
        let store = self.provider.table.object_store().as_ref();
        let footer = self.provider.table.footers().get(store, meta, pages).await?;
        Ok(Arc::new(footer.narrowed(&self.narrowing)?))
    }
}
