//! Records, objects and batches beyond the limits.

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use traillake_storage::ObjectStoreOptions;
use traillake_testing::{record, write_trail};

use super::bench::{Bench, records, with};
use crate::{IngestLimits, IngestProgress, IngestRequest, RetryRequest, SourceObject, SourceSpec, retry_quarantine};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_over_the_limit_waits_in_the_quarantine_for_a_higher_one() {
    let bench = Bench::new().await;
    let long = with(record(2), "additionalEventData", json!({ "text": "x".repeat(300_000) }));
    bench.put_records("a.json", &[record(1), long, record(3)]);
    let mut request = bench.request();
    request.limits = IngestLimits { record_bytes: 100_000, ..IngestLimits::default() };
    let summary = bench.run(request).await;
    assert_eq!((summary.events.stored, summary.events.quarantined), (2, 1));
    let row = bench.quarantine().await.remove(0);
    assert_eq!((row.reason.as_str(), row.bytes.is_some()), ("record_too_long", false));
    assert!(row.blob.is_some() && row.length_bytes > 300_000);
    let progress = Arc::new(IngestProgress::new());
    let request = RetryRequest::default();
    let summary =
        retry_quarantine(&bench.table, &bench.lake, request, progress, CancellationToken::new()).await.unwrap();
    assert_eq!((summary.events.stored, summary.events.quarantined), (1, 0));
    bench.assert_balanced().await;
    assert!(bench.quarantine().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn large_pieces_lie_in_files_of_their_own() {
    let bench = Bench::new().await;
    let broken = with(record(1), "eventTime", json!("x".repeat(2 << 20)));
    bench.put_records("a.json", &[broken, record(2)]);
    assert_eq!(bench.ingest().await.events.quarantined, 1);
    let row = bench.quarantine().await.remove(0);
    assert!(row.bytes.is_none() && row.blob.is_some() && row.length_bytes > 2 << 20);
    assert!(row.message.len() < 1_000, "the message is for people");
    let progress = Arc::new(IngestProgress::new());
    let request = RetryRequest::default();
    let summary =
        retry_quarantine(&bench.table, &bench.lake, request, progress, CancellationToken::new()).await.unwrap();
    assert_eq!((summary.events.read, summary.events.quarantined), (1, 1));
    assert_eq!(bench.quarantine().await.remove(0).length_bytes, row.length_bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_one_record_is_still_a_batch() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &records(0..20));
    let mut request = bench.request();
    request.limits = IngestLimits { memory_bytes: 1, ..IngestLimits::default() };
    assert_eq!(bench.run(request).await.events.stored, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_two_sources_is_read_once() {
    let bench = Bench::new().await;
    let paths = write_trail(bench.path(), 3, 5);
    let sources = [bench.path(), &paths[0], &paths[0]].map(|path| SourceSpec::parse(path.to_str().unwrap()).unwrap());
    let request = IngestRequest::new(sources.to_vec(), ObjectStoreOptions::default());
    let summary = bench.run(request).await;
    assert_eq!((summary.objects.seen, summary.events.read), (3, 15));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_in_memory_are_taken_like_those_of_a_file() {
    let bench = Bench::new().await;
    let mut request = IngestRequest::new(Vec::new(), ObjectStoreOptions::default());
    for n in [2, 1] {
        let text = serde_json::Value::Array(records(n..n + 2)).to_string();
        request.objects.push(SourceObject::from_bytes(format!("memory:{n}"), text.into()));
    }
    let summary = bench.run(request).await;
    assert_eq!((summary.objects.ingested, summary.events.stored, summary.events.duplicate), (2, 3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_not_there_fails_alone_but_is_noted_among_others() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &[record(1)]);
    let missing = SourceSpec::parse("/no/such/folder").unwrap();
    let alone = IngestRequest::new(vec![missing.clone()], ObjectStoreOptions::default());
    assert!(bench.try_run(alone).await.is_err());
    let mut request = bench.request();
    request.sources.push(missing);
    let summary = bench.run(request).await;
    assert_eq!((summary.objects.failed, summary.events.stored), (1, 1));
    assert!(summary.needs_attention() && summary.notes.iter().any(|note| note.message.contains("/no/such/folder")));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_without_an_id_keep_their_number_over_batches() {
    let bench = Bench::new().await;
    let anonymous = super::without(record(1), "eventID");
    bench.put_records("a.json", &vec![anonymous.clone(); 300]);
    bench.put_records("b.json", &vec![anonymous; 310]);
    let mut request = bench.request();
    request.limits = IngestLimits { memory_bytes: 400_000, ..IngestLimits::default() };
    let summary = bench.run(request).await;
    assert_eq!((summary.events.read, summary.events.stored, bench.rows().await), (610, 310, 310));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_files_of_a_partition_are_merged_when_the_ingest_is_done() {
    let bench = Bench::new().await;
    let mut request = bench.request();
    request.limits.compact_at = std::num::NonZeroUsize::new(3);
    for (pass, files) in [1, 2, 1].into_iter().enumerate() {
        bench.put_records(&format!("{pass}.json"), &records(pass as u64 * 5..pass as u64 * 5 + 5));
        bench.run(request.clone()).await;
        assert_eq!(bench.table.refresh().await.unwrap().files.len(), files, "after pass {pass}");
    }
    assert_eq!(bench.rows().await, 15);
}
