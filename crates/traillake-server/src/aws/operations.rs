//! The operations by name, and what each asks of its caller. Each file holds those of one part of the API reference.

mod event_data_stores;
mod imports;
mod lookup_events;
mod public_keys;
mod queries;
mod sample_queries;
mod tags;
mod trails;
mod unsupported;

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use traillake::ErrorCode;

use super::request::{Request, read};
use super::{ApiError, ApiResult, Call, shapes, validate};
use crate::access::Role;

/// The operations that are offered, with the role that each needs.
const OFFERED: &[(&str, Role)] = &[
    ("AddTags", Role::Admin),
    ("CancelQuery", Role::Read),
    ("CreateEventDataStore", Role::Admin),
    ("DeleteEventDataStore", Role::Admin),
    ("DescribeQuery", Role::Read),
    ("DescribeTrails", Role::Read),
    ("GetEventDataStore", Role::Read),
    ("GetEventSelectors", Role::Read),
    ("GetImport", Role::Read),
    ("GetInsightSelectors", Role::Read),
    ("GetQueryResults", Role::Read),
    ("GetTrail", Role::Read),
    ("GetTrailStatus", Role::Read),
    ("ListChannels", Role::Read),
    ("ListDashboards", Role::Read),
    ("ListEventDataStores", Role::Read),
    ("ListImportFailures", Role::Read),
    ("ListImports", Role::Read),
    ("ListPublicKeys", Role::Read),
    ("ListQueries", Role::Read),
    ("ListTags", Role::Read),
    ("ListTrails", Role::Read),
    ("LookupEvents", Role::Read),
    ("RemoveTags", Role::Admin),
    ("RestoreEventDataStore", Role::Admin),
    ("SearchSampleQueries", Role::Read),
    ("StartEventDataStoreIngestion", Role::Ingest),
    ("StartImport", Role::Ingest),
    ("StartQuery", Role::Read),
    ("StopEventDataStoreIngestion", Role::Ingest),
    ("StopImport", Role::Ingest),
    ("UpdateEventDataStore", Role::Admin),
];

/// Runs the operation of this name, e.g. `ListEventDataStores`.
pub(crate) async fn run(call: &Call, operation: &str, body: &[u8]) -> ApiResult<Vec<u8>> {
    if let Some(refusal) = unsupported::refusal(operation) {
        return Err(refusal);
    }
    authorize(call, operation)?;
    match operation {
        "AddTags" => reply(tags::add(call, read(body)?).await),
        "CancelQuery" => reply(queries::cancel(call, read(body)?).await),
        "CreateEventDataStore" => reply(event_data_stores::create(call, read(body)?).await),
        "DeleteEventDataStore" => reply(event_data_stores::delete(call, read(body)?).await),
        "DescribeQuery" => reply(queries::describe(call, read(body)?).await),
        "DescribeTrails" => reply(trails::describe(call, read(body)?).await),
        "GetEventDataStore" => reply(event_data_stores::get(call, read(body)?).await),
        "GetEventSelectors" => reply(trails::event_selectors(call, read(body)?).await),
        "GetImport" => reply(imports::get(call, read(body)?).await),
        "GetInsightSelectors" => reply(trails::insight_selectors(call, read(body)?).await),
        "GetQueryResults" => reply(queries::results(call, read(body)?).await),
        "GetTrail" => reply(trails::get(call, read(body)?).await),
        "GetTrailStatus" => reply(trails::status(call, read(body)?).await),
        "ListChannels" => reply(none_of("Channels", &read(body)?)),
        "ListDashboards" => reply(none_of("Dashboards", &read(body)?)),
        "ListEventDataStores" => reply(event_data_stores::list(call, read(body)?).await),
        "ListImportFailures" => reply(imports::failures(call, read(body)?).await),
        "ListImports" => reply(imports::list(call, read(body)?).await),
        "ListPublicKeys" => reply(public_keys::list(call, read(body)?).await),
        "ListQueries" => reply(queries::list(call, read(body)?).await),
        "ListTags" => reply(tags::list(call, read(body)?).await),
        "ListTrails" => reply(trails::list(call, read(body)?).await),
        "LookupEvents" => reply(lookup_events::lookup(call, read(body)?).await),
        "RemoveTags" => reply(tags::remove(call, read(body)?).await),
        "RestoreEventDataStore" => reply(event_data_stores::restore(call, read(body)?).await),
        "SearchSampleQueries" => reply(sample_queries::search(call, &read(body)?)),
        "StartEventDataStoreIngestion" => reply(event_data_stores::start_ingestion(call, read(body)?).await),
        "StartImport" => reply(imports::start(call, read(body)?).await),
        "StartQuery" => reply(queries::start(call, read(body)?).await),
        "StopEventDataStoreIngestion" => reply(event_data_stores::stop_ingestion(call, read(body)?).await),
        "StopImport" => reply(imports::stop(call, read(body)?).await),
        "UpdateEventDataStore" => reply(event_data_stores::update(call, read(body)?).await),
        _ => Err(unknown(operation)),
    }
}

