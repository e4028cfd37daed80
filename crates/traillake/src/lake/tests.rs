//! What an embedding program relies on.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use crate::{
    Error, ErrorCode, EventDataStoreKind, FindOptions, FixedClock, IndexOptions, Lake, LakeOptions, ModelError,
    NewEventDataStore, NewTrail, PartitionBy, QueryError, QueryOptions, Retention, StorageError,
};

fn record(number: u32) -> String {
    format!(
        r#"{{"eventTime":"2024-05-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1",
            "eventID":"00000000-0000-4000-8000-{number:012}","recipientAccountId":"111122223333"}}"#
    )
}

async fn lake() -> Lake {
    let now = "2024-05-02T00:00:00Z".parse().unwrap();
    LakeOptions::new().clock(Arc::new(FixedClock::new(now))).open("memory://tests").await.unwrap()
}

async fn count(lake: &Lake, sql: &str) -> i64 {
    let (batches, _) = lake.query(sql, &QueryOptions::default()).await.unwrap().collect().await.unwrap();
    batches[0].column(0).as_primitive::<Int64Type>().value(0)
}

fn new_store(name: &str) -> NewEventDataStore {
    NewEventDataStore {
        name: name.parse().unwrap(),
        kind: EventDataStoreKind::CloudTrail,
        retention: Retention::Days(7),
        selectors: None,
        partition_by: PartitionBy::default(),
        termination_protection: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_from_memory_are_stored_once() {
    let lake = lake().await;
    let first = lake.ingest_records("events", (0..100).map(record)).await.unwrap();
    assert_eq!((first.events.stored, first.events.read, first.is_balanced()), (100, 100, true));
    let overlapping = lake.ingest_records("events", (50..150).map(record)).await.unwrap();
    assert_eq!((overlapping.events.stored, overlapping.events.duplicate), (50, 50));
    assert_eq!(count(&lake, "SELECT count(*) FROM events").await, 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_made_for_hundreds_of_quiet_accounts_has_no_partition_for_each() {
    let lake = lake().await;
    let folder = tempfile::tempdir().unwrap();
    for number in 0..300 {
        let account = format!("{number:012}");
        let day = folder.path().join(format!("AWSLogs/{account}/CloudTrail/eu-west-1/2024/05/01"));
        std::fs::create_dir_all(&day).unwrap();
        let file = day.join(format!("{account}_CloudTrail_eu-west-1_20240501T1000Z_x.json"));
        std::fs::write(file, format!(r#"{{"Records":[{}]}}"#, record(number))).unwrap();
    }
    let request = lake.ingest_request(&folder.path().to_string_lossy()).unwrap();
    assert_eq!(lake.ingest("quiet", request).await.unwrap().events.stored, 300);
    let quiet = lake.describe_event_data_store("quiet").await.unwrap();
    assert_eq!((quiet.settings.partition_by.to_string().as_str(), quiet.files), ("region,date", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_is_set_aside_and_its_neighbours_are_stored() {
    let lake = lake().await;
    let summary = lake.ingest_records("events", [record(1), "{\"eventName\": 1".to_owned(), record(2)]).await.unwrap();
    assert!(summary.is_balanced() && summary.needs_attention(), "{summary:?}");
    assert!(summary.events.stored >= 1, "{summary:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_is_no_record_is_set_aside_not_ignored() {
    let lake = lake().await;
    for _ in 0..2 {
        let summary = lake.ingest_records("events", ["not a record"]).await.unwrap();
        assert_eq!((summary.objects.ignored, summary.is_balanced()), (0, true), "{summary:?}");
    }
    assert_eq!(count(&lake, "SELECT count(*) FROM system.quarantine").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_records_are_no_work() {
    let summary = lake().await.ingest_records("events", Vec::<String>::new()).await.unwrap();
    assert_eq!((summary.objects.seen, summary.events.read), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_can_be_matched_and_have_codes_and_hints() {
    let lake = lake().await;
    lake.create_event_data_store(new_store("audit")).await.unwrap();

    let again = lake.create_event_data_store(new_store("audit")).await.unwrap_err();
    assert!(matches!(again, Error::Storage(StorageError::EventDataStoreAlreadyExists { .. })));
    assert_eq!(again.code(), Some(ErrorCode::EventDataStoreAlreadyExists));

    let missing = lake.event_data_store("audits").await.unwrap_err();
    assert_eq!(
        (missing.code(), missing.hint().as_deref()),
        (Some(ErrorCode::EventDataStoreNotFound), Some("did you mean `audit`?"))
    );

    let protected = lake.delete_event_data_store("audit").await.unwrap_err();
    assert!(
        matches!(&protected, Error::Storage(StorageError::Model { source: ModelError::TerminationProtected { .. } })),
        "{protected:?}"
    );
    assert!(protected.hint().unwrap().contains("--termination-protection off"));

    let query = lake.query("SELECT nosuch FROM audit", &QueryOptions::default()).await.unwrap_err();
    assert!(matches!(query, Error::Query(QueryError::UnknownColumn { .. })));
    assert_eq!(query.code(), Some(ErrorCode::InvalidQueryStatement));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_lake_must_be_there_and_refuses_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let missing = LakeOptions::new().read_only().open(&place).await.unwrap_err();
    assert!(matches!(missing, Error::Storage(StorageError::LakeNotFound { .. })));
    Lake::open(&place).await.unwrap().ingest_records("events", [record(1)]).await.unwrap();
    let lake = LakeOptions::new().read_only().open(&place).await.unwrap();
    assert_eq!(count(&lake, "SELECT count(*) FROM events").await, 1);
    let refused = lake.create_event_data_store(new_store("other")).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::AccessDenied));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_described_with_its_figures() {
    let lake = lake().await;
    lake.ingest_records("events", (0..10).map(record)).await.unwrap();
    let described = lake.describe_event_data_store("events").await.unwrap();
    assert_eq!((described.events, described.files, described.accounts, described.regions), (10, 1, 1, 1));
    let (first, last) = (described.first_event().unwrap(), described.last_event().unwrap());
    assert_eq!((first.timestamp(), (last - first).num_milliseconds()), (1_714_557_600, 0));
    assert_eq!(described.hint(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_store_can_be_restored() {
    let lake = lake().await;
    lake.create_event_data_store(new_store("audit")).await.unwrap();
    lake.update_event_data_store("audit", |settings| settings.set_termination_protection(false)).await.unwrap();
    lake.delete_event_data_store("audit").await.unwrap();
    assert!(lake.event_data_stores_or_all(None).await.unwrap().is_empty());
    lake.restore_event_data_store("audit").await.unwrap();
    assert_eq!(lake.event_data_stores_or_all(None).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn trails_are_kept_by_name() {
    let lake = lake().await;
    let new = NewTrail {
        name: "main".parse().unwrap(),
        source: "s3://logs/".to_owned(),
        store: "events".parse().unwrap(),
        region: None,
        endpoint_url: None,
    };
    lake.put_trail(new).await.unwrap();
    assert_eq!(lake.trail("main").await.unwrap().source, "s3://logs/");
    lake.remove_trail("main").await.unwrap();
    assert!(lake.trails().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_knows_the_stores() {
    let lake = lake().await;
    lake.ingest_records("events", (0..3).map(record)).await.unwrap();
    let session = lake.session_context(&QueryOptions::default()).await.unwrap();
    let batches = session.sql("SELECT eventname FROM events").await.unwrap().collect().await.unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_found_inside_nested_parameters_and_in_its_days_alone() {
    let lake = lake().await;
    let event = |day: u32, parameters: &str| {
        record(day).replace("-01T", &format!("-0{day}T")).replacen(
            '{',
            &format!(r#"{{"requestParameters":{parameters},"#),
            1,
        )
    };
    let deep = r#"{"instancesSet":{"items":[{"instanceId":"i-0a"},{"instanceId":"i-0b"}]},"policy":"{\"Resource\":\"i-0b\"}"}"#;
    let events = [
        event(1, r#"{"instanceId":"i-0b"}"#),
        event(2, deep),
        event(1, r#"{"instanceId":"i-0bc"}"#).replace("0001", "0009"),
    ];
    lake.ingest_records("events", events).await.unwrap();
    let found = async |options: FindOptions| {
        let (batches, stats) = lake.find("i-0b", &options).await.unwrap().collect().await.unwrap();
        let paths = |batch: &RecordBatch| {
            let paths = batch.column_by_name("foundIn").unwrap().as_list::<i32>();
            let texts = |row: ArrayRef| row.as_string::<i32>().iter().flatten().map(str::to_owned).collect();
            paths.iter().flatten().map(texts).collect::<Vec<Vec<String>>>()
        };
        (batches.iter().flat_map(paths).collect::<Vec<_>>(), stats)
    };
    let newest_first = [
        vec![
            "requestparameters.instancesSet.items[1].instanceId".to_owned(),
            "requestparameters.policy.Resource".to_owned(),
        ],
        vec!["requestparameters.instanceId".to_owned()],
    ];
    let (all, stats) = found(FindOptions::default()).await;
    assert_eq!(all, newest_first);
    assert_eq!((stats.files_read, stats.files_total), (2, 2));
    let second = FindOptions { from: Some("2024-05-02T00:00:00Z".parse().unwrap()), ..FindOptions::default() };
    assert_eq!(found(second).await.0, newest_first[..1]);
    let first = FindOptions { until: Some("2024-05-02T00:00:00Z".parse().unwrap()), ..FindOptions::default() };
    assert_eq!(found(first).await.0, newest_first[1..]);
    let (batches, stats) = lake.find("i-0a", &FindOptions::default()).await.unwrap().collect().await.unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 1);
    assert_eq!((stats.files_read, stats.files_ruled_out), (1, 1));
    let report = lake.build_index("events", IndexOptions::default()).await.unwrap();
    assert_eq!((report.files, report.files_missing), (2, 0));
}
