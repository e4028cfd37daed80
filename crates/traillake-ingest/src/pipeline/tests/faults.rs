//! A lake whose object store fails at any operation ends exact after the next ingest.

use std::sync::Arc;

use traillake_storage::Location;
use traillake_testing::{Fault, FaultPlan, FaultyStore, write_trail};

use super::bench::Bench;
use crate::IngestLimits;

const EVENTS: u64 = 60;

/// Ingests with a store that fails by `plan`, then with one that does not.
async fn fail_then_finish(plan: Arc<FaultPlan>) {
    let sound = Location::in_memory("faults");
    let faulty =
        Location { store: Arc::new(FaultyStore::new(Arc::clone(&sound.store), Arc::clone(&plan))), ..sound.clone() };
    let folder = Arc::new(tempfile::tempdir().unwrap());
    write_trail(folder.path(), 6, EVENTS / 6);
    let mut claimed = 0;
    if let Ok(bench) = Bench::at(&faulty, Arc::clone(&folder), |_| {}).await {
        claimed = bench.try_run(small(&bench)).await.map_or(0, |summary| summary.events.stored);
    }
    let bench = Bench::at(&sound, folder, |_| {}).await.unwrap();
    assert!(bench.rows().await >= claimed, "what was acknowledged is there");
    bench.run(small(&bench)).await;
    assert_eq!(bench.rows().await, EVENTS);
}

/// Several commits instead of one.
fn small(bench: &Bench) -> crate::IngestRequest {
    let limits = IngestLimits { memory_bytes: 1_500_000, ..IngestLimits::default() };
    crate::IngestRequest { limits, ..bench.request() }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_failing_operation_loses_and_repeats_nothing() {
    for fault in [Fault::Error, Fault::LostAcknowledgement] {
        for at in (0..80).step_by(3) {
            fail_then_finish(FaultPlan::once(fault, at)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_for_good_leaves_a_lake_that_goes_on() {
    for at in (0..80).step_by(8) {
        fail_then_finish(FaultPlan::from(Fault::Error, at)).await;
    }
}
