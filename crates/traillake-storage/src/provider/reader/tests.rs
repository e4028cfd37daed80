//! Scans over many small files, over files of several schemas and row groups, and what they read.

use std::sync::Arc;

use datafusion::datasource::MemTable;
use datafusion::physical_plan::collect;
use object_store::ObjectStoreExt as _;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use traillake_model::Retention;

use crate::ScanPolicy;
use crate::provider::tests::PREDICATES;
use crate::scan_report::{ScanMetrics, scan_metrics};
use crate::table_testing::{GROUP_ROWS, Sql, all_sorts, batch, day, ingest, layered_file, partition, records, table};

mod large;

const ACCOUNT: &str = "111111111111";

fn predicate() -> impl Strategy<Value = String> {
    let atom = select(&PREDICATES[..]).prop_map(str::to_owned);
    atom.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) AND ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) OR ({b})")),
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

const SELECTED: [&str; 6] = [
    "eventid",
    "eventtime, eventid, useridentity.arn",
    "eventid, requestparameters, useridentity.sessioncontext.sessionissuer.arn AS role",
    "eventid, useridentity, errorcode",
    "eventid, \"$path\", \"$account\"",
    "eventid, readonly, eventtime, useragent, responseelements, resources, tlsdetails, eventcontext",
];

async fn sorted(sql: &Sql, text: &str) -> Vec<String> {
    let mut rows = sql.rows(text).await;
    rows.sort_unstable();
    rows
}

/// Files of all sorts as table `t`, and their rows in memory as table `m`.
async fn stored_and_in_memory() -> Sql {
    let sql = Sql::over(&all_sorts(36).await, ScanPolicy { hidden_columns: true, ..ScanPolicy::default() });
    let all = sql.context.sql("SELECT * EXCEPT (eventjson, eventjsonchecksum) FROM t").await.unwrap();
    let all = all.collect().await.unwrap();
    let memory = MemTable::try_new(all[0].schema(), vec![all]).unwrap();
    sql.context.register_table("m", Arc::new(memory)).unwrap();
    sql
}

