//! Queries of the AWS API: started, watched, cancelled; their results written down so that they outlive their server.
//!
//! ```text
//!  start ──> queries/<id>/state/1.json QUEUED ──> task: admitted ──> rows, part by part ──> state n: FINISHED, ...
//!                                                    │ every few seconds: state with statistics     └──> delivery
//!  find, page ──> this server's live state, else the lake
//!  cancel ──> state CANCELLED; the task that runs it, here or on another server, sees it and ends
//! ```
//!
//! A query whose server wrote nothing for a minute is dead; whoever looks at it writes down that it failed.

mod archive;
mod live;
mod page;
mod run;
mod texts;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use traillake::{
    Clock, Delivery, DeliveryStatus, EventDataStoreId, Lake, QueryJob, QueryOptions, QueryStatistics, QueryStatus,
    Result,
};
use uuid::Uuid;

use crate::QueriesConfig;
use crate::admission::Ticket;
use crate::metrics::Metrics;
use crate::signing::Signing;

use self::archive::Archive;
use self::live::Live;
use self::run::Work;
pub(crate) use archive::Summary;
pub(crate) use page::Page;

/// The queries of a lake; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Jobs(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    lake: Lake,
    clock: Arc<dyn Clock>,
    config: QueriesConfig,
    signing: Signing,
    metrics: Metrics,
    live: Mutex<HashMap<Uuid, Arc<Live>>>,
    archive: Archive,
    deliveries: Semaphore,
    tasks: TaskTracker,
    closing: CancellationToken,
}

/// A query that was checked and may be started.
#[derive(Debug)]
pub(crate) struct NewQuery {
    pub(crate) owner: String,
    pub(crate) sql: String,
    pub(crate) alias: Option<String>,
    pub(crate) stores: Vec<EventDataStoreId>,
    pub(crate) region: String,
    /// `s3://bucket[/prefix]`, an allowed place.
    pub(crate) delivery: Option<String>,
    pub(crate) options: QueryOptions,
}

impl Jobs {
    pub(crate) fn new(
        lake: Lake,
        clock: Arc<dyn Clock>,
        config: QueriesConfig,
        signing: Signing,
        metrics: Metrics,
    ) -> Self {
        Self(Arc::new(Shared {
            lake,
            clock,
            signing,
            metrics,
            live: Mutex::default(),
            archive: Archive::default(),
            deliveries: Semaphore::new(config.deliveries.max(1)),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            config,
        }))
    }

    /// Whether there is room for another query.
    pub(crate) fn has_room(&self) -> bool {
        self.0.archive.len() + self.0.live().len() < self.0.config.kept
    }

    /// Writes the query down and starts its work.
    pub(crate) async fn start(&self, new: NewQuery, ticket: Ticket) -> Result<QueryJob> {
        let (job, options) = new.into_job(Uuid::new_v4(), self.0.clock.as_ref());
        let job = self.0.lake.storage().create_query_job(job).await?;
        let live = Arc::new(Live::new(job.clone()));
        self.0.live().insert(job.id, Arc::clone(&live));
        let work = Work { shared: Arc::clone(&self.0), live, options };
        self.0.tasks.spawn(work.run(ticket));
        Ok(job)
    }

    /// A query as it is now; `None` for one that is unknown, of another caller, or forgotten.
    pub(crate) async fn find(&self, id: Uuid, owner: &str) -> Result<Option<QueryJob>> {
        let live = self.0.live().get(&id).map(|live| live.job());
        let found = match live {
            Some(job) => Some(job),
            None => self.0.settled(id).await?,
        };
        let now = self.0.clock.now();
        Ok(found.filter(|job| job.owner == owner && (job.is_at_work() || !job.is_expired(now))))
    }

    /// Ends a query that is queued or running, here or on another server; returns it as it is then.
    pub(crate) async fn cancel(&self, id: Uuid) -> Result<Option<QueryJob>> {
        let live = self.0.live().get(&id).map(Arc::clone);
        let seen = live.as_ref().map(|live| live.job());
        let now = self.0.clock.now();
        let change = |stored: QueryJob| {
            let job = QueryJob { version: stored.version, ..seen.clone().unwrap_or_else(|| stored.clone()) };
            stored.status.is_active().then(|| cancelled(job, now))
        };
        let job = self.0.lake.storage().change_query_job(id, change).await?;
        let ended = job.as_ref().filter(|job| job.status == QueryStatus::Cancelled);
        if let Some((live, job)) = live.zip(ended) {
            live.end(job.clone());
        }
        Ok(job)
    }

    /// All queries of the last 7 days, of all callers, newest first.
    pub(crate) async fn list(&self) -> Result<Vec<Arc<Summary>>> {
        self.0.list().await
    }

    /// A page of a result: rows from `offset` on.
    pub(crate) async fn page(&self, job: &QueryJob, offset: u64, rows: usize) -> Result<Page> {
        page::read(&self.0.lake, job, offset, rows).await
    }

    /// Removes the queries that ended more than 7 days ago, with their results.
    pub(crate) async fn sweep(&self) -> Result<()> {
        self.0.sweep().await
    }

    /// Ends all queries; those that run or wait fail.
    pub(crate) async fn close(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

impl Shared {
    fn live(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state in the lake. A dead query is written down as what it is, so that its server cannot revive it.
    async fn settled(&self, id: Uuid) -> Result<Option<QueryJob>> {
        let storage = self.lake.storage();
        let Some(job) = storage.query_job(id).await? else { return Ok(None) };
        let now = self.clock.now();
        if !job.is_dead(now) {
            return Ok(Some(job));
        }
        tracing::warn!(query = %id, "a query lost its server");
        Ok(storage.change_query_job(id, |job| job.is_dead(now).then(|| job.buried(now))).await?)
    }
}

impl NewQuery {
    fn into_job(self, id: Uuid, clock: &dyn Clock) -> (QueryJob, QueryOptions) {
        let now = clock.now();
        let job = QueryJob {
            version: 1,
            id,
            owner: self.owner,
            sql: self.sql,
            alias: self.alias,
            stores: self.stores,
            accounts: self.options.grants.accounts().cloned(),
            region: self.region,
            status: QueryStatus::Queued,
            created_at: now,
            updated_at: now,
            statistics: QueryStatistics::default(),
            error: None,
            columns: Vec::new(),
            parts: Vec::new(),
            delivery: self.delivery.map(|uri| Delivery { uri, status: DeliveryStatus::Pending }),
        };
        (job, self.options)
    }
}

/// A query that its caller ended; nothing of it is delivered.
fn cancelled(job: QueryJob, now: chrono::DateTime<chrono::Utc>) -> QueryJob {
    let delivery = job.delivery.clone().map(|to| Delivery { status: DeliveryStatus::Cancelled, ..to });
    QueryJob { status: QueryStatus::Cancelled, delivery, updated_at: now, ..job }
}
