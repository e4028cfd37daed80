//! A sorted merge of files that are sorted themselves, one batch of each in memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::SortOptions;
use datafusion::datasource::physical_plan::parquet::DefaultParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::DataFusionError;
use datafusion::execution::config::SessionConfig;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion_datasource::PartitionedFile;
use futures::TryStreamExt as _;
use object_store::ObjectMeta;

use crate::layout::{EVENT_ID, EVENT_TIME};
use crate::snapshot::DataFile;
use crate::{EventTable, Result, StorageError};

/// Rows of a batch: every file merged holds one.
const BATCH_ROWS: usize = 1_024;

/// The rows of several files in one order.
pub(super) struct SortedRows {
    table: String,
    batches: SendableRecordBatchStream,
}

impl SortedRows {
    /// The next batch of the table's file schema; None at the end.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        self.batches.try_next().await.map_err(scan_error(&self.table))
    }
}

/// Starts the merge of `files`; columns that an older file lacks are null.
pub(super) fn sorted(table: &EventTable, files: &[Arc<DataFile>]) -> Result<SortedRows> {
    let name = table.id().to_string();
    let batches = execute(table, files).map_err(scan_error(&name))?;
    Ok(SortedRows { table: name, batches })
}

fn execute(table: &EventTable, files: &[Arc<DataFile>]) -> Result<SendableRecordBatchStream, DataFusionError> {
    let store = Arc::clone(table.object_store());
    let schema = Arc::clone(table.schema().file_schema());
    let source = ParquetSource::new(TableSchema::from(Arc::clone(&schema)))
        .with_parquet_file_reader_factory(Arc::new(DefaultParquetFileReaderFactory::new(Arc::clone(&store))));
    let url = ObjectStoreUrl::parse(format!("traillake://{}", table.id()))?;
    let groups = files.iter().map(|file| Ok(FileGroup::new(vec![partitioned_file(file)?])));
    let config = FileScanConfigBuilder::new(url.clone(), Arc::new(source))
        .with_file_groups(groups.collect::<Result<_, DataFusionError>>()?)
        // Each file is one input of the merge: none may be read for another.
        .with_preserve_order(true)
        .build();
    let scan: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(config);
    let options = SortOptions { descending: false, nulls_first: true };
    let order = [EVENT_TIME, EVENT_ID].map(|name| {
        Ok::<_, DataFusionError>(PhysicalSortExpr::new(Arc::new(Column::new_with_schema(name, &schema)?), options))
    });
    let order = order.into_iter().collect::<Result<Vec<_>, _>>()?;
    let Some(order) = LexOrdering::new(order) else {
        return Err(DataFusionError::Internal("an order of two columns".into()));
    };
    let runtime = Arc::new(RuntimeEnv::default());
    runtime.register_object_store(url.as_ref(), store);
    let config = SessionConfig::new().with_batch_size(BATCH_ROWS);
    let context = TaskContext::default().with_session_config(config).with_runtime(runtime);
    SortPreservingMergeExec::new(order, scan).execute(0, Arc::new(context))
}

fn partitioned_file(file: &DataFile) -> Result<PartitionedFile, DataFusionError> {
    let location =
        object_store::path::Path::parse(&file.path).map_err(|error| DataFusionError::External(error.into()))?;
    let last_modified = chrono::DateTime::from_timestamp_millis(file.modified_ms).unwrap_or_default();
    let meta = ObjectMeta { location, last_modified, size: file.size_bytes, e_tag: None, version: None };
    Ok(PartitionedFile::new_from_meta(meta))
}

fn scan_error(path: &str) -> impl FnOnce(DataFusionError) -> StorageError {
    let path = path.to_owned();
    move |source| StorageError::Scan { path, source: Box::new(source) }
}