#[test]
fn filters_in_the_scan_give_what_filters_over_all_rows_give() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let sql = runtime.block_on(stored_and_in_memory());
    let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
    let asked = (predicate(), select(&SELECTED[..]));
    TestRunner::new(config)
        .run(&asked, |(predicate, selected)| {
            let rows = |from: &str| format!("SELECT {selected} FROM {from} WHERE {predicate}");
            let counted = |from: &str| format!("SELECT count(*) FROM {from} WHERE {predicate}");
            for sql_of in [&rows as &dyn Fn(&str) -> String, &counted] {
                let read = runtime.block_on(sorted(&sql, &sql_of("t")));
                let expected = runtime.block_on(sorted(&sql, &sql_of("m")));
                prop_assert_eq!(read, expected, "{}", sql_of("t"));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn times_that_row_groups_meet_as_a_whole_give_what_rows_give() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let sql = runtime.block_on(stored_and_in_memory());
    let time = || (1..14_u32, 0..24_u32, 0..40_u32, 0..60_u32, any::<bool>(), any::<bool>());
    let condition = |(day, hour, minute, second, is_midnight, or_equal), op: &str| {
        let time =
            if is_midnight { "00:00:00".to_owned() } else { format!("{:02}:{minute:02}:{second:02}", hour / 23) };
        format!("eventtime {op}{} timestamp '2023-06-{day:02} {time}'", if or_equal { "=" } else { "" })
    };
    let others =
        vec!["", "AND eventname = 'GetObject'", "AND useridentity.type = 'Root'", "AND requestparameters IS NULL"];
    let asked = (time(), time(), select(others), select(&SELECTED[..]));
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&asked, |(from, until, other, selected)| {
            let bounds = format!("{} AND {} {other}", condition(from, ">"), condition(until, "<"));
            for selected in [selected, "count(*)", "min(eventtime), max(eventname)"] {
                let [read, expected] = ["t", "m"].map(|from| {
                    runtime.block_on(sorted(&sql, &format!("SELECT {selected} FROM {from} WHERE {bounds}")))
                });
                prop_assert_eq!(read, expected, "{} of {}", selected, bounds);
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_not_read_where_row_groups_meet_a_condition_as_a_whole() {
    let table = table(Retention::Unlimited).await;
    let rows = batch(table.schema(), &records(ACCOUNT, "us-east-1", day(6), 0..40 * GROUP_ROWS));
    layered_file(&table, &partition(ACCOUNT, "us-east-1", day(6)), &rows).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let newest = |condition: &str| format!("SELECT max(eventname) FROM t WHERE {condition}");
    let all = measured(&sql, &newest("true")).await.bytes_scanned;
    for met in ["eventtime >= '2023-06-06 00:00:00' AND eventtime < '2023-06-07 00:00:00'", "eventtime > '2023-06-05'"]
    {
        assert_eq!(measured(&sql, &newest(met)).await.bytes_scanned, all, "{met}");
    }
    let cut = measured(&sql, &newest("eventtime > '2023-06-06 00:00:01'")).await.bytes_scanned;
    assert!(cut > all, "{cut} and {all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_every_file_is_read_once() {
    let table = all_sorts(36).await;
    let sql = Sql::over(&table, ScanPolicy { hidden_columns: true, ..ScanPolicy::default() });
    let rows: u64 = table.snapshot().files.iter().map(|file| file.rows).sum();
    for counted in ["count(DISTINCT eventid || \"$region\" || \"$path\")", "count(eventtime)", "count(\"$date\")"] {
        assert_eq!(sql.rows(&format!("SELECT {counted} FROM t")).await, [rows.to_string()], "{counted}");
    }
    assert_eq!(sql.rows("SELECT 1 FROM t").await.len() as u64, rows);
    assert_eq!(sql.rows("SELECT eventid FROM t LIMIT 7").await.len(), 7);
}

async fn measured(sql: &Sql, text: &str) -> ScanMetrics {
    let plan = sql.context.sql(text).await.unwrap().create_physical_plan().await.unwrap();
    collect(Arc::clone(&plan), sql.context.task_ctx()).await.unwrap();
    scan_metrics(&plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_events_are_found_in_the_newest_row_groups() {
    let table = table(Retention::Unlimited).await;
    let rows = 40 * GROUP_ROWS;
    let batch = batch(table.schema(), &records(ACCOUNT, "us-east-1", day(6), 0..rows));
    layered_file(&table, &partition(ACCOUNT, "us-east-1", day(6)), &batch).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let newest = sql.rows("SELECT eventid FROM t ORDER BY eventtime DESC LIMIT 2").await;
    let expected = [rows - 1, rows - 2].map(|n| format!("{ACCOUNT}-us-east-1-2023-06-06-{n:06}"));
    assert_eq!(newest, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_reads_the_bytes_of_its_columns_and_counts_the_rows_it_drops() {
    let table = all_sorts(36).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let files: u64 = table.snapshot().files.iter().map(|file| file.size_bytes).sum();
    let rows = usize::try_from(table.snapshot().files.iter().map(|file| file.rows).sum::<u64>()).unwrap();
    let one = measured(&sql, "SELECT max(eventname) FROM t").await;
    assert_eq!(one.events_scanned, rows);
    assert!(one.bytes_scanned > 0 && one.bytes_scanned as u64 * 20 < files, "{one:?} of {files}");
    let filtered = measured(&sql, "SELECT eventid FROM t WHERE eventname = 'nothing'").await;
    assert_eq!(filtered.events_scanned, rows);
    assert!((filtered.bytes_scanned as u64) * 10 < files, "{filtered:?} of {files}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_named_and_one_that_is_cut_short_is_an_error() {
    let table = table(Retention::Unlimited).await;
    let values = partition(ACCOUNT, "us-east-1", day(5));
    let snapshot = ingest(&table, &values, &records(ACCOUNT, "us-east-1", day(5), 0..30)).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    assert_eq!(sql.rows("SELECT eventid FROM t").await.len(), 30);
    let path = object_store::path::Path::from(snapshot.files.iter().next().unwrap().path.as_str());
    let whole = table.object_store().get(&path).await.unwrap().bytes().await.unwrap();
    table.object_store().put(&path, whole.slice(..40).into()).await.unwrap();
    let error = sql.context.sql("SELECT eventid FROM t").await.unwrap().collect().await.unwrap_err();
    assert!(!error.to_string().is_empty());
    table.object_store().delete(&path).await.unwrap();
    let error = sql.context.sql("SELECT eventid FROM t").await.unwrap().collect().await.unwrap_err().to_string();
    assert!(error.contains(path.as_ref()), "{error}");
}
