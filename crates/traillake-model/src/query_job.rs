//! A query that was started over the AWS API: what was asked, where it stands, where its rows lie.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::EventDataStoreId;

/// A query whose server has not written for so long is dead.
const SILENCE: TimeDelta = TimeDelta::minutes(1);
/// Results are kept for so long after the query ended (AWS: 7 days).
const KEPT: TimeDelta = TimeDelta::days(7);
/// Why a query failed whose server fell silent.
const DEAD: &str = "the server that ran the query ended before the query did; hint: start the query again";

/// Where a query is in its life (AWS API, state machine of queries).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QueryStatus {
    /// Accepted; waits for a slot.
    Queued,
    /// Events are read.
    Running,
    /// All rows are written down.
    Finished,
    /// Ended by an error, or its server died.
    Failed,
    /// Ended by its caller.
    Cancelled,
    /// Ended by the time limit.
    TimedOut,
}

impl QueryStatus {
    /// Every status by AWS's name.
    pub const NAMES: [&str; 6] = ["QUEUED", "RUNNING", "FINISHED", "FAILED", "CANCELLED", "TIMED_OUT"];

    /// AWS's name, e.g. `TIMED_OUT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// Whether work goes on, or will.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

impl fmt::Display for QueryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where the delivery of a result to S3 is in its life (AWS API).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryStatus {
    /// The query runs, or its files are being written.
    Pending,
    /// All files lie there.
    Success,
    /// A result file could not be written, or the query failed.
    Failed,
    /// The sign file could not be made or written.
    FailedSigningFile,
    /// There is no such bucket.
    ResourceNotFound,
    /// The bucket refused a result file.
    AccessDenied,
    /// The bucket refused the sign file.
    AccessDeniedSigningFile,
    /// The query was cancelled.
    Cancelled,
}

/// A delivery of a result to S3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// `s3://bucket[/prefix]`, as it was asked for.
    pub uri: String,
    /// Where it stands.
    pub status: DeliveryStatus,
}

/// What a query did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryStatistics {
    /// Events that fulfilled the conditions on their store.
    pub events_matched: u64,
    /// Events that were looked at.
    pub events_scanned: u64,
    /// Bytes read from the lake.
    pub bytes_scanned: u64,
    /// Time since it began to run, in milliseconds.
    pub execution_millis: u64,
}

/// Content of `queries/<id>/state/<version>.json`; a version is written once. A query that is at work writes one every
/// few seconds: one that fell silent has lost its server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryJob {
    /// Number of this state, from 1.
    pub version: u64,
    /// Identity of the query.
    pub id: Uuid,
    /// Who asked, and alone may see it.
    pub owner: String,
    /// The statement.
    pub sql: String,
    /// The bundled query it was started by.
    pub alias: Option<String>,
    /// The event data stores it reads.
    pub stores: Vec<EventDataStoreId>,
    /// The accounts its owner was held to when it was asked; its rows are of these alone. `None` for all.
    #[serde(default)]
    pub accounts: Option<BTreeSet<String>>,
    /// Region that the caller signed for.
    pub region: String,
    /// Where it stands.
    pub status: QueryStatus,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// When this version was written.
    pub updated_at: DateTime<Utc>,
    /// What it did.
    pub statistics: QueryStatistics,
    /// Why it failed.
    pub error: Option<String>,
    /// Names of the columns, as written in the query; they may repeat.
    pub columns: Vec<String>,
    /// Rows of each part of the result, `queries/<id>/rows/<part>.parquet`.
    pub parts: Vec<u64>,
    /// The delivery, when one was asked for.
    pub delivery: Option<Delivery>,
}

impl QueryJob {
    /// Whether a server is at work for it.
    pub fn is_at_work(&self) -> bool {
        self.status.is_active() || self.delivery.as_ref().is_some_and(|to| to.status == DeliveryStatus::Pending)
    }

    /// Whether its server should be at work for it and has written nothing for a minute.
    pub fn is_dead(&self, now: DateTime<Utc>) -> bool {
        self.is_at_work() && now.signed_duration_since(self.updated_at) > SILENCE
    }

    /// What is left of a query whose server is dead: what it had finished, and a failure for the rest.
    #[must_use]
    pub fn buried(self, now: DateTime<Utc>) -> Self {
        self.given_up(now, DEAD)
    }

    /// What is left of a query that nobody works for any more: what it had finished, and a failure for the rest.
    #[must_use]
    pub fn given_up(self, now: DateTime<Utc>, why: &str) -> Self {
        let delivery = self.delivery.clone().map(|to| match to.status {
            DeliveryStatus::Pending => Delivery { status: DeliveryStatus::Failed, ..to },
            _ => to,
        });
        let (status, error) = if self.status.is_active() {
            (QueryStatus::Failed, Some(why.to_owned()))
        } else {
            (self.status, self.error.clone())
        };
        Self { status, error, delivery, updated_at: now, ..self }
    }

    /// Until when a query that is over, and its result, are kept: 7 days after it ended.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.updated_at.checked_add_signed(KEPT).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Whether a query that is over is to be forgotten.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now > self.expires_at()
    }

    /// Rows of the result.
    pub fn rows(&self) -> u64 {
        self.parts.iter().fold(0, |sum, rows| sum.saturating_add(*rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(status: QueryStatus) -> QueryJob {
        let at = DateTime::UNIX_EPOCH;
        let delivery = Some(Delivery { uri: "s3://results".into(), status: DeliveryStatus::Pending });
        QueryJob {
            version: 3,
            id: Uuid::nil(),
            owner: "ann".into(),
            sql: "SELECT 1".into(),
            alias: None,
            stores: Vec::new(),
            accounts: None,
            region: "us-east-1".into(),
            status,
            created_at: at,
            updated_at: at,
            statistics: QueryStatistics::default(),
            error: None,
            columns: vec!["_col0".into()],
            parts: vec![3, 4],
            delivery,
        }
    }

    #[test]
    fn a_silent_query_is_dead_and_fails() {
        let running = job(QueryStatus::Running);
        let later = running.updated_at + TimeDelta::seconds(61);
        assert!(!running.is_dead(running.updated_at + TimeDelta::seconds(59)));
        assert!(running.is_dead(later));
        let buried = running.buried(later);
        assert_eq!(
            (buried.status, buried.delivery.clone().unwrap().status),
            (QueryStatus::Failed, DeliveryStatus::Failed)
        );
        assert!(buried.error.clone().unwrap().contains("start the query again"));
        assert!(!buried.is_dead(later + TimeDelta::days(1)));
    }

    #[test]
    fn a_result_outlives_the_server_that_was_delivering_it() {
        let finished = job(QueryStatus::Finished);
        let later = finished.updated_at + TimeDelta::seconds(61);
        assert!(finished.is_dead(later));
        let buried = finished.buried(later);
        assert_eq!((buried.status, buried.error.as_deref(), buried.rows()), (QueryStatus::Finished, None, 7));
        assert_eq!(buried.delivery.unwrap().status, DeliveryStatus::Failed);
    }

    #[test]
    fn the_stored_form_names_states_as_aws_does() {
        let json = serde_json::to_value(job(QueryStatus::TimedOut)).unwrap();
        assert_eq!((&json["status"], &json["delivery"]["status"]), (&"TIMED_OUT".into(), &"PENDING".into()));
        assert_eq!(serde_json::from_value::<QueryJob>(json).unwrap(), job(QueryStatus::TimedOut));
        for name in QueryStatus::NAMES {
            let status: QueryStatus = serde_json::from_value(name.into()).unwrap();
            assert_eq!(status.as_str(), name);
        }
    }
}