/// The answer to an operation that is not offered.
pub(crate) fn unsupported(operation: &str) -> ApiError {
    unsupported::refusal(operation).unwrap_or_else(|| unknown(operation))
}

/// The name of an operation of CloudTrail, offered or not.
pub(crate) fn known(operation: &str) -> Option<&'static str> {
    let offered = OFFERED.iter().map(|(name, _)| *name).find(|name| *name == operation);
    offered.or_else(|| unsupported::known(operation))
}

/// What changes, for every account, which events a store takes and how long it keeps them.
const OF_EVERY_ACCOUNT: [&str; 5] = [
    "DeleteEventDataStore",
    "RestoreEventDataStore",
    "StartEventDataStoreIngestion",
    "StopEventDataStoreIngestion",
    "UpdateEventDataStore",
];

/// Fails in the words of AWS unless the caller's role includes the one that the operation needs, and its grants the
/// accounts that the operation concerns.
fn authorize(call: &Call, operation: &str) -> ApiResult<()> {
    let (_, needed) = OFFERED.iter().find(|(name, _)| *name == operation).ok_or_else(|| unknown(operation))?;
    let reason = if !call.principal.may(*needed) {
        format!("role `{}` does not allow it; hint: it needs role `{needed}`", call.principal.role)
    } else if OF_EVERY_ACCOUNT.contains(&operation) && call.principal.grants.accounts().is_some() {
        String::from(
            "it concerns the events of every account; hint: it needs a caller that is not held to accounts \
             (`traillake users add-key` without `--account`)",
        )
    } else {
        return Ok(());
    };
    let lake = call.service.lake.metadata();
    let user = format!("arn:{}:iam::{}:user/{}", lake.partition(), lake.account, call.principal.name);
    let message = format!("User: {user} is not authorized to perform: cloudtrail:{operation} because {reason}");
    Err(ApiError::new(ErrorCode::AccessDenied, message))
}

fn reply<T: Serialize>(answer: ApiResult<T>) -> ApiResult<Vec<u8>> {
    serde_json::to_vec(&answer?)
        .map_err(|error| ApiError::new(ErrorCode::InternalFailure, format!("the answer cannot be written: {error}")))
}

fn unknown(operation: &str) -> ApiError {
    let message = format!("`{}` is not an operation of CloudTrail", validate::shown(operation));
    ApiError::protocol("UnknownOperationException", StatusCode::NOT_FOUND, message)
}

/// An answer without members.
#[derive(Debug, Serialize)]
struct Empty {}

/// A list of what a lake never has.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListNothing {
    next_token: Option<String>,
}

impl Request for ListNothing {
    const MEMBERS: &'static [validate::Member] = &[
        shapes::NEXT_TOKEN,
        shapes::MAX_RESULTS,
        validate::optional("NamePrefix", &shapes::DASHBOARD_NAME),
        validate::optional("Type", &validate::Shape::Choice(&["MANAGED", "CUSTOM"])),
    ];
}

fn none_of(member: &str, request: &ListNothing) -> ApiResult<Value> {
    match &request.next_token {
        None => Ok(json!({ member: [] })),
        Some(_) => Err(ApiError::new(ErrorCode::InvalidNextToken, "an empty list has no second page")),
    }
}

/// Some operations have a token that AWS keeps for later use.
fn refuse_reserved_token(token: Option<&str>) -> ApiResult<()> {
    match token {
        None => Ok(()),
        Some(_) => Err(ApiError::new(ErrorCode::InvalidToken, "this operation gives no tokens: all is in one answer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_offered_or_refused_and_never_both() {
        for (name, _) in OFFERED {
            assert!(unsupported::refusal(name).is_none() && known(name) == Some(*name), "{name}");
        }
        let refusal = unsupported::refusal("CreateTrail").unwrap();
        assert_eq!(refusal.code, "UnsupportedOperationException");
        assert!(refusal.message.starts_with("CreateTrail is not offered: "), "{}", refusal.message);
        assert_eq!((known("CreateTrail"), known("Other")), (Some("CreateTrail"), None));
    }
}
