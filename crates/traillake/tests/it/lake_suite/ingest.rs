//! Log files become events once, whenever and in whatever order they arrive.

use std::time::Duration;

use serde_json::{Value, json};
use traillake_ingest::IngestRequest;
use traillake_model::PartitionBy;
use traillake_storage::{CompactOptions, NewEventDataStore, compact};
use traillake_testing::{gzip, log_file, record, trail_key};

use super::on_every_place;
use crate::support::{
    Backend, Place, TestLake, assert_exact, ids, log_of, long_after, new_store, record_with, request,
};

on_every_place!(
    a_trail_ingested_twice_is_stored_once,
    files_that_arrive_late_and_out_of_order_are_found,
    an_object_that_changed_is_read_again,
    a_trail_of_another_place_feeds_the_lake,
    a_dry_run_counts_everything_and_writes_nothing,
    queries_count_what_was_stored,
    records_in_other_envelopes_are_the_same_events,
    every_partitioning_gives_the_same_answers,
    events_of_months_are_stored_once,
    compaction_and_vacuum_change_no_answer,
);

fn put_trail(place: &Place, files: std::ops::Range<u64>) {
    for n in files {
        place.put("trail", &trail_key(n), log_file(n * 10..n * 10 + 10));
    }
}

async fn a_trail_ingested_twice_is_stored_once(place: Place) {
    put_trail(&place, 0..5);
    let lake = TestLake::open(&place).await;
    let first = lake.ingest("events", &place, "trail").await;
    assert_eq!((first.objects.ingested, first.events.stored), (5, 50));
    let second = lake.ingest("events", &place, "trail").await;
    assert_eq!((second.objects.seen, second.objects.unchanged, second.events.read), (5, 5, 0), "{second:?}");
    let retry = IngestRequest { retry: true, ..request(&place.address("trail"), place.options("trail")) };
    let third = lake.ingest_with("events", retry).await;
    assert_eq!((third.events.duplicate, third.events.stored), (50, 0));
    assert_exact(&lake.table("events").await, &ids(0..50)).await;
}

async fn files_that_arrive_late_and_out_of_order_are_found(place: Place) {
    let lake = TestLake::open(&place).await;
    for files in [3..5, 7..8, 0..1, 5..7, 1..3] {
        put_trail(&place, files.clone());
        let summary = lake.ingest("events", &place, "trail").await;
        assert_eq!(summary.objects.ingested, files.end - files.start, "{files:?}");
    }
    assert_exact(&lake.table("events").await, &ids(0..80)).await;
}

async fn an_object_that_changed_is_read_again(place: Place) {
    put_trail(&place, 0..1);
    let lake = TestLake::open(&place).await;
    lake.ingest("events", &place, "trail").await;
    place.put("trail", &trail_key(0), log_file(0..15));
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (5, 10));
    assert_exact(&lake.table("events").await, &ids(0..15)).await;
}

async fn a_trail_of_another_place_feeds_the_lake(place: Place) {
    let other = match place {
        Place::Folder(_) => Place::new(Backend::S3).await,
        Place::S3(_) => Place::new(Backend::Folder).await,
    };
    put_trail(&other, 0..3);
    let lake = TestLake::open(&place).await;
    assert_eq!(lake.ingest("events", &other, "trail").await.events.stored, 30);
    assert_eq!(lake.ingest("events", &other, "trail").await.objects.unchanged, 3);
    assert_exact(&lake.table("events").await, &ids(0..30)).await;
}

async fn a_dry_run_counts_everything_and_writes_nothing(place: Place) {
    put_trail(&place, 0..2);
    place.put("trail", &trail_key(9), log_file(0..10));
    let lake = TestLake::open(&place).await;
    lake.create("events").await;
    let before = place.keys("lake");
    let dry = IngestRequest { dry_run: true, ..request(&place.address("trail"), place.options("trail")) };
    let summary = lake.ingest_with("events", dry).await;
    assert_eq!((summary.events.read, summary.events.stored, summary.events.duplicate), (30, 20, 10));
    assert_eq!(place.keys("lake"), before);
}

async fn queries_count_what_was_stored(place: Place) {
    put_trail(&place, 0..4);
    let lake = TestLake::open(&place).await;
    lake.ingest("events", &place, "trail").await;
    assert_eq!(lake.value("SELECT count(*) FROM events").await, "40");
    let by_name = lake.rows("SELECT eventName, count(*) FROM events GROUP BY eventName ORDER BY 1").await;
    assert_eq!(by_name, [["GetObject", "20"], ["PutObject", "20"]]);
    let bucket = "SELECT count(*) FROM events WHERE element_at(requestParameters, 'bucketName') = 'bucket-3'";
    assert_eq!(lake.value(bucket).await, "8");
    let user = "SELECT userIdentity.userName FROM events WHERE eventID = '00000000-0000-4000-8000-000000000013'";
    assert_eq!(lake.value(user).await, "user6");
    let json = lake.value("SELECT eventJson FROM events ORDER BY eventTime LIMIT 1").await;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap().to_string(), record(0).to_string());
}

