//! A query of what is granted answers as it would in a lake that holds nothing else.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use traillake::{Lake, PartitionBy, QueryOptions};

use super::lake::{GRANTED, answer, lake, seen};

const STATEMENTS: usize = 150;

/// One of the choices.
fn one<'a>(random: &mut SmallRng, choices: &[&'a str]) -> &'a str {
    choices[random.random_range(0..choices.len())]
}

fn condition(random: &mut SmallRng, depth: u32) -> String {
    let next = depth.saturating_sub(1);
    match random.random_range(0..if depth == 0 { 9 } else { 13 }) {
        0 => format!("eventName = '{}'", one(random, &["GetObject", "SecretCall", "NobodyCall", "Decrypt"])),
        1 => format!(
            "recipientAccountId {} '{}'",
            one(random, &["=", "<>", "<", ">="]),
            one(random, &[GRANTED[0], GRANTED[1], "999999999999"])
        ),
        2 => format!("recipientAccountId {}", one(random, &["IS NULL", "IS NOT NULL", "LIKE '%9%'", "LIKE '1%'"])),
        3 => format!(
            "eventTime {} '2026-0{}-0{} 00:05:00'",
            one(random, &["<", ">", ">="]),
            random.random_range(1..3),
            random.random_range(1..4)
        ),
        4 => format!(
            "userIdentity.arn = 'arn:aws:iam::{}:user/u{}'",
            one(random, &[GRANTED[0], "999999999999"]),
            random.random_range(0..7)
        ),
        5 => format!(
            "sourceIPAddress {} '10.{}.{}'",
            one(random, &["=", "<", ">"]),
            one(random, &["0.0", "9.9"]),
            random.random_range(0..60)
        ),
        6 => format!("errorCode IS {}NULL", one(random, &["", "NOT "])),
        7 => format!("requestParameters['bucketName'] LIKE 'b{}%'", random.random_range(0..6)),
        8 => format!("eventID {} 'shared-{:06}'", one(random, &["=", "<", ">"]), random.random_range(0..90) * 10),
        9 => format!("NOT ({})", condition(random, next)),
        10 => format!("({} OR {})", condition(random, next), condition(random, next)),
        11 => format!("({} AND {})", condition(random, next), condition(random, next)),
        _ => format!("eventID IN (SELECT eventID FROM events WHERE {})", condition(random, next)),
    }
}

fn statement(random: &mut SmallRng) -> String {
    let condition = condition(random, 2);
    let limit = random.random_range(1..40);
    match random.random_range(0..12) {
        0 => {
            "SELECT count(*), min(eventTime), max(eventTime), count(DISTINCT recipientAccountId) FROM events".to_owned()
        }
        1 => format!(
            "SELECT count(*), min(eventTime), max(eventTime), max(eventID), min(sourceIPAddress) FROM events WHERE {condition}"
        ),
        2 => format!(
            "SELECT eventID, recipientAccountId, eventName, userIdentity.arn FROM events WHERE {condition} ORDER BY eventID, recipientAccountId LIMIT {limit}"
        ),
        3 => format!(
            "SELECT recipientAccountId, awsRegion, count(*) FROM events WHERE {condition} GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        4 => format!(
            "SELECT eventTime, recipientAccountId, eventID FROM events ORDER BY eventTime DESC, recipientAccountId, eventID LIMIT {limit}"
        ),
        5 => {
            format!("SELECT eventJson FROM events WHERE {condition} ORDER BY eventID, recipientAccountId LIMIT {limit}")
        }
        6 => format!("SELECT count(*) FROM (SELECT eventID FROM events WHERE {condition} LIMIT {limit})"),
        7 => format!(
            "SELECT a.eventID, b.recipientAccountId FROM events a JOIN events b ON a.eventID = b.eventID AND a.recipientAccountId <> b.recipientAccountId WHERE a.eventID LIKE 'shared%' AND ({}) ORDER BY 1, 2 LIMIT {limit}",
            condition
                .replace("eventID", "a.eventID")
                .replace("recipientAccountId", "a.recipientAccountId")
                .replace("(SELECT a.", "(SELECT ")
                .replace("eventName", "a.eventName")
                .replace("eventTime", "a.eventTime")
                .replace("userIdentity", "a.userIdentity")
                .replace("sourceIPAddress", "a.sourceIPAddress")
                .replace("errorCode", "a.errorCode")
                .replace("requestParameters", "a.requestParameters")
        ),
        8 => format!(
            "SELECT \"$account\", \"$date\", count(*) FROM events WHERE {condition} GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        9 => format!(
            "SELECT account, month, count(*), max(eventtime) FROM athena.events WHERE day < '0{}' GROUP BY 1, 2 ORDER BY 1, 2",
            random.random_range(1..5)
        ),
        10 => "SELECT event_data_store, account, eventid, events, first_event FROM system.conflicts ORDER BY 2, 3"
            .to_owned(),
        _ => format!(
            "SELECT count(*) FROM events e WHERE (SELECT count(*) FROM events WHERE eventName = e.eventName) > {} AND {}",
            limit * 20,
            "errorCode IS NULL"
        ),
    }
}

