//! For tests: a store whose requests fail where they are told to, and a table with something in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::{NaiveDate, NaiveTime};
use futures::TryStreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use traillake_model::{EventDataStoreKind, PartitionBy, PartitionValues, Period, Retention, SystemClock};
use uuid::Uuid;

use crate::{
    CommitOutcome, DataFile, EventTable, FileStats, LakeStorage, Location, ManifestRow, NewEventDataStore, NewFile,
    ObjectRange, OpenMode, Operation, StorageError, TableChange, TableSnapshot,
};

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done.
    Error,
    /// It is done, and fails nevertheless.
    LostAcknowledgement,
}

/// A store whose requests of some numbers (from 0) fail.
#[derive(Debug)]
pub(crate) struct Faulty {
    inner: Arc<dyn ObjectStore>,
    fault: Fault,
    numbers: Range<u64>,
    puts_only: bool,
    paused: AtomicBool,
    seen: AtomicU64,
}

impl Faulty {
    /// Puts of these numbers fail.
    pub(crate) fn puts(inner: impl ObjectStore, fault: Fault, numbers: Range<u64>) -> Self {
        Self {
            inner: Arc::new(inner),
            fault,
            numbers,
            puts_only: true,
            paused: AtomicBool::new(false),
            seen: AtomicU64::new(0),
        }
    }

    /// Requests of these numbers fail.
    pub(crate) fn all(inner: Arc<dyn ObjectStore>, fault: Fault, numbers: Range<u64>) -> Self {
        Self { inner, fault, numbers, puts_only: false, paused: AtomicBool::new(false), seen: AtomicU64::new(0) }
    }

    /// Requests counted so far.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    /// Neither counts nor fails until it is resumed.
    pub(crate) fn pause(&self) {
        self.paused.store(true, Ordering::SeqCst);
    }

    /// Counts and fails again.
    pub(crate) fn resume(&self) {
        self.paused.store(false, Ordering::SeqCst);
    }

    fn fault(&self, is_put: bool) -> Option<Fault> {
        if self.paused.load(Ordering::SeqCst) || (self.puts_only && !is_put) {
            return None;
        }
        self.numbers.contains(&self.seen.fetch_add(1, Ordering::SeqCst)).then_some(self.fault)
    }

    async fn run<T>(&self, is_put: bool, request: impl Future<Output = Result<T>> + Send) -> Result<T> {
        match self.fault(is_put) {
            None => request.await,
            Some(Fault::Error) => Err(injected()),
            Some(Fault::LostAcknowledgement) => {
                let _unheard = request.await;
                Err(injected())
            }
        }
    }
}

fn injected() -> Error {
    Error::Generic { store: "Faulty", source: "injected".into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.run(true, self.inner.put_opts(location, payload, options)).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.run(true, self.inner.put_multipart_opts(location, options)).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.run(false, self.inner.get_opts(location, options)).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.fault(false) {
            None => self.inner.list(prefix),
            Some(_) => Box::pin(futures::stream::once(async { Err(injected()) })),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.run(false, self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.run(true, self.inner.copy_opts(from, to, options)).await
    }
}

/// A lake at `location`, open for writing, with one event data store `events`.
pub(crate) async fn open_events(location: &Location) -> Result<EventTable, StorageError> {
    let lake = LakeStorage::open(location, OpenMode::Write, Arc::new(SystemClock)).await?;
    let settings = match lake.event_data_store("events").await {
        Err(StorageError::EventDataStoreNotFound { .. }) => lake.create_event_data_store(new_store("events")).await?,
        found => found?,
    };
    lake.events(&settings).await
}

/// An event data store with default settings.
pub(crate) fn new_store(name: &str) -> NewEventDataStore {
    NewEventDataStore {
        name: name.parse().unwrap(),
        kind: EventDataStoreKind::CloudTrail,
        retention: Retention::Unlimited,
        selectors: None,
        partition_by: PartitionBy::default(),
        termination_protection: false,
    }
}

/// A data file of `rows` rows on a day of June 2023, as written.
pub(crate) fn new_file(name: &str, day: u32, rows: u64) -> NewFile {
    let date = NaiveDate::from_ymd_opt(2023, 6, day).unwrap();
    let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    NewFile {
        path: format!("account=123456789012/region=us-east-1/date={date}/{name}.parquet"),
        size_bytes: 3,
        rows,
        partition: PartitionValues {
            account: Some("123456789012".into()),
            region: Some("us-east-1".into()),
            period: Period::day(date),
        },
        stats: FileStats { event_time_micros: (midnight, midnight + 1_000_000), leaves: Vec::new() },
        lookup: None,
    }
}

/// The same, committed.
pub(crate) fn data_file(name: &str, day: u32, rows: u64) -> DataFile {
    let file = new_file(name, day, rows);
    let (size, stats) = (file.size_bytes.cast_signed(), file.stats.to_delta_json(rows));
    DataFile::try_new(file.path, size, file.partition, Some(&stats), 0).unwrap()
}

/// A change that adds one file and the manifest row of one object, which has the same name.
pub(crate) fn ingest(name: &str, day: u32) -> TableChange {
    let mut change = TableChange::new(Operation::Ingest);
    change.add.push(new_file(name, day, 5));
    change.manifest.push(manifest_row(name, 1));
    change
}

/// The manifest row of attempt `attempt` at an object.
pub(crate) fn manifest_row(object: &str, attempt: u128) -> ManifestRow {
    ManifestRow {
        object: object.into(),
        attempt: Uuid::from_u128(attempt),
        read: 5,
        stored: 5,
        ..ManifestRow::default()
    }
}

/// Commits, and again on every conflict.
pub(crate) async fn commit(table: &EventTable, change: &TableChange) -> Arc<TableSnapshot> {
    let mut base = table.refresh().await.unwrap();
    loop {
        match table.commit(&base, change.clone()).await.unwrap() {
            CommitOutcome::Committed(snapshot) => return snapshot,
            CommitOutcome::Conflict(newest) => base = newest,
        }
    }
}

/// All manifest rows, as object and attempt.
pub(crate) async fn objects(table: &EventTable) -> Vec<(String, u128)> {
    let snapshot = table.snapshot();
    let rows = table.manifest_rows(&snapshot, ObjectRange::all()).await.unwrap();
    rows.map_ok(|row| (row.object, row.attempt.as_u128())).try_collect().await.unwrap()
}

/// The files of a snapshot in order of path.
pub(crate) fn files(snapshot: &TableSnapshot) -> Vec<DataFile> {
    let mut files: Vec<DataFile> = snapshot.files.iter().map(|file| DataFile::clone(file)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
