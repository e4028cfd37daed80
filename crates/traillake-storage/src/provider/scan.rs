//! Plans one scan: which files, which row groups of them, which columns, and the file source that reads them.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DFSchema, DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::{
    CachedParquetFileReaderFactory, ParquetAccessPlan, ParquetFileReaderFactory,
};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion_datasource::PartitionedFile;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectMeta;
use object_store::path::Path;
use parquet::file::metadata::PageIndexPolicy;
use traillake_columnar::{EVENT_JSON, EVENT_JSON_CHECKSUM};

use super::EventTableProvider;
use super::source::EventSource;
use crate::event_json::{checksum_expr, columns_needed, event_json_expr};
use crate::layout::{EVENT_TIME, FOOTER_HINT_BYTES};
use crate::pruning::files::{KeptFiles, days, event_times, keep_files};
use crate::pruning::leaves::{LeafPredicate, own_metrics};
use crate::pruning::prunable_conjuncts;
use crate::scan_report::{ScanReport, ScanTracker};
use crate::snapshot::DataFile;

/// Footers read at once while planning.
const FOOTERS_AT_ONCE: usize = 8;
/// Files of fewer rows are read whole: their footers say nothing of most leaves.
const LEAF_PRUNING_MIN_ROWS: u64 = 1_000;
/// Scans of more files carry no statistics for each: they would cost some 30 kB a file, one entry per column.
const FILE_STATISTICS_MAX_FILES: usize = 1_000;

/// A file to read, with what planning left of its row groups.
struct PlannedFile {
    file: Arc<DataFile>,
    plan: Option<ParquetAccessPlan>,
}

pub(super) async fn plan(
    provider: &EventTableProvider,
    state: &dyn Session,
    projection: Option<&Vec<usize>>,
    filters: &[Expr],
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let conjuncts = if provider.prune { conjuncts(provider, state, filters)? } else { Vec::new() };
    let first_visible = provider.policy.first_visible_date;
    let kept = keep_files(&provider.snapshot.files, first_visible, &conjuncts, &provider.schema)?;
    let (planned, report) = prune_leaves(provider, state, &conjuncts, kept).await?;
    if let Some(tracker) = state.config().get_extension::<ScanTracker>() {
        tracker.record(report.clone());
    }
    let config = scan_config(provider, state, planned, report, limit)?;
    project(provider, state, projection, config)
}

/// The filters as physical conjuncts over the table's columns; those that cannot be analysed are left out.
fn conjuncts(
    provider: &EventTableProvider,
    state: &dyn Session,
    filters: &[Expr],
) -> Result<Vec<Arc<dyn PhysicalExpr>>> {
    let schema = DFSchema::try_from(Arc::clone(&provider.schema))?;
    let physical = filters.iter().filter_map(|filter| state.create_physical_expr(filter.clone(), &schema).ok());
    Ok(physical.flat_map(|filter| prunable_conjuncts(&filter)).collect())
}

/// Reads the footers of `kept` where a nested leaf is filtered, and drops row groups, pages and whole files.
async fn prune_leaves(
    provider: &EventTableProvider,
    state: &dyn Session,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    kept: KeptFiles,
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
        let footers = FooterReader::new(provider, state);
        let pruning = kept.files.into_iter().map(|file| footers.prune(&predicate, file));
        let mut outcomes = futures::stream::iter(pruning).buffered(FOOTERS_AT_ONCE);
        while let Some((file, groups)) = outcomes.try_next().await? {
            report.row_groups_total += groups.total;
            report.row_groups_kept += groups.kept;
            report.bytes_planned += groups.bytes;
            planned.extend(file);
        }
        let partitions = planned.iter().map(|planned| &planned.file.partition);
        report.partitions_kept = partitions.collect::<std::collections::BTreeSet<_>>().len();
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
    cache: Arc<datafusion::execution::cache::cache_manager::FileMetadataCache>,
}

