//! A table by month: pruning across the ends of months, hidden columns, retention within a month.

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use traillake_model::{Grants, PartitionBy, PartitionValues};

use super::*;
use crate::table_testing::{record, table_by};

const ACCOUNT: &str = "111111111111";
const OTHER: &str = "222222222222";
/// Days with events, by file.
const FILES: [&[&str]; 5] = [
    &["2023-03-31", "2023-03-01"],
    &["2023-04-01", "2023-04-15", "2023-04-30"],
    &["2023-05-31"],
    &["2023-06-01", "2023-06-02", "2023-06-10"],
    &["2023-06-10", "2023-06-11"],
];

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 22 events of a day, all over it.
fn events_of(account: &str, day: &str) -> Vec<String> {
    (0..86_400).step_by(4_000).map(|second| record(account, "us-east-1", date(day), second)).collect()
}

async fn by_month(partition_by: PartitionBy) -> EventTable {
    let table = table_by(partition_by).await;
    for days in FILES {
        for account in [ACCOUNT, OTHER] {
            let mut days = days.to_vec();
            days.sort_unstable();
            let source: Vec<String> = days.iter().flat_map(|day| events_of(account, day)).collect();
            let values = PartitionValues::new(partition_by, Some(account), None, date(days[0]));
            layered_file(&table, &values, &batch(table.schema(), &source)).await;
        }
    }
    table
}

async fn table_of_months() -> EventTable {
    by_month("account,month".parse().unwrap()).await
}

fn timestamp(second: i64) -> String {
    let moment = DateTime::from_timestamp(1_677_542_400 + second, 0).unwrap();
    format!("timestamp '{}'", moment.format("%Y-%m-%d %H:%M:%S"))
}

/// A condition on the time from the end of February to the beginning of July.
fn condition() -> impl Strategy<Value = String> {
    let moment = prop_oneof![0..125 * 86_400_i64, (0..125_i64).prop_map(|day| day * 86_400)];
    let day = (0..125_i64).prop_map(|day| format!("CAST({} AS date)", timestamp(day * 86_400)));
    let simple = prop_oneof![
        (moment, prop_oneof![Just("<"), Just("<="), Just("="), Just(">="), Just(">")])
            .prop_map(|(second, op)| format!("eventtime {op} {}", timestamp(second))),
        (day, prop_oneof![Just("="), Just("<="), Just(">")])
            .prop_map(|(day, op)| format!("CAST(eventtime AS date) {op} {day}")),
        (1..8_u32).prop_map(|month| format!("date_trunc('month', eventtime) = timestamp '2023-0{month}-01'")),
        (2..8_u32).prop_map(|month| format!("\"$month\" < date '2023-0{month}-01'")),
    ];
    let whole = (proptest::collection::vec(simple, 1..3), any::<bool>());
    whole.prop_map(|(parts, either)| parts.join(if either { " OR " } else { " AND " }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn pruned_scans_of_months_give_what_full_scans_give(
        condition in condition(),
        retained_from in proptest::option::of(0..110_u64),
    ) {
        Runtime::new().unwrap().block_on(async {
            let table = table_of_months().await;
            let first = retained_from.map(|days| date("2023-02-28") + chrono::Days::new(days));
            let policy = ScanPolicy { hidden_columns: true, ..ScanPolicy::default() };
            let full = EventTableProvider::try_new(table.clone(), table.snapshot(), policy.clone()).unwrap();
            let full = Sql::new(full.without_pruning());
            let visible = first.map_or_else(String::new, |first| format!(" AND eventtime >= timestamp '{first}'"));
            let expected = full.rows(&format!("SELECT eventid FROM t WHERE ({condition}){visible} ORDER BY 1")).await;
            let pruned = Sql::over(&table, ScanPolicy { first_visible_date: first, ..policy });
            let found = pruned.rows(&format!("SELECT eventid FROM t WHERE {condition} ORDER BY 1")).await;
            assert_eq!(found, expected, "{condition}, visible from {first:?}");
            let count = pruned.rows(&format!("SELECT count(*) FROM t WHERE {condition}")).await;
            assert_eq!(count, [expected.len().to_string()], "{condition}, visible from {first:?}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_months_that_cannot_match_are_not_opened() {
    let table = table_of_months().await;
    let sql = Sql::over(&table, ScanPolicy { hidden_columns: true, ..ScanPolicy::default() });
    let cases = [
        ("eventtime >= '2023-04-01' AND eventtime < '2023-05-01'", 2),
        ("eventtime >= '2023-04-30' AND eventtime < '2023-06-01'", 4),
        ("CAST(eventtime AS date) = date '2023-06-02'", 2),
        ("CAST(eventtime AS date) = date '2023-06-10'", 4),
        ("eventtime > '2023-06-11'", 2),
        ("recipientaccountid = '111111111111' AND eventtime < '2023-04-01'", 1),
        ("\"$month\" = date '2023-06-01'", 4),
        ("\"$month\" IS NULL", 0),
        ("\"$date\" IS NOT NULL", 0),
    ];
    for (predicate, files) in cases {
        let report = sql.report(&format!("SELECT eventid FROM t WHERE {predicate}")).await;
        assert_eq!((report.files_kept, report.files_total), (files, 10), "{predicate}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_columns_tell_the_month() {
    let table = table_of_months().await;
    let sql = Sql::over(&table, ScanPolicy { hidden_columns: true, ..ScanPolicy::default() });
    let months = sql.rows(r#"SELECT DISTINCT CAST("$month" AS varchar) FROM t WHERE "$date" IS NULL ORDER BY 1"#).await;
    assert_eq!(months, ["2023-03-01", "2023-04-01", "2023-05-01", "2023-06-01"]);
}

/// What a table shows whose first day is 10 June: that day twice, in two files, and the next.
#[tokio::test(flavor = "multi_thread")]
async fn expired_events_of_a_month_are_neither_shown_nor_counted() {
    for partition_by in ["account,month", "month"] {
        let table = by_month(partition_by.parse().unwrap()).await;
        for grants in [Grants::all(), Grants::all().with_accounts([ACCOUNT]).unwrap()] {
            let accounts = if grants.accounts().is_some() { 1 } else { 2 };
            let policy = ScanPolicy { first_visible_date: Some(date("2023-06-10")), grants, ..ScanPolicy::default() };
            let sql = Sql::over(&table, policy);
            let count = (accounts * 3 * 22).to_string();
            for question in ["count(*)", "count(eventtime)", "count(eventid)", "count(eventjson)"] {
                let found = sql.rows(&format!("SELECT {question} FROM t")).await;
                assert_eq!(found, [count.as_str()], "{partition_by}: {question}");
            }
            assert_eq!(sql.rows("SELECT min(eventtime) FROM t").await, ["2023-06-10T00:00:00"], "{partition_by}");
            assert_eq!(sql.rows("SELECT * FROM t LIMIT 1000").await.len().to_string(), count, "{partition_by}");
            let old = sql.rows("SELECT eventid FROM t ORDER BY eventtime LIMIT 1").await;
            assert!(old[0].contains("2023-06-10"), "{partition_by}: {old:?}");
            let columns = sql.context.sql("SELECT * FROM t").await.unwrap().schema().fields().len();
            assert_eq!(columns, table.schema().sql_schema().fields().len());
        }
    }
}
