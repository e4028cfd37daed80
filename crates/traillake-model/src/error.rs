//! The errors of this crate.

use chrono::{DateTime, Utc};

use crate::{
    ErrorCode, EventDataStoreKind, EventDataStoreName, EventDataStoreStatus, FORMAT_VERSION, PartitionBy,
    SelectorError, limits,
};

/// Result of this crate.
pub type Result<T, E = ModelError> = std::result::Result<T, E>;

/// A value that is not allowed, or a change that a store does not allow.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the message of each variant says what its members are")]
pub enum ModelError {
    #[error("`{text}` is not a valid {what}: expected 36 characters like `0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa`")]
    InvalidId { what: &'static str, text: String },

    #[error("`{text}` is not the ARN of an event data store")]
    InvalidArn { text: String },

    #[error("`{text}` is not a valid {what}: expected {expected}")]
    InvalidName { what: &'static str, text: String, expected: &'static str },

    #[error("unknown kind of event data store `{text}`")]
    UnknownKind { text: String },

    #[error("unknown event category `{text}`")]
    UnknownCategory { text: String },

    #[error("`{text}` is not a valid retention: expected 7 to 3653 days or `unlimited`")]
    InvalidRetention { text: String },

    #[error("`{text}` is not a valid partitioning")]
    InvalidPartitionBy { text: String },

    #[error("`{text}` is not an account: expected 12 digits")]
    InvalidAccount { text: String },

    #[error("`{text}` is not a region: expected a name like `eu-west-1`")]
    InvalidRegion { text: String },

    #[error("`{text}` is not a valid size")]
    InvalidByteSize { text: String },

    #[error("unknown column type `{text}`")]
    UnknownColumnType { text: String },

    #[error("column `{name}` cannot be added: expected {expected}")]
    InvalidColumn { name: String, expected: &'static str },

    #[error("event selectors are not readable as JSON")]
    UnreadableSelectors { source: serde_json::Error },

    #[error(transparent)]
    InvalidSelectors(#[from] SelectorError),

    #[error("{what} is not readable")]
    UnreadableMetadata { what: &'static str, source: serde_json::Error },

    #[error("{what} cannot be written")]
    UnwritableMetadata { what: &'static str, source: serde_json::Error },

    #[error("the lake has format version {found}, this program knows version {FORMAT_VERSION}")]
    UnknownFormatVersion { found: u32 },

    #[error("event data store `{name}` is protected against deletion")]
    TerminationProtected { name: EventDataStoreName },

    #[error("event data store `{name}` is pending deletion since {deleted_at}")]
    PendingDeletion { name: EventDataStoreName, deleted_at: DateTime<Utc> },

    #[error("event data store `{name}` is not pending deletion")]
    NotPendingDeletion { name: EventDataStoreName },

    #[error("event data store `{name}` was deleted on {deleted_at} and can no longer be restored")]
    NoLongerRestorable { name: EventDataStoreName, deleted_at: DateTime<Utc> },

    #[error("event data store `{name}` is {status}, expected {expected}")]
    WrongStatus { name: EventDataStoreName, status: EventDataStoreStatus, expected: EventDataStoreStatus },

    #[error("event data store `{name}` is of kind `{kind}`, whose ingestion is not started and stopped")]
    NoIngestionOfKind { name: EventDataStoreName, kind: EventDataStoreKind },

    #[error("the billing mode of event data store `{name}` cannot go back to FIXED_RETENTION_PRICING")]
    BillingModeFinal { name: EventDataStoreName },

    #[error(
        "a retention of {days} days is too long for FIXED_RETENTION_PRICING: expected 7 to {}",
        limits::FIXED_RETENTION_DAYS_MAX
    )]
    RetentionBeyondBillingMode { days: u16 },

    #[error("tag `{key}` is not valid: expected {expected}")]
    InvalidTag { key: String, expected: &'static str },

    #[error("{count} tags, at most {} are allowed", limits::TAGS)]
    TooManyTags { count: usize },
}

impl ModelError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::InvalidArn { .. } => {
                "expected `arn:aws:cloudtrail:<region>:<account>:eventdatastore/<id>`".to_owned()
            }
            Self::UnknownKind { .. } => {
                one_of(EventDataStoreKind::ALL.map(EventDataStoreKind::as_str))
            }
            Self::UnknownColumnType { .. } => {
                one_of(crate::ColumnType::ALL.map(crate::ColumnType::as_str))
            }
            Self::UnknownCategory { .. } => {
                one_of(crate::EventCategory::ALL.map(crate::EventCategory::as_str))
            }
            Self::InvalidPartitionBy { .. } => one_of(PartitionBy::ALL.map(|keys| keys.to_string())),
            Self::InvalidByteSize { .. } => "write it like `512MB`, `1GiB` or `1048576`".to_owned(),
            Self::UnreadableSelectors { .. } => {
                "expected a list like `[{\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Management\"]}]}]`".to_owned()
            }
            Self::InvalidSelectors(error) => return error.hint(),
            Self::UnreadableMetadata { .. } => {
                "the file may be damaged, or written by a later version of TrailLake".to_owned()
            }
            Self::UnknownFormatVersion { .. } => "use a later version of TrailLake".to_owned(),
            Self::TerminationProtected { name } => format!(
                "switch it off first: `traillake store update {name} --termination-protection off`"
            ),
            Self::PendingDeletion { name, .. } => format!(
                "it can be restored within {} days of its deletion: `traillake store restore {name}`",
                limits::PENDING_DELETION_DAYS
            ),
            Self::NoLongerRestorable { .. } => format!(
                "a deleted store can be restored for {} days; its events can be ingested again into a new one",
                limits::PENDING_DELETION_DAYS
            ),
            _ => return None,
        })
    }

