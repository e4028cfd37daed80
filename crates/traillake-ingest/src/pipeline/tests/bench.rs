//! A lake in memory and a folder of sources.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeZone as _, Utc};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use traillake_model::{EventDataStoreKind, EventDataStoreSettings, FixedClock, PartitionBy, Retention};
use traillake_storage::{
    EventTable, LakeStorage, Location, ManifestRow, NewEventDataStore, ObjectRange, ObjectStoreOptions, OpenMode,
    QuarantineRow,
};
use traillake_testing::record;

use crate::{IngestProgress, IngestRequest, IngestSummary, Result, SourceSpec, ingest};

pub(super) struct Bench {
    folder: Arc<TempDir>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) lake: LakeStorage,
    pub(super) table: EventTable,
}

pub(super) fn day(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).unwrap()
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut NewEventDataStore)) -> Self {
        Self::at(&Location::in_memory("bench"), Arc::new(tempfile::tempdir().unwrap()), change).await.unwrap()
    }

    /// A bench whose lake lies at `location`; an existing store is opened again.
    pub(super) async fn at(
        location: &Location,
        folder: Arc<TempDir>,
        change: impl FnOnce(&mut NewEventDataStore),
    ) -> Result<Self> {
        let clock = Arc::new(FixedClock::new(day(2026, 2, 1)));
        let lake = LakeStorage::open(location, OpenMode::Write, Arc::clone(&clock) as _).await?;
        let mut new = NewEventDataStore {
            name: "events".parse().unwrap(),
            kind: EventDataStoreKind::CloudTrail,
            retention: Retention::Unlimited,
            selectors: None,
            partition_by: PartitionBy::default(),
            termination_protection: false,
        };
        change(&mut new);
        let settings = match lake.event_data_store("events").await {
            Ok(settings) => settings,
            Err(_) => lake.create_event_data_store(new).await?,
        };
        let table = lake.events(&settings).await?;
        Ok(Self { folder, clock, lake, table })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    pub(super) fn put_records(&self, name: &str, records: &[Value]) {
        self.put(name, json!({ "Records": records }).to_string().as_bytes());
    }

    pub(super) fn request(&self) -> IngestRequest {
        let source = SourceSpec::parse(self.path().to_str().unwrap()).unwrap();
        IngestRequest::new(vec![source], ObjectStoreOptions::default())
    }

    pub(super) async fn run(&self, request: IngestRequest) -> IngestSummary {
        let summary = self.run_unchecked(request).await;
        self.assert_balanced().await;
        summary
    }

    pub(super) async fn try_run(&self, request: IngestRequest) -> Result<IngestSummary> {
        let progress = Arc::new(IngestProgress::new());
        ingest(&self.table, &self.lake, request, progress, CancellationToken::new()).await
    }

    pub(super) async fn run_unchecked(&self, request: IngestRequest) -> IngestSummary {
        let summary = self.try_run(request).await.unwrap();
        assert!(summary.is_balanced(), "{summary:?}");
        summary
    }

    pub(super) async fn ingest(&self) -> IngestSummary {
        self.run(self.request()).await
    }

    /// A table with the settings as they are now.
    pub(super) async fn renew(&mut self, change: impl Fn(&mut EventDataStoreSettings)) {
        let change = |settings: &mut EventDataStoreSettings| {
            change(settings);
            Ok(())
        };
        let settings = self.lake.update_event_data_store(self.table.id(), change).await.unwrap();
        self.table = self.lake.events(&settings).await.unwrap();
    }

    pub(super) async fn manifest(&self) -> Vec<ManifestRow> {
        let snapshot = self.table.refresh().await.unwrap();
        let rows = self.table.manifest_rows(&snapshot, ObjectRange::all()).await.unwrap();
        rows.try_collect().await.unwrap()
    }

    pub(super) async fn quarantine(&self) -> Vec<QuarantineRow> {
        let snapshot = self.table.refresh().await.unwrap();
        self.table.quarantine_rows(&snapshot).await.unwrap().try_collect().await.unwrap()
    }

    pub(super) async fn rows(&self) -> u64 {
        self.table.refresh().await.unwrap().files.rows()
    }

    /// Every object and their sum are accounted for, and the rows of the manifest add up to the events.
    pub(super) async fn assert_balanced(&self) {
        let mut stored = 0;
        let mut quarantined = 0;
        for row in self.manifest().await {
            assert_eq!(row.read, row.stored + row.duplicate + row.filtered + row.expired + row.quarantined, "{row:?}");
            stored += row.stored;
            quarantined += row.quarantined;
        }
        assert_eq!(self.rows().await, stored);
        assert_eq!(self.quarantine().await.len() as u64, quarantined);
    }
}

pub(super) fn records(range: std::ops::Range<u64>) -> Vec<Value> {
    range.map(record).collect()
}

pub(super) fn with(mut record: Value, member: &str, value: Value) -> Value {
    record[member] = value;
    record
}

pub(super) fn without(mut record: Value, member: &str) -> Value {
    record.as_object_mut().unwrap().remove(member);
    record
}
