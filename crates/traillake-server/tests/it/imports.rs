//! Imports from S3, over the API.

use std::time::Duration;

use serde_json::{Value, json};
use traillake::{
    EventDataStoreKind, Import, ImportSource, ImportStatistics, ImportStatus, Lake, NewEventDataStore, PartitionBy,
    QueryOptions, Retention,
};
use traillake_server::{PlacesConfig, Role, ServerConfig, UserRights};
use traillake_testing::{log_file, record, record_with, trail_key};

use crate::buckets::Buckets;
use crate::support::{Answer, Keys, Running};

const OTHER: &str = "444455556666";

fn config() -> ServerConfig {
    let import = ["s3://logs/AWSLogs/", "s3://silent"].map(str::to_owned).to_vec();
    ServerConfig { places: PlacesConfig { import, ..PlacesConfig::default() }, ..ServerConfig::default() }
}

/// A store for events of every kind; its ARN.
async fn store(lake: &Lake, name: &str) -> String {
    let new = NewEventDataStore {
        name: name.parse().unwrap(),
        kind: EventDataStoreKind::CloudTrail,
        retention: Retention::Unlimited,
        selectors: None,
        partition_by: PartitionBy::default(),
        termination_protection: false,
    };
    let settings = lake.create_event_data_store(new).await.unwrap();
    format!("arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/{}", settings.id)
}

fn request(arn: &str, uri: &str) -> Value {
    let source = json!({"S3LocationUri": uri, "S3BucketRegion": "us-east-1", "S3BucketAccessRoleArn": "arn:aws:iam::111122223333:role/r"});
    json!({"Destinations": [arn], "ImportSource": {"S3": source}})
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["ImportId"].as_str().unwrap().to_owned()
}

async fn get(server: &Running, id: &str) -> Value {
    server.call("GetImport", &json!({ "ImportId": id })).await.json()
}

