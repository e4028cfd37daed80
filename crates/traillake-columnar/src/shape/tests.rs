//! Shapes of records, as they are stored.

use crate::testing::shape_of;

const TIME: &str = r#""eventTime":"2023-07-19T21:33:41Z""#;

fn assert_shape(members: &str, shape: &str, rest: Option<&str>) {
    let (found, found_rest) = shape_of(&format!("{{{TIME},{members}}}"));
    assert_eq!(found, format!("{{\"eventTime\":t,{shape}}}"));
    assert_eq!(found_rest.as_deref(), rest);
}

#[test]
fn a_record_that_fits_its_columns_has_no_rest() {
    assert_shape(
        r#""readOnly": true, "eventName": "A\u0042", "responseElements": null, "userIdentity": {"type": "Root", "sessionContext": {"attributes": {"creationDate": "20230719T213341Z"}, "sessionIssuer": {}}}"#,
        r#""readOnly":b,"eventName":s,"responseElements":n,"userIdentity":{"type":s,"sessionContext":{"attributes":{"creationDate":c},"sessionIssuer":{}}}"#,
        None,
    );
}

#[test]
fn maps_say_how_each_entry_was_written() {
    assert_shape(
        r#""requestParameters":{"a":"x","b":1,"c":[{}],"d":null},"addendum":{}"#,
        r#""requestParameters":m"srrn","addendum":m"""#,
        None,
    );
}

#[test]
fn lists_of_objects_are_written_element_by_element() {
    assert_shape(
        r#""resources":[{"ARN":"a","type":"t"},{"new":1}],"resources2":[]"#,
        r#""resources":[{"ARN":s,"type":s},{"new":x}],"resources2":x"#,
        Some("1\n[]"),
    );
    assert_shape(r#""resources":[]"#, r#""resources":[]"#, None);
    assert_shape(r#""resources":[{},1]"#, r#""resources":x"#, Some("[{},1]"));
    assert_shape(r#""resources":[{},null]"#, r#""resources":x"#, Some("[{},null]"));
}

#[test]
fn what_columns_cannot_give_back_goes_to_the_rest_without_white_space() {
    assert_shape(
        r#""new": {"a" : [ 1, " b " ]}, "readOnly":"true", "eventName": 1.50"#,
        r#""new":x,"readOnly":x,"eventName":x"#,
        Some("{\"a\":[1,\" b \"]}\n\"true\"\n1.50"),
    );
    assert_shape(
        r#""userIdentity":"root","requestParameters":[1]"#,
        r#""userIdentity":x,"requestParameters":x"#,
        Some("\"root\"\n[1]"),
    );
    assert_shape(
        r#""eventName":"\ud800","addendum":{"\ud800":1}"#,
        r#""eventName":x,"addendum":x"#,
        Some("\"\\ud800\"\n{\"\\ud800\":1}"),
    );
}

#[test]
fn names_stay_as_they_were_written() {
    assert_shape(r#""event\u004eame":"x","ev\"il\n":1"#, r#""event\u004eame":s,"ev\"il\n":x"#, Some("1"));
}

#[test]
fn repeated_members_make_their_object_a_literal() {
    assert_shape(
        r#""userIdentity":{"new":2,"arn":"a","arn":"b"},"new":1"#,
        r#""userIdentity":x,"new":x"#,
        Some("{\"new\":2,\"arn\":\"a\",\"arn\":\"b\"}\n1"),
    );
    assert_shape(r#""resources":[{},{"ARN":1,"ARN":"a"}]"#, r#""resources":[{},x]"#, Some(r#"{"ARN":1,"ARN":"a"}"#));
    let (shape, rest) = shape_of(&format!("{{{TIME}, {TIME}}}"));
    assert_eq!((shape.as_str(), rest), ("x", Some(format!("{{{TIME},{TIME}}}"))));
}

#[test]
fn objects_of_one_list_may_repeat_each_others_members() {
    assert_shape(
        r#""resources":[{"ARN":"a"},{"ARN":"b"}],"readOnly":true"#,
        r#""resources":[{"ARN":s},{"ARN":s}],"readOnly":b"#,
        None,
    );
}

#[test]
fn alternate_places_are_literals() {
    assert_shape(
        r#""eventId":"a","timeWindow":{"windowStart":"b"}"#,
        r#""eventId":x,"timeWindow":x"#,
        Some("\"a\"\n{\"windowStart\":\"b\"}"),
    );
}

#[test]
fn very_long_shapes_become_one_literal() {
    let record = format!("{{{TIME},\"resources\":[{}]}}", vec!["{}"; 40_000].join(","));
    let (shape, rest) = shape_of(&record);
    assert_eq!((shape.as_str(), rest), ("x", Some(record)));
}
