//! Trails: named sources and the store each feeds.

use traillake_ingest::{IngestRequest, SourceSpec};
use traillake_model::{EventDataStoreName, ModelError, Tags, TrailName, TrailSettings};

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

    /// A request to ingest what a trail delivers, with its region and endpoint, else the lake's, and the lake's limits.
    ///
    /// # Errors
    /// [`IngestError::InvalidSource`](crate::IngestError::InvalidSource).
    pub fn trail_request(&self, trail: &TrailSettings) -> Result<IngestRequest> {
        let mut request = self.request_of(vec![SourceSpec::parse(&trail.source)?]);
        request.options.region = trail.region.clone().or(request.options.region);
        request.options.endpoint_url = trail.endpoint_url.clone().or(request.options.endpoint_url);
        Ok(request)
    }

    /// Changes the tags of a trail; `change` may be called again when another writer was faster.
    ///
    /// # Errors
    /// As [`trail`](Self::trail), or the rule that the change breaks.
    pub async fn update_trail_tags(
        &self,
        name: &str,
        change: impl Fn(Tags) -> Result<Tags, ModelError>,
    ) -> Result<TrailSettings> {
        Ok(self.storage.update_trail_tags(name, change).await?)
    }

    /// Removes a trail; what it brought stays.
    ///
    /// # Errors
    /// As [`trail`](Self::trail).
    pub async fn remove_trail(&self, name: &str) -> Result<TrailSettings> {
        Ok(self.storage.remove_trail(name).await?)
    }
}
