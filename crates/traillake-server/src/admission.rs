//! Admission: how many queries run at once, who waits, and who is next; the same for both doors.
//!
//! ```text
//!  enter(caller) ──> Ticket ──admitted().await──> Permit: a slot and its share of the memory
//!       └──> Refusal: the caller has too many, or too many wait
//! ```
//!
//! A slot goes to the waiting caller who runs the fewest queries; among equals they take turns. A caller who starts
//! a hundred queries therefore waits for itself, not the others for it. The memory of all queries together is
//! bounded by [`AdmissionConfig::total_memory`], because each slot is a fixed share of it.

mod queue;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use traillake::{ByteSize, ErrorCode, QueryOptions};

use self::queue::Queue;
use crate::AdmissionConfig;

/// The gate; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Admission(Arc<Gate>);

#[derive(Debug)]
struct Gate {
    config: AdmissionConfig,
    queue: Mutex<Queue>,
}

/// Why a query may not even wait. `MaxConcurrentQueriesException` at AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// One more than a caller may have.
    #[error("`{limit}` of your queries run or wait; hint: wait for one to end, or cancel one")]
    Caller {
        /// Queries of one caller, running and waiting.
        limit: usize,
    },
    /// One more than may wait.
    #[error("`{limit}` queries wait on this server; hint: try again later")]
    Queue {
        /// Queries of all callers that wait.
        limit: usize,
    },
}

/// How much is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    /// Queries that hold a slot.
    pub(crate) running: usize,
    /// Queries that wait for one.
    pub(crate) queued: usize,
}

/// A place in the queue; dropping it gives the place up.
#[derive(Debug)]
pub(crate) struct Ticket {
    gate: Arc<Gate>,
    caller: Arc<str>,
    number: u64,
    slot: oneshot::Receiver<Permit>,
}

/// The right to run one query; dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Arc<Gate>,
    caller: Arc<str>,
}

impl Admission {
    pub(crate) fn new(config: AdmissionConfig) -> Self {
        Self(Arc::new(Gate { config, queue: Mutex::default() }))
    }

    /// Takes a place in the queue for a query of `caller`, the name of a principal.
    ///
    /// # Errors
    /// [`Refusal`] when the caller has as many queries as it may, or as many wait as may.
    pub(crate) fn enter(&self, caller: &str) -> Result<Ticket, Refusal> {
        let (send, slot) = oneshot::channel();
        let caller: Arc<str> = caller.into();
        let number = {
            let mut queue = self.0.queue();
            self.0.config.check(&queue, &caller)?;
            queue.push(&caller, send)
        };
        self.0.fill();
        Ok(Ticket { gate: Arc::clone(&self.0), caller, number, slot })
    }

    /// What runs and waits now.
    pub(crate) fn load(&self) -> Load {
        let queue = self.0.queue();
        Load { running: queue.running(), queued: queue.queued() }
    }
}

impl Gate {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands free slots out. A permit that nobody takes is dropped outside of the lock, which frees its slot again.
    fn fill(self: &Arc<Self>) {
        while let Some((caller, slot)) = self.next() {
            drop(slot.send(Permit { gate: Arc::clone(self), caller }));
        }
    }

    fn next(&self) -> Option<(Arc<str>, oneshot::Sender<Permit>)> {
        let mut queue = self.queue();
        if queue.running() < self.config.slots() { queue.pop() } else { None }
    }
}

impl AdmissionConfig {
    /// Queries that run at once: at least one.
    fn slots(&self) -> usize {
        self.running.max(1)
    }

    /// The memory of all queries together: what the lake's queries are to be given.
    pub fn total_memory(&self) -> ByteSize {
        let slots = u64::try_from(self.slots()).unwrap_or(u64::MAX);
        ByteSize::new(self.query_memory.as_u64().saturating_mul(slots))
    }

    fn check(&self, queue: &Queue, caller: &str) -> Result<(), Refusal> {
        if queue.of_caller(caller) >= self.per_caller {
            return Err(Refusal::Caller { limit: self.per_caller });
        }
        if queue.running() >= self.slots() && queue.queued() >= self.queued {
            return Err(Refusal::Queue { limit: self.queued });
        }
        Ok(())
    }
}

impl Refusal {
    /// The exception of AWS that says the same.
    pub(crate) const CODE: ErrorCode = ErrorCode::MaxConcurrentQueries;
}

impl Ticket {
    /// Waits for a slot. Dropping this future leaves the queue.
    pub(crate) async fn admitted(mut self) -> Permit {
        match (&mut self.slot).await {
            Ok(permit) => permit,
            // The gate lives as long as the ticket and only ever drops a sender after using it.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // Not there any more: it was let in, and the permit is dropped with the channel, or was taken.
        let left = self.gate.queue().remove(&self.caller, self.number);
        drop(left);
    }
}

impl Permit {
    /// The options of a query that is held to the memory and time of this permit, from now on.
    pub(crate) fn limit(&self, options: QueryOptions) -> QueryOptions {
        let config = &self.gate.config;
        QueryOptions { memory_bytes: Some(config.query_memory.as_u64()), timeout: Some(config.timeout()), ..options }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.queue().release(&self.caller);
        self.gate.fill();
    }
}