async fn records_in_other_envelopes_are_the_same_events(place: Place) {
    let event_bridge = json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "account": "111122223333",
        "region": "us-east-1", "source": "aws.s3", "detail": record(3)});
    let looked_up = json!({"Events": [{"EventId": "x", "CloudTrailEvent": record(4).to_string()}]});
    let lines = format!("{}\n{}\n", record(5), record(6));
    let subscription = json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": [{"id": "1", "timestamp": 1, "message": record(7).to_string()}]});
    place.put("trail", "a.json.gz", log_of(&[record(0), record(1)]));
    place.put("trail", "b-array.json", json!([record(1), record(2)]).to_string());
    place.put("trail", "c-event-bridge.json", event_bridge.to_string());
    place.put("trail", "d-lookup.json", looked_up.to_string());
    place.put("trail", "e-lines", zstd(lines.as_bytes()));
    place.put("trail", "f-subscription", gzip(subscription.to_string().as_bytes()));
    place.put("trail", "g-bare.json", record_with(8, &[]).to_string());
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate, summary.objects.ingested), (9, 1, 7), "{summary:?}");
    assert_exact(&lake.table("events").await, &ids(0..9)).await;
}

/// One zstd frame with the bytes stored raw, as the format's specification spells it.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).unwrap();
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000];
    frame.extend(size.to_le_bytes());
    frame.extend_from_slice(&((size << 3) | 1).to_le_bytes()[..3]);
    frame.extend_from_slice(bytes);
    frame
}

async fn every_partitioning_gives_the_same_answers(place: Place) {
    put_trail(&place, 0..2);
    place.put("trail", "other.json.gz", log_of(&[record_with(0, &[("recipientAccountId", json!("999988887777"))])]));
    let lake = TestLake::open(&place).await;
    for keys in PartitionBy::ALL {
        let name = &keys.to_string().replace(',', "-");
        let new = NewEventDataStore { partition_by: keys, ..new_store(name) };
        lake.storage.create_event_data_store(new).await.unwrap();
        for stored in [21, 0] {
            let retry = IngestRequest { retry: true, ..request(&place.address("trail"), place.options("trail")) };
            assert_eq!(lake.ingest_with(name, retry).await.events.stored, stored, "{keys}");
        }
        let rows =
            lake.rows(&format!("SELECT recipientAccountId, count(*) FROM \"{name}\" GROUP BY 1 ORDER BY 1")).await;
        assert_eq!(rows, [["111122223333", "20"], ["999988887777", "1"]], "{keys}");
    }
}

/// Events on both sides of two ends of months, delivered again by other objects, before and after a compaction.
async fn events_of_months_are_stored_once(place: Place) {
    let times = ["2025-11-30T23:59:59Z", "2025-12-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"];
    let records: Vec<Value> = (0..).zip(times).map(|(n, time)| record_with(n, &[("eventTime", json!(time))])).collect();
    let lake = TestLake::open(&place).await;
    let new = NewEventDataStore { partition_by: "account,month".parse().unwrap(), ..new_store("months") };
    lake.storage.create_event_data_store(new).await.unwrap();
    for (n, part) in records.chunks(2).chain(records.chunks(4)).enumerate() {
        place.put("trail", &format!("{n}.json.gz"), log_of(part));
        let events = lake.ingest("months", &place, "trail").await.events;
        assert_eq!((events.stored, events.duplicate), if n < 2 { (2, 0) } else { (0, 4) });
    }
    let table = lake.table("months").await;
    assert_eq!((table.snapshot().files.len(), table.snapshot().files.partition_count()), (4, 3));
    compact(&table, CompactOptions::default()).await.unwrap();
    let retry = IngestRequest { retry: true, ..request(&place.address("trail"), place.options("trail")) };
    assert_eq!(lake.ingest_with("months", retry).await.events.stored, 0);
    assert_exact(&lake.table("months").await, &ids(0..4)).await;
}

async fn compaction_and_vacuum_change_no_answer(place: Place) {
    let lake = TestLake::open(&place).await;
    for n in 0..6 {
        put_trail(&place, n..n + 1);
        lake.ingest("events", &place, "trail").await;
    }
    let table = lake.table("events").await;
    let question = "SELECT eventID, eventJson FROM events ORDER BY eventID";
    let before = lake.rows(question).await;
    assert_eq!(table.snapshot().files.len(), 6);
    compact(&table, CompactOptions::default()).await.unwrap();
    assert_eq!(table.refresh().await.unwrap().files.len(), 1);
    lake.clock.set(long_after());
    let vacuumed = table.vacuum(Duration::ZERO, false).await.unwrap();
    assert!(vacuumed.files >= 6, "{vacuumed:?}");
    assert_eq!(lake.rows(question).await, before);
    assert_eq!(lake.ingest("events", &place, "trail").await.objects.unchanged, 6);
    assert_exact(&table, &ids(0..60)).await;
}
