//! Whatever operation of the object store fails, and however: nothing is lost, nothing is repeated, and the next
//! ingest finishes the work.

mod maintenance;
mod milestones;

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use traillake_ingest::{IngestError, IngestLimits, IngestProgress, IngestRequest, IngestSummary, ingest};
use traillake_model::FixedClock;
use traillake_storage::{EventTable, LakeStorage, Location, ObjectStoreOptions, OpenMode, StorageError};
use traillake_testing::{Fault, FaultPlan, FaultyStore, record, write_trail};

use crate::support::{assert_balanced, assert_exact, manifest, new_store, noon, request, stored_ids};

const FILES: u64 = 3;
const RECORDS_PER_FILE: u64 = 10;
/// Runs at once: most of a run's time goes by waiting between attempts.
const CONCURRENCY: usize = 24;

/// A tiny trail on disk, with the ids of its events.
struct Trail {
    folder: TempDir,
    ids: Vec<String>,
}

impl Trail {
    fn write() -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        write_trail(folder.path(), FILES, RECORDS_PER_FILE);
        let id = |n| record(n)["eventID"].as_str().unwrap().to_owned();
        Arc::new(Self { folder, ids: (0..FILES * RECORDS_PER_FILE).map(id).collect() })
    }

    /// A request whose batches are so small that the trail takes several commits, some within an object.
    fn request(&self) -> IngestRequest {
        self.request_within(50_000)
    }

    fn request_within(&self, memory_bytes: u64) -> IngestRequest {
        let limits = IngestLimits { memory_bytes, workers: NonZeroUsize::new(1), ..IngestLimits::default() };
        IngestRequest { limits, ..request(self.folder.path().to_str().unwrap(), ObjectStoreOptions::default()) }
    }
}

fn location(store: Arc<dyn ObjectStore>) -> Location {
    Location { store, ..Location::in_memory("lake") }
}

async fn open_table(location: &Location) -> Result<(LakeStorage, EventTable), StorageError> {
    open_table_at(location, noon(2, 1)).await
}

async fn open_table_at(location: &Location, now: DateTime<Utc>) -> Result<(LakeStorage, EventTable), StorageError> {
    let clock = Arc::new(FixedClock::new(now));
    let lake = LakeStorage::open(location, OpenMode::Write, clock).await?;
    let settings = match lake.event_data_store("events").await {
        Err(StorageError::EventDataStoreNotFound { .. }) => lake.create_event_data_store(new_store("events")).await?,
        found => found?,
    };
    let table = lake.events(&settings).await?;
    Ok((lake, table))
}

/// Everything from no lake at all to the last commit.
async fn whole_work(location: &Location, trail: &Trail) -> Result<IngestSummary, Box<dyn Error + Send + Sync>> {
    work_within(location, trail.request()).await
}

async fn work_within(
    location: &Location,
    request: IngestRequest,
) -> Result<IngestSummary, Box<dyn Error + Send + Sync>> {
    let (lake, table) = open_table(location).await?;
    let progress = Arc::new(IngestProgress::new());
    Ok(ingest(&table, &lake, request, progress, CancellationToken::new()).await?)
}

/// Events that the work told us are committed.
fn acknowledged(outcome: &Result<IngestSummary, Box<dyn Error + Send + Sync>>) -> u64 {
    match outcome {
        Ok(summary) => summary.events.stored,
        Err(error) if format!("{error:?}").contains("panicked") => panic!("{error:?}"),
        Err(error) => match error.downcast_ref::<IngestError>() {
            Some(IngestError::Unfinished { committed, .. }) => committed.events.stored,
            _ => 0,
        },
    }
}

/// Does the work while `plan` fails it, looks at what is left, finishes it on the healthy store, and looks again.
async fn fail_then_finish(trail: Arc<Trail>, plan: Arc<FaultPlan>) {
    let healthy: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let faulty = FaultyStore::new(Arc::clone(&healthy), Arc::clone(&plan));
    let outcome = whole_work(&location(Arc::new(faulty)), &trail).await;
    let healthy = location(healthy);
    check_what_is_left(&healthy, acknowledged(&outcome)).await;
    whole_work(&healthy, &trail).await.unwrap_or_else(|error| panic!("{plan:?}: cannot be finished: {error:?}"));
    let (_, table) = open_table(&healthy).await.unwrap();
    assert_exact(&table, &trail.ids).await;
}

