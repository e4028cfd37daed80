//! AWS's own signer signs, this crate verifies.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use axum::http::{HeaderName, HeaderValue, Request};
use proptest::prelude::*;

use super::*;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "a/secret+of40characters/that+nobodyKnows";

/// A request before it is signed.
#[derive(Clone, Debug)]
struct Draft {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    hashed: bool,
}

fn drafts() -> impl Strategy<Value = Draft> {
    let method = prop::sample::select(vec!["POST", "GET", "PUT"]);
    let path = "/([a-zA-Z0-9._~-]{0,4}/){0,3}(%[0-9A-F]{2}){0,2}(\\?([a-z]{1,3}(=[a-zA-Z0-9%~_.-]{0,2})?&){0,3})?";
    let path = path.prop_map(|path: String| path.replace('%', "%25"));
    let value = "[ -~]{0,12}";
    let headers = prop::collection::vec(("(x-amz-|my-|content-)[a-c]{1,2}", value), 0..5);
    (method, path, headers, prop::collection::vec(any::<u8>(), 0..64), any::<bool>())
        .prop_map(|(method, path, headers, body, hashed)| Draft { method, path, headers, body, hashed })
}

impl Draft {
    /// The request, signed by AWS's signer.
    fn signed(&self, secret: &str, now: DateTime<Utc>) -> Request<()> {
        let identity = Credentials::new(ID, secret, None, None, "test").into();
        let mut settings = SigningSettings::default();
        if self.hashed {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params = v4::SigningParams::builder().identity(&identity).region("eu-west-1").name("cloudtrail");
        let params = params.time(SystemTime::from(now)).settings(settings).build().unwrap().into();
        let url = format!("http://lake.example:8816{}", self.path);
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signable = SignableRequest::new(self.method, &url, headers, SignableBody::Bytes(&self.body)).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let mut request = Request::builder().method(self.method).uri(&self.path).header("host", "lake.example:8816");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(()).unwrap();
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-21T12:30:00Z".parse().unwrap()
}

fn verify(request: Request<()>, body: &[u8]) -> Result<(), SignatureError> {
    let parts = request.into_parts().0;
    let (authorization, secret) = (authorization(&parts)?, SigningSecret::new(SECRET));
    if authorization.access_key_id != ID {
        return Err(SignatureError::UnknownKey);
    }
    SignedHead::read(&parts, &authorization, &secret, "cloudtrail", now())?.verify(body)
}

/// Changes one character of a header's value to another letter or digit.
fn with_change(request: &mut Request<()>, name: &str, at: prop::sample::Index) {
    let mut value = request.headers()[name].as_bytes().to_vec();
    let n = at.index(value.len());
    value[n] = if value[n] == b'7' { b'8' } else { b'7' };
    request
        .headers_mut()
        .insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(&value).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_awss_signer_signs_is_taken(draft in drafts()) {
        prop_assert_eq!(verify(draft.signed(SECRET, now()), &draft.body), Ok(()));
    }

    #[test]
    fn another_secret_is_not_taken(draft in drafts(), other in "[ -~]{16,40}") {
        prop_assert_eq!(verify(draft.signed(&other, now()), &draft.body), Err(SignatureError::Mismatch));
    }

    #[test]
    fn another_body_is_not_taken(draft in drafts(), n in any::<prop::sample::Index>(), more in any::<bool>()) {
        let mut body = draft.body.clone();
        if more || body.is_empty() {
            body.push(0);
        } else {
            let n = n.index(body.len());
            body[n] ^= 1;
        }
        prop_assert!(verify(draft.signed(SECRET, now()), &body).is_err());
    }

    #[test]
    fn a_changed_character_of_any_signed_header_is_not_taken(
        draft in drafts(),
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
    ) {
        let mut request = draft.signed(SECRET, now());
        let has_characters = |name: &&HeaderName| !request.headers()[*name].is_empty();
        let mut names: Vec<_> = request.headers().keys().filter(has_characters).map(ToString::to_string).collect();
        names.sort();
        let name = names[which.index(names.len())].clone();
        with_change(&mut request, &name, at);
        prop_assert!(verify(request, &draft.body).is_err());
    }

    #[test]
    fn a_header_that_is_taken_away_or_added_is_noticed(draft in drafts(), which in any::<prop::sample::Index>()) {
        let mut request = draft.signed(SECRET, now());
        let mut names: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
        names.sort();
        request.headers_mut().remove(&names[which.index(names.len())]);
        prop_assert!(verify(request, &draft.body).is_err());
        let mut request = draft.signed(SECRET, now());
        request.headers_mut().append("x-amz-added", HeaderValue::from_static(""));
        prop_assert!(verify(request, &draft.body).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in "(AWS4-HMAC-SHA256 )?\\PC{0,80}") {
        let mut request = Request::new(());
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            request.headers_mut().insert("authorization", value);
        }
        prop_assert!(verify(request, b"").is_err());
    }
}
