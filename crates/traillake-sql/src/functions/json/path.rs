//! The paths of `json_extract`: `$.requestParameters.items[0]["any key"]`, and those of several answers in [`many`].

use std::borrow::Cow;

use datafusion::common::{Result, exec_err};

use super::many::Turns;
use super::scan;

/// A path, ready to be followed.
#[derive(Debug, PartialEq)]
pub(super) enum Path {
    /// To one place.
    One(Vec<Step>),
    /// To any number of places.
    Many(Turns),
}

/// The name of a member, which is also an index if it is written as a number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    name: String,
    index: Option<usize>,
}

impl Path {
    /// Reads `$`, followed by `.name`, `[0]`, `["key"]` or `['key']` any number of times.
    pub(super) fn parse(path: &str) -> Result<Self> {
        let one = path.strip_prefix('$').and_then(steps).map(Self::One);
        let read = one.or_else(|| Turns::parse(path).map(Self::Many));
        read.map_or_else(|| exec_err!("Invalid JSON path: '{path}'"), Ok)
    }

    /// The text at the path; `None` if there is nothing or the text is not JSON.
    pub(super) fn find<'a>(&self, json: &'a str) -> Option<Cow<'a, str>> {
        match self {
            Self::One(steps) if steps.is_empty() => scan::whole(json).map(Cow::Borrowed),
            Self::One(steps) => steps.iter().try_fold(json, |json, step| step.from(json)).map(Cow::Borrowed),
            Self::Many(turns) => turns.find(json),
        }
    }
}

impl Step {
    /// The step at the front of a path, and what comes after it.
    pub(super) fn parse(path: &str) -> Option<(Self, &str)> {
        let (name, after) = match path.strip_prefix('.') {
            Some(name) => bare(name, |char| in_subscript(char) || char == ':' || char == '-')?,
            None => bracketed(path.strip_prefix('[')?)?,
        };
        Some((Self { index: name.parse().ok(), name }, after))
    }

    /// What stands at the step.
    pub(super) fn from<'a>(&self, json: &'a str) -> Option<&'a str> {
        scan::child(json, &self.name, self.index)
    }
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, after) = Step::parse(rest)?;
        steps.push(step);
        rest = after;
    }
    Some(steps)
}

fn bracketed(path: &str) -> Option<(String, &str)> {
    let (name, after) = match path.chars().next()? {
        quote @ ('"' | '\'') => quoted(path.get(1..)?, quote)?,
        _ => bare(path, in_subscript)?,
    };
    Some((name, after.strip_prefix(']')?))
}

fn in_subscript(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

fn bare(path: &str, in_name: impl Fn(char) -> bool) -> Option<(String, &str)> {
    let end = path.find(|char| !in_name(char)).unwrap_or(path.len());
    let (name, after) = path.split_at(end);
    (!name.is_empty()).then(|| (name.to_owned(), after))
}

/// A key up to its closing quote; a backslash stands before quotes and backslashes only.
fn quoted(path: &str, quote: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = path.chars();
    loop {
        match chars.next()? {
            '\\' => name.push(chars.next().filter(|&char| char == quote || char == '\\')?),
            char if char == quote => return Some((name, chars.as_str())),
            char => name.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::functions::json::value;

    fn names(path: &str) -> Vec<String> {
        match Path::parse(path).unwrap() {
            Path::One(steps) => steps.into_iter().map(|step| step.name).collect(),
            Path::Many(turns) => panic!("{turns:?}"),
        }
    }

    #[test]
    fn paths_name_members_and_elements() {
        assert_eq!(names("$"), Vec::<String>::new());
        assert_eq!(names("$.a.b_1[0]"), ["a", "b_1", "0"]);
        assert_eq!(names(r#"$["a b"]['c.d'][10].e"#), ["a b", "c.d", "10", "e"]);
        assert_eq!(names("$.eventData.AWS:ComplianceItem.x-y"), ["eventData", "AWS:ComplianceItem", "x-y"]);
        assert_eq!(names(r#"$["q\"b\\"]['q\'']['"'][""]"#), ["q\"b\\", "q'", "\"", ""]);
        assert_eq!(names("$[abc].größe"), ["abc", "größe"]);
    }

    #[test]
    fn what_is_no_path_is_an_error_that_shows_it() {
        for path in [
            "",
            ".a",
            " $",
            "$ ",
            "$a",
            "$.",
            "$..a",
            "$.a.",
            "$[]",
            "$[",
            "$[0",
            "$.a b",
            "$[\"a]",
            "$[\"a\"",
            "$[\"\\n\"]",
            "$[\"a\\",
            "$[-1]",
            "$[0:1]",
            "$[a-b]",
            "lax $.a",
            "a b",
            "strict.$",
        ] {
            let error = Path::parse(path).unwrap_err().to_string();
            assert!(error.contains(&format!("Invalid JSON path: '{path}'")), "{path}: {error}");
        }
    }

    fn pointed(value: &Value, way: &[usize]) -> (String, String) {
        let (mut at, mut path, mut pointer) = (value, "$".to_owned(), String::new());
        for turn in way {
            let (step, token, inner) = match at {
                Value::Array(items) if !items.is_empty() => {
                    let index = turn % items.len();
                    (index.to_string(), index.to_string(), &items[index])
                }
                Value::Object(members) if !members.is_empty() => {
                    let (name, member) = members.iter().nth(turn % members.len()).unwrap();
                    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
                    (format!("\"{quoted}\""), name.replace('~', "~0").replace('/', "~1"), member)
                }
                _ => break,
            };
            path.extend(["[", &step, "]"]);
            pointer.extend(["/", &token]);
            at = inner;
        }
        (path, pointer)
    }

    proptest! {
        #[test]
        fn a_path_finds_what_the_same_pointer_finds(
            document in value::tests::any_json(),
            way in prop::collection::vec(0usize..100, 0..6),
            indent in any::<bool>(),
        ) {
            let (path, pointer) = pointed(&document, &way);
            let text = if indent { serde_json::to_string_pretty(&document).unwrap() } else { document.to_string() };
            let found = Path::parse(&path).unwrap().find(&text).map(|json| value::compact(&json).into_owned());
            prop_assert_eq!(found, document.pointer(&pointer).map(ToString::to_string));
        }

        #[test]
        fn no_path_makes_the_parser_fail_otherwise_than_with_an_error(path in "[$.\\[\\]\"'a0\\\\é -]{0,20}") {
            let _ = Path::parse(&path);
        }
    }
}
