//! The tokeniser against `serde_json`, and place by place.

use proptest::prelude::*;

use super::{NodeKind, RecordLimits, TapeBuffer};
use crate::testing::any_json;
use crate::{RecordError, RecordErrorReason};

fn parse(json: &[u8]) -> Result<(), RecordError> {
    TapeBuffer::default().parse(json, RecordLimits::default()).map(drop)
}

fn has_lone_surrogate(json: &[u8]) -> bool {
    let mut buffer = TapeBuffer::default();
    let Ok(tape) = buffer.parse(json, RecordLimits::default()) else { return false };
    tape.nodes.iter().any(|node| node.lone_surrogate)
}

/// Whether both parsers agree; lone surrogates are ours alone.
fn agrees(json: &[u8]) -> bool {
    has_lone_surrogate(json) || parse(json).is_ok() == serde_json::from_slice::<serde_json::Value>(json).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn valid_texts_are_accepted_as_serde_json_does(json in any_json()) {
        prop_assert!(parse(json.as_bytes()).is_ok());
        prop_assert!(agrees(json.as_bytes()));
    }

    #[test]
    fn mutated_texts_are_judged_as_serde_json_does(
        json in any_json(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        let mut bytes = json.into_bytes();
        for (place, byte, change) in changes {
            let at = place.index(bytes.len().max(1)).min(bytes.len());
            let byte = if byte < 128 { b"{}[]\",:\\ue01.-+tfn \n"[byte as usize % 20] } else { byte };
            match change {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => bytes[at] = byte,
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        prop_assert!(agrees(&bytes), "{:?}: {:?}", String::from_utf8_lossy(&bytes), parse(&bytes));
    }

    #[test]
    fn any_bytes_are_judged_as_serde_json_does(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert!(agrees(&bytes));
    }

    #[test]
    fn short_token_soups_are_judged_as_serde_json_does(text in "[\\[\\]{}\",:\\\\ue0-2.+tn -]{0,12}") {
        prop_assert!(agrees(text.as_bytes()), "{text}");
    }

    #[test]
    fn dropping_white_space_changes_no_value(json in any_json()) {
        let mut buffer = TapeBuffer::default();
        let compact = buffer.parse(json.as_bytes(), RecordLimits::default()).unwrap().compact(0).into_owned();
        prop_assert_eq!(crate::testing::content(&json), crate::testing::content(&compact));
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&json) {
            let again: serde_json::Value = serde_json::from_str(&compact).unwrap();
            prop_assert_eq!(value, again);
        }
    }
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    let cases: [(&[u8], usize, &str); 12] = [
        (b"", 0, "a value"),
        (b"{\"a\":1", 6, "`,` or `}`"),
        (b"[1 2]", 3, "`,` or `]`"),
        (b"{\"a\" 1}", 5, "`:`"),
        (b"{a:1}", 1, "a member name in quotes"),
        (b"{\"a\":1,}", 7, "a member name in quotes"),
        (b"[1,]", 3, "a value"),
        (b"\"ab", 3, "the closing quote of a string"),
        (b"\"\\x\"", 1, "an escape sequence"),
        (b"\"\\u12g4\"", 1, "four hexadecimal digits after `\\u`"),
        (b"1.x", 2, "a digit"),
        (b"{} {}", 3, "the end of the record"),
    ];
    for (json, offset_bytes, expected) in cases {
        let error = parse(json).unwrap_err();
        assert_eq!(error, RecordError::new(RecordErrorReason::NotJson { expected }, offset_bytes), "{json:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_told_from_broken_json() {
    let error = parse(b"{\"a\":\"\xff\"}").unwrap_err();
    assert_eq!((error.code(), error.offset_bytes), ("invalid_utf8", 6));
    let error = parse(b"{\"a\":\"12345678\n\"}").unwrap_err();
    assert_eq!((error.code(), error.offset_bytes), ("control_character", 14));
}

#[test]
fn limits_hold_exactly() {
    let limits = RecordLimits { max_depth: 3, max_values: 4 };
    let mut buffer = TapeBuffer::default();
    assert!(buffer.parse(b"[[[1]]]", limits).is_ok());
    assert_eq!(buffer.parse(b"[[[[]]]]", limits).unwrap_err().code(), "too_deep");
    assert!(buffer.parse(b"[1,2,3]", limits).is_ok());
    assert_eq!(buffer.parse(b"[1,2,3,4]", limits).unwrap_err().code(), "too_many_values");
    assert!(buffer.parse(br#"{"a":1,"b":2,"c":3}"#, limits).is_ok());
}

#[test]
fn endless_nesting_is_refused_whatever_the_limit() {
    let deep = "[".repeat(1_000_000);
    let limits = RecordLimits { max_depth: usize::MAX, max_values: usize::MAX };
    let error = TapeBuffer::default().parse(deep.as_bytes(), limits).unwrap_err();
    assert_eq!(error.reason, RecordErrorReason::TooDeep { max_depth: 512 });
}

#[test]
fn members_and_elements_are_walked_over_what_they_hold() {
    let mut buffer = TapeBuffer::default();
    let tape = buffer.parse(br#" {"a":[1,{"x":2}], "b":"c\u0041"} "#, RecordLimits::default()).unwrap();
    let members: Vec<_> = tape.members(0).map(|(name, value)| (tape.string(name), tape.kind(value))).collect();
    assert_eq!(members, [("a".into(), NodeKind::Array), ("b".into(), NodeKind::String)]);
    let (_, list) = tape.members(0).next().unwrap();
    assert_eq!(tape.elements(list).map(|element| tape.source(element)).collect::<Vec<_>>(), ["1", r#"{"x":2}"#]);
    let (_, text) = tape.members(0).nth(1).unwrap();
    assert_eq!(tape.string(text), "cA");
    assert_eq!(tape.compact(0), r#"{"a":[1,{"x":2}],"b":"c\u0041"}"#);
}

#[test]
fn surrogates_without_partner_are_kept_apart_from_pairs() {
    let mut buffer = TapeBuffer::default();
    let json = br#"["\ud83d\ude00","\ud800","\udc00\ud800","\ud800\u0041"]"#;
    let tape = buffer.parse(json, RecordLimits::default()).unwrap();
    let strings: Vec<_> =
        tape.elements(0).map(|at| (tape.string(at).into_owned(), tape.node(at).lone_surrogate)).collect();
    let expected = [("\u{1F600}", false), ("\u{FFFD}", true), ("\u{FFFD}\u{FFFD}", true), ("\u{FFFD}A", true)];
    assert_eq!(strings, expected.map(|(text, lone)| (text.to_owned(), lone)));
}
