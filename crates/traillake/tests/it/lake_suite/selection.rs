//! Which objects are read: trees of accounts and organisations, narrowed by what their keys say.

use chrono::NaiveDate;
use serde_json::json;
use traillake_ingest::{IngestRequest, KeyFilter};
use traillake_model::AdvancedEventSelector;
use traillake_storage::NewEventDataStore;
use traillake_testing::log_file;

use super::on_every_place;
use crate::support::{Place, TestLake, key_of, log_of, new_store, record_with, request};

on_every_place!(
    a_tree_of_accounts_regions_and_days_is_narrowed_by_each,
    trees_of_organisations_are_walked_and_told_apart,
    objects_without_such_a_key_are_left_alone,
    selectors_of_the_store_decide_which_events_it_takes,
);

/// Two accounts, two regions, three days, one file of ten events each.
fn put_tree(place: &Place, prefix: &str, first: u64) -> u64 {
    let mut n = first;
    for account in ["111122223333", "444455556666"] {
        for region in ["us-east-1", "eu-west-1"] {
            for day in 1..=3 {
                place.put(
                    "trail",
                    &format!("{prefix}{}", key_of(account, region, day, n)),
                    log_file(n * 10..n * 10 + 10),
                );
                n += 1;
            }
        }
    }
    n
}

async fn seen(lake: &TestLake, place: &Place, filter: KeyFilter) -> (u64, u64) {
    let request = IngestRequest { filter, dry_run: true, ..request(&place.address("trail"), place.options("trail")) };
    let summary = lake.ingest_with("events", request).await;
    (summary.objects.seen, summary.events.read)
}

async fn a_tree_of_accounts_regions_and_days_is_narrowed_by_each(place: Place) {
    put_tree(&place, "", 0);
    let lake = TestLake::open(&place).await;
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day);
    let account = || vec!["444455556666".to_owned()];
    assert_eq!(seen(&lake, &place, KeyFilter::default()).await, (12, 120));
    assert_eq!(seen(&lake, &place, KeyFilter { accounts: account(), ..KeyFilter::default() }).await, (6, 60));
    assert_eq!(
        seen(&lake, &place, KeyFilter { regions: vec!["eu-west-1".into()], ..KeyFilter::default() }).await,
        (6, 60)
    );
    assert_eq!(seen(&lake, &place, KeyFilter { from: day(2), ..KeyFilter::default() }).await, (8, 80));
    assert_eq!(seen(&lake, &place, KeyFilter { to: day(1), ..KeyFilter::default() }).await, (4, 40));
    let narrow = KeyFilter {
        from: day(2),
        to: day(2),
        accounts: account(),
        regions: vec!["us-east-1".into()],
        ..KeyFilter::default()
    };
    assert_eq!(seen(&lake, &place, narrow).await, (1, 10));
}

async fn trees_of_organisations_are_walked_and_told_apart(place: Place) {
    let n = put_tree(&place, "", 0);
    let in_organisation = |key: String, id: &str| key.replacen("AWSLogs/", &format!("AWSLogs/{id}/"), 1);
    for (offset, id) in [(0, "o-aaaaaaaaaa"), (1, "o-bbbbbbbbbb")] {
        let key = in_organisation(key_of("777788889999", "us-east-1", 1, n + offset), id);
        place.put("trail", &format!("deep/er/{key}"), log_file((n + offset) * 10..(n + offset) * 10 + 10));
    }
    let lake = TestLake::open(&place).await;
    assert_eq!(seen(&lake, &place, KeyFilter::default()).await, (14, 140));
    let one = KeyFilter { org_ids: vec!["o-aaaaaaaaaa".into()], ..KeyFilter::default() };
    assert_eq!(seen(&lake, &place, one).await, (13, 130), "keys without an organisation stay");
    let member = KeyFilter { accounts: vec!["777788889999".into()], ..KeyFilter::default() };
    assert_eq!(seen(&lake, &place, member).await, (2, 20));
}

async fn objects_without_such_a_key_are_left_alone(place: Place) {
    put_tree(&place, "", 0);
    place.put("trail", "loose.json.gz", log_file(500..510));
    let lake = TestLake::open(&place).await;
    let none = KeyFilter { accounts: vec!["000000000000".into()], ..KeyFilter::default() };
    assert_eq!(seen(&lake, &place, none).await, (1, 10));
}

async fn selectors_of_the_store_decide_which_events_it_takes(place: Place) {
    let objects = json!([{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::bucket/key"}]);
    let named: Vec<_> = (20..24).map(|n| record_with(n, &[("resources", objects.clone())])).collect();
    place.put("trail", "a.json.gz", log_file(0..20));
    place.put("trail", "b.json.gz", log_of(&named));
    let lake = TestLake::open(&place).await;
    let selectors: Vec<AdvancedEventSelector> = serde_json::from_str(
        r#"[{"Name":"writes","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
            {"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"readOnly","Equals":["false"]}]}]"#,
    )
    .unwrap();
    let new = NewEventDataStore { selectors: Some(selectors), ..new_store("events") };
    let id = lake.storage.create_event_data_store(new).await.unwrap().id;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!(
        (summary.events.stored, summary.events.filtered),
        (2, 22),
        "the others name no resource or read: {summary:?}"
    );
    assert!(summary.reasons.iter().any(|reason| reason.outcome == "filtered" && reason.count == 22), "{summary:?}");
    lake.storage.update_event_data_store(&id, |settings| Ok(settings.set_selectors(None)?)).await.unwrap();
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.filtered), (22, 0), "the change of selectors reads it again");
}
