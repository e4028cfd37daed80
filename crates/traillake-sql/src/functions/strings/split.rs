//! Splitting at a delimiter.

use datafusion::common::{Result, exec_err};

use super::{DOC, offset};
use crate::functions::kit::Kind::{Bigint, Text};
use crate::functions::kit::{MAX_ELEMENTS, check_elements, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![split(), split_part()]
}

fn split() -> Function {
    scalar("split")
        .on(&[Text, Text], |row| parts(row.text(0), row.text(1), i64::MAX))
        .on(&[Text, Text, Bigint], |row| parts(row.text(0), row.text(1), row.bigint(2)))
        .documented(FunctionDoc {
            name: "split",
            usage: &["split(text, delimiter [, limit]) → array(varchar)"],
            text: "The parts between the delimiters, empty ones included. With a limit the last part holds the rest. \
                   An error if the limit is not positive or the delimiter empty.",
            examples: &[("split('a/b/c', '/')", "[a, b, c]"), ("split('a/b/c', '/', 2)", "[a, b/c]")],
            ..DOC
        })
}

fn split_part() -> Function {
    scalar("split_part").on(&[Text, Text, Bigint], |row| part(row.text(0), row.text(1), row.bigint(2))).documented(
        FunctionDoc {
            name: "split_part",
            usage: &["split_part(text, delimiter, index) → varchar"],
            text: "One of the parts between the delimiters, 1 being the first; NULL beyond the last. An error if the \
                   index is less than 1. An empty delimiter makes every character a part.",
            examples: &[
                ("split_part('arn:aws:iam::123456789012:root', ':', 5)", "123456789012"),
                ("split_part('a:b', ':', 3)", "NULL"),
            ],
            ..DOC
        },
    )
}

fn parts(text: &str, delimiter: &str, limit: i64) -> Result<Option<Vec<Option<String>>>> {
    if limit <= 0 {
        return exec_err!("Limit must be positive");
    }
    if delimiter.is_empty() {
        return exec_err!("The delimiter may not be the empty string");
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let parts = text.splitn(limit, delimiter).take(MAX_ELEMENTS + 1);
    let parts: Vec<_> = parts.map(|part| Some(part.to_owned())).collect();
    check_elements("split", parts.len())?;
    Ok(Some(parts))
}

fn part(text: &str, delimiter: &str, index: i64) -> Result<Option<String>> {
    if index <= 0 {
        return exec_err!("Index must be greater than zero");
    }
    if delimiter.is_empty() {
        let rest = offset(text, index - 1).and_then(|from| text.get(from..));
        return Ok(rest.and_then(|rest| rest.chars().next()).map(String::from));
    }
    let skip = usize::try_from(index - 1).unwrap_or(usize::MAX);
    Ok(text.split(delimiter).nth(skip).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn split_keeps_empty_parts() {
        assert_eq!(parts(",a,,b,", ",", 9).unwrap().unwrap().len(), 5);
        assert_eq!(parts("", ",", 9).unwrap().unwrap(), [Some(String::new())]);
        assert_eq!(value("split('a--b', '--')").unwrap(), "[a, b]");
        assert_eq!(value("split('a.b', '.', 1)").unwrap(), "[a.b]");
        assert_eq!(value("split('aöbö', 'ö')[2]").unwrap(), "b");
        assert_eq!(value("split(NULL, ',')").unwrap(), "NULL");
    }

    #[test]
    fn split_refuses_an_empty_delimiter_and_a_limit_below_one() {
        assert!(value("split('a', ',', 0)").unwrap_err().contains("Limit must be positive"));
        assert!(value("split('a', '')").unwrap_err().contains("delimiter may not be the empty string"));
        let many = "split(lpad('', 1000001, ','), ',')";
        assert!(value(many).unwrap_err().contains("too large"));
    }

    #[test]
    fn split_part_counts_from_one() {
        assert_eq!(value("split_part('a,b', ',', 2)").unwrap(), "b");
        assert_eq!(value("split_part('', ',', 1)").unwrap(), "");
        assert_eq!(value("split_part('a,', ',', 2)").unwrap(), "");
        assert_eq!(value("split_part('äb', '', 2)").unwrap(), "b");
        assert_eq!(value("split_part('äb', '', 3)").unwrap(), "NULL");
        assert_eq!(value("split_part('a', NULL, 1)").unwrap(), "NULL");
        assert!(value("split_part('a', ',', 0)").unwrap_err().contains("Index must be greater than zero"));
        assert!(value("split_part('a', ',', -1)").is_err());
    }
}
