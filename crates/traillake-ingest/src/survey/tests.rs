//! Which partitioning which trail gets.

use bytes::Bytes;

use super::*;
use crate::{SourceObject, SourceSpec};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn key(account: u64, region: u64, date: NaiveDate) -> String {
    format!(
        "AWSLogs/{account:012}/CloudTrail/us-east-{region}/{}/{account:012}_CloudTrail_us-east-{region}_{}T0000Z_x.json.gz",
        date.format("%Y/%m/%d"),
        date.format("%Y%m%d"),
    )
}

/// What suits a trail of so many accounts, regions and days, with objects of `bytes` bytes, that was seen as a whole.
fn suitable(accounts: u64, regions: u64, days: u64, bytes: usize) -> String {
    let mut seen = Seen::default();
    for n in 0..accounts * regions * days {
        let (account, region, day) = (n / days / regions, n / days % regions, n % days);
        let url = format!("s3://b/{}", key(account, region, date("2023-01-01") + Days::new(day)));
        let object = SourceObject::from_bytes(url, Bytes::from(vec![0; bytes]));
        seen.add::<()>(&Ok(SourceObject { named: false, ..object }));
    }
    seen.suitable().to_string()
}

#[test]
fn a_few_partitions_of_a_few_days_keep_all_keys_however_small() {
    assert_eq!(suitable(2, 3, 10, 100), "account,region,date");
}

#[test]
fn large_partitions_keep_all_keys() {
    assert_eq!(suitable(5, 4, 30, 140_000), "account,region,date");
}

#[test]
fn many_regions_with_little_in_each_are_kept_together() {
    assert_eq!(suitable(4, 16, 30, 10_000), "account,date");
}

#[test]
fn many_accounts_with_little_in_each_are_kept_by_date() {
    assert_eq!(suitable(50, 17, 30, 500), "date");
    assert_eq!(suitable(50, 17, 60, 500), "date");
}

#[test]
fn a_quiet_account_over_years_is_kept_by_month() {
    assert_eq!(suitable(1, 1, 2_000, 17_000), "account,region,month");
    assert_eq!(suitable(1, 2, 800, 15_000), "account,region,month");
    assert_eq!(suitable(1, 12, 900, 1_000), "account,month");
    assert_eq!(suitable(3, 1, 70, 50), "region,month");
}

#[test]
fn quiet_accounts_of_which_a_day_is_worth_files_are_kept_by_date() {
    assert_eq!(suitable(1, 2, 100, 100_000), "account,date");
}

#[test]
fn sources_whose_keys_say_nothing_get_the_default() {
    assert_eq!(Seen::default().suitable(), PartitionBy::default());
}

#[test]
fn samples_run_from_today_back_to_the_first_day() {
    let all: Vec<_> = samples(date("2018-01-01"), date("2025-01-04")).collect();
    assert_eq!((all.len(), all[0]), (8, (date("2025-01-01"), date("2025-01-03"))));
    assert!(all.is_sorted_by(|a, b| a.0 > b.0) && all[7].0.to_string().starts_with("2018-01"));
    let of_today: Vec<_> = samples(date("2025-01-04"), date("2025-01-04")).collect();
    assert!(of_today.iter().all(|&(from, _)| from == date("2025-01-04")));
}

#[test]
fn samples_keep_to_the_days_that_are_asked_for() {
    let filter = KeyFilter { from: Some(date("2024-01-02")), ..KeyFilter::default() };
    let kept = within(&filter, date("2024-01-01"), date("2024-01-03")).unwrap();
    assert_eq!((kept.from, kept.to), (Some(date("2024-01-02")), Some(date("2024-01-03"))));
    assert_eq!(within(&filter, date("2023-01-01"), date("2023-01-03")), None);
}

/// A folder of 5,400 days of one object each, which has `late` bytes in the last three thousand days.
async fn of_folder(early: usize, late: usize) -> PartitionBy {
    let folder = tempfile::tempdir().unwrap();
    for day in 0..5_400 {
        let path = folder.path().join(key(1, 1, date("2010-01-01") + Days::new(day)));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, vec![0; if day < 2_400 { early } else { late }]).unwrap();
    }
    let source = SourceSpec::parse(&folder.path().to_string_lossy()).unwrap();
    let request = IngestRequest::new(vec![source], traillake_storage::ObjectStoreOptions::default());
    suitable_partitioning(&request, date("2024-10-13")).await
}

#[tokio::test]
async fn a_trail_that_grew_is_not_judged_by_its_first_years() {
    assert!(of_folder(3_000, 3_000).await.contains(PartitionKey::Month));
    let grown = of_folder(3_000, 400_000).await;
    assert!(grown.contains(PartitionKey::Date), "{grown}");
}
