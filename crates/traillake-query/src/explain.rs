//! `EXPLAIN` in words: which stores, times, partitions, files and columns a query touches.
//!
//! One row for each fact, `item` and `detail`, in one block for each scan. `EXPLAIN VERBOSE` and
//! `EXPLAIN ANALYZE` give the engine's own plans.

mod time_range;

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::Result;
use datafusion::datasource::MemTable;
use datafusion::datasource::provider_as_source;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Explain, LogicalPlan, LogicalPlanBuilder};
use traillake_storage::{ScanDescription, describe_scans};

use crate::catalog::LakeStores;
use time_range::TimeRange;

/// Columns that are named one by one; more are counted.
const COLUMNS_NAMED: usize = 40;

type Facts = Vec<(&'static str, String)>;

/// A plan of the words for an `EXPLAIN` without options; any other plan as it is.
pub(crate) async fn in_words(plan: LogicalPlan, state: &SessionState, stores: &LakeStores) -> Result<LogicalPlan> {
    let LogicalPlan::Explain(Explain { plan: explained, verbose: false, .. }) = &plan else { return Ok(plan) };
    let optimized = state.optimize(explained)?;
    let physical = state.create_physical_plan(&optimized).await?;
    let times = TimeRange::of_scans(&optimized);
    let mut facts = Facts::new();
    for (index, scan) in describe_scans(&physical).iter().enumerate() {
        facts.extend(of_scan(scan, stores, times.get(index)));
    }
    if facts.is_empty() {
        facts.push(("event data store", "none: the query reads no events".to_owned()));
    }
    table(&facts)
}

fn of_scan(scan: &ScanDescription, stores: &LakeStores, times: Option<&TimeRange>) -> Facts {
    let id = &scan.event_data_store;
    let name = stores.find(id).map_or(id.as_str(), |store| store.name());
    let report = &scan.report;
    let mut facts = vec![
        ("event data store", format!("{name} ({id}), table version {}", report.table_version)),
        ("time range", times.map_or_else(|| TimeRange::default().to_string(), ToString::to_string)),
        ("partitions", format!("{} of {}", report.partitions_kept, report.partitions_total)),
        ("files", format!("{} of {}, {} bytes", report.files_kept, report.files_total, scan.bytes_kept)),
    ];
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

fn table(facts: &Facts) -> Result<LogicalPlan> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("item", DataType::Utf8, false),
        Field::new("detail", DataType::Utf8, false),
    ]));
    let items = StringArray::from_iter_values(facts.iter().map(|(item, _)| item));
    let details = StringArray::from_iter_values(facts.iter().map(|(_, detail)| detail));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(items), Arc::new(details)])?;
    let table = MemTable::try_new(schema, vec![vec![batch]])?;
    LogicalPlanBuilder::scan("explain", provider_as_source(Arc::new(table)), None)?.build()
}
