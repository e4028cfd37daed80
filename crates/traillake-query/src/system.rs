//! System tables: what the lake knows of itself, each in a file of its own.
//!
//! A caller who is held to some accounts sees the rows that belong to one of them; rows that tell of events and belong
//! to no one account are hidden. The stores that are granted are shown with all of their settings.

mod cells;
mod conflicts;
mod files;
mod functions;
mod objects;
mod partitions;
mod quarantine;
mod queries;
mod stores;
mod trails;

use std::sync::{Arc, LazyLock};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use traillake_model::Grants;

use crate::QueryError;
use crate::catalog::{LakeStores, LakeTables, StoreEntry};
use crate::registry::QueryRegistry;

/// Rows of a batch.
const BATCH_ROWS: usize = 1_024;

/// What system tables are made from.
#[derive(Debug, Clone)]
pub(crate) struct SystemContext {
    pub(crate) tables: LakeTables,
    pub(crate) stores: LakeStores,
    pub(crate) registry: QueryRegistry,
    pub(crate) grants: Grants,
    pub(crate) owner: Option<String>,
}

/// Cells of one row, in the order of the schema.
type Row = Vec<ScalarValue>;
/// Rows as they are found; the memory they take is bounded.
type Rows = BoxStream<'static, Result<Row, QueryError>>;

/// A system table: its columns, and how its rows are found.
#[derive(Debug, Clone)]
struct SystemTable {
    name: &'static str,
    schema: SchemaRef,
    rows: fn(&SystemContext) -> Rows,
}

static TABLES: LazyLock<Vec<SystemTable>> = LazyLock::new(|| {
    vec![
        stores::table(),
        trails::table(),
        objects::table(),
        partitions::table(),
        files::table(),
        quarantine::table(),
        queries::table(),
        functions::table(),
    ]
});

/// The schema `system`.
#[derive(Debug)]
pub(crate) struct SystemSchema {
    context: SystemContext,
}

impl SystemSchema {
    pub(crate) fn new(context: SystemContext) -> Self {
        Self { context }
    }

    /// Names of all tables.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TABLES.iter().map(|table| table.name).chain([conflicts::NAME])
    }
}

#[async_trait]
impl SchemaProvider for SystemSchema {
    fn table_names(&self) -> Vec<String> {
        Self::names().map(str::to_owned).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if name == conflicts::NAME {
            let view = conflicts::view(&self.context).await;
            return Ok(Some(view.map_err(external)?));
        }
        let Some(table) = TABLES.iter().find(|table| table.name == name) else { return Ok(None) };
        let partition = SystemPartition { table: table.clone(), context: self.context.clone() };
        Ok(Some(Arc::new(StreamingTable::try_new(Arc::clone(&table.schema), vec![Arc::new(partition)])?)))
    }

    fn table_exist(&self, name: &str) -> bool {
        Self::names().any(|known| known == name)
    }
}

/// The rows of a system table as DataFusion takes them.
#[derive(Debug)]
struct SystemPartition {
    table: SystemTable,
    context: SystemContext,
}

impl PartitionStream for SystemPartition {
    fn schema(&self) -> &SchemaRef {
        &self.table.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = Arc::clone(&self.table.schema);
        let batches = (self.table.rows)(&self.context).ready_chunks(BATCH_ROWS).map(move |rows| {
            let rows = rows.into_iter().collect::<Result<Vec<Row>, QueryError>>().map_err(external)?;
            batch(&schema, &rows)
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.table.schema), batches))
    }
}

/// The rows that `of_store` finds in each active store, one store after the other.
fn of_each_store<F>(context: &SystemContext, of_store: fn(SystemContext, StoreEntry) -> F) -> Rows
where
    F: Future<Output = Result<Rows, QueryError>> + Send + 'static,
{
    let stores: Vec<StoreEntry> = context.stores.active().cloned().collect();
    let context = context.clone();
    stream::iter(stores).then(move |store| of_store(context.clone(), store)).try_flatten().boxed()
}

fn batch(schema: &SchemaRef, rows: &[Row]) -> Result<RecordBatch> {
    let column = |index: usize| ScalarValue::iter_to_array(rows.iter().filter_map(|row| row.get(index)).cloned());
    let columns = (0..schema.fields().len()).map(column).collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

fn external(error: QueryError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
