//! The functions that look for a pattern.

use datafusion::common::{Result, exec_err};

use super::DOC;
use super::pattern::Pattern;
use crate::functions::kit::Kind::{Bigint, Text};
use crate::functions::kit::{check_elements, scalar};
use crate::functions::strings::{count, offset};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![regexp_like(), regexp_extract(), regexp_extract_all(), regexp_count(), regexp_position(), regexp_split()]
}

fn regexp_like() -> Function {
    scalar("regexp_like").on(&[Text, Text], |row| Pattern::of(row.text(1))?.is_in(row.text(0)).map(Some)).documented(
        FunctionDoc {
            name: "regexp_like",
            usage: &["regexp_like(text, pattern) → boolean"],
            text: "Whether the pattern is found anywhere in the text. Patterns have Java's syntax, with look-around, \
                   back references and flags such as `(?i)`.",
            examples: &[
                ("regexp_like('DescribeInstances', '^(Describe|List|Get)')", "true"),
                ("regexp_like('Console', '(?i)SOLE$')", "true"),
            ],
            ..DOC
        },
    )
}

fn regexp_extract() -> Function {
    scalar("regexp_extract")
        .on(&[Text, Text], |row| extract(row.text(0), row.text(1), 0))
        .on(&[Text, Text, Bigint], |row| extract(row.text(0), row.text(1), row.bigint(2)))
        .documented(FunctionDoc {
            name: "regexp_extract",
            usage: &["regexp_extract(text, pattern [, group]) → varchar"],
            text: "The first match, or a group of it; NULL if there is none.",
            examples: &[
                ("regexp_extract('arn:aws:iam::1234:user/bob', 'user/(.+)', 1)", "bob"),
                ("regexp_extract('abc', '[0-9]+')", "NULL"),
            ],
            ..DOC
        })
}

fn regexp_extract_all() -> Function {
    scalar("regexp_extract_all")
        .on(&[Text, Text], |row| extract_all(row.text(0), row.text(1), 0))
        .on(&[Text, Text, Bigint], |row| extract_all(row.text(0), row.text(1), row.bigint(2)))
        .documented(FunctionDoc {
            name: "regexp_extract_all",
            usage: &["regexp_extract_all(text, pattern [, group]) → array(varchar)"],
            text: "All matches, or a group of each; an empty array if there is none.",
            examples: &[
                ("regexp_extract_all('1a 2b 14m', '\\d+')", "[1, 2, 14]"),
                ("regexp_extract_all('1a 2b 14m', '(\\d+)([a-z]+)', 2)", "[a, b, m]"),
            ],
            ..DOC
        })
}

fn regexp_count() -> Function {
    scalar("regexp_count").on(&[Text, Text], |row| occurrences(row.text(0), row.text(1))).documented(FunctionDoc {
        name: "regexp_count",
        usage: &["regexp_count(text, pattern) → bigint"],
        text: "Number of matches that do not overlap.",
        examples: &[("regexp_count('1a 2b 14m', '\\d+')", "3")],
        ..DOC
    })
}

fn regexp_position() -> Function {
    scalar("regexp_position")
        .on(&[Text, Text], |row| position(row.text(0), row.text(1), 1, 1))
        .on(&[Text, Text, Bigint], |row| position(row.text(0), row.text(1), row.bigint(2), 1))
        .on(&[Text, Text, Bigint, Bigint], |row| position(row.text(0), row.text(1), row.bigint(2), row.bigint(3)))
        .documented(FunctionDoc {
            name: "regexp_position",
            usage: &["regexp_position(text, pattern [, start [, occurrence]]) → integer"],
            text: "The place of a match at or behind the place `start`, 1 being the first; -1 if there is none.",
            examples: &[
                ("regexp_position('a9b7', '\\d')", "2"),
                ("regexp_position('a9b7', '\\d', 3)", "4"),
                ("regexp_position('a9b7', '\\d', 1, 3)", "-1"),
            ],
            ..DOC
        })
}

fn regexp_split() -> Function {
    scalar("regexp_split").on(&[Text, Text], |row| split(row.text(0), row.text(1))).documented(FunctionDoc {
        name: "regexp_split",
        usage: &["regexp_split(text, pattern) → array(varchar)"],
        text: "The parts between the matches, empty ones included.",
        examples: &[("regexp_split('1a 2b 14m', '\\s*[a-z]+\\s*')", "[1, 2, 14, ]")],
        ..DOC
    })
}

fn extract(text: &str, pattern: &str, group: i64) -> Result<Option<String>> {
    let pattern = Pattern::of(pattern)?;
    let found = match pattern.group(group)? {
        0 => pattern.matches(text, 0).next().transpose()?.map(|found| found.as_str()),
        group => {
            pattern.captures(text).next().transpose()?.and_then(|groups| groups.get(group)).map(|found| found.as_str())
        }
    };
    Ok(found.map(str::to_owned))
}

fn extract_all(text: &str, pattern: &str, group: i64) -> Result<Option<Vec<Option<String>>>> {
    let pattern = Pattern::of(pattern)?;
    let group = pattern.group(group)?;
    let mut all = Vec::new();
    if group == 0 {
        for found in pattern.matches(text, 0) {
            all.push(Some(found?.as_str().to_owned()));
            check_elements("regexp_extract_all", all.len())?;
        }
    } else {
        for captures in pattern.captures(text) {
            all.push(captures?.get(group).map(|found| found.as_str().to_owned()));
            check_elements("regexp_extract_all", all.len())?;
        }
    }
    Ok(Some(all))
}

fn occurrences(text: &str, pattern: &str) -> Result<Option<i64>> {
    let pattern = Pattern::of(pattern)?;
    let count = pattern.matches(text, 0).try_fold(0, |count, found| found.map(|_| count + 1))?;
    Ok(Some(count))
}

fn position(text: &str, pattern: &str, start: i64, occurrence: i64) -> Result<Option<i64>> {
    if start < 1 {
        return exec_err!("start position cannot be smaller than 1");
    }
    if occurrence < 1 {
        return exec_err!("occurrence cannot be smaller than 1");
    }
    let pattern = Pattern::of(pattern)?;
    let from = offset(text, start - 1).filter(|&from| from < text.len());
    let (Some(from), Ok(skip)) = (from, usize::try_from(occurrence - 1)) else { return Ok(Some(-1)) };
    let found = pattern.matches(text, from).nth(skip).transpose()?;
    let before = found.and_then(|found| text.get(..found.start()));
    Ok(Some(before.map_or(-1, |before| count(before) + 1)))
}

fn split(text: &str, pattern: &str) -> Result<Option<Vec<Option<String>>>> {
    let pattern = Pattern::of(pattern)?;
    let (mut parts, mut done) = (Vec::new(), 0);
    for found in pattern.matches(text, 0) {
        let found = found?;
        parts.push(text.get(done..found.start()).map(str::to_owned));
        check_elements("regexp_split", parts.len())?;
        done = found.end();
    }
    parts.push(text.get(done..).map(str::to_owned));
    Ok(Some(parts))
}
