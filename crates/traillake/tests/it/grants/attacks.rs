//! Texts that try to see what is not granted. Whatever becomes of them, nothing hidden is in rows, errors or figures.

use traillake::{DefaultSchema, Dialect, PartitionBy, QueryOptions};

use super::lake::{SECRETS, lake, measured, seen};

/// No text here holds one of the secrets, so that what echoes the text is no finding.
const TEXTS: &[&str] = &[
    // Conditions that fail on hidden rows, whichever of them is evaluated first.
    "SELECT CAST(recipientAccountId AS bigint) / (CASE WHEN recipientAccountId LIKE '9999%' THEN 0 ELSE 1 END) FROM events",
    "SELECT count(*) FROM events WHERE 1 / (CASE WHEN recipientAccountId LIKE '9999%' THEN 0 ELSE 1 END) = 1",
    "SELECT count(*) FROM events WHERE CAST(CASE WHEN eventName LIKE 'Secret%' THEN eventName ELSE '1' END AS bigint) = 1",
    "SELECT count(*) FROM events WHERE CAST(CASE WHEN eventName LIKE 'Nobody%' THEN eventName ELSE '1' END AS bigint) = 1",
    "SELECT count(*) FROM events WHERE CAST(CASE WHEN sourceIPAddress LIKE '10.9%' THEN sourceIPAddress ELSE '1' END AS bigint) = 1 AND eventTime > '2026-01-01 00:00:00'",
    "SELECT CAST(eventName AS bigint) FROM events WHERE eventName LIKE 'Secret%'",
    "SELECT CAST(eventName AS bigint) FROM events ORDER BY eventName DESC LIMIT 1",
    "SELECT CAST(userIdentity.arn AS timestamp) FROM events WHERE userIdentity.arn LIKE '%9999%'",
    "SELECT json_parse(eventJson || '{') FROM events WHERE recipientAccountId LIKE '9%'",
    "SELECT sum(CAST(requestParameters['bucketName'] AS bigint)) FROM events WHERE element_at(requestParameters, 'bucketName') LIKE '%9999%'",
    "SELECT CAST(CAST(max(eventTime) AS varchar) AS bigint) FROM events",
    "SELECT eventName FROM events WHERE CAST(eventTime AS varchar) LIKE '2026-02-%' AND CAST(CAST(eventTime AS varchar) AS bigint) > 0",
    "SELECT 1 / (SELECT count(*) - count(*) FROM events WHERE eventName LIKE 'Secret%')",
    "SELECT a.eventName FROM events a JOIN events b ON CAST(a.recipientAccountId AS bigint) = 1 / (CASE WHEN b.recipientAccountId LIKE '9%' THEN 0 ELSE 1 END)",
    // Everything there is.
    "SELECT * FROM events",
    "SELECT *, \"$path\", \"$account\" FROM events ORDER BY eventTime DESC",
    "SELECT max(eventTime), min(eventTime), max(recipientAccountId), max(eventName), max(sourceIPAddress) FROM events",
    "SELECT max(recipientAccountId), approx_distinct(eventName), max(userIdentity.arn) FROM events",
    "SELECT DISTINCT \"$account\", \"$date\", \"$region\", \"$path\" FROM events",
    "SELECT array_agg(DISTINCT recipientAccountId), array_agg(DISTINCT eventName), array_agg(DISTINCT date(eventTime)) FROM events",
    "SELECT eventJson FROM events ORDER BY recipientAccountId DESC LIMIT 20",
    "SELECT eventName FROM events WHERE recipientAccountId IS NULL OR recipientAccountId NOT IN ('111111111111')",
    "SELECT recipientAccountId FROM events WHERE true OR recipientAccountId = ''",
    "SELECT eventName, lead(eventName) OVER (ORDER BY eventID DESC), recipientAccountId FROM events",
    "WITH x AS (SELECT * FROM events) SELECT x.recipientAccountId, count(*) FROM x FULL JOIN events e ON x.eventID = e.eventID GROUP BY 1",
    "SELECT * FROM athena.events ORDER BY account DESC LIMIT 10",
    "SELECT DISTINCT account, year, month, day FROM athena.events",
    "SELECT count(*) FROM athena.events WHERE CAST(CASE WHEN account LIKE '9%' THEN account || 'x' ELSE '1' END AS bigint) = 1",
    "SELECT * FROM \"aws:cloudtrail\".events WHERE eventName LIKE 'S%'",
    // What the lake tells of itself.
    "SELECT * FROM system.objects",
    "SELECT * FROM system.partitions",
    "SELECT * FROM system.files",
    "SELECT * FROM system.quarantine",
    "SELECT * FROM system.conflicts",
    "SELECT * FROM system.queries",
    "SELECT * FROM system.trails",
    "SELECT * FROM system.stores",
    "SELECT CAST(object AS bigint) FROM system.objects",
    "SELECT CAST(name AS bigint) FROM system.stores",
    "SELECT CAST(source AS bigint) FROM system.trails",
    "SELECT CAST(message AS bigint) FROM system.quarantine",
    "SELECT CAST(account AS bigint) / (CASE WHEN account LIKE '9%' THEN 0 ELSE 1 END) FROM system.partitions",
    // Names.
    "SHOW TABLES",
    "SHOW TABLES FROM athena",
    "SHOW COLUMNS FROM events",
    "DESCRIBE events",
    "DESCRIBE secretstor",
    "SHOW COLUMNS FROM secretstor",
    "SELECT * FROM secretstor",
    "SELECT * FROM secret_store",
    "SELECT * FROM athena.secretstor",
    "SELECT * FROM system.secretstor",
    "SELECT * FROM nosuchstore",
    "SELECT nosuchcolumn FROM events",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM information_schema.views",
    "SELECT * FROM information_schema.schemata",
    "SELECT * FROM $EDS_ID LIMIT 1",
    // Plans.
    "EXPLAIN SELECT * FROM events",
    "EXPLAIN SELECT count(*) FROM events WHERE eventTime > '2026-02-01 00:00:00'",
    "EXPLAIN SELECT eventName FROM events WHERE recipientAccountId LIKE '9999%'",
    "EXPLAIN SELECT max(eventTime), count(*) FROM events",
    "EXPLAIN SELECT * FROM athena.events",
    "EXPLAIN SELECT * FROM system.files",
    "EXPLAIN VERBOSE SELECT * FROM events WHERE sourceIPAddress LIKE '10.9%'",
    "EXPLAIN VERBOSE SELECT count(*), max(eventTime), max(eventName) FROM events",
    "EXPLAIN ANALYZE SELECT * FROM events WHERE userIdentity.arn LIKE '%:9999%' ORDER BY eventTime LIMIT 3",
    "EXPLAIN ANALYZE SELECT count(*), min(eventTime) FROM events",
    "EXPLAIN ANALYZE SELECT * FROM system.conflicts",
];

