//! Questions that the log answers, against the same questions answered by reading every event.

use proptest::prelude::*;
use tokio::runtime::Runtime;
use traillake_model::{PartitionBy, Retention};

use super::lake::{TestLake, as_text};

const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// What one event is: account (the last names none), region, second of four days.
type Event = (usize, usize, u32);

fn record(n: usize, (account, region, second): Event) -> String {
    let time = chrono::DateTime::from_timestamp(1_688_947_200 + i64::from(second), 0).unwrap();
    let recipient = ACCOUNTS.get(account).map(|id| format!(r#","recipientAccountId":"{id}""#)).unwrap_or_default();
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"Root"}},"eventTime":"{}","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"{}","eventID":"{n:08}-0000-4000-8000-000000000000"{recipient}}}"#,
        time.format("%Y-%m-%dT%H:%M:%SZ"),
        REGIONS[region],
    )
}

async fn lake_of(commits: &[Vec<Event>], retention: Retention, keys: PartitionBy) -> TestLake {
    let lake = TestLake::empty().await;
    lake.create_by(keys, "events", retention).await;
    for (n, events) in commits.iter().enumerate() {
        let records: Vec<String> = events.iter().enumerate().map(|(k, event)| record(n * 100 + k, *event)).collect();
        lake.store("events", &records.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    lake
}

/// Sorted rows, and how many files were read for them.
async fn asked(lake: &TestLake, sql: &str) -> (Vec<String>, u64) {
    let (batches, stats) = lake.query(sql).await.unwrap().collect().await.unwrap();
    let mut rows: Vec<String> = batches.iter().flat_map(as_text).collect();
    rows.sort();
    (rows, stats.files_read)
}

/// Every event is read for the second one.
fn questions(group: &str, condition: &str) -> [String; 2] {
    let answers = "count(*), min(eventTime), max(eventTime), count(eventTime)";
    let asks = |condition: String| match group {
        "" => format!("SELECT {answers} FROM events WHERE {condition}"),
        group => format!("SELECT {group}, {answers} FROM events WHERE {condition} GROUP BY {group}"),
    };
    [asks(condition.to_owned()), asks(format!("{condition} AND eventName <> 'nosuch'"))]
}

const GROUPS: [&str; 12] = [
    "",
    "date_trunc('day', eventTime)",
    "date(eventTime)",
    "CAST(eventTime AS date)",
    "\"$date\"",
    "\"$month\", date_trunc('month', eventTime)",
    "year(eventTime), quarter(eventTime)",
    "\"$account\", \"$region\"",
    "recipientAccountId",
    "awsRegion, month(eventTime)",
    "day_of_week(eventTime), awsRegion",
    "date_trunc('hour', eventTime)",
];
const CONDITIONS: [&str; 10] = [
    "1 = 1",
    "eventTime >= '2023-07-11 00:00:00'",
    "eventTime > '2023-07-10 23:59:59' AND eventTime <= '2023-07-11 23:59:59'",
    "eventTime >= '2023-07-11 12:00:00'",
    "\"$account\" = '111111111111' AND \"$date\" = DATE '2023-07-10'",
    "recipientAccountId = '222222222222'",
    "recipientAccountId IS NULL",
    "month(eventTime) = 7",
    "awsRegion <> 'us-east-1' OR day_of_week(eventTime) = 2",
    "date(eventTime) BETWEEN DATE '2023-07-10' AND DATE '2023-07-12'",
];

async fn compare(lake: &TestLake) {
    for group in GROUPS {
        for condition in CONDITIONS {
            let [question, read] = questions(group, condition);
            assert_eq!(asked(lake, &question).await.0, asked(lake, &read).await.0, "{question}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn what_the_log_answers_is_what_reading_answers(
        commits in proptest::collection::vec(
            proptest::collection::vec((0..3_usize, 0..2_usize, 0..4 * 86_400_u32), 1..12),
            1..4,
        ),
        keeps_all in any::<bool>(),
        by_month in any::<bool>(),
    ) {
        let retention = if keeps_all { Retention::Unlimited } else { Retention::Days(8) };
        Runtime::new().unwrap().block_on(async { compare(&lake_of(&commits, retention, keys(by_month)).await).await });
    }
}

fn keys(by_month: bool) -> PartitionBy {
    if by_month { "account,month".parse().unwrap() } else { PartitionBy::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_by_month_read_no_file_of_a_store_by_month() {
    let days = |account| (0..4).map(|day| (account, 0, 3_600 + day * 86_400)).collect::<Vec<_>>();
    let lake = lake_of(&[days(0), days(1)], Retention::Unlimited, keys(true)).await;
    for group in ["", "date_trunc('month', eventTime)", "year(eventTime), \"$month\"", "recipientAccountId"] {
        let [question, read] = questions(group, "month(eventTime) = 7");
        let (rows, files) = asked(&lake, &question).await;
        assert_eq!((&rows, files), (&asked(&lake, &read).await.0, 0), "{question}");
    }
    let [question, _] = questions("date(eventTime)", "1 = 1");
    assert_eq!(asked(&lake, &question).await.1, 2, "a file holds several days");
    let one_day = vec![vec![(0, 0, 10), (0, 0, 20)], vec![(0, 0, 86_400), (0, 0, 86_500)]];
    let lake = lake_of(&one_day, Retention::Unlimited, keys(true)).await;
    assert_eq!(asked(&lake, &question).await.1, 0, "each file holds one day");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_by_what_a_partition_decides_read_no_file() {
    let days = |account| (0..4).map(|day| (account, account, 3_600 + day * 86_400)).collect::<Vec<_>>();
    let lake = lake_of(&[days(0), days(1)], Retention::Unlimited, keys(false)).await;
    for group in &GROUPS[..11] {
        let [question, read] = questions(group, "eventTime >= '2023-07-11 00:00:00'");
        let (rows, files) = asked(&lake, &question).await;
        assert_eq!((&rows, files), (&asked(&lake, &read).await.0, 0), "{question}");
    }
    let several = [
        "SELECT day, n FROM (SELECT date_trunc('day', eventTime) AS day, count(*) AS n FROM events GROUP BY 1) WHERE n > 1",
        "WITH e AS (SELECT eventTime AS t, awsRegion AS r FROM events) SELECT r, max(t) FROM e WHERE t > '2023-07-12' GROUP BY r",
        "SELECT DISTINCT recipientAccountId FROM events",
        "SELECT count(DISTINCT awsRegion) FROM events",
        "SELECT a.d FROM (SELECT date(eventTime) AS d, count(*) FROM events GROUP BY 1) a \
         JOIN (SELECT date(eventTime) AS d FROM events GROUP BY 1) b ON a.d = b.d",
    ];
    for question in several {
        let (rows, files) = asked(&lake, question).await;
        assert!(!rows.is_empty() && files == 0, "{question}: {rows:?}, {files} files");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_does_not_decide_is_read() {
    let lake =
        lake_of(&[vec![(0, 0, 3_600), (0, 0, 7_200)], vec![(2, 0, 3_600)]], Retention::Unlimited, keys(false)).await;
    for question in [
        "SELECT count(*) FROM events WHERE eventTime > '2023-07-10 01:30:00'",
        "SELECT recipientAccountId, count(*) FROM events GROUP BY 1",
        "SELECT hour(eventTime), count(*) FROM events GROUP BY 1",
        "SELECT count(eventName) FROM events",
        "SELECT count(*) FILTER (WHERE eventName = 'GetObject') FROM events",
        "SELECT date(eventTime), avg(1) FROM events GROUP BY 1",
    ] {
        let (_, files) = asked(&lake, question).await;
        assert!(files > 0, "{question}");
    }
}
