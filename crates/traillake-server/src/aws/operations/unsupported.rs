//! The operations of CloudTrail that are not offered, each with the reason.

use traillake::ErrorCode;

use crate::aws::ApiError;

const CHANNELS: &str = "there are no channels: events from outside AWS are ingested as files";
const DASHBOARDS: &str = "there are no dashboards: any program that speaks SQL over Flight can draw them";
const FEDERATION: &str =
    "there is no AWS Glue catalog to federate with: the stores are Delta tables that other engines read directly";
const POLICIES: &str = "access is granted in the server's users file, not by resource policies";
const TRAILS: &str = "trails are sources of log files and are managed with `traillake trail`";
const LOGGING: &str = "a trail delivers while its store takes events in: use StartEventDataStoreIngestion and StopEventDataStoreIngestion";
const ORGANIZATION: &str = "a lake belongs to no organization of AWS, so there are no delegated administrators";
const INSIGHTS: &str = "Insights are not computed: Insights events are ingested and queried like others";
const EVENTS: &str = "events are kept as they were delivered, without enrichment and aggregation";

const OPERATIONS: &[(&str, &str)] = &[
    ("CreateChannel", CHANNELS),
    ("GetChannel", CHANNELS),
    ("UpdateChannel", CHANNELS),
    ("DeleteChannel", CHANNELS),
    ("PutAuditEvents", CHANNELS),
    ("CreateDashboard", DASHBOARDS),
    ("GetDashboard", DASHBOARDS),
    ("UpdateDashboard", DASHBOARDS),
    ("DeleteDashboard", DASHBOARDS),
    ("StartDashboardRefresh", DASHBOARDS),
    ("EnableFederation", FEDERATION),
    ("DisableFederation", FEDERATION),
    ("PutResourcePolicy", POLICIES),
    ("GetResourcePolicy", POLICIES),
    ("DeleteResourcePolicy", POLICIES),
    ("CreateTrail", TRAILS),
    ("UpdateTrail", TRAILS),
    ("DeleteTrail", TRAILS),
    ("PutEventSelectors", "the selectors that count are those of the event data store: use UpdateEventDataStore"),
    ("StartLogging", LOGGING),
    ("StopLogging", LOGGING),
    ("RegisterOrganizationDelegatedAdmin", ORGANIZATION),
    ("DeregisterOrganizationDelegatedAdmin", ORGANIZATION),
    ("PutInsightSelectors", INSIGHTS),
    ("ListInsightsMetricData", INSIGHTS),
    ("ListInsightsData", INSIGHTS),
    ("GetEventConfiguration", EVENTS),
    ("PutEventConfiguration", EVENTS),
    ("GenerateQuery", "there is no language model here: SearchSampleQueries finds queries by words"),
];

/// The name of an operation that is not offered.
pub(super) fn known(operation: &str) -> Option<&'static str> {
    OPERATIONS.iter().map(|(name, _)| *name).find(|name| *name == operation)
}

/// The answer to an operation that is not offered; `None` for the others.
pub(crate) fn refusal(operation: &str) -> Option<ApiError> {
    let (name, why) = OPERATIONS.iter().find(|(name, _)| *name == operation)?;
    Some(ApiError::new(ErrorCode::UnsupportedOperation, format!("{name} is not offered: {why}")))
}
