//! Compaction keeps the events, their order and every file that is good already.

use traillake_model::{PartitionBy, Retention};

use super::*;
use crate::ScanPolicy;
use crate::table_testing::{Sql, aged, batch, day, ingest, layered_file, partition, record, records, table, table_by};

const ACCOUNT: &str = "111111111111";

fn options() -> CompactOptions {
    CompactOptions { min_files: 3, ..CompactOptions::default() }
}

fn values(date: u32) -> PartitionValues {
    partition(ACCOUNT, "us-east-1", day(date))
}

/// Six files whose times interleave in one partition, one file in another.
async fn small_files() -> (EventTable, Vec<String>) {
    let table = table(Retention::Unlimited).await;
    let mut source = Vec::new();
    for start in 0..6 {
        let part = records(ACCOUNT, "us-east-1", day(11), (start..1_200).step_by(6));
        ingest(&table, &values(11), &part).await;
        source.extend(part);
    }
    ingest(&table, &values(12), &[record(ACCOUNT, "us-east-1", day(12), 1)]).await;
    source.push(record(ACCOUNT, "us-east-1", day(12), 1));
    source.sort();
    (table, source)
}

async fn stored(table: &EventTable) -> Vec<String> {
    let mut rows = Sql::over(table, ScanPolicy::default()).rows("SELECT eventjson FROM t").await;
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_stay_the_same_in_fewer_files() {
    let (table, source) = small_files().await;
    let report = compact(&table, options()).await.unwrap();
    assert_eq!(report.partitions.len(), 1);
    let done = &report.partitions[0];
    assert_eq!((done.files_before, done.files_after, done.rows, done.skipped), (6, 1, 1_200, 0));
    assert_eq!(table.snapshot().files.len(), 2);
    assert_eq!(table.snapshot().files.rows(), 1_201);
    assert_eq!(stored(&table).await, source);
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_rows_are_sorted_by_time() {
    let (table, _) = small_files().await;
    compact(&table, options()).await.unwrap();
    let snapshot = table.snapshot();
    let mut rows = merge::sorted(&table, snapshot.files.of(&values(11))).unwrap();
    let mut times: Vec<i64> = Vec::new();
    while let Some(batch) = rows.next().await.unwrap() {
        let column = batch.column_by_name("eventtime").unwrap();
        let column = arrow::array::AsArray::as_primitive::<arrow::datatypes::TimestampMicrosecondType>(column);
        times.extend(column.values());
    }
    assert_eq!(times.len(), 1_200);
    assert!(times.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn days_of_a_month_become_one_file_and_months_stay_apart() {
    let table = table_by(PartitionBy::MONTH).await;
    let mut source = Vec::new();
    for date in [28, 29, 30, 31, 32, 33].map(|n| day(1) + chrono::Days::new(n)) {
        let of_day = records(ACCOUNT, "us-east-1", date, 0..40);
        ingest(&table, &PartitionValues::new(PartitionBy::MONTH, None, None, date), &of_day).await;
        source.extend(of_day);
    }
    source.sort();
    let report = compact(&table, CompactOptions { min_files: 2, ..options() }).await.unwrap();
    let merged: Vec<_> =
        report.partitions.iter().map(|done| (done.files_before, done.files_after, done.rows)).collect();
    assert_eq!(merged, [(2, 1, 80), (4, 1, 160)]);
    let paths: Vec<String> = table.snapshot().files.iter().map(|file| file.path.clone()).collect();
    assert!(paths[0].starts_with("month=2023-06-01/") && paths[1].starts_with("month=2023-07-01/"), "{paths:?}");
    assert_eq!(stored(&table).await, source);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_changes_nothing() {
    let (table, _) = small_files().await;
    let before = table.snapshot().version;
    let report = compact(&table, CompactOptions { dry_run: true, ..options() }).await.unwrap();
    assert_eq!((report.partitions[0].files_before, report.partitions[0].rows), (6, 1_200));
    assert_eq!(table.refresh().await.unwrap().version, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn good_files_are_left_alone() {
    let (table, _) = small_files().await;
    compact(&table, options()).await.unwrap();
    let version = table.snapshot().version;
    assert!(compact(&table, options()).await.unwrap().partitions.is_empty());
    let tiny = CompactOptions { target_bytes: 2, ..options() };
    assert!(compact(&table, tiny).await.unwrap().partitions.is_empty());
    assert_eq!(table.snapshot().version, version);
}

fn of_size(name: u64, size_bytes: u64) -> Arc<DataFile> {
    Arc::new(DataFile { size_bytes, ..crate::testing::data_file(&name.to_string(), 1, 3) })
}

#[test]
fn a_partition_that_grows_by_small_files_is_rewritten_a_few_times() {
    let options = CompactOptions { min_files: 16, ..CompactOptions::default() };
    let (mut files, mut rewritten, mut most): (Vec<Arc<DataFile>>, u64, usize) = (Vec::new(), 0, 0);
    for n in 0..4_000 {
        files.push(of_size(n, 10_000));
        for group in groups(&files, options) {
            let bytes = group.iter().map(|file| file.size_bytes).sum();
            rewritten += bytes;
            files.retain(|file| !group.iter().any(|merged| merged.path == file.path));
            files.push(of_size(1_000_000 + n, bytes));
        }
        most = most.max(files.len());
    }
    assert_eq!(files.iter().map(|file| file.size_bytes).sum::<u64>(), 40_000_000);
    assert!(most <= 20, "{most} files");
    assert!(rewritten < 40_000_000 * 20, "{rewritten}");
}

#[test]
fn a_file_that_dwarfs_the_others_is_left_alone() {
    let options = CompactOptions::default();
    let small = [of_size(1, 200_000), of_size(2, 200_000), of_size(3, 200_000)];
    let merged = |large: u64| groups(&[&small[..], &[of_size(4, large)]].concat(), options)[0].len();
    assert_eq!((merged(2_400_000), merged(2_400_001)), (4, 3));
    assert!(groups(&[of_size(1, 10), of_size(2, ALWAYS_MERGED + 1)], options).is_empty());
}

#[test]
fn two_files_that_cost_little_to_merge_become_one() {
    let options = CompactOptions::default();
    assert_eq!(groups(&[of_size(1, 10), of_size(2, ALWAYS_MERGED)], options)[0].len(), 2);
    assert!(groups(&[of_size(1, 10)], options).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn older_files_get_the_columns_they_lack() {
    let table = table(Retention::Unlimited).await;
    let older = aged(&batch(table.schema(), &records(ACCOUNT, "us-east-1", day(11), 0..10)));
    layered_file(&table, &values(11), &older).await;
    ingest(&table, &values(11), &records(ACCOUNT, "us-east-1", day(11), 10..20)).await;
    compact(&table, CompactOptions { min_files: 2, ..options() }).await.unwrap();
    let sql = Sql::over(&table, ScanPolicy::default());
    assert_eq!(sql.rows("SELECT count(*) FROM t").await, ["20"]);
    assert_eq!(sql.rows("SELECT count(*) FROM t WHERE useridentity.sessioncontext IS NOT NULL").await, ["6"]);
    assert_eq!(table.snapshot().files.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_another_writer_took_are_not_merged_twice() {
    let (table, source) = small_files().await;
    let snapshot = table.snapshot();
    let group: Vec<_> = snapshot.files.of(&values(11)).to_vec();
    let file = write_merged(&table, &values(11), &group).await.unwrap();
    let path = object_store::path::Path::from(file.path.as_str());
    compact(&table, options()).await.unwrap();
    let mut report = CompactReport { dry_run: false, partitions: vec![CompactedPartition::new(&values(11))] };
    publish(&table, vec![Merged { file, group }], &mut report).await.unwrap();
    assert_eq!((report.partitions[0].skipped, report.partitions[0].files_after), (1, 0));
    assert!(object_store::ObjectStoreExt::head(table.object_store().as_ref(), &path).await.is_err());
    assert_eq!(stored(&table).await, source);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_meanwhile_is_kept() {
    let (table, mut source) = small_files().await;
    let group: Vec<_> = table.snapshot().files.of(&values(11)).to_vec();
    let file = write_merged(&table, &values(11), &group).await.unwrap();
    // Another writer, whose commit this process has not seen.
    let other = table.lake().events(table.settings()).await.unwrap();
    let late = record(ACCOUNT, "us-east-1", day(11), 5_000);
    ingest(&other, &values(11), std::slice::from_ref(&late)).await;
    let mut report = CompactReport { dry_run: false, partitions: vec![CompactedPartition::new(&values(11))] };
    publish(&table, vec![Merged { file, group }], &mut report).await.unwrap();
    assert_eq!((report.partitions[0].files_before, report.partitions[0].skipped), (6, 0));
    source.push(late);
    source.sort();
    assert_eq!(stored(&table).await, source);
}