    /// The exception of the CloudTrail API that says the same.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidId { .. } | Self::InvalidArn { .. } => ErrorCode::EventDataStoreArnInvalid,
            Self::UnreadableSelectors { .. } | Self::InvalidSelectors(_) => ErrorCode::InvalidEventSelectors,
            Self::TerminationProtected { .. } => ErrorCode::EventDataStoreTerminationProtected,
            Self::PendingDeletion { .. } => ErrorCode::InactiveEventDataStore,
            Self::NotPendingDeletion { .. } | Self::NoLongerRestorable { .. } | Self::WrongStatus { .. } => {
                ErrorCode::InvalidEventDataStoreStatus
            }
            Self::NoIngestionOfKind { .. } => ErrorCode::InvalidEventDataStoreCategory,
            Self::InvalidTag { .. } => ErrorCode::InvalidTagParameter,
            Self::TooManyTags { .. } => ErrorCode::TagsLimitExceeded,
            Self::UnreadableMetadata { .. } | Self::UnwritableMetadata { .. } | Self::UnknownFormatVersion { .. } => {
                ErrorCode::InternalFailure
            }
            _ => ErrorCode::InvalidParameter,
        }
    }
}

fn one_of<T: AsRef<str>>(allowed: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = allowed.into_iter().map(|text| format!("`{}`", text.as_ref())).collect();
    format!("expected one of {}", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_choice_is_answered_with_the_choices() {
        let error = "events".parse::<EventDataStoreKind>().unwrap_err();
        let hint = error.hint().unwrap();
        assert!(EventDataStoreKind::ALL.iter().all(|kind| hint.contains(kind.as_str())), "{hint}");
        let error = "region".parse::<PartitionBy>().unwrap_err();
        assert!(error.hint().unwrap().contains("`account,region,date`"));
    }

    #[test]
    fn messages_quote_the_object_and_codes_follow_aws() {
        let error = "1".parse::<crate::Retention>().unwrap_err();
        assert!(error.to_string().starts_with("`1`"), "{error}");
        assert_eq!(error.code(), ErrorCode::InvalidParameter);
        let error = "x".parse::<crate::EventDataStoreArn>().unwrap_err();
        assert_eq!(error.code(), ErrorCode::EventDataStoreArnInvalid);
    }
}
