//! The `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

use std::fmt;

use super::{
    ALGORITHM,
    error::{SignatureError, echo},
};

const TERMINATOR: &str = "aws4_request";

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Authorization {
    pub(in super::super) access_key_id: String,
    pub(in super::super) scope: Scope,
    /// In the order given.
    pub(in super::super) signed_headers: Vec<String>,
    pub(in super::super) signature: String,
}

/// Where and when a signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Scope {
    /// `yyyymmdd`.
    pub(in super::super) date: String,
    pub(in super::super) region: String,
    pub(in super::super) service: String,
    terminator: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, region, service, terminator } = self;
        write!(f, "{date}/{region}/{service}/{terminator}")
    }
}

impl Authorization {
    /// Reads the header; whether the request has a date belongs to the same list of what is missing.
    pub(super) fn parse(text: &str, has_date: bool) -> Result<Self, SignatureError> {
        let (algorithm, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        match algorithm {
            ALGORITHM => {}
            other if other.starts_with("AWS") => return Err(SignatureError::Algorithm { algorithm: echo(other) }),
            _ => return Err(SignatureError::Missing),
        }
        let [credential, signed_headers, signature] = parts(rest)?;
        let (Some(credential), Some(signed_headers), Some(signature), true) =
            (credential, signed_headers, signature, has_date)
        else {
            return Err(incomplete(credential, signed_headers, signature, has_date));
        };
        let (access_key_id, scope) = split_credential(credential)?;
        let signed_headers = signed_headers.split(';').map(str::to_owned).collect();
        Ok(Self { access_key_id, scope, signed_headers, signature: signature.to_owned() })
    }
}

/// The values of `Credential`, `SignedHeaders` and `Signature`.
fn parts(text: &str) -> Result<[Option<&str>; 3], SignatureError> {
    let [mut credential, mut signed_headers, mut signature] = [None; 3];
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| SignatureError::NotAPair { part: echo(part) })?;
        let (place, name) = match name {
            "Credential" => (&mut credential, "Credential"),
            "SignedHeaders" => (&mut signed_headers, "SignedHeaders"),
            "Signature" => (&mut signature, "Signature"),
            _ => continue,
        };
        if place.replace(value).is_some() {
            return Err(SignatureError::Twice { name });
        }
    }
    Ok([credential, signed_headers, signature].map(|value| value.filter(|value| !value.is_empty())))
}

fn incomplete(
    credential: Option<&str>,
    signed_headers: Option<&str>,
    signature: Option<&str>,
    has_date: bool,
) -> SignatureError {
    let parts = [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed_headers)];
    let missing = parts.iter().filter(|(_, value)| value.is_none());
    let mut sentences: Vec<_> =
        missing.map(|(name, _)| format!("Authorization header requires '{name}' parameter.")).collect();
    if !has_date {
        let date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        sentences.push(date.to_owned());
    }
    SignatureError::Incomplete { sentences: sentences.join(" ") }
}

fn split_credential(text: &str) -> Result<(String, Scope), SignatureError> {
    let elements: Vec<_> = text.splitn(6, '/').map(str::to_owned).collect();
    match <[String; 5]>::try_from(elements) {
        Ok([id, date, region, service, terminator]) => Ok((id, Scope { date, region, service, terminator })),
        Err(_) => Err(SignatureError::Credential { got: echo(text) }),
    }
}

/// A region's form, loosely: there are endpoints for `us-east-1`, and trials with `local`.
fn is_region(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(fits)
}

impl Scope {
    /// Whether it is the scope of a request of this time (`yyyymmddThhmmssZ`) to this service.
    pub(super) fn check(&self, service: &str, time: &str) -> Result<(), SignatureError> {
        let day = time.get(..8).unwrap_or_default();
        let Self { date, region, service: given, terminator } = self;
        let sentence = if given != service {
            format!("Credential should be scoped to correct service: '{service}'.")
        } else if terminator != TERMINATOR {
            format!("Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'.", echo(terminator))
        } else if !is_region(region) {
            format!("Credential should be scoped to a valid region, not '{}'.", echo(region))
        } else if date != day {
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != \
                 '{day}', from '{time}'.",
                echo(date)
            )
        } else {
            return Ok(());
        };
        Err(SignatureError::Scope(sentence))
    }
}
