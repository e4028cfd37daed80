//! An import: log files of an S3 trail tree on their way into an event data store.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{EventDataStoreId, ModelError, lake::to_json};

/// An import whose server has not written for so long is dead.
const SILENCE: TimeDelta = TimeDelta::minutes(2);

/// Where an import is in its life (AWS API, state machine of imports).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportStatus {
    /// Accepted; nothing was listed yet.
    Initializing,
    /// Log files are read.
    InProgress,
    /// All was read, nothing failed.
    Completed,
    /// Something could not be read, or the server died; it can be started again.
    Failed,
    /// Stopped by its caller; it can be started again.
    Stopped,
}

impl ImportStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Initializing, Self::InProgress, Self::Completed, Self::Failed, Self::Stopped];

    /// AWS's name, e.g. `IN_PROGRESS`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initializing => "INITIALIZING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Stopped => "STOPPED",
        }
    }

    /// Whether work goes on.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Initializing | Self::InProgress)
    }
}

impl fmt::Display for ImportStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where an import reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportSource {
    /// `s3://bucket/prefix`.
    pub uri: String,
    /// Region of the bucket.
    pub region: String,
    /// Role that AWS would assume. Kept and given back; the server reads with credentials of its own.
    pub role_arn: String,
}

/// What an import did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportStatistics {
    /// Prefixes that are to be read: the one named.
    pub prefixes_found: u64,
    /// Prefixes that were read to their end.
    pub prefixes_completed: u64,
    /// Log files that were read, now or earlier.
    pub files_completed: u64,
    /// Events that the store holds of them.
    pub events_completed: u64,
    /// Log files and pieces of log files that could not be read.
    pub failed_entries: u64,
}

/// A log file of which something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportFailure {
    /// Its address.
    pub location: String,
    /// A short code.
    pub kind: String,
    /// A sentence.
    pub message: String,
    /// Whether a later attempt read it.
    pub succeeded: bool,
    /// When this was seen.
    pub updated_at: DateTime<Utc>,
}

/// Content of `imports/<id>/<version>.json`; a version is written once. A running import writes one now and then:
/// one that fell silent has lost its server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Number of this state, from 1.
    pub version: u64,
    /// Identity of the import.
    pub id: Uuid,
    /// The store that takes the events.
    pub destination: EventDataStoreId,
    /// Where the log files lie.
    pub source: ImportSource,
    /// First moment whose log files are read, by the date in their keys.
    pub start: Option<DateTime<Utc>>,
    /// Last moment whose log files are read, by the date in their keys.
    pub end: Option<DateTime<Utc>>,
    /// The status when this version was written; see [`status_at`](Self::status_at).
    pub status: ImportStatus,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When this version was written.
    pub updated_at: DateTime<Utc>,
    /// What it did.
    pub statistics: ImportStatistics,
    /// What could not be read, up to a bound.
    pub failures: Vec<ImportFailure>,
    /// Who asked for it.
    pub owner: String,
    /// The accounts whose log files it was last started for, those of whoever started it; `None` for all.
    #[serde(default)]
    pub accounts: Option<BTreeSet<String>>,
}

impl Import {
    /// The status: a running import that has written nothing for two minutes has failed.
    pub fn status_at(&self, now: DateTime<Utc>) -> ImportStatus {
        let silent = now.signed_duration_since(self.updated_at) > SILENCE;
        if self.status.is_running() && silent { ImportStatus::Failed } else { self.status }
    }

    /// Reads one stored version.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::UnreadableMetadata { what: "import", source };
        serde_json::from_slice(json).map_err(unreadable)
    }

    /// The stored text of this version.
    pub fn to_json(&self) -> Result<Vec<u8>, ModelError> {
        to_json("import", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import() -> Import {
        let now = "2024-01-02T03:04:05Z".parse().unwrap();
        Import {
            version: 1,
            id: Uuid::nil(),
            destination: "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa".parse().unwrap(),
            source: ImportSource {
                uri: "s3://logs/AWSLogs/111122223333/CloudTrail/".into(),
                region: "eu-west-1".into(),
                role_arn: "arn:aws:iam::111122223333:role/r".into(),
            },
            start: None,
            end: Some(now),
            status: ImportStatus::InProgress,
            created_at: now,
            updated_at: now,
            statistics: ImportStatistics::default(),
            failures: Vec::new(),
            owner: "AKIDEXAMPLE".into(),
            accounts: None,
        }
    }

    #[test]
    fn an_import_is_read_back_as_it_was_written() {
        let import = import();
        assert_eq!(Import::from_json(&import.to_json().unwrap()).unwrap(), import);
    }

    #[test]
    fn a_running_import_that_fell_silent_has_failed() {
        let mut import = import();
        assert_eq!(import.status_at(import.updated_at + TimeDelta::seconds(119)), ImportStatus::InProgress);
        assert_eq!(import.status_at(import.updated_at + TimeDelta::seconds(121)), ImportStatus::Failed);
        import.status = ImportStatus::Stopped;
        assert_eq!(import.status_at(import.updated_at + TimeDelta::days(1)), ImportStatus::Stopped);
    }
}
