//! The door for HTTP: one path for the API, and three for those who run the server.
//!
//! ```text
//!  POST /          X-Amz-Target, signed ──> head checked ──> body read ──> signature checked ──> operation
//!  GET  /health    the process answers
//!  GET  /ready     the lake answers
//!  GET  /metrics   figures for Prometheus
//! ```

mod exchange;
mod readiness;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use self::exchange::Exchange;
use self::readiness::Readiness;
use super::{ApiError, ApiResult, Call, operations};
use crate::access::{Access, SignatureError};
use crate::net::{self, BodyProblem};
use crate::service::Service;

const TARGET: &str = "x-amz-target";
/// What Prometheus asks for, and what is sent to it.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the routes share.
#[derive(Clone, Debug)]
struct Door {
    service: Service,
    access: Access,
    readiness: Arc<Readiness>,
}

/// The routes of the door; the listener puts its own checks around them.
pub(crate) fn router(service: Service, access: Access) -> Router {
    let readiness = Arc::new(Readiness::default());
    Router::new()
        .route("/", post(api))
        .route("/PutAuditEvents", post(put_audit_events))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .fallback(elsewhere)
        .method_not_allowed_fallback(elsewhere)
        .with_state(Door { service, access, readiness })
}

async fn api(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let operation = operation_of(&parts.headers);
    let mut exchange = Exchange::begin(operations::known(operation).unwrap_or("unknown"));
    let answer = door.answer(&parts, body, operation, &mut exchange).await;
    exchange.end(&door.service.metrics, answer)
}

/// The text after the last dot of the target; older and newer SDKs differ in what stands before it.
fn operation_of(headers: &HeaderMap) -> &str {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, operation)| operation)
}

impl Door {
    async fn answer(&self, parts: &Parts, body: Body, operation: &str, exchange: &mut Exchange) -> ApiResult<Vec<u8>> {
        let signed = self.access.begin(parts)?;
        let body = net::read_body(body).await?;
        let caller = signed.finish(&body)?;
        exchange.caller = Some(Arc::clone(&caller.principal.name));
        let call = Call { service: self.service.clone(), principal: caller.principal, region: caller.region };
        Box::pin(operations::run(&call, operation, &body)).await
    }
}

impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> Self {
        Self::protocol(error.code(), error.status(), error.to_string())
    }
}

impl From<BodyProblem> for ApiError {
    fn from(problem: BodyProblem) -> Self {
        let (code, status) = match problem {
            BodyProblem::TooLarge { .. } => ("RequestEntityTooLargeException", StatusCode::PAYLOAD_TOO_LARGE),
            BodyProblem::TooSlow { .. } => ("RequestTimeoutException", StatusCode::REQUEST_TIMEOUT),
            BodyProblem::Crowded => ("ServiceUnavailable", StatusCode::SERVICE_UNAVAILABLE),
            BodyProblem::Broken => ("RequestAbortedException", StatusCode::BAD_REQUEST),
        };
        Self::protocol(code, status, problem.to_string())
    }
}

/// CloudTrail Data, which speaks REST.
async fn put_audit_events(State(door): State<Door>) -> Response {
    let exchange = Exchange::begin("PutAuditEvents");
    let refusal = operations::unsupported("PutAuditEvents");
    exchange.end(&door.service.metrics, Err(refusal))
}

async fn elsewhere(State(door): State<Door>, request: Request) -> Response {
    let message = format!("there is no {} {}; hint: the API is POST /", request.method(), request.uri().path());
    let error = ApiError::protocol("UnknownOperationException", StatusCode::NOT_FOUND, message);
    Exchange::begin("unknown").end(&door.service.metrics, Err(error))
}

async fn health() -> &'static str {
    "alive\n"
}

async fn ready(State(door): State<Door>) -> (StatusCode, &'static str) {
    if !door.readiness.check(&door.service.lake).await {
        (StatusCode::SERVICE_UNAVAILABLE, "the lake does not answer\n")
    } else if door.access.users_file_problem().is_some() {
        (StatusCode::OK, "ready, with the users of before: the users file is not taken, see the log\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn metrics(State(door): State<Door>) -> Response {
    match door.service.metrics.render(door.service.admission.load()) {
        Ok(text) => ([(header::CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_after_the_last_dot() {
        for target in [
            "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails",
            "CloudTrail_20131101.ListTrails",
            "ListTrails",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(TARGET, target.parse().unwrap());
            assert_eq!(operation_of(&headers), "ListTrails");
        }
        assert_eq!(operation_of(&HeaderMap::new()), "");
    }
}
