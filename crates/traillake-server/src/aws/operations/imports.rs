//! StartImport, GetImport, ListImports, ListImportFailures, StopImport.
//!
//! The server reads with credentials of its own, so only the places of its configuration are read; the access role is
//! kept and given back.
//!
//! Source: AWS CloudTrail API Reference.

mod shapes;

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, Ordering};

use traillake::{
    ErrorCode, EventDataStoreKind, EventDataStoreSettings, EventDataStoreStatus, Import, ImportSource,
    ImportStatistics, ImportStatus,
};
use uuid::Uuid;

use crate::aws::paging::Pager;
use crate::aws::{ApiError, ApiResult, Call, resources};
use crate::places;
use shapes::{Detail, FailureAnswer};
pub(super) use shapes::{
    FailuresAnswer, FailuresRequest, ImportAnswer, ListAnswer, ListRequest, OneRequest, StartRequest,
};

/// Entries of a page where the request does not say.
const PAGE: usize = 100;

/// Starts a new import, or one that failed or was stopped again.
pub(super) async fn start(call: &Call, request: StartRequest) -> ApiResult<ImportAnswer> {
    let imports = &call.service.imports;
    let _turn = imports.turn().await;
    if let Some(running) = imports.any_running().await? {
        return Err(ongoing(&named(call, &running).await?));
    }
    let (before, import) = match &request.import_id {
        Some(id) => again(call, id, &request).await?,
        None => (None, new(call, request).await?),
    };
    if !imports.is_alone(&import).await? {
        withdraw(call, before, &import).await?;
        return Err(ongoing("an import"));
    }
    imports.start(&import, call.principal.grants.as_ref().clone());
    Ok(ImportAnswer::of(&call.service.lake, &import, Detail::Started))
}

fn ongoing(which: &str) -> ApiError {
    let message = format!("{which} is running; hint: wait for it, or StopImport");
    ApiError::new(ErrorCode::AccountHasOngoingImport, message)
}

/// An import in a sentence to the caller, who may have no business with its id.
pub(super) async fn named(call: &Call, import: &Import) -> ApiResult<String> {
    Ok(if sees(call, import).await? { format!("import `{}`", import.id) } else { "an import".to_owned() })
}

/// Takes an import back that was written down and has not begun: to what it was before, if it was anything.
async fn withdraw(call: &Call, before: Option<Import>, import: &Import) -> ApiResult<()> {
    let lake = &call.service.lake;
    let Some(before) = before else { return Ok(lake.delete_import(import.id).await?) };
    let back = |stored: Import| (stored.version == import.version).then(|| before.clone());
    lake.change_import(import.id, back).await?;
    Ok(())
}

/// One import with its statistics.
pub(super) async fn get(call: &Call, request: OneRequest) -> ApiResult<ImportAnswer> {
    let import = visible(call, &request.import_id).await?;
    Ok(ImportAnswer::of(&call.service.lake, &import, Detail::Full))
}

/// Stops an import.
pub(super) async fn stop(call: &Call, request: OneRequest) -> ApiResult<ImportAnswer> {
    let import = visible(call, &request.import_id).await?;
    if !import.status.is_running() {
        let message = format!("import `{}` is {} and cannot be stopped", import.id, import.status);
        return Err(ApiError::invalid_parameter(message));
    }
    let import = call.service.imports.stop(import.id).await?;
    Ok(ImportAnswer::of(&call.service.lake, &import, Detail::Full))
}

/// The imports, newest first.
pub(super) async fn list(call: &Call, request: ListRequest) -> ApiResult<ListAnswer> {
    let parameters = (&request.destination, &request.import_status);
    let pager = Pager::new(call, "ListImports", &parameters, request.next_token.as_deref())?;
    let lake = &call.service.lake;
    let destination =
        request.destination.map(|text| resources::event_data_store_id(lake.metadata(), &text)).transpose()?;
    let stores = call.lake().event_data_stores().await?;
    let now = call.service.clock.now();
    let mut imports: Vec<Import> = lake
        .imports()
        .await?
        .into_iter()
        .map(|import| Import { status: import.status_at(now), ..import })
        .filter(|import| may_see(call, import, &stores))
        .filter(|import| destination.is_none_or(|id| id == import.destination))
        .filter(|import| request.import_status.is_none_or(|status| status == import.status))
        .collect();
    imports.sort_by_key(|import| (Reverse(import.created_at), import.id));
    let (page, next_token) = pager.page(imports, request.max_results.unwrap_or(PAGE), newest_first);
    Ok(ListAnswer {
        imports: page.iter().map(|import| ImportAnswer::of(lake, import, Detail::Head)).collect(),
        next_token,
    })
}

/// The log files of an import of which something could not be read.
pub(super) async fn failures(call: &Call, request: FailuresRequest) -> ApiResult<FailuresAnswer> {
    let pager = Pager::new(call, "ListImportFailures", &request.import_id, request.next_token.as_deref())?;
    let mut failures = visible(call, &request.import_id).await?.failures;
    failures.sort_by(|a, b| a.location.cmp(&b.location));
    let (page, next_token) =
        pager.page(failures, request.max_results.unwrap_or(PAGE), |failure| failure.location.clone());
    Ok(FailuresAnswer { failures: page.into_iter().map(FailureAnswer::of).collect(), next_token })
}

