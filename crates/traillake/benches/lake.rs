//! A lake in memory at work: log files in, redelivered events, files written, files ruled out, rows scanned.
#![expect(clippy::unwrap_used, reason = "a bench that cannot prepare fails")]

use std::sync::Arc;

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use tokio::runtime::Runtime;
use traillake::{EventDataStoreKind, EventSchema, Lake, PartitionBy, PartitionValues, QueryOptions, QueryStats};
use traillake_columnar::{EventBatchBuilder, RecordLimits, RecordReader};
use traillake_ingest::{Piece, ReadLimits, SourceObject, read_object};
use traillake_storage::{Effort, EventTable, write_event_file};
use traillake_testing::{MicroBench, Work, Workload, gzip, trail_key};

const STORE: &str = "events";

fn lake(runtime: &Runtime, records: &[String]) -> Lake {
    let lake = runtime.block_on(Lake::open("memory://bench")).unwrap();
    runtime.block_on(lake.event_data_store_or_new(STORE)).unwrap();
    if !records.is_empty() {
        assert_eq!(ingest(runtime, &lake, records), (records.len() as u64, 0));
    }
    lake
}

/// Events stored, and events found to be stored already.
fn ingest(runtime: &Runtime, lake: &Lake, records: &[String]) -> (u64, u64) {
    let summary = runtime.block_on(lake.ingest_records(STORE, records)).unwrap();
    (summary.events.stored, summary.events.duplicate)
}

fn ask(runtime: &Runtime, lake: &Lake, sql: &str) -> QueryStats {
    let options = QueryOptions::default();
    runtime.block_on(async { lake.query(sql, &options).await.unwrap().collect().await.unwrap().1 })
}

/// Gzip log files of up to 100 records, as a trail delivers them.
fn log_files(records: &[String]) -> Vec<SourceObject> {
    let files = records.chunks(100).map(|records| gzip(format!(r#"{{"Records":[{}]}}"#, records.join(",")).as_bytes()));
    (0..)
        .zip(files)
        .map(|(n, file)| SourceObject::from_bytes(format!("memory:///{}", trail_key(n)), file.into()))
        .collect()
}

async fn count_records(object: &SourceObject) -> usize {
    let (sender, mut pieces) = tokio::sync::mpsc::channel::<Vec<Piece>>(4);
    let count = async {
        let mut count = 0;
        while let Some(chunk) = pieces.recv().await {
            count += chunk.iter().filter(|piece| matches!(piece, Piece::Record(_))).count();
        }
        count
    };
    let limits = ReadLimits::default();
    let (outcome, count) = tokio::join!(read_object(object, &limits, sender), count);
    assert!(outcome.unwrap().error.is_none());
    count
}

/// The records as one batch in the order of a file: by time, then id.
fn sorted_batch(records: &[String]) -> RecordBatch {
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
    let mut keyed: Vec<_> = records
        .iter()
        .map(|text| {
            let record = reader.read(text.as_bytes()).unwrap();
            (record.event_time_micros(), record.event_id().unwrap().into_owned(), text)
        })
        .collect();
    keyed.sort_unstable();
    let mut builder = EventBatchBuilder::new(schema, records.len());
    for (_, _, text) in keyed {
        builder.append(&reader.read(text.as_bytes()).unwrap());
    }
    builder.finish()
}

fn table(runtime: &Runtime) -> EventTable {
    let lake = lake(runtime, &[]);
    let settings = runtime.block_on(lake.event_data_store(STORE)).unwrap();
    runtime.block_on(lake.storage().events(&settings)).unwrap()
}

async fn write_and_remove(table: &EventTable, batch: &RecordBatch) {
    let day = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
    let values = PartitionValues::new(PartitionBy::default(), Some("111111111111"), Some("us-east-1"), day);
    let file = write_event_file(table, &values, std::slice::from_ref(batch), Effort::Ingest).await.unwrap();
    assert_eq!(file.rows, batch.num_rows() as u64);
    let path = object_store::path::Path::from(file.path);
    object_store::ObjectStoreExt::delete(table.object_store().as_ref(), &path).await.unwrap();
}

fn ingesting(bench: &mut MicroBench, runtime: &Runtime) {
    let records = Workload { accounts: 3, days: 1 }.records(2_000);
    let again: Vec<String> = records.iter().rev().cloned().collect();
    let all = records.len() as u64;
    bench.operation(
        "read",
        Work::events(&records),
        || log_files(&records),
        |objects| {
            let count: usize = objects.iter().map(|object| runtime.block_on(count_records(object))).sum();
            assert_eq!(count, records.len());
        },
    );
    bench.operation_on_fresh(
        "ingest",
        Work::events(&records),
        || lake(runtime, &[]),
        |lake| assert_eq!(ingest(runtime, lake, &records), (all, 0)),
    );
    bench.operation_on_fresh(
        "redeliver",
        Work::events(&records),
        || lake(runtime, &records),
        |lake| assert_eq!(ingest(runtime, lake, &again), (0, all)),
    );
    let one_partition = Workload { accounts: 1, days: 1 }.records(2_000);
    bench.operation(
        "write",
        Work::events(&one_partition),
        || (table(runtime), sorted_batch(&one_partition)),
        |(table, batch)| runtime.block_on(write_and_remove(table, batch)),
    );
}

fn asking(bench: &mut MicroBench, runtime: &Runtime) {
    let crowd = Workload { accounts: 20, days: 10 };
    let files = 200;
    let records = crowd.records(1_000);
    bench.operation(
        "prune",
        Work { unit: "file", units: files, bytes: 0 },
        || lake(runtime, &records),
        |lake| {
            let stats = ask(
                runtime,
                lake,
                "SELECT eventName FROM events WHERE recipientAccountId = '111111111114' \
                 AND eventTime >= '2025-03-05 00:00:00' AND eventTime < '2025-03-06 00:00:00'",
            );
            assert_eq!((stats.files_read, stats.files_total), (1, files));
        },
    );
    let records = Workload { accounts: 2, days: 1 }.records(6_000);
    let work = Work::events(&records);
    let stored = || lake(runtime, &records);
    bench.operation("scan", work, stored, |lake| {
        let sql = "SELECT eventSource, userIdentity.arn, COUNT(*) FROM events WHERE errorCode IS NULL \
                   GROUP BY eventSource, userIdentity.arn";
        assert_eq!(ask(runtime, lake, sql).events_scanned, work.units);
    });
    bench.operation("search", work, stored, |lake| {
        let sql =
            "SELECT eventTime, eventName FROM events WHERE element_at(requestParameters, 'key') LIKE '%part-77.%'";
        assert!(ask(runtime, lake, sql).rows > 0);
    });
    bench.operation("restore", work, stored, |lake| {
        assert_eq!(ask(runtime, lake, "SELECT eventJson FROM events").rows, work.units);
    });
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut bench = MicroBench::from_args("lake");
    ingesting(&mut bench, &runtime);
    asking(&mut bench, &runtime);
    bench.finish();
}
