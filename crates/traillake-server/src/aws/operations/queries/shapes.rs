//! Requests and answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use traillake::{DeliveryStatus, ErrorCode, QueryJob, QueryStatus};
use uuid::Uuid;

use crate::aws::request::Request;
use crate::aws::shapes::{ARN_OR_ID, EVENT_DATA_STORE, MAX_RESULTS, NEXT_TOKEN, UUID};
use crate::aws::timestamp::Timestamp;
use crate::aws::validate::{Member, Pattern, Shape, list, matching, optional, required, text};

/// `^[a-zA-Z][a-zA-Z0-9._\-]*$`
const ALIAS_PATTERN: Pattern = Pattern {
    text: r"^[a-zA-Z][a-zA-Z0-9._\-]*$",
    fits: |text| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    },
};

/// `\d+`
const DIGITS: Pattern =
    Pattern { text: r"\d+", fits: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) };

const ALIAS: Shape = matching(1, 256, ALIAS_PATTERN);
const PAGE_SIZE: Shape = Shape::Integer { min: 1, max: 1000 };
const ACCOUNT: Shape = matching(12, 16, DIGITS);
const STATUS: Shape = Shape::Choice(&QueryStatus::NAMES);
const OWNER_ACCOUNT: Member = optional("EventDataStoreOwnerAccountId", &ACCOUNT);
const STORE: Member = optional("EventDataStore", &ARN_OR_ID).or(ErrorCode::EventDataStoreArnInvalid);

/// StartQuery.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct StartRequest {
    pub(super) query_statement: Option<String>,
    #[serde(rename = "DeliveryS3Uri")]
    pub(super) delivery_s3_uri: Option<String>,
    pub(super) query_alias: Option<String>,
    #[serde(default)]
    pub(super) query_parameters: Vec<String>,
    pub(super) event_data_store_owner_account_id: Option<String>,
}

impl Request for StartRequest {
    const MEMBERS: &'static [Member] = &[
        optional("QueryStatement", &text(1, 10_000)),
        optional("DeliveryS3Uri", &text(0, 1024)),
        optional("QueryAlias", &ALIAS),
        optional("QueryParameters", &list(&text(1, 1024), 1, 10)),
        OWNER_ACCOUNT,
    ];
}

/// StartQuery.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct Started {
    pub(super) query_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_data_store_owner_account_id: Option<String>,
}

/// DescribeQuery.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct DescribeRequest {
    pub(super) event_data_store: Option<String>,
    pub(super) query_id: Option<String>,
    pub(super) query_alias: Option<String>,
    pub(super) event_data_store_owner_account_id: Option<String>,
}

impl Request for DescribeRequest {
    const MEMBERS: &'static [Member] = &[
        STORE,
        optional("QueryId", &UUID),
        optional("QueryAlias", &ALIAS),
        optional("RefreshId", &matching(10, 20, DIGITS)),
        OWNER_ACCOUNT,
    ];
}

/// DescribeQuery.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct Described {
    pub(super) query_id: Uuid,
    pub(super) query_string: String,
    pub(super) query_status: QueryStatus,
    pub(super) query_statistics: DescribedStatistics,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_message: Option<String>,
    #[serde(rename = "DeliveryS3Uri", skip_serializing_if = "Option::is_none")]
    pub(super) delivery_s3_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delivery_status: Option<DeliveryStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_data_store_owner_account_id: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribedStatistics {
    events_matched: u64,
    events_scanned: u64,
    bytes_scanned: u64,
    execution_time_in_millis: i32,
    creation_time: Timestamp,
}

impl DescribedStatistics {
    pub(super) fn of(job: &QueryJob) -> Self {
        Self {
            events_matched: job.statistics.events_matched,
            events_scanned: job.statistics.events_scanned,
            bytes_scanned: job.statistics.bytes_scanned,
            execution_time_in_millis: integer(job.statistics.execution_millis),
            creation_time: job.created_at.into(),
        }
    }
}

/// A count in a member that SDKs read as an integer of 32 bits.
pub(super) fn integer(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// GetQueryResults.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct ResultsRequest {
    pub(super) event_data_store: Option<String>,
    pub(super) query_id: String,
    pub(super) next_token: Option<String>,
    pub(super) max_query_results: Option<usize>,
    pub(super) event_data_store_owner_account_id: Option<String>,
}

impl Request for ResultsRequest {
    const MEMBERS: &'static [Member] = &[
        STORE,
        required("QueryId", &UUID),
        NEXT_TOKEN,
        optional("MaxQueryResults", &PAGE_SIZE).or(ErrorCode::InvalidMaxResults),
        OWNER_ACCOUNT,
    ];
}

/// GetQueryResults.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct Results {
    pub(super) query_status: QueryStatus,
    pub(super) query_statistics: ResultsStatistics,
    pub(super) query_result_rows: Vec<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_message: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResultsStatistics {
    pub(super) results_count: i32,
    pub(super) total_results_count: i32,
    pub(super) bytes_scanned: u64,
}

/// ListQueries.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct ListRequest {
    pub(super) event_data_store: String,
    pub(super) next_token: Option<String>,
    pub(super) max_results: Option<usize>,
    pub(super) start_time: Option<Timestamp>,
    pub(super) end_time: Option<Timestamp>,
    pub(super) query_status: Option<QueryStatus>,
}

impl Request for ListRequest {
    const MEMBERS: &'static [Member] = &[
        EVENT_DATA_STORE,
        NEXT_TOKEN,
        MAX_RESULTS,
        optional("StartTime", &Shape::Timestamp),
        optional("EndTime", &Shape::Timestamp),
        optional("QueryStatus", &STATUS).or(ErrorCode::InvalidQueryStatus),
    ];
}

/// ListQueries.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct Queries {
    pub(super) queries: Vec<Listed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) query_id: Uuid,
    pub(super) query_status: QueryStatus,
    pub(super) creation_time: Timestamp,
}

/// CancelQuery.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct CancelRequest {
    pub(super) event_data_store: Option<String>,
    pub(super) query_id: String,
    pub(super) event_data_store_owner_account_id: Option<String>,
}

impl Request for CancelRequest {
    const MEMBERS: &'static [Member] = &[STORE, required("QueryId", &UUID), OWNER_ACCOUNT];
}

/// CancelQuery.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::aws::operations) struct Cancelled {
    pub(super) query_id: Uuid,
    pub(super) query_status: QueryStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_data_store_owner_account_id: Option<String>,
}
