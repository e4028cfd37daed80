//! What goes on by itself: every trail kept up to date, and what is out of date removed.
//!
//! ```text
//!  every few seconds: trails of the lake ──> one follower each, while their store takes events in
//!  every hour:        expire of every store, results of queries that are too old
//!  every day:         vacuum of every store, what is left of stores deleted for good
//! ```

mod followers;
mod housekeeping;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::service::Service;
use followers::Followers;

/// The work in the background of one server.
#[derive(Debug)]
pub(crate) struct Background {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Background {
    /// Starts what the configuration asks for.
    pub(crate) fn start(service: &Service) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        if service.config.background.follow_trails {
            let followers = Followers::new(service.clone(), tasks.clone(), stop.clone());
            tasks.spawn(Arc::new(followers).run());
        }
        if service.config.background.housekeeping {
            tasks.spawn(housekeeping::run(service.clone(), stop.clone()));
        }
        Self { tasks, stop }
    }

    /// Ends it; what was read is committed first.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
