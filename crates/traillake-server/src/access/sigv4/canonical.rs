//! The canonical request, but for the hash of its body.

use axum::http::{HeaderMap, HeaderName, header, request::Parts};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};

use super::error::SignatureError;

/// What AWS leaves as it is: `A-Z a-z 0-9 - . _ ~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Method, path, query, headers and the list of signed headers, each with its line end.
pub(super) fn head(parts: &Parts, signed: &[String]) -> Result<Vec<u8>, SignatureError> {
    check_signed(&parts.headers, signed)?;
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        parts.method,
        canonical_path(parts.uri.path()),
        canonical_query(parts.uri.query().unwrap_or_default())
    )
    .into_bytes();
    for name in signed {
        canonical.extend_from_slice(name.as_bytes());
        canonical.push(b':');
        append_values(&mut canonical, parts, name)?;
        canonical.push(b'\n');
    }
    canonical.push(b'\n');
    canonical.extend_from_slice(signed.join(";").as_bytes());
    canonical.push(b'\n');
    Ok(canonical)
}

/// The host and everything of Amazon's must be signed, and nothing twice.
fn check_signed(headers: &HeaderMap, signed: &[String]) -> Result<(), SignatureError> {
    let is_signed = |name: &str| signed.iter().any(|signed| signed == name);
    if !is_signed("host") {
        return Err(SignatureError::Unsigned { name: "'Host' or ':authority'".to_owned() });
    }
    let mut amazon = headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
    if let Some(name) = amazon.find(|name| !is_signed(name)) {
        return Err(SignatureError::Unsigned { name: format!("'{name}'") });
    }
    let mut sorted: Vec<_> = signed.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(SignatureError::Mismatch);
    }
    Ok(())
}

/// The values of a header, joined by commas. What is signed but not there is no empty header: it was taken away.
fn append_values(canonical: &mut Vec<u8>, parts: &Parts, name: &str) -> Result<(), SignatureError> {
    let mut values = parts.headers.get_all(name).iter().peekable();
    if values.peek().is_none() {
        // HTTP/2 has the host in the request line.
        let authority = parts.uri.authority().filter(|_| name == header::HOST.as_str());
        let authority = authority.ok_or(SignatureError::Mismatch)?;
        canonical.extend_from_slice(authority.as_str().as_bytes());
        return Ok(());
    }
    for (n, value) in values.enumerate() {
        if n > 0 {
            canonical.push(b',');
        }
        append_folded(canonical, value.as_bytes());
    }
    Ok(())
}

/// A value without blanks at its ends, and with one where there were several.
fn append_folded(canonical: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(|&byte| byte == b' ' || byte == b'\t').filter(|word| !word.is_empty());
    for (n, word) in words.enumerate() {
        if n > 0 {
            canonical.push(b' ');
        }
        canonical.extend_from_slice(word);
    }
}

/// The path without dot segments and empty ones, encoded once more (every service but S3).
fn canonical_path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut normal = format!("/{}", segments.join("/"));
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if is_folder && !normal.ends_with('/') {
        normal.push('/');
    }
    utf8_percent_encode(&normal, ENCODED_IN_PATH).to_string()
}

/// The parameters, encoded as AWS does and sorted by name and value.
fn canonical_query(query: &str) -> String {
    let encoded = |text: &str| percent_encode(&percent_decode_str(text).collect::<Vec<_>>(), ENCODED).to_string();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<_> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normal_and_encoded_once_more() {
        for (path, expected) in [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/example1/example2/../..", "/"),
            ("/../..", "/"),
            ("//example//", "/example/"),
            ("/./example", "/example"),
            ("/a/.", "/a/"),
            ("/test/@connections/JBDvjfGEIAMCERw%3D", "/test/%40connections/JBDvjfGEIAMCERw%253D"),
            ("/\u{1234}", "/%E1%88%B4"),
        ] {
            assert_eq!(canonical_path(path), expected, "{path}");
        }
    }

    #[test]
    fn parameters_are_sorted_as_they_are_encoded() {
        for (query, expected) in [
            ("", ""),
            ("Param2=value2&Param1=value1", "Param1=value1&Param2=value2"),
            ("Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "%E1%88%B4=Value1&Param=Value2&Param-3=Value3"),
            ("b&a=%2f&a=1&&a=%7e", "a=%2F&a=1&a=~&b="),
            ("a=b=c&%zz", "%25zz=&a=b%3Dc"),
        ] {
            assert_eq!(canonical_query(query), expected, "{query}");
        }
    }

    #[test]
    fn blanks_of_a_value_are_folded() {
        let folded = |value: &str| {
            let mut canonical = Vec::new();
            append_folded(&mut canonical, value.as_bytes());
            String::from_utf8(canonical).unwrap()
        };
        assert_eq!(folded("  \"a   b \t c\" "), "\"a b c\"");
        assert_eq!(folded(" \t "), "");
    }
}
