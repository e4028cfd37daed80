//! What readers share: a few converters, and a budget of bytes in flight.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::convert::Converter;
use super::run::Run;
use crate::{IngestError, Result};

/// Decompressed bytes reckoned per stored byte, and the least an object takes.
const EXPANSION: u64 = 12;
const LEAST_KIB: u64 = 64;

/// Converters between two objects, with the rows they hold; and the memory of objects being read.
#[derive(Debug)]
pub(crate) struct Pool {
    run: Arc<Run>,
    idle: Mutex<Vec<Converter>>,
    converters: Arc<Semaphore>,
    budget: Arc<Semaphore>,
    budget_kib: u32,
}

/// A converter on loan; it goes back with [`Pool::put_back`].
pub(crate) struct Lease {
    pub(crate) converter: Converter,
    permit: OwnedSemaphorePermit,
}

impl Pool {
    /// A pool that lends as many converters as the run has workers.
    pub(crate) fn new(run: Arc<Run>) -> Self {
        let budget_kib = u32::try_from(run.limits.memory_bytes / 8 / 1024).unwrap_or(u32::MAX).clamp(1, 1 << 28);
        Self {
            idle: Mutex::default(),
            converters: Arc::new(Semaphore::new(run.limits.workers())),
            budget: Arc::new(Semaphore::new(budget_kib as usize)),
            budget_kib,
            run,
        }
    }

    /// Waits until an object of so many stored bytes fits into the budget.
    pub(crate) async fn reserve(&self, stored_bytes: u64) -> Result<OwnedSemaphorePermit> {
        let whole = self.run.limits.whole_bytes().saturating_mul(2);
        let kib = (stored_bytes.saturating_mul(EXPANSION).min(whole) / 1024).max(LEAST_KIB);
        let permits = u32::try_from(kib).unwrap_or(u32::MAX).min(self.budget_kib);
        Arc::clone(&self.budget).acquire_many_owned(permits).await.map_err(|_closed| IngestError::Cancelled)
    }

    /// Waits for a converter.
    pub(crate) async fn take(&self) -> Result<Lease> {
        let permit = Arc::clone(&self.converters).acquire_owned().await.map_err(|_closed| IngestError::Cancelled)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Lease { converter: idle.unwrap_or_else(|| Converter::new(Arc::clone(&self.run))), permit })
    }

    /// Gives a converter back, with the rows it holds.
    pub(crate) fn put_back(&self, lease: Lease) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(lease.converter);
        drop(lease.permit);
    }

    /// All converters, to take their last rows.
    pub(crate) fn drain(&self) -> Vec<Converter> {
        std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lease {
    /// The same lease with the converter changed by `change`.
    pub(crate) fn with(converter: Converter, permit: OwnedSemaphorePermit) -> Self {
        Self { converter, permit }
    }

    /// Takes the lease apart, for a converter that goes to another thread.
    pub(crate) fn split(self) -> (Converter, OwnedSemaphorePermit) {
        (self.converter, self.permit)
    }
}
