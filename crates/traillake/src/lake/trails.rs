//! Trails: named sources and the store each feeds.

use traillake_model::{EventDataStoreName, TrailName, TrailSettings};

use super::Lake;
use crate::Result;

/// What a new trail is to be.
#[derive(Clone, Debug)]
pub struct NewTrail {
    /// Its name.
    pub name: TrailName,
    /// A folder, a pattern or `s3://bucket/prefix`.
    pub source: String,
    /// The store it feeds.
    pub store: EventDataStoreName,
    /// AWS region of the source, when it is not the lake's.
    pub region: Option<String>,
    /// Endpoint of an S3-compatible service, when it is not the lake's.
    pub endpoint_url: Option<String>,
}

impl Lake {
    /// All trails by name.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be read.
    pub async fn trails(&self) -> Result<Vec<TrailSettings>> {
        Ok(self.storage.trails().await?)
    }

    /// The trail of this name.
    ///
    /// # Errors
    /// [`StorageError::TrailNotFound`](crate::StorageError::TrailNotFound) with the nearest name.
    pub async fn trail(&self, name: &str) -> Result<TrailSettings> {
        Ok(self.storage.trail(name).await?)
    }

    /// Adds a trail, or replaces the one of its name.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the lake cannot be written.
    pub async fn put_trail(&self, new: NewTrail) -> Result<TrailSettings> {
        let settings = TrailSettings::new(new.name, &new.source, new.store, self.storage.clock().now());
        let settings = TrailSettings { region: new.region, endpoint_url: new.endpoint_url, ..settings };
        Ok(self.storage.put_trail(settings).await?)
    }

    /// Removes a trail; what it brought stays.
    ///
    /// # Errors
    /// As [`trail`](Self::trail).
    pub async fn remove_trail(&self, name: &str) -> Result<TrailSettings> {
        Ok(self.storage.remove_trail(name).await?)
    }
}
