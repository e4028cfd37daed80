//! Pruned scans against full ones, records rebuilt, retention, hidden columns, plans.

use std::sync::Arc;

use traillake_model::Retention;

use super::*;
use crate::table_testing::{
    GROUP_ROWS, Sql, aged, batch, day, ingest, layered_file, partition, record, records, table,
};

mod months;

const ACCOUNT_A: &str = "111111111111";
const ACCOUNT_B: &str = "222222222222";
const ROWS: usize = 4 * GROUP_ROWS;

/// Three files: two of today's shape in two accounts, one as an older version wrote it.
async fn three_files() -> EventTable {
    let table = table(Retention::Unlimited).await;
    let schema = Arc::clone(table.schema());
    let newer = batch(&schema, &records(ACCOUNT_A, "us-east-1", day(11), 0..ROWS));
    layered_file(&table, &partition(ACCOUNT_A, "us-east-1", day(11)), &newer).await;
    let other = batch(&schema, &records(ACCOUNT_B, "eu-west-1", day(12), 0..ROWS));
    layered_file(&table, &partition(ACCOUNT_B, "eu-west-1", day(12)), &other).await;
    let older = aged(&batch(&schema, &records(ACCOUNT_A, "us-east-1", day(10), 0..ROWS)));
    layered_file(&table, &partition(ACCOUNT_A, "us-east-1", day(10)), &older).await;
    table
}

pub(super) const PREDICATES: [&str; 48] = [
    "useridentity.type = 'Root'",
    "'Root' = useridentity.type",
    "useridentity.type <> 'Root'",
    "useridentity.type IN ('Root', 'AWSService')",
    "useridentity.type NOT IN ('AssumedRole')",
    "useridentity.type IS NULL",
    "useridentity.type IS NOT NULL",
    "useridentity.accesskeyid = 'AKIA00000123'",
    "useridentity.accesskeyid = 'AKIA99999999'",
    "CAST(eventtime AS date) = date '2023-06-11' AND useridentity.type = 'Root'",
    "date_trunc('hour', eventtime) <= timestamp '2023-06-10 00:00:00' AND useridentity.type = 'Root'",
    "useridentity.accesskeyid = 'zzz'",
    "useridentity.accesskeyid IN ('AKIA00000123', 'AKIA00001702', 'AKIA9')",
    "useridentity.accesskeyid = 'AKIA00000123' OR useridentity.accesskeyid = 'AKIA00001702'",
    "useridentity.accesskeyid = 'AKIA00000123' OR eventname = 'nothing'",
    "useridentity.accesskeyid = 'AKIA00000123' OR requestparameters['bucketName'] = 'b3'",
    "useridentity.sessioncontext.sessionissuer.arn = 'arn:aws:iam::1:role/r2'",
    "useridentity.sessioncontext.sessionissuer.arn LIKE 'arn:aws:iam::1:role/r1%'",
    "useridentity.sessioncontext.sessionissuer.arn LIKE '%r1'",
    "useridentity.sessioncontext.sessionissuer.arn BETWEEN 'arn:aws:iam::1:role/r1' AND 'arn:aws:iam::1:role/r2'",
    "useridentity.sessioncontext.attributes.creationdate < '2023-06-02'",
    "useridentity.sessioncontext.attributes.creationdate >= timestamp '2023-06-08 00:00:00'",
    "useridentity.accountid IS NULL",
    "useridentity.accountid IS NOT NULL AND useridentity.type = 'AWSService'",
    "useridentity.accountid = '1'",
    "useridentity IS NULL",
    "useridentity IS NOT NULL",
    "useridentity IS NULL AND eventname = 'GetObject'",
    "requestparameters IS NULL",
    "requestparameters IS NOT NULL AND useridentity.type = 'Root'",
    "requestparameters['bucketName'] = 'b3'",
    "requestparameters['bucketName'] = 'b3' AND useridentity.type = 'AssumedRole'",
    "upper(useridentity.type) = 'ROOT'",
    "coalesce(useridentity.type, 'none') = 'none'",
    "useridentity.arn = useridentity.principalid",
    "NOT (useridentity.type = 'AssumedRole')",
    "errorcode = 'AccessDenied'",
    "errorcode IS NULL AND useridentity.type = 'Root'",
    "eventtime >= '2023-06-11T00:20:00Z' AND eventtime < '2023-06-11T00:21:00Z'",
    "eventtime BETWEEN timestamp '2023-06-10 23:59:59' AND timestamp '2023-06-11 00:00:10'",
    "eventtime > '2023-06-12 00:30:00' AND useridentity.type = 'AssumedRole'",
    "eventtime >= '2023-06-05 00:00:00' AND eventtime <= '2023-06-11 23:59:59'",
    "eventtime < '2023-06-12 00:00:05' AND eventname = 'GetObject'",
    "date_trunc('day', eventtime) = timestamp '2023-06-12 00:00:00' AND useridentity.type = 'Root'",
    "recipientaccountid = '222222222222'",
    "recipientaccountid IN ('111111111111', 'nonsense') AND useridentity.type = 'Root'",
    "awsregion = 'eu-west-1' AND eventtime < '2023-06-12T00:00:05Z'",
    "readonly AND useridentity.type = 'Root' OR eventid = '111111111111-us-east-1-2023-06-11-000042'",
];

