//! One version of an event data store as a table of the engine.
//!
//! ```text
//!  filters ──> keep_files (log) ──> LeafPredicate (footers) ──> DataSourceExec(EventSource) ──> eventjson, if named
//! ```
//!
//! Filters are always reported as inexact: the engine moves into the scan what the reader can evaluate and keeps the
//! rest above it, so pruning may only ever drop what cannot match.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use chrono::NaiveDate;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use traillake_columnar::{EVENT_JSON, EVENT_JSON_CHECKSUM, EventSchema, RECORD_REST, RECORD_SHAPE};
use traillake_model::{EventDataStoreId, Grants};

use crate::pruning::files::{ACCOUNT, DATE, MONTH, PATH, REGION, reach_before, times_of_period, visible_periods};
use crate::{EventTable, TableSnapshot};

mod bundle;
mod describe;
mod files;
mod footers;
mod grants;
mod grouping;
mod held;
mod looked_up;
mod order;
mod reader;
mod scan;
mod source;
mod tally;

pub use describe::{ScanDescription, describe_scans};
pub(crate) use files::object_meta;
pub use grouping::group_by_codes;
pub(crate) use held::HeldScanExec;
pub use order::TimeOrder;
pub use tally::TallyNeeds;

/// What a scan shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanPolicy {
    /// Events of earlier UTC days are invisible: files that hold no others are never opened.
    pub first_visible_date: Option<NaiveDate>,
    /// Whether the table also has the columns `$account`, `$region`, `$date`, `$month` and `$path`; `SELECT *` shows them then.
    pub hidden_columns: bool,
    /// Whose events are shown; no figure, statistic or error tells of others.
    pub grants: Grants,
}

/// A snapshot of an event data store for the engine: Lake's columns, `eventjson` and `eventjsonchecksum` included.
#[derive(Clone)]
pub struct EventTableProvider {
    table: EventTable,
    snapshot: Arc<TableSnapshot>,
    policy: ScanPolicy,
    schema: SchemaRef,
    stored: TableSchema,
    prune: bool,
    /// Set for a question that ends when it has enough events.
    order: Option<TimeOrder>,
    /// Set where accounts share files, and not all of them are granted.
    owners: Option<grants::Owners>,
}

impl EventTableProvider {
    /// A table over `snapshot`; its columns are those of the table's event schema.
    pub fn try_new(table: EventTable, snapshot: Arc<TableSnapshot>, policy: ScanPolicy) -> crate::Result<Self> {
        let hidden = if policy.hidden_columns { hidden_fields() } else { Vec::new() };
        let shown = table.schema().sql_schema().fields().iter().chain(&hidden).map(Arc::clone);
        let schema = Arc::new(Schema::new(shown.collect::<Vec<_>>()));
        let stored = stored_schema(table.schema(), hidden);
        let (snapshot, owners) = grants::held_to(snapshot, &policy.grants);
        Ok(Self { table, snapshot, policy, schema, stored, prune: true, order: None, owners })
    }

    /// The event data store that is read.
    pub fn event_data_store(&self) -> &EventDataStoreId {
        self.table.id()
    }

    /// The version of the table that is read, as far as it is granted.
    pub fn snapshot(&self) -> &Arc<TableSnapshot> {
        &self.snapshot
    }

    /// The same table, read in full: what pruning is tested against.
    #[cfg(test)]
    pub(crate) fn without_pruning(mut self) -> Self {
        self.prune = false;
        self
    }

    fn visible_rows(&self) -> Precision<usize> {
        let first_visible = self.policy.first_visible_date;
        let counts = visible_periods(&self.snapshot.files, first_visible).map(|files| {
            let is_whole = first_visible.is_none_or(|first| !reach_before(times_of_period(files), first));
            (is_whole && files.figures().uncounted == 0).then_some(files.figures().rows)
        });
        let rows = counts.sum::<Option<u64>>().and_then(|rows| usize::try_from(rows).ok());
        rows.map_or(Precision::Absent, Precision::Exact)
    }
}

impl fmt::Debug for EventTableProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTableProvider")
            .field("id", &self.table.id())
            .field("version", &self.snapshot.version)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for EventTableProvider {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        let num_rows = self.visible_rows();
        Some(Statistics { num_rows, ..Statistics::new_unknown(&self.schema) })
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        grants::plan(self, state, projection, filters, limit).await
    }
}

/// The columns that a scan reads from files, as SQL types, with the hidden columns as partition columns.
fn stored_schema(schema: &EventSchema, hidden: Vec<FieldRef>) -> TableSchema {
    let computed = [EVENT_JSON, EVENT_JSON_CHECKSUM];
    let shown = schema.sql_schema().fields().iter().filter(|field| !computed.contains(&field.name().as_str()));
    let own = schema.file_schema().fields().iter();
    let own = own.filter(|field| [RECORD_SHAPE, RECORD_REST].contains(&field.name().as_str()));
    let fields: Vec<FieldRef> = shown.chain(own).map(Arc::clone).collect();
    TableSchema::builder(Arc::new(Schema::new(fields))).with_table_partition_cols(hidden).build()
}

fn hidden_fields() -> Vec<FieldRef> {
    let field = |name, r#type, nullable| Arc::new(Field::new(name, r#type, nullable));
    vec![
        field(ACCOUNT, DataType::Utf8, true),
        field(REGION, DataType::Utf8, true),
        field(DATE, DataType::Date32, true),
        field(MONTH, DataType::Date32, true),
        field(PATH, DataType::Utf8, false),
    ]
}

#[cfg(test)]
mod tests;
