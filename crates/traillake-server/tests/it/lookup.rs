//! LookupEvents: every attribute, both ends of the time, pages, and what a caller may see.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use traillake::{EventDataStoreKind, Lake, NewEventDataStore, ObjectStoreOptions, PartitionBy, Retention};
use traillake_server::{Role, ServerConfig, UserRights};
use traillake_testing::{gzip, record_with};

use crate::support::{Answer, Keys, Running, lake};

const OTHER: &str = "444455556666";
/// Before the first invented record.
const START: u64 = 1_767_225_600;

/// A management event.
fn event(n: u64, members: &[(&str, Value)]) -> Value {
    let management = [("eventCategory", json!("Management")), ("managementEvent", json!(true))];
    record_with(n, &[&management, members].concat())
}

/// Stores records as one log file in a store of this kind.
async fn fill(lake: &Lake, name: &str, kind: EventDataStoreKind, partition_by: PartitionBy, records: &[Value]) {
    if lake.event_data_store(name).await.is_err() {
        let new = NewEventDataStore {
            name: name.parse().unwrap(),
            kind,
            retention: Retention::Unlimited,
            selectors: None,
            partition_by,
            termination_protection: false,
        };
        lake.create_event_data_store(new).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.json.gz");
    std::fs::write(&path, gzip(json!({ "Records": records }).to_string().as_bytes())).unwrap();
    let summary = lake.ingest(name, lake.ingest_request(path.to_str().unwrap()).unwrap()).await.unwrap();
    assert_eq!(summary.events.stored, records.len() as u64, "{summary:?}");
}

async fn served(folder: &std::path::Path, records: &[Value]) -> Running {
    let lake = lake(folder, ObjectStoreOptions::default()).await;
    fill(&lake, "events", EventDataStoreKind::CloudTrail, PartitionBy::default(), records).await;
    Running::over(lake, ServerConfig::default()).await
}

/// The request with a start that includes all invented records.
fn from_start(request: &Value) -> Value {
    let mut request = request.clone();
    request.as_object_mut().unwrap().entry("StartTime").or_insert(json!(START));
    request
}

fn by(key: &str, value: &str) -> Value {
    from_start(&json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}))
}

fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["Events"].as_array().unwrap().clone()
}

/// The numbers of the records found, newest first.
async fn found(server: &Running, request: &Value) -> Vec<u64> {
    let answer = server.call("LookupEvents", request).await;
    let number = |event: &Value| event["EventId"].as_str().unwrap()[24..].parse().unwrap();
    events(&answer).iter().map(number).collect()
}

