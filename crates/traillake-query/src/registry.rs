//! The queries this process has run, for `system.queries`: the newest thousand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::QueryStats;

/// Finished queries that stay listed.
const KEPT: usize = 1_000;

/// Where a query stands; the names are those of CloudTrail Lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryState {
    /// Planned or running.
    Running,
    /// All rows were delivered.
    Finished,
    /// Ended by an error.
    Failed,
    /// Dropped before its last row.
    Cancelled,
    /// Ended by the time limit.
    TimedOut,
}

impl QueryState {
    /// The state as CloudTrail Lake spells it, for example `FINISHED`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::TimedOut => "TIMED_OUT",
        }
    }
}

/// One query of this process.
#[derive(Debug, Clone)]
pub struct QueryRecord {
    /// Identifies the query.
    pub id: Uuid,
    /// Who asked, where callers are told apart.
    pub owner: Option<String>,
    /// The text as it was given.
    pub sql: String,
    /// Where it stands.
    pub state: QueryState,
    /// When it was asked.
    pub started_at: DateTime<Utc>,
    /// Wall time so far, or in all.
    pub elapsed: Duration,
    /// Rows delivered.
    pub rows: u64,
    /// Bytes read from the lake.
    pub bytes_scanned: u64,
    /// Why it failed.
    pub error: Option<String>,
}

/// By age; the id tells queries of one moment apart.
type Key = (DateTime<Utc>, Uuid);

/// Remembers queries; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct QueryRegistry {
    records: Arc<Mutex<BTreeMap<Key, QueryRecord>>>,
}

impl QueryRegistry {
    /// Lists a query as running and returns its id.
    pub(crate) fn start(&self, sql: &str, owner: Option<&str>, started_at: DateTime<Utc>) -> QueryEntry {
        let id = Uuid::new_v4();
        let record = QueryRecord {
            id,
            owner: owner.map(str::to_owned),
            sql: sql.to_owned(),
            state: QueryState::Running,
            started_at,
            elapsed: Duration::ZERO,
            rows: 0,
            bytes_scanned: 0,
            error: None,
        };
        let mut records = self.lock();
        records.insert((started_at, id), record);
        forget_oldest(&mut records);
        drop(records);
        QueryEntry { registry: self.clone(), key: (started_at, id), started: std::time::Instant::now(), ended: false }
    }

    /// The queries of `owner`, or of everybody, oldest first; a running one with its time so far.
    pub(crate) fn list(&self, owner: Option<&str>, now: DateTime<Utc>) -> Vec<QueryRecord> {
        let asked = |record: &&QueryRecord| owner.is_none() || record.owner.as_deref() == owner;
        let mut records: Vec<_> = self.lock().values().filter(asked).cloned().collect();
        for record in &mut records {
            if record.state == QueryState::Running {
                record.elapsed = (now - record.started_at).to_std().unwrap_or_default();
            }
        }
        records
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, QueryRecord>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_oldest(records: &mut BTreeMap<Key, QueryRecord>) {
    while records.len() > KEPT {
        let oldest = records.iter().find(|(_, record)| record.state != QueryState::Running);
        let Some(key) = oldest.map(|(key, _)| *key) else { return };
        records.remove(&key);
    }
}

/// A listed query; dropping it before [`QueryEntry::end`] marks it cancelled.
#[derive(Debug)]
pub(crate) struct QueryEntry {
    registry: QueryRegistry,
    key: Key,
    started: std::time::Instant,
    ended: bool,
}

impl QueryEntry {
    pub(crate) fn id(&self) -> Uuid {
        self.key.1
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Records the end of the query; only the first end counts.
    pub(crate) fn end(&mut self, state: QueryState, cost: &QueryStats, error: Option<String>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let elapsed = self.started.elapsed();
        if let Some(record) = self.registry.lock().get_mut(&self.key) {
            record.state = state;
            record.elapsed = elapsed;
            record.rows = cost.rows;
            record.bytes_scanned = cost.bytes_scanned;
            record.error = error;
        }
    }
}

impl Drop for QueryEntry {
    fn drop(&mut self) {
        self.end(QueryState::Cancelled, &QueryStats::default(), None);
    }
}
