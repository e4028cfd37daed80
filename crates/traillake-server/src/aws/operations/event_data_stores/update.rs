//! `UpdateEventDataStore`: the given members change, in one step.

use serde::Deserialize;
use traillake::{AdvancedEventSelector, BillingMode, ErrorCode, EventDataStoreSettings, ModelError, Retention};

use super::answer::EventDataStore;
use super::create::refuse_key;
use crate::aws::request::Request;
use crate::aws::validate::{Member, Shape, optional};
use crate::aws::{ApiError, ApiResult, Call, resources, shapes};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct UpdateRequest {
    event_data_store: String,
    name: Option<String>,
    kms_key_id: Option<String>,
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    multi_region_enabled: Option<bool>,
    organization_enabled: Option<bool>,
    retention_period: Option<u16>,
    termination_protection_enabled: Option<bool>,
    billing_mode: Option<BillingMode>,
}

impl Request for UpdateRequest {
    const MEMBERS: &'static [Member] = &[
        shapes::EVENT_DATA_STORE,
        optional("Name", &shapes::NAME),
        shapes::SELECTORS,
        optional("MultiRegionEnabled", &Shape::Boolean),
        optional("OrganizationEnabled", &Shape::Boolean),
        shapes::RETENTION_PERIOD,
        optional("TerminationProtectionEnabled", &Shape::Boolean),
        shapes::KMS_KEY,
        shapes::BILLING,
    ];
}

pub(in crate::aws::operations) async fn update(call: &Call, request: UpdateRequest) -> ApiResult<EventDataStore> {
    request.ensure_change()?;
    let store = resources::event_data_store(call, &request.event_data_store).await?;
    refuse_key(request.kms_key_id.as_deref())?;
    refuse_rename(&store, request.name.as_deref())?;
    super::ensure_no_import(call, &store).await?;
    let changed = super::change(call, &store, |settings| request.apply(settings)).await?;
    Ok(EventDataStore::of(&changed).with_federation())
}

/// Two processes that make a store of one name at once meet at its id, which comes from the name.
fn refuse_rename(store: &EventDataStoreSettings, name: Option<&str>) -> ApiResult<()> {
    if name.is_none_or(|name| name == store.name.as_str()) {
        return Ok(());
    }
    let message = "an event data store cannot be renamed: its id is derived from its name; hint: leave Name out";
    Err(ApiError::new(ErrorCode::UnsupportedOperation, message))
}

impl UpdateRequest {
    fn ensure_change(&self) -> ApiResult<()> {
        let flags = [self.multi_region_enabled, self.organization_enabled, self.termination_protection_enabled];
        let is_change = self.name.is_some()
            || self.kms_key_id.is_some()
            || self.advanced_event_selectors.is_some()
            || self.retention_period.is_some()
            || self.billing_mode.is_some()
            || flags.iter().any(Option::is_some);
        let message = "nothing to change: expected at least one member beside EventDataStore";
        if is_change { Ok(()) } else { Err(ApiError::invalid_parameter(message)) }
    }

    fn apply(&self, settings: &mut EventDataStoreSettings) -> Result<(), ModelError> {
        settings.ensure_active()?;
        if let Some(mode) = self.billing_mode {
            settings.set_billing_mode(mode)?;
        }
        if let Some(days) = self.retention_period {
            settings.set_retention(Retention::Days(days))?;
        }
        settings.api.billing_mode.ensure_allows(settings.retention)?;
        if let Some(selectors) = &self.advanced_event_selectors {
            settings.set_selectors(Some(selectors.clone()))?;
        }
        if let Some(on) = self.termination_protection_enabled {
            settings.set_termination_protection(on)?;
        }
        settings.api.multi_region = self.multi_region_enabled.unwrap_or(settings.api.multi_region);
        settings.api.organization = self.organization_enabled.unwrap_or(settings.api.organization);
        Ok(())
    }
}
