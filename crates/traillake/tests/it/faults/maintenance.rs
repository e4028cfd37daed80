//! Compaction, expiry and vacuum over a failing store: the same events before and after, or none that are not due.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use traillake_model::Retention;
use traillake_storage::{CompactOptions, EventTable, ExpireOptions, StorageError, compact, expire};
use traillake_testing::{Fault, FaultPlan, FaultyStore};

use super::{CONCURRENCY, Trail, location, open_table, open_table_at, whole_work};
use crate::support::{assert_exact, long_after, stored_ids};

/// A piece of maintenance.
type Work = fn(EventTable) -> futures::future::BoxFuture<'static, Result<(), StorageError>>;

fn compaction(table: EventTable) -> futures::future::BoxFuture<'static, Result<(), StorageError>> {
    Box::pin(async move {
        compact(&table, CompactOptions::default()).await?;
        table.vacuum(Duration::ZERO, false).await.map(|_| ())
    })
}

fn expiry(table: EventTable) -> futures::future::BoxFuture<'static, Result<(), StorageError>> {
    Box::pin(async move { expire(&table, ExpireOptions { now: true, ..ExpireOptions::default() }).await.map(|_| ()) })
}

/// A lake of several small files.
async fn prepared(trail: &Trail) -> InMemory {
    let store = Arc::new(InMemory::new());
    whole_work(&location(Arc::clone(&store) as _), trail).await.unwrap();
    store.fork()
}

/// Does `work` while `plan` fails it; gives the healthy store with what is left.
async fn fail(prepared: InMemory, plan: Arc<FaultPlan>, work: Work) -> Arc<InMemory> {
    let healthy = Arc::new(prepared);
    let faulty = location(Arc::new(FaultyStore::new(Arc::clone(&healthy) as _, plan)));
    if let Ok((_, table)) = open_table_at(&faulty, long_after()).await {
        let _failed = work(table).await;
    }
    healthy
}

async fn check_compaction(trail: Arc<Trail>, prepared: InMemory, plan: Arc<FaultPlan>) {
    let left = location(fail(prepared, plan, compaction).await);
    let (_, table) = open_table_at(&left, long_after()).await.unwrap();
    assert_exact(&table, &trail.ids).await;
    compaction(table.clone()).await.unwrap();
    assert_exact(&table, &trail.ids).await;
    assert_eq!(table.snapshot().files.len(), 1, "the merge is done in the end");
}

async fn check_expiry(trail: Arc<Trail>, prepared: InMemory, plan: Arc<FaultPlan>) {
    let left = location(fail(prepared, plan, expiry).await);
    let (_, table) = open_table_at(&left, long_after()).await.unwrap();
    let snapshot = table.refresh().await.unwrap();
    let ids = stored_ids(&table, &snapshot).await;
    assert!(ids.is_empty() || ids.len() == trail.ids.len(), "a day goes whole: {}", ids.len());
    expiry(table.clone()).await.unwrap();
    assert!(table.refresh().await.unwrap().files.is_empty());
}

/// Fails every operation of `work` in turn: once after it was done, and from there on.
async fn sweep<F>(prepared: InMemory, work: Work, check: impl Fn(InMemory, Arc<FaultPlan>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let counting = FaultPlan::once(Fault::Error, u64::MAX);
    fail(prepared.fork(), Arc::clone(&counting), work).await;
    let operations = counting.operations();
    assert!(operations > 10, "too few operations to be all of them: {operations}");
    let plans = (0..operations).flat_map(|n| {
        let once = FaultPlan::once(Fault::LostAcknowledgement, n);
        [once, FaultPlan::from(Fault::Error, n), FaultPlan::from(Fault::LostAcknowledgement, n)]
    });
    futures::stream::iter(plans.map(|plan| tokio::spawn(check(prepared.fork(), plan))))
        .buffer_unordered(CONCURRENCY)
        .try_collect::<()>()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_that_fails_at_any_point_changes_no_event_and_can_be_done_again() {
    let trail = Trail::write();
    let store = prepared(&trail).await;
    sweep(store, compaction, |store, plan| check_compaction(Arc::clone(&trail), store, plan)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_that_fails_at_any_point_takes_whole_days_and_can_be_done_again() {
    let trail = Trail::write();
    let store = prepared(&trail).await;
    let shortened = Arc::new(store);
    let (lake, table) = open_table(&location(Arc::clone(&shortened) as _)).await.unwrap();
    let shorten =
        |settings: &mut traillake_model::EventDataStoreSettings| Ok(settings.set_retention(Retention::Days(7))?);
    lake.update_event_data_store(&table.settings().id, shorten).await.unwrap();
    sweep(shortened.fork(), expiry, |store, plan| check_expiry(Arc::clone(&trail), store, plan)).await;
}
