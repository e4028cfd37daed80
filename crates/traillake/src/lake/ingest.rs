//! Log files and records into event data stores.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use traillake_ingest::{
    FollowOptions, IngestLimits, IngestProgress, IngestRequest, IngestSummary, RetryRequest, SourceSpec,
};
use traillake_storage::ObjectStoreOptions;

use super::Lake;
use crate::Result;

impl Lake {
    /// A request to ingest one source (a file, folder, pattern, `-` or `s3://…`) with the lake's options and limits.
    ///
    /// # Errors
    /// [`IngestError::InvalidSource`](crate::IngestError::InvalidSource).
    pub fn ingest_request(&self, source: &str) -> Result<IngestRequest> {
        Ok(self.request_of(vec![SourceSpec::parse(source)?]))
    }

    pub(super) fn request_of(&self, sources: Vec<SourceSpec>) -> IngestRequest {
        let mut request = IngestRequest::new(sources, self.object_store_options.clone());
        request.limits = self.ingest_limits;
        request
    }

    /// How the lake reaches S3.
    pub fn object_store_options(&self) -> &ObjectStoreOptions {
        &self.object_store_options
    }

    /// The limits of an ingest that brings none of its own.
    pub fn ingest_limits(&self) -> IngestLimits {
        self.ingest_limits
    }

    /// Brings a store up to date with the sources of a request; the store is made when missing, as
    /// [`event_data_store_or_new`](Self::event_data_store_or_new) does, but by the fewer partition keys where the sources'
    /// keys show that there would be a crowd of tiny partitions. What is known is not read
    /// again, what is stored is not stored again.
    ///
    /// # Errors
    /// [`IngestError`](crate::IngestError); what was committed before stays, and the same call goes on there.
    pub async fn ingest(&self, store: &str, request: IngestRequest) -> Result<IngestSummary> {
        self.ingest_with(store, request, Arc::new(IngestProgress::new()), CancellationToken::new()).await
    }

    /// [`ingest`](Self::ingest) that can be watched and cancelled.
    ///
    /// # Errors
    /// As [`ingest`](Self::ingest).
    pub async fn ingest_with(
        &self,
        store: &str,
        request: IngestRequest,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Result<IngestSummary> {
        let settings = self.event_data_store_for(store, &request).await?;
        let table = self.table(&settings).await?;
        let summary = Box::pin(traillake_ingest::ingest(&table, &self.storage, request, progress, cancel)).await?;
        table.settle().await;
        Ok(summary)
    }

    /// Ingests again and again until cancelled.
    ///
    /// # Errors
    /// As [`ingest`](Self::ingest), after several failures in a row.
    pub async fn follow(
        &self,
        store: &str,
        request: IngestRequest,
        options: FollowOptions,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Result<IngestSummary> {
        let settings = self.event_data_store_for(store, &request).await?;
        let table = self.table(&settings).await?;
        let summary =
            Box::pin(traillake_ingest::follow(&table, &self.storage, request, options, progress, cancel)).await?;
        table.settle().await;
        Ok(summary)
    }

    /// Tries the quarantined pieces of a store again.
    ///
    /// # Errors
    /// As [`ingest`](Self::ingest).
    pub async fn retry_quarantine(
        &self,
        store: &str,
        request: RetryRequest,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Result<IngestSummary> {
        let settings = self.event_data_store(store).await?;
        let table = self.table(&settings).await?;
        let summary =
            Box::pin(traillake_ingest::retry_quarantine(&table, &self.storage, request, progress, cancel)).await?;
        table.settle().await;
        Ok(summary)
    }
}
