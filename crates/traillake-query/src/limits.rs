//! What a query may use: memory, time, rows, text; and what one query is asked with.

use std::path::PathBuf;
use std::time::Duration;

use traillake_model::Grants;

use crate::{ParameterValue, QueryParameter};

/// Limits of a [`QueryEngine`](crate::QueryEngine); `None` means no limit.
///
/// Memory is shared by the queries of one engine: sorts and aggregations spill to
/// `temp_dir` before the limit is reached, joins that do not fit fail and name it. What one
/// function makes of a batch of rows may take a quarter of it, from 32 to 256 MiB; an unnest makes
/// 32 MiB of rows at once.
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
    /// Queries, and `EXPLAIN`, `SHOW TABLES`, `SHOW COLUMNS`, `SHOW FUNCTIONS`, `DESCRIBE` (command line, Flight SQL).
    #[default]
    CommandLine,
    /// Queries alone, as `StartQuery` has it (the AWS API).
    QueryOnly,
}

/// Whose SQL a query is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// CloudTrail Lake's: Trino's SELECT with Lake's laxities.
    #[default]
    Lake,
    /// The engine's own grammar, functions and output names, behind the same allow-list and limits.
    DataFusion,
}

impl Dialect {
    /// The name as it is given: `lake` or `datafusion`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lake => "lake",
            Self::DataFusion => "datafusion",
        }
    }
}

/// Where a table without a schema is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DefaultSchema {
    /// Among the event data stores.
    #[default]
    Stores,
    /// Among the event data stores as Athena's CloudTrail table shows them.
    Athena,
    /// Among the system tables.
    System,
}

/// How one query is asked: what its placeholders stand for, and tighter limits.
#[derive(Debug, Clone, Default)]
pub struct QueryOptions {
    /// The event data store `$EDS_ID` stands for (name, id or ARN); else the only store of the lake.
    pub default_store: Option<String>,
    /// Values of the `:name` placeholders.
    pub parameters: Vec<QueryParameter>,
    /// Values of the `?` placeholders of Lake's dialect in their order: one for each, or none at all.
    pub values: Vec<ParameterValue>,
    /// Which statements are accepted.
    pub statements: StatementRules,
    /// Whose SQL the text is.
    pub dialect: Dialect,
    /// Where tables without a schema are looked for.
    pub schema: DefaultSchema,
    /// Rows this query may return; the engine's limit when `None`.
    pub max_rows: Option<u64>,
    /// Wall time of this query; the engine's limit when `None`.
    pub timeout: Option<Duration>,
    /// Bytes that this query may hold in operators, apart from all others; `None` shares the engine's memory.
    pub memory_bytes: Option<u64>,
    /// The event data stores and accounts that exist for this query; everything unless restricted.
    pub grants: Grants,
    /// Who asks: `system.queries` shows them their own queries alone; `None` sees those of everybody.
    pub owner: Option<String>,
}
