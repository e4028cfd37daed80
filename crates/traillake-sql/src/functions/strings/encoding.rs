//! Text to bytes and back.

use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::DOC;
use crate::functions::kit::Kind::{Bigint, Text, Varbinary};
use crate::functions::kit::{check_bytes, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![to_utf8(), from_utf8()]
}

fn to_utf8() -> Function {
    scalar("to_utf8").on(&[Text], |row| Ok(Some(row.text(0).as_bytes().to_vec()))).documented(FunctionDoc {
        name: "to_utf8",
        usage: &["to_utf8(text) → varbinary"],
        text: "The bytes of the text in UTF-8.",
        examples: &[("to_hex(to_utf8('aé'))", "61C3A9")],
        ..DOC
    })
}

fn from_utf8() -> Function {
    scalar("from_utf8")
        .on(&[Varbinary], |row| decode(row.bytes(0), Some(char::REPLACEMENT_CHARACTER)))
        .on(&[Varbinary, Text], |row| decode(row.bytes(0), replacement_of(row.text(1))?))
        .on(&[Varbinary, Bigint], |row| decode(row.bytes(0), Some(replacement(row.bigint(1))?)))
        .documented(FunctionDoc {
            name: "from_utf8",
            usage: &["from_utf8(varbinary [, replacement]) → varchar"],
            text: "The text of bytes in UTF-8. Invalid sequences become U+FFFD or the replacement: a text of one \
                   character or none, or a code point.",
            examples: &[("from_utf8(X'61C3A9')", "aé"), ("from_utf8(X'61FF62', '?')", "a?b")],
            ..DOC
        })
}

fn replacement_of(text: &str) -> Result<Option<char>> {
    let mut chars = text.chars();
    let (first, None) = (chars.next(), chars.next()) else {
        return exec_err!("Replacement character string must empty or a single character");
    };
    Ok(first)
}

fn replacement(code: i64) -> Result<char> {
    let c = u32::try_from(code).ok().and_then(char::from_u32);
    c.ok_or_else(|| exec_datafusion_err!("Invalid replacement character"))
}

fn decode(bytes: &[u8], replacement: Option<char>) -> Result<Option<String>> {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.extend(replacement);
        }
    }
    check_bytes("from_utf8", text.len())?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn invalid_sequences_are_replaced() {
        assert_eq!(value("from_utf8(X'61FF62')").unwrap(), "a\u{FFFD}b");
        assert_eq!(value("from_utf8(X'61FF62', '')").unwrap(), "ab");
        assert_eq!(value("from_utf8(X'61FF62', 35)").unwrap(), "a#b");
        assert_eq!(value("from_utf8(X'')").unwrap(), "");
        assert!(value("from_utf8(X'61', 'ab')").unwrap_err().contains("Replacement character"));
        assert!(value("from_utf8(X'61', -1)").unwrap_err().contains("Invalid replacement"));
    }

    #[test]
    fn utf8_of_null_is_null() {
        assert_eq!(value("to_utf8(NULL)").unwrap(), "NULL");
        assert_eq!(value("from_utf8(NULL)").unwrap(), "NULL");
        assert_eq!(value("from_utf8(to_utf8('😀'))").unwrap(), "😀");
    }
}
