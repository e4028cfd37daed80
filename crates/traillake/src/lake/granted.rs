//! The lake as one caller may see it.

use std::sync::Arc;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use traillake_ingest::{IngestProgress, IngestRequest, IngestSummary};
use traillake_model::{EventDataStoreSettings, Grants, TrailSettings};
use traillake_query::{LakeNames, QueryOptions, QueryRecord, QueryResult, QueryShape};

use super::{EventDataStoreDescription, Lake, QuarantineStream};
use crate::{Error, Result};

/// A lake in which what a caller may not see does not exist: stores, events, figures, queries of others.
///
/// It offers what callers without rights over the lake itself may do; who may change or delete a store is for its
/// owner to say.
#[derive(Clone, Debug)]
pub struct GrantedLake {
    lake: Lake,
    grants: Grants,
    owner: Option<String>,
}

impl Lake {
    /// The lake as a caller sees it who has these grants, and who is told apart from others by `owner`.
    #[must_use]
    pub fn granted(&self, grants: Grants, owner: Option<String>) -> GrantedLake {
        GrantedLake { lake: self.clone(), grants, owner }
    }

    /// The queries of this process, oldest first: the newest thousand, those of one owner or of everybody.
    pub fn queries(&self, owner: Option<&str>) -> Vec<QueryRecord> {
        self.engine.queries(owner)
    }
}

impl GrantedLake {
    /// What the caller may see.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The granted event data stores by name, also those pending deletion.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be read.
    pub async fn event_data_stores(&self) -> Result<Vec<EventDataStoreSettings>> {
        Ok(self.lake.storage.granted_event_data_stores(&self.grants).await?)
    }

    /// The granted event data store with this name, id or ARN.
    ///
    /// # Errors
    /// [`StorageError::EventDataStoreNotFound`](crate::StorageError::EventDataStoreNotFound), also for one that is there
    /// and not granted.
    pub async fn event_data_store(&self, name: &str) -> Result<EventDataStoreSettings> {
        Ok(self.lake.storage.granted_event_data_store(name, &self.grants).await?)
    }

    /// The store and the figures of the files that hold events of granted accounts alone: none where a store is not
    /// partitioned by account and the caller is held to some.
    ///
    /// # Errors
    /// As [`event_data_store`](Self::event_data_store).
    pub async fn describe_event_data_store(&self, name: &str) -> Result<EventDataStoreDescription> {
        let settings = self.event_data_store(name).await?;
        self.lake.described(settings, &self.grants).await
    }

    /// The trails that feed granted stores; none for a caller who is held to some accounts.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be read.
    pub async fn trails(&self) -> Result<Vec<TrailSettings>> {
        Ok(self.lake.storage.granted_trails(&self.grants).await?)
    }

    /// What was set aside of a store's sources; for a caller who is held to some accounts, of objects whose keys name one.
    ///
    /// # Errors
    /// As [`event_data_store`](Self::event_data_store).
    pub async fn quarantine(&self, store: &str) -> Result<QuarantineStream> {
        let settings = self.event_data_store(store).await?;
        let table = self.lake.table(&settings).await?;
        let snapshot = table.refresh().await?;
        let rows = table.granted_quarantine_rows(&snapshot, &self.grants).await?;
        Ok(rows.map(|row| row.map_err(Error::from)).boxed())
    }

    /// As [`Lake::ingest_with`] into a store that is there, held to the granted accounts: objects whose keys name another
    /// account are left alone, and events of other accounts are filtered, with a note. An object that had some is read
    /// again by the next ingest, which may be granted more.
    ///
    /// # Errors
    /// As [`Lake::ingest`] and [`event_data_store`](Self::event_data_store).
    pub async fn ingest_with(
        &self,
        store: &str,
        request: IngestRequest,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Result<IngestSummary> {
        let settings = self.event_data_store(store).await?;
        let request = IngestRequest { grants: self.grants.clone(), ..request };
        self.lake.ingest_with(&settings.id.to_string(), request, progress, cancel).await
    }

    /// As [`Lake::query`]; the grants and the owner of `options` are those of the caller.
    ///
    /// # Errors
    /// As [`Lake::query`].
    pub async fn query(&self, sql: &str, options: &QueryOptions) -> Result<QueryResult> {
        self.lake.query(sql, &self.options(options)).await
    }

    /// As [`Lake::describe_query`]; the grants and the owner of `options` are those of the caller.
    ///
    /// # Errors
    /// As [`Lake::describe_query`].
    pub async fn describe_query(&self, sql: &str, options: &QueryOptions) -> Result<QueryShape> {
        self.lake.describe_query(sql, &self.options(options)).await
    }

    /// The caller's own queries, oldest first; everybody's where callers are not told apart.
    pub fn queries(&self) -> Vec<QueryRecord> {
        self.lake.queries(self.owner.as_deref())
    }

    /// The names a prompt completes.
    ///
    /// # Errors
    /// As [`Lake::names`].
    pub async fn names(&self) -> Result<LakeNames> {
        Ok(self.lake.engine.names(&self.options(&QueryOptions::default())).await?)
    }

    fn options(&self, options: &QueryOptions) -> QueryOptions {
        QueryOptions { grants: self.grants.clone(), owner: self.owner.clone(), ..options.clone() }
    }
}
