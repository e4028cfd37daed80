//! Settings of a trail: a named source of log files and the store it feeds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{EventDataStoreName, ModelError, Tags, TrailName, lake::to_json};

/// Content of `trails/<name>/<version>.json`; a version is written once, a change is the
/// next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailSettings {
    /// Number of these settings, from 1.
    pub version: u64,
    /// Name of the trail.
    pub name: TrailName,
    /// Where its log files lie: a folder, a glob or an `s3://` address.
    pub source: String,
    /// The store its events go to.
    pub store: EventDataStoreName,
    /// AWS region of the source, when it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Endpoint of an S3-compatible service, when it is not AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// When the trail was added (kept over changes).
    pub created_at: DateTime<Utc>,
    /// When the trail was removed; a removed trail is not ingested, its name can be used again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<DateTime<Utc>>,
    /// Its tags (kept over changes).
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl TrailSettings {
    /// Version 1 of a trail that reads from `source` with default region and endpoint.
    pub fn new(name: TrailName, source: &str, store: EventDataStoreName, created_at: DateTime<Utc>) -> Self {
        Self {
            version: 1,
            name,
            source: source.to_owned(),
            store,
            region: None,
            endpoint_url: None,
            created_at,
            removed_at: None,
            tags: Tags::default(),
        }
    }

    /// Reads one stored version.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::UnreadableMetadata { what: "trail settings", source };
        serde_json::from_slice(json).map_err(unreadable)
    }

    /// The stored text of this version.
    pub fn to_json(&self) -> Result<Vec<u8>, ModelError> {
        to_json("trail settings", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail() -> TrailSettings {
        let now = "2024-01-02T03:04:05Z".parse().unwrap();
        TrailSettings::new("main".parse().unwrap(), "s3://logs/", "events".parse().unwrap(), now)
    }

    #[test]
    fn a_trail_is_read_back_as_it_was_written() {
        let mut full = trail();
        full.endpoint_url = Some("http://localhost:9000".into());
        full.region = Some("eu-west-1".into());
        full.removed_at = Some(full.created_at);
        full.tags = Tags::try_new([("team".to_owned(), None)]).unwrap();
        for settings in [trail(), full] {
            let json = settings.to_json().unwrap();
            assert_eq!(TrailSettings::from_json(&json).unwrap(), settings);
        }
    }

    #[test]
    fn the_stored_form_leaves_out_what_is_not_set() {
        let json = String::from_utf8(trail().to_json().unwrap()).unwrap();
        assert!(["endpoint_url", "removed_at", "tags"].iter().all(|member| !json.contains(member)), "{json}");
    }

    #[test]
    fn a_stored_trail_with_an_unsafe_name_or_unknown_member_is_refused() {
        let json = String::from_utf8(trail().to_json().unwrap()).unwrap();
        for bad in [json.replace("\"main\"", "\"../main\""), json.replace("\"source\"", "\"from\"")] {
            assert!(TrailSettings::from_json(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
