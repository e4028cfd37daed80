//! Equal events are stored once, different ones with the same id are all kept.

use serde_json::{Value, json};
use traillake_testing::record;

use super::on_every_place;
use crate::support::{Place, TestLake, assert_exact, ids, log_of, record_with};

on_every_place!(
    an_event_repeated_within_and_across_objects_is_stored_once,
    members_in_another_order_and_null_members_make_no_other_event,
    different_content_under_one_id_is_kept_and_shown_as_a_conflict,
    the_same_id_in_two_accounts_is_two_events,
    records_without_an_id_are_counted_by_occurrence,
);

async fn an_event_repeated_within_and_across_objects_is_stored_once(place: Place) {
    place.put("trail", "a.json.gz", log_of(&[record(0), record(1), record(0)]));
    place.put("trail", "b.json.gz", log_of(&[record(1), record(2)]));
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (3, 2));
    place.put("trail", "c.json.gz", log_of(&[record(2), record(0), record(3)]));
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 2));
    assert_exact(&lake.table("events").await, &ids(0..4)).await;
}

async fn members_in_another_order_and_null_members_make_no_other_event(place: Place) {
    let Value::Object(members) = record(0) else { unreachable!() };
    let backwards: serde_json::Map<_, _> =
        members.into_iter().rev().chain([("vpcEndpointId".to_owned(), Value::Null)]).collect();
    place.put("trail", "a.json.gz", log_of(&[record(0)]));
    place.put("trail", "b.json.gz", log_of(&[Value::Object(backwards)]));
    let with_context = record_with(0, &[("eventContext", json!({"tagContext": {"resourceTags": []}}))]);
    place.put("trail", "c.json.gz", log_of(&[with_context]));
    let lake = TestLake::open(&place).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 2));
}

async fn different_content_under_one_id_is_kept_and_shown_as_a_conflict(place: Place) {
    let planted = record_with(1, &[("eventName", json!("Harmless"))]);
    place.put("trail", "a.json.gz", log_of(&[planted]));
    let lake = TestLake::open(&place).await;
    lake.ingest("events", &place, "trail").await;
    place.put("trail", "b.json.gz", log_of(&[record(0), record(1), record(2)]));
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (3, 0), "a planted id suppresses nothing");
    let conflicts = lake.rows("SELECT account, eventID, events FROM system.conflicts").await;
    assert_eq!(conflicts, [["111122223333", "00000000-0000-4000-8000-000000000001", "2"]]);
    let names = lake.rows("SELECT eventName FROM events WHERE eventID LIKE '%000000000001' ORDER BY 1").await;
    assert_eq!(names, [["Harmless"], ["PutObject"]]);
}

async fn the_same_id_in_two_accounts_is_two_events(place: Place) {
    let other = record_with(0, &[("recipientAccountId", json!("999988887777"))]);
    place.put("trail", "a.json.gz", log_of(&[record(0), other]));
    let lake = TestLake::open(&place).await;
    assert_eq!(lake.ingest("events", &place, "trail").await.events.stored, 2);
    assert!(lake.rows("SELECT * FROM system.conflicts").await.is_empty());
    let accounts = lake.rows("SELECT DISTINCT \"$account\" FROM events ORDER BY 1").await;
    assert_eq!(accounts, [["111122223333"], ["999988887777"]]);
}

async fn records_without_an_id_are_counted_by_occurrence(place: Place) {
    let nameless = || record_with(0, &[("eventID", Value::Null)]);
    place.put("trail", "a.json.gz", log_of(&[nameless(), nameless()]));
    let lake = TestLake::open(&place).await;
    assert_eq!(lake.ingest("events", &place, "trail").await.events.stored, 2, "two in one file are two events");
    place.put("trail", "b.json.gz", log_of(&[nameless(), nameless(), nameless()]));
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate), (1, 2), "the third of them is new");
}
