//! Row groups of many pages, of which few are read.

use super::*;
use crate::layout::PAGE_ROWS;

const ROWS: usize = 5 * PAGE_ROWS + 1_000;

/// One file with one row group of six pages, and its records.
async fn large_file() -> (Sql, Vec<String>, u64) {
    let table = table(Retention::Unlimited).await;
    let records = records(ACCOUNT, "us-east-1", day(6), 0..ROWS);
    let snapshot = ingest(&table, &partition(ACCOUNT, "us-east-1", day(6)), &records).await;
    let bytes = snapshot.files.iter().map(|file| file.size_bytes).sum();
    (Sql::over(&table, ScanPolicy::default()), records, bytes)
}

fn id(n: usize) -> String {
    format!("{ACCOUNT}-us-east-1-2023-06-06-{n:06}")
}

#[tokio::test(flavor = "multi_thread")]
async fn records_come_from_the_pages_that_hold_them() {
    let (sql, records, bytes) = large_file().await;
    let near = [PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 40];
    let apart = [3, PAGE_ROWS + 7, ROWS - 1];
    let dense: Vec<usize> = (0..900).map(|n| 2 * PAGE_ROWS - 400 + n).collect();
    for wanted in [&[PAGE_ROWS + 5][..], &near, &apart, &[0, ROWS - 1], &dense] {
        let expected: Vec<&String> = wanted.iter().filter_map(|&n| records.get(n)).collect();
        let list: Vec<String> = wanted.iter().map(|&n| format!("'{}'", id(n))).collect();
        let found =
            sql.rows(&format!("SELECT eventjson FROM t WHERE eventid IN ({}) ORDER BY eventid", list.join(", "))).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{:?}", wanted.first());
    }
    for condition in ["useridentity.accesskeyid = 'AKIA00030002'", "requestparameters['n'] = '30002.50'"] {
        let found = sql.rows(&format!("SELECT eventjson FROM t WHERE {condition}")).await;
        assert_eq!(found, records[30_002..30_003], "{condition}");
    }
    let one = measured(&sql, &format!("SELECT eventjson FROM t WHERE eventid = '{}'", id(PAGE_ROWS + 5))).await;
    assert!(one.bytes_scanned as u64 * 2 < bytes, "{one:?} of {bytes}");
    assert_eq!(one.files_read, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn scattered_rows_are_all_found() {
    let (sql, ..) = large_file().await;
    let cases = [("errorcode = 'AccessDenied'", 50), ("useridentity.type = 'Root'", 1_000)];
    for (condition, every) in cases {
        let remainder = if every == 50 { 3 } else { 7 };
        let is_kept = |n: usize| n % every == remainder && (every == 50 || n / GROUP_ROWS != 3);
        let expected: Vec<String> = (0..ROWS).filter(|&n| is_kept(n)).map(id).collect();
        let found = sql.rows(&format!("SELECT eventid FROM t WHERE {condition} ORDER BY eventid")).await;
        assert_eq!(found, expected, "{condition}");
    }
}
