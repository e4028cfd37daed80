//! What a record tells about itself before it becomes a row.

use std::sync::Arc;

use proptest::prelude::*;
use traillake_model::{EventCategory, EventDataStoreKind, SelectorField, SelectorInput};

use super::{double, integer};
use crate::testing::any_record;
use crate::{EventRecord, EventSchema, RecordError, RecordLimits, RecordReader, content_digest};

fn reader() -> RecordReader {
    RecordReader::new(EventSchema::of(EventDataStoreKind::CloudTrail), RecordLimits::default())
}

fn look(json: &str, look: impl FnOnce(&EventRecord<'_>)) {
    look(&reader().read(json.as_bytes()).unwrap());
}

fn refusal(json: &str) -> RecordError {
    reader().read(json.as_bytes()).unwrap_err()
}

#[test]
fn the_event_time_is_taken_from_the_first_place_that_is_there() {
    let time = |json: &str| reader().read(json.as_bytes()).unwrap().event_time_micros();
    assert_eq!(
        time(r#"{"eventTime":"2023-07-19T21:33:41Z","@timestamp":"2020-01-01T00:00:00Z"}"#),
        1_689_802_421_000_000
    );
    assert_eq!(time(r#"{"@timestamp":"2023-07-19T21:33:41.5Z","eventTime":null}"#), 1_689_802_421_500_000);
    assert_eq!(time(r#"{"timeWindow":{"windowStart":"20230719T213341Z","windowEnd":"x"}}"#), 1_689_802_421_000_000);
    assert_eq!(
        time(r#"{"timeWindow":{"windowStart":"2020-01-01T00:00:00Z"},"@timestamp":"2023-07-19T21:33:41Z"}"#),
        1_689_802_421_000_000
    );
    assert_eq!(time(r#"{"eventTime":"bad","eventTime":"2023-07-19T21:33:41Z"}"#), 1_689_802_421_000_000);
}

#[test]
fn records_without_a_readable_time_are_refused_with_the_place() {
    assert_eq!(refusal("{}").code(), "no_event_time");
    assert_eq!(refusal(r#"{"eventTime":null}"#).code(), "no_event_time");
    let error = refusal(r#"{"eventTime":"yesterday","@timestamp":"2023-07-19T21:33:41Z"}"#);
    assert_eq!((error.code(), error.offset_bytes), ("bad_event_time", 14));
    assert_eq!(error.to_string(), "event time `yesterday` is not a time at byte 14");
    assert!(error.hint().is_some());
    assert_eq!(refusal(r#"{"eventTime":1689802421}"#).code(), "bad_event_time");
    assert_eq!(refusal(r#"{"eventTime":{}}"#).code(), "bad_event_time");
    assert_eq!(refusal("[]").code(), "not_an_object");
    assert_eq!(refusal("12").code(), "not_an_object");
}

/// What a reader finds in a record: where each column is, how it was written, when it happened.
fn laid_out(reader: &mut RecordReader, json: &str) -> (Vec<u32>, String, Option<String>, i64) {
    let record = reader.read(json.as_bytes()).unwrap();
    let (slots, rest) = (record.slots().to_vec(), record.rest().map(str::to_owned));
    (slots, record.shape().to_owned(), rest, record.event_time_micros())
}

#[test]
fn texts_decide_what_records_of_one_structure_have_in_common() {
    let record = |time: &str, number: &str, text: &str| {
        format!(
            r#"{{"eventTime":"{time}","eventName":"{text}","insightContext":{{"baselineAverage":{number},"insightDuration":{number}}}}}"#
        )
    };
    for kind in [EventDataStoreKind::CloudTrail, EventDataStoreKind::Insights] {
        let fresh = || RecordReader::new(EventSchema::of(kind), RecordLimits::default());
        let mut kept = fresh();
        for time in ["2023-07-19T21:33:41Z", "20230719T213341Z", "2023-07-19T21:33:41.5Z"] {
            for number in ["1.5", "1.50", "7", "1e400"] {
                for text in ["a", "\\ud800", "b\\n"] {
                    let json = record(time, number, text);
                    assert_eq!(laid_out(&mut kept, &json), laid_out(&mut fresh(), &json), "{json}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_record_is_laid_out_alike_whatever_was_read_before(
        records in prop::collection::vec(any_record(EventDataStoreKind::CloudTrail), 1..5),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let mut kept = reader();
        for place in order {
            let json = place.get(&records);
            prop_assert_eq!(laid_out(&mut kept, json), laid_out(&mut reader(), json), "{}", json);
        }
    }
}

#[test]
fn a_record_ends_where_its_object_does() {
    let record = r#"{"eventTime":"2023-07-19T21:33:41Z", "a":["}"]}"#;
    let mut reader = reader();
    for behind in ["", ",", " ]}", "x"] {
        let text = format!("{record}{behind}");
        let first = reader.read_first(&text).unwrap();
        assert_eq!(first.json(), record);
        assert_eq!(first.member_names().collect::<Vec<_>>(), ["eventTime", "a"]);
    }
    let cut = &record[..record.len() - 1];
    assert_eq!(reader.read_first(cut).unwrap_err().offset_bytes, cut.len());
}

#[test]
fn ids_and_places_are_read_as_text() {
    let json = r#"{"eventTime":"2023-07-19T21:33:41Z","event\u0049D":"a","recipientAccountId":"111122223333","awsRegion":"eu-west-1"}"#;
    look(json, |record| {
        assert_eq!(record.event_id().as_deref(), Some("a"));
        assert_eq!(record.recipient_account_id().as_deref(), Some("111122223333"));
        assert_eq!(record.aws_region().as_deref(), Some("eu-west-1"));
        assert_eq!(record.json(), json);
    });
    let aggregated = r#"{"eventId":"b","accountId":"444455556666","timeWindow":{"windowStart":"2023-07-19T21:33:41Z"},"eventCategory":"Aggregated"}"#;
    look(aggregated, |record| {
        assert_eq!(record.event_id().as_deref(), Some("b"));
        assert_eq!(record.recipient_account_id().as_deref(), Some("444455556666"));
        assert_eq!(record.event_category(), EventCategory::Aggregated);
    });
}

#[test]
fn categories_of_old_records_are_derived() {
    let category = |members: &str| {
        let json = format!(r#"{{"eventTime":"2023-07-19T21:33:41Z"{members}}}"#);
        reader().read(json.as_bytes()).unwrap().event_category()
    };
    assert_eq!(category(""), EventCategory::Management);
    assert_eq!(category(r#","managementEvent":false"#), EventCategory::Data);
    assert_eq!(category(r#","eventType":"AwsVpceEvent""#), EventCategory::NetworkActivity);
    assert_eq!(category(r#","eventCategory":"Data","managementEvent":true"#), EventCategory::Data);
}

#[test]
fn selectors_see_the_fields_they_ask_for() {
    let json = r#"{"eventTime":"2023-07-19T21:33:41Z","eventSource":"s3.amazonaws.com","readOnly":"TRUE","eventName":"GetObject","eventType":"AwsApiCall",
        "sessionCredentialFromConsole":true,"userIdentity":{"arn":"arn:x"},"errorCode":"E","vpcEndpointId":null,
        "resources":[{"type":"AWS::S3::Object","ARN":"arn:a","ARN":"arn:b"},7,{"ARNPrefix":"p"}]}"#;
    look(json, |record| {
        let text = |field| record.text(field).map(std::borrow::Cow::into_owned);
        assert_eq!(text(SelectorField::EventCategory).as_deref(), Some("Management"));
        assert_eq!(text(SelectorField::EventSource).as_deref(), Some("s3.amazonaws.com"));
        assert_eq!(text(SelectorField::ReadOnly).as_deref(), Some("true"));
        assert_eq!(text(SelectorField::EventName).as_deref(), Some("GetObject"));
        assert_eq!(text(SelectorField::EventType).as_deref(), Some("AwsApiCall"));
        assert_eq!(text(SelectorField::SessionCredentialFromConsole).as_deref(), Some("true"));
        assert_eq!(text(SelectorField::UserIdentityArn).as_deref(), Some("arn:x"));
        assert_eq!(text(SelectorField::ErrorCode).as_deref(), Some("E"));
        assert_eq!(text(SelectorField::VpcEndpointId), None);
        let resources = record.resources();
        assert_eq!(resources.len(), 2);
        assert_eq!(resources[0].resource_type.as_deref(), Some("AWS::S3::Object"));
        assert_eq!(resources[0].arn.as_deref(), Some("arn:b"));
        assert_eq!((&resources[1].resource_type, &resources[1].arn), (&None, &None));
    });
}

#[test]
fn a_reader_forgets_the_record_before() {
    let mut reader = reader();
    let first = r#"{"eventTime":"2023-07-19T21:33:41Z","eventID":"a","resources":[{"ARN":"x"}],"new":1}"#;
    reader.read(first.as_bytes()).unwrap();
    let second = reader.read(br#"{"eventTime":"2023-07-19T21:33:41Z","resources":[{"ARN":"y"}]}"#).unwrap();
    assert_eq!(second.event_id(), None);
    assert_eq!((second.shape(), second.rest()), (r#"{"eventTime":t,"resources":[{"ARN":s}]}"#, None));
}

#[test]
fn digests_ignore_order_nulls_white_space_escapes_and_the_event_context() {
    let digest = |json: &str| content_digest(json.as_bytes()).unwrap();
    let one = digest(r#"{"a":1,"b":{"c":"x","d":[1,null]}}"#);
    for same in [
        r#"{"b":{"d":[1,null],"c":"x"},"a":1}"#,
        r#"{ "a" : 1, "b":{"c":"\u0078","d":[1 ,null],"e":null}, "z":null }"#,
        r#"{"a":1,"b":{"c":"x","d":[1,null]},"eventContext":{"q":1}}"#,
    ] {
        assert_eq!(one, digest(same), "{same}");
    }
    for other in [
        r#"{"a":1.0,"b":{"c":"x","d":[1,null]}}"#,
        r#"{"a":1,"b":{"c":"x","d":[null,1]}}"#,
        r#"{"a":1,"b":{"c":"x","d":[1]}}"#,
        r#"{"a":"1","b":{"c":"x","d":[1,null]}}"#,
        r#"{"a":1,"b":{"c":"x","d":[1,null],"eventContext":{}}}"#,
        r#"{"a":1,"a":1,"b":{"c":"x","d":[1,null]}}"#,
    ] {
        assert_ne!(one, digest(other), "{other}");
    }
    assert_ne!(digest(r#"["\ud800"]"#), digest(r#"["\ufffd"]"#));
}

proptest! {
    #[test]
    fn a_record_and_its_text_have_the_same_digest(json in any_record(EventDataStoreKind::CloudTrail)) {
        let digest = reader().read(json.as_bytes()).unwrap().content_digest();
        prop_assert_eq!(digest, content_digest(json.as_bytes()).unwrap());
    }

    #[test]
    fn exact_numbers_are_those_whose_value_gives_the_text_back(text in "-?(0|[1-9][0-9]{0,11})(\\.[0-9]{1,8})?([eE][+-]?[0-9]{1,3})?") {
        if let Some(number) = integer(&text) {
            prop_assert_eq!(number.exact, number.value.to_string() == text);
        }
        if let Some(number) = double(&text) {
            prop_assert_eq!(number.exact, number.value.to_string() == text);
        }
    }
}

#[test]
fn integers_hold_whole_numbers_of_32_bits() {
    let value = |text| integer(text).map(|number| number.value);
    assert_eq!(value("5.0"), Some(5));
    assert_eq!(value("5e1"), Some(50));
    assert_eq!(value("2147483648"), None);
    assert_eq!(value("0.5"), None);
    assert!(double("1e400").is_none());
}

#[test]
fn records_can_be_read_by_many_readers_of_one_schema() {
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    assert!(Arc::ptr_eq(&schema, &EventSchema::of(EventDataStoreKind::CloudTrail)));
    let mut readers: Vec<_> = (0..3).map(|_| RecordReader::new(Arc::clone(&schema), RecordLimits::default())).collect();
    for reader in &mut readers {
        assert!(reader.read(br#"{"eventTime":"2023-07-19T21:33:41Z"}"#).is_ok());
    }
}
