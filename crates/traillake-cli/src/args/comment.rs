//! SQL that begins with a comment: `--` begins options, too.

use std::ffi::OsString;

/// The argument, with a space before it when it is SQL that begins with a comment.
///
/// The names of options end with the argument or with `=`; what has a blank or the end of a line there is a comment.
pub(crate) fn as_value(argument: OsString) -> OsString {
    let Some(text) = argument.to_str().filter(|text| begins_with_comment(text)) else { return argument };
    format!(" {text}").into()
}

fn begins_with_comment(text: &str) -> bool {
    let name_ends = |letter: char| letter == '=' || letter.is_whitespace();
    let end = text.strip_prefix("--").and_then(|rest| rest.chars().find(|&letter| name_ends(letter)));
    end.is_some_and(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_options() {
        for sql in ["-- all of it\nSELECT 1", "--\nSELECT 1", "--no blank\r\nSELECT 1", "-- a = b\nSELECT 1"] {
            assert_eq!(as_value(sql.into()), OsString::from(format!(" {sql}")));
        }
        for other in ["--", "--fromat", "--param=a=b c", "-q", "SELECT 1 -- one\n", "- 1", ""] {
            assert_eq!(as_value(other.into()), OsString::from(other));
        }
    }
}
