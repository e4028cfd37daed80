//! What became of the trails that this server follows: when each last brought something, and what went wrong since.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use traillake::TrailName;

/// The last pass over each trail.
#[derive(Debug, Default)]
pub(crate) struct TrailPasses(Mutex<HashMap<TrailName, TrailPass>>);

/// What is known of one trail since the server started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrailPass {
    /// When log files of it were last committed.
    pub(crate) delivered_at: Option<DateTime<Utc>>,
    /// Why it could not be followed since then.
    pub(crate) error: Option<String>,
}

impl TrailPasses {
    /// Log files of the trail were committed.
    pub(crate) fn delivered(&self, trail: &TrailName, at: DateTime<Utc>) {
        self.passes().insert(trail.clone(), TrailPass { delivered_at: Some(at), error: None });
    }

    /// The trail could not be followed.
    pub(crate) fn failed(&self, trail: &TrailName, error: &str) {
        self.passes().entry(trail.clone()).or_default().error = Some(error.to_owned());
    }

    /// The last pass over the trail.
    pub(crate) fn last(&self, trail: &TrailName) -> Option<TrailPass> {
        self.passes().get(trail).cloned()
    }

    fn passes(&self) -> MutexGuard<'_, HashMap<TrailName, TrailPass>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_the_last_delivery_and_a_delivery_ends_the_failure() {
        let (passes, main) = (TrailPasses::default(), "main".parse().unwrap());
        assert_eq!(passes.last(&main), None);
        passes.delivered(&main, DateTime::UNIX_EPOCH);
        passes.failed(&main, "no such bucket");
        let failed = passes.last(&main).unwrap();
        assert_eq!(
            (failed.delivered_at, failed.error.as_deref()),
            (Some(DateTime::UNIX_EPOCH), Some("no such bucket"))
        );
        passes.delivered(&main, DateTime::UNIX_EPOCH);
        assert_eq!(passes.last(&main).unwrap().error, None);
    }
}
