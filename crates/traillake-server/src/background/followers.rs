//! One follower for each trail whose store takes events in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use traillake::{EventDataStoreStatus, FollowOptions, IngestProgress, IngestSummary, Result, TrailName, TrailSettings};

use crate::service::Service;

/// Time before a trail that failed is followed again.
const PAUSE: Duration = Duration::from_mins(1);

/// The trails that are followed, each with the settings it is followed by and the way to stop it.
#[derive(Debug)]
pub(super) struct Followers {
    service: Service,
    tasks: TaskTracker,
    stop: CancellationToken,
    followed: Mutex<HashMap<TrailName, Followed>>,
}

#[derive(Debug)]
struct Followed {
    trail: TrailSettings,
    stop: CancellationToken,
}

impl Followers {
    pub(super) fn new(service: Service, tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self { service, tasks, stop, followed: Mutex::default() }
    }

    /// Looks again and again until stopped.
    pub(super) async fn run(self: Arc<Self>) {
        let look = Duration::from_secs(self.service.config.background.look_seconds.max(1));
        loop {
            match self.wanted().await {
                Ok(wanted) => self.adjust(wanted),
                Err(error) => tracing::warn!(%error, "the trails of the lake could not be read"),
            }
            tokio::select! {
                () = tokio::time::sleep(look) => {}
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// The trails whose store is there and takes events in; a store that is not there yet is made by the ingest.
    async fn wanted(&self) -> Result<Vec<TrailSettings>> {
        let stores = self.service.lake.event_data_stores().await?;
        let status =
            |trail: &TrailSettings| stores.iter().find(|store| store.name == trail.store).map(|store| store.status);
        let trails = self.service.lake.trails().await?;
        Ok(trails.into_iter().filter(|trail| status(trail).is_none_or(EventDataStoreStatus::ingests)).collect())
    }

    /// Stops what is not wanted, or wanted otherwise, and starts what is missing.
    fn adjust(self: &Arc<Self>, wanted: Vec<TrailSettings>) {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, left) in followed.extract_if(|_, followed| !wanted.contains(&followed.trail)) {
            left.stop.cancel();
        }
        for trail in wanted {
            followed.entry(trail.name.clone()).or_insert_with(|| {
                let stop = self.stop.child_token();
                self.tasks.spawn(Arc::clone(self).follow(trail.clone(), stop.clone()));
                Followed { trail, stop }
            });
        }
    }

    /// Follows one trail until it is stopped, over failures too.
    async fn follow(self: Arc<Self>, trail: TrailSettings, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.follow_once(&trail, &stop).await {
                self.service.trail_passes.failed(&trail.name, &error.to_string());
                tracing::warn!(trail = %trail.name, %error, "a trail could not be followed");
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    async fn follow_once(&self, trail: &TrailSettings, stop: &CancellationToken) -> Result<IngestSummary> {
        let lake = &self.service.lake;
        let (name, service) = (trail.name.clone(), self.service.clone());
        let on_pass = move |pass: &IngestSummary| passed(&service, &name, pass);
        let poll = self.service.config.background.poll_seconds.map(Duration::from_secs);
        let options = FollowOptions { poll, on_pass: Some(Arc::new(on_pass)), ..FollowOptions::default() };
        let request = lake.trail_request(trail)?;
        let progress = Arc::new(IngestProgress::new());
        lake.follow(trail.store.as_str(), request, options, progress, stop.clone()).await
    }
}

/// Remembers what a pass over a trail brought, or why it brought nothing.
fn passed(service: &Service, trail: &TrailName, pass: &IngestSummary) {
    service.metrics.ingested(pass);
    for note in &pass.notes {
        tracing::warn!(trail = %trail, note = note.message, "met while a trail was read");
    }
    if pass.objects.ingested > 0 {
        service.trail_passes.delivered(trail, service.clock.now());
        tracing::info!(trail = %trail, stored = pass.events.stored, objects = pass.objects.ingested, "ingested");
    } else if let Some(note) = pass.notes.first() {
        service.trail_passes.failed(trail, &note.message);
    }
}
