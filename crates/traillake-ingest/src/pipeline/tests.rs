//! The contracts of ingest on a lake in memory: exactly once, balanced, atomic.

mod bench;
mod faults;
mod follow;
mod limits;

use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use traillake_model::{AdvancedEventSelector, Retention};
use traillake_storage::{EventTable, ObjectStatus, ObjectStoreOptions};
use traillake_testing::{gzip, record, write_trail};

use self::bench::{Bench, day, records, with, without};
use crate::{IngestLimits, IngestProgress, IngestRequest, RetryRequest, SourceSpec, ingest, retry_quarantine};

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_ingested_twice_is_stored_once() {
    let bench = Bench::new().await;
    write_trail(bench.path(), 5, 20);
    let first = bench.ingest().await;
    assert_eq!((first.objects.ingested, first.events.read, first.events.stored), (5, 100, 100));
    assert!(first.bytes.compressed > 0 && first.bytes.decompressed > first.bytes.compressed && first.bytes.stored > 0);
    let second = bench.ingest().await;
    assert_eq!((second.objects.seen, second.objects.unchanged, second.objects.ingested), (5, 5, 0));
    assert_eq!((second.events.read, bench.rows().await), (0, 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_reads_everything_again_and_stores_nothing_twice() {
    let bench = Bench::new().await;
    write_trail(bench.path(), 3, 10);
    bench.ingest().await;
    let mut request = bench.request();
    request.retry = true;
    let again = bench.run(request).await;
    assert_eq!((again.objects.ingested, again.events.duplicate, again.events.stored), (3, 30, 0));
    assert_eq!(bench.rows().await, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_arrives_late_is_found() {
    let bench = Bench::new().await;
    bench.put_records("b.json", &records(0..3));
    bench.ingest().await;
    bench.put_records("a.json", &records(3..5));
    let summary = bench.ingest().await;
    assert_eq!((summary.objects.unchanged, summary.objects.ingested, summary.events.stored), (1, 1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_within_and_between_objects_is_stored_once() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &[record(1), record(1), record(2)]);
    bench.put_records("b.json", &[record(2), record(3)]);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.read, summary.events.stored, summary.events.duplicate), (5, 3, 2));
    bench.put_records("c.json", &[record(3), record(4)]);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_in_another_order_and_nulls_do_not_make_another_event() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &[record(1)]);
    bench.ingest().await;
    let members: serde_json::Map<String, Value> = record(1).as_object().unwrap().clone().into_iter().rev().collect();
    bench.put_records("b.json", &[with(without(Value::Object(members), "responseElements"), "errorCode", Value::Null)]);
    assert_eq!(bench.ingest().await.events.duplicate, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_other_content_is_stored_as_well() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &[record(1), with(record(1), "eventName", json!("DeleteObject"))]);
    assert_eq!(bench.ingest().await.events.stored, 2);
    bench.put_records("b.json", &[with(record(1), "eventName", json!("PutObjectAcl")), record(1)]);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_an_id_keep_their_number() {
    let bench = Bench::new().await;
    let anonymous = without(record(1), "eventID");
    bench.put_records("a.json", &[anonymous.clone(), anonymous.clone()]);
    assert_eq!(bench.ingest().await.events.stored, 2);
    bench.put_records("b.json", &[anonymous.clone(), anonymous.clone(), anonymous.clone()]);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 2));
    let mut request = bench.request();
    request.retry = true;
    assert_eq!(bench.run(request).await.events.duplicate, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_an_id_of_one_second_are_told_apart_by_content() {
    let bench = Bench::new().await;
    let anonymous = |name: &str| with(without(record(1), "eventID"), "eventName", json!(name));
    bench.put_records("a.json", &[anonymous("PutObject"), anonymous("GetObject")]);
    assert_eq!(bench.ingest().await.events.stored, 2);
    bench.put_records("b.json", &[anonymous("GetObject"), anonymous("HeadObject"), anonymous("PutObject")]);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_names_no_region_is_the_same_in_another_folder() {
    let bench = Bench::new().await;
    let nowhere = without(record(1), "awsRegion");
    for region in ["us-east-1", "eu-west-1"] {
        let folder = format!("AWSLogs/111122223333/CloudTrail/{region}/2026/01/01");
        std::fs::create_dir_all(bench.path().join(&folder)).unwrap();
        bench.put_records(&format!("{folder}/a.json"), std::slice::from_ref(&nowhere));
        bench.ingest().await;
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_file_gives_its_complete_records_and_is_partial() {
    let bench = Bench::new().await;
    let whole = gzip(json!({ "Records": records(0..2_000) }).to_string().as_bytes());
    bench.put("a.json.gz", &whole[..whole.len() / 2]);
    let summary = bench.ingest().await;
    assert_eq!((summary.objects.ingested, summary.events.quarantined), (1, 1));
    assert!(summary.events.stored > 0 && summary.events.stored < 2_000);
    assert!(summary.needs_attention() && summary.notes.iter().any(|note| note.message.contains("a.json.gz")));
    assert_eq!(bench.manifest().await[0].status, ObjectStatus::Partial);
    bench.put("a.json.gz", &whole);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.read, bench.rows().await), (2_000, 2_000));
    assert!(bench.quarantine().await.is_empty(), "the new reading replaces the old one");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_records_are_set_aside_and_the_good_ones_stored() {
    let bench = Bench::new().await;
    bench.put("a.json", json!({ "Records": [record(1), 17, {"eventName": null}] }).to_string().as_bytes());
    let summary = bench.ingest().await;
    assert_eq!((summary.events.read, summary.events.stored, summary.events.quarantined), (3, 1, 2));
    let reasons: Vec<String> = bench.quarantine().await.into_iter().map(|row| row.reason).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.contains(&"not_an_object".to_owned()), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_impossible_dates_are_set_aside() {
    let bench = Bench::new().await;
    let past = with(record(1), "eventTime", json!("1999-01-01T00:00:00Z"));
    let future = with(record(2), "eventTime", json!("2027-01-01T00:00:00Z"));
    bench.put_records("a.json", &[past, future]);
    assert_eq!(bench.ingest().await.events.quarantined, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_retention_brings_expired_events_back() {
    let mut bench = Bench::with(|new| new.retention = Retention::Days(7)).await;
    bench.put_records("a.json", &records(0..3));
    let summary = bench.ingest().await;
    assert_eq!((summary.events.expired, summary.events.stored), (3, 0));
    let hint = summary.notes.iter().find_map(|note| note.hint.clone()).unwrap();
    assert!(hint.contains("--retention-days 33"), "{hint}");
    assert_eq!(bench.ingest().await.objects.unchanged, 1);
    bench.renew(|settings| settings.set_retention(Retention::Days(33)).unwrap()).await;
    let summary = bench.ingest().await;
    assert_eq!((summary.objects.ingested, summary.events.stored), (1, 3));
    assert_eq!(bench.ingest().await.objects.unchanged, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_selectors_bring_filtered_events_back() {
    let selectors = |name: &str| {
        let text = format!(
            r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
                {{"Field":"resources.type","Equals":["AWS::S3::Object"]}},{{"Field":"eventName","Equals":["{name}"]}}]}}]"#
        );
        AdvancedEventSelector::parse_list(&text).unwrap()
    };
    let mut bench = Bench::with(|new| new.selectors = Some(selectors("GetObject"))).await;
    let resources = json!([{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::bucket/key"}]);
    let records: Vec<Value> = (0..4).map(|n| with(record(n), "resources", resources.clone())).collect();
    bench.put_records("a.json", &records);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.stored, summary.events.filtered), (2, 2));
    assert!(summary.reasons[0].reason.contains("no selector takes `Data` events of `s3.amazonaws.com`"));
    bench.renew(|settings| settings.set_selectors(Some(selectors("PutObject"))).unwrap()).await;
    // What was stored under the old selectors stays, and counts as filtered under the new ones.
    let summary = bench.run_unchecked(bench.request()).await;
    assert_eq!((summary.events.stored, summary.events.filtered), (2, 2));
    assert_eq!(bench.rows().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_another_kind_are_filtered_with_a_hint() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &[with(record(1), "eventCategory", json!("Insight")), record(2)]);
    let summary = bench.ingest().await;
    assert_eq!((summary.events.filtered, summary.events.stored, summary.events.quarantined), (1, 1, 0));
    assert!(summary.notes.iter().any(|note| note.hint.as_ref().is_some_and(|hint| hint.contains("--kind insights"))));
    assert!(!summary.needs_attention());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_larger_than_a_batch_is_committed_in_parts_that_balance() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &records(0..3_000));
    bench.put_records("b.json", &records(2_900..3_100));
    let mut request = bench.request();
    request.limits = IngestLimits { memory_bytes: 4_000_000, ..IngestLimits::default() };
    let summary = bench.run(request).await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (3_100, 100));
    assert!(bench.table.snapshot().manifest_head > 2, "several commits");
    assert!(bench.manifest().await.iter().all(|row| row.status == ObjectStatus::Ingested));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_ingests_at_once_store_every_event_once() {
    let bench = Bench::new().await;
    write_trail(bench.path(), 12, 50);
    let other = bench.lake.events(bench.table.settings()).await.unwrap();
    let limits = IngestLimits { memory_bytes: 1_000_000, ..IngestLimits::default() };
    let run = |table: EventTable| {
        let request = IngestRequest { limits, ..bench.request() };
        let (lake, progress) = (bench.lake.clone(), Arc::new(IngestProgress::new()));
        tokio::spawn(async move { ingest(&table, &lake, request, progress, CancellationToken::new()).await.unwrap() })
    };
    let (one, two) = tokio::join!(run(bench.table.clone()), run(other));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.is_balanced() && two.is_balanced());
    assert_eq!(one.events.stored + two.events.stored, 600);
    assert_eq!(bench.rows().await, 600);
    bench.assert_balanced().await;
    assert_eq!(bench.ingest().await.objects.unchanged, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    let bench = Bench::new().await;
    bench.put("a.json", json!({ "Records": [record(1), record(1), 17] }).to_string().as_bytes());
    let mut request = bench.request();
    request.dry_run = true;
    let summary = bench.run(request.clone()).await;
    assert_eq!((summary.events.stored, summary.events.duplicate, summary.events.quarantined), (1, 1, 1));
    assert_eq!((summary.bytes.stored, bench.rows().await, bench.manifest().await.len()), (0, 0, 0));
    bench.ingest().await;
    request.retry = true;
    let summary = bench.run(request).await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_ingest_says_so_and_the_next_one_goes_on() {
    let bench = Bench::new().await;
    write_trail(bench.path(), 3, 10);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let progress = Arc::new(IngestProgress::new());
    let summary = ingest(&bench.table, &bench.lake, bench.request(), progress, cancel).await.unwrap();
    assert!(summary.interrupted && summary.is_balanced());
    bench.assert_balanced().await;
    bench.ingest().await;
    assert_eq!(bench.rows().await, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn quarantined_records_that_can_be_read_now_leave_the_quarantine() {
    let bench = Bench::new().await;
    let future = with(record(2), "eventTime", json!("2026-03-01T00:00:00Z"));
    bench.put("a.json", json!({ "Records": [record(1), future, 17] }).to_string().as_bytes());
    bench.ingest().await;
    assert_eq!(bench.quarantine().await.len(), 2);
    bench.clock.set(day(2026, 3, 2));
    let progress = Arc::new(IngestProgress::new());
    let summary =
        retry_quarantine(&bench.table, &bench.lake, RetryRequest::default(), progress, CancellationToken::new())
            .await
            .unwrap();
    assert_eq!((summary.events.read, summary.events.stored, summary.events.quarantined), (2, 1, 1));
    bench.assert_balanced().await;
    let row = &bench.manifest().await[0];
    assert_eq!((row.read, row.stored, row.quarantined), (3, 2, 1));
    assert_eq!(bench.quarantine().await.len(), 1);
    assert_eq!(bench.ingest().await.objects.unchanged, 1, "the object itself is not read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn invented_regions_share_one_partition() {
    let bench = Bench::new().await;
    let odd = ["../../etc", "", "US-EAST-1", "a b"].map(|region| with(record(1), "awsRegion", json!(region)));
    bench.put_records("a.json", &odd);
    assert_eq!(bench.ingest().await.events.stored, 4);
    let snapshot = bench.table.snapshot();
    assert_eq!(snapshot.files.regions().into_iter().collect::<Vec<_>>(), ["unknown"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_without_records_are_ignored_in_a_walk() {
    let bench = Bench::new().await;
    bench.put("readme.txt", b"not json at all");
    let summary = bench.ingest().await;
    assert_eq!((summary.objects.ignored, summary.events.read), (1, 0));
    assert_eq!(bench.ingest().await.objects.unchanged, 1);
    let named = SourceSpec::parse(bench.path().join("readme.txt").to_str().unwrap()).unwrap();
    let mut request = IngestRequest::new(vec![named], ObjectStoreOptions::default());
    request.retry = true;
    assert_eq!(bench.run(request).await.events.quarantined, 1);
}