/// The import when its work has ended.
async fn ended(server: &Running, id: &str) -> Value {
    for _ in 0..1_500 {
        let import = get(server, id).await;
        if !matches!(import["ImportStatus"].as_str().unwrap(), "INITIALIZING" | "IN_PROGRESS") {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("import {id} does not end: {}", get(server, id).await);
}

fn figures(import: &Value) -> (&str, [u64; 5]) {
    let names = ["PrefixesFound", "PrefixesCompleted", "FilesCompleted", "EventsCompleted", "FailedEntries"];
    let status = import["ImportStatus"].as_str().unwrap();
    (status, names.map(|name| import["ImportStatistics"][name].as_u64().unwrap()))
}

async fn count(lake: &Lake, sql: &str) -> String {
    let (batches, _) = lake.query(sql, &QueryOptions::default()).await.unwrap().collect().await.unwrap();
    traillake::text_of(batches[0].column(0), 0).unwrap_or_default()
}

async fn failures(server: &Running, id: &str) -> Vec<(String, String, String)> {
    let listed = server.call("ListImportFailures", &json!({ "ImportId": id })).await.json();
    let text = |failure: &Value, name: &str| failure[name].as_str().unwrap().to_owned();
    let failures = listed["Failures"].as_array().unwrap().iter();
    let mut found: Vec<_> = failures.map(|f| (text(f, "Location"), text(f, "Status"), text(f, "ErrorType"))).collect();
    found.sort();
    found
}

#[tokio::test]
async fn an_import_reads_a_trail_and_says_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    for n in 0..3 {
        buckets.s3.put("logs", &trail_key(n), log_file(n * 10..n * 10 + 10));
    }
    let server = Running::over(buckets.lake(folder.path()).await, config()).await;
    let arn = store(&server.lake, "events").await;
    let started = server.call("StartImport", &request(&arn, "s3://logs/AWSLogs/")).await;
    let import = id(&started);
    let started = started.json();
    assert_eq!(started["Destinations"], json!([arn]));
    assert_eq!(started["ImportSource"]["S3"]["S3BucketAccessRoleArn"], "arn:aws:iam::111122223333:role/r");
    assert_eq!(started["ImportStatistics"], Value::Null);
    assert_eq!(figures(&ended(&server, &import).await), ("COMPLETED", [1, 1, 3, 30, 0]));
    assert_eq!(count(&server.lake, "SELECT count(*) FROM events").await, "30");
    let refused = server.call("StartImport", &json!({ "ImportId": import })).await;
    assert_eq!(refused.refusal(), (400, "InvalidParameterException".to_owned()), "what is complete is not repeated");

    buckets.s3.put("logs", &trail_key(3), log_file(30..40));
    let again = id(&server.call("StartImport", &request(&arn, "s3://logs/AWSLogs/")).await);
    assert_eq!(figures(&ended(&server, &again).await), ("COMPLETED", [1, 1, 4, 40, 0]), "what is known counts");
    let listed = server.call("ListImports", &json!({"Destination": arn, "ImportStatus": "COMPLETED"})).await.json();
    let ids: Vec<_> = listed["Imports"].as_array().unwrap().iter().map(|import| &import["ImportId"]).collect();
    assert_eq!(ids, [&json!(again), &json!(import)], "newest first");
    let metrics = server.send("GET /metrics", &[], b"").await.body;
    assert!(metrics.contains(r#"traillake_ingest_events_total{outcome="stored"} 40"#), "{metrics}");
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_listed_and_succeeds_once_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    buckets.put(&trail_key(0), &[record(0), record(1)]);
    buckets.s3.put("logs", &trail_key(1), "no log file at all");
    buckets.put(&trail_key(2), &[record(2), json!("no record")]);
    let server = Running::over(buckets.lake(folder.path()).await, config()).await;
    let arn = store(&server.lake, "events").await;
    let import = id(&server.call("StartImport", &request(&arn, "s3://logs/AWSLogs")).await);
    let (status, [.., events, failed]) = {
        let import = ended(&server, &import).await;
        let (s, f) = figures(&import);
        (s.to_owned(), f)
    };
    assert_eq!((status.as_str(), events, failed), ("FAILED", 3, 2));
    let expected = |status: &str| {
        [1, 2].map(|n| (format!("s3://logs/{}", trail_key(n)), status.to_owned(), "Quarantined".to_owned()))
    };
    assert_eq!(failures(&server, &import).await, expected("FAILED"));
    let page = server.call("ListImportFailures", &json!({"ImportId": import, "MaxResults": 1})).await.json();
    assert_eq!(page["Failures"].as_array().unwrap().len(), 1);
    let rest = json!({"ImportId": import, "MaxResults": 1, "NextToken": page["NextToken"]});
    let rest = server.call("ListImportFailures", &rest).await.json();
    assert_eq!((rest["Failures"].as_array().unwrap().len(), &rest["NextToken"]), (1, &Value::Null));

    buckets.put(&trail_key(1), &[record(10)]);
    buckets.put(&trail_key(2), &[record(2), record(3)]);
    assert_eq!(id(&server.call("StartImport", &json!({ "ImportId": import })).await), import);
    assert_eq!(figures(&ended(&server, &import).await), ("COMPLETED", [1, 1, 3, 5, 0]));
    assert_eq!(failures(&server, &import).await, expected("SUCCEEDED"));
    assert_eq!(count(&server.lake, "SELECT count(*) FROM events").await, "5");
    server.stop().await;
}

#[tokio::test]
async fn only_listed_places_are_read_and_by_those_who_may_ingest() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    let mut keys = Keys::new(folder.path());
    let root = keys.add("root", &UserRights::new(Role::Admin));
    let reader = keys.add("ann", &UserRights::new(Role::Read));
    let server = Running::over(buckets.lake(folder.path()).await, keys.config(config())).await;
    let arn = store(&server.lake, "events").await;
    for uri in
        ["s3://other/AWSLogs/", "s3://logs", "s3://logs/AWSLogsToo/", "s3://logs/AWSLogs/../x", "file:///etc", "x"]
    {
        let refused = server.call_as(&root, "StartImport", &request(&arn, uri)).await;
        assert_eq!(refused.refusal(), (400, "InvalidImportSourceException".to_owned()), "{uri}");
    }
    let refused = server.call_as(&reader, "StartImport", &request(&arn, "s3://logs/AWSLogs/")).await;
    assert_eq!(refused.refusal(), (403, "AccessDeniedException".to_owned()));
    let listed = server.call_as(&root, "ListImports", &json!({})).await.json();
    assert_eq!(listed["Imports"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn an_import_brings_the_granted_accounts_alone_and_is_unknown_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    buckets.put(&trail_key(0), &[record(0), record_with(1, &[("recipientAccountId", json!(OTHER))])]);
    buckets
        .put(&trail_key(1).replace("111122223333", OTHER), &[record_with(2, &[("recipientAccountId", json!(OTHER))])]);
    let mut keys = Keys::new(folder.path());
    let held = |account: &str| UserRights::new(Role::Ingest).held_to(None, Some(vec![account.to_owned()]));
    let (ann, bob) = (keys.add("ann", &held("111122223333")), keys.add("bob", &held(OTHER)));
    let eve = keys.add("eve", &UserRights::new(Role::Ingest).held_to(Some(vec!["other".to_owned()]), None));
    let server = Running::over(buckets.lake(folder.path()).await, keys.config(config())).await;
    let arn = store(&server.lake, "events").await;
    let import = id(&server.call_as(&ann, "StartImport", &request(&arn, "s3://logs/AWSLogs/")).await);
    let mut status = Value::Null;
    for _ in 0..1_500 {
        status = server.call_as(&ann, "GetImport", &json!({ "ImportId": import })).await.json();
        if status["ImportStatus"] == "COMPLETED" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(status["ImportStatistics"]["EventsCompleted"], 1, "{status}");
    assert_eq!(count(&server.lake, "SELECT count(*) FROM events").await, "1");
    for other in [&bob, &eve] {
        let unknown = server.call_as(other, "GetImport", &json!({ "ImportId": import })).await;
        assert_eq!(unknown.refusal(), (400, "ImportNotFoundException".to_owned()));
        assert_eq!(server.call_as(other, "ListImports", &json!({})).await.json()["Imports"], json!([]));
        let refused = server.call_as(other, "ListImportFailures", &json!({ "ImportId": import })).await;
        assert_eq!(refused.refusal().1, "ImportNotFoundException");
    }
    let refused = server.call_as(&eve, "StartImport", &request(&arn, "s3://logs/AWSLogs/")).await;
    assert_eq!(refused.refusal().1, "EventDataStoreNotFoundException");
    // Her own, but of a time when she was held to no accounts.
    let before = server.lake.create_import(silent(&arn, "ann")).await.unwrap().id;
    for operation in ["GetImport", "StartImport", "ListImportFailures"] {
        let unknown = server.call_as(&ann, operation, &json!({ "ImportId": before })).await;
        assert_eq!(unknown.refusal().1, "ImportNotFoundException", "{operation}");
    }
    server.stop().await;
}

#[tokio::test]
async fn one_import_runs_at_a_time_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    let server = Running::over(buckets.lake(folder.path()).await, config()).await;
    let arn = store(&server.lake, "events").await;
    let (silent, logs) = (request(&arn, "s3://silent/a"), request(&arn, "s3://logs/AWSLogs/"));
    let (one, other) = tokio::join!(server.call("StartImport", &silent), server.call("StartImport", &silent));
    let (started, refused) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(refused.refusal(), (400, "AccountHasOngoingImportException".to_owned()));
    let import = id(&started);
    assert_eq!(server.call("StartImport", &logs).await.refusal().1, "AccountHasOngoingImportException");
    let stopped = server.call("StopImport", &json!({ "ImportId": import })).await.json();
    assert_eq!(stopped["ImportStatus"], "STOPPED");
    let refused = server.call("StopImport", &json!({ "ImportId": import })).await;
    assert_eq!(refused.refusal().1, "InvalidParameterException");
    let refused = server.call("GetImport", &json!({ "ImportId": "0".repeat(36) })).await;
    assert_eq!(refused.refusal().1, "ImportNotFoundException");
    let next = id(&server.call("StartImport", &logs).await);
    assert_eq!(ended(&server, &next).await["ImportStatus"], "COMPLETED");
    assert_eq!(get(&server, &import).await["ImportStatus"], "STOPPED");
    assert_eq!(failures(&server, &import).await, []);
    server.stop().await;
}

#[tokio::test]
async fn one_import_runs_at_a_time_on_all_servers_of_a_lake() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    let one = Running::over(buckets.lake(folder.path()).await, config()).await;
    let other = Running::over(buckets.lake(folder.path()).await, config()).await;
    let silent = request(&store(&one.lake, "events").await, "s3://silent/a");
    let mut import = None;
    for round in 1..=4 {
        // The last rounds start again what the first ones started.
        let asked =
            import.clone().filter(|_| round > 2).map_or_else(|| silent.clone(), |id: String| json!({ "ImportId": id }));
        let (a, b) = tokio::join!(one.call("StartImport", &asked), other.call("StartImport", &asked));
        let (started, refused) = if a.status == 200 { (a, b) } else { (b, a) };
        assert_eq!(refused.refusal().1, "AccountHasOngoingImportException", "{round}: {}", refused.body);
        import = Some(id(&started));
        let listed = one.call("ListImports", &json!({})).await.json();
        assert_eq!(listed["Imports"].as_array().unwrap().len(), 2.min(round), "{listed}");
        let stopped = other.call("StopImport", &json!({ "ImportId": import })).await.json();
        assert_eq!(stopped["ImportStatus"], "STOPPED");
    }
    one.stop().await;
    other.stop().await;
}

/// An import of all accounts whose server has written nothing for long.
fn silent(arn: &str, owner: &str) -> Import {
    let since = chrono::Utc::now() - chrono::TimeDelta::minutes(5);
    Import {
        version: 1,
        id: uuid::Uuid::new_v4(),
        destination: arn.rsplit_once('/').unwrap().1.parse().unwrap(),
        source: ImportSource { uri: "s3://logs/AWSLogs/".into(), region: "us-east-1".into(), role_arn: "r".into() },
        start: None,
        end: None,
        status: ImportStatus::InProgress,
        created_at: since,
        updated_at: since,
        statistics: ImportStatistics::default(),
        failures: Vec::new(),
        owner: owner.into(),
        accounts: None,
    }
}

#[tokio::test]
async fn an_import_whose_server_died_has_failed_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    buckets.put(&trail_key(0), &[record(0), record(1)]);
    let server = Running::over(buckets.lake(folder.path()).await, config()).await;
    let arn = store(&server.lake, "events").await;
    let import = server.lake.create_import(silent(&arn, "root")).await.unwrap().id.to_string();
    assert_eq!(get(&server, &import).await["ImportStatus"], "FAILED");
    assert_eq!(id(&server.call("StartImport", &json!({ "ImportId": import })).await), import);
    assert_eq!(figures(&ended(&server, &import).await), ("COMPLETED", [1, 1, 1, 2, 0]));
    server.stop().await;
}

#[tokio::test]
async fn an_import_that_its_server_cuts_short_is_written_down_and_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::start().await;
    let server = Running::over(buckets.lake(folder.path()).await, config()).await;
    let arn = store(&server.lake, "events").await;
    let import = id(&server.call("StartImport", &request(&arn, "s3://silent")).await);
    tokio::time::timeout(Duration::from_secs(20), server.stop()).await.unwrap();
    let server = Running::over(buckets.lake(folder.path()).await, config()).await;
    let found = get(&server, &import).await;
    assert_eq!(found["ImportStatus"], "FAILED", "{found}");
    let interrupted = ("s3://silent".to_owned(), "FAILED".to_owned(), "Interrupted".to_owned());
    assert_eq!(failures(&server, &import).await, [interrupted]);
    assert_eq!(id(&server.call("StartImport", &json!({ "ImportId": import })).await), import);
    server.stop().await;
}
