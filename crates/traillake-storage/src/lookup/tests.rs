//! Stored events are found by id and exact time, once, whole, and nothing else is.

use futures::TryStreamExt as _;
use traillake_model::Retention;

use super::*;
use crate::table_testing::{day, ingest, partition, records, table};

const ACCOUNT: &str = "111111111111";

fn micros(second: usize) -> i64 {
    day(11).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros() + i64::try_from(second).unwrap() * 1_000_000
}

fn candidate(second: usize, event_id: Option<&str>) -> Candidate {
    Candidate {
        partition: partition(ACCOUNT, "us-east-1", day(11)),
        event_time_micros: micros(second),
        event_id: event_id.map(str::to_owned),
    }
}

fn id(n: usize) -> String {
    format!("{ACCOUNT}-us-east-1-2023-06-11-{n:06}")
}

async fn find(table: &EventTable, candidates: &[Candidate], only: Option<&HashSet<String>>) -> Vec<(usize, String)> {
    let matches = find_stored(table, &table.snapshot(), candidates, only).await.unwrap();
    let mut found: Vec<_> = matches.map_ok(|found| (found.candidate, found.json)).try_collect().await.unwrap();
    found.sort();
    found
}

async fn two_files() -> (EventTable, Vec<String>) {
    let table = table(Retention::Unlimited).await;
    let source = records(ACCOUNT, "us-east-1", day(11), 0..3_000);
    let values = partition(ACCOUNT, "us-east-1", day(11));
    ingest(&table, &values, &source[..2_000]).await;
    ingest(&table, &values, &source[2_000..]).await;
    (table, source)
}

#[tokio::test]
async fn events_are_found_in_every_file_and_given_back_whole() {
    let (table, source) = two_files().await;
    let candidates: Vec<Candidate> = [5, 1_999, 2_500].map(|n| candidate(n, Some(&id(n)))).to_vec();
    let expected = [5, 1_999, 2_500].map(|n: usize| source[n].clone());
    let expected: Vec<_> = expected.into_iter().enumerate().collect();
    assert_eq!(find(&table, &candidates, None).await, expected);
}

#[tokio::test]
async fn files_larger_than_the_first_request_are_searched() {
    let table = table(Retention::Unlimited).await;
    let random = |n: usize| traillake_columnar::event_json_checksum(&n.to_string());
    let source: Vec<String> = records(ACCOUNT, "us-east-1", day(11), 0..6_000)
        .into_iter()
        .enumerate()
        .map(|(n, record)| record.replace(&id(n), &random(n)))
        .collect();
    let snapshot = ingest(&table, &partition(ACCOUNT, "us-east-1", day(11)), &source).await;
    assert!(snapshot.files.bytes() > crate::layout::FOOTER_HINT_BYTES as u64);
    assert_eq!(find(&table, &[candidate(4_321, Some(&random(4_321)))], None).await, [(0, source[4_321].clone())]);
}

#[tokio::test]
async fn another_time_another_id_or_another_partition_is_another_event() {
    let (table, _) = two_files().await;
    let mut elsewhere = candidate(5, Some(&id(5)));
    elsewhere.partition = partition(ACCOUNT, "eu-west-1", day(11));
    let candidates = [
        candidate(6, Some(&id(5))),
        candidate(5, Some("unknown")),
        candidate(5, None),
        candidate(9_000, Some(&id(5))),
        elsewhere,
    ];
    assert!(find(&table, &candidates, None).await.is_empty());
}

#[tokio::test]
async fn a_stored_row_is_reported_once_for_the_first_of_equal_candidates() {
    let (table, source) = two_files().await;
    let candidates = [candidate(7, Some(&id(7))), candidate(7, Some(&id(7)))];
    assert_eq!(find(&table, &candidates, None).await, [(0, source[7].clone())]);
}

#[tokio::test]
async fn records_without_an_id_are_found_by_their_time() {
    let table = table(Retention::Unlimited).await;
    let source: Vec<String> = records(ACCOUNT, "us-east-1", day(11), 0..10)
        .into_iter()
        .map(|record| record.replace("\"eventID\"", "\"eventIdentity\""))
        .collect();
    ingest(&table, &partition(ACCOUNT, "us-east-1", day(11)), &source).await;
    ingest(&table, &partition(ACCOUNT, "us-east-1", day(11)), &source[3..4]).await;
    let candidates = [candidate(3, None), candidate(3, Some(&id(3)))];
    assert_eq!(find(&table, &candidates, None).await, [(0, source[3].clone()), (0, source[3].clone())]);
}

#[tokio::test]
async fn the_search_can_be_limited_to_new_files() {
    let (table, source) = two_files().await;
    let snapshot = table.snapshot();
    let newer = snapshot.files.iter().find(|file| file.rows == 1_000).unwrap();
    let only = HashSet::from([newer.path.clone()]);
    let candidates = [candidate(5, Some(&id(5))), candidate(2_500, Some(&id(2_500)))];
    assert_eq!(find(&table, &candidates, Some(&only)).await, [(1, source[2_500].clone())]);
}