/// A commit shows all of its batch or nothing, and what was acknowledged is there.
async fn check_what_is_left(healthy: &Location, acknowledged: u64) {
    let (_, table) = open_table(healthy).await.unwrap();
    let snapshot = table.snapshot();
    let ids = stored_ids(&table, &snapshot).await;
    assert!(ids.values().all(|times| *times == 1), "stored more than once: {ids:?}");
    assert!(ids.len() as u64 >= acknowledged, "{acknowledged} events were acknowledged, {} are there", ids.len());
    assert_balanced(&manifest(&table, &snapshot).await, ids.len() as u64);
}

/// Counts the operations of the work on a healthy store.
async fn operations(trail: &Trail) -> u64 {
    let plan = FaultPlan::once(Fault::Error, u64::MAX);
    let store = location(Arc::new(FaultyStore::new(Arc::new(InMemory::new()), Arc::clone(&plan))));
    whole_work(&store, trail).await.unwrap();
    let (_, table) = open_table(&store).await.unwrap();
    let commits = table.snapshot().manifest_head;
    assert!(commits > FILES, "the sweep is to cover several commits, some within an object; there are {commits}");
    plan.operations()
}

/// Fails every operation of the work in turn, as `plan_at` says.
async fn sweep(plan_at: impl Fn(u64) -> Arc<FaultPlan>) {
    let trail = Trail::write();
    let operations = operations(&trail).await;
    assert!(operations > 40, "too few operations to be all of them: {operations}");
    futures::stream::iter((0..operations).map(|n| tokio::spawn(fail_then_finish(Arc::clone(&trail), plan_at(n)))))
        .buffer_unordered(CONCURRENCY)
        .try_collect::<()>()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refused_operation_at_any_point_loses_and_repeats_nothing() {
    sweep(|n| FaultPlan::once(Fault::Error, n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_timeout_at_any_point_loses_and_repeats_nothing() {
    sweep(|n| FaultPlan::once(Fault::Timeout, n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lost_acknowledgement_at_any_point_loses_and_repeats_nothing() {
    sweep(|n| FaultPlan::once(Fault::LostAcknowledgement, n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_from_any_point_on_loses_and_repeats_nothing() {
    sweep(|n| FaultPlan::from(Fault::Error, n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_times_out_from_any_point_on_loses_and_repeats_nothing() {
    sweep(|n| FaultPlan::from(Fault::Timeout, n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_falls_silent_at_any_point_loses_and_repeats_nothing() {
    sweep(|n| FaultPlan::from(Fault::LostAcknowledgement, n)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_falls_silent_while_it_is_made_is_finished_by_the_next_opening() {
    let trail = Trail::write();
    for object in ["lake.json", "settings/1.json", "_delta_log/00000000000000000000.json"] {
        let plan = FaultPlan::from_put_of(Fault::LostAcknowledgement, object);
        fail_then_finish(Arc::clone(&trail), Arc::clone(&plan)).await;
        assert!(plan.has_struck(), "`{object}` was never written");
    }
}

/// Two ingests that fail, the second with smaller batches: it is cut short among what the first one has stored.
#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_that_fails_twice_accounts_for_every_event() {
    let trail = Trail::write();
    let operations = operations(&trail).await;
    let firsts = (operations / 4..operations * 2 / 3).step_by(3);
    let pairs = firsts.flat_map(|first| (14..operations).step_by(5).map(move |second| (first, second)));
    futures::stream::iter(
        pairs.map(|(first, second)| tokio::spawn(fail_twice_then_finish(Arc::clone(&trail), first, second))),
    )
    .buffer_unordered(CONCURRENCY)
    .try_collect::<()>()
    .await
    .unwrap();
}

async fn fail_twice_then_finish(trail: Arc<Trail>, first: u64, second: u64) {
    let healthy: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    for (operation, memory_bytes) in [(first, 100_000), (second, 1)] {
        let plan = FaultPlan::from(Fault::Error, operation);
        let faulty = location(Arc::new(FaultyStore::new(Arc::clone(&healthy), plan)));
        let outcome = work_within(&faulty, trail.request_within(memory_bytes)).await;
        check_what_is_left(&location(Arc::clone(&healthy)), acknowledged(&outcome)).await;
    }
    let healthy = location(healthy);
    whole_work(&healthy, &trail).await.unwrap();
    let (_, table) = open_table(&healthy).await.unwrap();
    assert_exact(&table, &trail.ids).await;
}
