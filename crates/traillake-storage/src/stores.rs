//! Event data stores: their versioned settings, and how they are found, made and changed.

mod gone;
mod seen;

use futures::{FutureExt, StreamExt, TryStreamExt};
use traillake_columnar::EventSchema;
use traillake_model::{
    AddedColumn, AdvancedEventSelector, EventDataStoreArn, EventDataStoreId, EventDataStoreKind, EventDataStoreName,
    EventDataStoreSettings, PartitionBy, Retention,
};

use crate::{LakeStorage, Result, StorageError, documents, log, paths};

pub(crate) use seen::SeenSettings;

/// How often a change is tried again when other writers are faster.
const ATTEMPTS: u32 = 16;
/// Stores of one name that were deleted before.
const NAME_REUSES: u32 = 1_000;
/// Settings read at once.
const CONCURRENCY: usize = 16;

/// What a new event data store is to be.
#[derive(Debug, Clone)]
pub struct NewEventDataStore {
    /// Its name.
    pub name: EventDataStoreName,
    /// What it holds.
    pub kind: EventDataStoreKind,
    /// How long it keeps events.
    pub retention: Retention,
    /// Which events it takes; none: every event of its kind.
    pub selectors: Option<Vec<AdvancedEventSelector>>,
    /// How its files are laid out.
    pub partition_by: PartitionBy,
    /// Whether deletion is refused.
    pub termination_protection: bool,
}

impl LakeStorage {
    /// All event data stores by name, also those pending deletion; not those that are gone.
    pub async fn event_data_stores(&self) -> Result<Vec<EventDataStoreSettings>> {
        let now = self.clock().now();
        let mut stores = self.all_settings().await?;
        stores.retain(|settings| !settings.is_gone(now));
        stores.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        Ok(stores)
    }