/// A key that sorts as the list does: the later, the smaller.
fn newest_first(import: &Import) -> String {
    format!("{:020}{}", i64::MAX - import.created_at.timestamp_micros(), import.id)
}

/// The import, if the caller may know of it.
async fn visible(call: &Call, id: &str) -> ApiResult<Import> {
    let unknown = || ApiError::new(ErrorCode::ImportNotFound, format!("there is no import `{id}`"));
    let import = call.service.imports.describe(id.parse().map_err(|_| unknown())?).await?;
    if sees(call, &import).await? { Ok(import) } else { Err(unknown()) }
}

async fn sees(call: &Call, import: &Import) -> ApiResult<bool> {
    Ok(may_see(call, import, &call.lake().event_data_stores().await?))
}

/// Whether the import fills one of these stores; who is held to accounts sees its own of these accounts, since the
/// figures and failures of others tell of other accounts.
fn may_see(call: &Call, import: &Import, stores: &[EventDataStoreSettings]) -> bool {
    let grants = &call.principal.grants;
    let own = *import.owner == *call.principal.name && grants.covers_accounts(import.accounts.as_ref());
    (own || grants.accounts().is_none()) && stores.iter().any(|store| store.id == import.destination)
}

/// An import that failed or was stopped, as it was and as it is started again.
async fn again(call: &Call, id: &str, request: &StartRequest) -> ApiResult<(Option<Import>, Import)> {
    if request.import_source.is_some() || !request.destinations.is_empty() {
        let message = "`ImportId` starts an import again: leave `ImportSource` and `Destinations` out";
        return Err(ApiError::invalid_parameter(message));
    }
    let import = visible(call, id).await?;
    if import.status.is_running() {
        return Err(ongoing("the import"));
    }
    if !matches!(import.status, ImportStatus::Failed | ImportStatus::Stopped) {
        let message = format!("import `{id}` is {}: only one that is FAILED or STOPPED starts again", import.status);
        return Err(ApiError::invalid_parameter(message));
    }
    check_place(call, &import.source)?;
    let (now, is_first) = (call.service.clock.now(), AtomicBool::new(false));
    let accounts = call.principal.grants.accounts();
    let restarted = |stored: Import| {
        let is_as_seen = stored.version == import.version;
        is_first.store(is_as_seen, Ordering::Relaxed);
        let accounts = accounts.cloned();
        is_as_seen.then_some(Import { status: ImportStatus::InProgress, updated_at: now, accounts, ..stored })
    };
    let restarted = call.service.lake.change_import(import.id, restarted).await?;
    if is_first.into_inner() { Ok((Some(import), restarted)) } else { Err(ongoing("the import")) }
}

async fn new(call: &Call, request: StartRequest) -> ApiResult<Import> {
    let (Some(source), [destination]) = (request.import_source, request.destinations.as_slice()) else {
        let message = "a new import needs `ImportSource` and one of `Destinations`; one that failed needs `ImportId`";
        return Err(ApiError::invalid_parameter(message));
    };
    let (start, end) = (request.start_event_time.map(|t| t.0), request.end_event_time.map(|t| t.0));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(ApiError::invalid_parameter("`StartEventTime` is after `EndEventTime`"));
    }
    let source = ImportSource::from(source.s3);
    check_place(call, &source)?;
    let store = resources::event_data_store(call, destination).await?;
    check_destination(store.kind, store.status)?;
    let now = call.service.clock.now();
    let import = Import {
        version: 1,
        id: Uuid::new_v4(),
        destination: store.id,
        source,
        start,
        end,
        status: ImportStatus::Initializing,
        created_at: now,
        updated_at: now,
        statistics: ImportStatistics::default(),
        failures: Vec::new(),
        owner: call.principal.name.to_string(),
        accounts: call.principal.grants.accounts().cloned(),
    };
    Ok(call.service.lake.create_import(import).await?)
}

fn check_place(call: &Call, source: &ImportSource) -> ApiResult<()> {
    if !places::is_s3(&source.uri) {
        let message = format!("`{}` is not `s3://bucket/prefix`", source.uri);
        return Err(ApiError::new(ErrorCode::InvalidImportSource, message));
    }
    if places::allowed(&call.service.config.places.import, &source.uri) {
        return Ok(());
    }
    let message = format!(
        "`{}` is not among the places this server may import from; hint: add it to `places.import` of its configuration",
        source.uri
    );
    Err(ApiError::new(ErrorCode::InvalidImportSource, message))
}

fn check_destination(kind: EventDataStoreKind, status: EventDataStoreStatus) -> ApiResult<()> {
    if kind != EventDataStoreKind::CloudTrail {
        let message = format!("an import needs a store of CloudTrail events, not of `{}` events", kind.as_str());
        return Err(ApiError::new(ErrorCode::InvalidEventDataStoreCategory, message));
    }
    match status {
        EventDataStoreStatus::PendingDeletion => {
            let message = "the event data store is pending deletion; hint: RestoreEventDataStore";
            Err(ApiError::new(ErrorCode::InactiveEventDataStore, message))
        }
        EventDataStoreStatus::Enabled | EventDataStoreStatus::StoppedIngestion => Ok(()),
        other => {
            let message = format!("an import needs a store that is ENABLED or STOPPED_INGESTION, not {other}");
            Err(ApiError::new(ErrorCode::InvalidEventDataStoreStatus, message))
        }
    }
}
