//! The one error of the library: which layer failed, with its own error inside.

use traillake_ingest::IngestError;
use traillake_model::{ErrorCode, ModelError};
use traillake_query::QueryError;
use traillake_storage::StorageError;

/// Result of the calls of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What failed. The text is the lower error's own; match on it for the state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name, setting or selector breaks a rule.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The lake could not be opened, read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An ingest could not go on.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A query was refused or failed.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl Error {
    /// The AWS exception that says the same, e.g. `EventDataStoreNotFoundException`; `None` where AWS has a
    /// status of the query instead (`FAILED`, `TIMED_OUT`).
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Model(error) => Some(error.code()),
            Self::Storage(error) | Self::Ingest(IngestError::Storage(error)) => Some(storage_code(error)),
            Self::Ingest(IngestError::SourceNotFound { .. } | IngestError::InvalidSource { .. }) => {
                Some(ErrorCode::InvalidParameter)
            }
            Self::Ingest(_) => Some(ErrorCode::InternalFailure),
            Self::Query(error) => error.code(),
        }
    }

    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Model(error) => error.hint(),
            Self::Storage(error) | Self::Ingest(IngestError::Storage(error)) => storage_hint(error),
            Self::Ingest(error) => error.hint(),
            Self::Query(error) => error.hint(),
        }
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Storage(error) | Self::Ingest(IngestError::Storage(error)) => error.is_retryable(),
            Self::Query(QueryError::Storage { source }) => source.is_retryable(),
            _ => false,
        }
    }
}

/// A broken rule inside a storage error explains itself better than the storage error.
fn storage_hint(error: &StorageError) -> Option<String> {
    match error {
        StorageError::Model { source } => source.hint(),
        other => other.hint(),
    }
}

fn storage_code(error: &StorageError) -> ErrorCode {
    match error {
        StorageError::EventDataStoreNotFound { .. } => ErrorCode::EventDataStoreNotFound,
        StorageError::ImportNotFound { .. } => ErrorCode::ImportNotFound,
        StorageError::TrailNotFound { .. } => ErrorCode::TrailNotFound,
        StorageError::EventDataStoreAlreadyExists { .. } => ErrorCode::EventDataStoreAlreadyExists,
        StorageError::InvalidLocation { .. } | StorageError::InvalidOption { .. } => ErrorCode::InvalidParameter,
        StorageError::ReadOnly { .. } => ErrorCode::AccessDenied,
        StorageError::Contention { .. } => ErrorCode::Conflict,
        StorageError::Model { source } => source.code(),
        _ => ErrorCode::InternalFailure,
    }
}
