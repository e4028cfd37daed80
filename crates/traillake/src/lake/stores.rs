//! Event data stores: made, found, changed, described.

use chrono::DateTime;
use traillake_ingest::{IngestRequest, suitable_partitioning};
use traillake_model::{
    AddedColumn, AdvancedEventSelector, EventDataStoreKind, EventDataStoreName, EventDataStoreSettings,
    EventDataStoreStatus, Grants, PartitionBy, Retention,
};
use traillake_storage::{NewEventDataStore, StorageError};

use super::Lake;
use crate::Result;

/// An event data store with its figures.
#[derive(Clone, Debug)]
pub struct EventDataStoreDescription {
    /// Its settings.
    pub settings: EventDataStoreSettings,
    /// Version of its table.
    pub table_version: u64,
    /// Events, expired ones included until they are removed.
    pub events: u64,
    /// Data files.
    pub files: usize,
    /// Bytes of the data files.
    pub bytes: u64,
    /// Partitions that hold files.
    pub partitions: usize,
    /// Distinct accounts among the partitions.
    pub accounts: usize,
    /// Distinct regions among the partitions.
    pub regions: usize,
    /// Earliest and latest event time in microseconds since 1970, UTC, when known; bounds, exact to the millisecond.
    pub event_time_micros: Option<(i64, i64)>,
}

/// Files smaller than this on average, when there are many of them, slow every query down.
const TINY_FILE_BYTES: u64 = 256 << 10;
const MANY_FILES: usize = 1000;

impl EventDataStoreDescription {
    /// What would make the store faster, if anything would.
    pub fn hint(&self) -> Option<String> {
        let average = self.bytes.checked_div(self.files as u64)?;
        if self.files < MANY_FILES || average >= TINY_FILE_BYTES {
            return None;
        }
        Some(if self.files > 2 * self.partitions {
            format!("{} files of about {} kB: `traillake compact` merges them", self.files, average / 1000)
        } else {
            format!(
                "{} partitions of about {} kB: a store by month or with fewer keys (`--partition-by account,month`) has larger files",
                self.partitions,
                average / 1000
            )
        })
    }

    /// The first moment with an event, if known.
    pub fn first_event(&self) -> Option<DateTime<chrono::Utc>> {
        self.event_time_micros.and_then(|(first, _)| DateTime::from_timestamp_micros(first))
    }

    /// The last moment with an event, if known.
    pub fn last_event(&self) -> Option<DateTime<chrono::Utc>> {
        self.event_time_micros.and_then(|(_, last)| DateTime::from_timestamp_micros(last))
    }
}

impl Lake {
    /// All event data stores by name, also those pending deletion.
    ///
    /// # Errors
    /// [`StorageError`] when the lake cannot be read.
    pub async fn event_data_stores(&self) -> Result<Vec<EventDataStoreSettings>> {
        Ok(self.storage.event_data_stores().await?)
    }

    /// The event data store with this name, id or ARN.
    ///
    /// # Errors
    /// [`StorageError::EventDataStoreNotFound`] with the nearest name.
    pub async fn event_data_store(&self, name: &str) -> Result<EventDataStoreSettings> {
        Ok(self.storage.event_data_store(name).await?)
    }

    /// Makes an event data store; [`NewEventDataStore`](traillake_storage::NewEventDataStore) says what it is to be.
    ///
    /// # Errors
    /// [`StorageError::EventDataStoreAlreadyExists`], or the rule that a setting breaks.
    pub async fn create_event_data_store(&self, new: NewEventDataStore) -> Result<EventDataStoreSettings> {
        Ok(self.storage.create_event_data_store(new).await?)
    }

    /// [`create_event_data_store`](Self::create_event_data_store) with more settings: `adjust` changes them before they
    /// are written, and may be called again.
    ///
    /// # Errors
    /// As [`create_event_data_store`](Self::create_event_data_store), or the rule that the change breaks.
    pub async fn create_event_data_store_with(
        &self,
        new: NewEventDataStore,
        adjust: impl Fn(&mut EventDataStoreSettings) -> Result<(), traillake_model::ModelError>,
    ) -> Result<EventDataStoreSettings> {
        Ok(self.storage.create_event_data_store_with(new, |settings| Ok(adjust(settings)?)).await?)
    }

    /// The store of this name, made when missing: every event of its kind, unlimited retention, the default partitioning.
    ///
    /// # Errors
    /// As [`event_data_store`](Self::event_data_store) and [`create_event_data_store`](Self::create_event_data_store).
    pub async fn event_data_store_or_new(&self, name: &str) -> Result<EventDataStoreSettings> {
        self.event_data_store_or_laid_out(name, async { PartitionBy::default() }).await
    }

    /// The store of this name, made when missing with the partitioning that suits what is to be ingested.
    pub(super) async fn event_data_store_for(
        &self,
        name: &str,
        request: &IngestRequest,
    ) -> Result<EventDataStoreSettings> {
        let today = self.storage.clock().now().date_naive();
        self.event_data_store_or_laid_out(name, suitable_partitioning(request, today)).await
    }

