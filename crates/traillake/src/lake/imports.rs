//! Imports: log files of an S3 trail tree into an event data store, written down so that they outlive their server.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use traillake_ingest::{IngestProgress, IngestSummary, KeyFilter, SourceSpec};
use traillake_model::{Grants, Import};
use uuid::Uuid;

use super::Lake;
use crate::Result;

impl Lake {
    /// All imports, newest first.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be read.
    pub async fn imports(&self) -> Result<Vec<Import>> {
        Ok(self.storage.imports().await?)
    }

    /// The import of this id.
    ///
    /// # Errors
    /// [`StorageError::ImportNotFound`](crate::StorageError::ImportNotFound).
    pub async fn import(&self, id: Uuid) -> Result<Import> {
        Ok(self.storage.import(id).await?)
    }

    /// Writes down a new import; [`run_import`](Self::run_import) does its work.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be written.
    pub async fn create_import(&self, import: Import) -> Result<Import> {
        Ok(self.storage.create_import(import).await?)
    }

    /// Writes down the next state of an import; `None` leaves it as it is. `change` may be called again when another
    /// writer was faster.
    ///
    /// # Errors
    /// As [`import`](Self::import), or [`StorageError::Contention`](crate::StorageError::Contention).
    pub async fn change_import(&self, id: Uuid, change: impl Fn(Import) -> Option<Import>) -> Result<Import> {
        Ok(self.storage.change_import(id, change).await?)
    }

    /// Forgets an import that was written down and never began.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be written.
    pub async fn delete_import(&self, id: Uuid) -> Result<()> {
        Ok(self.storage.delete_import(id).await?)
    }

    /// Reads the log files of an import into its store. As at AWS the store's selectors are not applied, its retention
    /// is, and a time range chooses log files by the date in their keys. What is known is not read again, so that the
    /// same call goes on where an earlier one ended.
    ///
    /// # Errors
    /// As [`ingest`](Self::ingest).
    pub async fn run_import(
        &self,
        import: &Import,
        grants: &Grants,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Result<IngestSummary> {
        let mut settings = self.event_data_store(&import.destination.to_string()).await?;
        settings.selectors = None;
        let mut request = self.request_of(vec![SourceSpec::parse(&import.source.uri)?]);
        request.options.region = Some(import.source.region.clone());
        request.grants = grants.clone();
        request.filter = KeyFilter {
            from: import.start.map(|start| start.date_naive()),
            to: import.end.map(|end| end.date_naive()),
            ..KeyFilter::default()
        };
        let table = self.table(&settings).await?;
        Ok(Box::pin(traillake_ingest::ingest(&table, &self.storage, request, progress, cancel)).await?)
    }
}