#[tokio::test]
async fn events_are_found_by_each_attribute_with_its_exact_value() {
    let folder = tempfile::tempdir().unwrap();
    let identity = |kind: &str, more: Value| {
        let mut identity = json!({"type": kind, "accountId": "111122223333"});
        identity.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("userIdentity", identity)
    };
    let arn = "arn:aws:s3:::audit-logs";
    let server = served(
        folder.path(),
        &[
            event(0, &[identity("IAMUser", json!({"userName": "alice", "accessKeyId": "AKIAALICE"}))]),
            event(1, &[identity("Root", json!({"userName": "acme"})), ("readOnly", json!(false))]),
            event(2, &[identity("AssumedRole", json!({"principalId": "AROAX:deploy", "accessKeyId": "ASIADEPLOY"}))]),
            event(3, &[("eventName", json!("RunInstances")), ("eventSource", json!("ec2.amazonaws.com"))]),
            event(
                4,
                &[
                    ("requestParameters", Value::Null),
                    ("resources", json!([{"ARN": arn, "type": "AWS::S3::Bucket", "accountId": "111122223333"}])),
                ],
            ),
            event(5, &[("requestParameters", json!({"roleName": "admin"}))]),
            event(
                6,
                &[
                    ("eventCategory", json!("Data")),
                    ("managementEvent", json!(false)),
                    ("eventName", json!("RunInstances")),
                ],
            ),
        ],
    )
    .await;
    for (key, value, expected) in [
        ("EventId", "00000000-0000-4000-8000-000000000003", vec![3]),
        ("EventName", "RunInstances", vec![3]),
        ("EventSource", "ec2.amazonaws.com", vec![3]),
        ("ReadOnly", "false", vec![5, 3, 1]),
        ("ReadOnly", "true", vec![4, 2, 0]),
        ("Username", "alice", vec![0]),
        ("Username", "root", vec![1]),
        ("Username", "deploy", vec![2]),
        ("Username", "acme", vec![]),
        ("Username", "Alice", vec![]),
        ("AccessKeyId", "ASIADEPLOY", vec![2]),
        ("ResourceType", "AWS::S3::Bucket", vec![4, 3, 2, 1, 0]),
        ("ResourceType", "AWS::IAM::Role", vec![5]),
        ("ResourceName", arn, vec![4]),
        ("ResourceName", "audit-logs", vec![4]),
        ("ResourceName", "admin", vec![5]),
        ("ResourceName", "bucket-2", vec![2]),
        ("EventName", "x' OR '1'='1", vec![]),
    ] {
        assert_eq!(found(&server, &by(key, value)).await, expected, "{key} = {value}");
    }
    let shown = events(&server.call("LookupEvents", &by("EventId", "00000000-0000-4000-8000-000000000004")).await);
    let record: Value = serde_json::from_str(shown[0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!((&record["eventID"], &shown[0]["ReadOnly"]), (&shown[0]["EventId"], &json!("true")));
    assert_eq!(shown[0]["Resources"], json!([{"ResourceType": "AWS::S3::Bucket", "ResourceName": arn}]));
    server.stop().await;
}

#[tokio::test]
async fn both_ends_of_the_time_belong_to_it_and_ninety_days_are_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let now = chrono::Utc::now();
    let days_ago = |days: i64| json!((now - chrono::TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%SZ").to_string());
    let mut records: Vec<_> = (0..10).map(|n| event(n, &[])).collect();
    records.extend([event(91, &[("eventTime", days_ago(91))]), event(89, &[("eventTime", days_ago(89))])]);
    let server = served(folder.path(), &records).await;
    let between = |start: u64, end: u64| json!({"StartTime": START + start, "EndTime": START + end});
    assert_eq!(found(&server, &between(3, 6)).await, [6, 5, 4, 3]);
    assert_eq!(found(&server, &between(4, 4)).await, [4]);
    assert_eq!(found(&server, &json!({"EndTime": START + 1, "StartTime": 0})).await, [1, 0]);
    assert_eq!(found(&server, &json!({})).await, [89]);
    let wrong = server.call("LookupEvents", &between(6, 3)).await;
    assert_eq!(wrong.refusal(), (400, "InvalidTimeRangeException".to_owned()));
    server.stop().await;
}

#[tokio::test]
async fn pages_hold_every_event_once_also_those_of_one_moment_without_an_id() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), ObjectStoreOptions::default()).await;
    let anonymous = |n: u64| event(n, &[("eventID", Value::Null), ("eventTime", json!("2026-01-01T00:00:05Z"))]);
    let one: Vec<_> = (0..10).map(|n| event(n, &[])).chain((100..117).map(anonymous)).collect();
    // Some of the same events, and the same moment.
    let other: Vec<_> = (5..15).map(|n| event(n, &[])).chain((110..122).map(anonymous)).collect();
    fill(&lake, "one", EventDataStoreKind::CloudTrail, PartitionBy::default(), &one).await;
    fill(&lake, "other", EventDataStoreKind::CloudTrail, PartitionBy::default(), &other).await;
    let server = Running::over(lake, ServerConfig::default()).await;
    for size in [3, 5, 17, 37, 50] {
        let (mut seen, mut times, mut token) = (Vec::new(), Vec::new(), Value::Null);
        loop {
            let mut request = from_start(&json!({ "MaxResults": size }));
            if !token.is_null() {
                request["NextToken"] = token;
            }
            let answer = server.call("LookupEvents", &request).await;
            let page = events(&answer);
            assert!(page.len() <= size && !page.is_empty());
            seen.extend(page.iter().map(|event| event["CloudTrailEvent"].as_str().unwrap().to_owned()));
            times.extend(page.iter().map(|event| event["EventTime"].as_f64().unwrap()));
            token = answer.json()["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (37, 37), "pages of {size}");
        assert!(times.is_sorted_by(|a, b| a >= b), "newest first");
    }
    let first = server.call("LookupEvents", &from_start(&json!({"MaxResults": 1}))).await.json();
    let other = json!({"StartTime": START + 1, "MaxResults": 1, "NextToken": first["NextToken"]});
    let refused = server.call("LookupEvents", &other).await;
    assert_eq!(refused.refusal().1, "InvalidNextTokenException", "a token is of its request");
    server.stop().await;
}

#[tokio::test]
async fn a_caller_finds_events_of_its_stores_and_accounts_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), ObjectStoreOptions::default()).await;
    let of_other = |n: u64| event(n, &[("recipientAccountId", json!(OTHER))]);
    let by_date: PartitionBy = "date".parse().unwrap();
    fill(&lake, "open", EventDataStoreKind::CloudTrail, PartitionBy::default(), &[event(0, &[]), of_other(1)]).await;
    fill(&lake, "shared", EventDataStoreKind::CloudTrail, by_date, &[event(2, &[]), of_other(3)]).await;
    fill(&lake, "secret", EventDataStoreKind::CloudTrail, PartitionBy::default(), &[event(4, &[]), of_other(5)]).await;
    let mut keys = Keys::new(folder.path());
    let owned = |list: &[&str]| Some(list.iter().map(|&text| text.to_owned()).collect());
    let ann =
        keys.add("ann", &UserRights::new(Role::Read).held_to(owned(&["open", "shared"]), owned(&["111122223333"])));
    let bob = keys.add("bob", &UserRights::new(Role::Read).held_to(owned(&["open"]), None));
    let eve = keys.add("eve", &UserRights::new(Role::Read).held_to(None, owned(&[OTHER])));
    let server = Running::over(lake, keys.config(ServerConfig::default())).await;
    for (key, expected) in [(&ann, vec![2, 0]), (&bob, vec![1, 0]), (&eve, vec![5, 3, 1])] {
        let answer = server.call_as(key, "LookupEvents", &from_start(&json!({}))).await;
        let numbers: Vec<u64> =
            events(&answer).iter().map(|event| event["EventId"].as_str().unwrap()[24..].parse().unwrap()).collect();
        assert_eq!(numbers, expected);
    }
    for key in [&ann, &bob] {
        let answer = server.call_as(key, "LookupEvents", &by("EventId", "00000000-0000-4000-8000-000000000005")).await;
        assert_eq!(events(&answer), Vec::<Value>::new());
    }
    let first = server.call_as(&ann, "LookupEvents", &from_start(&json!({"MaxResults": 1}))).await.json();
    let stolen = from_start(&json!({"MaxResults": 1, "NextToken": first["NextToken"]}));
    let refused = server.call_as(&bob, "LookupEvents", &stolen).await;
    assert_eq!(refused.refusal().1, "InvalidNextTokenException", "a token is of its caller");
    server.stop().await;
}

