//! Reads the footers of files where they may tell more than the log, and drops what a filter rules out.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::runtime::SpawnedTask;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::physical_plan::parquet::{
    DefaultParquetFileReaderFactory, ParquetFileMetrics, ParquetFileReaderFactory as _,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion_datasource::PartitionedFile;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
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

/// Footers read at once while planning, by each that reads.
const FOOTERS_AT_ONCE: usize = 8;
/// Files for which it is not worth it that another one looks at footers as well.
const FILES_OF_ONE: usize = 16;

/// Reads the footers of `kept` where they may tell more than the log, and drops row groups, pages and whole files. Of
/// many files for a question that ends early it reads none: most of them may never be opened. Of many files,
/// `parallelism` look at footers at once.
pub(super) async fn prune_leaves(
    provider: &EventTableProvider,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    kept: KeptFiles,
    looked_up: &LookedUp,
    parallelism: usize,
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
        let footers = Arc::new(FooterReader::new(provider, predicate));
        let told = kept.files.into_iter().map(|file| (looked_up.tells_of(&file), file));
        let files = told.map(|(is_told, file)| Asked { file, is_told }).collect();
        for (file, groups) in prune_all(&footers, files, parallelism).await? {
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

/// A file of which the footer is looked at.
struct Asked {
    file: Arc<DataFile>,
    /// Whether the lookup index tells which of its rows may match, so that no bloom filter is needed.
    is_told: bool,
}

/// What is left of a file, and its row groups.
type Outcome = (Option<Member>, RowGroups);

/// What is left of `files`, in their order: one share of them is looked at here, the others elsewhere meanwhile.
async fn prune_all(footers: &Arc<FooterReader>, files: Vec<Asked>, parallelism: usize) -> Result<Vec<Outcome>> {
    let share = files.len().div_ceil(parallelism.max(1)).max(FILES_OF_ONE);
    let mut rest = files.into_iter();
    let first: Vec<Asked> = rest.by_ref().take(share).collect();
    let mut others = Vec::new();
    while rest.len() > 0 {
        let (footers, files) = (Arc::clone(footers), rest.by_ref().take(share).collect());
        others.push(SpawnedTask::spawn(async move { footers.prune_share(files).await }));
    }
    let mut outcomes = footers.prune_share(first).await?;
    for other in others {
        let pruned = other.join_unwind().await;
        outcomes.extend(pruned.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??);
    }
    Ok(outcomes)
}

struct FooterReader {
    provider: EventTableProvider,
    predicate: LeafPredicate,
    factory: DefaultParquetFileReaderFactory,
    narrowing: Narrowing,
    metrics: ParquetFileMetrics,
}

impl FooterReader {
    fn new(provider: &EventTableProvider, predicate: LeafPredicate) -> Self {
        let factory = DefaultParquetFileReaderFactory::new(Arc::clone(provider.table.object_store()));
        let narrowing = Narrowing::new(predicate.paths());
        Self { provider: provider.clone(), predicate, factory, narrowing, metrics: own_metrics() }
    }

    async fn prune_share(&self, files: Vec<Asked>) -> Result<Vec<Outcome>> {
        let pruning: Vec<_> = files.into_iter().map(|file| self.prune(file).boxed()).collect();
        futures::stream::iter(pruning).buffered(FOOTERS_AT_ONCE).try_collect().await
    }

    async fn prune(&self, Asked { file, is_told }: Asked) -> Result<Outcome> {
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
        let reader = (!is_told).then_some(reader);
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

#[cfg(test)]
mod tests {
    use datafusion::common::ScalarValue;
    use datafusion::logical_expr::Operator;
    use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
    use traillake_model::Retention;

    use super::*;
    use crate::ScanPolicy;
    use crate::pruning::files::keep_files;
    use crate::table_testing::{day, ingest, partition, records, table};

    #[tokio::test(flavor = "multi_thread")]
    async fn several_leave_the_files_that_one_leaves() {
        let table = table(Retention::Unlimited).await;
        let account = "111111111111";
        for date in 1..=18 {
            let values = partition(account, "us-east-1", day(date));
            ingest(&table, &values, &records(account, "us-east-1", day(date), 0..1_000)).await;
        }
        let provider = EventTableProvider::try_new(table.clone(), table.snapshot(), ScanPolicy::default()).unwrap();
        let id = Column::new_with_schema("eventid", &provider.schema).unwrap();
        let from = Literal::new(ScalarValue::Utf8View(Some(format!("{account}-us-east-1-2023-06-05"))));
        let is_after: Arc<dyn PhysicalExpr> = Arc::new(BinaryExpr::new(Arc::new(id), Operator::Gt, Arc::new(from)));
        let mut left = Vec::new();
        for parallelism in [1, 3] {
            let conjuncts = [Arc::clone(&is_after)];
            let kept = keep_files(&provider.snapshot.files, None, &conjuncts, &provider.schema).unwrap();
            let pruned = prune_leaves(&provider, &conjuncts, kept, &LookedUp::default(), parallelism).await;
            let (members, report) = pruned.unwrap();
            assert_eq!((report.files_total, report.files_kept, report.row_groups_total), (18, 14, 18));
            left.push(members.iter().map(|member| member.file.path.clone()).collect::<Vec<_>>());
        }
        assert_eq!(left[0], left[1]);
    }
}
