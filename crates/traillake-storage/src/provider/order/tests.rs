//! The first events of files that overlap, against a sort of all events.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use traillake_model::Retention;

use super::*;
use crate::layout::PAGE_ROWS;
use crate::scan_report::{ScanMetrics, scan_metrics};
use crate::snapshot::Settled;
use crate::table_testing::{Sql, day, ingest, partition, records, table};
use crate::{EventTable, ScanPolicy, TimeOrder};

const ACCOUNT: &str = "111111111111";

fn sql(table: &EventTable, order: Option<TimeOrder>) -> Sql {
    let provider = EventTableProvider::try_new(table.clone(), table.snapshot(), ScanPolicy::default()).unwrap();
    Sql::new(order.map_or_else(|| provider.clone(), |order| provider.ordered(order)))
}

/// Files of the seconds from `first` on, `rows` of them, each of a region of its own.
async fn table_of(files: &[(usize, usize)]) -> EventTable {
    let table = table(Retention::Unlimited).await;
    for (number, &(first, rows)) in files.iter().enumerate() {
        let region = format!("us-east-{}", number % 9 + 1);
        let date = day(u32::try_from(1 + number / 9).unwrap());
        let records = records(ACCOUNT, &region, date, first..first + rows);
        ingest(&table, &partition(ACCOUNT, &region, date), &records).await;
    }
    table
}

#[test]
fn the_first_events_are_those_of_a_sort_of_all() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let files = vec((0_usize..400, 1_usize..60), 1..14);
    let asked = (files, any::<bool>(), 1_usize..150, any::<bool>());
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&asked, |(files, newest_first, count, is_filtered)| {
            runtime.block_on(async {
                let table = table_of(&files).await;
                let condition = if is_filtered { "WHERE eventname = 'GetObject'" } else { "" };
                let direction = if newest_first { "DESC" } else { "ASC" };
                let text =
                    format!("SELECT eventtime, eventid FROM t {condition} ORDER BY eventtime {direction}, eventid");
                let mut all = sql(&table, None).rows(&text).await;
                all.truncate(count);
                let order = TimeOrder { newest_first, enough: (!is_filtered).then_some(count) };
                let first = sql(&table, Some(order)).rows(&format!("{text} LIMIT {count}")).await;
                assert_eq!(first, all, "{files:?} {order:?}");
            });
            Ok(())
        })
        .unwrap();
}

async fn measured(sql: &Sql, text: &str) -> ScanMetrics {
    let plan = sql.context.sql(text).await.unwrap().create_physical_plan().await.unwrap();
    datafusion::physical_plan::collect(Arc::clone(&plan), sql.context.task_ctx()).await.unwrap();
    scan_metrics(&plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn few_files_are_opened_for_the_first_events() {
    let table = table_of(&(0..100).map(|n| (n * 50, 40)).collect::<Vec<_>>()).await;
    for (newest_first, enough, most) in [(true, Some(60), 2), (false, Some(60), 2), (true, None, 12), (false, None, 12)]
    {
        let direction = if newest_first { "DESC" } else { "ASC" };
        let condition = if enough.is_some() { "" } else { "WHERE awsregion <> 'nowhere'" };
        let text = format!("SELECT eventid FROM t {condition} ORDER BY eventtime {direction} LIMIT 60");
        let sql = sql(&table, Some(TimeOrder { newest_first, enough }));
        let read = measured(&sql, &text).await;
        assert!((2..=most).contains(&read.files_read), "{text}: {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_file_the_pages_of_the_first_events_are_read() {
    let rows = 4 * PAGE_ROWS;
    let table = table_of(&[(0, rows)]).await;
    for direction in ["DESC", "ASC"] {
        let order = TimeOrder { newest_first: direction == "DESC", enough: None };
        let text =
            format!("SELECT eventid FROM t WHERE awsregion <> 'nowhere' ORDER BY eventtime {direction} LIMIT 60");
        let read = measured(&sql(&table, Some(order)), &text).await;
        assert!((60..=PAGE_ROWS).contains(&read.events_scanned), "{direction}: {read:?}");
    }
}

/// A file of ten events in these seconds.
fn file(seconds: (i64, i64)) -> Arc<DataFile> {
    Arc::new(DataFile {
        path: format!("{seconds:?}"),
        size_bytes: 1,
        rows: 10,
        partition: partition("111111111111", "us-east-1", day(1)).into(),
        event_time_micros: Some((seconds.0 * 1_000_000, seconds.1 * 1_000_000 + 999)),
        settled: Settled::default(),
        modified_ms: 0,
    })
}

fn left(newest_first: bool, enough: Option<usize>) -> Vec<String> {
    let mut files = [(0, 9), (5, 30), (20, 30), (28, 40), (40, 50)].map(file).to_vec();
    TimeOrder { newest_first, enough }.drop_late(&mut files);
    files.iter().map(|file| file.path.clone()).collect()
}

#[test]
fn files_that_begin_after_enough_events_are_dropped() {
    assert_eq!(left(true, Some(10)), ["(28, 40)", "(40, 50)"]);
    assert_eq!(left(true, Some(11)), ["(5, 30)", "(20, 30)", "(28, 40)", "(40, 50)"]);
    assert_eq!(left(false, Some(10)), ["(0, 9)", "(5, 30)"]);
    assert_eq!(left(false, Some(11)), ["(0, 9)", "(5, 30)", "(20, 30)", "(28, 40)"]);
}

#[test]
fn nothing_is_dropped_where_nobody_knows_how_many_events_there_are() {
    assert_eq!(left(true, None).len(), 5);
    assert_eq!(left(true, Some(51)).len(), 5);
    let unknown = DataFile { rows: 0, ..file((60, 70)).as_ref().clone() };
    let mut files = vec![Arc::new(unknown), file((40, 50)), file((0, 9))];
    TimeOrder { newest_first: true, enough: Some(10) }.drop_late(&mut files);
    assert_eq!(files.len(), 2);
}
