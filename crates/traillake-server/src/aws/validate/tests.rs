//! Validation: what passes, and what a broken rule is answered with.

use serde_json::json;

use super::*;

const LETTERS: Pattern = Pattern { text: "^[a-z]+$", fits: |text| text.bytes().all(|b| b.is_ascii_lowercase()) };
const INNER: Shape = Shape::Structure(&[required("Key", &text(1, 3)), optional("Value", &text(1, 3))]);
const MEMBERS: &[Member] = &[
    required("Name", &matching(3, 8, LETTERS)),
    optional("Days", &Shape::Integer { min: 7, max: 9 }).or(ErrorCode::InvalidMaxResults),
    optional("Mode", &Shape::Choice(&["A", "B"])),
    optional("Flag", &Shape::Boolean),
    optional("Since", &Shape::Timestamp),
    optional("Tags", &list(&INNER, 1, 2)).or(ErrorCode::InvalidTagParameter),
];

fn checked(value: Value) -> ApiResult<Value> {
    let Value::Object(object) = value else { panic!("not an object") };
    check(MEMBERS, object).map(Value::Object)
}

#[test]
fn what_follows_the_rules_passes_and_unknown_members_are_dropped() {
    let request = json!({"Name": "events", "Days": 7, "Mode": "B", "Flag": true, "Since": 1.5,
        "Tags": [{"Key": "k", "Value": null, "Colour": 1}], "Colour": "red"});
    let expected = json!({"Name": "events", "Days": 7, "Mode": "B", "Flag": true, "Since": 1.5,
        "Tags": [{"Key": "k"}]});
    assert_eq!(checked(request).unwrap(), expected);
}

#[test]
fn a_broken_rule_names_the_member_the_value_and_the_rule() {
    for (request, message) in [
        (json!({}), "Value null at 'Name' failed to satisfy constraint: Member must not be null"),
        (json!({"Name": null}), "Value null at 'Name' failed to satisfy constraint: Member must not be null"),
        (
            json!({"Name": "ab"}),
            "Value 'ab' at 'Name' failed to satisfy constraint: Member must have length greater than or equal to 3",
        ),
        (
            json!({"Name": "a b c"}),
            "Value 'a b c' at 'Name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z]+$",
        ),
        (
            json!({"Name": "abc", "Mode": "C"}),
            "Value 'C' at 'Mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
        ),
    ] {
        let error = checked(request).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), ("InvalidParameterException", message));
    }
}

#[test]
fn a_member_has_its_own_exception_also_for_what_lies_inside() {
    let error = checked(json!({"Name": "abc", "Days": 10})).unwrap_err();
    assert_eq!(error.code, "InvalidMaxResultsException");
    assert!(error.message.ends_with("value less than or equal to 9"), "{}", error.message);
    let error = checked(json!({"Name": "abc", "Tags": [{"Key": "k"}, {"Key": "long"}]})).unwrap_err();
    assert_eq!(error.code, "InvalidTagParameterException");
    assert!(error.message.contains("'Tags[1].Key'"), "{}", error.message);
    assert!(checked(json!({"Name": "abc", "Tags": []})).is_err());
}

#[test]
fn a_value_of_another_type_cannot_be_read() {
    for request in [
        json!({"Name": 1}),
        json!({"Name": "abc", "Days": "7"}),
        json!({"Name": "abc", "Days": 7.5}),
        json!({"Name": "abc", "Flag": "true"}),
        json!({"Name": "abc", "Since": "yesterday"}),
        json!({"Name": "abc", "Tags": {}}),
        json!({"Name": "abc", "Tags": ["k"]}),
    ] {
        assert_eq!(checked(request.clone()).unwrap_err().code, "SerializationException", "{request}");
    }
}

#[test]
fn long_and_unprintable_values_are_shown_in_part() {
    let error = checked(json!({"Name": format!("\n{}", "x".repeat(500))})).unwrap_err();
    assert!(error.message.chars().count() < 200 && !error.message.contains('\n'), "{}", error.message);
}
