//! One call and its answer: who calls, the log line, the figures.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tonic::{Code, Status};
use traillake::ErrorCode;
use uuid::Uuid;

use super::Flight;
use super::caller::{bearer, denied, unknown};
use super::status::ERROR_NAME;
use crate::access::Principal;
use crate::metrics::Door;

const SERVICE: &str = "/arrow.flight.protocol.FlightService/";
const HANDSHAKE: &str = "Handshake";
/// The methods there are; everything else is counted as one.
const METHODS: [&str; 10] = [
    HANDSHAKE,
    "GetFlightInfo",
    "PollFlightInfo",
    "GetSchema",
    "DoGet",
    "DoPut",
    "DoAction",
    "DoExchange",
    "ListActions",
    "ListFlights",
];
const OTHER: &str = "other";
/// The metadata of an answer by which its line in the log is found.
const REQUEST_ID: &str = "traillake-request-id";

/// Lets a call pass that has a bearer token, and a handshake, which brings a name and password to get one. Notes
/// what became of it; of a stream, how it began.
pub(super) async fn answer(State(flight): State<Flight>, mut request: Request, next: Next) -> Response {
    let (started, request_id) = (Instant::now(), Uuid::new_v4());
    let method = method(request.uri().path());
    let (caller, mut response) = match admit(&flight, &mut request, method) {
        Ok(caller) => (caller, next.run(request).await),
        Err(status) => (None, status.into_http()),
    };
    let (code, elapsed) = (code(&response), started.elapsed());
    flight.service.metrics.request(Door::Flight, method, code, elapsed);
    let (caller, elapsed_ms) = (caller.as_deref().unwrap_or("-"), elapsed.as_millis());
    tracing::info!(%request_id, operation = method, caller, code, elapsed_ms, "call");
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The name of the caller; nobody's for a handshake.
fn admit(flight: &Flight, request: &mut Request, method: &str) -> Result<Option<Arc<str>>, Status> {
    if method == HANDSHAKE {
        return Ok(None);
    }
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(bearer).ok_or_else(unknown)?;
    let principal: Principal = flight.access.bearer(token).map_err(|why| denied(&why))?;
    let name = Arc::clone(&principal.name);
    request.extensions_mut().insert(principal);
    Ok(Some(name))
}

fn method(path: &str) -> &'static str {
    let name = path.strip_prefix(SERVICE).unwrap_or_default();
    METHODS.into_iter().find(|method| *method == name).unwrap_or(OTHER)
}

/// `OK`, the name AWS has for the error, or the name of its gRPC code.
fn code(response: &Response) -> &'static str {
    let header = |name| response.headers().get(name).map(HeaderValue::as_bytes);
    let named = header(ERROR_NAME).and_then(|name| ErrorCode::ALL.iter().find(|code| code.as_str().as_bytes() == name));
    named.map_or_else(|| grpc_name(header("grpc-status").map_or(Code::Ok, Code::from_bytes)), |code| code.as_str())
}

fn grpc_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::Unauthenticated => "UNAUTHENTICATED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::super::status::refused;
    use super::*;

    #[test]
    fn figures_have_names_from_fixed_lists_alone() {
        assert_eq!(method("/arrow.flight.protocol.FlightService/DoGet"), "DoGet");
        assert_eq!(method("/arrow.flight.protocol.FlightService/Explode"), OTHER);
        assert_eq!(method("/"), OTHER);
        assert_eq!(code(&refused("no").into_http()), "UnsupportedOperationException");
        assert_eq!(code(&unknown().into_http()), "UNAUTHENTICATED");
        assert_eq!(code(&Response::default()), "OK");
    }
}