/// A plan in words, without what differs between any two lakes.
fn in_words(rows: &[String], store: &str) -> Vec<String> {
    let version = |text: &str| text.split(", table version").next().unwrap_or_default().to_owned();
    rows.iter().map(|row| version(&row.replace(store, "id"))).collect()
}

async fn explained(lake: &Lake, sql: &str) -> Vec<String> {
    let id = lake.event_data_store("events").await.unwrap().id.to_string();
    in_words(&answer(&seen(lake), &format!("EXPLAIN {sql}"), &QueryOptions::default()).await.unwrap(), &id)
}

async fn answers_are_equal(partition_by: PartitionBy, seed: u64) {
    let (whole, part) = (lake(partition_by, true).await, lake(partition_by, false).await);
    let all = part.granted(traillake::Grants::all(), None);
    let options = QueryOptions::default();
    let mut random = SmallRng::seed_from_u64(seed);
    for _ in 0..STATEMENTS {
        let sql = statement(&mut random);
        let expected = answer(&all, &sql, &options).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let found = answer(&seen(&whole), &sql, &options).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(found, expected, "{partition_by}: {sql}");
        assert_eq!(explained(&whole, &sql).await, explained(&part, &sql).await, "{partition_by}: {sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_answer_as_if_other_accounts_were_not_there() {
    Box::pin(answers_are_equal(PartitionBy::default(), 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_answer_as_if_other_accounts_were_not_there_in_files_they_share() {
    Box::pin(answers_are_equal(PartitionBy::DATE, 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_answer_as_if_other_accounts_were_not_there_in_files_of_months_they_share() {
    Box::pin(answers_are_equal(PartitionBy::MONTH, 3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn system_tables_answer_as_if_other_accounts_were_not_there() {
    let (whole, part) = (lake(PartitionBy::default(), true).await, lake(PartitionBy::default(), false).await);
    let all = part.granted(traillake::Grants::all(), None);
    for sql in [
        "SELECT account, region, date, files, rows, first_event, last_event, expired FROM system.partitions ORDER BY 1, 2, 3",
        "SELECT account, region, date, rows, first_event, last_event FROM system.files ORDER BY 1, 2, 3",
        "SELECT object, account, read, stored, duplicate, filtered, quarantined FROM system.objects ORDER BY 1",
        "SELECT object, offset_bytes, reason, message FROM system.quarantine ORDER BY 1",
        "SELECT name, kind, status, partition_by FROM system.stores",
        "SELECT table_schema, table_name, column_name FROM information_schema.columns ORDER BY 1, 2, 3",
    ] {
        let options = QueryOptions::default();
        let expected = answer(&all, sql, &options).await.unwrap();
        assert_eq!(answer(&seen(&whole), sql, &options).await.unwrap(), expected, "{sql}");
        assert!(!expected.is_empty(), "{sql}");
    }
}
