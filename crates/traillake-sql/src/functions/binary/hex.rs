//! Bytes as hexadecimal digits.

use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::DOC;
use crate::functions::kit::Kind::{Text, Varbinary};
use crate::functions::kit::{check_bytes, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![to_hex(), from_hex()]
}

fn to_hex() -> Function {
    scalar("to_hex").on(&[Varbinary], |row| encode(row.bytes(0)).map(Some)).documented(FunctionDoc {
        name: "to_hex",
        usage: &["to_hex(varbinary) → varchar"],
        text: "Two hexadecimal digits for each byte, in upper case.",
        examples: &[("to_hex(to_utf8('az'))", "617A")],
        ..DOC
    })
}

fn from_hex() -> Function {
    scalar("from_hex")
        .on(&[Text], |row| decode(row.text(0).as_bytes()).map(Some))
        .on(&[Varbinary], |row| decode(row.bytes(0)).map(Some))
        .documented(FunctionDoc {
            name: "from_hex",
            usage: &["from_hex(text) → varbinary"],
            text: "The bytes of hexadecimal digits in either case; an error for other characters or an odd number.",
            examples: &[("from_utf8(from_hex('617a'))", "az")],
            ..DOC
        })
}

fn encode(bytes: &[u8]) -> Result<String> {
    check_bytes("to_hex", bytes.len().saturating_mul(2))?;
    let digit = |value: u8| char::from_digit(u32::from(value), 16).map(|digit| digit.to_ascii_uppercase());
    Ok(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect())
}

fn decode(digits: &[u8]) -> Result<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return exec_err!("invalid input length {}", digits.len());
    }
    pairs.iter().map(|&[high, low]| Ok(value(high)? << 4 | value(low)?)).collect()
}

fn value(digit: u8) -> Result<u8> {
    let value = char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    value.ok_or_else(|| exec_datafusion_err!("invalid hex character: {}", char::from(digit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(value("to_hex(X'')").unwrap(), "");
        assert_eq!(value("length(from_hex(''))").unwrap(), "0");
        assert_eq!(value("to_hex(from_hex('00fFAb'))").unwrap(), "00FFAB");
        assert_eq!(value("from_utf8(from_hex(to_utf8('61')))").unwrap(), "a");
        assert_eq!(value("to_hex(NULL)").unwrap(), "NULL");
        assert_eq!(value("from_hex(NULL)").unwrap(), "NULL");
        assert!(value("from_hex('abc')").unwrap_err().contains("invalid input length 3"));
        assert!(value("from_hex('xy')").unwrap_err().contains("invalid hex character: x"));
    }

    proptest::proptest! {
        #[test]
        fn bytes_round_trip(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(decode(encode(&bytes).unwrap().as_bytes()).unwrap(), bytes);
        }
    }
}
