//! What is kept of queries that are over: their heads in memory for lists, and the removal of old ones.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use traillake::{EventDataStoreId, QueryJob, QueryStatus, Result};
use uuid::Uuid;

use super::Shared;

/// Queries read from the lake at once.
const CONCURRENCY: usize = 16;

/// The head of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) id: Uuid,
    pub(crate) owner: String,
    pub(crate) alias: Option<String>,
    pub(crate) stores: Vec<EventDataStoreId>,
    pub(crate) accounts: Option<BTreeSet<String>>,
    pub(crate) status: QueryStatus,
    pub(crate) created_at: DateTime<Utc>,
    /// Whether it is over, with its delivery, and never changes again.
    over: bool,
    expired_after: DateTime<Utc>,
}

impl Summary {
    pub(super) fn of(job: &QueryJob) -> Self {
        Self {
            id: job.id,
            owner: job.owner.clone(),
            alias: job.alias.clone(),
            stores: job.stores.clone(),
            accounts: job.accounts.clone(),
            status: job.status,
            created_at: job.created_at,
            over: !job.is_at_work(),
            expired_after: job.expires_at(),
        }
    }

    fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.over && now > self.expired_after
    }
}

/// The heads of queries that are over.
#[derive(Debug, Default)]
pub(super) struct Archive(Mutex<HashMap<Uuid, Arc<Summary>>>);

impl Archive {
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Remembers a query that is over.
    pub(super) fn keep(&self, summary: Summary) -> Arc<Summary> {
        let summary = Arc::new(summary);
        if summary.over {
            self.lock().insert(summary.id, Arc::clone(&summary));
        }
        summary
    }

    fn get(&self, id: Uuid) -> Option<Arc<Summary>> {
        self.lock().get(&id).map(Arc::clone)
    }

    fn retain(&self, ids: &[Uuid]) {
        let ids: HashSet<&Uuid> = ids.iter().collect();
        self.lock().retain(|id, _| ids.contains(id));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Summary>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// All queries that are not expired, newest first.
    pub(super) async fn list(&self) -> Result<Vec<Arc<Summary>>> {
        let now = self.clock.now();
        let ids = self.lake.storage().query_ids().await?;
        let mut all: Vec<_> = self.summaries(&ids).await?.into_iter().flatten().collect();
        all.retain(|summary| !summary.is_expired(now));
        all.sort_by_key(|summary| (Reverse(summary.created_at), summary.id));
        self.archive.retain(&ids);
        Ok(all)
    }

    /// Removes what is expired, and what an interrupted removal left.
    pub(super) async fn sweep(&self) -> Result<()> {
        let now = self.clock.now();
        let ids = self.lake.storage().query_ids().await?;
        let summaries = self.summaries(&ids).await?;
        let doomed = ids.iter().zip(&summaries).filter(|(_, summary)| match summary {
            Some(summary) => summary.is_expired(now),
            None => true,
        });
        for (id, _) in doomed {
            self.lake.storage().delete_query(*id).await?;
        }
        Ok(())
    }

    /// The heads of these queries; `None` for one that is gone.
    async fn summaries(&self, ids: &[Uuid]) -> Result<Vec<Option<Arc<Summary>>>> {
        let reads = ids.iter().map(|id| self.summary(*id));
        futures::stream::iter(reads.collect::<Vec<_>>()).buffered(CONCURRENCY).try_collect().await
    }

    async fn summary(&self, id: Uuid) -> Result<Option<Arc<Summary>>> {
        if let Some(live) = self.live().get(&id) {
            return Ok(Some(Arc::new(Summary::of(&live.job()))));
        }
        if let Some(known) = self.archive.get(id) {
            return Ok(Some(known));
        }
        Ok(self.settled(id).await?.map(|job| self.archive.keep(Summary::of(&job))))
    }
}
