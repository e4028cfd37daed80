//! The newest settings of each store as they were last read. A version is written once and stays, so that only later
//! ones are looked for from then on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use traillake_model::{EventDataStoreId, EventDataStoreSettings};

#[derive(Debug, Default)]
pub(crate) struct SeenSettings(Mutex<HashMap<EventDataStoreId, EventDataStoreSettings>>);

impl SeenSettings {
    pub(super) fn get(&self, id: &EventDataStoreId) -> Option<EventDataStoreSettings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Notes settings unless later ones are known.
    pub(super) fn note(&self, settings: &EventDataStoreSettings) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(&settings.id).is_none_or(|known| known.version < settings.version) {
            seen.insert(settings.id, settings.clone());
        }
    }
}
