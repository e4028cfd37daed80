//! Collects chunks into batches and hands every full batch to the committer:
//! while one batch is written, the next one fills.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until};

use super::flush::Committer;
use super::run::{Mode, Run};
use crate::batch::{Batch, Chunk};
use crate::dedupe::SeenEvents;
use crate::{IngestError, Result};

/// Most events a dry run remembers to tell duplicates across batches.
const MOST_SEEN: usize = 4_000_000;

/// Takes chunks until their senders are gone, and commits everything in them.
pub(crate) async fn collect(run: Arc<Run>, mut chunks: mpsc::Receiver<Chunk>) -> Result<()> {
    let mut batch = Batch::new(run.table.schema(), SeenEvents::default());
    let mut commits = Commits::new(Arc::clone(&run));
    let mut due = Due::new(run.limits.commit_every);
    loop {
        tokio::select! {
            chunk = chunks.recv() => {
                let Some(chunk) = chunk else { break };
                batch.add(chunk);
                due.started();
                if batch.memory_bytes() >= run.limits.batch_bytes() {
                    batch = commits.start(batch).await?;
                    due.reset();
                }
            }
            () = due.reached() => {
                batch = commits.start(batch).await?;
                due.reset();
            }
            ended = commits.ended() => ended?,
        }
    }
    commits.start(batch).await?;
    commits.finish().await
}

/// When the batch has to be committed although it is not full.
struct Due {
    every: Duration,
    at: Option<Instant>,
}

impl Due {
    fn new(every: Duration) -> Self {
        Self { every, at: None }
    }

    fn started(&mut self) {
        self.at.get_or_insert_with(|| Instant::now() + self.every);
    }

    fn reset(&mut self) {
        self.at = None;
    }

    async fn reached(&self) {
        match self.at {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

/// The committer, at rest or at work on one batch.
struct Commits {
    run: Arc<Run>,
    resting: Option<Committer>,
    working: Option<JoinHandle<Result<Committer>>>,
}

impl Commits {
    fn new(run: Arc<Run>) -> Self {
        Self { resting: Some(Committer::new(Arc::clone(&run))), run, working: None }
    }

    /// Commits `batch` as soon as the one before is done; returns the batch to fill next.
    async fn start(&mut self, mut batch: Batch) -> Result<Batch> {
        if batch.is_empty() {
            return Ok(batch);
        }
        self.finish().await?;
        let next = Batch::new(self.run.table.schema(), self.remember(&mut batch));
        self.working = self.resting.take().map(|committer| tokio::spawn(committer.commit(batch)));
        Ok(next)
    }

    /// A dry run stores nothing, so it has to remember what it would have stored.
    fn remember(&self, batch: &mut Batch) -> SeenEvents {
        match self.run.mode {
            Mode::DryRun => Some(batch.take_seen()).filter(|seen| seen.len() < MOST_SEEN).unwrap_or_default(),
            Mode::Commit => SeenEvents::default(),
        }
    }

    /// Waits for the batch at work, if there is one.
    async fn finish(&mut self) -> Result<()> {
        if let Some(working) = self.working.take() {
            self.resting = Some(working.await.map_err(stopped)??);
        }
        Ok(())
    }

    /// Resolves when the batch at work has ended; never when there is none.
    async fn ended(&mut self) -> Result<()> {
        match &mut self.working {
            None => std::future::pending().await,
            Some(working) => {
                let committer = working.await;
                self.working = None;
                self.resting = Some(committer.map_err(stopped)??);
                Ok(())
            }
        }
    }
}

/// The error for a task of ours that panicked or was dropped by the runtime.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` passes it")]
pub(crate) fn stopped(error: JoinError) -> IngestError {
    IngestError::Internal { message: format!("a task stopped: {error}") }
}
