//! What a query may use: memory, time, rows, text; and what one query is asked with.

use std::path::PathBuf;
use std::time::Duration;

use crate::QueryParameter;

/// Limits of a [`QueryEngine`](crate::QueryEngine); `None` means no limit.
///
/// Memory is shared by the queries of one engine: sorts and aggregations spill to
/// `temp_dir` before the limit is reached, joins that do not fit fail and name it.
#[derive(Debug, Clone)]
pub struct QueryLimits {
    /// Bytes that all running queries may hold in operators together.
    pub memory_bytes: Option<u64>,
    /// Wall time of one query, from the call to the last batch.
    pub timeout: Option<Duration>,
    /// Rows one query may return.
    pub max_rows: Option<u64>,
    /// Length of a query text in bytes.
    pub text_bytes: usize,
    /// Threads a query may use; the number of cores by default.
    pub parallelism: usize,
    /// Where sorts and aggregations spill; the system's temporary folder by default.
    pub temp_dir: Option<PathBuf>,
    /// Bytes that spilled data may take on disk.
    pub temp_bytes: u64,
}

impl Default for QueryLimits {
    fn default() -> Self {
        let parallelism = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            memory_bytes: Some(2 << 30),
            timeout: None,
            max_rows: None,
            text_bytes: 1 << 20,
            parallelism,
            temp_dir: None,
            temp_bytes: 100 << 30,
        }
    }
}

/// Which statements a surface accepts beyond a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatementRules {
    /// Queries, and `EXPLAIN`, `SHOW TABLES`, `SHOW COLUMNS`, `DESCRIBE` (command line, Flight SQL).
    #[default]
    CommandLine,
    /// Queries alone, as `StartQuery` has it (the AWS API).
    QueryOnly,
}

/// How one query is asked: what its placeholders stand for, and tighter limits.
#[derive(Debug, Clone, Default)]
pub struct QueryOptions {
    /// The event data store `$EDS_ID` stands for (name, id or ARN); else the only store of the lake.
    pub default_store: Option<String>,
    /// Values of the `:name` placeholders.
    pub parameters: Vec<QueryParameter>,
    /// Which statements are accepted.
    pub statements: StatementRules,
    /// Rows this query may return; the engine's limit when `None`.
    pub max_rows: Option<u64>,
    /// Wall time of this query; the engine's limit when `None`.
    pub timeout: Option<Duration>,
}
