//! What a query cost: rows, time, events, bytes and files.

use std::time::Duration;

/// What one query read and gave back; complete once its last batch was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct QueryStats {
    /// Rows delivered.
    pub rows: u64,
    /// Wall time since the query was asked.
    pub elapsed: Duration,
    /// Events decoded or counted in the files that were read.
    pub events_scanned: u64,
    /// Bytes read from the lake's data files.
    pub bytes_scanned: u64,
    /// Data files that were opened.
    pub files_read: u64,
    /// Data files the stores of the query hold.
    pub files_total: u64,
    /// Table version the query saw; the highest when it reads several stores, `None` when it reads none.
    pub table_version: Option<u64>,
}
