use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Request, Version},
};

use super::*;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Method, target, headers, body, signature.
type Vector = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

/// Requests of AWS's test suite for Signature Version 4 (2015-08-30T12:36:00Z, us-east-1, `service`), with their
/// headers beside host and date, their body, and the published signature.
const VECTORS: &[Vector] = &[
    ("GET", "/", &[], "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    (
        "GET",
        "/",
        &[("my-header1", "value2"), ("my-header1", "value2"), ("my-header1", "value1")],
        "",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    (
        "GET",
        "/",
        &[("my-header1", "value4"), ("my-header1", "value1"), ("my-header1", "value3"), ("my-header1", "value2")],
        "",
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ),
    (
        "GET",
        "/",
        &[("my-header1", " value1"), ("my-header2", " \"a   b   c\"")],
        "",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    (
        "GET",
        "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        &[],
        "",
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    (
        "GET",
        "/?Param2=value2&Param1=value1",
        &[],
        "",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    (
        "GET",
        "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        &[],
        "",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    ("GET", "/example1/example2/../..", &[], "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("GET", "//example//", &[], "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    ("GET", "/./example", &[], "", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
    (
        "GET",
        "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        &[],
        "",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    ("POST", "/", &[("my-header1", "VALUE1")], "", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
    ("POST", "/?Param1=value1", &[], "", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    (
        "POST",
        "/",
        &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", "13"),
            ("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"),
        ],
        "Param1=value1",
        "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
    ),
];

/// A request of the test suite's time, signed as the test suite says.
fn request(method: &str, uri: &str, headers: &[(&str, &str)], signature: &str) -> Request<()> {
    let mut names = vec!["host", "x-amz-date"];
    let mut request = Request::builder().method(method).uri(uri);
    request = request.header("host", "example.amazonaws.com").header("x-amz-date", "20150830T123600Z");
    for (name, value) in headers {
        request = request.header(*name, *value);
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    let authorization = format!(
        "{ALGORITHM} Credential={ID}/20150830/us-east-1/service/aws4_request, SignedHeaders={}, Signature={signature}",
        names.join(";")
    );
    request.header("authorization", authorization).body(()).unwrap()
}

fn vanilla() -> Request<()> {
    let (method, uri, headers, _, signature) = VECTORS[0];
    request(method, uri, headers, signature)
}

/// What a server with the test suite's key answers at the test suite's time.
fn verify(request: Request<()>, body: &[u8]) -> Result<(), SignatureError> {
    verify_at(request, body, "2015-08-30T12:36:00Z")
}

fn verify_at(request: Request<()>, body: &[u8], now: &str) -> Result<(), SignatureError> {
    let parts = request.into_parts().0;
    let authorization = authorization(&parts)?;
    let secret = SigningSecret::new(SECRET);
    SignedHead::read(&parts, &authorization, &secret, "service", now.parse().unwrap())?.verify(body)
}

/// The answer to the vanilla request after a change.
fn changed(change: impl FnOnce(&mut Request<()>)) -> SignatureError {
    let mut request = vanilla();
    change(&mut request);
    verify(request, b"").unwrap_err()
}

fn with_header(name: &'static str, value: &str) -> SignatureError {
    changed(|request| drop(request.headers_mut().insert(name, value.parse().unwrap())))
}

/// The answer to another `Authorization`, made from the vanilla one.
fn with_authorization(from: &str, to: &str) -> SignatureError {
    changed(|request| {
        let text = request.headers()["authorization"].to_str().unwrap().replace(from, to);
        request.headers_mut().insert("authorization", text.parse().unwrap());
    })
}

#[test]
fn signatures_of_awss_test_suite_are_taken() {
    for (method, uri, headers, body, signature) in VECTORS {
        assert_eq!(verify(request(method, uri, headers, signature), body.as_bytes()), Ok(()), "{method} {uri}");
    }
}

#[test]
fn http2_signs_the_host_of_its_request_line() {
    let mut request = vanilla();
    request.headers_mut().remove("host");
    *request.uri_mut() = "http://example.amazonaws.com/".parse().unwrap();
    *request.version_mut() = Version::HTTP_2;
    assert_eq!(verify(request, b""), Ok(()));
}

#[test]
fn every_part_of_a_request_is_signed() {
    let (_, _, _, body, signature) = VECTORS[13];
    let signed = || request("POST", "/", VECTORS[13].2, signature);
    assert_eq!(verify(signed(), body.as_bytes()), Ok(()));
    assert_eq!(verify(signed(), b"Param1=value2"), Err(SignatureError::BodyHash));

    assert_eq!(verify(vanilla(), b"x"), Err(SignatureError::Mismatch));
    assert_eq!(changed(|request| *request.method_mut() = "PUT".parse().unwrap()), SignatureError::Mismatch);
    assert_eq!(changed(|request| *request.uri_mut() = "/x".parse().unwrap()), SignatureError::Mismatch);
    assert_eq!(changed(|request| *request.uri_mut() = "/?x".parse().unwrap()), SignatureError::Mismatch);
    assert_eq!(with_header("host", "example.amazonaws.co"), SignatureError::Mismatch);
    assert_eq!(with_header("x-amz-date", "20150830T123601Z"), SignatureError::Mismatch);
    assert_eq!(with_authorization("us-east-1", "us-east-2"), SignatureError::Mismatch);
    assert_eq!(with_authorization("Signature=5", "Signature=4"), SignatureError::Mismatch);
    assert_eq!(with_authorization("Signature=5fa", "Signature=5FA"), SignatureError::Mismatch);
    assert_eq!(with_authorization("host;x-amz-date", "x-amz-date;host"), SignatureError::Mismatch);
    assert_eq!(with_authorization("host;x-amz-date", "host;host;x-amz-date"), SignatureError::Mismatch);
    assert_eq!(with_authorization("host;x-amz-date", "host;x-amz-date;x-amz-gone"), SignatureError::Mismatch);
}

#[test]
fn an_unsigned_body_is_not_taken() {
    let unsigned = [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
    assert_eq!(verify(request("POST", "/", &unsigned, &"0".repeat(64)), b""), Err(SignatureError::BodyHash));
    let twice = [("x-amz-content-sha256", "a"), ("x-amz-content-sha256", "a")];
    assert_eq!(verify(request("POST", "/", &twice, &"0".repeat(64)), b""), Err(SignatureError::BodyHash));
}

#[test]
fn the_host_and_what_is_amazons_must_be_signed() {
    assert_eq!(
        with_header("x-amz-target", "x").to_string(),
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."
    );
    assert_eq!(
        with_authorization("host;x", "x").to_string(),
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );
}

#[test]
fn what_is_missing_is_listed() {
    let headers = |list: &[(&'static str, &str)]| {
        let mut request = Request::new(());
        for (name, value) in list {
            request.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let error = verify(request, b"").unwrap_err();
        format!("{} {} {error}", error.status().as_u16(), error.code())
    };
    assert_eq!(headers(&[]), "403 MissingAuthenticationTokenException Missing Authentication Token");
    for other in ["Basic YTpi", "Bearer x", "", "\u{e9}"] {
        assert!(headers(&[("authorization", other)]).contains("Missing Authentication Token"), "{other}");
    }
    assert_eq!(
        headers(&[("authorization", ALGORITHM)]),
        "403 IncompleteSignature Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header \
         requires existence of either a 'X-Amz-Date' or a 'Date' header."
    );
    assert_eq!(
        headers(&[("authorization", "AWS4-ECDSA-P256-SHA256 Credential=x")]),
        "403 IncompleteSignature Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'"
    );
    assert!(
        headers(&[("authorization", "AWS4-HMAC-SHA256 Credential")]).contains("'Credential' not a valid key=value")
    );
    let twice = ("authorization", "AWS4-HMAC-SHA256 Credential=x");
    assert!(headers(&[twice, twice]).contains("'Authorization' must not be given more than once"));
}

#[test]
fn a_scope_that_is_not_of_this_request_is_explained() {
    for (from, to, expected) in [
        ("/service/", "/s3/", "Credential should be scoped to correct service: 'service'."),
        ("aws4_request", "aws4", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'."),
        ("us-east-1", "US", "Credential should be scoped to a valid region, not 'US'."),
        (
            "/20150830/",
            "/20150829/",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != \
             '20150830', from '20150830T123600Z'.",
        ),
    ] {
        let error = with_authorization(from, to);
        assert_eq!((error.code(), error.to_string().as_str()), ("InvalidSignatureException", expected));
    }
    let error = with_authorization("/service/", "/a/b/c/service/");
    assert!(error.to_string().starts_with("Credential must have exactly 5 slash-delimited elements"), "{error}");
    assert!(with_authorization(ID, &"/".repeat(10_000)).to_string().len() < 300);
}

#[test]
fn old_requests_are_expired() {
    let error = verify_at(vanilla(), b"", "2015-08-30T12:41:01Z").unwrap_err();
    assert_eq!(error.code(), "InvalidSignatureException");
    assert!(error.to_string().starts_with("Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z"));
    assert_eq!(verify_at(vanilla(), b"", "2015-08-30T12:41:00Z"), Ok(()));
}

#[test]
fn presigned_requests_are_refused_with_the_other_way() {
    for query in ["X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x", "a=b&x%2Damz-signature=00"] {
        let error = verify(Request::get(format!("/?{query}")).body(()).unwrap(), b"").unwrap_err();
        assert_eq!(error, SignatureError::Presigned, "{query}");
    }
}

#[test]
fn hostile_headers_are_refused_without_a_panic() {
    let long = format!("{ALGORITHM} {}", "Credential=a/b/c/d/e,".repeat(1000));
    let many = format!("{ALGORITHM} Credential=a/b/c/d/e, SignedHeaders={}, Signature=0", ";".repeat(10_000));
    for text in [long.as_str(), &many, "AWS4-HMAC-SHA256 =,=,=", "AWS4-HMAC-SHA256 ,,,", "AWS4-HMAC-SHA256\t"] {
        assert_ne!(with_header("authorization", text), SignatureError::Mismatch, "{}", text.len());
    }
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert("authorization", HeaderValue::from_bytes(b"AWS4-HMAC-SHA256 \xff").unwrap());
    assert_eq!(authorization(&request.into_parts().0), Err(SignatureError::Missing));
}
