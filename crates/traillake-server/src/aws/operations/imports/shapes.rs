//! Requests and answers of the import operations.

use serde::{Deserialize, Serialize};
use traillake::{ErrorCode, EventDataStoreArn, Import, ImportFailure, ImportSource, ImportStatus, Lake};
use uuid::Uuid;

use crate::aws::request::Request;
use crate::aws::shapes::{ARN_OR_ID, MAX_RESULTS, NEXT_TOKEN, UUID};
use crate::aws::timestamp::Timestamp;
use crate::aws::validate::{Member, Shape, list, optional, required, text};

const STATUS: Shape = Shape::Choice(&["INITIALIZING", "IN_PROGRESS", "FAILED", "STOPPED", "COMPLETED"]);
const SOURCE: Shape = Shape::Structure(&[required("S3", &S3)]);
const S3: Shape = Shape::Structure(&[
    required("S3LocationUri", &text(1, 2048)),
    required("S3BucketRegion", &text(1, 64)),
    required("S3BucketAccessRoleArn", &text(1, 2048)),
]);
const IMPORT_ID: Member = required("ImportId", &UUID);
/// These operations have no exception for it.
const PAGE_SIZE: Member = MAX_RESULTS.or(ErrorCode::InvalidParameter);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct StartRequest {
    #[serde(default)]
    pub(super) destinations: Vec<String>,
    pub(super) import_source: Option<Source>,
    pub(super) start_event_time: Option<Timestamp>,
    pub(super) end_event_time: Option<Timestamp>,
    pub(super) import_id: Option<String>,
}

impl Request for StartRequest {
    const MEMBERS: &'static [Member] = &[
        optional("Destinations", &list(&ARN_OR_ID, 1, 1)).or(ErrorCode::EventDataStoreArnInvalid),
        optional("ImportSource", &SOURCE).or(ErrorCode::InvalidImportSource),
        optional("StartEventTime", &Shape::Timestamp),
        optional("EndEventTime", &Shape::Timestamp),
        optional("ImportId", &UUID),
    ];
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Source {
    #[serde(rename = "S3")]
    pub(super) s3: S3Source,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct S3Source {
    #[serde(rename = "S3LocationUri")]
    pub(super) uri: String,
    #[serde(rename = "S3BucketRegion")]
    pub(super) region: String,
    #[serde(rename = "S3BucketAccessRoleArn")]
    pub(super) role_arn: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct OneRequest {
    pub(super) import_id: String,
}

impl Request for OneRequest {
    const MEMBERS: &'static [Member] = &[IMPORT_ID];
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct ListRequest {
    pub(super) max_results: Option<usize>,
    pub(super) destination: Option<String>,
    pub(super) import_status: Option<ImportStatus>,
    pub(super) next_token: Option<String>,
}

impl Request for ListRequest {
    const MEMBERS: &'static [Member] = &[
        PAGE_SIZE,
        optional("Destination", &ARN_OR_ID).or(ErrorCode::EventDataStoreArnInvalid),
        optional("ImportStatus", &STATUS),
        NEXT_TOKEN,
    ];
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct FailuresRequest {
    pub(super) import_id: String,
    pub(super) max_results: Option<usize>,
    pub(super) next_token: Option<String>,
}

impl Request for FailuresRequest {
    const MEMBERS: &'static [Member] = &[IMPORT_ID, PAGE_SIZE, NEXT_TOKEN];
}

/// An import as every operation shows it; `StartImport` and `ListImports` leave statistics out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct ImportAnswer {
    pub(super) import_id: Uuid,
    pub(super) destinations: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) import_source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_event_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_event_time: Option<Timestamp>,
    pub(super) import_status: ImportStatus,
    created_timestamp: Timestamp,
    updated_timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_statistics: Option<Statistics>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statistics {
    prefixes_found: u64,
    prefixes_completed: u64,
    files_completed: u64,
    events_completed: u64,
    failed_entries: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct ListAnswer {
    pub(super) imports: Vec<ImportAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct FailuresAnswer {
    pub(super) failures: Vec<FailureAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FailureAnswer {
    pub(super) location: String,
    pub(super) status: &'static str,
    error_type: String,
    error_message: String,
    last_updated_time: Timestamp,
}

/// How much of an import an operation shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// In a list: neither source nor statistics.
    Head,
    /// When it starts: no statistics.
    Started,
    Full,
}

impl ImportAnswer {
    pub(super) fn of(lake: &Lake, import: &Import, detail: Detail) -> Self {
        let metadata = lake.metadata();
        let shown = |from: Detail| (detail == Detail::Full || detail == from).then_some(());
        Self {
            import_id: import.id,
            destinations: [EventDataStoreArn::new(&metadata.region, &metadata.account, import.destination).to_string()],
            import_source: shown(Detail::Started).map(|()| Source::of(&import.source)),
            start_event_time: shown(Detail::Started).and(import.start).map(Timestamp),
            end_event_time: shown(Detail::Started).and(import.end).map(Timestamp),
            import_status: import.status,
            created_timestamp: Timestamp(import.created_at),
            updated_timestamp: Timestamp(import.updated_at),
            import_statistics: shown(Detail::Full).map(|()| Statistics::of(import)),
        }
    }
}

impl Source {
    fn of(source: &ImportSource) -> Self {
        let ImportSource { uri, region, role_arn } = source.clone();
        Self { s3: S3Source { uri, region, role_arn } }
    }
}

impl From<S3Source> for ImportSource {
    fn from(S3Source { uri, region, role_arn }: S3Source) -> Self {
        Self { uri, region, role_arn }
    }
}

impl Statistics {
    fn of(import: &Import) -> Self {
        let statistics = import.statistics;
        Self {
            prefixes_found: statistics.prefixes_found,
            prefixes_completed: statistics.prefixes_completed,
            files_completed: statistics.files_completed,
            events_completed: statistics.events_completed,
            failed_entries: statistics.failed_entries,
        }
    }
}

impl FailureAnswer {
    pub(super) fn of(failure: ImportFailure) -> Self {
        Self {
            location: failure.location,
            status: if failure.succeeded { "SUCCEEDED" } else { "FAILED" },
            error_type: failure.kind,
            error_message: failure.message,
            last_updated_time: Timestamp(failure.updated_at),
        }
    }
}
