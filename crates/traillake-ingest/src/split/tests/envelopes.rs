//! Which envelopes are told, and what they say about their records.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn told(text: &str) -> (usize, ContentKind, Option<&'static str>) {
    let walked = walk(text);
    (walked.seen.len(), walked.kind, walked.envelope.map(EnvelopeKind::as_str))
}

#[test]
fn every_envelope_is_told_by_its_content() {
    let record = record(1);
    let quoted = serde_json::to_string(&record).unwrap();
    for (text, envelope) in [
        (format!("{{\"Records\":[{record}]}}"), "records"),
        (record.clone(), "bare"),
        (format!("[{record}]"), "array"),
        (format!("[[{record}]]"), "array"),
        (format!("{record}\n{record}"), "lines"),
        (format!("{{\"source\":\"aws.s3\",\"detail\":{record}}}"), "eventbridge"),
        (format!("{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{{\"message\":{quoted}}}]}}"), "cloudwatch_logs"),
        (format!("{{\"Events\":[{{\"CloudTrailEvent\":{quoted}}}]}}"), "lookup_events"),
        (format!("{{\"EventId\":\"x\",\"CloudTrailEvent\":{quoted}}}"), "lookup_events"),
        (format!("{{\"QueryResultRows\":[[{{\"eventJson\":{quoted}}}]]}}"), "query_results"),
        (format!("{{\"eventid\":\"x\",\"eventjson\":{quoted}}}"), "query_results"),
        (format!("{{\"Type\":\"Notification\",\"Message\":{quoted}}}"), "message"),
        (format!("{{\"Records\":[{{\"eventSource\":\"aws:sqs\",\"body\":{quoted}}}]}}"), "message"),
        (format!("{{\"Records\":[{{\"EventSource\":\"aws:sns\",\"Sns\":{{\"Message\":{quoted}}}}}]}}"), "message"),
        (format!("{{\"_source\":{record}}}"), "wrapped"),
        (format!("{{\"records\":[{record}]}}"), "wrapped"),
        (quoted.clone(), "bare"),
    ] {
        let walked = walk(&text);
        assert_eq!(records(&walked).first(), Some(&record.as_str()), "{text}");
        assert_eq!(walked.envelope.map(EnvelopeKind::as_str), Some(envelope), "{text}");
        assert_eq!(walked.kind, ContentKind::Records);
    }
}

#[test]
fn subscription_payloads_in_base64_are_told() {
    let quoted = serde_json::to_string(&record(1)).unwrap();
    let payload = format!(
        "{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"9\",\"logEvents\":[{{\"id\":\"1\",\"message\":{quoted}}}]}}"
    );
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(payload.as_bytes()).unwrap();
    let data = STANDARD.encode(gzip.finish().unwrap());
    for (text, envelope) in [
        (format!("{{\"awslogs\":{{\"data\":\"{data}\"}}}}"), "cloudwatch_logs"),
        (
            format!(
                "{{\"Records\":[{{\"kinesis\":{{\"data\":\"{data}\"}},\"eventSource\":\"aws:kinesis\",\"eventName\":\"x\"}}]}}"
            ),
            "wrapped",
        ),
        (format!("{{\"records\":[{{\"recordId\":\"1\",\"data\":\"{data}\"}}]}}"), "wrapped"),
        (format!("{{\"data\":\"{}\"}}", STANDARD.encode(record(1))), "wrapped"),
    ] {
        let walked = walk(&text);
        assert_eq!(records(&walked), [record(1)], "{text}");
        assert_eq!(walked.envelope.map(EnvelopeKind::as_str), Some(envelope), "{text}");
    }
    let twice = STANDARD.encode(format!("{{\"data\":\"{}\"}}", STANDARD.encode(record(1))));
    assert_eq!(told(&format!("{{\"data\":\"{twice}\"}}")).0, 0, "one payload is unpacked, not one in another");
}

#[test]
fn envelopes_inside_envelopes_are_followed_four_levels_deep() {
    let nest = |levels: usize| (0..levels).fold(record(1), |inner, _| format!("{{\"data\":{inner}}}"));
    assert_eq!(told(&nest(4)), (1, ContentKind::Records, Some("wrapped")));
    assert_eq!(told(&nest(5)), (0, ContentKind::OtherJson, None));
    let twice = serde_json::to_string(&format!("{{\"Records\":[{},{}]}}", record(1), record(2))).unwrap();
    assert_eq!(told(&format!("{{\"Message\":{twice}}}")), (2, ContentKind::Records, Some("message")));
}

