//! ListQueries: the caller's queries of the last 7 days on a store, newest first.

use std::sync::Arc;

use traillake::ErrorCode;

use super::shapes::{ListRequest, Listed, Queries};
use super::{active_store, belongs_to};
use crate::aws::paging::Pager;
use crate::aws::{ApiError, ApiResult, Call};
use crate::jobs::Summary;

/// Entries of a page that names no size.
const PAGE_SIZE: usize = 1000;

pub(in crate::aws::operations) async fn list(call: &Call, request: ListRequest) -> ApiResult<Queries> {
    let parameters = (&request.event_data_store, request.start_time, request.end_time, request.query_status);
    let pager = Pager::new(call, "ListQueries", &parameters, request.next_token.as_deref())?;
    let (start, end) = (request.start_time.map(|time| time.0), request.end_time.map(|time| time.0));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(ApiError::new(ErrorCode::InvalidDateRange, "`StartTime` is after `EndTime`"));
    }
    let store = active_store(call, &request.event_data_store).await?;
    let mut queries = call.service.jobs.list().await?;
    queries.retain(|query| {
        belongs_to(query, call)
            && query.stores.contains(&store)
            && start.is_none_or(|start| query.created_at >= start)
            && end.is_none_or(|end| query.created_at <= end)
            && request.query_status.is_none_or(|status| query.status == status)
    });
    let (page, next_token) = pager.page(queries, request.max_results.unwrap_or(PAGE_SIZE), newest_first);
    let listed = |query: &Arc<Summary>| Listed {
        query_id: query.id,
        query_status: query.status,
        creation_time: query.created_at.into(),
    };
    Ok(Queries { queries: page.iter().map(listed).collect(), next_token })
}

/// A key that sorts as the list does: the later, the smaller.
fn newest_first(query: &Arc<Summary>) -> String {
    format!("{:020}{}", i64::MAX - query.created_at.timestamp_micros(), query.id)
}
