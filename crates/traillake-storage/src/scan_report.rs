//! What scans looked at: files and partitions kept of all, row groups, bytes. Collected while planning through an
//! extension of the session's configuration, and after execution from the plan's metrics.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;

use crate::provider::HeldScanExec;

/// What one scan of a table was planned to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// Data files of the snapshot.
    pub files_total: usize,
    /// Files that will be opened for rows.
    pub files_kept: usize,
    /// Files that the lookup index ruled out before they were opened.
    pub files_ruled_out: usize,
    /// Partitions of the snapshot.
    pub partitions_total: usize,
    /// Partitions that hold the files kept.
    pub partitions_kept: usize,
    /// Row groups of the files whose footers were read while planning.
    pub row_groups_total: usize,
    /// Row groups of those that statistics and bloom filters left over.
    pub row_groups_kept: usize,
    /// Bytes of footers and bloom filters read while planning, where they were not cached.
    pub bytes_planned: usize,
    /// Version of the table that is read.
    pub table_version: u64,
}

impl fmt::Display for ScanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "files={}/{}", self.files_kept, self.files_total)?;
        write!(f, ", partitions={}/{}", self.partitions_kept, self.partitions_total)?;
        if self.files_ruled_out > 0 {
            write!(f, ", ruled_out_by_index={}", self.files_ruled_out)?;
        }
        if self.row_groups_total > 0 {
            write!(f, ", leaf_row_groups={}/{}", self.row_groups_kept, self.row_groups_total)?;
        }
        write!(f, ", table_version={}", self.table_version)
    }
}

/// Collects the scans of one session or query: put it into the session's configuration as an extension
/// (`SessionConfig::with_extension`), plan, and ask for [`ScanTracker::reports`].
#[derive(Debug, Default)]
pub struct ScanTracker {
    reports: Mutex<Vec<ScanReport>>,
}

impl ScanTracker {
    /// Every scan planned so far, in order.
    pub fn reports(&self) -> Vec<ScanReport> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The sum of all scans so far; the table version is the highest.
    pub fn total(&self) -> ScanReport {
        self.reports().into_iter().fold(ScanReport::default(), |sum, scan| ScanReport {
            files_total: sum.files_total + scan.files_total,
            files_kept: sum.files_kept + scan.files_kept,
            files_ruled_out: sum.files_ruled_out + scan.files_ruled_out,
            partitions_total: sum.partitions_total + scan.partitions_total,
            partitions_kept: sum.partitions_kept + scan.partitions_kept,
            row_groups_total: sum.row_groups_total + scan.row_groups_total,
            row_groups_kept: sum.row_groups_kept + scan.row_groups_kept,
            bytes_planned: sum.bytes_planned + scan.bytes_planned,
            table_version: sum.table_version.max(scan.table_version),
        })
    }

    /// Forgets the scans so far.
    pub fn clear(&self) {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn record(&self, report: ScanReport) {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
    }
}

/// What the file scans of an executed plan did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScanMetrics {
    /// Events whose columns were decoded: those given on, and those that a pushed filter dropped.
    pub events_scanned: usize,
    /// Events that fulfilled the conditions on their own scan.
    pub events_matched: usize,
    /// Bytes requested from the object store for rows.
    pub bytes_scanned: usize,
    /// Data files that were opened for rows: those that a question has no use for any more when their turn comes stay
    /// closed.
    pub files_read: usize,
}

/// Adds up the metrics of all file scans below `plan`; final once the plan's streams have ended.
pub fn scan_metrics(plan: &Arc<dyn ExecutionPlan>) -> ScanMetrics {
    let mut sum = ScanMetrics::default();
    let mut open = vec![Arc::clone(plan)];
    while let Some(node) = open.pop() {
        open.extend(node.children().into_iter().map(Arc::clone));
        if !is_scan(&node) {
            continue;
        }
        let Some(metrics) = node.metrics() else { continue };
        let named = |name: &str| metrics_sum(&metrics, name);
        sum.events_scanned += metrics.output_rows().unwrap_or_default() + named("pushdown_rows_pruned");
        sum.bytes_scanned += named("bytes_scanned");
        sum.files_read += named("data_files_read");
    }
    sum.events_matched = events_matched(plan);
    sum
}

/// A source in memory holds what the log says of events, no events.
fn is_scan(node: &Arc<dyn ExecutionPlan>) -> bool {
    let reads_files = |scan: &DataSourceExec| scan.data_source().is::<FileScanConfig>();
    node.is::<HeldScanExec>() || node.downcast_ref::<DataSourceExec>().is_some_and(reads_files)
}

/// Rows that leave the uppermost filter above each scan, or the scan where there is none.
fn events_matched(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let (mut sum, mut open) = (0, vec![Arc::clone(plan)]);
    while let Some(node) = open.pop() {
        match matched_by(&node) {
            Some(rows) => sum += rows,
            None => open.extend(node.children().into_iter().map(Arc::clone)),
        }
    }
    sum
}

/// `None` unless there is but one scan below `node` and nothing between that makes other rows of its events.
fn matched_by(node: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    let (mut node, mut filter) = (Arc::clone(node), None);
    while !is_scan(&node) {
        if node.is::<FilterExec>() {
            filter.get_or_insert_with(|| Arc::clone(&node));
        } else if !keeps_rows(&node) {
            return None;
        }
        let below = node.children().first().map(|child| Arc::clone(child))?;
        node = below;
    }
    Some(filter.unwrap_or(node).metrics().and_then(|metrics| metrics.output_rows()).unwrap_or_default())
}

fn keeps_rows(node: &Arc<dyn ExecutionPlan>) -> bool {
    node.is::<ProjectionExec>()
        || node.is::<RepartitionExec>()
        || node.is::<CoalescePartitionsExec>()
        || node.is::<CooperativeExec>()
}

fn metrics_sum(metrics: &MetricsSet, name: &str) -> usize {
    metrics.sum_by_name(name).map_or(0, |value| value.as_usize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_add_up_and_the_newest_version_counts() {
        let tracker = ScanTracker::default();
        let scan = ScanReport {
            files_total: 3,
            files_kept: 1,
            partitions_total: 2,
            partitions_kept: 1,
            table_version: 7,
            ..ScanReport::default()
        };
        tracker.record(scan.clone());
        tracker.record(ScanReport { table_version: 5, ..scan });
        let total = tracker.total();
        assert_eq!(total.to_string(), "files=2/6, partitions=2/4, table_version=7");
        tracker.clear();
        assert!(tracker.reports().is_empty());
    }
}
