//! How a lake is opened.

use std::sync::Arc;

use traillake_ingest::IngestLimits;
use traillake_model::{Clock, SystemClock};
use traillake_query::{QueryEngine, QueryLimits};
use traillake_storage::{LakeHome, LakeStorage, ObjectStoreOptions, OpenMode, open_location};

use super::Lake;
use crate::Result;

/// Everything about a lake that is not its address.
///
/// ```
/// # #[tokio::main(flavor = "multi_thread")]
/// # async fn main() -> Result<(), traillake::Error> {
/// let limits = traillake::QueryLimits { memory_bytes: Some(256 << 20), ..Default::default() };
/// let lake = traillake::LakeOptions::new().query_limits(limits).open("memory://example").await?;
/// assert!(lake.event_data_stores().await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LakeOptions {
    object_store: ObjectStoreOptions,
    mode: OpenMode,
    clock: Arc<dyn Clock>,
    query_limits: QueryLimits,
    ingest_limits: IngestLimits,
    home: LakeHome,
}

impl Default for LakeOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl LakeOptions {
    /// Read and write, the system's clock, the AWS credential chain, default limits.
    pub fn new() -> Self {
        Self {
            object_store: ObjectStoreOptions::default(),
            mode: OpenMode::Write,
            clock: Arc::new(SystemClock),
            query_limits: QueryLimits::default(),
            ingest_limits: IngestLimits::default(),
            home: LakeHome::default(),
        }
    }

    /// Writes nothing, and makes no lake where there is none.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.mode = OpenMode::Read;
        self
    }

    /// How to reach S3, for the lake and for sources.
    #[must_use]
    pub fn object_store(mut self, options: ObjectStoreOptions) -> Self {
        self.object_store = options;
        self
    }

    /// The clock that retention and ingestion go by.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Memory, time and rows of queries.
    #[must_use]
    pub fn query_limits(mut self, limits: QueryLimits) -> Self {
        self.query_limits = limits;
        self
    }

    /// Memory and sizes of an ingest that brings no limits of its own.
    #[must_use]
    pub fn ingest_limits(mut self, limits: IngestLimits) -> Self {
        self.ingest_limits = limits;
        self
    }

    /// Account and region in the ARNs of the lake, if it is made by this.
    #[must_use]
    pub fn home(mut self, home: LakeHome) -> Self {
        self.home = home;
        self
    }

    /// Opens the lake, see [`Lake::open`].
    ///
    /// # Errors
    /// [`StorageError::LakeNotFound`](crate::StorageError::LakeNotFound) when it is read-only and not there.
    pub async fn open(self, location: &str) -> Result<Lake> {
        let place = open_location(location, &self.object_store).await?;
        let storage = LakeStorage::open_at(&place, self.mode, self.clock, &self.home).await?;
        let engine = QueryEngine::new(storage.clone(), self.query_limits)?;
        Ok(Lake { storage, engine, object_store_options: self.object_store, ingest_limits: self.ingest_limits })
    }
}
