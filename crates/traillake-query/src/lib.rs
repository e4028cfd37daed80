//! SQL in, record batches out: the read-only query side of a lake.
//!
//! ```text
//!  text -> tokens -> one statement -> allowed? -> rewritten -> DataFusion plan -> batches -> QueryResult
//!          bare ids   `;`             allow-list   names,       our planners,     memory, time
//!          $EDS_ID                                 parameters   rules, functions  and row limits
//! ```
//!
//! ```no_run
//! # async fn run(lake: traillake_storage::LakeStorage) -> Result<(), traillake_query::QueryError> {
//! use futures::StreamExt;
//! use traillake_query::{QueryEngine, QueryLimits, QueryOptions};
//!
//! let engine = QueryEngine::new(lake, QueryLimits::default())?;
//! let mut result = engine
//!     .query("SELECT eventName, count(*) FROM events GROUP BY 1", &QueryOptions::default())
//!     .await?;
//! while let Some(batch) = result.next().await {
//!     println!("{} rows", batch?.num_rows());
//! }
//! println!("{} files read", result.stats().files_read);
//! # Ok(()) }
//! ```
//!
//! What it does not do: it writes nothing, reads nothing outside the lake, formats no
//! results (the surfaces do), and does nothing between queries; dropping a [`QueryResult`]
//! stops its query.

mod catalog;
mod completion;
mod deep_stack;
mod engine;
mod error;
mod explain;
mod find;
mod functions;
mod limits;
mod output;
mod parameters;
mod parse;
mod planners;
mod registry;
mod result;
mod rewrite;
mod rules;
mod session;
mod statement;
mod stats;
mod suggest;
mod system;
mod text;
mod values;

pub use completion::{LakeNames, StoreNames};
pub use engine::{QueryEngine, QueryShape};
pub use error::{Position, QueryError};
pub use find::FindOptions;
pub use limits::{DefaultSchema, Dialect, QueryLimits, QueryOptions, StatementRules};
pub use parameters::{ParameterKind, QueryParameter};
pub use registry::{QueryRecord, QueryState};
pub use result::QueryResult;
pub use stats::QueryStats;
pub use text::{is_complete_statement, split_statements};
pub use values::ParameterValue;

pub use traillake_sql::{text_of, type_name};
