//! Open tables of a lake, kept between queries and brought up to date for each.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use tokio::sync::Mutex;
use traillake_model::{EventDataStoreId, EventDataStoreSettings};
use traillake_storage::{EventTable, LakeStorage, TableSnapshot};

use super::LakeStores;
use crate::QueryError;

/// The tables of one lake; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct LakeTables {
    lake: LakeStorage,
    open: Arc<Mutex<HashMap<EventDataStoreId, (u64, EventTable)>>>,
    last: Arc<std::sync::Mutex<Option<LakeStores>>>,
}

impl LakeTables {
    pub(crate) fn new(lake: LakeStorage) -> Self {
        Self { lake, open: Arc::default(), last: Arc::default() }
    }

    pub(crate) fn lake(&self) -> &LakeStorage {
        &self.lake
    }

    /// The settings of every store, those pending deletion included.
    pub(crate) async fn stores(&self) -> Result<Vec<EventDataStoreSettings>, QueryError> {
        Ok(self.lake.event_data_stores().await?)
    }

    /// The stores of these settings: the last ones, if they have not changed.
    pub(crate) fn known(&self, settings: Vec<EventDataStoreSettings>) -> Result<LakeStores, QueryError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stores) = last.as_ref().filter(|stores| stores.are(&settings)) {
            return Ok(stores.clone());
        }
        Ok(last.insert(LakeStores::try_new(settings)?).clone())
    }

    /// The table of a store and its newest snapshot.
    pub(crate) async fn open(
        &self,
        settings: &EventDataStoreSettings,
    ) -> Result<(EventTable, Arc<TableSnapshot>), QueryError> {
        let known = self.open.lock().await.get(&settings.id).cloned();
        if let Some((version, table)) = known
            && version == settings.version
        {
            let snapshot = table.refresh().await?;
            return Ok((table, snapshot));
        }
        // It comes with the newest snapshot there is.
        let table = self.lake.events(settings).await?;
        let snapshot = table.snapshot();
        self.open.lock().await.insert(settings.id, (settings.version, table.clone()));
        Ok((table, snapshot))
    }
}
