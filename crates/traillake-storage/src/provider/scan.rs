//! Plans one scan: which files, which columns, and the file source that reads them.

use std::sync::Arc;

use arrow::datatypes::Schema;
use chrono::NaiveDate;
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use traillake_columnar::{EVENT_JSON, EVENT_JSON_CHECKSUM};

use super::EventTableProvider;
use super::bundle::{Bundle, Member, Together, bundles, shared};
use super::files::{partitioned_file, statistics};
use super::footers::prune_leaves;
use super::grants::{first_columns, told};
use super::looked_up::look_up;
use super::source::EventSource;
use crate::event_json::{checksum_expr, columns_needed, event_json_expr};
use crate::layout::{EVENT_TIME, ROW_GROUP_ROWS};
use crate::pruning::files::{event_times, keep_files, midnight, reach_before};
use crate::pruning::prunable_conjuncts;
use crate::scan_report::{ScanReport, ScanTracker};
use crate::snapshot::DataFile;

/// Rows for which it is not worth it that another one looks for the first events as well.
const ROWS_OF_ONE: u64 = 32_768;

pub(super) async fn plan(
    provider: &EventTableProvider,
    state: &dyn Session,
    projection: Option<&Vec<usize>>,
    filters: &[Expr],
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let conjuncts = if provider.prune { conjuncts(provider, state, filters)? } else { Vec::new() };
    let first_visible = provider.policy.first_visible_date;
    let mut kept = keep_files(&provider.snapshot.files, first_visible, &conjuncts, &provider.schema)?;
    let looked_up = look_up(provider, &conjuncts, &mut kept).await;
    let first_visible =
        first_visible.filter(|first| kept.files.iter().any(|file| reach_before(event_times(file), *first)));
    let columns = ScanColumns::of(provider, projection, first_visible)?;
    // Nothing drops events above but what is told here.
    let is_whole = filters.is_empty() && limit.is_none() && columns.first_visible.is_none();
    if let Some(order) = provider.order.filter(|_| is_whole && provider.owners.is_none()) {
        order.drop_late(&mut kept.files);
        kept.partitions_kept = kept.files.chunk_by(|a, b| a.partition == b.partition).count();
    }
    let parallelism = state.config().target_partitions();
    let (mut planned, mut report) = prune_leaves(provider, &conjuncts, kept, &looked_up, parallelism).await?;
    looked_up.narrow(provider, &mut planned, &mut report).await?;
    let report = told(provider, report);
    if let Some(tracker) = state.config().get_extension::<ScanTracker>() {
        tracker.record(report.clone());
    }
    let stored = columns.stored(provider);
    let config = scan_config(provider, state, planned, report, (&columns, &stored))?;
    let limit = limit.filter(|_| columns.first_visible.is_none());
    project(provider, state, &columns, FileScanConfigBuilder::from(config).with_limit(limit), &stored)
}

/// The columns of one scan.
struct ScanColumns {
    /// What the engine asked for.
    wanted: Schema,
    /// What is read from the files for it, in this order.
    read: Vec<String>,
    /// Whether records are rebuilt above the scan.
    rebuilds: bool,
    /// Set where files hold events of earlier days as well: those are filtered out.
    first_visible: Option<NaiveDate>,
}

impl ScanColumns {
    fn of(
        provider: &EventTableProvider,
        projection: Option<&Vec<usize>>,
        first_visible: Option<NaiveDate>,
    ) -> Result<Self> {
        let all: Vec<usize> = (0..provider.schema.fields().len()).collect();
        let wanted = provider.schema.project(projection.unwrap_or(&all))?;
        let computed = |name: &str| name == EVENT_JSON || name == EVENT_JSON_CHECKSUM;
        let names = wanted.fields().iter().map(|field| field.name());
        let mut read: Vec<String> = names.filter(|name| !computed(name)).cloned().collect();
        let rebuilds = read.len() < wanted.fields().len();
        if rebuilds {
            let needed = columns_needed(provider.table.schema());
            read.extend(needed.into_iter().filter(|name| wanted.index_of(name).is_err()));
        }
        if first_visible.is_some() && !read.iter().any(|name| name == EVENT_TIME) {
            read.push(EVENT_TIME.to_owned());
        }
        Ok(Self { wanted, read, rebuilds, first_visible })
    }

    /// Whether hidden columns are read: they are the same for all rows of a file, so that files are read one by one.
    fn show_where_an_event_lies(&self, stored: &TableSchema) -> bool {
        stored.table_partition_cols().iter().any(|hidden| self.read.contains(hidden.name()))
    }

    /// The schema of the files as far as the scan is concerned, with the hidden columns.
    fn stored(&self, provider: &EventTableProvider) -> TableSchema {
        let fields = provider.stored.file_schema().fields().iter();
        let used = fields.filter(|field| field.name() == EVENT_TIME || self.read.contains(field.name()));
        let file_schema = Arc::new(Schema::new(used.map(Arc::clone).collect::<Vec<_>>()));
        let hidden = provider.stored.table_partition_cols().clone();
        TableSchema::builder(file_schema).with_table_partition_cols(hidden).build()
    }
}

