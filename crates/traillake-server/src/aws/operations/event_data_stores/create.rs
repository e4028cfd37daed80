//! `CreateEventDataStore`.

use serde::Deserialize;
use traillake::{
    AdvancedEventSelector, ApiSettings, BillingMode, ErrorCode, EventCategory, EventDataStoreKind, EventDataStoreName,
    NewEventDataStore, PartitionBy, Retention, Tags,
};

use super::answer::EventDataStore;
use crate::aws::request::Request;
use crate::aws::tags::{self, Tag};
use crate::aws::validate::{Member, Shape, optional, required};
use crate::aws::{ApiError, ApiResult, Call, shapes};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct CreateRequest {
    name: String,
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    multi_region_enabled: Option<bool>,
    organization_enabled: Option<bool>,
    retention_period: Option<u16>,
    termination_protection_enabled: Option<bool>,
    #[serde(default)]
    tags_list: Vec<Tag>,
    kms_key_id: Option<String>,
    start_ingestion: Option<bool>,
    billing_mode: Option<BillingMode>,
}

impl Request for CreateRequest {
    const MEMBERS: &'static [Member] = &[
        required("Name", &shapes::NAME),
        shapes::SELECTORS,
        optional("MultiRegionEnabled", &Shape::Boolean),
        optional("OrganizationEnabled", &Shape::Boolean),
        shapes::RETENTION_PERIOD,
        optional("TerminationProtectionEnabled", &Shape::Boolean),
        optional("TagsList", &shapes::TAGS).or(ErrorCode::InvalidTagParameter),
        shapes::KMS_KEY,
        optional("StartIngestion", &Shape::Boolean),
        shapes::BILLING,
    ];
}

pub(in crate::aws::operations) async fn create(call: &Call, request: CreateRequest) -> ApiResult<EventDataStore> {
    refuse_key(request.kms_key_id.as_deref())?;
    let (api, tags) = (api_settings(&request), tags_of(request.tags_list)?);
    let name = name_of(call, &request.name)?;
    ensure_room(call).await?;
    let selectors = request.advanced_event_selectors.unwrap_or_else(default_selectors);
    let retention = request.retention_period.map_or_else(|| api.billing_mode.default_retention(), Retention::Days);
    api.billing_mode.ensure_allows(retention)?;
    let new = NewEventDataStore {
        name,
        kind: kind_of(&selectors),
        retention,
        selectors: Some(selectors),
        partition_by: PartitionBy::default(),
        termination_protection: request.termination_protection_enabled.unwrap_or(true),
    };
    let starts = request.start_ingestion.unwrap_or(true);
    let made = call.service.lake.create_event_data_store_with(new, |settings| {
        (settings.api, settings.tags) = (api.clone(), tags.clone());
        if starts { Ok(()) } else { settings.stop_ingestion() }
    });
    Ok(EventDataStore::created(&made.await?))
}

/// The lake keeps events as they are, so a key would promise what is not done.
pub(super) fn refuse_key(key: Option<&str>) -> ApiResult<()> {
    if key.is_none() {
        return Ok(());
    }
    let message = "KmsKeyId is not offered: events are encrypted by the bucket or disk the lake lies on; hint: leave KmsKeyId out";
    Err(ApiError::new(ErrorCode::UnsupportedOperation, message))
}

fn api_settings(request: &CreateRequest) -> ApiSettings {
    let default = ApiSettings::default();
    ApiSettings {
        billing_mode: request.billing_mode.unwrap_or_default(),
        multi_region: request.multi_region_enabled.unwrap_or(default.multi_region),
        organization: request.organization_enabled.unwrap_or(default.organization),
    }
}

/// More tags than allowed have no exception of their own here.
fn tags_of(list: Vec<Tag>) -> ApiResult<Tags> {
    tags::read(list).map_err(|error| ApiError::new(ErrorCode::InvalidTagParameter, error.to_string()))
}

/// A name that the caller may see once it is there.
fn name_of(call: &Call, name: &str) -> ApiResult<EventDataStoreName> {
    let name: EventDataStoreName = name.parse()?;
    if call.principal.grants.allows_new_store(&name) {
        return Ok(name);
    }
    let message = format!("an event data store named `{name}` is not among those granted to `{}`", call.principal.name);
    Err(ApiError::new(ErrorCode::AccessDenied, message))
}

async fn ensure_room(call: &Call) -> ApiResult<()> {
    let Some(most) = call.service.config.api.event_data_stores else { return Ok(()) };
    if call.service.lake.event_data_stores().await?.len() < most {
        return Ok(());
    }
    let message = format!("there are {most} event data stores, as many as allowed; those pending deletion count");
    Err(ApiError::new(ErrorCode::EventDataStoreMaxLimitExceeded, message))
}

fn default_selectors() -> Vec<AdvancedEventSelector> {
    vec![AdvancedEventSelector::default_management_events()]
}

/// The kind of store that the first selector asks for; whether all fit is checked when the store is made.
fn kind_of(selectors: &[AdvancedEventSelector]) -> EventDataStoreKind {
    let fields = selectors.iter().flat_map(|selector| &selector.field_selectors);
    let categories = fields.filter(|field| field.field == "eventCategory").flat_map(|field| &field.equals);
    let category = categories.flatten().find_map(|category| category.parse::<EventCategory>().ok());
    category.map_or(EventDataStoreKind::CloudTrail, EventCategory::kind)
}
