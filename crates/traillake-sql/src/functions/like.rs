//! Patterns of LIKE: the engine's escape character is always the backslash, Lake's is the one that is given, or none.

use std::sync::Arc;

use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::kit::Kind::Text;
use super::kit::scalar;

/// Name of the function that the grammar calls.
pub(crate) const LIKE_PATTERN: &str = "$like_pattern";

pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    let pattern = scalar(LIKE_PATTERN)
        .on(&[Text], |row| Ok(Some(row.text(0).replace('\\', "\\\\"))))
        .on(&[Text, Text], |row| escaped(row.text(0), row.text(1)).map(Some));
    vec![pattern.hidden()]
}

/// The pattern with `escape` before a wildcard as a backslash before it.
fn escaped(pattern: &str, escape: &str) -> Result<String> {
    let mut chars = escape.chars();
    let (Some(escape), None) = (chars.next(), chars.next()) else {
        return exec_err!("Escape string must be a single character");
    };
    let mut engine = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        let (literal, wildcard) = match char {
            _ if char == escape => (chars.next(), true),
            _ => (Some(char), false),
        };
        match literal {
            Some(c @ ('%' | '_')) if wildcard => engine.extend(['\\', c]),
            Some('\\') => engine.push_str("\\\\"),
            Some(c) if !wildcard || c == escape => engine.push(c),
            _ => return exec_err!("Escape character must be followed by '%', '_' or the escape character itself"),
        }
    }
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn a_backslash_is_a_character_like_others_without_escape() {
        assert_eq!(value(r"'a\b' LIKE 'a\b'").unwrap(), "true");
        assert_eq!(value(r"'a_b' LIKE 'a\_b'").unwrap(), "false");
        assert_eq!(value(r"'a\xb' LIKE 'a\_b'").unwrap(), "true");
        assert_eq!(value(r"'a\xb' NOT LIKE x FROM (VALUES 'a\_b') AS t(x)").unwrap(), "false");
    }

    #[test]
    fn any_character_can_be_the_escape() {
        assert_eq!(value("'a_b' LIKE 'a#_b' ESCAPE '#'").unwrap(), "true");
        assert_eq!(value("'axb' LIKE 'a#_b' ESCAPE '#'").unwrap(), "false");
        assert_eq!(value("'a#%' LIKE 'a###%' ESCAPE '#'").unwrap(), "true");
        assert_eq!(value(r"'a\%' LIKE 'a#%' ESCAPE '\'").unwrap(), "false");
        assert_eq!(value(r"'100%' LIKE '100\%' ESCAPE '\'").unwrap(), "true");
        assert_eq!(value("'x' LIKE NULL").unwrap(), "NULL");
    }

    #[test]
    fn an_escape_without_a_wildcard_is_an_error() {
        for pattern in ["'a#b' ESCAPE '#'", "'a#' ESCAPE '#'", "'a' ESCAPE '##'", "'a' ESCAPE ''"] {
            let error = value(&format!("'x' LIKE {pattern}")).unwrap_err();
            assert!(error.contains("scape"), "{error}");
        }
    }
}
