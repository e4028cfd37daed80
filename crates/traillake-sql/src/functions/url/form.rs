//! `url_encode` and `url_decode`: the coding of forms.

use datafusion::common::{Result, exec_err};

use super::DOC;
use crate::functions::kit::Kind::Text;
use crate::functions::kit::{check_bytes, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![url_encode(), url_decode()]
}

fn url_encode() -> Function {
    scalar("url_encode").on(&[Text], |row| encode(row.text(0)).map(Some)).documented(FunctionDoc {
        name: "url_encode",
        usage: &["url_encode(text) → varchar"],
        text: "The text for use as name or value of a query parameter: letters, digits and `.-*_` stay, blanks become \
               `+`, other bytes `%XX`.",
        examples: &[("url_encode('a b&c=é')", "a+b%26c%3D%C3%A9")],
        ..DOC
    })
}

fn url_decode() -> Function {
    scalar("url_decode").on(&[Text], |row| decode(row.text(0)).map(Some)).documented(FunctionDoc {
        name: "url_decode",
        usage: &["url_decode(text) → varchar"],
        text: "The text that `url_encode` made something of; an error for `%` without two hexadecimal digits.",
        examples: &[("url_decode('a+b%26c%3D%C3%A9')", "a b&c=é")],
        ..DOC
    })
}

fn encode(text: &str) -> Result<String> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    check_bytes("url_encode", text.len())?;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                let digit = |value: u8| char::from(DIGITS.get(usize::from(value)).copied().unwrap_or(b'0'));
                encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    check_bytes("url_encode", encoded.len())?;
    Ok(encoded)
}

/// Bytes that are no UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> Result<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let digit =
                    |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                let (high, low) = (digit(bytes.next()), digit(bytes.next()));
                let Some((high, low)) = high.zip(low) else {
                    return exec_err!("URLDecoder: Illegal hex characters in escape (%) pattern: {text}");
                };
                decoded.push(high << 4 | low);
            }
            other => decoded.push(other),
        }
    }
    Ok(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn unreserved_characters_stay() {
        assert_eq!(encode("aZ09.-*_").unwrap(), "aZ09.-*_");
        assert_eq!(encode("~!'()/").unwrap(), "%7E%21%27%28%29%2F");
        assert_eq!(encode("").unwrap(), "");
        assert_eq!(value("url_encode(NULL)").unwrap(), "NULL");
        assert!(value("url_encode(lpad('', 6000000, '/'))").unwrap_err().contains("too large"));
    }

    #[test]
    fn bad_escapes_are_errors() {
        for bad in ["%", "%4", "%zz", "a%+1"] {
            assert!(decode(bad).unwrap_err().to_string().contains("Illegal hex characters"), "{bad}");
        }
        assert_eq!(decode("%ff").unwrap(), "\u{FFFD}");
        assert_eq!(value("url_decode(NULL)").unwrap(), "NULL");
        assert_eq!(value("url_decode('')").unwrap(), "");
    }

    proptest::proptest! {
        #[test]
        fn texts_round_trip(text: String) {
            proptest::prop_assert_eq!(decode(&encode(&text).unwrap()).unwrap(), text);
        }
    }
}
