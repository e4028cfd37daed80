//! Event data stores: `CreateEventDataStore`, `GetEventDataStore`, `ListEventDataStores`, `DeleteEventDataStore`,
//! `RestoreEventDataStore`, `StartEventDataStoreIngestion`, `StopEventDataStoreIngestion`.

mod answer;
mod create;
mod update;

use serde::Deserialize;
use traillake::{ErrorCode, EventDataStoreSettings, ModelError};

use self::answer::{EventDataStore, EventDataStores};
use super::Empty;
use crate::aws::paging::Pager;
use crate::aws::request::Request;
use crate::aws::validate::Member;
use crate::aws::{ApiError, ApiResult, Call, resources, shapes};

pub(super) use create::create;
pub(super) use update::update;

/// Entries of a page that names no size.
const PAGE_SIZE: usize = 1000;

/// A request about one store.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneStore {
    event_data_store: String,
}

impl Request for OneStore {
    const MEMBERS: &'static [Member] = &[shapes::EVENT_DATA_STORE];
}

/// `ListEventDataStores`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    next_token: Option<String>,
    max_results: Option<usize>,
}

impl Request for ListRequest {
    const MEMBERS: &'static [Member] = &[shapes::NEXT_TOKEN, shapes::MAX_RESULTS];
}

pub(super) async fn get(call: &Call, request: OneStore) -> ApiResult<EventDataStore> {
    let store = resources::event_data_store(call, &request.event_data_store).await?;
    Ok(EventDataStore::of(&store).with_federation().with_partition_keys(&store))
}

pub(super) async fn list(call: &Call, request: ListRequest) -> ApiResult<EventDataStores> {
    let pager = Pager::new(call, "ListEventDataStores", &(), request.next_token.as_deref())?;
    let stores = call.lake().event_data_stores().await?;
    let size = request.max_results.unwrap_or(PAGE_SIZE);
    let (page, next_token) = pager.page(stores, size, |store| store.name.to_string());
    Ok(EventDataStores { event_data_stores: page.iter().map(EventDataStore::listed).collect(), next_token })
}

pub(super) async fn delete(call: &Call, request: OneStore) -> ApiResult<Empty> {
    let (now, store) = (call.service.clock.now(), resources::event_data_store(call, &request.event_data_store).await?);
    ensure_no_import(call, &store).await?;
    change(call, &store, |settings| settings.delete(now)).await?;
    Ok(Empty {})
}

pub(super) async fn restore(call: &Call, request: OneStore) -> ApiResult<EventDataStore> {
    let (now, store) = (call.service.clock.now(), resources::event_data_store(call, &request.event_data_store).await?);
    change(call, &store, |settings| settings.restore(now)).await.map(|store| EventDataStore::of(&store))
}

pub(super) async fn start_ingestion(call: &Call, request: OneStore) -> ApiResult<Empty> {
    let store = resources::event_data_store(call, &request.event_data_store).await?;
    change(call, &store, EventDataStoreSettings::start_ingestion).await?;
    Ok(Empty {})
}

pub(super) async fn stop_ingestion(call: &Call, request: OneStore) -> ApiResult<Empty> {
    let store = resources::event_data_store(call, &request.event_data_store).await?;
    change(call, &store, EventDataStoreSettings::stop_ingestion).await?;
    Ok(Empty {})
}

/// Changes a store that the caller may see.
async fn change(
    call: &Call,
    store: &EventDataStoreSettings,
    change: impl Fn(&mut EventDataStoreSettings) -> Result<(), ModelError>,
) -> ApiResult<EventDataStoreSettings> {
    Ok(call.service.lake.update_event_data_store(&store.id.to_string(), change).await?)
}

/// Fails while an import into the store runs.
async fn ensure_no_import(call: &Call, store: &EventDataStoreSettings) -> ApiResult<()> {
    let running = call.service.imports.any_running().await?;
    let Some(import) = running.filter(|import| import.destination == store.id) else { return Ok(()) };
    let which = super::imports::named(call, &import).await?;
    let message = format!("{which} into `{}` is running; hint: wait for it, or StopImport", store.name);
    Err(ApiError::new(ErrorCode::EventDataStoreHasOngoingImport, message))
}

#[cfg(test)]
mod tests;
