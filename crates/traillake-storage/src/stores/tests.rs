//! Event data stores: made, found, changed, deleted.

use std::sync::Arc;

use chrono::TimeDelta;
use traillake_model::{Clock, EventDataStoreStatus, FixedClock, SystemClock};

use super::*;
use crate::testing::{Fault, Faulty, new_store};
use crate::{Location, OpenMode};

async fn open(location: &Location) -> LakeStorage {
    LakeStorage::open(location, OpenMode::Write, Arc::new(SystemClock)).await.unwrap()
}

#[tokio::test]
async fn a_store_is_found_by_name_id_and_arn() {
    let lake = open(&Location::in_memory("x")).await;
    let made = lake.create_event_data_store(new_store("events")).await.unwrap();
    for name in ["events".to_owned(), made.id.to_string(), made.arn.to_string()] {
        assert_eq!(lake.event_data_store(&name).await.unwrap(), made, "{name}");
    }
    assert_eq!(lake.event_data_stores().await.unwrap(), [made]);
}

#[tokio::test]
async fn a_misspelled_store_is_answered_with_the_right_name() {
    let lake = open(&Location::in_memory("x")).await;
    lake.create_event_data_store(new_store("events")).await.unwrap();
    let error = lake.event_data_store("evnets").await.unwrap_err();
    assert_eq!(error.hint().unwrap(), "did you mean `events`?");
}

#[tokio::test]
async fn a_name_is_given_once_also_to_two_processes_at_once() {
    let location = Location::in_memory("x");
    let (one, two) = (open(&location).await, open(&location).await);
    let (a, b) = tokio::join!(
        one.create_event_data_store(new_store("events")),
        two.create_event_data_store(new_store("events"))
    );
    assert_eq!(a.is_ok(), b.is_err());
    let error = a.err().or(b.err()).unwrap();
    assert!(matches!(error, StorageError::EventDataStoreAlreadyExists { .. }), "{error}");
    assert_eq!(one.event_data_stores().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_at_any_request_of_a_creation_leaves_a_whole_store_or_none() {
    for n in 0..12 {
        for fault in [Fault::Error, Fault::LostAcknowledgement] {
            let inner = Location::in_memory("x");
            open(&inner).await;
            let faulty = Arc::new(Faulty::all(Arc::clone(&inner.store), fault, n..n + 1));
            faulty.pause();
            let lake = open(&Location { store: Arc::<Faulty>::clone(&faulty), ..inner.clone() }).await;
            faulty.resume();
            let made = lake.create_event_data_store(new_store("events")).await;
            let lake = open(&inner).await;
            let found = lake.event_data_store("events").await;
            assert!(made.is_err() || found.is_ok(), "{fault:?} at {n}");
            if let Ok(settings) = found {
                assert!(lake.events(&settings).await.unwrap().snapshot().files.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_change_is_a_new_version_and_no_change_is_none() {
    let lake = open(&Location::in_memory("x")).await;
    let made = lake.create_event_data_store(new_store("events")).await.unwrap();
    let change = |settings: &mut EventDataStoreSettings| Ok(settings.set_termination_protection(true)?);
    let changed = lake.update_event_data_store(&made.id, change).await.unwrap();
    assert_eq!((changed.version, changed.termination_protection), (2, true));
    assert_eq!(lake.update_event_data_store(&made.id, change).await.unwrap(), changed);
    assert_eq!(lake.event_data_store("events").await.unwrap(), changed);
    assert_eq!(lake.settings_at(&made.id, 1).await.unwrap(), made);
}

#[tokio::test]
async fn changes_at_once_are_all_kept() {
    let location = Location::in_memory("x");
    let lake = open(&location).await;
    let made = lake.create_event_data_store(new_store("events")).await.unwrap();
    let add = |n: u32| {
        let lake = lake.clone();
        async move {
            let column = AddedColumn {
                name: format!("c{n}"),
                record_field: format!("c{n}"),
                r#type: traillake_model::ColumnType::String,
            };
            lake.update_event_data_store(&made.id, |settings| Ok(settings.add_column(column.clone())?)).await.unwrap();
        }
    };
    futures::future::join_all((0..5).map(add)).await;
    let settings = lake.event_data_store("events").await.unwrap();
    assert_eq!((settings.version, settings.added_columns.len()), (6, 5));
}

#[tokio::test]
async fn a_deleted_store_can_be_restored_for_a_week_then_its_name_is_free() {
    let clock = Arc::new(FixedClock::new("2024-01-01T00:00:00Z".parse().unwrap()));
    let location = Location::in_memory("x");
    let lake = LakeStorage::open(&location, OpenMode::Write, Arc::<FixedClock>::clone(&clock)).await.unwrap();
    let made = lake.create_event_data_store(new_store("events")).await.unwrap();
    let now = clock.now();
    lake.update_event_data_store(&made.id, |settings| Ok(settings.delete(now)?)).await.unwrap();
    assert_eq!(lake.event_data_store("events").await.unwrap().status, EventDataStoreStatus::PendingDeletion);
    assert!(lake.create_event_data_store(new_store("events")).await.is_err());
    clock.advance(TimeDelta::days(8));
    assert!(lake.event_data_store("events").await.is_err());
    assert!(lake.event_data_stores().await.unwrap().is_empty());
    let dry = lake.vacuum_gone_stores(true).await.unwrap();
    assert_eq!((dry.files, lake.vacuum_gone_stores(false).await.unwrap()), (1, dry));
    assert_eq!(lake.vacuum_gone_stores(true).await.unwrap().files, 0);
    let again = lake.create_event_data_store(new_store("events")).await.unwrap();
    assert_ne!(again.id, made.id);
    assert_eq!(lake.event_data_store("events").await.unwrap(), again);
}

#[tokio::test]
async fn settings_under_another_stores_name_are_refused() {
    let location = Location::in_memory("x");
    let lake = open(&location).await;
    let made = lake.create_event_data_store(new_store("events")).await.unwrap();
    let other = EventDataStoreId::derive(&lake.metadata().id, &"other".parse().unwrap(), 0);
    let folder = paths::settings(&other);
    documents::create_version(lake.object_store().as_ref(), &folder, 1, &made).await.unwrap();
    assert!(matches!(lake.event_data_store("other").await, Err(StorageError::CorruptLog { .. })));
}

#[tokio::test]
async fn reading_changes_nothing() {
    let location = Location::in_memory("x");
    open(&location).await;
    let lake = LakeStorage::open(&location, OpenMode::Read, Arc::new(SystemClock)).await.unwrap();
    assert!(matches!(lake.create_event_data_store(new_store("events")).await, Err(StorageError::ReadOnly { .. })));
}
