//! Keeps a store up to date with sources that grow: lists, ingests, waits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::Days;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use traillake_storage::{EventTable, LakeStorage};

use crate::Result;
use crate::pipeline::ingest;
use crate::progress::IngestProgress;
use crate::request::IngestRequest;
use crate::summary::{IngestSummary, Note};

/// Days of delivery that a quick pass over a trail lists; a full pass lists all.
const RECENT_DAYS: u64 = 2;
/// Failures in a row after which following is given up.
const MOST_FAILURES: u32 = 20;
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Files younger than this may still be growing.
const SETTLE: Duration = Duration::from_secs(1);

/// Called after every pass that did something.
pub type PassObserver = Arc<dyn Fn(&IngestSummary) + Send + Sync>;

/// How to follow sources.
#[derive(Clone)]
pub struct FollowOptions {
    /// Time between the starts of two listings; `None` is 5 s for files and 15 s for S3.
    pub poll: Option<Duration>,
    /// Least time between two commits, so that there is no file per second (20 s).
    pub commit_every: Duration,
    /// Time between two full listings, which find what arrives late (5 minutes).
    pub full_listing_every: Duration,
    /// Told of every pass that stored, set aside or failed something.
    pub on_pass: Option<PassObserver>,
}

impl Default for FollowOptions {
    fn default() -> Self {
        Self {
            poll: None,
            commit_every: Duration::from_secs(20),
            full_listing_every: Duration::from_mins(5),
            on_pass: None,
        }
    }
}

impl fmt::Debug for FollowOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowOptions")
            .field("poll", &self.poll)
            .field("commit_every", &self.commit_every)
            .field("full_listing_every", &self.full_listing_every)
            .finish_non_exhaustive()
    }
}

/// Ingests again and again until cancelled, and returns what all passes did.
///
/// The first pass is an ordinary ingest. Later ones list recent days of trails, and
/// everything now and then. Failures are noted and tried again after a growing wait.
///
/// # Errors
///
/// The error of a pass, when the first pass or twenty in a row fail.
pub async fn follow(
    table: &EventTable,
    lake: &LakeStorage,
    mut request: IngestRequest,
    options: FollowOptions,
    progress: Arc<IngestProgress>,
    cancel: CancellationToken,
) -> Result<IngestSummary> {
    request.limits.settle = request.limits.settle.max(SETTLE);
    request.limits.commit_every = request.limits.commit_every.min(options.commit_every);
    let mut follower = Follower::new(table.clone(), lake.clone(), request, options, progress, cancel);
    follower.pass().await?;
    while follower.wait().await {
        follower.try_pass().await?;
    }
    Ok(follower.finish())
}

struct Follower {
    table: EventTable,
    lake: LakeStorage,
    request: IngestRequest,
    options: FollowOptions,
    progress: Arc<IngestProgress>,
    cancel: CancellationToken,
    poll: Duration,
    total: IngestSummary,
    next: Instant,
    last_full: Option<Instant>,
    full_took: Duration,
    failures: u32,
}

impl Follower {
    fn new(
        table: EventTable,
        lake: LakeStorage,
        request: IngestRequest,
        options: FollowOptions,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Self {
        let remote = request.is_remote();
        let default_poll = Duration::from_secs(if remote { 15 } else { 5 });
        Self {
            poll: options.poll.unwrap_or(default_poll),
            total: IngestSummary::empty(table.settings().id),
            table,
            lake,
            request,
            options,
            progress,
            cancel,
            next: Instant::now(),
            last_full: None,
            full_took: Duration::ZERO,
            failures: 0,
        }
    }

    /// Waits for the next pass; false when cancelled.
    async fn wait(&self) -> bool {
        tokio::select! {
            () = self.cancel.cancelled() => false,
            () = sleep_until(self.next) => !self.cancel.is_cancelled(),
        }
    }

    /// One pass whose failure is noted and made up for later.
    async fn try_pass(&mut self) -> Result<()> {
        let Err(error) = Box::pin(self.pass()).await else { return Ok(()) };
        self.failures += 1;
        if self.failures >= MOST_FAILURES {
            return Err(error);
        }
        tracing::warn!(error = %error, failures = self.failures, "a pass failed and will be tried again");
        let note =
            Note { message: format!("a pass failed and is tried again: {error}"), hint: error.hint(), object: None };
        self.report(&IngestSummary { notes: vec![note], ..IngestSummary::empty(self.total.store) });
        self.next = Instant::now() + (self.poll * 2u32.saturating_pow(self.failures.min(6))).min(LONGEST_WAIT);
        Ok(())
    }

    async fn pass(&mut self) -> Result<()> {
        self.renew_table().await?;
        let started = Instant::now();
        let full = self.full_is_due(started);
        let request = if full { self.request.clone() } else { self.recent() };
        let summary =
            Box::pin(ingest(&self.table, &self.lake, request, Arc::clone(&self.progress), self.cancel.clone())).await?;
        self.failures = 0;
        if full {
            self.last_full = Some(started);
            self.full_took = started.elapsed();
        }
        let worked = summary.objects.ingested > 0;
        self.next = started + self.poll;
        if worked {
            self.next = self.next.max(Instant::now() + self.options.commit_every);
        }
        self.report(&summary);
        Ok(())
    }

    /// The store's settings may have changed since the last pass.
    async fn renew_table(&mut self) -> Result<()> {
        let id = self.table.settings().id.to_string();
        let settings = self.lake.event_data_store(&id).await?;
        if settings.version != self.table.settings().version {
            self.table = self.lake.events(&settings).await?;
        }
        Ok(())
    }

    /// A full listing is due when it is cheap, or when the last one is long ago.
    fn full_is_due(&self, now: Instant) -> bool {
        let cheap = self.full_took < self.poll / 5;
        let every = self.options.full_listing_every.max(self.full_took * 10);
        cheap || self.last_full.is_none_or(|last| now.duration_since(last) >= every)
    }

    fn recent(&self) -> IngestRequest {
        let mut request = self.request.clone();
        let recent = self.lake.clock().now().date_naive().checked_sub_days(Days::new(RECENT_DAYS));
        request.filter.from = request.filter.from.max(recent);
        request
    }

    fn report(&mut self, summary: &IngestSummary) {
        self.total.add_pass(summary);
        let silent = summary.events.read == 0 && summary.notes.is_empty();
        if let Some(observer) = &self.options.on_pass
            && !silent
        {
            observer(summary);
        }
    }

    fn finish(&self) -> IngestSummary {
        IngestSummary { interrupted: true, elapsed_ms: self.progress.elapsed_ms(), ..self.total.clone() }
    }
}
