//! What the columns hold for records of every sort.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use arrow::json::LineDelimitedWriter;
use proptest::prelude::*;
use serde_json::{Value, json};
use traillake_model::EventDataStoreKind;

use crate::testing::{any_record, batch_of, real_logs, records_in};
use crate::{EventBatchBuilder, EventSchema, RecordLimits, RecordReader};

/// The stored row without its nulls, and without time, shape and rest.
fn columns(kind: EventDataStoreKind, members: &str) -> Value {
    let batch = batch_of(kind, &[&format!(r#"{{"eventTime":"2023-07-19T21:33:41Z"{members}}}"#)]).unwrap();
    let mut out = Vec::new();
    LineDelimitedWriter::new(&mut out).write(&batch).unwrap();
    let mut row: Value = serde_json::from_slice(&out).unwrap();
    for own in ["eventtime", "recordshape", "recordrest"] {
        row.as_object_mut().unwrap().remove(own);
    }
    row
}

fn stored(members: &str) -> Value {
    columns(EventDataStoreKind::CloudTrail, members)
}

#[test]
fn text_columns_take_every_value_as_text() {
    let row = stored(
        r#","eventName":"a\u00e9\n","errorCode":1.50,"userAgent":true,"apiVersion":{"a": [1, "b c"]},"requestID":[],"eventID":null,"annotation":"\ud800""#,
    );
    assert_eq!(
        row,
        json!({"eventname": "aé\n", "errorcode": "1.50", "useragent": "true", "apiversion": r#"{"a":[1,"b c"]}"#, "requestid": "[]", "annotation": "\u{FFFD}"})
    );
}

#[test]
fn boolean_columns_take_booleans_and_their_words() {
    assert_eq!(
        stored(r#","readOnly":true,"managementEvent":"False""#),
        json!({"readonly": true, "managementevent": false})
    );
    assert_eq!(stored(r#","readOnly":"yes","managementEvent":1"#), json!({}));
}

#[test]
fn maps_have_one_entry_per_member() {
    let batch = batch_of(EventDataStoreKind::CloudTrail, &[r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":{"a.b:c":"x\"y","":1e400,"n":null,"l":[ {"k" : 1} ],"t":true,"a.b:c":"last"}}"#]).unwrap();
    let map = batch.column_by_name("requestparameters").unwrap().as_map().value(0);
    let entries: Vec<_> = map.column(0).as_string::<i32>().iter().zip(map.column(1).as_string::<i32>()).collect();
    let expected =
        [("", Some("1e400")), ("n", None), ("l", Some(r#"[{"k":1}]"#)), ("t", Some("true")), ("a.b:c", Some("last"))];
    assert_eq!(entries, expected.map(|(key, value)| (Some(key), value)));
}

#[test]
fn of_many_repeated_map_members_the_last_counts() {
    let members: Vec<_> = (0..1000).map(|n| format!("\"k{}\":{n}", n % 100)).collect();
    let row = stored(&format!(r#","addendum":{{{}}}"#, members.join(",")));
    let map = row["addendum"].as_object().unwrap();
    assert_eq!(map.len(), 100);
    assert!((0..100).all(|n| map[&format!("k{n}")] == json!(format!("{}", 900 + n))));
}

#[test]
fn empty_and_absent_maps_and_structs_differ() {
    let batch = batch_of(
        EventDataStoreKind::CloudTrail,
        &[
            r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":{},"userIdentity":{},"resources":[]}"#,
            r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":null,"userIdentity":null,"resources":null}"#,
            r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":[1],"userIdentity":"root","resources":{}}"#,
            r#"{"eventTime":"2023-07-19T21:33:41Z"}"#,
        ],
    )
    .unwrap();
    for name in ["requestparameters", "useridentity", "resources"] {
        let column = batch.column_by_name(name).unwrap();
        assert_eq!((0..4).map(|row| column.is_valid(row)).collect::<Vec<_>>(), [true, false, false, false], "{name}");
    }
    assert_eq!(batch.column_by_name("requestparameters").unwrap().as_map().value_length(0), 0);
    assert_eq!(batch.column_by_name("resources").unwrap().as_list::<i32>().value_length(0), 0);
}

#[test]
fn list_elements_that_are_no_objects_are_null() {
    let batch = batch_of(
        EventDataStoreKind::CloudTrail,
        &[r#"{"eventTime":"2023-07-19T21:33:41Z","resources":[{"ARN":"a","accountId":"1"},null,"x",{"type":"t"}]}"#],
    )
    .unwrap();
    let resources = batch.column_by_name("resources").unwrap().as_list::<i32>().value(0);
    assert_eq!((0..4).map(|element| resources.is_valid(element)).collect::<Vec<_>>(), [true, false, false, true]);
    let resources = resources.as_struct();
    let arns: Vec<_> = resources.column_by_name("arn").unwrap().as_string::<i32>().iter().collect();
    assert_eq!(arns, [Some("a"), None, None, None]);
    let types: Vec<_> = resources.column_by_name("type").unwrap().as_string::<i32>().iter().collect();
    assert_eq!(types, [None, None, None, Some("t")]);
}

#[test]
fn of_repeated_members_the_last_counts() {
    let row =
        stored(r#","eventName":"a","userIdentity":{"type":"A","arn":"x"},"eventName":"b","userIdentity":{"type":"B"}"#);
    assert_eq!(row, json!({"eventname": "b", "useridentity": {"type": "B"}}));
    assert_eq!(stored(r#","eventName":"a","eventName":null"#), json!({}));
}

#[test]
fn one_member_fills_both_spellings_of_its_column() {
    let row = stored(r#","userIdentity":{"inScopeOf":{"credentialsIssuedTo":"arn:x"}}"#);
    assert_eq!(
        row,
        json!({"useridentity": {"inscopeof": {"credentiaisissuedto": "arn:x", "credentialsissuedto": "arn:x"}}})
    );
}

#[test]
fn aggregated_records_fill_id_account_and_time() {
    let json = r#"{"eventId":"a","accountId":"111122223333","timeWindow":{"windowStart":"2023-07-19T21:33:41Z"}}"#;
    let batch = batch_of(EventDataStoreKind::CloudTrail, &[json]).unwrap();
    let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().value(0).to_owned();
    assert_eq!((text("eventid"), text("recipientaccountid")), ("a".into(), "111122223333".into()));
    assert_eq!(
        batch.column_by_name("eventtime").unwrap().as_primitive::<TimestampMicrosecondType>().value(0),
        1_689_802_421_000_000
    );
}

#[test]
fn the_columns_own_member_goes_before_its_alternates() {
    assert_eq!(stored(r#","eventId":"b","eventID":"a""#)["eventid"], "a");
    assert_eq!(stored(r#","eventID":null,"eventId":"b""#)["eventid"], "b");
    assert_eq!(stored(r#","eventID":"a","eventId":null"#)["eventid"], "a");
    let time = batch_of(
        EventDataStoreKind::CloudTrail,
        &[r#"{"@timestamp":null,"timeWindow":{"windowStart":"2023-07-19T21:33:41Z"}}"#],
    );
    assert!(time.is_ok());
}

#[test]
fn insights_of_trails_fill_the_flat_columns() {
    let row = columns(
        EventDataStoreKind::Insights,
        r#","sharedEventID":"s","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","insightType":"ApiCallRateInsight",
            "insightContext":{"statistics":{"baseline":{"average":0.0020833333},"insight":{"average":1},"insightDuration":5,"baselineDuration":11459},
            "attributions":[{"attribute":"userAgent","insight":[{"value":"cli","average":1.0},{"value":"null","average":2}],"baseline":[]}]}}"#,
    );
    let attributions = json!([{"attribute": "userAgent", "insight": [{"value": "cli", "average": 1.0}, {"value": "null", "average": 2.0}], "baseline": []}]);
    let expected = json!({
        "sharedeventid": "s", "insightstate": "Start", "insighteventsource": "ec2.amazonaws.com", "insighteventname": "RunInstances",
        "insighttype": "ApiCallRateInsight",
        "insightcontext": {"baselineaverage": 0.002_083_333_3, "insightaverage": 1.0, "insightduration": 5, "baselineduration": 11459, "attributions": attributions},
    });
    assert_eq!(row.to_string().len(), expected.to_string().len());
    assert_eq!(row, expected);
}

#[test]
fn flat_insights_fill_the_same_columns() {
    let batch = batch_of(
        EventDataStoreKind::Insights,
        &[r#"{"eventTime":"2023-07-19T21:33:41Z","insightState":"End","insightContext":{"insightDuration":2147483648,"baselineDuration":"7"},"insightDetails":{"state":"Start"}}"#],
    )
    .unwrap();
    assert_eq!(batch.column_by_name("insightstate").unwrap().as_string::<i32>().value(0), "End");
    let context = batch.column_by_name("insightcontext").unwrap().as_struct();
    assert!(context.column_by_name("insightduration").unwrap().is_null(0));
    assert_eq!(context.column_by_name("baselineduration").unwrap().as_primitive::<Int32Type>().value(0), 7);
}

#[test]
fn a_finished_builder_starts_anew() {
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
    let mut builder = EventBatchBuilder::new(Arc::clone(&schema), 10);
    assert!(builder.is_empty());
    assert_eq!(builder.finish().num_rows(), 0);
    let mut finish_two = || {
        for id in ["a", "b"] {
            let json = format!(
                r#"{{"eventTime":"2023-07-19T21:33:41Z","eventID":"{id}","resources":[{{"ARN":"x"}}],"addendum":{{"k":"v"}}}}"#
            );
            builder.append(&reader.read(json.as_bytes()).unwrap());
        }
        assert_eq!(builder.len(), 2);
        assert!(builder.memory_bytes() > 100);
        builder.finish()
    };
    assert_eq!(finish_two(), finish_two());
}

#[test]
fn the_memory_estimate_is_near_what_arrow_holds() {
    let records: Vec<_> = real_logs().iter().flat_map(|(_, log)| records_in(log)).collect();
    if records.is_empty() {
        return;
    }
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
    let mut builder = EventBatchBuilder::new(schema, 4096);
    for record in &records {
        if let Ok(record) = reader.read(record.as_bytes()) {
            builder.append(&record);
        }
    }
    let estimate = builder.memory_bytes();
    let held = used_bytes(&builder.finish());
    assert!(estimate > held * 8 / 10 && estimate < held * 12 / 10, "estimate {estimate}, held {held}");
}

fn used_bytes(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|array| array.to_data().get_slice_memory_size().unwrap()).sum()
}

proptest! {
    #[test]
    fn batches_of_any_records_are_valid_and_follow_the_schema(records in prop::collection::vec(any_record(EventDataStoreKind::CloudTrail), 0..8)) {
        let records: Vec<_> = records.iter().map(String::as_str).collect();
        let batch = batch_of(EventDataStoreKind::CloudTrail, &records).unwrap();
        prop_assert_eq!(batch.num_rows(), records.len());
        let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
        prop_assert_eq!(&batch.schema(), schema.file_schema());
        for array in batch.columns() {
            array.to_data().validate_full().unwrap();
        }
        for (row, record) in records.iter().enumerate() {
            prop_assert_eq!(batch_of(EventDataStoreKind::CloudTrail, &[record]).unwrap(), batch.slice(row, 1));
        }
    }
}

#[test]
fn a_builder_makes_one_batch_like_another() {
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let records = [
        r#"{"eventTime":"2023-07-19T21:33:41Z","eventName":"A","requestParameters":{"a":"b"},"resources":[{"ARN":"x"}]}"#,
        r#"{"eventTime":"2023-07-19T21:33:42Z","userIdentity":{"arn":"x"}}"#,
        r#"{"eventTime":"2023-07-19T21:33:43Z"}"#,
    ];
    let build = |builder: &mut EventBatchBuilder, records: &[&str]| {
        let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
        for record in records {
            builder.append(&reader.read(record.as_bytes()).unwrap());
        }
        builder.finish()
    };
    let mut kept = EventBatchBuilder::new(Arc::clone(&schema), 4);
    for records in [&records[..], &records[2..], &records[1..], &[], &records[..1]] {
        let alone = build(&mut EventBatchBuilder::new(Arc::clone(&schema), 4), records);
        assert_eq!(build(&mut kept, records), alone, "{records:?}");
        assert!(kept.is_empty());
    }
}
