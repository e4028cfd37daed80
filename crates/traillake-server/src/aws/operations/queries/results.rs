//! GetQueryResults: rows as lists of objects of one member each.

use traillake::QueryStatus;

use super::shapes::{Results, ResultsRequest, ResultsStatistics, integer};
use super::{cell, check_owner_account, own};
use crate::aws::paging::Pager;
use crate::aws::{ApiError, ApiResult, Call};
use crate::jobs::Page;

/// Rows of a page that names no size.
const PAGE_ROWS: usize = 1000;

/// A page of a result; none while the query is queued or runs.
pub(in crate::aws::operations) async fn results(call: &Call, request: ResultsRequest) -> ApiResult<Results> {
    check_owner_account(call, request.event_data_store_owner_account_id.as_deref())?;
    let pager = Pager::new(call, "GetQueryResults", &request.query_id, request.next_token.as_deref())?;
    let offset = pager
        .position
        .as_deref()
        .map_or(Ok(0), str::parse)
        .map_err(|_| ApiError::invalid_parameter("`NextToken` does not belong to a result"))?;
    let job = own(call, &request.query_id, request.event_data_store.as_deref()).await?;
    let limit = request.max_query_results.unwrap_or(PAGE_ROWS);
    let page = match job.status {
        QueryStatus::Queued | QueryStatus::Running | QueryStatus::Failed => Page::default(),
        QueryStatus::Finished | QueryStatus::Cancelled | QueryStatus::TimedOut => {
            call.service.jobs.page(&job, offset, limit).await?
        }
    };
    let statistics = ResultsStatistics {
        results_count: integer(page.rows.len() as u64),
        total_results_count: integer(if job.status.is_active() { 0 } else { job.rows() }),
        bytes_scanned: job.statistics.bytes_scanned,
    };
    let rows =
        page.rows.into_iter().map(|row| job.columns.iter().zip(row).map(|(name, value)| cell(name, value.as_ref())));
    Ok(Results {
        query_status: job.status,
        query_statistics: statistics,
        query_result_rows: rows.map(Iterator::collect).collect(),
        next_token: page.next.map(|next| pager.token(&next.to_string())),
        error_message: job.error.clone(),
    })
}
