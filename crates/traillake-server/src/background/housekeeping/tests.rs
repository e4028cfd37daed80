use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use traillake::{
    Clock, EventDataStoreKind, FixedClock, LakeOptions, NewEventDataStore, PartitionBy, QueryOptions, Retention,
};

use super::*;
use crate::ServerConfig;

/// Later than any file of a test, which are stamped with the time that is.
const DECADES: TimeDelta = TimeDelta::days(10_000);

struct House {
    folder: tempfile::TempDir,
    clock: Arc<FixedClock>,
    service: Service,
}

impl House {
    /// A lake with an event in a store of a week's retention, and in one without end.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let options = LakeOptions::new().clock(Arc::<FixedClock>::clone(&clock));
        let lake = options.open(folder.path().to_str().unwrap()).await.unwrap();
        for (name, retention) in [("week", Retention::Days(7)), ("ever", Retention::Unlimited)] {
            let new = NewEventDataStore {
                name: name.parse().unwrap(),
                kind: EventDataStoreKind::CloudTrail,
                retention,
                selectors: None,
                partition_by: PartitionBy::default(),
                termination_protection: false,
            };
            lake.create_event_data_store(new).await.unwrap();
            lake.ingest_records(name, [traillake_testing::record(0).to_string()]).await.unwrap();
        }
        let service = Service::new(lake, ServerConfig::default(), Arc::<FixedClock>::clone(&clock) as Arc<dyn Clock>);
        Self { folder, clock, service }
    }

    async fn files_of(&self, name: &str) -> Vec<String> {
        let id = self.service.lake.event_data_store(name).await.unwrap().id.to_string();
        self.files().into_iter().filter(|path| path.contains(&id)).collect()
    }

    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.folder.path(), &mut found);
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), found);
        } else {
            found.push(entry.path().display().to_string());
        }
    }
}

fn has_events(files: &[String]) -> bool {
    files.iter().any(|path| path.contains("/events/") && path.ends_with(".parquet"))
}

#[tokio::test]
async fn what_lies_beyond_the_retention_leaves_the_disk_by_itself_and_nothing_else_does() {
    let house = House::new().await;
    expire(&house.service).await;
    vacuum(&house.service).await;
    assert!(has_events(&house.files_of("week").await), "nothing is old yet");
    house.clock.advance(DECADES);
    vacuum(&house.service).await;
    assert!(has_events(&house.files_of("week").await), "what a snapshot names stays");
    expire(&house.service).await;
    vacuum(&house.service).await;
    assert!(!has_events(&house.files_of("week").await));
    let count = house.service.lake.query("SELECT eventID FROM ever", &QueryOptions::default()).await.unwrap();
    let (batches, _) = count.collect().await.unwrap();
    assert_eq!(batches.iter().map(arrow::array::RecordBatch::num_rows).sum::<usize>(), 1);
}

#[tokio::test]
async fn of_a_store_that_is_deleted_for_good_the_settings_alone_stay() {
    let house = House::new().await;
    let id = house.service.lake.event_data_store("ever").await.unwrap().id.to_string();
    let now = house.clock.now();
    house.service.lake.update_event_data_store("ever", |settings| settings.delete(now)).await.unwrap();
    vacuum(&house.service).await;
    assert!(has_events(&house.files_of(&id).await), "it can be restored for a week");
    house.clock.advance(TimeDelta::days(8));
    vacuum(&house.service).await;
    let left = house.files().into_iter().filter(|path| path.contains(&id)).collect::<Vec<_>>();
    assert!(!left.is_empty() && left.iter().all(|path| path.contains("/settings/")), "{left:?}");
}

#[tokio::test]
async fn it_starts_at_once_and_ends_when_it_is_told() {
    let house = House::new().await;
    house.clock.advance(DECADES);
    let stop = CancellationToken::new();
    let keeping = tokio::spawn(run(house.service.clone(), stop.clone()));
    while has_events(&house.files_of("week").await) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    keeping.await.unwrap();
}
