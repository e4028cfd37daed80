//! Puts jobs in the order of their days: what lies between two readings of the queue is sent day by day, so that a
//! batch touches few partitions although a trail is listed account by account and region by region.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::Result;
use super::job::ObjectJob;
use super::run::Run;

/// Jobs listed ahead: about 30 MB of names.
pub(crate) const JOBS_AHEAD: usize = 65_536;

/// How long the first group gathers while the listing goes on.
const GATHERING: Duration = Duration::from_millis(250);

/// Jobs that are sent on as they come, for the readers to begin with.
const HEAD_START: usize = 256;

/// Sends the jobs on, all that are waiting as one group ordered by delivery day and url.
pub(crate) async fn arrange(
    run: &Run,
    mut listed: mpsc::Receiver<Arc<ObjectJob>>,
    arranged: mpsc::Sender<Arc<ObjectJob>>,
) -> Result<()> {
    let mut group = Vec::new();
    let gathering_ends = Instant::now() + GATHERING;
    for _ in 0..HEAD_START {
        let Some(job) = listed.recv().await else { return Ok(()) };
        if run.stop.is_cancelled() || arranged.send(job).await.is_err() {
            return Ok(());
        }
    }
    while listed.recv_many(&mut group, JOBS_AHEAD).await > 0 {
        // The first group would be the few that were listed at once.
        while group.len() < JOBS_AHEAD
            && let Ok(1..) = timeout_at(gathering_ends, listed.recv_many(&mut group, JOBS_AHEAD)).await
        {}
        group.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        for job in group.drain(..) {
            if run.stop.is_cancelled() || arranged.send(job).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn order(job: &ObjectJob) -> (Option<chrono::NaiveDate>, &str) {
    (job.object.key.as_ref().and_then(|key| key.date), &job.object.url)
}
