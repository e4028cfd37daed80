use chrono::TimeDelta;

use super::*;
use crate::{ColumnType, ErrorCode, LakeId};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn start() -> DateTime<Utc> {
    at("2024-01-02T03:04:05Z")
}

fn store() -> EventDataStoreSettings {
    let id: LakeId = "6f9619ff-8b86-4011-b42d-00c04fc964ff".parse().unwrap();
    let lake = LakeMetadata::new(id, "us-east-1", "111122223333", start());
    let name: EventDataStoreName = "events".parse().unwrap();
    let id = EventDataStoreId::derive(&lake.id, &name, 0);
    EventDataStoreSettings::new(&lake, id, name, EventDataStoreKind::CloudTrail, start())
}

fn column(name: &str) -> AddedColumn {
    AddedColumn { name: name.into(), record_field: name.to_uppercase(), r#type: ColumnType::String }
}

fn deleted() -> EventDataStoreSettings {
    let mut store = store().with_termination_protection(false);
    store.delete(start()).unwrap();
    store
}

#[test]
fn a_new_store_is_enabled_protected_and_takes_everything_for_seven_years() {
    let store = store();
    assert_eq!(store.status, EventDataStoreStatus::Enabled);
    assert!(store.termination_protection);
    assert_eq!(store.retention, Retention::Days(2557));
    assert!(store.matcher().unwrap().is_none());
    assert_eq!(store.arn.id, store.id);
    assert_eq!(store.widened_in(), 1);
}

#[test]
fn stored_settings_are_read_back_as_they_were_written() {
    let mut full = store()
        .with_selectors(Some(vec![AdvancedEventSelector::default_management_events()]))
        .unwrap()
        .with_retention(Retention::Unlimited)
        .unwrap();
    full.add_column(column("newfield")).unwrap();
    for settings in [store(), full, deleted()] {
        let json = settings.to_json().unwrap();
        assert_eq!(EventDataStoreSettings::from_json(&json).unwrap(), settings);
    }
}

#[test]
fn the_stored_form_never_changes_unnoticed() {
    let json: serde_json::Value = serde_json::from_slice(&store().to_json().unwrap()).unwrap();
    let id = store().id;
    let expected = serde_json::json!({
        "version": 1,
        "id": id.to_string(),
        "arn": format!("arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/{id}"),
        "name": "events",
        "kind": "cloudtrail",
        "status": "ENABLED",
        "retention": {"days": 2557},
        "selectors": null,
        "partition_by": "account,region,date",
        "termination_protection": true,
        "created_at": "2024-01-02T03:04:05Z",
        "updated_at": "2024-01-02T03:04:05Z",
        "deleted_at": null,
        "retention_raised_in": 1,
        "selectors_changed_in": 1,
        "added_columns": []
    });
    assert_eq!(json, expected);
}

#[test]
fn settings_with_unknown_members_or_values_out_of_bounds_are_refused() {
    let json = String::from_utf8(store().to_json().unwrap()).unwrap();
    for (from, to) in [
        ("\"kind\"", "\"colour\": \"red\", \"kind\""),
        ("2557", "1"),
        ("ENABLED", "enabled"),
        ("account,region,date", "date,account"),
        ("\"events\"", "\"../events\""),
    ] {
        let changed = json.replace(from, to);
        assert_ne!(changed, json);
        let error = EventDataStoreSettings::from_json(changed.as_bytes()).unwrap_err();
        assert!(error.hint().is_some(), "{to}");
    }
}

#[test]
fn a_longer_retention_is_recorded_a_shorter_one_is_not() {
    let mut shorter = store().next_version(start());
    shorter.set_retention(Retention::Days(30)).unwrap();
    assert_eq!((shorter.version, shorter.retention_raised_in), (2, 1));
    let mut longer = shorter.next_version(start());
    longer.set_retention(Retention::Unlimited).unwrap();
    assert_eq!((longer.version, longer.retention_raised_in), (3, 3));
    assert_eq!(longer.widened_in(), 3);
    assert!(longer.set_retention(Retention::Days(6)).is_err());
    assert_eq!(longer.retention, Retention::Unlimited);
}

#[test]
fn changed_selectors_are_recorded_and_equal_ones_are_not() {
    let selectors = Some(vec![AdvancedEventSelector::default_management_events()]);
    let mut second = store().next_version(start());
    second.set_selectors(selectors.clone()).unwrap();
    assert_eq!(second.selectors_changed_in, 2);
    assert!(second.matcher().unwrap().is_some());
    let mut third = second.next_version(start());
    third.set_selectors(selectors).unwrap();
    assert_eq!(third.selectors_changed_in, 2);
    third.set_selectors(None).unwrap();
    assert_eq!(third.selectors_changed_in, 3);
}

#[test]
fn selectors_that_do_not_fit_leave_the_store_as_it_was() {
    let mut settings = store();
    let error = settings.set_selectors(Some(vec![])).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidEventSelectors);
    assert_eq!(settings, store());
}

