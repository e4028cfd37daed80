//! URIs as `java.net.URI` takes them: RFC 2396, with other characters than ASCII's allowed.

/// The parts of a URI as they are written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Uri<'a> {
    pub(super) scheme: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) port: Option<i64>,
    /// `None` for `mailto:a@b`.
    pub(super) path: Option<&'a str>,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

impl<'a> Uri<'a> {
    /// The parts of a text, if it is a URI.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (rest, fragment) = match text.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (text, None),
        };
        let (scheme, rest) = scheme(rest)?;
        let mut uri = Self { scheme, fragment, ..Self::default() };
        let opaque = scheme.is_some() && !rest.starts_with('/');
        if opaque {
            return (!rest.is_empty() && legal(rest, "[]") && fragment.is_none_or(|text| legal(text, "[]")))
                .then_some(uri);
        }
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let path = match rest.strip_prefix("//") {
            Some(rest) => uri.authority(rest)?,
            None => rest,
        };
        uri.path = Some(path);
        uri.query = query;
        let behind_path = [query, fragment].into_iter().flatten().all(|text| legal(text, "[]"));
        (behind_path && legal(path, "") && !path.contains('?')).then_some(uri)
    }

    /// Takes the authority off; answers what follows.
    fn authority(&mut self, rest: &'a str) -> Option<&'a str> {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.is_empty() {
            // `file:///a` has none, `http://` lacks one.
            return (!path.is_empty() || self.fragment.is_some()).then_some(path);
        }
        let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
        let (host, port) =
            match server.rfind(':').filter(|&colon| !server.get(colon..).is_some_and(|end| end.contains(']'))) {
                Some(colon) => (server.get(..colon)?, server.get(colon + 1..)),
                None => (server, None),
            };
        let port_fits = port.is_none_or(|port| port.bytes().all(|digit| digit.is_ascii_digit()) && port.len() < 10);
        if port_fits && is_host(host) {
            self.host = Some(host);
            self.port = port.and_then(|port| port.parse().ok());
            return Some(path);
        }
        // A name of another kind, such as `my_bucket`, is legal but no host.
        (!authority.contains(['[', ']']) && legal(authority, "")).then_some(path)
    }
}

/// Takes the scheme off.
fn scheme(text: &str) -> Option<(Option<&str>, &str)> {
    match text.find([':', '/', '?']) {
        Some(end) if text.get(end..).is_some_and(|rest| rest.starts_with(':')) => {
            let (scheme, rest) = (text.get(..end)?, text.get(end + 1..)?);
            let legal = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            legal.then_some((Some(scheme), rest))
        }
        _ => Some((None, text)),
    }
}

/// A name of labels, an address of version 4, or one of version 6 in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or("");
        let address = address.split_once('%').map_or(address, |(address, _)| address);
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(is_label)
        && host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a text has only characters that may stand unescaped, these among them, and whole escapes.
fn legal(text: &str, also: &str) -> bool {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let fits = match c {
            '%' => {
                let mut digits = rest.by_ref().take(2);
                let hexadecimal = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit());
                hexadecimal(digits.next()) && hexadecimal(digits.next())
            }
            c if c.is_ascii() => c.is_ascii_alphanumeric() || "-_.!~*'();/?:@&=+$,".contains(c) || also.contains(c),
            c => !c.is_control() && !c.is_whitespace(),
        };
        if !fits {
            return false;
        }
    }
    true
}

/// The text without escapes; bytes that are no UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_found() {
        let uri = Uri::parse("https://user:pw@www.example.com:8080/a/b;c?x=1&y=[2]#frag").unwrap();
        assert_eq!(uri.scheme, Some("https"));
        assert_eq!(uri.host, Some("www.example.com"));
        assert_eq!(uri.port, Some(8080));
        assert_eq!(uri.path, Some("/a/b;c"));
        assert_eq!(uri.query, Some("x=1&y=[2]"));
        assert_eq!(uri.fragment, Some("frag"));
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        let host = |text| Uri::parse(text).unwrap().host;
        assert_eq!(host("http://10.0.0.1/"), Some("10.0.0.1"));
        assert_eq!(host("http://[::1]:80/"), Some("[::1]"));
        assert_eq!(host("http://a.b.:80"), Some("a.b."));
        assert_eq!(host("http://my_bucket.s3/"), None);
        assert_eq!(host("file:///etc/passwd"), None);
        assert_eq!(host("arn:aws:iam::123456789012:root"), None);
        assert_eq!(host("//host/path"), Some("host"));
    }

    #[test]
    fn what_is_no_uri_has_no_parts() {
        for bad in [
            "http://",
            "http:",
            ":a",
            "1a:b",
            "http://a b",
            "http://a/<",
            "a|b",
            "http://a/%2",
            "http://[x]/",
            "a\\b",
            "http://a/\"",
            "\u{a0}",
        ] {
            assert_eq!(Uri::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn other_letters_than_ascii_s_may_stand_as_they_are() {
        let uri = Uri::parse("http://a.b/ä?ö#ü").unwrap();
        assert_eq!((uri.path, uri.query, uri.fragment), (Some("/ä"), Some("ö"), Some("ü")));
        assert_eq!(decode("%C3%A9%ff+"), "é\u{FFFD}+");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in r"[a-z0-9:/?#\[\]@%.+ ä-]{0,30}") {
            let _ = Uri::parse(&text);
        }
    }
}