#[tokio::test]
async fn insights_are_looked_up_in_stores_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), ObjectStoreOptions::default()).await;
    let insight = json!({
        "eventVersion": "1.08", "eventTime": "2026-01-01T00:00:07Z", "awsRegion": "us-east-1",
        "eventID": "00000000-0000-4000-8000-000000000007", "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "111122223333", "sharedEventID": "00000000-0000-4000-8000-000000000070",
        "insightDetails": {"state": "Start", "eventSource": "ssm.amazonaws.com", "eventName": "UpdateInstanceInformation",
            "insightType": "ApiCallRateInsight", "insightContext": {"statistics": {"baseline": {"average": 84.4}, "insight": {"average": 669.0}, "insightDuration": 1}}},
        "eventCategory": "Insight",
    });
    fill(&lake, "insights", EventDataStoreKind::Insights, PartitionBy::default(), &[insight]).await;
    fill(&lake, "events", EventDataStoreKind::CloudTrail, PartitionBy::default(), &[event(1, &[])]).await;
    let server = Running::over(lake, ServerConfig::default()).await;
    let insights = |request: Value| {
        let mut request = request;
        request["EventCategory"] = json!("insight");
        request
    };
    assert_eq!(found(&server, &from_start(&json!({}))).await, [1]);
    assert_eq!(found(&server, &insights(from_start(&json!({})))).await, [7]);
    for (key, value) in [
        ("EventName", "UpdateInstanceInformation"),
        ("EventSource", "ssm.amazonaws.com"),
        ("EventId", "00000000-0000-4000-8000-000000000007"),
    ] {
        assert_eq!(found(&server, &insights(by(key, value))).await, [7], "{key}");
    }
    let shown = events(&server.call("LookupEvents", &insights(from_start(&json!({})))).await);
    assert_eq!(shown[0]["EventName"], "UpdateInstanceInformation");
    let refused = server.call("LookupEvents", &insights(by("Username", "alice"))).await;
    assert_eq!(refused.refusal().1, "InvalidLookupAttributesException");
    server.stop().await;
}
