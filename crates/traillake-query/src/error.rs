//! Why a query was refused or failed, with the place in its text and a way out.

mod hints;
mod messages;
mod places;
mod statements;
mod syntax;
mod translate;
mod ways_out;

use std::fmt;
use std::time::Duration;

use datafusion::error::DataFusionError;
use thiserror::Error;
use traillake_model::ErrorCode;
use traillake_storage::StorageError;

pub(crate) use messages::parse_error;
pub(crate) use statements::{explained, no_statement};
pub(crate) use translate::Translator;

/// A place in a query text; both counts start at 1, columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line of the text.
    pub line: u64,
    /// Character of the line.
    pub column: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}:{}", self.line, self.column)
    }
}

/// Why a query was refused or failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The text is not SQL.
    #[error("{}{message}", place(*position))]
    Syntax {
        /// What was expected and found.
        message: String,
        /// Where.
        position: Option<Position>,
        /// What to write instead, when known.
        hint: Option<String>,
    },
    /// The text holds no statement.
    #[error("the query is empty")]
    Empty,
    /// The text holds more than one statement; none was run.
    #[error("{}{count} statements in one query; none was run", place(*position))]
    SeveralStatements {
        /// Statements found.
        count: usize,
        /// Where the second one starts.
        position: Option<Position>,
    },
    /// The statement or clause is not among those a read-only lake accepts.
    #[error("{}`{statement}` is not allowed: queries only read the lake", place(*position))]
    NotAllowed {
        /// The statement's or clause's keywords.
        statement: String,
        /// What may be used instead.
        allowed: &'static str,
        /// Where.
        position: Option<Position>,
    },
    /// The text is longer than the limit.
    #[error("the query text has {length_bytes} bytes, more than the limit of {limit_bytes}")]
    TextTooLong {
        /// Bytes of the text.
        length_bytes: usize,
        /// The limit (`QueryLimits::text_bytes`).
        limit_bytes: usize,
    },
    /// The statement is nested or chained beyond a fixed limit.
    #[error("{}too complex: more than {limit} {what}", place(*position))]
    TooComplex {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// Where the limit was passed.
        position: Option<Position>,
    },
    /// A placeholder of a document stands where a store or a value belongs.
    #[error("{}`{text}` is a placeholder, not {wanted}", place(*position))]
    Placeholder {
        /// The placeholder.
        text: String,
        /// What belongs there: `an event data store`, `a value`.
        wanted: &'static str,
        /// Where.
        position: Option<Position>,
    },
    /// `$EDS_ID` is used, no store was chosen, and the lake does not hold exactly one.
    #[error("{}`$EDS_ID` needs a store: the lake holds {}", place(*position), listed(stores))]
    NoDefaultStore {
        /// Names of the lake's stores.
        stores: Vec<String>,
        /// Where.
        position: Option<Position>,
    },
    /// A `:name` without a value.
    #[error("{}no value for the parameter `:{name}`", place(*position))]
    UnboundParameter {
        /// The parameter.
        name: String,
        /// Where it is used.
        position: Option<Position>,
    },
    /// A parameter that is not of the form `name=value` or `name:kind=value`.
    #[error("`{text}` is not a parameter")]
    MalformedParameter {
        /// What was given.
        text: String,
    },
    /// A parameter whose value is not of its kind.
    #[error("the value of the parameter `{name}` is not a {kind}")]
    InvalidParameter {
        /// The parameter.
        name: String,
        /// The kind it was declared as.
        kind: &'static str,
    },
    /// A value that cannot stand for a `?`.
    #[error("no `?` takes a value of the type `{data_type}`")]
    UnfitValue {
        /// The type of the value, by its Lake name.
        data_type: String,
    },
    /// There are more or fewer values than `?`.
    #[error("the query has {expected} `?` and {given} values")]
    ValueCount {
        /// The `?` of the text.
        expected: usize,
        /// The values.
        given: usize,
    },
    /// No event data store or system table has this name or id.
    #[error("{}event data store `{name}` not found", place(*position))]
    StoreNotFound {
        /// The name as written.
        name: String,
        /// The closest name there is.
        nearest: Option<String>,
        /// Names of the lake's stores.
        stores: Vec<String>,
        /// Where.
        position: Option<Position>,
    },
    /// The event data store is pending deletion.
    #[error("{}event data store `{name}` is {status} and answers no queries", place(*position))]
    InactiveStore {
        /// Its name.
        name: String,
        /// Its status.
        status: &'static str,
        /// Where.
        position: Option<Position>,
    },
    /// No column or field has this name.
    #[error("{}column `{name}` cannot be resolved", place(*position))]
    UnknownColumn {
        /// The name as written.
        name: String,
        /// The closest name there is.
        nearest: Option<String>,
        /// The fields of what stands before the last dot.
        fields: Vec<String>,
        /// What to do when the name means something elsewhere in the query.
        advice: Option<String>,
        /// Where.
        position: Option<Position>,
    },
    /// No function has this name.
    #[error("{}function `{name}` not registered", place(*position))]
    UnknownFunction {
        /// The name as written.
        name: String,
        /// The closest name there is.
        nearest: Option<String>,
        /// Whether the engine's own dialect has it.
        of_engine: bool,
        /// What Lake writes for a function of other databases.
        instead: Option<&'static str>,
        /// Where.
        position: Option<Position>,
    },
    /// The statement means nothing: types that do not fit, ambiguous names, misplaced aggregates.
    #[error("{}{message}", place(*position))]
    Invalid {
        /// What is wrong.
        message: String,
        /// Where, when known.
        position: Option<Position>,
        /// What to write instead, when known.
        hint: Option<String>,
    },
    /// An operator that cannot spill did not fit in memory.
    #[error("the query needs more memory than the limit of {} (memory limit)", bytes(*limit_bytes))]
    MemoryLimit {
        /// The limit (`QueryLimits::memory_bytes`).
        limit_bytes: u64,
        /// Which operator asked for how much.
        #[source]
        source: Box<DataFusionError>,
    },
    /// Spilled data did not fit in its limit on disk.
    #[error("the query spilled more than {} to disk (temporary space limit)", bytes(*limit_bytes))]
    SpillLimit {
        /// The limit (`QueryLimits::temp_bytes`).
        limit_bytes: u64,
        /// Which operator asked for how much.
        #[source]
        source: Box<DataFusionError>,
    },
    /// The query ran out of time.
    #[error("the query took longer than {} (time limit)", seconds(*limit))]
    Timeout {
        /// The limit (`QueryLimits::timeout`).
        limit: Duration,
    },
    /// The query has more rows than may be returned; the rows up to the limit were delivered.
    #[error("the query returns more than {limit} rows (row limit)")]
    RowLimit {
        /// The limit (`QueryLimits::max_rows`).
        limit: u64,
    },
    /// A value did not fit while the query ran: a bad cast, a division by zero.
    #[error("{}{message}", place(*position))]
    Failed {
        /// What failed.
        message: String,
        /// Where in the text the expression stands that failed, when known.
        position: Option<Position>,
    },
    /// The lake could not be read.
    #[error("the lake cannot be read")]
    Storage {
        /// What failed.
        #[source]
        source: Box<StorageError>,
    },
    /// The engine failed.
    #[error("the query engine failed")]
    Engine {
        /// What failed.
        #[source]
        source: Box<DataFusionError>,
    },
}

