//! An ingest killed at any moment: the lake opens, and the next ingest finishes the work exactly.

use std::time::{Duration, Instant};

use futures::StreamExt;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::process::{Backend, Bench};

const FILES: u64 = 120;
const RECORDS_PER_FILE: u64 = 50;
const KILLS: u32 = 26;
/// Lakes that are killed and finished at the same time.
const AT_ONCE: usize = 2;

/// What a kill left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// The ingest was over before.
    Everything,
    /// Some commits, not all.
    Part,
    /// No event, perhaps no lake.
    Nothing,
}

/// Kills an ingest after `delay`; true when it was still at work.
async fn kill_after(bench: &Bench, lake: &str, delay: Duration) -> bool {
    let mut child = bench.start_ingest(lake);
    tokio::time::sleep(delay).await;
    let at_work = child.try_wait().unwrap().is_none();
    child.kill().await.unwrap();
    at_work
}

/// Kills `KILLS` ingests, each into a lake of its own, at moments that the seed gives.
async fn kill_at_random_moments(backend: Backend, seed: u64) {
    let bench = Bench::new(backend, FILES, RECORDS_PER_FILE).await;
    let duration = duration_of_a_whole_run(&bench).await;
    let mut random = SmallRng::seed_from_u64(seed);
    let delays: Vec<_> = (0..KILLS).map(|n| (n, duration.mul_f64(random.random_range(0.0..1.0)))).collect();
    let runs = futures::stream::iter(delays.into_iter().map(|(n, delay)| kill_and_finish(&bench, n, delay)));
    let left: Vec<Left> = runs.buffer_unordered(AT_ONCE).collect().await;
    let count = |wanted| left.iter().filter(|left| **left == wanted).count();
    assert!(count(Left::Everything) <= 16, "too few ingests were still at work when they were killed: {left:?}");
    assert!(count(Left::Part) >= 2, "too few ingests were killed between commits: {left:?}");
}

async fn kill_and_finish(bench: &Bench, n: u32, delay: Duration) -> Left {
    let lake = format!("killed-{n}");
    let at_work = kill_after(bench, &lake, delay).await;
    let left = match bench.stored(&lake).await {
        _ if !at_work => Left::Everything,
        0 => Left::Nothing,
        _ => Left::Part,
    };
    bench.finish_ingest(&lake).await;
    bench.assert_exact(&lake).await;
    left
}

/// The shortest of three runs, so that later ones are not over before they are killed.
async fn duration_of_a_whole_run(bench: &Bench) -> Duration {
    let mut shortest = Duration::MAX;
    for n in 0..3 {
        let lake = format!("whole-{n}");
        let start = Instant::now();
        let summary = bench.finish_ingest(&lake).await;
        shortest = shortest.min(start.elapsed());
        assert_eq!(summary["events"]["stored"], bench.events);
    }
    let commits = bench.row("whole-0", "SELECT count(DISTINCT \"$path\") AS n FROM events").await;
    assert!(commits["n"].as_u64().unwrap() > 2, "the trail is to take several commits: {commits}");
    shortest
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_into_a_folder_killed_at_random_moments_is_finished_exactly() {
    kill_at_random_moments(Backend::Folder, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_into_s3_killed_at_random_moments_is_finished_exactly() {
    kill_at_random_moments(Backend::S3, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_killed_again_and_again_goes_on_where_it_was() {
    let bench = Bench::new(Backend::Folder, FILES, RECORDS_PER_FILE).await;
    let duration = duration_of_a_whole_run(&bench).await;
    let mut random = SmallRng::seed_from_u64(3);
    for _ in 0..6 {
        kill_after(&bench, "lake", duration.mul_f64(random.random_range(0.3..0.9))).await;
    }
    bench.finish_ingest("lake").await;
    bench.assert_exact("lake").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_killed_at_random_moments_changes_no_event() {
    let bench = Bench::new(Backend::Folder, 40, RECORDS_PER_FILE).await;
    bench.finish_ingest("lake").await;
    let start = Instant::now();
    bench.run("lake", &["compact"]).await;
    let duration = start.elapsed();
    let mut random = SmallRng::seed_from_u64(4);
    for n in 0..8 {
        let lake = format!("compacted-{n}");
        bench.finish_ingest(&lake).await;
        let mut child = bench.start(&lake, &["compact"]);
        tokio::time::sleep(duration.mul_f64(random.random_range(0.2..1.0))).await;
        child.kill().await.unwrap();
        bench.assert_exact(&lake).await;
        bench.run(&lake, &["compact"]).await;
        bench.assert_exact(&lake).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_ingest_says_so_and_the_next_one_goes_on() {
    let bench = Bench::new(Backend::Folder, 400, RECORDS_PER_FILE).await;
    let duration = duration_of_a_whole_run(&bench).await;
    let mut interrupted = 0;
    for n in 0..6_u32 {
        let lake = format!("interrupted-{n}");
        let child = bench.start_ingest(&lake);
        tokio::time::sleep(duration.mul_f64(0.2 + 0.1 * f64::from(n))).await;
        let pid = child.id().unwrap().to_string();
        let _gone = tokio::process::Command::new("kill").args(["-INT", &pid]).status().await.unwrap();
        let output = child.wait_with_output().await.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(130) => interrupted += 1,
            // Before it has begun to listen, the signal ends it like any process.
            Some(0) | None => {}
            code => panic!("{code:?}: {stderr}"),
        }
        bench.finish_ingest(&lake).await;
        bench.assert_exact(&lake).await;
    }
    assert!(interrupted > 0, "no ingest was interrupted");
}
