//! Running imports: one at a time, written down as they go, stopped by their caller or by the server's end.
//!
//! ```text
//!  StartImport ──> imports/<id>/1.json ──> task: run_import ──> 2.json … (every half minute) ──> n.json, the outcome
//!                                            ▲ StopImport writes STOPPED; the task sees it and ends
//! ```

mod outcome;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use traillake::{Clock, Grants, Import, ImportStatistics, ImportStatus, IngestProgress, IngestSummary, Lake, Result};
use uuid::Uuid;

use crate::metrics::Metrics;
use outcome::Outcome;

/// Time between two states of a running import that are written down.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How often, and how far apart, an import that is to begin looks for others to give way.
const LOOKS: u32 = 50;
const LOOK: Duration = Duration::from_millis(100);

/// The imports this server runs; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Imports {
    lake: Lake,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    running: Arc<Mutex<HashMap<Uuid, Run>>>,
    starting: Arc<tokio::sync::Mutex<()>>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

#[derive(Clone, Debug)]
struct Run {
    progress: Arc<IngestProgress>,
    stop: CancellationToken,
}

impl Imports {
    pub(crate) fn new(lake: Lake, clock: Arc<dyn Clock>, metrics: Metrics) -> Self {
        let (running, starting) = (Arc::default(), Arc::default());
        Self { lake, clock, metrics, running, starting, tasks: TaskTracker::new(), closing: CancellationToken::new() }
    }

    /// Held from the look for a running import until the next one is written down, so that no two start at once.
    pub(crate) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.starting).lock_owned().await
    }

    /// The import that runs anywhere, if there is one.
    pub(crate) async fn any_running(&self) -> Result<Option<Import>> {
        Ok(self.running().await?.into_iter().next())
    }

    /// The imports that run anywhere, newest first.
    async fn running(&self) -> Result<Vec<Import>> {
        let now = self.clock.now();
        let mut imports = self.lake.imports().await?;
        imports.retain(|import| import.status_at(now).is_running());
        Ok(imports)
    }

    /// Whether an import that is written down may begin, because no other runs. Two servers may write one down in the
    /// same instant; as each looks after it wrote, at least one sees the other. The younger gives way at once, the
    /// older waits for that, and gives way as well when nothing comes of it: so no two ever begin.
    pub(crate) async fn is_alone(&self, import: &Import) -> Result<bool> {
        let age = |import: &Import| (import.created_at, import.id);
        for _ in 0..LOOKS {
            let mut others = self.running().await?;
            others.retain(|other| other.id != import.id);
            if others.is_empty() {
                return Ok(true);
            }
            if others.iter().any(|other| age(other) < age(import)) {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(false)
    }

    /// Starts the work of an import that is written down.
    pub(crate) fn start(&self, import: &Import, grants: Grants) {
        let run = Run { progress: Arc::new(IngestProgress::new()), stop: self.closing.child_token() };
        self.runs().insert(import.id, run.clone());
        let (imports, import) = (self.clone(), import.clone());
        self.tasks.spawn(async move {
            let (id, progress) = (import.id, Arc::clone(&run.progress));
            if let Err(error) = imports.work(import, grants, run).await {
                tracing::error!(import = %id, %error, "the outcome of an import could not be written down");
            }
            // It may have been stopped and started again.
            let mut runs = imports.runs();
            if runs.get(&id).is_some_and(|run| Arc::ptr_eq(&run.progress, &progress)) {
                runs.remove(&id);
            }
        });
    }

    /// Stops an import, here or on another server, and says what became of it.
    pub(crate) async fn stop(&self, id: Uuid) -> Result<Import> {
        let now = self.clock.now();
        let live = self.live(id);
        let stopped = |import: Import| {
            import.status_at(now).is_running().then(|| Import {
                status: ImportStatus::Stopped,
                updated_at: now,
                statistics: live.unwrap_or(import.statistics),
                ..import
            })
        };
        let import = self.lake.change_import(id, stopped).await?;
        if let Some(run) = self.runs().get(&id) {
            run.stop.cancel();
        }
        Ok(import)
    }

    /// The import with what it did up to now.
    pub(crate) async fn describe(&self, id: Uuid) -> Result<Import> {
        let import = self.lake.import(id).await?;
        let statistics = self.live(id).filter(|_| import.status.is_running()).unwrap_or(import.statistics);
        Ok(Import { status: import.status_at(self.clock.now()), statistics, ..import })
    }

    /// Ends all imports; they fail with what they did, and can be started again.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn work(&self, import: Import, grants: Grants, run: Run) -> Result<()> {
        let started = |import: Import| {
            import.status.is_running().then_some(Import { status: ImportStatus::InProgress, ..import })
        };
        let import = self.lake.change_import(import.id, started).await?;
        let summary = self.read(&import, &grants, &run).await;
        if let Ok(summary) = &summary {
            self.metrics.ingested(summary);
        }
        let outcome = Outcome::of(&self.lake.granted(grants, None), &import, summary, self.clock.now()).await;
        let was_stopped = run.stop.is_cancelled() && !self.closing.is_cancelled();
        // One that was stopped and started again is another attempt's.
        let is_its_own = |import: &Import| !was_stopped || import.status == ImportStatus::Stopped;
        let ended = |import: Import| is_its_own(&import).then(|| outcome.applied(import));
        self.lake.change_import(import.id, ended).await?;
        Ok(())
    }

    async fn read(&self, import: &Import, grants: &Grants, run: &Run) -> Result<IngestSummary> {
        let mut work = pin!(self.lake.run_import(import, grants, Arc::clone(&run.progress), run.stop.clone()));
        let mut beats = tokio::time::interval(HEARTBEAT);
        loop {
            tokio::select! {
                summary = &mut work => return summary,
                _ = beats.tick() => self.beat(import.id, run).await,
            }
        }
    }

    /// Shows that the import is alive, and sees whether it was stopped elsewhere.
    async fn beat(&self, id: Uuid, run: &Run) {
        let (now, statistics) = (self.clock.now(), outcome::so_far(&run.progress));
        let alive =
            |import: Import| import.status.is_running().then_some(Import { updated_at: now, statistics, ..import });
        match self.lake.change_import(id, alive).await {
            Ok(import) if import.status.is_running() => {}
            Ok(_) => run.stop.cancel(),
            Err(error) => tracing::warn!(import = %id, %error, "the progress of an import could not be written down"),
        }
    }

    fn live(&self, id: Uuid) -> Option<ImportStatistics> {
        self.runs().get(&id).map(|run| outcome::so_far(&run.progress))
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<Uuid, Run>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
