//! Work on threads with deep stacks.
//!
//! Trees of long texts are walked and freed by recursion, and the caller's stack may be small; and a caller that
//! waits can give up at any time, whatever the work does. Threads wait a while for more work, for starting one takes as
//! long as a small question; but one that may have used much of its stack ends with its work.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Address space for a thread; only what is used takes memory.
pub(crate) const STACK_BYTES: usize = 256 << 20;
/// Texts up to this length leave a thread with little of its stack used.
const SHORT_TEXT_BYTES: usize = 8 << 10;
/// Threads that wait for work; more end.
const WAITING: usize = 4;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

static POOL: Pool = Pool { jobs: Mutex::new(Jobs { open: VecDeque::new(), waiting: 0 }), more: Condvar::new() };

/// The outcome of a future that is made and run on a thread with a deep stack; `None` when there is none.
///
/// The future is dropped where it waits once nobody waits for it any more.
pub(crate) async fn run<T, F>(text_bytes: usize, work: impl FnOnce() -> F + Send + 'static) -> Option<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let (mut sender, receiver) = oneshot::channel();
    let runtime = Handle::try_current().ok()?;
    let job = Box::new(move || {
        let outcome = runtime.block_on(async {
            tokio::select! {
                outcome = work() => Some(outcome),
                () = sender.closed() => None,
            }
        });
        if let Some(outcome) = outcome {
            // Nobody waits any more when the query was dropped meanwhile.
            let _ = sender.send(outcome);
        }
    });
    let spawned = if text_bytes > SHORT_TEXT_BYTES { spawn(job) } else { POOL.run(job) };
    spawned.ok()?;
    receiver.await.ok()
}

fn spawn(work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let thread = std::thread::Builder::new().name("traillake-plan".into()).stack_size(STACK_BYTES);
    thread.spawn(work).map(drop)
}

/// Threads that take one job after the other.
struct Pool {
    jobs: Mutex<Jobs>,
    more: Condvar,
}

struct Jobs {
    open: VecDeque<Job>,
    /// Threads that wait and have no job on its way to them.
    waiting: usize,
}

impl Pool {
    fn run(&'static self, job: Job) -> std::io::Result<()> {
        let mut jobs = self.lock();
        if jobs.waiting == 0 {
            drop(jobs);
            return spawn(move || self.work(job));
        }
        jobs.waiting -= 1;
        jobs.open.push_back(job);
        self.more.notify_one();
        Ok(())
    }

    fn work(&self, first: Job) {
        let mut next = Some(first);
        while let Some(job) = next {
            // Whoever waits for the outcome finds that there is none.
            let _ = catch_unwind(AssertUnwindSafe(job));
            next = self.next();
        }
    }

    /// A job that comes in time.
    fn next(&self) -> Option<Job> {
        let mut jobs = self.lock();
        if jobs.waiting >= WAITING {
            return None;
        }
        jobs.waiting += 1;
        let waited = self.more.wait_timeout_while(jobs, PATIENCE, |jobs| jobs.open.is_empty());
        let (mut jobs, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let job = jobs.open.pop_front();
        if job.is_none() {
            jobs.waiting -= 1;
        }
        job
    }

    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn work_that_panics_has_no_outcome() {
        for text_bytes in [0, SHORT_TEXT_BYTES + 1] {
            assert_eq!(run(text_bytes, || async { 7 }).await, Some(7));
            assert_eq!(run(text_bytes, || async { [0; 0].iter().max().copied().unwrap() }).await, None::<i32>);
        }
    }

    #[tokio::test]
    async fn work_does_not_wait_for_other_work() {
        let mut all: Vec<_> = (0..3 * WAITING).map(|_| Box::pin(run(0, std::future::pending::<()>))).collect();
        for work in &mut all {
            assert!(tokio::time::timeout(Duration::from_millis(5), work).await.is_err());
        }
        assert_eq!(run(0, || async { 7 }).await, Some(7));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_dropped() {
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let work = run(0, move || async move {
            std::future::pending::<()>().await;
            drop(inside);
        });
        assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err());
        for _ in 0..1_000 {
            if Arc::strong_count(&held) == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the work was not dropped");
    }
}