#[tokio::test(flavor = "multi_thread")]
async fn pruned_scans_give_what_full_scans_give() {
    let table = three_files().await;
    let pruned = Sql::over(&table, ScanPolicy::default());
    let provider = EventTableProvider::try_new(table.clone(), table.snapshot(), ScanPolicy::default()).unwrap();
    let full = Sql::new(provider.without_pruning());
    for predicate in PREDICATES {
        let sql = format!("SELECT eventid FROM t WHERE {predicate} ORDER BY eventid");
        let expected = full.rows(&sql).await;
        assert_eq!(pruned.rows(&sql).await, expected, "{predicate}");
        let count = pruned.rows(&format!("SELECT count(*) FROM t WHERE {predicate}")).await;
        assert_eq!(count, [expected.len().to_string()], "{predicate}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conjuncts_on_structs_and_maps_are_never_dropped() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let none = (0..ROWS).filter(|n| !record(ACCOUNT_A, "r", day(1), *n).contains("userIdentity")).count();
    let count = sql.rows("SELECT count(*) FROM t WHERE useridentity IS NULL").await;
    assert_eq!(count, [(3 * none).to_string()]);
    let count = sql.rows("SELECT count(*) FROM t WHERE requestparameters['bucketName'] = 'b3'").await;
    assert_eq!(count, [(3 * (0..ROWS).filter(|n| n % 10 == 3 && n % 4 > 1).count()).to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_leaves_prune_row_groups_and_files() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let cases = [
        ("useridentity.accesskeyid = 'AKIA00000123'", 3, 3),
        ("useridentity.accesskeyid = 'zzz'", 0, 0),
        // The older file does not have this leaf: nothing is known of it.
        ("useridentity.sessioncontext.sessionissuer.arn = 'arn:aws:iam::1:role/r2'", 3, 6),
        ("useridentity.type = 'Root'", 3, 6),
        ("requestparameters['bucketName'] = 'b3'", 3, 0),
    ];
    for (predicate, files, row_groups) in cases {
        let report = sql.report(&format!("SELECT eventid FROM t WHERE {predicate}")).await;
        assert_eq!((report.files_kept, report.row_groups_kept), (files, row_groups), "{predicate}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_that_cannot_match_are_not_opened() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy { hidden_columns: true, ..ScanPolicy::default() });
    let cases = [
        ("recipientaccountid = '111111111111'", 2),
        ("recipientaccountid IN ('111111111111', '222222222222')", 3),
        ("recipientaccountid = 'not an account'", 3),
        ("recipientaccountid <> '111111111111'", 3),
        ("awsregion = 'eu-west-1'", 1),
        ("awsregion = 'ap-south-1'", 0),
        ("eventtime >= '2023-06-11' AND eventtime < '2023-06-12'", 1),
        ("eventtime = '2023-06-11T00:00:05Z'", 1),
        ("eventtime > '2023-06-13'", 0),
        ("\"$date\" = date '2023-06-10'", 1),
        ("\"$date\" > date '2023-06-10'", 2),
        ("\"$account\" = '222222222222' OR \"$region\" = 'us-east-1'", 3),
        ("\"$account\" LIKE '22%'", 1),
        ("date_trunc('day', eventtime) = timestamp '2023-06-11 00:00:00'", 1),
        ("timestamp '2023-06-11 00:00:00' < date_trunc('hour', eventtime)", 2),
        ("CAST(eventtime AS date) = date '2023-06-10' OR CAST(eventtime AS date) > date '2023-06-11'", 2),
        ("date_trunc('month', eventtime) = timestamp '2023-05-01 00:00:00'", 0),
        ("NOT (date_trunc('day', eventtime) = timestamp '2023-06-11 00:00:00')", 3),
    ];
    for (predicate, partitions) in cases {
        let report = sql.report(&format!("SELECT eventid FROM t WHERE {predicate}")).await;
        assert_eq!((report.partitions_kept, report.partitions_total), (partitions, 3), "{predicate}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_what_is_opened() {
    let table = three_files().await;
    let policy = ScanPolicy { first_visible_date: Some(day(11)), ..ScanPolicy::default() };
    let text = Sql::over(&table, policy.clone()).explain("SELECT eventid FROM t WHERE awsregion = 'us-east-1'").await;
    assert!(text.contains("files=1/3, partitions=1/3"), "{text}");
    let text = Sql::over(&table, policy).explain("SELECT eventid FROM t WHERE eventtime < '2023-06-11'").await;
    assert!(text.contains("files=0/3, partitions=0/3"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_events_are_invisible_and_not_counted() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy { first_visible_date: Some(day(12)), ..ScanPolicy::default() });
    assert_eq!(sql.rows("SELECT count(*) FROM t").await, [ROWS.to_string()]);
    assert_eq!(sql.rows("SELECT DISTINCT recipientaccountid FROM t").await, [ACCOUNT_B]);
    let none = Sql::over(&table, ScanPolicy { first_visible_date: Some(day(20)), ..ScanPolicy::default() });
    assert_eq!(none.rows("SELECT count(*), count(eventid) FROM t").await, ["0        | 0"]);
    assert!(none.rows("SELECT * FROM t").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_all_events_reads_no_file() {
    let table = three_files().await;
    let text = Sql::over(&table, ScanPolicy::default()).explain("SELECT count(*) FROM t").await;
    assert!(!text.contains("DataSourceExec"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_events_come_first_when_asked() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let rows = sql.rows("SELECT eventid FROM t ORDER BY eventtime DESC LIMIT 3").await;
    let expected: Vec<String> =
        (ROWS - 3..ROWS).rev().map(|n| format!("{ACCOUNT_B}-eu-west-1-2023-06-12-{n:06}")).collect();
    assert_eq!(rows, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_columns_tell_where_an_event_lies() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy { hidden_columns: true, ..ScanPolicy::default() });
    let rows = sql.rows(r#"SELECT DISTINCT "$account" || '/' || "$region" || '/' || "$date" FROM t ORDER BY 1"#).await;
    let expected =
        ["111111111111/us-east-1/2023-06-10", "111111111111/us-east-1/2023-06-11", "222222222222/eu-west-1/2023-06-12"];
    assert_eq!(rows, expected);
    let paths = sql.rows(r#"SELECT DISTINCT "$path" FROM t"#).await;
    assert_eq!(paths.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn event_json_is_the_record_as_it_came() {
    let table = table(Retention::Unlimited).await;
    let source = records(ACCOUNT_A, "us-east-1", day(11), 0..40);
    ingest(&table, &partition(ACCOUNT_A, "us-east-1", day(11)), &source).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    assert_eq!(sql.rows("SELECT eventjson FROM t ORDER BY eventid").await, source);
    let first = sql.rows("SELECT eventjsonchecksum, eventjson FROM t WHERE eventid LIKE '%000007'").await;
    let checksum = traillake_columnar::event_json_checksum(&source[7]);
    assert_eq!(first, [format!("{checksum} | {}", source[7])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_on_event_json_hold_beside_filters_on_columns() {
    let table = table(Retention::Unlimited).await;
    let source = records(ACCOUNT_A, "us-east-1", day(11), 0..40);
    ingest(&table, &partition(ACCOUNT_A, "us-east-1", day(11)), &source).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let both = "eventjson LIKE '%\"errorCode\"%' AND eventname = 'GetObject' AND useridentity.type IS NOT NULL";
    let expected =
        source.iter().filter(|r| r.contains("errorCode") && r.contains("GetObject") && r.contains("userIdentity"));
    assert_eq!(sql.rows(&format!("SELECT count(*) FROM t WHERE {both}")).await, [expected.count().to_string()]);
    let text = sql.explain(&format!("SELECT eventid FROM t WHERE {both}")).await;
    assert!(text.contains("predicate=eventname@"), "{text}");
    let count = sql.rows("SELECT count(*) FROM t WHERE eventjson IS NULL OR eventjson = ''").await;
    assert_eq!(count, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_and_the_last_time_are_answered_by_the_log() {
    let table = three_files().await;
    let sql = Sql::over(&table, ScanPolicy::default());
    let known = "SELECT min(eventtime), max(eventtime), count(*), count(eventtime) FROM t";
    let text = sql.explain(known).await;
    assert!(!text.contains("DataSourceExec"), "{text}");
    let read = "SELECT min(eventtime), max(eventtime), count(*), count(eventtime) FROM t WHERE eventid <> ''";
    assert_eq!(sql.rows(known).await, sql.rows(read).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_table_answers() {
    let table = table(Retention::Unlimited).await;
    let sql = Sql::over(&table, ScanPolicy::default());
    assert_eq!(
        sql.rows("SELECT count(*), max(eventtime), count(eventjson) FROM t").await,
        ["0        |                  | 0"]
    );
    assert!(
        sql.rows("SELECT eventjson FROM t WHERE useridentity.type = 'Root' ORDER BY eventtime LIMIT 3")
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_filters_are_left_to_the_engine() {
    let table = table(Retention::Unlimited).await;
    ingest(&table, &partition(ACCOUNT_A, "us-east-1", day(11)), &records(ACCOUNT_A, "us-east-1", day(11), 0..3)).await;
    let deep =
        (0..150).map(|n| format!("useridentity.type = 'T{n}' OR eventname = 'N{n}'")).collect::<Vec<_>>().join(" OR ");
    let sql = Sql::over(&table, ScanPolicy::default());
    assert_eq!(sql.rows(&format!("SELECT count(*) FROM t WHERE {deep}")).await, ["0"]);
}
