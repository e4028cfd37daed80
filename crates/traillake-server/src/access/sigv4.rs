//! AWS Signature Version 4 in headers, verified in full.
//!
//! ```text
//!  request line, headers ──Authorization──> key id ──users──> secret
//!          │                     │ scope: date/region/service       │
//!          └──canonical request──┤ signed headers                   v
//!  body ──SHA-256────────────────┴──string to sign──> HMAC == signature
//! ```
//!
//! What can be refused without the body is refused before it is read: [`SignedHead::read`], then
//! [`SignedHead::verify`].

mod authorization;
mod canonical;
mod error;
mod timestamp;

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, header, request::Parts};
use chrono::{DateTime, Utc};

use super::{hex, secret::SigningSecret, tokens::sha256};

pub(super) use authorization::Authorization;
pub(crate) use error::SignatureError;

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const SECURITY_TOKEN: &str = "x-amz-security-token";

/// A request whose head was found to be in order; its signature is checked when its body is there.
#[derive(Debug)]
pub(super) struct SignedHead {
    /// Everything of the canonical request but the body's hash.
    canonical: Vec<u8>,
    /// What the string to sign starts with: algorithm, time and scope.
    string_to_sign: String,
    signature: [u8; 32],
    declared_hash: Option<String>,
    signing_key: hmac::Key,
}

impl SignedHead {
    /// Checks everything that does not need the body.
    pub(super) fn read(
        parts: &Parts,
        authorization: &Authorization,
        secret: &SigningSecret,
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, SignatureError> {
        let scope = &authorization.scope;
        let time = timestamp::of(&parts.headers)?;
        scope.check(service, &time.text)?;
        time.check_skew(now)?;
        let canonical = canonical::head(parts, &authorization.signed_headers)?;
        let string_to_sign = format!("{ALGORITHM}\n{}\n{scope}\n", time.text);
        let signature = hex::decode(&authorization.signature).ok_or(SignatureError::Mismatch)?;
        let declared_hash = declared_hash(&parts.headers)?;
        let signing_key = secret.signing_key(&scope.date, &scope.region, service);
        Ok(Self { canonical, string_to_sign, signature, declared_hash, signing_key })
    }

    /// Checks the signature, in constant time, and that the body is the one that was signed.
    pub(super) fn verify(mut self, body: &[u8]) -> Result<(), SignatureError> {
        let body_hash = hex::encode(&sha256(body));
        if self.declared_hash.is_some_and(|declared| declared != body_hash) {
            return Err(SignatureError::BodyHash);
        }
        self.canonical.extend_from_slice(body_hash.as_bytes());
        self.string_to_sign.push_str(&hex::encode(&sha256(&self.canonical)));
        hmac::verify(&self.signing_key, self.string_to_sign.as_bytes(), &self.signature)
            .map_err(|_| SignatureError::Mismatch)
    }
}

/// The credentials of a request, if it is signed the way that is offered.
pub(super) fn authorization(parts: &Parts) -> Result<Authorization, SignatureError> {
    if parts.uri.query().is_some_and(is_presigned) {
        return Err(SignatureError::Presigned);
    }
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let value = headers.next().ok_or(SignatureError::Missing)?;
    if headers.next().is_some() {
        return Err(SignatureError::Twice { name: "Authorization" });
    }
    let text = value.to_str().map_err(|_| SignatureError::Missing)?;
    Authorization::parse(text, timestamp::is_given(&parts.headers))
}

/// Whether a request comes with a session token, of which there are none here.
pub(super) fn has_session_token(headers: &HeaderMap) -> bool {
    headers.contains_key(SECURITY_TOKEN)
}

fn is_presigned(query: &str) -> bool {
    let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.any(|name| {
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        ["x-amz-algorithm", "x-amz-signature", "x-amz-credential"].iter().any(|other| name.eq_ignore_ascii_case(other))
    })
}

/// The hash of the body as the client gives it; `UNSIGNED-PAYLOAD` and streams of signed chunks, which S3 alone
/// takes, never equal one.
fn declared_hash(headers: &HeaderMap) -> Result<Option<String>, SignatureError> {
    let mut values = headers.get_all(CONTENT_SHA256).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text.to_owned())),
        _ => Err(SignatureError::BodyHash),
    }
}

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;
