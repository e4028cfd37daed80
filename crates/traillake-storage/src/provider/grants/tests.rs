use traillake_model::{PartitionBy, PartitionValues, Retention};

use super::*;
use crate::table_testing::{Sql, day, ingest, partition, records, table, table_by};
use crate::{EventTable, ScanPolicy};

const MINE: &str = "111111111111";
const HIDDEN: &str = "222222222222";
const REGION: &str = "us-east-1";

/// A thousand events of each account on one day; those of the hidden one are an hour later in part.
async fn events(partition_by: PartitionBy) -> EventTable {
    let table = if partition_by == PartitionBy::DATE {
        table_by(PartitionBy::DATE).await
    } else {
        table(Retention::Unlimited).await
    };
    let (mine, hidden) = (records(MINE, REGION, day(11), 0..1_000), records(HIDDEN, REGION, day(11), 500..1_500));
    if partition_by == PartitionBy::DATE {
        let values = PartitionValues::new(PartitionBy::DATE, None, None, day(11));
        ingest(&table, &values, &[mine, hidden].concat()).await;
    } else {
        ingest(&table, &partition(MINE, REGION, day(11)), &mine).await;
        ingest(&table, &partition(HIDDEN, REGION, day(11)), &hidden).await;
    }
    table
}

fn mine() -> Grants {
    Grants::all().with_accounts([MINE]).unwrap()
}

fn sql(table: &EventTable, grants: Grants) -> Sql {
    Sql::over(table, ScanPolicy { grants, ..ScanPolicy::default() })
}

#[tokio::test]
async fn figures_from_the_log_are_those_of_the_granted_accounts() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let table = events(partition_by).await;
        let sql = sql(&table, mine());
        assert_eq!(sql.rows("SELECT count(*) FROM t").await, ["1000"], "{partition_by}");
        let last = sql.rows("SELECT max(eventtime) FROM t").await;
        assert_eq!(last, ["2023-06-11T00:16:39"], "{partition_by}");
        let accounts = sql.rows("SELECT DISTINCT recipientaccountid FROM t").await;
        assert_eq!(accounts, [MINE], "{partition_by}");
    }
}

#[tokio::test]
async fn files_of_one_account_each_are_counted_for_their_account_alone() {
    let table = events(PartitionBy::default()).await;
    let report = sql(&table, mine()).report("SELECT eventname FROM t").await;
    assert_eq!((report.files_total, report.files_kept, report.partitions_total), (1, 1, 1));
    let text = sql(&table, mine()).explain("SELECT count(*) FROM t").await;
    assert!(text.contains("PlaceholderRowExec"), "the log answers: {text}");
}

#[tokio::test]
async fn nothing_is_told_of_files_that_accounts_share() {
    let table = events(PartitionBy::DATE).await;
    let sql = sql(&table, mine());
    let report = sql.report("SELECT eventname FROM t WHERE sourceipaddress = '10.0.5.0'").await;
    let untold = ScanReport { table_version: report.table_version, ..ScanReport::default() };
    assert_eq!(report, untold);
    for question in ["SELECT count(*) FROM t", "SELECT eventname FROM t WHERE eventid = 'x' LIMIT 3"] {
        let text = sql.explain(question).await;
        assert!(text.contains("HeldScanExec") && !text.contains("DataSourceExec"), "{text}");
        assert!(!text.contains(".parquet") && !text.contains("statistics=[Rows=Exact"), "{text}");
    }
}

#[tokio::test]
async fn no_expression_of_the_question_meets_a_row_that_is_not_granted() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let table = events(partition_by).await;
        let sql = sql(&table, mine());
        for (question, answer) in [
            (
                "SELECT count(*) FROM t WHERE 1 / (CASE WHEN recipientaccountid = '222222222222' THEN 0 ELSE 1 END) = 1",
                "1000",
            ),
            ("SELECT sum(1 / (CASE WHEN recipientaccountid = '222222222222' THEN 0 ELSE 1 END)) FROM t", "1000"),
            (
                "SELECT count(*) FROM t WHERE CAST(CASE WHEN eventid LIKE '2222%' THEN eventid ELSE '1' END AS bigint) = 1",
                "1000",
            ),
            (
                "SELECT count(*) FROM (SELECT 1 / (CASE WHEN eventjson LIKE '%222222222222%' THEN 0 ELSE 1 END) AS x FROM t) WHERE x = 1",
                "1000",
            ),
            ("SELECT count(*) FROM t WHERE recipientaccountid = '222222222222' OR eventname IS NULL", "0"),
            ("SELECT count(*) FROM t WHERE NOT (recipientaccountid = '111111111111')", "0"),
        ] {
            assert_eq!(sql.rows(question).await, [answer], "{partition_by}: {question}");
        }
    }
}

#[tokio::test]
async fn a_limit_counts_granted_rows() {
    let table = events(PartitionBy::DATE).await;
    let sql = sql(&table, mine());
    assert_eq!(sql.rows("SELECT eventname FROM t LIMIT 1000").await.len(), 1_000);
    let newest = sql.rows("SELECT recipientaccountid FROM t ORDER BY eventtime DESC LIMIT 3").await;
    assert_eq!(newest, [MINE; 3]);
}

#[tokio::test]
async fn an_empty_list_of_accounts_leaves_no_event() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let table = events(partition_by).await;
        let none = Grants::all().with_accounts::<&str>([]).unwrap();
        assert_eq!(sql(&table, none).rows("SELECT count(*), max(eventid) FROM t").await.len(), 1);
        let none = Grants::all().with_accounts::<&str>([]).unwrap();
        assert_eq!(sql(&table, none).rows("SELECT count(*) FROM t").await, ["0"]);
    }
}

#[tokio::test]
async fn records_are_rebuilt_and_fields_read_as_without_grants() {
    let table = events(PartitionBy::DATE).await;
    let all = sql(&table, Grants::all());
    let held = sql(&table, mine());
    for columns in ["eventjson", "useridentity['arn'], eventname", "recipientaccountid, eventid", "*"] {
        let ordered = |condition| format!("SELECT {columns} FROM t WHERE {condition} ORDER BY eventid");
        let expected = all.rows(&ordered("recipientaccountid = '111111111111'")).await;
        assert_eq!(held.rows(&ordered("true")).await, expected, "{columns}");
    }
}

#[tokio::test]
async fn a_leaf_that_does_not_tell_whose_its_rows_are_is_refused() {
    let schema = Arc::new(arrow::datatypes::Schema::empty());
    let leaf: Arc<dyn ExecutionPlan> = Arc::new(EmptyExec::new(schema));
    let owners = BTreeSet::from([MINE.to_owned()]);
    assert!(guarded(leaf, &owners, &ConfigOptions::new()).is_err());
}
