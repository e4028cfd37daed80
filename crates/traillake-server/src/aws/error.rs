//! An answer that is an error: the exception's name, its HTTP status and a sentence.

use axum::http::StatusCode;
use serde_json::json;
use traillake::ErrorCode;

use crate::admission::Refusal;

/// What an operation answers when it does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ApiError {
    /// The exception, e.g. `EventDataStoreNotFoundException`.
    pub(crate) code: &'static str,
    /// 400 for everything the service model knows.
    pub(crate) status: StatusCode,
    /// One sentence, with the hint if there is one.
    pub(crate) message: String,
}

/// What an operation answers.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// An exception of the service model.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let status = match code {
            ErrorCode::AccessDenied => StatusCode::FORBIDDEN,
            ErrorCode::InternalFailure => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { code: code.as_str(), status, message: message.into() }
    }

    /// An error of the protocol, which the service model does not list.
    pub(crate) fn protocol(code: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into() }
    }

    /// `InvalidParameterException`.
    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameter, message)
    }

    /// The JSON body. Clients differ in how they spell the text's member, so it is there twice.
    pub(crate) fn body(&self) -> Vec<u8> {
        json!({ "__type": self.code, "Message": self.message, "message": self.message }).to_string().into_bytes()
    }
}

impl From<traillake::ModelError> for ApiError {
    fn from(error: traillake::ModelError) -> Self {
        traillake::Error::from(error).into()
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(Refusal::CODE, refusal.to_string())
    }
}

impl From<traillake::Error> for ApiError {
    fn from(error: traillake::Error) -> Self {
        let code = match error.code() {
            None | Some(ErrorCode::InternalFailure) if error.is_retryable() => ErrorCode::ServiceUnavailable,
            code => code.unwrap_or(ErrorCode::InternalFailure),
        };
        let message = match error.hint() {
            Some(hint) => format!("{error}; hint: {hint}"),
            None => error.to_string(),
        };
        Self::new(code, message)
    }
}
