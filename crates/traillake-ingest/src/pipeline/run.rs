//! What all parts of one ingest share: the store, the rules, the counters.

use std::hash::RandomState;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use traillake_model::{EventDataStoreSettings, Grants};
use traillake_storage::{EventTable, LakeStorage, StorageError, TableSnapshot};

use super::gate::{Gate, midnight_micros};
use super::notes::Notes;
use super::places::PlaceCaps;
use crate::progress::IngestProgress;
use crate::request::IngestLimits;
use crate::summary::IngestSummary;
use crate::{Result, SourceObject};

/// Raises of the retention that are looked back at.
const MOST_RAISES: usize = 64;

/// Whether the run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Commit,
    DryRun,
}

impl Mode {
    pub(crate) fn of(dry_run: bool) -> Self {
        if dry_run { Self::DryRun } else { Self::Commit }
    }
}

/// One run of the pipeline.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) table: EventTable,
    /// The table when the run began: the manifest is joined with the listing on it.
    pub(crate) snapshot: Arc<TableSnapshot>,
    pub(crate) settings: EventDataStoreSettings,
    pub(crate) mode: Mode,
    pub(crate) limits: IngestLimits,
    pub(crate) gate: Gate,
    pub(crate) caps: PlaceCaps,
    /// Whose events are taken.
    pub(crate) grants: Grants,
    pub(crate) progress: Arc<IngestProgress>,
    pub(crate) notes: Notes,
    pub(crate) now: DateTime<Utc>,
    /// Cancelled by the user.
    pub(crate) cancel: CancellationToken,
    /// Cancelled by the user or by a failure of the run.
    pub(crate) stop: CancellationToken,
    /// Raises of the retention: the settings version, and the first moment still visible just before.
    raises: Vec<(u64, i64)>,
    /// Hashes event ids; keyed, so that nobody can make ids that meet.
    pub(crate) id_hasher: RandomState,
    sequence: AtomicU64,
    ledger: Mutex<IngestSummary>,
}

impl Run {
    /// Prepares a run on the newest snapshot of `table`.
    pub(crate) async fn start(
        table: &EventTable,
        lake: &LakeStorage,
        mode: Mode,
        limits: IngestLimits,
        progress: Arc<IngestProgress>,
        cancel: CancellationToken,
    ) -> Result<Self> {
        let settings = table.settings().clone();
        settings.ensure_active().map_err(StorageError::from)?;
        let now = lake.clock().now();
        let snapshot = table.refresh().await?;
        Ok(Self {
            gate: Gate::try_new(&settings, now)?,
            caps: PlaceCaps::new(settings.partition_by, &snapshot),
            grants: Grants::all(),
            raises: raises(lake, &settings).await?,
            ledger: Mutex::new(IngestSummary::empty(settings.id)),
            table: table.clone(),
            snapshot,
            settings,
            mode,
            limits,
            progress,
            notes: Notes::default(),
            now,
            stop: cancel.child_token(),
            cancel,
            id_hasher: RandomState::new(),
            sequence: AtomicU64::new(0),
        })
    }

    /// The run held to the events of some accounts.
    pub(crate) fn held_to(mut self, grants: Grants) -> Self {
        self.grants = grants;
        self
    }

    /// Whether the key of the object names no account that is not granted.
    pub(crate) fn may_take(&self, object: &SourceObject) -> bool {
        object.key.as_ref().is_none_or(|key| self.grants.allows_account(&key.account))
    }

    /// The next job number.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Relaxed)
    }

    /// The summary so far: what is committed, and what was listed.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, IngestSummary> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The summary of the finished run.
    pub(crate) fn finish(&self) -> IngestSummary {
        let mut summary = self.ledger().clone();
        summary.elapsed_ms = self.progress.elapsed_ms();
        summary.interrupted = self.cancel.is_cancelled();
        (summary.notes, summary.reasons) = self.notes.finish(&self.settings, self.now);
        summary
    }

    /// Whether events as old as `first_event_micros` may have been expired from the store
    /// before a raise of the retention that is newer than `settings_version`.
    pub(crate) fn may_have_lost(&self, settings_version: u64, first_event_micros: i64) -> bool {
        self.raises.iter().any(|&(version, visible)| version > settings_version && first_event_micros < visible)
    }
}

/// The raises of the store's retention, with the first moment that was visible before each.
async fn raises(lake: &LakeStorage, settings: &EventDataStoreSettings) -> Result<Vec<(u64, i64)>> {
    let mut raises = Vec::new();
    let mut version = settings.retention_raised_in;
    while version > 1 && raises.len() < MOST_RAISES {
        let after = lake.settings_at(&settings.id, version).await?;
        let before = lake.settings_at(&settings.id, version - 1).await?;
        if let Some(first) = before.retention.first_visible_date(after.updated_at) {
            raises.push((version, midnight_micros(first)));
        }
        version = before.retention_raised_in;
    }
    Ok(raises)
}
