//! `EXPLAIN` and `DESCRIBE` in words.
//!
//! `EXPLAIN` tells which stores, times, partitions, files and columns a query touches: one row for
//! each fact, `item` and `detail`, in one block for each scan. `EXPLAIN VERBOSE` and `EXPLAIN ANALYZE`
//! give the engine's own plans. `DESCRIBE` gives the columns with Lake's names of their types.

mod time_range;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::Result;
use datafusion::datasource::MemTable;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{DescribeTable, Explain, LogicalPlan, LogicalPlanBuilder};
use traillake_sql::type_name;
use traillake_storage::{ScanDescription, describe_scans};

use crate::catalog::LakeStores;
use crate::session::QuerySession;

pub(crate) use time_range::TimeRange;

/// Columns that are named one by one; more are counted.
const COLUMNS_NAMED: usize = 40;

type Facts = Vec<(&'static str, String)>;

/// A plan of the words for a `DESCRIBE` and an `EXPLAIN` without options; any other plan as it is.
pub(crate) async fn in_words(plan: LogicalPlan, session: &QuerySession) -> Result<LogicalPlan> {
    match &plan {
        LogicalPlan::Explain(Explain { plan: explained, verbose: false, .. }) => explain(explained, session).await,
        LogicalPlan::DescribeTable(DescribeTable { schema, .. }) => {
            let column = |field: &FieldRef| (field.name().clone(), type_name(field.data_type()));
            table(["column_name", "data_type"], schema.fields().iter().map(column))
        }
        _ => Ok(plan),
    }
}

async fn explain(explained: &LogicalPlan, session: &QuerySession) -> Result<LogicalPlan> {
    let optimized = session.optimized(explained)?;
    let physical = session.planned(&optimized).await?;
    let times = TimeRange::of_scans(&optimized);
    let mut facts = Facts::new();
    for (index, scan) in describe_scans(&physical).iter().enumerate() {
        facts.extend(of_scan(scan, &session.stores, times.get(index)));
    }
    if facts.is_empty() {
        facts.push(("event data store", "none: the query reads no events".to_owned()));
    }
    table(["item", "detail"], facts.into_iter().map(|(item, detail)| (item.to_owned(), detail)))
}

fn of_scan(scan: &ScanDescription, stores: &LakeStores, times: Option<&TimeRange>) -> Facts {
    let id = &scan.event_data_store;
    let name = stores.find(id).map_or(id.as_str(), |store| store.name());
    let report = &scan.report;
    let mut facts = vec![
        ("event data store", format!("{name} ({id}), table version {}", report.table_version)),
        ("time range", times.map_or_else(|| TimeRange::default().to_string(), ToString::to_string)),
    ];
    if scan.is_shared {
        facts.push(("files", "not told: they also hold events of accounts that are not granted".to_owned()));
    } else {
        facts.push(("partitions", format!("{} of {}", report.partitions_kept, report.partitions_total)));
        let bytes = scan.bytes_kept;
        facts.push(("files", format!("{} of {}, {bytes} bytes", report.files_kept, report.files_total)));
    }
    if report.row_groups_total > 0 {
        facts.push(("row groups", format!("{} of {} examined", report.row_groups_kept, report.row_groups_total)));
    }
    facts.push(("columns", columns(&scan.columns)));
    facts
}

fn columns(columns: &[String]) -> String {
    match columns.len() {
        0 => "none".to_owned(),
        count if count > COLUMNS_NAMED => {
            let named = columns.iter().take(COLUMNS_NAMED).cloned().collect::<Vec<_>>().join(", ");
            format!("{named} and {} more", count - COLUMNS_NAMED)
        }
        _ => columns.join(", "),
    }
}

fn table(names: [&str; 2], rows: impl Iterator<Item = (String, String)>) -> Result<LogicalPlan> {
    let schema = Arc::new(Schema::new(names.map(|name| Field::new(name, DataType::Utf8, false)).to_vec()));
    let (left, right): (Vec<String>, Vec<String>) = rows.unzip();
    let columns = [left, right].map(|texts| Arc::new(StringArray::from(texts)) as ArrayRef);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.to_vec())?;
    let table = MemTable::try_new(schema, vec![vec![batch]])?;
    LogicalPlanBuilder::scan("words", provider_as_source(Arc::new(table)), None)?.build()
}
