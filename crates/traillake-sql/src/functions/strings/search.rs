//! Finding and replacing parts of a text.

use std::collections::HashMap;

use datafusion::common::{Result, exec_err};

use super::{DOC, count};
use crate::functions::kit::Kind::{Bigint, Text};
use crate::functions::kit::{check_bytes, scalar};
use crate::functions::{Function, FunctionDoc, Implementation, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![strpos(), starts_with(), replace(), translate()]
}

fn strpos() -> Function {
    scalar("strpos")
        .on(&[Text, Text], |row| position(row.text(0), row.text(1), 1))
        .on(&[Text, Text, Bigint], |row| position(row.text(0), row.text(1), row.bigint(2)))
        .documented(FunctionDoc {
            name: "strpos",
            usage: &["strpos(text, part [, instance]) → bigint", "position(part IN text) → bigint"],
            text: "The place where the part begins, 1 being the first; 0 if it is not found. A negative instance \
                   counts from the end.",
            examples: &[
                ("strpos('a.b.c', '.')", "2"),
                ("strpos('a.b.c', '.', -1)", "4"),
                ("position('Trail' IN 'CloudTrail')", "6"),
            ],
            ..DOC
        })
}

// Without arguments of its own to judge, DataFusion's can be used to skip files.
fn starts_with() -> Function {
    Function {
        doc: FunctionDoc {
            name: "starts_with",
            usage: &["starts_with(text, prefix) → boolean"],
            text: "Whether the text begins with the prefix.",
            origin: Origin::DataFusion,
            examples: &[("starts_with('iam.amazonaws.com', 'iam')", "true"), ("starts_with('abc', '')", "true")],
            ..DOC
        },
        implementation: Implementation::Scalar(datafusion::functions::string::starts_with()),
    }
}

fn replace() -> Function {
    scalar("replace")
        .on(&[Text, Text], |row| replaced(row.text(0), row.text(1), ""))
        .on(&[Text, Text, Text], |row| replaced(row.text(0), row.text(1), row.text(2)))
        .documented(FunctionDoc {
            name: "replace",
            usage: &["replace(text, search [, replacement]) → varchar"],
            text: "Every occurrence of a text replaced, or removed. An empty search puts the replacement around every \
                   character.",
            examples: &[
                ("replace('iam.amazonaws.com', '.amazonaws.com')", "iam"),
                ("replace('a-b-c', '-', '+')", "a+b+c"),
                ("replace('abc', '', '.')", ".a.b.c."),
            ],
            ..DOC
        })
}

fn translate() -> Function {
    scalar("translate")
        .on(&[Text, Text, Text], |row| Ok(Some(translated(row.text(0), row.text(1), row.text(2)))))
        .documented(FunctionDoc {
            name: "translate",
            usage: &["translate(text, from, to) → varchar"],
            text: "Each character of `from` replaced with the one at the same place of `to`; removed if `to` is shorter.",
            examples: &[("translate('a-b_c', '-_', '+')", "a+bc")],
            ..DOC
        })
}

fn position(text: &str, part: &str, instance: i64) -> Result<Option<i64>> {
    if instance == 0 {
        return exec_err!("'instance' must be a positive or negative number.");
    }
    if part.is_empty() {
        return Ok(Some(1));
    }
    let Ok(skip) = usize::try_from(instance.unsigned_abs() - 1) else { return Ok(Some(0)) };
    let found = if instance > 0 { forward(text, part).nth(skip) } else { backward(text, part).nth(skip) };
    Ok(Some(found.and_then(|at| text.get(..at)).map_or(0, |before| count(before) + 1)))
}

/// Where the part begins, overlapping occurrences included.
fn forward(text: &str, part: &str) -> impl Iterator<Item = usize> {
    let step = part.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(part)?;
        from = at + step;
        Some(at)
    })
}

fn backward(text: &str, part: &str) -> impl Iterator<Item = usize> {
    // An occurrence may end inside the one found before, but begins before it.
    let rest = part.chars().next().map_or(0, |c| part.len() - c.len_utf8());
    let mut end = text.len();
    std::iter::from_fn(move || {
        let at = text.get(..end)?.rfind(part)?;
        end = at + rest;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Some(at)
    })
}

