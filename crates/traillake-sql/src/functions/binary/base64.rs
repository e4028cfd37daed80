//! Bytes in base 64.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use datafusion::common::{Result, exec_datafusion_err};

use super::DOC;
use crate::functions::kit::Kind::{Text, Varbinary};
use crate::functions::kit::{check_bytes, scalar};
use crate::functions::{Function, FunctionDoc, Origin};

/// Java's decoders take texts with and without padding.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

pub(super) fn functions() -> Vec<Function> {
    vec![
        encoder(
            &PLAIN,
            FunctionDoc {
                name: "to_base64",
                usage: &["to_base64(varbinary) → varchar"],
                text: "The bytes in base 64.",
                origin: Origin::Crate("base64"),
                examples: &[("to_base64(to_utf8('hello'))", "aGVsbG8="), ("to_base64(X'FBFF')", "+/8=")],
                ..DOC
            },
        ),
        encoder(
            &URL,
            FunctionDoc {
                name: "to_base64url",
                usage: &["to_base64url(varbinary) → varchar"],
                text: "The bytes in base 64 with the alphabet for URLs.",
                origin: Origin::Crate("base64"),
                examples: &[("to_base64url(X'FBFF')", "-_8=")],
                ..DOC
            },
        ),
        decoder(
            &PLAIN,
            FunctionDoc {
                name: "from_base64",
                usage: &["from_base64(text) → varbinary"],
                text: "The bytes of a text in base 64, with or without padding; an error for other texts.",
                origin: Origin::Crate("base64"),
                examples: &[("from_utf8(from_base64('aGVsbG8='))", "hello")],
                ..DOC
            },
        ),
        decoder(
            &URL,
            FunctionDoc {
                name: "from_base64url",
                usage: &["from_base64url(text) → varbinary"],
                text: "The bytes of a text in base 64 with the alphabet for URLs; an error for other texts.",
                origin: Origin::Crate("base64"),
                examples: &[("to_hex(from_base64url('-_8'))", "FBFF")],
                ..DOC
            },
        ),
    ]
}

fn encoder(engine: &'static GeneralPurpose, doc: FunctionDoc) -> Function {
    scalar(doc.name).on(&[Varbinary], move |row| encode(engine, row.bytes(0)).map(Some)).documented(doc)
}

fn decoder(engine: &'static GeneralPurpose, doc: FunctionDoc) -> Function {
    scalar(doc.name)
        .on(&[Text], move |row| decode(engine, row.text(0).as_bytes()).map(Some))
        .on(&[Varbinary], move |row| decode(engine, row.bytes(0)).map(Some))
        .documented(doc)
}

fn encode(engine: &GeneralPurpose, bytes: &[u8]) -> Result<String> {
    check_bytes("to_base64", bytes.len().div_ceil(3).saturating_mul(4))?;
    Ok(engine.encode(bytes))
}

fn decode(engine: &GeneralPurpose, text: &[u8]) -> Result<Vec<u8>> {
    engine.decode(text).map_err(|error| exec_datafusion_err!("Invalid base 64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn padding_may_be_left_out() {
        assert_eq!(value("from_utf8(from_base64('aGVsbG8'))").unwrap(), "hello");
        assert_eq!(value("to_base64(X'')").unwrap(), "");
        assert_eq!(value("length(from_base64(''))").unwrap(), "0");
        assert_eq!(value("from_utf8(from_base64(to_utf8('YQ==')))").unwrap(), "a");
    }

    #[test]
    fn other_texts_are_errors() {
        assert!(value("from_base64('a')").unwrap_err().contains("Invalid base 64"));
        assert!(value("from_base64('a*==')").is_err());
        assert!(value("from_base64('-_8=')").is_err());
        assert!(value("from_base64url('+/8=')").is_err());
        assert!(value("to_base64('text')").unwrap_err().contains("Unexpected parameters"));
    }

    #[test]
    fn base_64_of_null_is_null() {
        for name in ["to_base64", "from_base64", "to_base64url", "from_base64url"] {
            assert_eq!(value(&format!("{name}(NULL)")).unwrap(), "NULL", "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn bytes_round_trip(bytes: Vec<u8>) {
            for engine in [&PLAIN, &URL] {
                let text = encode(engine, &bytes).unwrap();
                proptest::prop_assert_eq!(&decode(engine, text.as_bytes()).unwrap(), &bytes);
            }
        }
    }
}
