//! Parts of URLs, as `java.net.URI` reads them.

mod form;
mod uri;

use datafusion::common::Result;

use self::uri::Uri;
use crate::functions::kit::Kind::Text;
use crate::functions::kit::{Cell, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

/// What the documentation of these functions has in common.
const DOC: FunctionDoc = FunctionDoc {
    name: "",
    aliases: &[],
    group: Group::Url,
    usage: &[],
    text: "",
    origin: Origin::Here,
    examples: &[],
};

pub(super) fn functions() -> Vec<Function> {
    let mut all = form::functions();
    all.extend(authority_parts());
    all.extend(path_parts());
    all.push(url_extract_parameter());
    all
}

fn authority_parts() -> [Function; 3] {
    [
        part(
            FunctionDoc {
                name: "url_extract_protocol",
                usage: &["url_extract_protocol(url) → varchar"],
                text: "The scheme of a URL; NULL if it has none or is no URL.",
                examples: &[("url_extract_protocol('https://example.com:443/a?b=c#d')", "https")],
                ..DOC
            },
            |uri| uri.scheme.map(str::to_owned),
        ),
        part(
            FunctionDoc {
                name: "url_extract_host",
                usage: &["url_extract_host(url) → varchar"],
                text: "The host of a URL; NULL if it has none or is no URL.",
                examples: &[("url_extract_host('https://example.com:443/a?b=c#d')", "example.com")],
                ..DOC
            },
            |uri| uri.host.map(str::to_owned),
        ),
        part(
            FunctionDoc {
                name: "url_extract_port",
                usage: &["url_extract_port(url) → bigint"],
                text: "The port of a URL; NULL if it names none or is no URL.",
                examples: &[("url_extract_port('https://example.com:443/a?b=c#d')", "443")],
                ..DOC
            },
            |uri| uri.port,
        ),
    ]
}

fn path_parts() -> [Function; 3] {
    [
        part(
            FunctionDoc {
                name: "url_extract_path",
                usage: &["url_extract_path(url) → varchar"],
                text: "The path of a URL, decoded; NULL if it has none or is no URL.",
                examples: &[("url_extract_path('https://example.com:443/a%20b?b=c#d')", "/a b")],
                ..DOC
            },
            |uri| uri.path.map(uri::decode),
        ),
        part(
            FunctionDoc {
                name: "url_extract_query",
                usage: &["url_extract_query(url) → varchar"],
                text: "The query of a URL, decoded; NULL if it has none or is no URL.",
                examples: &[("url_extract_query('https://example.com:443/a?b=c#d')", "b=c")],
                ..DOC
            },
            |uri| uri.query.map(uri::decode),
        ),
        part(
            FunctionDoc {
                name: "url_extract_fragment",
                usage: &["url_extract_fragment(url) → varchar"],
                text: "The fragment of a URL, decoded; NULL if it has none or is no URL.",
                examples: &[("url_extract_fragment('https://example.com:443/a?b=c#d')", "d")],
                ..DOC
            },
            |uri| uri.fragment.map(uri::decode),
        ),
    ]
}

fn part<T: Cell + 'static>(doc: FunctionDoc, of: fn(&Uri<'_>) -> Option<T>) -> Function {
    scalar(doc.name).on(&[Text], move |row| Ok(Uri::parse(row.text(0)).as_ref().and_then(of))).documented(doc)
}

fn url_extract_parameter() -> Function {
    scalar("url_extract_parameter").on(&[Text, Text], |row| parameter(row.text(0), row.text(1))).documented(
        FunctionDoc {
            name: "url_extract_parameter",
            usage: &["url_extract_parameter(url, name) → varchar"],
            text: "The first value of a query parameter, decoded; NULL if there is none.",
            examples: &[
                ("url_extract_parameter('https://example.com/?a=1&b=x+y', 'b')", "x y"),
                ("url_extract_parameter('https://example.com/?a=1', 'c')", "NULL"),
            ],
            ..DOC
        },
    )
}

fn parameter(url: &str, name: &str) -> Result<Option<String>> {
    let Some(query) = Uri::parse(url).and_then(|uri| uri.query) else { return Ok(None) };
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let value = pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    value.map(form::decode).transpose()
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    const PARTS: [&str; 6] = ["protocol", "host", "port", "path", "query", "fragment"];

    #[test]
    fn what_is_absent_is_null() {
        for part in PARTS {
            let of = |url: &str| value(&format!("url_extract_{part}({url})")).unwrap();
            assert_eq!(of("NULL"), "NULL", "{part}");
            assert_eq!(of("'not a url'"), "NULL", "{part}");
            assert_eq!(of("'http://a.b/%zz'"), "NULL", "{part}");
            assert_eq!(of("''"), if part == "path" { "" } else { "NULL" }, "{part}");
        }
        assert_eq!(value("url_extract_path('mailto:a@b.c')").unwrap(), "NULL");
        assert_eq!(value("url_extract_protocol('mailto:a@b.c')").unwrap(), "mailto");
        assert_eq!(value("url_extract_path('http://a.b')").unwrap(), "");
        assert_eq!(value("url_extract_query('http://a.b/?')").unwrap(), "");
        assert_eq!(value("url_extract_host('/relative/path')").unwrap(), "NULL");
        assert_eq!(value("url_extract_path('/relative/path')").unwrap(), "/relative/path");
    }

    #[test]
    fn parameters_are_decoded_names_are_not() {
        let of = |name: &str| {
            value(&format!("url_extract_parameter('http://a.b/c?k1=v%201&k2=&k3&k1=v2&%6b=z', {name})")).unwrap()
        };
        assert_eq!(of("'k1'"), "v 1");
        assert_eq!(of("'k2'"), "");
        assert_eq!(of("'k3'"), "");
        assert_eq!(of("'k'"), "NULL");
        assert_eq!(of("'%6b'"), "z");
        assert_eq!(of("NULL"), "NULL");
        assert_eq!(value("url_extract_parameter('http://a.b/c', 'k')").unwrap(), "NULL");
        assert_eq!(value("url_extract_parameter('no url', 'k')").unwrap(), "NULL");
    }
}