#[test]
fn the_envelope_tells_account_and_region() {
    let owner = |text: &str| match &walk(text).seen[..] {
        [Seen::Record { account, .. }] => account.clone(),
        other => panic!("{other:?}"),
    };
    let record = record(1);
    assert_eq!(
        owner(&format!("{{\"account\":\"111122223333\",\"region\":\"eu-west-1\",\"detail\":{record}}}")).as_deref(),
        Some("111122223333")
    );
    assert_eq!(owner(&format!("{{\"detail\":{record},\"account\":12345}}")).as_deref(), Some("12345"));
    let quoted = serde_json::to_string(&record).unwrap();
    let logs = format!(
        "{{\"owner\":\"9\",\"logStream\":\"9_CloudTrail_eu-west-1_2\",\"logEvents\":[{{\"message\":{quoted}}}]}}"
    );
    assert_eq!(owner(&logs).as_deref(), Some("9"));
    let mut splitter = Splitter::new(1 << 20, WALKED);
    splitter.push(&Bytes::from(logs), &mut Splits);
    let [Piece::Record(piece)] = &splitter.take_pieces()[..] else { panic!("one record") };
    assert_eq!(piece.context.region.as_deref(), Some("eu-west-1"));
}

#[test]
fn offsets_point_at_the_record_itself_where_it_lies_in_place() {
    let text = format!("[ {{\"data\": {{\"Records\": [{0}, {0}]}}}}]", record(1));
    for seen in &walk(&text).seen {
        let Seen::Record { text: json, at, .. } = seen else { panic!("{seen:?}") };
        assert!(text[usize::try_from(*at).unwrap()..].starts_with(json.as_str()));
    }
}

#[test]
fn the_health_checks_of_cloudwatch_logs_are_nothing() {
    let text = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logEvents":[{"id":"","message":"CWL CONTROL MESSAGE: Checking health"}]}"#;
    assert_eq!(told(text), (0, ContentKind::Records, Some("records")));
}

#[test]
fn files_of_other_kinds_are_told_and_left_alone() {
    for (text, kind) in [
        (r#"{"awsAccountId":"1","digestEndTime":"x","digestS3Object":"y","logFiles":[]}"#, ContentKind::Digest),
        (r#"{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[{"a":1}]}"#, ContentKind::Config),
        (r#"{"files":[],"hashSignature":"x","queryCompleteTime":"y"}"#, ContentKind::QueryResultSign),
        (r#"{"name":"package","version":"1"}"#, ContentKind::OtherJson),
        ("[1,2,3]", ContentKind::OtherJson),
        ("a,b\n1,2\n", ContentKind::Text),
        ("not json at all", ContentKind::Text),
        (" \r\n ", ContentKind::Empty),
        ("", ContentKind::Empty),
        (r#"{"Records":[]}"#, ContentKind::Records),
        (r#"{"Events":[]}"#, ContentKind::Records),
    ] {
        assert_eq!((told(text).0, told(text).1), (0, kind), "{text}");
    }
}

#[test]
fn a_file_of_another_kind_is_handed_on_when_it_was_named() {
    let text = r#"{"digestEndTime":"x","digestS3Object":"y"}"#;
    let named = walk_chunks(text.as_bytes(), 5, 1 << 20, NAMED, &Ending::Complete);
    assert_eq!(rejects(&named), [(text, UnsplittableReason::NotARecord)]);
}

#[test]
fn notifications_named_like_records_are_no_records() {
    let s3 = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"x","s3":{}}]}"#;
    assert_eq!(rejects(&walk(s3))[0].1, UnsplittableReason::NotARecord);
}

#[test]
fn text_in_members_that_are_no_wrappers_is_not_searched() {
    let quoted = serde_json::to_string(&record(1)).unwrap();
    assert_eq!(told(&format!("{{\"user_agent\":{quoted}}}")).0, 0);
}

#[test]
fn escaped_member_names_are_names_too() {
    let text = "{\"event\\u004eame\":\"x\",\"eventSource\":\"y\"}";
    assert_eq!(records(&walk(text)), [text]);
}

#[test]
fn records_of_every_category_look_like_records() {
    for text in [
        r#"{"eventVersion":"1.0","eventCategory":"Aggregated","timeWindow":{},"summary":{}}"#,
        r#"{"eventVersion":"1.08","eventTime":"x","eventType":"AwsCloudTrailInsight","insightDetails":{}}"#,
        r#"{"eventVersion":"1.09","eventCategory":"ConfigurationItem","eventTime":"x"}"#,
        r#"{"eventVersion":"1.09","eventCategory":"ActivityAuditLog","eventData":{}}"#,
        r#"{"@timestamp":"x","eventName":"a","eventSource":"b"}"#,
    ] {
        assert_eq!(records(&walk(text)), [text]);
    }
}
