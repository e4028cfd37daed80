//! Stored events are found by id and exact time, once, whole, and nothing else is.

use futures::TryStreamExt as _;
use traillake_model::{PartitionValues, Retention};

use super::*;
use crate::table_testing::{day, ingest, partition, records, table};

const ACCOUNT: &str = "111111111111";

fn micros(second: usize) -> i64 {
    day(11).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros() + i64::try_from(second).unwrap() * 1_000_000
}

/// The partitions that are searched: that of all records, and another.
fn partitions() -> [PartitionValues; 2] {
    ["us-east-1", "eu-west-1"].map(|region| partition(ACCOUNT, region, day(11)))
}

fn candidate(row: u32, second: usize, event_id: Option<&str>) -> Candidate<'_> {
    Candidate { partition: 0, event_time_micros: micros(second), event_id, row }
}

fn id(n: usize) -> String {
    format!("{ACCOUNT}-us-east-1-2023-06-11-{n:06}")
}

/// The rows of the candidates that are found with what is stored, by the first of them.
async fn find(
    table: &EventTable,
    candidates: &[Candidate<'_>],
    only: Option<&HashSet<String>>,
) -> Vec<(Vec<u32>, String)> {
    let partitions = partitions();
    let candidates = Candidates::new(partitions.iter().collect(), candidates.to_vec());
    let matches = find_stored(table, &table.snapshot(), &candidates, only).unwrap();
    let rows = |found: &StoredMatch<'_>| found.candidates.iter().map(|candidate| candidate.row).collect();
    let mut found: Vec<_> = matches.map_ok(|found| (rows(&found), found.json)).try_collect().await.unwrap();
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
    let ids = [2_500, 5, 1_999].map(|n| (n, id(n)));
    let candidates: Vec<Candidate<'_>> = (0..).zip(&ids).map(|(row, (n, id))| candidate(row, *n, Some(id))).collect();
    let expected: Vec<_> = (0..).zip(&ids).map(|(row, (n, _))| (vec![row], source[*n].clone())).collect();
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
    let found = find(&table, &[candidate(7, 4_321, Some(&random(4_321)))], None).await;
    assert_eq!(found, [(vec![7], source[4_321].clone())]);
}

#[tokio::test]
async fn another_time_another_id_or_another_partition_is_another_event() {
    let (table, _) = two_files().await;
    let (fifth, elsewhere) = (id(5), 1);
    let candidates = [
        candidate(0, 6, Some(&fifth)),
        candidate(1, 5, Some("unknown")),
        candidate(2, 5, None),
        candidate(3, 9_000, Some(&fifth)),
        Candidate { partition: elsewhere, ..candidate(4, 5, Some(&fifth)) },
    ];
    assert!(find(&table, &candidates, None).await.is_empty());
}

#[tokio::test]
async fn a_stored_row_is_reported_once_with_all_candidates_that_are_alike() {
    let (table, source) = two_files().await;
    let (seventh, eighth) = (id(7), id(8));
    let candidates = [(1, 7, &seventh), (2, 8, &eighth), (3, 7, &seventh)];
    let candidates = candidates.map(|(row, second, id)| candidate(row, second, Some(id)));
    let expected = [(vec![1, 3], source[7].clone()), (vec![2], source[8].clone())];
    assert_eq!(find(&table, &candidates, None).await, expected);
}

#[tokio::test]
async fn all_events_of_many_pages_and_row_groups_are_found() {
    let (table, source) = two_files().await;
    let ids: Vec<String> = (0..source.len()).map(id).collect();
    let candidates: Vec<Candidate<'_>> =
        (0..).zip(ids.iter().enumerate()).map(|(row, (n, id))| candidate(row, n, Some(id))).collect();
    let expected: Vec<_> = (0..).zip(&source).map(|(row, json)| (vec![row], json.clone())).collect();
    assert_eq!(find(&table, &candidates, None).await, expected);
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
    let third = id(3);
    let candidates = [candidate(0, 3, None), candidate(1, 3, Some(&third))];
    assert_eq!(find(&table, &candidates, None).await, [(vec![0], source[3].clone()), (vec![0], source[3].clone())]);
}

#[tokio::test]
async fn the_search_can_be_limited_to_new_files() {
    let (table, source) = two_files().await;
    let snapshot = table.snapshot();
    let newer = snapshot.files.iter().find(|file| file.rows == 1_000).unwrap();
    let only = HashSet::from([newer.path.clone()]);
    let (older, newer) = (id(5), id(2_500));
    let candidates = [candidate(0, 5, Some(&older)), candidate(1, 2_500, Some(&newer))];
    assert_eq!(find(&table, &candidates, Some(&only)).await, [(vec![1], source[2_500].clone())]);
}
