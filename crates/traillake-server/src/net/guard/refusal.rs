//! The answer to those who may not speak to the server.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::json;

/// What `grpc-message` cannot hold as it is.
const GRPC_ENCODED: &AsciiSet = &CONTROLS.add(b'%');
const GRPC_PERMISSION_DENIED: &str = "7";
const ECHO_CHARS: usize = 128;

/// Why a request is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the request does not name one host")]
    NoHost,
    #[error("`{}` is not a name of this server; hint: list it under `hosts` in `[serve]`", short(host))]
    ForeignHost { host: String },
    #[error("requests of the web page `{}` are not taken", short(origin))]
    ForeignOrigin { origin: String },
    #[error("requests of web pages of other sites are not taken")]
    CrossSite,
    #[error("web pages are not given leave to call")]
    Preflight,
}

fn short(text: &str) -> String {
    text.chars().take(ECHO_CHARS).collect()
}

impl Refusal {
    /// 403 with `AccessDeniedException` as the AWS API has it, or `PERMISSION_DENIED` to a caller of gRPC. No header
    /// lets a browser show it to the page.
    pub(super) fn response(&self, request: &HeaderMap) -> Response<Body> {
        let is_grpc =
            request.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
        if is_grpc { self.grpc() } else { self.json() }
    }

    fn json(&self) -> Response<Body> {
        let text = self.to_string();
        let body = json!({ "__type": "AccessDeniedException", "Message": text, "message": text }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::FORBIDDEN;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }

    fn grpc(&self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", HeaderValue::from_static(GRPC_PERMISSION_DENIED));
        let text = utf8_percent_encode(&self.to_string(), GRPC_ENCODED).to_string();
        if let Ok(text) = HeaderValue::from_str(&text) {
            headers.insert("grpc-message", text);
        }
        response
    }
}
