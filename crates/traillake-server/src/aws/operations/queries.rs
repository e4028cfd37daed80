//! Queries: StartQuery, DescribeQuery, GetQueryResults, ListQueries, CancelQuery.
//!
//! A query belongs to who started it: to everybody else, administrators included, its id is unknown.
//!
//! Source: AWS CloudTrail API Reference; lake SQL and result rows as the user guide shows them.

mod list;
mod results;
mod shapes;
mod start;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Value, json};
use traillake::{ErrorCode, QueryJob, QueryStatus};
use uuid::Uuid;

pub(super) use self::shapes::{CancelRequest, DescribeRequest};
use self::shapes::{Cancelled, Described, DescribedStatistics};
use crate::aws::{ApiError, ApiResult, Call, resources};
use crate::jobs::Summary;

pub(super) use list::list;
pub(super) use results::results;
pub(super) use start::start;

/// What a query did and where it stands.
pub(super) async fn describe(call: &Call, request: DescribeRequest) -> ApiResult<Described> {
    check_owner_account(call, request.event_data_store_owner_account_id.as_deref())?;
    let id = match (&request.query_id, &request.query_alias) {
        (Some(id), _) => id.clone(),
        (None, Some(alias)) => last_run(call, alias).await?.id.to_string(),
        (None, None) => return Err(ApiError::invalid_parameter("`QueryId` or `QueryAlias` must be given")),
    };
    let job = own(call, &id, request.event_data_store.as_deref()).await?;
    Ok(Described {
        query_id: job.id,
        query_status: job.status,
        query_statistics: DescribedStatistics::of(&job),
        error_message: job.error.clone(),
        delivery_s3_uri: job.delivery.as_ref().map(|to| to.uri.clone()),
        delivery_status: job.delivery.as_ref().map(|to| to.status),
        event_data_store_owner_account_id: request.event_data_store_owner_account_id,
        query_string: job.sql,
    })
}

/// Ends a query that is queued or running.
pub(super) async fn cancel(call: &Call, request: CancelRequest) -> ApiResult<Cancelled> {
    check_owner_account(call, request.event_data_store_owner_account_id.as_deref())?;
    let job = own(call, &request.query_id, request.event_data_store.as_deref()).await?;
    if !job.status.is_active() {
        return Err(over(&job));
    }
    let job = call.service.jobs.cancel(job.id).await?.ok_or_else(|| unknown(&request.query_id))?;
    match job.status {
        QueryStatus::Cancelled => Ok(Cancelled {
            query_id: job.id,
            query_status: job.status,
            event_data_store_owner_account_id: request.event_data_store_owner_account_id,
        }),
        _ => Err(over(&job)),
    }
}

/// The caller's query of this id, if it reads the store that is named, if one is.
async fn own(call: &Call, id: &str, store: Option<&str>) -> ApiResult<QueryJob> {
    let parsed: Uuid = id.parse().map_err(|_| unknown(id))?;
    let store = match store {
        Some(store) => Some(active_store(call, store).await?),
        None => None,
    };
    let job = call.service.jobs.find(parsed, &call.principal.name).await?.ok_or_else(|| unknown(id))?;
    if !sees_all(call, &job).await? {
        return Err(unknown(id));
    }
    match store {
        Some(store) if !job.stores.contains(&store) => {
            let message = format!("the query `{id}` does not read the event data store `{store}`");
            Err(ApiError::new(ErrorCode::QueryIdNotFound, message))
        }
        _ => Ok(job),
    }
}

/// Whether the caller may still see every store that a query reads, and every account of its rows.
async fn sees_all(call: &Call, job: &QueryJob) -> ApiResult<bool> {
    if call.principal.grants.is_all() {
        return Ok(true);
    }
    if !call.principal.grants.covers_accounts(job.accounts.as_ref()) {
        return Ok(false);
    }
    let granted = call.lake().event_data_stores().await?;
    Ok(job.stores.iter().all(|id| granted.iter().any(|store| store.id == *id)))
}

async fn active_store(call: &Call, arn_or_id: &str) -> ApiResult<traillake::EventDataStoreId> {
    let store = resources::event_data_store(call, arn_or_id).await?;
    if store.status.answers() {
        return Ok(store.id);
    }
    let message = format!("the event data store `{}` is {}", store.name, store.status);
    Err(ApiError::new(ErrorCode::InactiveEventDataStore, message))
}

/// The caller's newest query that was started by a bundled query's name.
async fn last_run(call: &Call, alias: &str) -> ApiResult<Arc<Summary>> {
    let queries = call.service.jobs.list().await?;
    let own = |summary: &Arc<Summary>| belongs_to(summary, call) && summary.alias.as_deref() == Some(alias);
    queries.into_iter().find(own).ok_or_else(|| {
        let message = format!("no query was started by the alias `{alias}` in the last 7 days");
        ApiError::new(ErrorCode::QueryIdNotFound, message)
    })
}

/// Whether a query is the caller's own, of accounts that the caller may still see.
fn belongs_to(query: &Summary, call: &Call) -> bool {
    *query.owner == *call.principal.name && call.principal.grants.covers_accounts(query.accounts.as_ref())
}

/// Event data stores of other accounts are not here.
fn check_owner_account(call: &Call, account: Option<&str>) -> ApiResult<()> {
    let own = &call.service.lake.metadata().account;
    match account {
        Some(account) if account != own => {
            let message = format!("account `{account}` has no event data stores here: they belong to account `{own}`");
            Err(ApiError::new(ErrorCode::EventDataStoreNotFound, message))
        }
        _ => Ok(()),
    }
}

fn unknown(id: &str) -> ApiError {
    let message = format!("there is no query `{id}` of yours; hint: results are kept for 7 days");
    ApiError::new(ErrorCode::QueryIdNotFound, message)
}

fn over(job: &QueryJob) -> ApiError {
    ApiError::new(ErrorCode::InactiveQuery, format!("the query `{}` is {}", job.id, job.status))
}

/// One value of a row: an object of one member.
fn cell(name: &str, value: Option<&String>) -> Value {
    json!({ name: value })
}