/// The filters as physical conjuncts over the table's columns; those that cannot be analysed are left out.
pub(super) fn conjuncts(
    provider: &EventTableProvider,
    state: &dyn Session,
    filters: &[Expr],
) -> Result<Vec<Arc<dyn PhysicalExpr>>> {
    let schema = DFSchema::try_from(Arc::clone(&provider.schema))?;
    let physical = filters.iter().filter_map(|filter| state.create_physical_expr(filter.clone(), &schema).ok());
    Ok(physical.flat_map(|filter| prunable_conjuncts(&filter)).collect())
}

fn scan_config(
    provider: &EventTableProvider,
    state: &dyn Session,
    mut planned: Vec<Member>,
    report: ScanReport,
    (columns, stored): (&ScanColumns, &TableSchema),
) -> Result<FileScanConfig> {
    match provider.order {
        Some(order) => planned.sort_by_key(|member| order.span(&member.file)),
        // Newest first: what most questions ask for, should a limit end the scan early.
        None => planned.sort_by_key(|member| std::cmp::Reverse(event_times(&member.file))),
    }
    let files: Vec<_> = planned.iter().map(|member| Arc::clone(&member.file)).collect();
    let mut statistics = statistics(stored.table_schema(), &files);
    if columns.first_visible.is_some() {
        statistics = statistics.to_inexact();
    }
    let parallelism = parallelism(provider, state, &files);
    let planned = shared(planned, ROW_GROUP_ROWS as u64, parallelism);
    let few_first = provider.order.map(|_| parallelism.max(2));
    let bundles = bundles(planned, Together { apart: columns.show_where_an_event_lies(stored), few_first });
    let groups = parallelism.clamp(1, bundles.len().max(1));
    let mut file_groups = vec![FileGroup::default(); groups];
    let oldest_first = provider.order.is_some_and(|order| !order.newest_first);
    for (number, members) in bundles.into_iter().enumerate() {
        let file = partitioned_file(provider, Bundle { members, number, oldest_first }, stored.file_schema())?;
        if let Some(group) = file_groups.get_mut(number % groups) {
            group.push(file);
        }
    }
    let inner = Arc::new(ParquetSource::new(stored.clone()).with_pushdown_filters(true));
    let source = Arc::new(EventSource::new(inner, &provider.table, Arc::new(report)));
    Ok(FileScanConfigBuilder::new(object_store_url(provider, state)?, source)
        .with_file_groups(file_groups)
        .with_statistics(statistics)
        .build())
}

/// How many read at once. Each of those who look for the first events must find enough of them by itself, so that few
/// rows are left to one.
fn parallelism(provider: &EventTableProvider, state: &dyn Session, files: &[Arc<DataFile>]) -> usize {
    let most = state.config().target_partitions().max(1);
    let rows: u64 = files.iter().map(|file| file.rows).fold(0, u64::saturating_add);
    match provider.order {
        Some(_) => most.min(usize::try_from(rows.div_ceil(ROWS_OF_ONE)).unwrap_or(most)).max(1),
        None => most,
    }
}

/// The engine wants every scan's object store registered; reads go through the table's own handle.
fn object_store_url(provider: &EventTableProvider, state: &dyn Session) -> Result<ObjectStoreUrl> {
    let url = ObjectStoreUrl::parse(format!("traillake://{}", provider.table.id()))?;
    state.runtime_env().register_object_store(url.as_ref(), Arc::clone(provider.table.object_store()));
    Ok(url)
}

/// The columns asked for; records are rebuilt above the scan when `eventjson` or its checksum is among them.
fn project(
    provider: &EventTableProvider,
    state: &dyn Session,
    columns: &ScanColumns,
    config: FileScanConfigBuilder,
    stored: &TableSchema,
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = stored.table_schema();
    let indices = columns.read.iter().map(|name| Ok(schema.index_of(name)?)).collect::<Result<Vec<_>>>()?;
    let scan = DataSourceExec::from_data_source(config.with_projection_indices(Some(indices))?.build());
    let shown = match columns.first_visible {
        Some(first) => visible(scan, first)?,
        None => scan,
    };
    if columns.rebuilds {
        rebuild(provider, state, &columns.wanted, shown)
    } else {
        first_columns(shown, columns.wanted.fields().len())
    }
}

/// The events of a scan from this day on.
fn visible(scan: Arc<dyn ExecutionPlan>, first: NaiveDate) -> Result<Arc<dyn ExecutionPlan>> {
    let time = Column::new_with_schema(EVENT_TIME, &scan.schema())?;
    let from = ScalarValue::TimestampMillisecond(Some(midnight(first).div_euclid(1_000)), None);
    let from = Literal::new(from.cast_to(scan.schema().field(time.index()).data_type())?);
    let is_visible = BinaryExpr::new(Arc::new(time), Operator::GtEq, Arc::new(from));
    Ok(Arc::new(FilterExec::try_new(Arc::new(is_visible), scan)?))
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
