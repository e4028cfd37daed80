//! `trim` and its relatives; the grammar calls them for `TRIM(... FROM ...)`.

use super::DOC;
use crate::functions::kit::Kind::Text;
use crate::functions::kit::{Scalar, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![trim(), ltrim(), rtrim()]
}

fn trim() -> Function {
    trimming("trim", true, true).documented(FunctionDoc {
        name: "trim",
        usage: &["trim(text) → varchar", "trim([LEADING | TRAILING | BOTH] [characters FROM] text) → varchar"],
        text: "The text without white space, or without any of the characters, at its ends.",
        examples: &[
            ("trim('  a b ')", "a b"),
            ("trim('/' FROM '//a/b/')", "a/b"),
            ("trim(LEADING '0' FROM '0070')", "70"),
            ("trim(BOTH 'xy' FROM 'xyaxyx')", "a"),
        ],
        ..DOC
    })
}

fn ltrim() -> Function {
    trimming("ltrim", true, false).documented(FunctionDoc {
        name: "ltrim",
        usage: &["ltrim(text [, characters]) → varchar"],
        text: "The text without white space, or without any of the characters, at its start.",
        examples: &[("ltrim('  a')", "a"), ("ltrim('xxa', 'x')", "a")],
        ..DOC
    })
}

fn rtrim() -> Function {
    trimming("rtrim", false, true).documented(FunctionDoc {
        name: "rtrim",
        usage: &["rtrim(text [, characters]) → varchar"],
        text: "The text without white space, or without any of the characters, at its end.",
        examples: &[("rtrim('a  ')", "a"), ("rtrim('a..', '.')", "a")],
        ..DOC
    })
}

fn trimming(name: &'static str, start: bool, end: bool) -> Scalar {
    scalar(name).on(&[Text], move |row| Ok(Some(trimmed(row.text(0), is_white_space, start, end)))).on(
        &[Text, Text],
        move |row| {
            let unwanted = row.text(1);
            Ok(Some(trimmed(row.text(0), |c| unwanted.contains(c), start, end)))
        },
    )
}

fn trimmed(text: &str, unwanted: impl Fn(char) -> bool, start: bool, end: bool) -> String {
    let text = if start { text.trim_start_matches(&unwanted) } else { text };
    let text = if end { text.trim_end_matches(&unwanted) } else { text };
    text.to_owned()
}

/// Java's white space: without the non-breaking spaces, with the separators of ASCII.
fn is_white_space(c: char) -> bool {
    matches!(c, '\u{1C}'..='\u{1F}')
        || (c.is_whitespace() && !matches!(c, '\u{85}' | '\u{A0}' | '\u{2007}' | '\u{202F}'))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn white_space_is_java_s() {
        assert_eq!(value("length(trim(chr(9) || 'a' || chr(8195) || chr(10)))").unwrap(), "1");
        assert_eq!(value("length(trim(chr(160) || 'a'))").unwrap(), "2");
        assert_eq!(value("trim('   ')").unwrap(), "");
        assert_eq!(value("trim('')").unwrap(), "");
        assert_eq!(value("ltrim(' a ') || '.'").unwrap(), "a .");
        assert_eq!(value("'.' || rtrim(' a ')").unwrap(), ". a");
    }

    #[test]
    fn each_form_trims_its_side() {
        assert_eq!(value("trim(TRAILING 'x' FROM 'xax')").unwrap(), "xa");
        assert_eq!(value("trim('äö' FROM 'öaä')").unwrap(), "a");
        assert_eq!(value("trim('' FROM ' a')").unwrap(), " a");
    }

    #[test]
    fn trim_of_null_is_null() {
        assert_eq!(value("trim(NULL)").unwrap(), "NULL");
        assert_eq!(value("ltrim(NULL)").unwrap(), "NULL");
        assert_eq!(value("rtrim('a', NULL)").unwrap(), "NULL");
    }
}
