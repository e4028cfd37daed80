//! Who may speak to the server: programs that mean it, not web pages.
//!
//! A page that somebody looks at can make their browser send requests to loopback, and with a name of its own that
//! points to 127.0.0.1 (DNS rebinding) even read the answers. A browser cannot hide the name it thinks it speaks to
//! (`Host`, `:authority`), nor the page that asks (`Origin`, `Sec-Fetch-Site`): these are looked at before anything
//! else, and a foreign one is answered with 403.

mod hosts;
mod refusal;

use std::task::{Context, Poll};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, Response, header, request::Parts, uri::Authority},
};
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use hyper::body::Body as HttpBody;
use tower::{Layer, Service};

use super::ConnectionInfo;

pub(crate) use hosts::HostPolicy;
use refusal::Refusal;

const FETCH_SITE: &str = "sec-fetch-site";

/// Puts a [`Guard`] before a service.
#[derive(Clone, Debug)]
pub(crate) struct GuardLayer {
    policy: HostPolicy,
}

impl GuardLayer {
    /// Lets in what the policy allows.
    pub(crate) fn new(policy: HostPolicy) -> Self {
        Self { policy }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, policy: self.policy.clone() }
    }
}

/// A service that is only reached by those who may speak to the server.
#[derive(Clone, Debug)]
pub(crate) struct Guard<S> {
    inner: S,
    policy: HostPolicy,
}

impl<S, B> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<B>, Future: Send + 'static>,
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, body) = request.into_parts();
        if let Err(refusal) = check(&parts, &self.policy) {
            tracing::warn!(%refusal, "request refused");
            let response = refusal.response(&parts.headers);
            return async move { Ok(response) }.boxed();
        }
        let answer = self.inner.call(Request::from_parts(parts, body));
        async move { Ok(answer.await?.map(Body::new)) }.boxed()
    }
}

fn check(parts: &Parts, policy: &HostPolicy) -> Result<(), Refusal> {
    let connection = parts.extensions.get::<ConnectionInfo>();
    let host = host(parts)?;
    if !policy.allows(&host, connection.map(|connection| connection.local)) {
        return Err(Refusal::ForeignHost { host: host.to_string() });
    }
    let scheme = if connection.is_some_and(|connection| connection.tls) { "https" } else { "http" };
    check_origin(&parts.headers, &format!("{scheme}://{host}"))?;
    let asks_leave = parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if parts.method == Method::OPTIONS && asks_leave {
        return Err(Refusal::Preflight);
    }
    Ok(())
}

/// The one host of a request: its header and its request line may both have it, and must not differ.
fn host(parts: &Parts) -> Result<Authority, Refusal> {
    let mut values = parts.headers.get_all(header::HOST).iter();
    let header = values.next().map(|value| Authority::try_from(value.as_bytes()));
    match (header, parts.uri.authority(), values.next()) {
        (Some(Ok(host)), None, None) => Ok(host),
        (Some(Ok(host)), Some(other), None) if host == *other => Ok(host),
        (None, Some(authority), None) => Ok(authority.clone()),
        _ => Err(Refusal::NoHost),
    }
}

/// A page may ask only the server it came from. This one has no pages, but one may stand before it.
fn check_origin(headers: &HeaderMap, own: &str) -> Result<(), Refusal> {
    let foreign = |origin: &&axum::http::HeaderValue| !origin.as_bytes().eq_ignore_ascii_case(own.as_bytes());
    if let Some(origin) = headers.get_all(header::ORIGIN).iter().find(foreign) {
        return Err(Refusal::ForeignOrigin { origin: String::from_utf8_lossy(origin.as_bytes()).into_owned() });
    }
    let is_own = |site: &[u8]| matches!(site, b"same-origin" | b"none");
    if headers.get_all(FETCH_SITE).iter().all(|site| is_own(site.as_bytes())) {
        Ok(())
    } else {
        Err(Refusal::CrossSite)
    }
}

#[cfg(test)]
mod tests;
