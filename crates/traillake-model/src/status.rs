//! Status of an event data store, with AWS's names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a store is in its life (AWS API, state machine of event data stores).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventDataStoreStatus {
    /// Takes events in and answers queries.
    Enabled,
    /// Deleted, restorable for 7 days; neither ingests nor answers.
    PendingDeletion,
    /// Answers queries only.
    StoppedIngestion,
    /// On the way to `Enabled`.
    StartingIngestion,
    /// On the way to `StoppedIngestion`.
    StoppingIngestion,
    /// Just made.
    Created,
}

impl EventDataStoreStatus {
    /// AWS's name, e.g. `PENDING_DELETION`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::PendingDeletion => "PENDING_DELETION",
            Self::StoppedIngestion => "STOPPED_INGESTION",
            Self::StartingIngestion => "STARTING_INGESTION",
            Self::StoppingIngestion => "STOPPING_INGESTION",
            Self::Created => "CREATED",
        }
    }

    /// Whether live ingestion may write to the store.
    pub const fn ingests(self) -> bool {
        matches!(self, Self::Enabled)
    }

    /// Whether the store answers queries.
    pub const fn answers(self) -> bool {
        !matches!(self, Self::PendingDeletion | Self::Created)
    }
}

impl fmt::Display for EventDataStoreStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_text_use_the_names_of_the_aws_api() {
        let status = EventDataStoreStatus::PendingDeletion;
        assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{status}\""));
        assert_eq!(status.to_string(), "PENDING_DELETION");
    }

    #[test]
    fn a_store_pending_deletion_neither_ingests_nor_answers() {
        assert!(!EventDataStoreStatus::PendingDeletion.ingests());
        assert!(!EventDataStoreStatus::PendingDeletion.answers());
        assert!(EventDataStoreStatus::StoppedIngestion.answers());
        assert!(!EventDataStoreStatus::StoppedIngestion.ingests());
    }
}
