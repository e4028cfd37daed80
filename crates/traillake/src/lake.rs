//! The lake: opened once, cheap to clone, safe to share between tasks.

mod granted;
mod imports;
mod ingest;
mod maintenance;
mod options;
mod query;
mod records;
mod stores;
mod trails;

#[cfg(test)]
mod tests;

use traillake_ingest::IngestLimits;
use traillake_query::QueryEngine;
use traillake_storage::{EventTable, LakeStorage, ObjectStoreOptions};

pub use granted::GrantedLake;
pub use maintenance::QuarantineStream;
pub use options::LakeOptions;
pub use stores::EventDataStoreDescription;
pub use trails::NewTrail;

use crate::{EventDataStoreSettings, LakeMetadata, Result};

/// A lake of event data stores in a folder or a bucket.
///
/// Every call reads the state that is there: another process may ingest, compact or query the
/// same lake at the same time. Clones share connections, caches and the memory limit of queries.
#[derive(Clone, Debug)]
pub struct Lake {
    storage: LakeStorage,
    engine: QueryEngine,
    object_store_options: ObjectStoreOptions,
    ingest_limits: IngestLimits,
}

impl Lake {
    /// Opens the lake at a path, `file://…`, `s3://bucket/prefix` or `memory://name` (a fresh one in
    /// memory) for reading and writing; makes it when there is none.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the place cannot be reached or cannot hold a lake.
    pub async fn open(location: &str) -> Result<Self> {
        LakeOptions::new().open(location).await
    }

    /// Identity, format version and creation time of the lake.
    pub fn metadata(&self) -> &LakeMetadata {
        self.storage.metadata()
    }

    /// The address of the lake, with a slash at the end.
    pub fn url(&self) -> &str {
        self.storage.location().url.as_str()
    }

    /// The storage below, for what this crate does not offer.
    pub fn storage(&self) -> &LakeStorage {
        &self.storage
    }

    async fn table(&self, settings: &EventDataStoreSettings) -> Result<EventTable> {
        Ok(self.storage.events(settings).await?)
    }
}