async fn nothing_is_found(partition_by: PartitionBy, options: QueryOptions) {
    let lake = lake(partition_by, true).await;
    // What others ask is theirs.
    let bobs = lake.granted(traillake::Grants::all(), Some("bob".to_owned()));
    measured(&bobs, "SELECT 'SecretCall', '999999999999' FROM public.secretstore LIMIT 1", &options).await.unwrap();
    let seen = seen(&lake);
    for sql in TEXTS {
        let said = match measured(&seen, sql, &options).await {
            Ok((rows, stats)) => format!("{} {stats:?}", rows.join("\n")),
            Err(error) => error,
        };
        let found: Vec<_> = SECRETS.iter().filter(|secret| said.contains(**secret)).collect();
        let place = found.first().and_then(|secret| said.find(**secret)).unwrap_or_default();
        let shown: String = said.chars().skip(place.saturating_sub(200)).take(400).collect();
        assert!(found.is_empty(), "{partition_by}, {:?}: {sql}\nshows {found:?}: {shown}", options.dialect);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hidden_shows_in_lake_sql() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        nothing_is_found(partition_by, QueryOptions::default()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hidden_shows_in_the_engines_own_sql() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let options = QueryOptions { dialect: Dialect::DataFusion, ..QueryOptions::default() };
        nothing_is_found(partition_by, options).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hidden_shows_where_system_tables_come_first() {
    let options = QueryOptions { schema: DefaultSchema::System, ..QueryOptions::default() };
    nothing_is_found(PartitionBy::DATE, options).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_secret_is_there_to_be_found_by_who_may_see_it() {
    let lake = lake(PartitionBy::DATE, true).await;
    let all = lake.granted(traillake::Grants::all(), None);
    let mut said = String::new();
    for sql in ["SELECT * FROM events", "SELECT * FROM system.stores", "SELECT * FROM system.trails"] {
        said += &measured(&all, sql, &QueryOptions::default()).await.unwrap().0.join("\n");
    }
    for secret in SECRETS {
        assert!(said.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_fails_on_hidden_rows_alone_does_not_fail() {
    for partition_by in [PartitionBy::default(), PartitionBy::DATE] {
        let lake = lake(partition_by, true).await;
        for sql in TEXTS.iter().take(5) {
            let answer = measured(&seen(&lake), sql, &QueryOptions::default()).await;
            assert!(answer.is_ok(), "{partition_by}: {sql}: {answer:?}");
            let all = lake.granted(traillake::Grants::all(), None);
            let error = measured(&all, sql, &QueryOptions::default()).await;
            assert!(error.is_err(), "{partition_by}: {sql} fails for who sees every row");
        }
    }
}
