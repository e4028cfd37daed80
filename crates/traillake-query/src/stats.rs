//! What a query cost: rows, time, events, bytes and files.

use std::sync::Arc;
use std::time::Duration;

use datafusion::physical_plan::ExecutionPlan;
use traillake_storage::{ScanTracker, scan_metrics};

/// What one query read and gave back; complete once its last batch was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct QueryStats {
    /// Rows delivered.
    pub rows: u64,
    /// Wall time since the query was asked.
    pub elapsed: Duration,
    /// Events decoded in the files that were read.
    pub events_scanned: u64,
    /// Events that fulfilled the conditions on their store.
    pub events_matched: u64,
    /// Bytes read from the lake's data files, footers included.
    pub bytes_scanned: u64,
    /// Data files that were opened for rows.
    pub files_read: u64,
    /// Data files that the lookup index ruled out before they were opened.
    pub files_ruled_out: u64,
    /// Data files that the stores of the query hold.
    pub files_total: u64,
    /// Table version the query saw; the highest when it reads several stores, `None` when it reads none.
    pub table_version: Option<u64>,
}

/// Reads the metrics of a plan and of its scans.
pub(crate) fn measure(
    rows: u64,
    elapsed: Duration,
    plan: &Arc<dyn ExecutionPlan>,
    tracker: &ScanTracker,
) -> QueryStats {
    let scanned = scan_metrics(plan);
    let planned = tracker.total();
    QueryStats {
        rows,
        elapsed,
        events_scanned: scanned.events_scanned as u64,
        events_matched: scanned.events_matched as u64,
        bytes_scanned: (scanned.bytes_scanned + planned.bytes_planned) as u64,
        files_read: scanned.files_read as u64,
        files_ruled_out: planned.files_ruled_out as u64,
        files_total: planned.files_total as u64,
        table_version: (!tracker.reports().is_empty()).then_some(planned.table_version),
    }
}
