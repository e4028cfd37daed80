//! The commits at which a table does more than commit: a checkpoint, log files swept away, manifest files merged.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use traillake_ingest::{IngestError, IngestLimits, IngestProgress, IngestRequest, ingest};
use traillake_storage::{EventTable, LakeStorage, Location, ObjectStoreOptions};
use traillake_testing::{Fault, FaultPlan, FaultyStore, log_file};

use super::{CONCURRENCY, location, open_table_at};
use crate::support::{assert_exact, ids, long_after, request};

/// Events before and after; each is a commit of its own, and the fiftieth commit makes a checkpoint.
const BEFORE: u64 = 44;
const AFTER: u64 = 52;

/// A folder with one file of the first events, and one with both files.
fn trails() -> Arc<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one", "both"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("a.json.gz"), log_file(0..BEFORE)).unwrap();
    }
    std::fs::write(folder.path().join("both/b.json.gz"), log_file(BEFORE..AFTER)).unwrap();
    Arc::new(folder)
}

async fn ingest_all(lake: &LakeStorage, table: &EventTable, trails: &TempDir, name: &str) -> Result<(), IngestError> {
    let limits = IngestLimits { memory_bytes: 1, workers: NonZeroUsize::new(1), ..IngestLimits::default() };
    let source = trails.path().join(name);
    let request = IngestRequest { limits, ..request(source.to_str().unwrap(), ObjectStoreOptions::default()) };
    ingest(table, lake, request, Arc::new(IngestProgress::new()), CancellationToken::new()).await.map(|_| ())
}

/// Opens, ingests the rest, on a clock by which every log file is old enough to go.
async fn go_on(location: &Location, trails: &TempDir) -> Result<EventTable, Box<dyn std::error::Error + Send + Sync>> {
    let (lake, table) = open_table_at(location, long_after()).await?;
    ingest_all(&lake, &table, trails, "both").await?;
    Ok(table)
}

async fn prepared(trails: &TempDir) -> InMemory {
    let store = Arc::new(InMemory::new());
    let (lake, table) = open_table_at(&location(Arc::clone(&store) as _), long_after()).await.unwrap();
    ingest_all(&lake, &table, trails, "one").await.unwrap();
    store.fork()
}

async fn check(trails: Arc<TempDir>, store: InMemory, plan: Arc<FaultPlan>) {
    let healthy: Arc<dyn ObjectStore> = Arc::new(store);
    let faulty = FaultyStore::new(Arc::clone(&healthy), Arc::clone(&plan));
    let _failed = go_on(&location(Arc::new(faulty)), &trails).await;
    let table = go_on(&location(healthy), &trails).await.unwrap_or_else(|error| panic!("{plan:?}: {error:?}"));
    assert_exact(&table, &ids(0..AFTER)).await;
}

/// Counts the operations on a healthy store, and asserts that the milestones are among them.
async fn operations(trails: &TempDir, store: InMemory) -> u64 {
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    let counting = FaultPlan::once(Fault::Error, u64::MAX);
    let counted = location(Arc::new(FaultyStore::new(Arc::clone(&store), Arc::clone(&counting))));
    let (_, before) = open_table_at(&counted, long_after()).await.unwrap();
    assert!(before.snapshot().version < 50, "the checkpoint is to come: {}", before.snapshot().version);
    let after = go_on(&counted, trails).await.unwrap().refresh().await.unwrap();
    assert!(after.version >= 50 && after.live_manifests.len() < 16, "{after:?}");
    let checkpoint = format!("stores/{}/events/_delta_log/_last_checkpoint", before.id());
    store.head(&checkpoint.into()).await.expect("a checkpoint was made");
    counting.operations()
}

/// Runs every plan on a copy of the prepared store.
async fn run(trails: &Arc<TempDir>, store: &InMemory, plans: Vec<Arc<FaultPlan>>) {
    futures::stream::iter(plans.into_iter().map(|plan| tokio::spawn(check(Arc::clone(trails), store.fork(), plan))))
        .buffer_unordered(CONCURRENCY)
        .try_collect::<()>()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_at_a_checkpoint_loses_and_repeats_nothing() {
    let trails = trails();
    let store = prepared(&trails).await;
    let objects = ["00000000000000000050.json", "00000000000000000050.checkpoint.parquet", "_last_checkpoint"];
    let faults = [Fault::Error, Fault::Timeout, Fault::LostAcknowledgement];
    let plan = |object| faults.map(|fault| FaultPlan::from_put_of(fault, object));
    let plans: Vec<_> = objects.into_iter().flat_map(plan).collect();
    run(&trails, &store, plans.clone()).await;
    assert!(plans.iter().all(|plan| plan.has_struck()), "{plans:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_falls_silent_around_a_checkpoint_loses_and_repeats_nothing() {
    let trails = trails();
    let store = prepared(&trails).await;
    let operations = operations(&trails, store.fork()).await;
    let points = (0..8).map(|n| FaultPlan::from(Fault::LostAcknowledgement, operations * n / 8));
    run(&trails, &store, points.collect()).await;
}
