//! The trails of the lake, to read: `ListTrails`, `DescribeTrails`, `GetTrail`, `GetTrailStatus`, `GetEventSelectors`,
//! `GetInsightSelectors`.

mod answer;

use serde::Deserialize;
use traillake::{ErrorCode, EventDataStoreSettings, TrailSettings};

use self::answer::{EventSelectors, ListedTrail, TheTrail, Trail, TrailList, TrailStatus, Trails};
use crate::aws::request::Request;
use crate::aws::validate::{Member, Shape, list as list_of, optional, required};
use crate::aws::{ApiError, ApiResult, Call, resources, shapes};

/// A request about one trail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NamedTrail {
    name: String,
}

impl Request for NamedTrail {
    const MEMBERS: &'static [Member] = &[required("Name", &shapes::ANY_TEXT)];
}

/// `ListTrails`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    next_token: Option<String>,
}

impl Request for ListRequest {
    const MEMBERS: &'static [Member] = &[optional("NextToken", &shapes::ANY_TEXT)];
}

/// `DescribeTrails`. A lake has no shadow trails, so that `includeShadowTrails` changes nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    trail_name_list: Option<Vec<String>>,
}

impl Request for DescribeRequest {
    const MEMBERS: &'static [Member] =
        &[optional("trailNameList", &TRAIL_NAMES), optional("includeShadowTrails", &Shape::Boolean)];
}

const TRAIL_NAMES: Shape = list_of(&shapes::ANY_TEXT, 0, 1000);

/// `GetEventSelectors`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SelectorsRequest {
    trail_name: String,
}

impl Request for SelectorsRequest {
    const MEMBERS: &'static [Member] = &[required("TrailName", &shapes::ANY_TEXT)];
}

/// `GetInsightSelectors`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InsightsRequest {
    trail_name: Option<String>,
    event_data_store: Option<String>,
}

impl Request for InsightsRequest {
    const MEMBERS: &'static [Member] =
        &[optional("TrailName", &shapes::ANY_TEXT), optional("EventDataStore", &shapes::ARN_OR_ID)];
}

pub(super) async fn list(call: &Call, request: ListRequest) -> ApiResult<Trails> {
    super::refuse_reserved_token(request.next_token.as_deref())?;
    let lake = call.service.lake.metadata();
    let trails = call.lake().trails().await?;
    Ok(Trails { trails: trails.iter().map(|trail| ListedTrail::of(lake, trail)).collect() })
}

pub(super) async fn describe(call: &Call, request: DescribeRequest) -> ApiResult<TrailList> {
    let lake = call.service.lake.metadata();
    let asked = request.trail_name_list.unwrap_or_default();
    let asked: Vec<_> = asked.iter().map(|name| resources::trail_name(lake, name)).collect::<ApiResult<_>>()?;
    let mut trails = call.lake().trails().await?;
    trails.retain(|trail| asked.is_empty() || asked.contains(&trail.name));
    let stores = call.lake().event_data_stores().await?;
    let shown = |trail: &TrailSettings| Trail::of(lake, trail, store_of(&stores, trail));
    Ok(TrailList { trail_list: trails.iter().map(shown).collect() })
}

pub(super) async fn get(call: &Call, request: NamedTrail) -> ApiResult<TheTrail> {
    let trail = resources::trail(call, &request.name).await?;
    let stores = call.lake().event_data_stores().await?;
    Ok(TheTrail { trail: Trail::of(call.service.lake.metadata(), &trail, store_of(&stores, &trail)) })
}

pub(super) async fn status(call: &Call, request: NamedTrail) -> ApiResult<TrailStatus> {
    let trail = resources::trail(call, &request.name).await?;
    let stores = call.lake().event_data_stores().await?;
    let takes_events = store_of(&stores, &trail).is_none_or(|store| store.status.ingests());
    let is_logging = takes_events && call.service.config.background.follow_trails;
    Ok(TrailStatus::of(&trail, is_logging, call.service.trail_passes.last(&trail.name).as_ref()))
}

pub(super) async fn event_selectors(call: &Call, request: SelectorsRequest) -> ApiResult<EventSelectors> {
    let trail = resources::trail(call, &request.trail_name).await?;
    let stores = call.lake().event_data_stores().await?;
    Ok(EventSelectors::of(call.service.lake.metadata(), &trail, store_of(&stores, &trail)))
}

/// There are no Insights, so that this is always an error.
pub(super) async fn insight_selectors(call: &Call, request: InsightsRequest) -> ApiResult<super::Empty> {
    let arn = match (request.trail_name, request.event_data_store) {
        (Some(name), None) => {
            let trail = resources::trail(call, &name).await?;
            format!("Trail {}", resources::trail_arn(call.service.lake.metadata(), &trail.name))
        }
        (None, Some(store)) => format!("Event data store {}", resources::event_data_store(call, &store).await?.arn),
        _ => {
            let message = "expected either TrailName or EventDataStore";
            return Err(ApiError::new(ErrorCode::InvalidParameterCombination, message));
        }
    };
    let message = format!(
        "{arn} does not have Insights enabled. Insights are not computed here: Insights events are ingested and queried like others"
    );
    Err(ApiError::new(ErrorCode::InsightNotEnabled, message))
}

/// The store that a trail feeds; none while nothing was ingested.
fn store_of<'a>(stores: &'a [EventDataStoreSettings], trail: &TrailSettings) -> Option<&'a EventDataStoreSettings> {
    stores.iter().find(|store| store.name == trail.store)
}

#[cfg(test)]
mod tests;
