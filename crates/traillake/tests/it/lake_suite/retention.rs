//! Retention: refused at ingest, invisible at once, removed by `expire`, readable again when it is raised.

use chrono::TimeDelta;
use traillake_model::{EventDataStoreId, Retention};
use traillake_storage::{ExpireOptions, NewEventDataStore, expire};
use traillake_testing::{log_file, record};

use super::on_every_place;
use crate::support::{Place, TestLake, log_of, manifest, new_store, noon, record_with};

on_every_place!(
    events_beyond_the_retention_are_refused_with_a_hint_and_taken_when_it_is_raised,
    events_that_grow_old_vanish_at_once_and_their_files_with_expire,
    a_query_opens_no_file_of_an_expired_day,
);

async fn store_for_a_week(lake: &TestLake) -> EventDataStoreId {
    let new = NewEventDataStore { retention: Retention::Days(7), ..new_store("events") };
    lake.storage.create_event_data_store(new).await.unwrap().id
}

async fn keep_for_ever(lake: &TestLake, id: &EventDataStoreId) {
    lake.storage
        .update_event_data_store(id, |settings| Ok(settings.set_retention(Retention::Unlimited)?))
        .await
        .unwrap();
}

async fn events_beyond_the_retention_are_refused_with_a_hint_and_taken_when_it_is_raised(place: Place) {
    let recent = record_with(90, &[("eventTime", "2026-01-31T08:00:00Z".into())]);
    place.put("trail", "a.json.gz", log_of(&[record(0), record(1), recent]));
    let lake = TestLake::open(&place).await;
    let id = store_for_a_week(&lake).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.expired), (1, 2), "{summary:?}");
    let hint = summary.notes.iter().find_map(|note| note.hint.clone()).unwrap();
    assert!(hint.contains("--retention-days"), "{hint}");
    assert_eq!(lake.ingest("events", &place, "trail").await.objects.unchanged, 1);
    keep_for_ever(&lake, &id).await;
    let summary = lake.ingest("events", &place, "trail").await;
    assert_eq!((summary.events.stored, summary.events.duplicate, summary.events.expired), (2, 1, 0), "{summary:?}");
    assert_eq!(lake.value("SELECT count(*) FROM events").await, "3");
}

async fn events_that_grow_old_vanish_at_once_and_their_files_with_expire(place: Place) {
    let lake = TestLake::open(&place).await;
    lake.clock.set(noon(1, 2));
    let id = store_for_a_week(&lake).await;
    place.put("trail", "a.json.gz", log_file(0..10));
    assert_eq!(lake.ingest("events", &place, "trail").await.events.stored, 10);
    assert_eq!(lake.value("SELECT count(*) FROM events").await, "10");
    lake.clock.advance(TimeDelta::days(8));
    assert_eq!(lake.value("SELECT count(*) FROM events").await, "0", "invisible before anything is removed");
    let table = lake.table("events").await;
    let files = || async { place.keys("lake").into_iter().filter(|key| key.contains("/events/account=")).count() };
    let dry = expire(&table, ExpireOptions { dry_run: true, ..ExpireOptions::default() }).await.unwrap();
    assert_eq!((dry.partitions[0].rows, table.refresh().await.unwrap().files.len(), files().await), (10, 1, 1));
    expire(&table, ExpireOptions { now: true, ..ExpireOptions::default() }).await.unwrap();
    assert_eq!((table.refresh().await.unwrap().files.len(), files().await), (0, 0));
    keep_for_ever(&lake, &id).await;
    assert_eq!(lake.ingest("events", &place, "trail").await.events.stored, 10, "what was expired is read again");
    let table = lake.table("events").await;
    let rows = manifest(&table, &table.refresh().await.unwrap()).await;
    assert_eq!((rows.len(), rows[0].stored), (1, 10));
}

async fn a_query_opens_no_file_of_an_expired_day(place: Place) {
    let lake = TestLake::open(&place).await;
    lake.clock.set(noon(1, 3));
    store_for_a_week(&lake).await;
    for day in 1..=3 {
        let time = format!("2026-01-{day:02}T00:00:00Z");
        place.put("trail", &format!("{day}.json.gz"), log_of(&[record_with(day, &[("eventTime", time.into())])]));
    }
    lake.ingest("events", &place, "trail").await;
    lake.clock.set(noon(1, 9));
    let (rows, stats) = lake.measured("SELECT eventID FROM events").await;
    assert_eq!((rows.len(), stats.files_read, stats.files_total), (2, 2, 3), "{stats:?}");
    let (rows, stats) = lake.measured("SELECT eventID FROM events WHERE eventTime >= '2026-01-03'").await;
    assert_eq!((rows.len(), stats.files_read), (1, 1), "{stats:?}");
}
