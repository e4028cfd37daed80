//! A lake for AWS CloudTrail: trail files in, answers to CloudTrail Lake SQL out.
//!
//! ```text
//!  log files, records ──ingest──> event data stores ──query──> stream of RecordBatches
//!  folder, s3://, memory          Parquet + Delta log          Lake SQL, SessionContext
//!                                 in a folder or bucket
//!                 Lake::open(location) holds all of it; clones share it
//! ```
//!
//! # Example
//!
//! ```
//! # #[tokio::main(flavor = "multi_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use traillake::{Lake, QueryOptions};
//!
//! let folder = tempfile::tempdir()?;
//! let lake = Lake::open(&folder.path().display().to_string()).await?;
//!
//! let record = r#"{"eventTime": "2024-05-01T10:00:00Z", "eventSource": "s3.amazonaws.com",
//!     "eventName": "DeleteBucket", "awsRegion": "eu-west-1", "eventID": "4f1f1b1e-0000-4000-8000-000000000001",
//!     "userIdentity": {"type": "Root"}, "recipientAccountId": "111122223333"}"#;
//! let summary = lake.ingest_records("events", [record]).await?;
//! assert_eq!((summary.events.stored, summary.is_balanced()), (1, true));
//!
//! let sql = "SELECT eventName, userIdentity.type FROM events WHERE eventTime > '2024-01-01 00:00:00'";
//! let (batches, stats) = lake.query(sql, &QueryOptions::default()).await?.collect().await?;
//! assert_eq!((batches[0].num_rows(), stats.files_read), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! Errors are one enum, [`Error`], that can be matched down to the failed state, with
//! [`Error::code`] (the AWS exception) and [`Error::hint`] (what to do). There is no global
//! state: two lakes in one process know nothing of each other.
//!
//! What it does not do: it starts no background work of its own (compaction and expiry are calls),
//! serves no network protocol and prints nothing.

mod error;
mod lake;
mod samples;

pub use error::{Error, Result};
pub use lake::{EventDataStoreDescription, GrantedLake, Lake, LakeOptions, NewTrail, QuarantineStream};
pub use samples::{
    Sample, SampleDefault, SampleError, SampleParameter, nearest_sample, rank_samples, sample, samples, search_samples,
};

pub use traillake_columnar::{EventSchema, content_digest, event_json_checksum};
pub use traillake_ingest::{
    ByteCounts, EventCounts, FollowOptions, IngestError, IngestLimits, IngestProgress, IngestRequest, IngestSummary,
    KeyFilter, Note, ObjectCounts, PassObserver, ProgressReading, ReasonCount, RetryRequest, SourceSpec,
};
pub use traillake_model::{
    AddedColumn, AdvancedEventSelector, ApiSettings, BillingMode, ByteSize, Clock, ColumnType, Delivery,
    DeliveryStatus, ErrorCode, EventCategory, EventDataStoreArn, EventDataStoreId, EventDataStoreKind,
    EventDataStoreName, EventDataStoreSettings, EventDataStoreStatus, FixedClock, Grants, Import, ImportFailure,
    ImportSource, ImportStatistics, ImportStatus, LakeId, LakeMetadata, ModelError, PartitionBy, PartitionKey,
    PartitionValues, QueryJob, QueryStatistics, QueryStatus, Retention, SigningKeyDocument, SystemClock, Tags,
    TrailName, TrailSettings,
};
pub use traillake_query::{
    DefaultSchema, Dialect, FindOptions, LakeNames, ParameterKind, ParameterValue, QueryError, QueryLimits,
    QueryOptions, QueryParameter, QueryRecord, QueryResult, QueryShape, QueryState, QueryStats, StatementRules,
    StoreNames, is_complete_statement, split_statements, text_of, type_name,
};
pub use traillake_storage::{
    CompactOptions, CompactReport, CompactedPartition, ExpireOptions, ExpireReport, ExpiredPartition, IndexOptions,
    IndexReport, LakeHome, Location, NewEventDataStore, ObjectStoreOptions, OpenMode, QuarantineRow, QueryRowsWriter,
    ReadCache, StorageError, VacuumReport, VacuumedFile, open_location,
};

/// Cancels an ingest: what was read is committed, the summary says `interrupted`.
pub use tokio_util::sync::CancellationToken;
