//! Errors as gRPC has them: the text and hint of the command line, and the name AWS has for them as metadata.

use std::error::Error as _;

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use traillake::{Error, ErrorCode, QueryError};
use uuid::Uuid;

use crate::admission::Refusal;

/// The metadata that holds the exception's name, e.g. `EventDataStoreNotFoundException`.
pub(super) const ERROR_NAME: &str = "traillake-error";

/// An error of the lake as its caller sees it. What went wrong inside is for the log: it may name places that the
/// caller has no business with.
pub(super) fn of_lake(error: &Error) -> Status {
    match code_of(error) {
        Code::Internal => inside(Code::Internal, "something went wrong here", error),
        Code::Unavailable => inside(Code::Unavailable, "the lake's storage does not answer", error),
        code => {
            let hint = error.hint().map(|hint| format!("; hint: {hint}")).unwrap_or_default();
            named(code, format!("{error}{hint}"), error.code())
        }
    }
}

fn inside(code: Code, text: &str, error: &Error) -> Status {
    let fault = Uuid::new_v4();
    tracing::error!(%fault, error = chain(error), "a Flight SQL call failed");
    let hint = "the server's log says what, with the fault";
    named(code, format!("{text}; hint: {hint} {fault}"), error.code())
}

/// A query that may not even wait.
pub(super) fn of_refusal(refusal: Refusal) -> Status {
    let name = Refusal::CODE;
    named(Code::ResourceExhausted, format!("{}: {refusal}", name.as_str()), Some(name))
}

/// What a read-only server does not do.
pub(super) fn refused(what: &str) -> Status {
    let text = format!("{what}: the lake is only read over Flight SQL; hint: run a query");
    named(Code::Unimplemented, text, Some(ErrorCode::UnsupportedOperation))
}

/// A request that is not what it should be.
pub(super) fn malformed(error: impl std::fmt::Display) -> Status {
    Status::invalid_argument(format!("the request cannot be read: {error}"))
}

/// A fault of the server.
pub(super) fn fault(error: impl std::fmt::Display) -> Status {
    tracing::error!(%error, "a Flight SQL answer could not be written");
    Status::internal("the answer cannot be written")
}

fn named(code: Code, text: String, name: Option<ErrorCode>) -> Status {
    let mut metadata = MetadataMap::new();
    if let Some(name) = name {
        metadata.insert(ERROR_NAME, MetadataValue::from_static(name.as_str()));
    }
    Status::with_metadata(code, text, metadata)
}

fn code_of(error: &Error) -> Code {
    match error {
        error if error.is_retryable() => Code::Unavailable,
        Error::Query(QueryError::Timeout { .. }) => Code::DeadlineExceeded,
        Error::Query(QueryError::MemoryLimit { .. } | QueryError::SpillLimit { .. } | QueryError::RowLimit { .. }) => {
            Code::ResourceExhausted
        }
        // A value that does not fit: AWS has a status of the query for it, no exception.
        Error::Query(QueryError::Failed { .. }) => Code::InvalidArgument,
        error => error.code().map_or(Code::Internal, grpc_code),
    }
}

fn grpc_code(code: ErrorCode) -> Code {
    match code {
        ErrorCode::AccessDenied => Code::PermissionDenied,
        ErrorCode::EventDataStoreNotFound
        | ErrorCode::ResourceNotFound
        | ErrorCode::TrailNotFound
        | ErrorCode::QueryIdNotFound => Code::NotFound,
        ErrorCode::InactiveEventDataStore | ErrorCode::InactiveQuery => Code::FailedPrecondition,
        ErrorCode::MaxConcurrentQueries | ErrorCode::Throttling => Code::ResourceExhausted,
        ErrorCode::ServiceUnavailable => Code::Unavailable,
        ErrorCode::InternalFailure => Code::Internal,
        ErrorCode::Conflict => Code::Aborted,
        ErrorCode::UnsupportedOperation => Code::Unimplemented,
        _ => Code::InvalidArgument,
    }
}

/// The message with its causes, for the log.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_the_text_hint_and_name_of_its_error() {
        let error = QueryError::NoDefaultStore { stores: vec!["a".into()], position: None };
        let status = of_lake(&error.into());
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.message(), "`$EDS_ID` needs a store: the lake holds `a`; hint: choose one: `--store NAME`");
        assert_eq!(status.metadata().get(ERROR_NAME).unwrap(), "EventDataStoreNotFoundException");
    }

    #[test]
    fn what_went_wrong_inside_is_for_the_log() {
        let error = traillake::StorageError::LakeNotFound { url: "s3://secret-bucket/".into() };
        let status = of_lake(&QueryError::Storage { source: Box::new(error) }.into());
        assert_eq!(status.code(), Code::Internal);
        assert!(status.message().starts_with("something went wrong here; hint: "), "{status}");
    }

    #[test]
    fn limits_and_times_have_their_own_codes() {
        let second = std::time::Duration::from_secs(1);
        for (error, code) in [
            (QueryError::Timeout { limit: second }, Code::DeadlineExceeded),
            (QueryError::RowLimit { limit: 1 }, Code::ResourceExhausted),
            (QueryError::Empty, Code::InvalidArgument),
            (QueryError::Failed { message: "division by zero".into(), position: None }, Code::InvalidArgument),
        ] {
            assert_eq!(of_lake(&error.into()).code(), code);
        }
        let refused = of_refusal(Refusal::Caller { limit: 10 });
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.message().starts_with("MaxConcurrentQueriesException: `10` of your queries"), "{refused}");
    }
}
