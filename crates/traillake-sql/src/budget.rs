//! What the functions of one query may take: time, and bytes for each batch of rows.
//!
//! ```text
//!  query -> Budget in the session's options -> enter (a call, on its thread) -> check_time, check_bytes (its loops)
//! ```

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use datafusion::common::config::{ConfigEntry, ConfigExtension, ConfigOptions, ExtensionOptions};
use datafusion::common::{Result, config_err, resources_datafusion_err};

/// Ends the message of an error about results that are too large together.
const PER_BATCH: &str = "for a batch of rows";

/// Bytes of a column when no query says otherwise, and the most that one may say.
const MOST_BYTES: usize = 256 << 20;

/// Bytes of a constant that is computed while the query is planned; a larger one is computed when it runs.
const PLANNING_BYTES: usize = 1 << 20;

/// Calls of `check_time` between two looks at the clock.
const CALLS_PER_LOOK: u32 = 16;

/// Time and memory of one query; clones share both.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    deadline: Option<Instant>,
    batch_bytes: usize,
    planned: AtomicBool,
    stopped: AtomicBool,
}

impl Budget {
    /// A budget up to a moment, and of so many bytes for each column of a batch of rows.
    pub fn new(deadline: Option<Instant>, batch_bytes: usize) -> Self {
        let batch_bytes = batch_bytes.min(MOST_BYTES);
        let (planned, stopped) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Shared { deadline, batch_bytes, planned, stopped }))
    }

    /// The budget of a session.
    pub fn of(options: &ConfigOptions) -> Option<&Self> {
        options.extensions.get()
    }

    /// Allows what a query takes that runs; until then it is what planning one takes.
    pub fn end_planning(&self) {
        self.0.planned.store(true, Ordering::Relaxed);
    }

    /// Ends the query: what looks at its time fails from now on.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }

    /// Fails when the query has ended or its time is over.
    pub fn check_time(&self) -> Result<()> {
        let late = || self.0.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if self.0.stopped.load(Ordering::Relaxed) || late() {
            self.stop();
            return Err(resources_datafusion_err!("the query has ended"));
        }
        Ok(())
    }

    /// Fails when results of a function take more than a column may.
    pub fn check_bytes(&self, function: &str, bytes: usize) -> Result<()> {
        check(function, bytes, self.bytes())
    }

    fn bytes(&self) -> usize {
        if self.0.planned.load(Ordering::Relaxed) { self.0.batch_bytes } else { PLANNING_BYTES }
    }
}

/// Whether a message says that results are too large together.
pub fn is_about_size(message: &str) -> bool {
    message.ends_with(PER_BATCH)
}

fn check(function: &str, bytes: usize, limit: usize) -> Result<()> {
    if bytes > limit {
        let mebibytes = limit >> 20;
        return Err(resources_datafusion_err!(
            "Results of {function} are too large: more than {mebibytes} MiB {PER_BATCH}"
        ));
    }
    Ok(())
}

thread_local! {
    static CURRENT: RefCell<Option<Budget>> = const { RefCell::new(None) };
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// A call that runs on this thread; the one around it goes on when this is dropped.
#[derive(Debug)]
pub(crate) struct Entered(Option<Budget>);

/// Begins a call on this thread: its loops are held to the budget of its session.
pub(crate) fn enter(options: &ConfigOptions) -> Result<Entered> {
    let own = Budget::of(options).cloned();
    if let Some(budget) = &own {
        budget.check_time()?;
    }
    Ok(Entered(CURRENT.with(|current| current.replace(own))))
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.replace(self.0.take()));
    }
}

/// Fails when the query of the running call has ended; cheap enough for every row.
pub(crate) fn check_time() -> Result<()> {
    let calls = CALLS.get().wrapping_add(1);
    CALLS.set(calls);
    if !calls.is_multiple_of(CALLS_PER_LOOK) {
        return Ok(());
    }
    CURRENT.with_borrow(|current| current.as_ref().map_or(Ok(()), Budget::check_time))
}

/// Fails when results of the running call take more than a column may.
pub(crate) fn check_bytes(function: &str, bytes: usize) -> Result<()> {
    check(function, bytes, CURRENT.with_borrow(|current| current.as_ref().map_or(MOST_BYTES, Budget::bytes)))
}

impl ConfigExtension for Budget {
    const PREFIX: &'static str = "traillake";
}

// All options of a session hold the one budget of its query, which no statement sets.
impl ExtensionOptions for Budget {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, _value: &str) -> Result<()> {
        config_err!("{key} cannot be set")
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(budget: &Budget) -> ConfigOptions {
        let mut options = ConfigOptions::new();
        options.extensions.insert(budget.clone());
        options
    }

    #[test]
    fn a_call_is_held_to_the_budget_of_its_query_alone() {
        let budget = Budget::new(None, 10 << 20);
        budget.end_planning();
        let options = options(&budget);
        let entered = enter(&options).unwrap();
        assert!(check_bytes("f", 10 << 20).is_ok());
        let error = check_bytes("f", (10 << 20) + 1).unwrap_err().to_string();
        assert!(error.contains("Results of f are too large: more than 10 MiB") && is_about_size(&error), "{error}");
        drop(entered);
        assert!(check_bytes("f", 20 << 20).is_ok());
    }

    #[test]
    fn constants_of_a_query_that_is_planned_are_small() {
        let budget = Budget::new(None, 10 << 20);
        assert!(budget.check_bytes("f", 2 << 20).is_err());
        budget.end_planning();
        assert!(budget.check_bytes("f", 2 << 20).is_ok());
    }

    #[test]
    fn calls_end_when_the_query_has_ended_or_its_time_is_over() {
        let budget = Budget::new(None, 1);
        let _entered = enter(&options(&budget)).unwrap();
        assert!((0..100).all(|_| check_time().is_ok()));
        budget.stop();
        assert!((0..100).any(|_| check_time().is_err()));
        let late = Budget::new(Some(Instant::now()), 1);
        assert!(enter(&options(&late)).is_err());
    }
}
