//! Compaction, expiry, vacuum, and the quarantine.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use traillake_storage::{
    CompactOptions, CompactReport, ExpireOptions, ExpireReport, IndexOptions, IndexReport, QuarantineRow, VacuumReport,
};

use super::Lake;
use crate::{Error, Result};

/// Pieces of a quarantine, in order of their objects.
pub type QuarantineStream = BoxStream<'static, Result<QuarantineRow>>;

impl Lake {
    /// Merges the small files of a store.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError); the store stays whole.
    pub async fn compact(&self, store: &str, options: CompactOptions) -> Result<CompactReport> {
        let settings = self.event_data_store(store).await?;
        let table = self.table(&settings).await?;
        let report = Box::pin(traillake_storage::compact(&table, options)).await?;
        table.settle().await;
        Ok(report)
    }

    /// Makes the lookup index of a store whole, where that of a killed or older ingest is not: adds what it lacks, drops
    /// what is stale or damaged.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError); what was added stays.
    pub async fn build_index(&self, store: &str, options: IndexOptions) -> Result<IndexReport> {
        let settings = self.event_data_store(store).await?;
        let table = self.table(&settings).await?;
        Ok(Box::pin(traillake_storage::build_index(&table, options)).await?)
    }

    /// Removes the partitions beyond a store's retention, which no query sees any more.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError); the store stays whole.
    pub async fn expire(&self, store: &str, options: ExpireOptions) -> Result<ExpireReport> {
        let settings = self.event_data_store(store).await?;
        let table = self.table(&settings).await?;
        let report = Box::pin(traillake_storage::expire(&table, options)).await?;
        table.settle().await;
        Ok(report)
    }

    /// Removes files that nothing refers to and that are older than `older_than`.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError); the store stays whole.
    pub async fn vacuum(&self, store: &str, older_than: Duration, dry_run: bool) -> Result<VacuumReport> {
        let settings = self.event_data_store(store).await?;
        let table = self.table(&settings).await?;
        Ok(Box::pin(table.vacuum(older_than, dry_run)).await?)
    }

    /// Removes what event data stores left behind that were deleted more than a week ago and cannot be restored.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when they cannot be listed or deleted.
    pub async fn vacuum_gone_stores(&self, dry_run: bool) -> Result<VacuumReport> {
        Ok(self.storage().vacuum_gone_stores(dry_run).await?)
    }

    /// What was set aside of a store's sources, and why.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the quarantine cannot be read.
    pub async fn quarantine(&self, store: &str) -> Result<QuarantineStream> {
        let settings = self.event_data_store(store).await?;
        let table = self.table(&settings).await?;
        let snapshot = table.refresh().await?;
        let rows = table.quarantine_rows(&snapshot).await?;
        Ok(rows.map(|row| row.map_err(Error::from)).boxed())
    }

    /// The bytes of a piece, as they were found.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when they are gone.
    pub async fn quarantined_bytes(
        &self,
        store: &str,
        piece: &QuarantineRow,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        if let Some(blob) = &piece.blob {
            let settings = self.event_data_store(store).await?;
            let bytes = self.table(&settings).await?.quarantine_blob(blob).await?;
            return Ok(bytes.map(|part| part.map_err(Error::from)).boxed());
        }
        let bytes = Bytes::from(piece.bytes.clone().unwrap_or_default());
        Ok(futures::stream::iter([Ok(bytes)]).boxed())
    }
}
