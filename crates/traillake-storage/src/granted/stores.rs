//! The event data stores and trails that a caller may know of: the others do not exist for them.

use traillake_model::{EventDataStoreSettings, Grants, TrailSettings};

use crate::{LakeStorage, Result, StorageError, documents};

impl LakeStorage {
    /// The granted event data stores by name, those pending deletion included.
    ///
    /// # Errors
    /// [`StorageError`] when the lake cannot be read.
    pub async fn granted_event_data_stores(&self, grants: &Grants) -> Result<Vec<EventDataStoreSettings>> {
        let mut stores = self.event_data_stores().await?;
        stores.retain(|store| grants.allows_store(store));
        Ok(stores)
    }

    /// The granted event data store with this name, id or ARN.
    ///
    /// # Errors
    /// [`StorageError::EventDataStoreNotFound`] with the nearest granted name, the same for a store that is not there
    /// and for one that is not granted.
    pub async fn granted_event_data_store(&self, name: &str, grants: &Grants) -> Result<EventDataStoreSettings> {
        match self.event_data_store(name).await {
            Ok(found) if grants.allows_store(&found) => return Ok(found),
            Ok(_) | Err(StorageError::EventDataStoreNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let stores = self.granted_event_data_stores(grants).await?;
        let nearest = documents::nearest(name, stores.iter().map(|store| store.name.as_str()));
        Err(StorageError::EventDataStoreNotFound { name: name.to_owned(), nearest })
    }

    /// The trails that feed granted stores. A source may bring events of any account, so that a caller who is held to
    /// some accounts sees no trail.
    ///
    /// # Errors
    /// [`StorageError`] when the lake cannot be read.
    pub async fn granted_trails(&self, grants: &Grants) -> Result<Vec<TrailSettings>> {
        if grants.is_all() {
            return self.trails().await;
        }
        if grants.accounts().is_some() {
            return Ok(Vec::new());
        }
        let stores = self.granted_event_data_stores(grants).await?;
        let mut trails = self.trails().await?;
        trails.retain(|trail| stores.iter().any(|store| store.name == trail.store));
        Ok(trails)
    }
}
