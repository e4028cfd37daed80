use proptest::prelude::*;

use super::*;

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

#[test]
fn a_trail_key_gives_account_folder_region_and_date() {
    let key = TrailKey::parse(
        "AWSLogs/111122223333/CloudTrail/us-east-2/2015/08/01/111122223333_CloudTrail_us-east-2_20150801T0210Z_Mu0KsOhtH1ar15ZZ.json.gz",
    )
    .unwrap();
    assert_eq!(
        key,
        TrailKey {
            prefix: String::new(),
            org_id: None,
            account: "111122223333".into(),
            folder: KeyFolder::CloudTrail,
            region: Some("us-east-2".into()),
            date: day(2015, 8, 1),
        }
    );
}

#[test]
fn an_organisation_key_gives_the_organisation_id() {
    let key = TrailKey::parse(
        "s3://b/x/AWSLogs/o-abcdefghij/111122223333/CloudTrail-Insight/us-gov-west-1/2024/02/29/f.json.gz",
    )
    .unwrap();
    assert_eq!(key.org_id.as_deref(), Some("o-abcdefghij"));
    assert_eq!(key.prefix, "s3://b/x/");
    assert_eq!((key.folder, key.date), (KeyFolder::Insight, day(2024, 2, 29)));
}

#[test]
fn the_last_anchor_counts() {
    let key = TrailKey::parse(
        "o-aaaaaaaaaa/AWSLogs/999999999999/AWSLogs/o-aaaaaaaaaa/111122223333/CloudTrail/eu-west-1/2020/1/2/f",
    )
    .unwrap();
    assert_eq!((key.account.as_str(), key.date), ("111122223333", day(2020, 1, 2)));
    assert!(TrailKey::parse("MyAWSLogs/111122223333/CloudTrail/eu-west-1/2020/01/02/f").is_none());
}

#[test]
fn every_folder_of_a_bucket_is_told_apart() {
    for (folder, records) in [
        ("CloudTrail", true),
        ("CloudTrail-Insight", true),
        ("CloudTrail-NetworkActivity", true),
        ("CloudTrail-Aggregated", true),
        ("CloudTrail-Something", true),
        ("CloudTrail-Digest", false),
        ("CloudTrail-Lake", false),
        ("Config", false),
        ("elasticloadbalancing", false),
    ] {
        let key = TrailKey::parse(&format!("AWSLogs/111122223333/{folder}/us-east-1/2020/01/02/f")).unwrap();
        assert_eq!((key.folder.as_str(), key.folder.may_hold_records()), (folder, records));
    }
    let lake = TrailKey::parse("AWSLogs/111122223333/CloudTrail-Lake/Query/2022/05/10/id/result_sign.json").unwrap();
    assert_eq!((lake.folder, lake.region, lake.date), (KeyFolder::LakeQuery, None, day(2022, 5, 10)));
}

#[test]
fn the_file_name_alone_is_enough() {
    let key =
        TrailKey::parse("/tmp/111111111111_CloudTrail_eu-central-1_20171211T1505Z_A6kvhMoVeCsc7v8U.json").unwrap();
    assert_eq!(key.prefix, "/tmp/");
    assert_eq!(
        (key.account.as_str(), key.region.as_deref(), key.date),
        ("111111111111", Some("eu-central-1"), day(2017, 12, 11))
    );
    let digest =
        TrailKey::parse("111122223333_CloudTrail-Digest_us-east-2_trail_us-east-2_20150817T150131Z.json.gz").unwrap();
    assert_eq!((digest.folder, digest.date), (KeyFolder::Digest, day(2015, 8, 17)));
}

#[test]
fn invented_parts_are_not_taken() {
    assert!(TrailKey::parse("AWSLogs/../../etc/passwd").is_none());
    assert!(TrailKey::parse("AWSLogs/1/CloudTrail/us-east-1/2020/01/02/f").is_none());
    let odd = TrailKey::parse("AWSLogs/111122223333/CloudTrail/../../2020/13/45/f").unwrap();
    assert_eq!((odd.region, odd.date), (None, None));
    assert!(TrailKey::parse("AWSLogs/111122223333/CloudTrail").is_none());
    assert!(TrailKey::parse("").is_none());
}

#[test]
fn a_region_has_the_form_of_a_region() {
    for good in ["us-east-1", "us-gov-west-1", "ca-isob-northsouth-1r", "eu-isoe-west-1"] {
        assert!(is_region(good), "{good}");
    }
    for bad in ["", "us", "us-east", "US-EAST-1", "us--1", "2020-01", "a-1/..", "us-east-1-2-3-4"] {
        assert!(!is_region(bad), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "(AWSLogs/|/|o-a|[0-9]{12}|_CloudTrail_|é|\\.\\.){0,12}") {
        if let Some(key) = TrailKey::parse(&text) {
            prop_assert!(is_account(&key.account));
            prop_assert!(key.region.as_deref().is_none_or(is_region));
        }
    }
}
