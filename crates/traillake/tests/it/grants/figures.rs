//! Figures of a query: a value that only hidden events have is told apart from one that nobody has by none of them.

use traillake::{PartitionBy, QueryOptions, QueryStats};

use super::lake::{GRANTED, HIDDEN, answer, lake, measured, seen};

/// Pairs of conditions: the first holds for hidden events alone, the second for none at all.
const PROBES: [(&str, &str); 7] = [
    ("sourceIPAddress = '10.9.9.9'", "sourceIPAddress = '10.9.9.8'"),
    (
        "userIdentity.arn = 'arn:aws:iam::999999999999:user/u1'",
        "userIdentity.arn = 'arn:aws:iam::888888888888:user/u1'",
    ),
    ("eventID = '999999999999-000001'", "eventID = '888888888888-000001'"),
    ("eventName = 'SecretCall'", "eventName = 'SecretCold'"),
    ("recipientAccountId = '999999999999'", "recipientAccountId = '888888888888'"),
    (
        "eventTime BETWEEN '2026-02-03 00:00:00' AND '2026-02-03 23:59:59'",
        "eventTime BETWEEN '2026-02-04 00:00:00' AND '2026-02-04 23:59:59'",
    ),
    ("requestParameters['bucketName'] = 'b1-999999999999'", "requestParameters['bucketName'] = 'b1-888888888888'"),
];

/// The figures that do not depend on the clock.
fn fixed(stats: &QueryStats) -> QueryStats {
    QueryStats { elapsed: std::time::Duration::ZERO, ..stats.clone() }
}

/// The plan without the condition itself, times and places in memory.
fn plan_shape(rows: &[String], condition: &str) -> Vec<String> {
    let words = |text: &String| {
        let text = text.replace(condition, "");
        text.split_whitespace()
            .filter(|word| word.starts_with("output_rows=") || word.ends_with("Exec:"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    rows.iter().flat_map(words).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_figure_tells_a_hidden_value_from_none() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let lake = lake(partition_by, true).await;
        let seen = seen(&lake);
        let options = QueryOptions::default();
        for (hidden, none) in PROBES {
            let question = |condition: &str| format!("SELECT count(*), max(eventName) FROM events WHERE {condition}");
            let (rows, stats) = measured(&seen, &question(hidden), &options).await.unwrap();
            let (same_rows, same_stats) = measured(&seen, &question(none), &options).await.unwrap();
            assert_eq!((rows, fixed(&stats)), (same_rows, fixed(&same_stats)), "{partition_by}: {hidden}");
            for explain in ["EXPLAIN", "EXPLAIN ANALYZE"] {
                let ask = async |condition: &str| {
                    let sql = format!("{explain} {}", question(condition));
                    plan_shape(&answer(&seen, &sql, &options).await.unwrap(), condition)
                };
                assert_eq!(ask(hidden).await, ask(none).await, "{partition_by}: {explain} {hidden}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_scanned_are_granted_ones() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let lake = lake(partition_by, true).await;
        let (rows, stats) =
            measured(&seen(&lake), "SELECT eventID FROM events", &QueryOptions::default()).await.unwrap();
        assert_eq!((rows.len(), stats.events_scanned), (1_800, 1_800), "{partition_by}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_counts_files_of_granted_accounts() {
    let by_account = lake(PartitionBy::default(), true).await;
    let described = seen(&by_account).describe_event_data_store("events").await.unwrap();
    assert_eq!((described.events, described.accounts, described.files), (1_800, 2, 8));
    assert_eq!(described.last_event().unwrap().date_naive().to_string(), "2026-01-02");
    let whole = by_account.describe_event_data_store("events").await.unwrap();
    assert_eq!((whole.events, whole.accounts), (2_720, 4));
    let shared = lake(PartitionBy::DATE, true).await;
    let described = seen(&shared).describe_event_data_store("events").await.unwrap();
    assert_eq!((described.events, described.files, described.event_time_micros), (0, 0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_is_not_there() {
    let lake = lake(PartitionBy::default(), true).await;
    let seen = seen(&lake);
    let stores = seen.event_data_stores().await.unwrap();
    assert_eq!(stores.iter().map(|store| store.name.as_str()).collect::<Vec<_>>(), ["events"]);
    let hidden = lake.event_data_store("secretstore").await.unwrap();
    for name in ["secretstore".to_owned(), hidden.id.to_string(), hidden.arn.to_string()] {
        let error = seen.event_data_store(&name).await.unwrap_err();
        assert_eq!(error.to_string(), format!("there is no event data store `{name}`"));
        assert!(error.hint().is_none_or(|hint| !hint.contains("secret")), "{:?}", error.hint());
        let sql = format!("SELECT count(*) FROM \"{name}\"");
        assert!(answer(&seen, &sql, &QueryOptions::default()).await.unwrap_err().contains("not found"), "{name}");
        let options = QueryOptions { default_store: Some(name.clone()), ..QueryOptions::default() };
        assert!(answer(&seen, "SELECT count(*) FROM $EDS_ID", &options).await.is_err(), "{name}");
    }
    assert!(seen.trails().await.unwrap().is_empty());
    let names = seen.names().await.unwrap();
    assert_eq!(names.stores.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_held_to_stores_alone_sees_their_trails() {
    let lake = lake(PartitionBy::default(), true).await;
    let grants = traillake::Grants::all().with_stores(["events"]);
    let trails = lake.granted(grants.clone(), None).trails().await.unwrap();
    assert_eq!(trails.iter().map(|trail| trail.name.as_str()).collect::<Vec<_>>(), ["opentrail"]);
    let rows = answer(&lake.granted(grants, None), "SELECT name FROM system.trails", &QueryOptions::default()).await;
    assert_eq!(rows.unwrap(), ["opentrail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_system_tables_belong_to_granted_accounts() {
    let lake = lake(PartitionBy::default(), true).await;
    let (seen, options) = (seen(&lake), QueryOptions::default());
    for (table, account) in
        [("partitions", "account"), ("files", "account"), ("objects", "account"), ("conflicts", "account")]
    {
        let sql = format!("SELECT DISTINCT {account} FROM system.{table} ORDER BY 1");
        let accounts = answer(&seen, &sql, &options).await.unwrap();
        assert!(accounts.iter().all(|account| GRANTED.contains(&account.as_str())), "{table}: {accounts:?}");
        assert!(!accounts.is_empty() || table == "conflicts", "{table}");
    }
    let pieces = answer(&seen, "SELECT object FROM system.quarantine", &options).await.unwrap();
    assert!(pieces.len() == 2 && pieces.iter().all(|object| !object.contains(HIDDEN)), "{pieces:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_belong_to_who_asked_them() {
    let lake = lake(PartitionBy::default(), true).await;
    let (alice, options) = (seen(&lake), QueryOptions::default());
    let bob = lake.granted(traillake::Grants::all(), Some("bob".to_owned()));
    answer(&alice, "SELECT 1", &options).await.unwrap();
    answer(&bob, "SELECT 2", &options).await.unwrap();
    let asked = |lake: &traillake::GrantedLake| lake.queries().into_iter().map(|query| query.sql).collect::<Vec<_>>();
    assert_eq!((asked(&alice), asked(&bob)), (vec!["SELECT 1".to_owned()], vec!["SELECT 2".to_owned()]));
    let sql = "SELECT sql FROM system.queries WHERE sql LIKE 'SELECT _' ORDER BY 1";
    assert_eq!(answer(&bob, sql, &options).await.unwrap(), ["SELECT 2"]);
    assert_eq!(lake.queries(None).len(), 3);
}