    async fn event_data_store_or_laid_out(
        &self,
        name: &str,
        partition_by: impl Future<Output = PartitionBy>,
    ) -> Result<EventDataStoreSettings> {
        let missing = match self.storage.event_data_store(name).await {
            Err(error @ StorageError::EventDataStoreNotFound { .. }) => error,
            found => return Ok(found?),
        };
        let Ok(parsed) = name.parse::<EventDataStoreName>() else { return Err(missing.into()) };
        let new = NewEventDataStore {
            name: parsed,
            kind: EventDataStoreKind::CloudTrail,
            retention: Retention::Unlimited,
            selectors: None,
            partition_by: partition_by.await,
            termination_protection: true,
        };
        match self.storage.create_event_data_store(new).await {
            Err(StorageError::EventDataStoreAlreadyExists { .. }) => Ok(self.storage.event_data_store(name).await?),
            made => Ok(made?),
        }
    }

    /// Changes the settings; `change` may be called again when another writer was faster.
    ///
    /// # Errors
    /// The rule that the change breaks, or [`StorageError::Contention`].
    pub async fn update_event_data_store(
        &self,
        name: &str,
        change: impl Fn(&mut EventDataStoreSettings) -> Result<(), traillake_model::ModelError>,
    ) -> Result<EventDataStoreSettings> {
        let found = self.storage.event_data_store(name).await?;
        Ok(self.storage.update_event_data_store(&found.id, |settings| Ok(change(settings)?)).await?)
    }

    /// Deletes the store: it is `PENDING_DELETION` for 7 days and can be restored.
    ///
    /// # Errors
    /// [`ModelError::TerminationProtected`](crate::ModelError::TerminationProtected) while it is protected.
    pub async fn delete_event_data_store(&self, name: &str) -> Result<EventDataStoreSettings> {
        let now = self.storage.clock().now();
        self.update_event_data_store(name, |settings| settings.delete(now)).await
    }

    /// Takes a deletion back.
    ///
    /// # Errors
    /// [`ModelError::NotPendingDeletion`](crate::ModelError::NotPendingDeletion) when it was not deleted.
    pub async fn restore_event_data_store(&self, name: &str) -> Result<EventDataStoreSettings> {
        let now = self.storage.clock().now();
        self.update_event_data_store(name, |settings| settings.restore(now)).await
    }

    /// Replaces the selectors; `None` takes every event. The next ingest reads again what they kept out.
    ///
    /// # Errors
    /// The rule that a selector breaks.
    pub async fn set_selectors(
        &self,
        name: &str,
        selectors: Option<Vec<AdvancedEventSelector>>,
    ) -> Result<EventDataStoreSettings> {
        self.update_event_data_store(name, |settings| settings.set_selectors(selectors.clone())).await
    }

    /// Adds a column that is filled from a member of the record; older files read it as null.
    ///
    /// # Errors
    /// [`ModelError::InvalidColumn`](crate::ModelError::InvalidColumn) when the store has it already.
    pub async fn add_column(&self, name: &str, column: AddedColumn) -> Result<EventDataStoreSettings> {
        let found = self.storage.event_data_store(name).await?;
        Ok(self.storage.add_column(&found.id, column).await?)
    }

    /// The store and its figures.
    ///
    /// # Errors
    /// [`StorageError`] when its log cannot be read.
    pub async fn describe_event_data_store(&self, name: &str) -> Result<EventDataStoreDescription> {
        let settings = self.storage.event_data_store(name).await?;
        self.described(settings, &Grants::all()).await
    }

    /// The store and the figures of the files whose events may all be seen.
    pub(super) async fn described(
        &self,
        settings: EventDataStoreSettings,
        grants: &Grants,
    ) -> Result<EventDataStoreDescription> {
        let snapshot = self.table(&settings).await?.refresh().await?;
        let files = snapshot.owned_files(grants);
        Ok(EventDataStoreDescription {
            table_version: snapshot.version,
            events: files.rows(),
            files: files.len(),
            bytes: files.bytes(),
            partitions: files.partition_count(),
            accounts: files.accounts().len(),
            regions: files.regions().len(),
            event_time_micros: files.event_times(),
            settings,
        })
    }

    /// The stores that maintenance works on: the named one, else all that are enabled.
    ///
    /// # Errors
    /// As [`event_data_store`](Self::event_data_store).
    pub async fn event_data_stores_or_all(&self, name: Option<&str>) -> Result<Vec<EventDataStoreSettings>> {
        if let Some(name) = name {
            return Ok(vec![self.storage.event_data_store(name).await?]);
        }
        let mut stores = self.storage.event_data_stores().await?;
        stores.retain(|store| store.status != EventDataStoreStatus::PendingDeletion);
        Ok(stores)
    }
}
