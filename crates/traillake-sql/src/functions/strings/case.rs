//! Letter case, length, normal forms and single code points.

use datafusion::common::{Result, exec_datafusion_err, exec_err};
use unicode_normalization::UnicodeNormalization;

use super::{DOC, count};
use crate::functions::kit::Kind::{Bigint, Text, Varbinary};
use crate::functions::kit::{check_bytes, scalar};
use crate::functions::{Function, FunctionDoc, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![lower(), upper(), length(), normalize(), chr(), codepoint()]
}

fn lower() -> Function {
    scalar("lower").on(&[Text], |row| Ok(Some(lowered(row.text(0))))).documented(FunctionDoc {
        name: "lower",
        usage: &["lower(text) → varchar"],
        text: "The text in lower case, code point by code point.",
        examples: &[("lower('AssumeRole')", "assumerole"), ("lower('ÄÖ')", "äö")],
        ..DOC
    })
}

fn upper() -> Function {
    scalar("upper").on(&[Text], |row| Ok(Some(uppered(row.text(0))))).documented(FunctionDoc {
        name: "upper",
        usage: &["upper(text) → varchar"],
        text: "The text in upper case, code point by code point: `ß` stays.",
        examples: &[("upper('eu-west-1')", "EU-WEST-1"), ("upper('straße')", "STRAßE")],
        ..DOC
    })
}

fn length() -> Function {
    scalar("length")
        .on(&[Text], |row| Ok(Some(count(row.text(0)))))
        .on(&[Varbinary], |row| Ok(Some(i64::try_from(row.bytes(0).len()).unwrap_or(i64::MAX))))
        .documented(FunctionDoc {
            name: "length",
            usage: &["length(text) → bigint", "length(varbinary) → bigint"],
            text: "Code points of a text, bytes of a varbinary.",
            examples: &[("length('äöü')", "3"), ("length(to_utf8('äöü'))", "6")],
            ..DOC
        })
}

fn normalize() -> Function {
    scalar("normalize")
        .on(&[Text], |row| normalized(row.text(0), "NFC"))
        .on(&[Text, Text], |row| normalized(row.text(0), row.text(1)))
        .documented(FunctionDoc {
            name: "normalize",
            usage: &["normalize(text [, form]) → varchar"],
            text: "The text in a Unicode normal form: NFC (default), NFD, NFKC or NFKD.",
            origin: Origin::Crate("unicode-normalization"),
            examples: &[("length(normalize('a' || chr(776)))", "1"), ("normalize('ﬁ', NFKC)", "fi")],
            ..DOC
        })
}

fn chr() -> Function {
    scalar("chr").on(&[Bigint], |row| character(row.bigint(0))).documented(FunctionDoc {
        name: "chr",
        usage: &["chr(code_point) → varchar"],
        text: "The character of a Unicode code point; an error if there is none.",
        examples: &[("chr(65)", "A"), ("chr(8364)", "€")],
        ..DOC
    })
}

fn codepoint() -> Function {
    scalar("codepoint").on(&[Text], |row| code_point(row.text(0))).documented(FunctionDoc {
        name: "codepoint",
        usage: &["codepoint(character) → integer"],
        text: "The Unicode code point of a text of one character; an error for other texts.",
        examples: &[("codepoint('€')", "8364")],
        ..DOC
    })
}

fn lowered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(|c| if c == 'İ' { 'i' } else { only(c, c.to_lowercase()) }).collect()
}

fn uppered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(|c| simple_upper(c).unwrap_or_else(|| only(c, c.to_uppercase()))).collect()
}

/// The one character a mapping gives; the character itself if the mapping gives several.
fn only(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Letters with iota subscript, whose full mapping has two characters but whose simple one has one.
fn simple_upper(c: char) -> Option<char> {
    let distance = match c {
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => 8,
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => 9,
        _ => return None,
    };
    char::from_u32(u32::from(c) + distance)
}

fn normalized(text: &str, form: &str) -> Result<Option<String>> {
    // A code point becomes eighteen at most.
    check_bytes("normalize", text.len())?;
    let normal: String = match form.to_ascii_uppercase().as_str() {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        "NFKD" => text.nfkd().collect(),
        _ => return exec_err!("Normalization form must be one of [NFD, NFC, NFKD, NFKC]"),
    };
    check_bytes("normalize", normal.len())?;
    Ok(Some(normal))
}

fn character(code: i64) -> Result<Option<String>> {
    let c = u32::try_from(code).ok().and_then(char::from_u32);
    let c = c.ok_or_else(|| exec_datafusion_err!("Not a valid Unicode code point: {code}"))?;
    Ok(Some(c.to_string()))
}

fn code_point(text: &str) -> Result<Option<i64>> {
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return exec_err!("Input string must be a single character string");
    };
    Ok(Some(i64::from(u32::from(c))))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn case_mappings_keep_the_number_of_code_points() {
        assert_eq!(value("lower('ABC')").unwrap(), "abc");
        assert_eq!(value("lower('İX')").unwrap(), "ix");
        assert_eq!(value("upper('ßŉ')").unwrap(), "ßŉ");
        assert_eq!(value("upper('ᾳ')").unwrap(), "ᾼ");
        assert_eq!(value("upper('')").unwrap(), "");
        assert_eq!(value("lower(NULL)").unwrap(), "NULL");
        assert_eq!(value("upper(NULL)").unwrap(), "NULL");
    }

    #[test]
    fn length_counts_code_points_or_bytes() {
        assert_eq!(value("length('')").unwrap(), "0");
        assert_eq!(value("length('a😀')").unwrap(), "2");
        assert_eq!(value("length(X'65ff')").unwrap(), "2");
        assert_eq!(value("length(NULL)").unwrap(), "NULL");
        assert!(value("length(1)").unwrap_err().contains("Unexpected parameters (bigint) for function length"));
    }

    #[test]
    fn normalize_knows_four_forms() {
        assert_eq!(value("length(normalize('ä', NFD))").unwrap(), "2");
        assert_eq!(value("normalize('ﬁ', nfkd)").unwrap(), "fi");
        assert_eq!(value("normalize(NULL)").unwrap(), "NULL");
        assert!(value("normalize('a', NFX)").is_err());
        assert!(super::normalized("a", "NFX").unwrap_err().to_string().contains("Normalization form"));
    }

    #[test]
    fn chr_and_codepoint_are_inverse() {
        assert_eq!(value("codepoint(chr(128512))").unwrap(), "128512");
        assert!(value("chr(55296)").unwrap_err().contains("Not a valid Unicode code point: 55296"));
        assert!(value("chr(-1)").is_err());
        assert!(value("codepoint('ab')").is_err());
        assert!(value("codepoint('')").is_err());
        assert_eq!(value("chr(NULL)").unwrap(), "NULL");
        assert_eq!(value("codepoint(NULL)").unwrap(), "NULL");
    }
}