fn replaced(text: &str, search: &str, replacement: &str) -> Result<Option<String>> {
    if search.is_empty() && replacement.is_empty() {
        return Ok(Some(text.to_owned()));
    }
    if replacement.len() > search.len() {
        let grown = text.matches(search).count().saturating_mul(replacement.len() - search.len());
        check_bytes("replace", text.len().saturating_add(grown))?;
    }
    Ok(Some(text.replace(search, replacement)))
}

fn translated(text: &str, from: &str, to: &str) -> String {
    let mut table = HashMap::new();
    let targets = to.chars().map(Some).chain(std::iter::repeat(None));
    for (source, target) in from.chars().zip(targets) {
        table.entry(source).or_insert(target);
    }
    text.chars().filter_map(|c| table.get(&c).copied().unwrap_or(Some(c))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn strpos_counts_code_points_and_overlaps() {
        assert_eq!(value("strpos('äbc', 'c')").unwrap(), "3");
        assert_eq!(value("strpos('abc', 'x')").unwrap(), "0");
        assert_eq!(value("strpos('abc', '')").unwrap(), "1");
        assert_eq!(value("strpos('', 'a')").unwrap(), "0");
        assert_eq!(value("strpos('aaaa', 'aa', 2)").unwrap(), "2");
        assert_eq!(value("strpos('aaaa', 'aa', 4)").unwrap(), "0");
        assert_eq!(value("strpos('aaaa', 'aa', -1)").unwrap(), "3");
        assert_eq!(value("strpos('aaaa', 'aa', -2)").unwrap(), "2");
        assert_eq!(value("strpos('aaaa', 'aa', -4)").unwrap(), "0");
        assert_eq!(value("strpos('éaéaé', 'éaé', -2)").unwrap(), "1");
        assert!(value("strpos('a', 'a', 0)").unwrap_err().contains("'instance' must be"));
        assert_eq!(value("strpos(NULL, 'a')").unwrap(), "NULL");
        assert_eq!(value("position('a' IN NULL)").unwrap(), "NULL");
        assert_eq!(position("a", "a", i64::MIN).unwrap(), Some(0));
    }

    #[test]
    fn starts_with_takes_any_prefix() {
        assert_eq!(value("starts_with('abc', 'abcd')").unwrap(), "false");
        assert_eq!(value("starts_with('äb', 'ä')").unwrap(), "true");
        assert_eq!(value("starts_with(NULL, 'a')").unwrap(), "NULL");
        assert_eq!(value("starts_with('a', NULL)").unwrap(), "NULL");
    }

    #[test]
    fn replace_removes_or_replaces_all() {
        assert_eq!(value("replace('aXbX', 'X')").unwrap(), "ab");
        assert_eq!(value("replace('', '', 'x')").unwrap(), "x");
        assert_eq!(value("replace('äö', '', '-')").unwrap(), "-ä-ö-");
        assert_eq!(value("replace('abc', '')").unwrap(), "abc");
        assert_eq!(value("replace(NULL, 'a')").unwrap(), "NULL");
        assert_eq!(value("replace('a', 'a', NULL)").unwrap(), "NULL");
        let huge = "replace(lpad('', 10000, 'a'), 'a', lpad('', 10000, 'b'))";
        assert!(value(huge).unwrap_err().contains("too large"));
    }

    #[test]
    fn translate_uses_the_first_of_equal_characters() {
        assert_eq!(value("translate('aba', 'aa', 'xy')").unwrap(), "xbx");
        assert_eq!(value("translate('äö', 'ä', 'a')").unwrap(), "aö");
        assert_eq!(value("translate('abc', '', '')").unwrap(), "abc");
        assert_eq!(value("translate('abc', 'abc', '')").unwrap(), "");
        assert_eq!(value("translate(NULL, 'a', 'b')").unwrap(), "NULL");
    }
}
