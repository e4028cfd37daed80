//! Why a result was not delivered, and the status that AWS has for it.

use std::io;

use traillake::{DeliveryStatus, StorageError};

use super::place::PlaceError;
use crate::signing::SigningError;

/// Why a result was not delivered.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeliveryError {
    /// The place is none.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The rows could not be read.
    #[error(transparent)]
    Rows(#[from] StorageError),
    /// The rows could not be compressed.
    #[error("the rows cannot be compressed: {0}")]
    Compression(#[from] io::Error),
    /// The bucket refused.
    #[error("a file cannot be written: {0}")]
    Bucket(#[from] object_store::Error),
    /// The hashes could not be signed.
    #[error("the files cannot be signed: {0}")]
    Signing(#[source] SigningError),
    /// The sign file could not be written.
    #[error("the sign file cannot be written: {0}")]
    SignFile(#[source] Box<DeliveryError>),
}

impl DeliveryError {
    /// AWS's status.
    pub(super) fn status(&self) -> DeliveryStatus {
        match self {
            Self::Place(PlaceError::NoBucket { .. }) => DeliveryStatus::ResourceNotFound,
            Self::Bucket(error) => bucket_status(error),
            Self::Signing(_) => DeliveryStatus::FailedSigningFile,
            Self::SignFile(error) => match error.status() {
                DeliveryStatus::AccessDenied => DeliveryStatus::AccessDeniedSigningFile,
                DeliveryStatus::ResourceNotFound => DeliveryStatus::ResourceNotFound,
                _ => DeliveryStatus::FailedSigningFile,
            },
            Self::Place(_) | Self::Rows(_) | Self::Compression(_) => DeliveryStatus::Failed,
        }
    }
}

fn bucket_status(error: &object_store::Error) -> DeliveryStatus {
    match error {
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            DeliveryStatus::AccessDenied
        }
        object_store::Error::NotFound { .. } => DeliveryStatus::ResourceNotFound,
        error if super::place::says_no_bucket(error) => DeliveryStatus::ResourceNotFound,
        _ => DeliveryStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> object_store::Error {
        object_store::Error::PermissionDenied { path: "x".into(), source: "no".into() }
    }

    #[test]
    fn a_refused_bucket_is_told_apart_by_what_it_refused() {
        assert_eq!(DeliveryError::Bucket(denied()).status(), DeliveryStatus::AccessDenied);
        let sign_file = DeliveryError::SignFile(Box::new(DeliveryError::Bucket(denied())));
        assert_eq!(sign_file.status(), DeliveryStatus::AccessDeniedSigningFile);
    }

    #[test]
    fn a_missing_bucket_is_not_found_and_anything_else_failed() {
        let generic = |text: &str| object_store::Error::Generic { store: "S3", source: text.to_owned().into() };
        assert_eq!(
            DeliveryError::Bucket(generic("<Code>NoSuchBucket</Code>")).status(),
            DeliveryStatus::ResourceNotFound
        );
        assert_eq!(DeliveryError::Bucket(generic("timeout")).status(), DeliveryStatus::Failed);
        let lost = DeliveryError::SignFile(Box::new(DeliveryError::Bucket(generic("timeout"))));
        assert_eq!(lost.status(), DeliveryStatus::FailedSigningFile);
    }
}
