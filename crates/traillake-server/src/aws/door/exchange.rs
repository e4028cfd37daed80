//! One request and its answer: the id, the log line, the figures, the headers.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use uuid::Uuid;

use crate::aws::{ApiError, ApiResult};
use crate::metrics::{Door, Metrics};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const REQUEST_ID: &str = "x-amzn-requestid";
const ERROR_TYPE: &str = "x-amzn-errortype";

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request_id: Uuid,
    /// Who signed it, once that is checked.
    pub(super) caller: Option<Arc<str>>,
    operation: &'static str,
    started: Instant,
}

impl Exchange {
    pub(super) fn begin(operation: &'static str) -> Self {
        Self { request_id: Uuid::new_v4(), caller: None, operation, started: Instant::now() }
    }

    /// Notes what became of the request, and makes the response.
    pub(super) fn end(self, metrics: &Metrics, answer: ApiResult<Vec<u8>>) -> Response<Body> {
        let code = answer.as_ref().map_or_else(|error| error.code, |_| "OK");
        metrics.request(Door::Http, self.operation, code, self.started.elapsed());
        self.log(code, answer.as_ref().err());
        match answer {
            Ok(body) => self.response(StatusCode::OK, body),
            Err(error) => {
                let error = self.without_internals(error);
                let mut response = self.response(error.status, error.body());
                response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(error.code));
                response
            }
        }
    }

    fn log(&self, code: &str, error: Option<&ApiError>) {
        let (id, operation, caller) = (self.request_id, self.operation, self.caller.as_deref().unwrap_or("-"));
        let elapsed_ms = self.started.elapsed().as_millis();
        match error {
            Some(error) if error.status.is_server_error() => {
                tracing::error!(request_id = %id, operation, caller, code, elapsed_ms, error = error.message, "request");
            }
            Some(error) => {
                tracing::info!(request_id = %id, operation, caller, code, elapsed_ms, error = error.message, "request");
            }
            None => tracing::info!(request_id = %id, operation, caller, code, elapsed_ms, "request"),
        }
    }

    /// What went wrong inside is for the log: it may name places the caller has no business with.
    fn without_internals(&self, error: ApiError) -> ApiError {
        if error.status != StatusCode::INTERNAL_SERVER_ERROR {
            return error;
        }
        let message =
            format!("something went wrong here; hint: the server's log says what, with request id {}", self.request_id);
        ApiError { message, ..error }
    }

    fn response(&self, status: StatusCode, body: Vec<u8>) -> Response<Body> {
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        if let Ok(id) = HeaderValue::from_str(&self.request_id.to_string()) {
            headers.insert(REQUEST_ID, id);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use traillake::ErrorCode;

    use super::*;

    #[test]
    fn an_error_names_its_code_in_a_header_and_its_request() {
        let error = ApiError::new(ErrorCode::EventDataStoreNotFound, "no such store");
        let response = Exchange::begin("GetEventDataStore").end(&Metrics::new(), Err(error));
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.headers()[ERROR_TYPE], "EventDataStoreNotFoundException");
        assert_eq!(response.headers()[REQUEST_ID].len(), 36);
        assert_eq!(response.headers()[header::CONTENT_TYPE], CONTENT_TYPE);
    }

    #[test]
    fn what_went_wrong_inside_is_not_told() {
        let exchange = Exchange::begin("GetEventDataStore");
        let told = exchange.without_internals(ApiError::new(ErrorCode::InternalFailure, "s3://secret/key"));
        assert!(!told.message.contains("secret") && told.message.contains(&exchange.request_id.to_string()));
        let told = exchange.without_internals(ApiError::invalid_parameter("your mistake"));
        assert_eq!(told.message, "your mistake");
    }
}
