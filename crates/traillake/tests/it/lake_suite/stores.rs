//! Event data stores: made, found, changed, deleted, restored.

use chrono::TimeDelta;
use traillake_model::{EventDataStoreStatus, FixedClock, Retention};
use traillake_storage::{LakeStorage, OpenMode, StorageError};

use super::on_every_place;
use crate::support::{Place, TestLake, new_store};

on_every_place!(
    stores_are_listed_by_name_and_found_by_name_id_and_arn,
    a_name_is_given_once,
    settings_change_by_versions_that_stay,
    deletion_is_protected_and_can_be_taken_back_for_seven_days,
    a_lake_is_found_again_and_never_made_by_reading,
);

async fn stores_are_listed_by_name_and_found_by_name_id_and_arn(place: Place) {
    let lake = TestLake::open(&place).await;
    lake.create("zebra").await;
    let made = lake.create("antelope").await;
    let names: Vec<_> =
        lake.storage.event_data_stores().await.unwrap().into_iter().map(|store| store.name.to_string()).collect();
    assert_eq!(names, ["antelope", "zebra"]);
    for name in ["antelope".to_owned(), made.id.to_string(), made.arn.to_string()] {
        assert_eq!(lake.storage.event_data_store(&name).await.unwrap(), made, "{name}");
    }
    let error = lake.storage.event_data_store("antilope").await.unwrap_err();
    assert_eq!(error.hint().unwrap(), "did you mean `antelope`?");
}

async fn a_name_is_given_once(place: Place) {
    let lake = TestLake::open(&place).await;
    let made = lake.create("events").await;
    let again = lake.storage.create_event_data_store(new_store("events")).await;
    assert!(matches!(again, Err(StorageError::EventDataStoreAlreadyExists { id, .. }) if id == made.id));
}

async fn settings_change_by_versions_that_stay(place: Place) {
    let lake = TestLake::open(&place).await;
    let made = lake.create("events").await;
    let change = |days| {
        lake.storage
            .update_event_data_store(&made.id, move |settings| Ok(settings.set_retention(Retention::Days(days))?))
    };
    let changed = change(90).await.unwrap();
    assert_eq!((changed.version, changed.retention), (2, Retention::Days(90)));
    assert_eq!(lake.storage.settings_at(&made.id, 1).await.unwrap().retention, Retention::Unlimited);
    assert_eq!(change(90).await.unwrap().version, 2, "a change of nothing writes nothing");
    assert!(change(6).await.is_err(), "less than seven days is refused");
    assert_eq!(lake.storage.event_data_store("events").await.unwrap(), changed);
}

async fn deletion_is_protected_and_can_be_taken_back_for_seven_days(place: Place) {
    let lake = TestLake::open(&place).await;
    let id = lake.create("events").await.id;
    let now = || traillake_model::Clock::now(lake.clock.as_ref());
    let delete = || lake.storage.update_event_data_store(&id, |settings| Ok(settings.delete(now())?));
    assert!(delete().await.is_err(), "termination protection is on");
    let unprotect =
        |settings: &mut traillake_model::EventDataStoreSettings| Ok(settings.set_termination_protection(false)?);
    lake.storage.update_event_data_store(&id, unprotect).await.unwrap();
    assert_eq!(delete().await.unwrap().status, EventDataStoreStatus::PendingDeletion);
    lake.clock.advance(TimeDelta::days(6));
    let restored = lake.storage.update_event_data_store(&id, |settings| Ok(settings.restore(now())?)).await.unwrap();
    assert_eq!(restored.status, EventDataStoreStatus::Enabled);
    delete().await.unwrap();
    lake.clock.advance(TimeDelta::days(8));
    assert!(lake.storage.event_data_stores().await.unwrap().is_empty());
    assert_ne!(lake.create("events").await.id, id, "the name is free, the id is not given again");
}

async fn a_lake_is_found_again_and_never_made_by_reading(place: Place) {
    let location = place.location("lake").await;
    let clock = std::sync::Arc::new(FixedClock::new(crate::support::noon(2, 1)));
    let missing = LakeStorage::open(&location, OpenMode::Read, std::sync::Arc::clone(&clock) as _).await;
    assert!(matches!(missing, Err(StorageError::LakeNotFound { .. })), "{missing:?}");
    assert!(place.keys("lake").is_empty(), "reading wrote {:?}", place.keys("lake"));
    let made = TestLake::open(&place).await;
    let store = made.create("events").await;
    let found = LakeStorage::open(&location, OpenMode::Read, clock).await.unwrap();
    assert_eq!(found.metadata(), made.storage.metadata());
    assert_eq!(found.event_data_stores().await.unwrap(), [store]);
}
