//! Work on a thread with a deep stack.
//!
//! Trees of long texts are walked and freed by recursion, and the caller's stack may be small; and a caller that
//! waits can give up at any time, whatever the work does.

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Address space for the thread; only what is used takes memory.
pub(crate) const STACK_BYTES: usize = 256 << 20;

/// The outcome of a future that is made and run on a thread of its own; `None` when there is none.
///
/// The future is dropped where it waits once nobody waits for it any more.
pub(crate) async fn run<T, F>(work: impl FnOnce() -> F + Send + 'static) -> Option<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let (mut sender, receiver) = oneshot::channel();
    let runtime = Handle::try_current().ok()?;
    let thread = std::thread::Builder::new().name("traillake-plan".into()).stack_size(STACK_BYTES);
    let spawned = thread.spawn(move || {
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
    spawned.ok()?;
    receiver.await.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_that_panics_has_no_outcome() {
        assert_eq!(run(|| async { 7 }).await, Some(7));
        assert_eq!(run(|| async { [0; 0].iter().max().copied().unwrap() }).await, None::<i32>);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_dropped() {
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let work = run(move || async move {
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
