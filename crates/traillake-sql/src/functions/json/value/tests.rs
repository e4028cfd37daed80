//! Reading and writing of JSON texts.

use proptest::prelude::*;

use super::*;

fn written(json: &str) -> String {
    write(&parse(json).unwrap())
}

#[test]
fn values_are_written_compactly_in_their_order() {
    assert_eq!(
        written(" { \"b\" : [ 1 , 2.50, true, null ] , \"a\" : \"x y\" } "),
        r#"{"b":[1,2.50,true,null],"a":"x y"}"#
    );
    assert_eq!(canonical(r#"{"b":1,"a":{"d":1,"c":2},"b":3}"#).unwrap(), r#"{"a":{"c":2,"d":1},"b":3}"#);
}

#[test]
fn big_numbers_keep_their_digits() {
    assert_eq!(written("123456789012345678901234567890"), "123456789012345678901234567890");
    assert_eq!(written("[1.10, 0.1000000000000000000000001]"), "[1.10,0.1000000000000000000000001]");
}

#[test]
fn members_named_like_the_parsers_own_marks_are_members() {
    for name in ["$serde_json::private::Number", "$serde_json::private::RawValue"] {
        let json = format!(r#"{{"{name}":"[1]"}}"#);
        assert_eq!(written(&json), json);
        assert_eq!(written(&json.replace('$', "\\u0024")), json);
    }
}

#[test]
fn what_is_not_json_is_an_error() {
    for json in ["", " ", "{", "[1,]", "{\"a\"}", "{a:1}", "'a'", "nul", "01", "1 2", "\"a", "\"\u{1}\"", "NaN", "+1"] {
        assert!(parse(json).is_err(), "{json}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    assert!(parse(&("[".repeat(100) + &"]".repeat(100))).is_ok());
    assert!(parse(&("[".repeat(100_000) + &"]".repeat(100_000))).is_err());
    assert!(parse(&"{\"a\":".repeat(100_000)).is_err());
}

#[test]
fn compacting_drops_white_space_and_needless_escapes_only() {
    assert_eq!(compact(r#"{"a":[1,"b c"]}"#), r#"{"a":[1,"b c"]}"#);
    assert!(matches!(compact(r#"{"a":[1,"b c"]}"#), Cow::Borrowed(_)));
    assert_eq!(compact("{ \"a \" :\t[ 1 ,\r\n 1E5 ] }"), r#"{"a ":[1,1E5]}"#);
    assert_eq!(compact(r#""\u00e9\/\u000a\"\\ \ud83d\ude00""#), r#""é/\n\"\\ 😀""#);
    assert_eq!(compact(r#"["a\\", "b"]"#), r#"["a\\","b"]"#);
}

#[test]
fn unpaired_surrogates_are_replaced() {
    assert_eq!(string_content(r#""a\ud800b""#), "a\u{FFFD}b");
    assert_eq!(string_content(r#""\udc00\ud800\ud83d\ude00""#), "\u{FFFD}\u{FFFD}😀");
    assert_eq!(written(r#"{"a\ud800":["\udfff"]}"#), "{\"a\u{FFFD}\":[\"\u{FFFD}\"]}");
}

#[test]
fn scalars_have_a_text_and_others_none() {
    assert_eq!(scalar_text("\"\"").as_deref(), Some(""));
    assert_eq!(scalar_text("1.0").as_deref(), Some("1.0"));
    assert_eq!(scalar_text("true").as_deref(), Some("true"));
    for json in ["null", "{}", "[]"] {
        assert_eq!(scalar_text(json), None);
    }
}

pub(in crate::functions::json) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_survives_writing_and_reading(value in any_json()) {
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(&write(&parse(&pretty).unwrap()), &write(&value));
        prop_assert_eq!(compact(&pretty), write(&value));
    }

    #[test]
    fn no_text_makes_reading_fail_otherwise_than_with_an_error(text in "[\\[\\]{}\",:\\\\u0-9a-f tn.eE+-]{0,60}") {
        let valid = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(parse(&text).is_ok(), valid);
        if valid {
            prop_assert!(serde_json::from_str::<IgnoredAny>(&compact(&text)).is_ok());
        }
    }
}