impl<'a> FooterReader<'a> {
    fn new(provider: &'a EventTableProvider, state: &dyn Session) -> Self {
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        Self { provider, factory: reader_factory(provider, state), cache }
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

    async fn footer(
        &self,
        meta: &ObjectMeta,
        page_index: PageIndexPolicy,
    ) -> Result<Arc<parquet::file::metadata::ParquetMetaData>> {
        DFParquetMetadata::new(self.provider.table.object_store().as_ref(), meta)
            .with_metadata_size_hint(Some(FOOTER_HINT_BYTES))
            .with_file_metadata_cache(Some(Arc::clone(&self.cache)))
            .with_page_index_policy(Some(page_index))
            .fetch_metadata()
            .await
    }
}

fn reader_factory(provider: &EventTableProvider, state: &dyn Session) -> Arc<dyn ParquetFileReaderFactory> {
    let store = Arc::clone(provider.table.object_store());
    let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
    Arc::new(CachedParquetFileReaderFactory::new(store, cache))
}

/// The object of a data file. Data files never change, so size and time of the log are its identity.
fn object_meta(file: &DataFile) -> Result<ObjectMeta> {
    let location = Path::parse(&file.path).map_err(|error| DataFusionError::External(Box::new(error)))?;
    let last_modified = DateTime::<Utc>::from_timestamp_millis(file.modified_ms).unwrap_or_default();
    Ok(ObjectMeta { location, last_modified, size: file.size_bytes, e_tag: None, version: None })
}

fn scan_config(
    provider: &EventTableProvider,
    state: &dyn Session,
    mut planned: Vec<PlannedFile>,
    report: ScanReport,
    limit: Option<usize>,
) -> Result<FileScanConfig> {
    // Newest first: what most questions ask for, should a limit end the scan early.
    planned.sort_by_key(|planned| std::cmp::Reverse(event_times(&planned.file)));
    let schema = provider.stored.file_schema();
    let statistics = statistics(provider.stored.table_schema(), &planned);
    let with_statistics = planned.len() <= FILE_STATISTICS_MAX_FILES;
    let groups = state.config().target_partitions().clamp(1, planned.len().max(1));
    let mut file_groups = vec![FileGroup::default(); groups];
    for (index, planned) in planned.into_iter().enumerate() {
        let file = partitioned_file(provider, planned, schema, with_statistics)?;
        if let Some(group) = file_groups.get_mut(index % groups) {
            group.push(file);
        }
    }
    let source = ParquetSource::new(provider.stored.clone())
        .with_metadata_size_hint(FOOTER_HINT_BYTES)
        .with_parquet_file_reader_factory(reader_factory(provider, state))
        .with_pushdown_filters(true)
        .with_reorder_filters(true)
        .with_enable_page_index(true)
        .with_bloom_filter_on_read(true);
    let inner: Arc<dyn FileSource> = Arc::new(source);
    let source = Arc::new(EventSource::new(inner, Arc::new(report)));
    Ok(FileScanConfigBuilder::new(object_store_url(provider, state)?, source)
        .with_file_groups(file_groups)
        .with_statistics(statistics)
        .with_limit(limit)
        .build())
}

/// The engine wants every scan's object store registered; reads go through the reader factory's own handle.
fn object_store_url(provider: &EventTableProvider, state: &dyn Session) -> Result<ObjectStoreUrl> {
    let url = ObjectStoreUrl::parse(format!("traillake://{}", provider.table.id()))?;
    state.runtime_env().register_object_store(url.as_ref(), Arc::clone(provider.table.object_store()));
    Ok(url)
}

fn partitioned_file(
    provider: &EventTableProvider,
    planned: PlannedFile,
    schema: &SchemaRef,
    with_statistics: bool,
) -> Result<PartitionedFile> {
    let PlannedFile { file, plan } = planned;
    let mut partitioned = PartitionedFile::new_from_meta(object_meta(&file)?);
    if provider.policy.hidden_columns {
        partitioned = partitioned.with_partition_values(hidden_values(&file));
    }
    if with_statistics {
        partitioned.statistics = Some(Arc::new(file_statistics(&file, schema, &partitioned.partition_values)));
    }
    Ok(match plan {
        Some(plan) => partitioned.with_extension(plan),
        None => partitioned,
    })
}

fn hidden_values(file: &DataFile) -> Vec<ScalarValue> {
    vec![
        ScalarValue::Utf8(file.partition.account.clone()),
        ScalarValue::Utf8(file.partition.region.clone()),
        ScalarValue::Date32(Some(days(file.partition.date))),
        ScalarValue::Utf8(Some(file.path.clone())),
    ]
}

fn file_statistics(file: &DataFile, schema: &Schema, partition_values: &[ScalarValue]) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    statistics.num_rows = row_count(std::slice::from_ref(&Arc::new(file.clone())));
    statistics.total_byte_size = Precision::Absent;
    set_event_times(&mut statistics, schema, Some(event_times(file)));
    statistics.column_statistics.extend(partition_values.iter().map(|value| ColumnStatistics {
        min_value: Precision::Exact(value.clone()),
        max_value: Precision::Exact(value.clone()),
        ..ColumnStatistics::new_unknown()
    }));
    statistics
}