#[test]
fn a_protected_store_cannot_be_deleted_and_the_hint_says_how() {
    let mut store = store();
    let error = store.delete(start()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::EventDataStoreTerminationProtected);
    assert!(error.hint().unwrap().contains("--termination-protection off"));
    store.set_termination_protection(false).unwrap();
    store.delete(start()).unwrap();
    assert_eq!(store.status, EventDataStoreStatus::PendingDeletion);
    assert_eq!(store.deleted_at, Some(start()));
}

#[test]
fn nothing_but_a_restore_is_allowed_while_pending_deletion() {
    let mut store = deleted();
    let before = store.clone();
    let refused = [
        store.set_retention(Retention::Unlimited),
        store.set_selectors(None),
        store.set_termination_protection(true),
        store.add_column(column("newfield")),
        store.delete(start()),
        store.ensure_active(),
    ];
    for result in refused {
        assert_eq!(result.unwrap_err().code(), ErrorCode::InactiveEventDataStore);
    }
    assert_eq!(store, before);
}

#[test]
fn a_deletion_can_be_taken_back_for_seven_days() {
    let last_moment = start() + TimeDelta::days(7) - TimeDelta::seconds(1);
    let mut store = deleted();
    assert!(!store.is_gone(last_moment));
    store.restore(last_moment).unwrap();
    assert_eq!((store.status, store.deleted_at), (EventDataStoreStatus::Enabled, None));
    let error = store.restore(last_moment).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidEventDataStoreStatus);
}

#[test]
fn after_seven_days_the_store_is_gone() {
    let too_late = start() + TimeDelta::days(7);
    let mut store = deleted();
    assert!(store.is_gone(too_late));
    let error = store.restore(too_late).unwrap_err();
    assert!(matches!(error, ModelError::NoLongerRestorable { .. }), "{error}");
    assert_eq!(store.status, EventDataStoreStatus::PendingDeletion);
}

#[test]
fn a_column_is_added_once() {
    let mut store = store();
    store.add_column(column("newfield")).unwrap();
    assert!(store.add_column(column("newfield")).is_err());
    assert!(store.add_column(column("eventjson")).is_err());
    assert_eq!(store.added_columns, [column("newfield")]);
}

#[test]
fn added_columns_are_bounded() {
    let mut store = store();
    for number in 0..limits::ADDED_COLUMNS {
        store.add_column(column(&format!("field_{number}"))).unwrap();
    }
    assert!(store.add_column(column("one_more")).is_err());
}

#[test]
fn the_next_version_differs_only_in_number_and_time() {
    let later = at("2024-02-03T00:00:00Z");
    let next = store().next_version(later);
    assert_eq!((next.version, next.updated_at), (2, later));
    let same = EventDataStoreSettings { version: 1, updated_at: start(), ..next };
    assert_eq!(same, store());
}
