//! The state of a query that this server works for, as it is at every moment.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use traillake::QueryJob;

/// A query at work.
#[derive(Debug)]
pub(super) struct Live {
    job: Mutex<QueryJob>,
    ended: CancellationToken,
}

impl Live {
    pub(super) fn new(job: QueryJob) -> Self {
        Self { job: Mutex::new(job), ended: CancellationToken::new() }
    }

    /// The state now.
    pub(super) fn job(&self) -> QueryJob {
        self.lock().clone()
    }

    /// Changes the state.
    pub(super) fn change(&self, change: impl FnOnce(&mut QueryJob)) {
        change(&mut self.lock());
    }

    /// Takes over a state that was written down by somebody else than the work: the work is to end.
    pub(super) fn end(&self, job: QueryJob) {
        *self.lock() = job;
        self.ended.cancel();
    }

    /// Waits until the work is to end.
    pub(super) async fn ended(&self) {
        self.ended.cancelled().await;
    }

    fn lock(&self) -> MutexGuard<'_, QueryJob> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
