//! The scalars inside a text that is itself a JSON object or array.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// Whether a text is a JSON object or array; its scalars count instead of itself.
pub(super) fn is_container(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Calls `each` with every text, number and boolean inside a container, names left out.
pub(super) fn scalars(container: &str, mut each: impl FnMut(&str)) {
    let mut rest = container;
    while let Some(at) = rest.find(|c: char| !matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | ' ' | '\t' | '\r' | '\n'))
    {
        rest = rest.get(at..).unwrap_or_default();
        let length = if rest.starts_with('"') { string_length(rest) } else { token_length(rest) };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        let is_name = token.starts_with('"') && rest.trim_ascii_start().starts_with(':');
        if !is_name && let Some(value) = scalar(token) {
            each(&value);
        }
    }
}

/// The value of a string, number or boolean; none for null and for strings that are no text.
fn scalar(token: &str) -> Option<Cow<'_, str>> {
    let Some(inner) = token.strip_prefix('"') else { return (token != "null").then_some(Cow::Borrowed(token)) };
    if token.contains('\\') {
        return serde_json::from_str(token).ok().map(Cow::Owned);
    }
    inner.strip_suffix('"').map(Cow::Borrowed)
}

/// Length of the string at the start, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn token_length(text: &str) -> usize {
    text.find(['{', '}', '[', ']', ',', ':', ' ', '\t', '\r', '\n', '"']).unwrap_or(text.len())
}

/// Paths below a container, such as `.items[0].instanceId`, at which `value` stands.
pub(super) fn paths_of(container: &str, value: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(tree) = serde_json::from_str::<serde_json::Value>(container) {
        visit(&tree, value, &mut String::new(), &mut found);
    }
    found
}

fn visit(node: &serde_json::Value, value: &str, path: &mut String, found: &mut Vec<String>) {
    use serde_json::Value;
    let length = path.len();
    let mut inside = |part: String, node: &Value| {
        path.push_str(&part);
        visit(node, value, path, found);
        path.truncate(length);
    };
    match node {
        Value::Object(members) => members.iter().for_each(|(name, node)| inside(format!(".{name}"), node)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, node)| inside(format!("[{at}]"), node)),
        Value::String(text) if text == value => found.push(path.clone()),
        Value::Number(number) if number.as_str() == value => found.push(path.clone()),
        Value::Bool(truth) if value == if *truth { "true" } else { "false" } => found.push(path.clone()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let mut values = Vec::new();
        scalars(text, |value| values.push(value.to_owned()));
        values
    }

    #[test]
    fn scalars_at_every_depth_are_found_and_names_are_not() {
        let text = r#"{"a": ["x", {"b" : "y\"z", "c":-1.50}], "d":null,"e":true , "f":{}, "g\u00e9":"\u00e9"}"#;
        assert_eq!(values(text), ["x", "y\"z", "-1.50", "true", "é"]);
    }

    #[test]
    fn only_json_is_a_container() {
        for text in ["{", "[1,", "{a}", "plain", "\"text\"", "12", "[]x"] {
            assert!(!is_container(text), "{text}");
        }
        assert!(is_container("[]") && is_container(r#"{"a":1}"#));
    }

    #[test]
    fn paths_tell_where_a_value_stands() {
        let text = r#"{"items":[{"id":"i-1"},{"id":"i-2","n":1.50}],"id":"i-1"}"#;
        assert_eq!(paths_of(text, "i-1"), [".items[0].id", ".id"]);
        assert_eq!(paths_of(text, "1.50"), [".items[1].n"]);
        assert!(paths_of(text, "id").is_empty());
    }

    #[test]
    fn deep_nesting_ends() {
        let deep = format!("{}\"x\"{}", "[".repeat(100_000), "]".repeat(100_000));
        if is_container(&deep) {
            assert_eq!(values(&deep), ["x"]);
        }
        assert!(paths_of(&deep, "x").is_empty());
    }
}
