//! Input that lies: invented accounts, regions and days never make a path outside the rules.

use chrono::NaiveDate;
use serde_json::{Value, json};
use traillake_testing::{log_file, record};

use super::on_every_place;
use crate::support::{Place, TestLake, log_of, manifest, record_with};

on_every_place!(
    invented_accounts_regions_and_days_of_records_stay_within_the_partition_rules,
    invented_accounts_regions_and_days_of_keys_stay_within_the_partition_rules,
    an_unbounded_number_of_regions_becomes_a_bounded_number_of_partitions,
);

/// Asserts that every data file lies at `account=<12 digits>/region=<region>/date=<yyyy-mm-dd>/<file>.parquet`.
fn assert_partition_rules(place: &Place) {
    let mut files = 0;
    for key in place.keys("lake") {
        assert!(!key.contains("..") && !key.contains('%') && !key.contains("//"), "{key}");
        let parts: Vec<&str> = key.split('/').collect();
        assert!(matches!(parts[0], "lake.json" | "stores"), "{key}");
        if parts.get(2) == Some(&"events") && parts.get(3) != Some(&"_delta_log") {
            assert_eq!(parts.len(), 7, "{key}");
            assert_rules(&parts[3..6], &key);
            files += 1;
        }
    }
    assert!(files > 0, "nothing was stored");
}

fn assert_rules(parts: &[&str], key: &str) {
    let value = |at: usize, name: &str| parts[at].strip_prefix(name).unwrap_or_else(|| panic!("{key}")).to_owned();
    let (account, region, date) = (value(0, "account="), value(1, "region="), value(2, "date="));
    assert!(account == "unknown" || (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())), "{key}");
    let spelled = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    assert!(region == "unknown" || (region.len() <= 32 && region.bytes().all(spelled)), "{key}");
    let date = NaiveDate::parse_from_str(&date, "%Y-%m-%d").unwrap_or_else(|_| panic!("{key}"));
    assert!(
        date >= NaiveDate::from_ymd_opt(2006, 1, 1).unwrap() && date <= NaiveDate::from_ymd_opt(2026, 2, 3).unwrap(),
        "{key}"
    );
}

const LIES: [&str; 9] =
    ["../../etc", "a/b", "..", "%2e%2e%2f", "\u{0}", "ünïcode", "us-east-1/../../x", "111122223333 ", ""];

async fn invented_accounts_regions_and_days_of_records_stay_within_the_partition_rules(place: Place) {
    let lie = |n: u64, member: &str, value: &str| record_with(n, &[(member, Value::from(value))]);
    let mut records = vec![record(0)];
    for (n, value) in (1..).step_by(3).zip(LIES) {
        records.push(lie(n, "recipientAccountId", value));
        records.push(lie(n + 1, "awsRegion", value));
    }
    for (n, time) in
        (100..).zip(["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-09T00:00:00Z", "../../2026-01-01"])
    {
        records.push(lie(n, "eventTime", time));
    }
    records.push(record_with(200, &[("recipientAccountId", json!(111_122_223_333_u64))]));
    place.put("trail", "a.json.gz", log_of(&records));
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.quarantined), (20, 4), "{summary:?}");
    assert_partition_rules(&place);
    let kept = lake.rows("SELECT recipientAccountId FROM events WHERE recipientAccountId = '../../etc'").await;
    assert_eq!(kept.len(), 1, "the column keeps what the record says");
}

async fn invented_accounts_regions_and_days_of_keys_stay_within_the_partition_rules(place: Place) {
    let placeless = |n| record_with(n, &[("recipientAccountId", Value::Null), ("awsRegion", Value::Null)]);
    let keys = [
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/good.json.gz",
        "AWSLogs/999/CloudTrail/us-east-1/2026/01/01/short-account.json.gz",
        "AWSLogs/1111222233334/CloudTrail/us-east-1/2026/01/01/long-account.json.gz",
        "AWSLogs/111122223333/CloudTrail/US_EAST/2026/01/01/odd-region.json.gz",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/99/99/odd-day.json.gz",
        "AWSLogs/o-../CloudTrail/%2e%2e/2026/01/01/escaped.json.gz",
        "AWSLogs/AWSLogs/AWSLogs/111122223333/x.json.gz",
        "account=..%2f..%2fetc/region=x/date=y/hive.json.gz",
    ];
    for (n, key) in (0..).zip(keys) {
        place.put("trail", key, log_of(&[placeless(n)]));
    }
    if matches!(place, Place::S3(_)) {
        place.put("trail", "odd key\\with \"all\" of it?#.json.gz", log_file(900..901));
    }
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert!(summary.events.stored >= 8, "{summary:?}");
    assert_partition_rules(&place);
    let table = lake.table("events").await;
    let rows = manifest(&table, &table.refresh().await.unwrap()).await;
    assert_eq!(rows.iter().map(|row| row.stored).sum::<u64>(), summary.events.stored);
}

async fn an_unbounded_number_of_regions_becomes_a_bounded_number_of_partitions(place: Place) {
    let region = |n: u64| [("awsRegion", Value::from(format!("us-lie-{n}")))];
    let records: Vec<_> = (0..150).map(|n| record_with(n, &region(n))).collect();
    place.put("trail", "a.json.gz", log_of(&records));
    let lake = TestLake::open(&place).await;
    assert_eq!(lake.ingest("events", &place, "trail").await.events.stored, 150);
    assert_eq!(lake.value("SELECT count(DISTINCT \"$region\") FROM events").await, "101", "a hundred, and `unknown`");
    assert_eq!(lake.value("SELECT count(DISTINCT awsRegion) FROM events").await, "150");
    assert_partition_rules(&place);
}
