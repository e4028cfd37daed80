//! Broken input: what can be read is stored, the rest is set aside byte for byte and can be tried again.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::TryStreamExt;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use traillake_ingest::{IngestLimits, IngestProgress, IngestRequest, RetryRequest, retry_quarantine};
use traillake_storage::ObjectStatus;
use traillake_testing::{gzip, log_file, record};

use super::on_every_place;
use crate::support::{
    Place, TestLake, assert_balanced, ids, log_of, manifest, quarantine, record_with, request, stored_ids,
};

on_every_place!(
    a_truncated_gzip_gives_the_records_before_the_break_and_the_rest_when_it_is_whole,
    bad_records_are_set_aside_byte_for_byte_and_never_stop_a_file,
    a_record_over_the_limit_is_set_aside_and_stored_after_a_retry_with_a_higher_one,
    records_of_too_many_values_or_levels_are_set_aside,
    foreign_objects_are_ignored_in_a_walk,
);

async fn a_truncated_gzip_gives_the_records_before_the_break_and_the_rest_when_it_is_whole(place: Place) {
    let whole = log_file(0..200);
    place.put("trail", "a.json.gz", whole[..whole.len() / 2].to_vec());
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert!(summary.events.stored > 20 && summary.events.stored < 200, "{summary:?}");
    assert_eq!(summary.events.quarantined, 1, "{summary:?}");
    let table = lake.table("events").await;
    let rows = manifest(&table, &table.refresh().await.unwrap()).await;
    assert_eq!(rows[0].status, ObjectStatus::Partial);
    assert_balanced(&rows, summary.events.stored);
    place.put("trail", "a.json.gz", whole);
    let rest = lake.ingest("events", &place, "trail").await;
    assert_eq!((rest.events.duplicate, rest.events.stored), (summary.events.stored, 200 - summary.events.stored));
    crate::support::assert_exact(&table, &ids(0..200)).await;
    assert!(quarantine(&table).await.is_empty(), "the whole object left nothing to set aside");
}

async fn bad_records_are_set_aside_byte_for_byte_and_never_stop_a_file(place: Place) {
    let no_time = record_with(7, &[("eventTime", serde_json::Value::Null)]);
    let text = format!("{{\"Records\":[{},17,{no_time},\"text\",{}]}}", record(0), record(1));
    place.put("trail", "a.json.gz", gzip(text.as_bytes()));
    place.put("trail", "b.json.gz", log_of(&[record(2)]));
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.quarantined), (3, 3), "{summary:?}");
    assert!(summary.needs_attention());
    let table = lake.table("events").await;
    let mut aside = quarantine(&table).await;
    aside.sort_by_key(|row| row.offset_bytes);
    let bytes: Vec<_> = aside.iter().map(|row| String::from_utf8(row.bytes.clone().unwrap()).unwrap()).collect();
    assert_eq!(bytes, ["17".to_owned(), no_time.to_string(), "\"text\"".to_owned()]);
    for row in &aside {
        let offset = usize::try_from(row.offset_bytes).unwrap();
        assert!(
            text[offset..].starts_with(&String::from_utf8_lossy(row.bytes.as_ref().unwrap()).into_owned()),
            "{row:?}"
        );
        assert!(row.object.ends_with("a.json.gz") && !row.reason.is_empty() && !row.message.is_empty(), "{row:?}");
    }
    assert_eq!(lake.value("SELECT count(*) FROM system.quarantine").await, "3");
    assert_eq!(lake.ingest("events", &place, "trail").await.objects.unchanged, 2, "it is not tried again by itself");
}

async fn a_record_over_the_limit_is_set_aside_and_stored_after_a_retry_with_a_higher_one(place: Place) {
    let long = record_with(1, &[("additionalEventData", json!({"text": "x".repeat(3_000_000)}))]);
    let text = long.to_string();
    place.put("trail", "a.json.gz", log_of(&[record(0), long, record(2)]));
    let lake = TestLake::open(&place).await;
    let limits = IngestLimits { record_bytes: 1 << 20, ..IngestLimits::default() };
    let request = IngestRequest { limits, ..request(&place.address("trail"), place.options("trail")) };
    let summary = lake.ingest_with("events", request).await;
    assert_eq!((summary.events.stored, summary.events.quarantined), (2, 1), "{summary:?}");
    let table = lake.table("events").await;
    let aside = quarantine(&table).await;
    let blob = table.quarantine_blob(aside[0].blob.as_deref().unwrap()).await.unwrap();
    let bytes: Vec<bytes::Bytes> = blob.try_collect().await.unwrap();
    assert_eq!(String::from_utf8(bytes.concat()).unwrap(), text, "it was set aside byte for byte");
    assert_eq!(aside[0].length_bytes, text.len() as u64);
    let retry = RetryRequest { objects: BTreeSet::new(), dry_run: false, limits: IngestLimits::default() };
    let progress = Arc::new(IngestProgress::new());
    let retried = retry_quarantine(&table, &lake.storage, retry, progress, CancellationToken::new()).await.unwrap();
    assert_eq!((retried.events.read, retried.events.stored), (1, 1), "{retried:?}");
    assert!(quarantine(&table).await.is_empty());
    let snapshot = table.refresh().await.unwrap();
    assert_eq!(stored_ids(&table, &snapshot).await.into_keys().collect::<Vec<_>>(), ids(0..3));
    assert_balanced(&manifest(&table, &snapshot).await, 3);
}

async fn records_of_too_many_values_or_levels_are_set_aside(place: Place) {
    let members: Vec<String> = (0..1_100_000).map(|n| format!("\"{n}\":0")).collect();
    let many = format!("{{\"eventName\":\"x\",\"eventSource\":\"y\",\"a\":{{{}}}}}", members.join(","));
    let deep =
        format!("{{\"eventName\":\"x\",\"eventSource\":\"y\",\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    place.put(
        "trail",
        "a.json.gz",
        gzip(format!("{{\"Records\":[{},{many},{deep},{}]}}", record(0), record(1)).as_bytes()),
    );
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.quarantined), (2, 2), "{summary:?}");
    let lengths = lake.rows("SELECT length_bytes FROM system.quarantine ORDER BY offset_bytes").await;
    assert_eq!(lengths, [[many.len().to_string()], [deep.len().to_string()]], "byte for byte");
}

async fn foreign_objects_are_ignored_in_a_walk(place: Place) {
    place.put("trail", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/01/digest.json.gz", gzip(b"{}"));
    place.put(
        "trail",
        "AWSLogs/111122223333/Config/us-east-1/2026/1/1/ConfigHistory/x.json.gz",
        gzip(b"{\"configurationItems\":[]}"),
    );
    place.put("trail", "notes/readme.png", vec![0x89, b'P', b'N', b'G', 0, 1, 2]);
    place.put("trail", "a.json.gz", log_of(&[record(0)]));
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!(
        (summary.objects.ignored, summary.objects.ingested, summary.events.quarantined),
        (3, 1, 0),
        "{summary:?}"
    );
}