fn statistics(schema: &Schema, planned: &[PlannedFile]) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    let files: Vec<Arc<DataFile>> = planned.iter().map(|planned| Arc::clone(&planned.file)).collect();
    statistics.num_rows = row_count(&files);
    let bytes = files.iter().map(|file| usize::try_from(file.size_bytes).unwrap_or(usize::MAX));
    statistics.total_byte_size = Precision::Inexact(bytes.fold(0, usize::saturating_add));
    let times = files.iter().map(|file| event_times(file));
    set_event_times(&mut statistics, schema, times.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))));
    statistics
}

/// Inexact, because another writer may have rounded the times in the log.
fn set_event_times(statistics: &mut Statistics, schema: &Schema, times: Option<(i64, i64)>) {
    let column = schema.index_of(EVENT_TIME).ok().and_then(|index| statistics.column_statistics.get_mut(index));
    let (Some(column), Some((first, last))) = (column, times) else { return };
    let value = |micros: i64| ScalarValue::TimestampMillisecond(Some(micros.div_euclid(1_000)), None);
    column.min_value = Precision::Inexact(value(first));
    column.max_value = Precision::Inexact(value(last));
    column.null_count = Precision::Inexact(0);
}

/// Exact when the log knows the rows of every file.
pub(super) fn row_count(files: &[Arc<DataFile>]) -> Precision<usize> {
    let rows: u64 = files.iter().map(|file| file.rows).sum();
    match usize::try_from(rows) {
        Ok(rows) if files.iter().all(|file| file.rows > 0) => Precision::Exact(rows),
        _ => Precision::Absent,
    }
}

/// The columns asked for; records are rebuilt above the scan when `eventjson` or its checksum is among them.
fn project(
    provider: &EventTableProvider,
    state: &dyn Session,
    projection: Option<&Vec<usize>>,
    config: FileScanConfig,
) -> Result<Arc<dyn ExecutionPlan>> {
    let all: Vec<usize> = (0..provider.schema.fields().len()).collect();
    let wanted = provider.schema.project(projection.unwrap_or(&all))?;
    let computed = |name: &str| name == EVENT_JSON || name == EVENT_JSON_CHECKSUM;
    let mut read: Vec<String> = Vec::new();
    for field in wanted.fields().iter().filter(|field| !computed(field.name())) {
        read.push(field.name().clone());
    }
    if read.len() < wanted.fields().len() {
        let needed = columns_needed(provider.table.schema());
        read.extend(needed.into_iter().filter(|name| wanted.index_of(name).is_err()));
    }
    let stored = provider.stored.table_schema();
    let indices = read.iter().map(|name| Ok(stored.index_of(name)?)).collect::<Result<Vec<_>>>()?;
    let config = FileScanConfigBuilder::from(config).with_projection_indices(Some(indices))?.build();
    let scan: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(config);
    if wanted.fields().iter().any(|field| computed(field.name())) {
        return rebuild(provider, state, &wanted, scan);
    }
    Ok(scan)
}

fn rebuild(
    provider: &EventTableProvider,
    state: &dyn Session,
    wanted: &Schema,
    scan: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let input = scan.schema();
    let options = state.config().options();
    let json = event_json_expr(provider.table.schema(), &input, options)?;
    let expr = |name: &str| -> Result<Arc<dyn PhysicalExpr>> {
        Ok(match name {
            EVENT_JSON => Arc::clone(&json),
            EVENT_JSON_CHECKSUM => checksum_expr(Arc::clone(&json), options),
            name => Arc::new(Column::new_with_schema(name, &input)?),
        })
    };
    let exprs = wanted.fields().iter().map(|field| Ok(ProjectionExpr::new(expr(field.name())?, field.name())));
    Ok(Arc::new(ProjectionExec::try_new(exprs.collect::<Result<Vec<_>>>()?, scan)?))
}
