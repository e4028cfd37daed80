//! Trails as the API shows them.

use serde::Serialize;
use traillake::{AdvancedEventSelector, EventDataStoreSettings, LakeMetadata, TrailSettings};

use crate::aws::resources::trail_arn;
use crate::aws::timestamp::Timestamp;
use crate::trail_passes::TrailPass;

/// A trail. What its source does not say is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Trail {
    name: String,
    #[serde(rename = "S3BucketName", skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(rename = "S3KeyPrefix", skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    home_region: String,
    #[serde(rename = "TrailARN")]
    arn: String,
    has_custom_event_selectors: bool,
    has_insight_selectors: bool,
}

/// `GetTrail`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct TheTrail {
    pub(super) trail: Trail,
}

/// `DescribeTrails`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::aws::operations) struct TrailList {
    pub(super) trail_list: Vec<Trail>,
}

/// `ListTrails`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct Trails {
    pub(super) trails: Vec<ListedTrail>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedTrail {
    #[serde(rename = "TrailARN")]
    arn: String,
    name: String,
    home_region: String,
}

/// `GetTrailStatus`. A delivery is an ingest of the trail by this server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct TrailStatus {
    is_logging: bool,
    start_logging_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_error: Option<String>,
}

/// `GetEventSelectors`: a trail brings what its log files hold, and its store's selectors decide what is kept of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(in crate::aws::operations) struct EventSelectors {
    #[serde(rename = "TrailARN")]
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_selectors: Option<[BasicSelector; 1]>,
}

/// The selector of a trail that was given none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BasicSelector {
    read_write_type: &'static str,
    include_management_events: bool,
    data_resources: [&'static str; 0],
    exclude_management_event_sources: [&'static str; 0],
}

const ALL_MANAGEMENT_EVENTS: BasicSelector = BasicSelector {
    read_write_type: "All",
    include_management_events: true,
    data_resources: [],
    exclude_management_event_sources: [],
};

impl Trail {
    pub(super) fn of(lake: &LakeMetadata, trail: &TrailSettings, store: Option<&EventDataStoreSettings>) -> Self {
        let (bucket, prefix) = bucket_and_prefix(&trail.source);
        Self {
            name: trail.name.to_string(),
            bucket,
            prefix,
            home_region: lake.region.clone(),
            arn: trail_arn(lake, &trail.name),
            has_custom_event_selectors: store.is_some_and(|store| store.selectors.is_some()),
            has_insight_selectors: false,
        }
    }
}

impl ListedTrail {
    pub(super) fn of(lake: &LakeMetadata, trail: &TrailSettings) -> Self {
        Self { arn: trail_arn(lake, &trail.name), name: trail.name.to_string(), home_region: lake.region.clone() }
    }
}

impl TrailStatus {
    pub(super) fn of(trail: &TrailSettings, is_logging: bool, last: Option<&TrailPass>) -> Self {
        Self {
            is_logging,
            start_logging_time: trail.created_at.into(),
            latest_delivery_time: last.and_then(|pass| pass.delivered_at).map(Timestamp::from),
            latest_delivery_error: last.and_then(|pass| pass.error.clone()),
        }
    }
}

impl EventSelectors {
    pub(super) fn of(lake: &LakeMetadata, trail: &TrailSettings, store: Option<&EventDataStoreSettings>) -> Self {
        let advanced_event_selectors = store.and_then(|store| store.selectors.clone());
        let event_selectors = advanced_event_selectors.is_none().then_some([ALL_MANAGEMENT_EVENTS]);
        Self { arn: trail_arn(lake, &trail.name), advanced_event_selectors, event_selectors }
    }
}

/// Bucket and prefix of an `s3://` source; a folder has neither.
fn bucket_and_prefix(source: &str) -> (Option<String>, Option<String>) {
    let Some(address) = source.strip_prefix("s3://") else { return (None, None) };
    let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
    let prefix = prefix.trim_end_matches('/');
    (Some(bucket.to_owned()), (!prefix.is_empty()).then(|| prefix.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_in_s3_has_a_bucket_and_may_have_a_prefix() {
        let found = |source| {
            let (bucket, prefix) = bucket_and_prefix(source);
            (bucket.unwrap_or_default(), prefix.unwrap_or_default())
        };
        assert_eq!(found("s3://logs/org/AWSLogs/"), ("logs".into(), "org/AWSLogs".into()));
        assert_eq!(found("s3://logs"), ("logs".into(), String::new()));
        assert_eq!(found("/var/log/trail"), (String::new(), String::new()));
    }
}