impl QueryError {
    /// The AWS exception this error is; `None` where AWS reports a status of the query (`FAILED`, `TIMED_OUT`).
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::StoreNotFound { .. } | Self::NoDefaultStore { .. } => Some(ErrorCode::EventDataStoreNotFound),
            Self::InactiveStore { .. } => Some(ErrorCode::InactiveEventDataStore),
            Self::MalformedParameter { .. }
            | Self::InvalidParameter { .. }
            | Self::UnfitValue { .. }
            | Self::ValueCount { .. } => Some(ErrorCode::InvalidParameter),
            Self::Timeout { .. }
            | Self::MemoryLimit { .. }
            | Self::SpillLimit { .. }
            | Self::RowLimit { .. }
            | Self::Failed { .. } => None,
            Self::Storage { .. } | Self::Engine { .. } => Some(ErrorCode::InternalFailure),
            _ => Some(ErrorCode::InvalidQueryStatement),
        }
    }

    /// Where in the text, when known.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Syntax { position, .. }
            | Self::SeveralStatements { position, .. }
            | Self::NotAllowed { position, .. }
            | Self::NoDefaultStore { position, .. }
            | Self::InactiveStore { position, .. }
            | Self::Failed { position, .. }
            | Self::TooComplex { position, .. }
            | Self::Placeholder { position, .. }
            | Self::UnboundParameter { position, .. }
            | Self::StoreNotFound { position, .. }
            | Self::UnknownColumn { position, .. }
            | Self::UnknownFunction { position, .. }
            | Self::Invalid { position, .. } => *position,
            _ => None,
        }
    }
}

impl From<StorageError> for QueryError {
    fn from(source: StorageError) -> Self {
        Self::Storage { source: Box::new(source) }
    }
}

fn place(position: Option<Position>) -> String {
    position.map(|position| format!("{position}: ")).unwrap_or_default()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { format!("`{}`", names.join("`, `")) }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}

fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    UNITS
        .iter()
        .find(|(size, _)| count >= *size && count.is_multiple_of(*size))
        .map_or_else(|| format!("{count} bytes"), |(size, unit)| format!("{} {unit}", count / size))
}
