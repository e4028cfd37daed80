//! An event data store as the API shows it.

use serde::Serialize;
use traillake::{
    AdvancedEventSelector, BillingMode, EventCategory, EventDataStoreKind, EventDataStoreSettings, PartitionKey,
};

use crate::aws::tags::{self, Tag};
use crate::aws::timestamp::Timestamp;

/// Partition keys there is room for in an answer (AWS API).
const PARTITION_KEYS: usize = 2;

/// What the operations on one store answer; members that do not belong to an answer are left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(in crate::aws::operations) struct EventDataStore {
    event_data_store_arn: String,
    name: String,
    status: &'static str,
    /// Left out for a store that takes every event of CloudTrail, which no list of selectors says.
    #[serde(skip_serializing_if = "Option::is_none")]
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    multi_region_enabled: bool,
    organization_enabled: bool,
    /// Left out for unlimited retention.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_period: Option<u16>,
    termination_protection_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags_list: Option<Vec<Tag>>,
    created_timestamp: Timestamp,
    updated_timestamp: Timestamp,
    /// Not in the entries of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_mode: Option<BillingMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    federation_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_keys: Option<Vec<Partition>>,
}

/// `ListEventDataStores`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct EventDataStores {
    pub(super) event_data_stores: Vec<EventDataStore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Partition {
    name: &'static str,
    r#type: &'static str,
}

impl EventDataStore {
    pub(super) fn of(store: &EventDataStoreSettings) -> Self {
        Self {
            event_data_store_arn: store.arn.to_string(),
            name: store.name.to_string(),
            status: store.status.as_str(),
            advanced_event_selectors: selectors(store),
            multi_region_enabled: store.api.multi_region,
            organization_enabled: store.api.organization,
            retention_period: store.retention.days(),
            termination_protection_enabled: store.termination_protection,
            tags_list: None,
            created_timestamp: store.created_at.into(),
            updated_timestamp: store.updated_at.into(),
            billing_mode: Some(store.api.billing_mode),
            federation_status: None,
            partition_keys: None,
        }
    }

    /// An entry of a list.
    pub(super) fn listed(store: &EventDataStoreSettings) -> Self {
        Self { billing_mode: None, ..Self::of(store) }
    }

    /// A store that was just made.
    pub(super) fn created(store: &EventDataStoreSettings) -> Self {
        let tags_list = Some(tags::write(&store.tags));
        Self { status: traillake::EventDataStoreStatus::Created.as_str(), tags_list, ..Self::of(store) }
    }

    pub(super) fn with_federation(self) -> Self {
        Self { federation_status: Some("DISABLED"), ..self }
    }

    /// The finest keys first, as many as AWS's answer holds.
    pub(super) fn with_partition_keys(self, store: &EventDataStoreSettings) -> Self {
        let keys = store.partition_by.keys().iter().rev().take(PARTITION_KEYS);
        let partition = |key: &PartitionKey| Partition {
            name: key.as_str(),
            r#type: match key {
                PartitionKey::Account | PartitionKey::Region => "string",
                PartitionKey::Date | PartitionKey::Month => "date",
            },
        };
        Self { partition_keys: Some(keys.map(partition).collect()), ..self }
    }
}

/// The selectors of the store; those of a store of another kind follow from its kind.
fn selectors(store: &EventDataStoreSettings) -> Option<Vec<AdvancedEventSelector>> {
    let of_kind = || {
        let category = EventCategory::ALL.into_iter().find(|category| store.kind.accepts(*category))?;
        Some(vec![AdvancedEventSelector::of_category(category)])
    };
    match store.kind {
        EventDataStoreKind::CloudTrail => store.selectors.clone(),
        _ => store.selectors.clone().or_else(of_kind),
    }
}
