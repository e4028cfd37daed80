use std::convert::Infallible;

use axum::http::StatusCode;
use http_body_util::BodyExt;
use tower::{ServiceExt, service_fn};

use super::*;

/// What a guarded server on 127.0.0.1:8816 answers.
async fn answer(request: Request<Body>) -> Response<Body> {
    let policy = HostPolicy::new("127.0.0.1:8816".parse().unwrap(), &[]).unwrap();
    let inner = service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::from("in"))) });
    GuardLayer::new(policy).layer(inner).oneshot(request).await.unwrap()
}

fn request(headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::post("/");
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

const OWN: (&str, &str) = ("host", "localhost:8816");

#[tokio::test]
async fn programs_are_let_in() {
    for headers in [&[OWN][..], &[OWN, ("sec-fetch-site", "none")], &[OWN, ("origin", "http://localhost:8816")]] {
        assert_eq!(answer(request(headers)).await.status(), StatusCode::OK, "{headers:?}");
    }
}

#[tokio::test]
async fn web_pages_and_rebound_names_are_not() {
    for headers in [
        &[("host", "evil.example:8816")][..],
        &[("host", "")],
        &[],
        &[OWN, OWN],
        &[OWN, ("origin", "https://evil.example")],
        &[OWN, ("origin", "null")],
        &[OWN, ("origin", "https://localhost:8816")],
        &[OWN, ("origin", "http://localhost:3000")],
        &[OWN, ("origin", "http://localhost:8816"), ("origin", "https://evil.example")],
        &[OWN, ("sec-fetch-site", "cross-site")],
        &[OWN, ("sec-fetch-site", "same-site")],
    ] {
        let response = answer(request(headers)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
        assert!(!response.headers().contains_key("access-control-allow-origin"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["__type"], "AccessDeniedException");
    }
}

#[tokio::test]
async fn preflights_are_refused() {
    let mut preflight = request(&[OWN, ("access-control-request-method", "POST")]);
    *preflight.method_mut() = Method::OPTIONS;
    assert_eq!(answer(preflight).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_host_of_the_request_line_counts() {
    for (uri, header, status) in [
        ("http://localhost:8816/", None, 200),
        ("http://evil.example:8816/", None, 403),
        ("http://evil.example:8816/", Some(OWN), 403),
        ("http://127.0.0.1:8816/", Some(OWN), 403),
        ("http://localhost:8816/", Some(OWN), 200),
    ] {
        let mut request = request(header.as_slice());
        *request.uri_mut() = uri.parse().unwrap();
        assert_eq!(answer(request).await.status().as_u16(), status, "{uri} {header:?}");
    }
}

#[tokio::test]
async fn callers_of_grpc_get_a_status_of_theirs() {
    let response = answer(request(&[("host", "evil.example"), ("content-type", "application/grpc+proto")])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["grpc-status"], "7");
    assert!(response.headers()["grpc-message"].to_str().unwrap().starts_with("`evil.example` is not a name"));
}