    /// Newest settings of all stores, also of those that are gone.
    async fn all_settings(&self) -> Result<Vec<EventDataStoreSettings>> {
        let names = documents::folder_names(self.object_store().as_ref(), paths::STORES).await?;
        let ids: Vec<EventDataStoreId> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let reads: Vec<_> = ids.iter().map(|id| self.latest_settings(id).boxed()).collect();
        let found: Vec<_> = futures::stream::iter(reads).buffered(CONCURRENCY).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The event data store with this name, id or ARN.
    pub async fn event_data_store(&self, name_or_id_or_arn: &str) -> Result<EventDataStoreSettings> {
        let id = name_or_id_or_arn
            .parse::<EventDataStoreArn>()
            .map(|arn| arn.id)
            .or_else(|_| name_or_id_or_arn.parse::<EventDataStoreId>());
        let missing = |nearest| StorageError::EventDataStoreNotFound { name: name_or_id_or_arn.to_owned(), nearest };
        if let Ok(id) = id {
            let found = self.latest_settings(&id).await?.filter(|settings| !settings.is_gone(self.clock().now()));
            return found.ok_or_else(|| missing(None));
        }
        if let Ok(name) = name_or_id_or_arn.parse::<EventDataStoreName>()
            && let Some(settings) = self.find_by_name(&name).await?
        {
            return Ok(settings);
        }
        let stores = self.event_data_stores().await?;
        let names = stores.iter().map(|settings| settings.name.as_str());
        Err(missing(documents::nearest(name_or_id_or_arn, names)))
    }

    /// The settings of one version.
    pub async fn settings_at(&self, id: &EventDataStoreId, version: u64) -> Result<EventDataStoreSettings> {
        let folder = paths::settings(id);
        let found = documents::at(self.object_store().as_ref(), &folder, version).await?;
        found.ok_or_else(|| StorageError::corrupt(paths::version(&folder, version), "it is not there"))
    }

    /// Makes an event data store: settings version 1, then the Delta table. When it is interrupted between the two,
    /// the first [`LakeStorage::events`] that may write finishes it.
    pub async fn create_event_data_store(&self, new: NewEventDataStore) -> Result<EventDataStoreSettings> {
        self.create_event_data_store_with(new, |_| Ok(())).await
    }

    /// [`create_event_data_store`](Self::create_event_data_store) with more settings than a new store needs: `adjust`
    /// changes version 1 before it is written, and may be called again.
    pub async fn create_event_data_store_with(
        &self,
        new: NewEventDataStore,
        adjust: impl Fn(&mut EventDataStoreSettings) -> Result<()>,
    ) -> Result<EventDataStoreSettings> {
        self.require_write()?;
        let now = self.clock().now();
        for k in 0..NAME_REUSES {
            let id = EventDataStoreId::derive(&self.metadata().id, &new.name, k);
            match self.latest_settings(&id).await? {
                Some(settings) if settings.is_gone(now) => continue,
                Some(settings) => return Err(taken(&settings)),
                None => {}
            }
            let settings = EventDataStoreSettings::new(self.metadata(), id, new.name.clone(), new.kind, now)
                .with_retention(new.retention)?
                .with_selectors(new.selectors.clone())?
                .with_partition_by(new.partition_by)
                .with_termination_protection(new.termination_protection);
            let mut settings = without_history(settings);
            adjust(&mut settings)?;
            if !documents::create_version(self.object_store().as_ref(), &paths::settings(&id), 1, &settings).await? {
                let theirs = self.settings_at(&id, 1).await?;
                return Err(taken(&theirs));
            }
            log::ensure_table(self, &settings).await?;
            return Ok(settings);
        }
        Err(StorageError::Contention { path: paths::STORES.into(), attempts: NAME_REUSES })
    }

    /// Changes the settings: `change` gets a copy one version later and may be called again when another writer was
    /// faster. Nothing is written when it changes nothing.
    pub async fn update_event_data_store(
        &self,
        id: &EventDataStoreId,
        change: impl Fn(&mut EventDataStoreSettings) -> Result<()>,
    ) -> Result<EventDataStoreSettings> {
        self.require_write()?;
        let folder = paths::settings(id);
        for _ in 0..ATTEMPTS {
            let Some(current) = self.latest_settings(id).await? else {
                return Err(StorageError::EventDataStoreNotFound { name: id.to_string(), nearest: None });
            };
            let untouched = current.next_version(self.clock().now());
            let mut next = untouched.clone();
            change(&mut next)?;
            if next == untouched {
                return Ok(current);
            }
            if documents::create_version(self.object_store().as_ref(), &folder, next.version, &next).await? {
                return Ok(next);
            }
        }
        Err(StorageError::Contention { path: folder.to_string(), attempts: ATTEMPTS })
    }

    /// Adds a column: settings first, then the schema in the log. When it is interrupted between the two, the first
    /// [`LakeStorage::events`] that may write finishes it. Older files read the column as null.
    pub async fn add_column(&self, id: &EventDataStoreId, column: AddedColumn) -> Result<EventDataStoreSettings> {
        let settings = self
            .update_event_data_store(id, |settings| {
                settings.add_column(column.clone())?;
                schema_of(settings).map(|_| ())
            })
            .await?;
        self.events(&settings).await?;
        Ok(settings)
    }

    /// The newest settings of `id`, also when the store is gone; none when it never was.
    pub(crate) async fn latest_settings(&self, id: &EventDataStoreId) -> Result<Option<EventDataStoreSettings>> {
        let folder = paths::settings(id);
        let store = self.object_store().as_ref();
        let seen = self.seen_settings().get(id);
        let found = match &seen {
            Some(seen) => documents::later::<EventDataStoreSettings>(store, &folder, seen.version).await?,
            None => documents::latest(store, &folder).await?,
        };
        let Some((version, settings)) = found else { return Ok(seen) };
        if settings.id != *id || settings.version != version {
            let path = paths::version(&folder, version);
            return Err(StorageError::corrupt(path, "it is not the document of this store and version"));
        }
        self.seen_settings().note(&settings);
        Ok(Some(settings))
    }

    async fn find_by_name(&self, name: &EventDataStoreName) -> Result<Option<EventDataStoreSettings>> {
        let now = self.clock().now();
        for k in 0..NAME_REUSES {
            match self.latest_settings(&EventDataStoreId::derive(&self.metadata().id, name, k)).await? {
                Some(settings) if settings.is_gone(now) => {}
                found => return Ok(found),
            }
        }
        Ok(None)
    }
}

/// A store that was never different has no change to read old objects again for.
fn without_history(mut settings: EventDataStoreSettings) -> EventDataStoreSettings {
    settings.retention_raised_in = settings.version;
    settings.selectors_changed_in = settings.version;
    settings
}

fn taken(settings: &EventDataStoreSettings) -> StorageError {
    StorageError::EventDataStoreAlreadyExists { name: settings.name.to_string(), id: settings.id }
}

/// The event schema that settings ask for.
pub(crate) fn schema_of(settings: &EventDataStoreSettings) -> Result<std::sync::Arc<EventSchema>> {
    EventSchema::with_added_columns(settings.kind, &settings.added_columns)
        .map_err(|source| StorageError::Columnar { path: settings.name.to_string(), source })
}

#[cfg(test)]
mod tests;
