//! The work for one query: wait for a slot, run, write the rows, deliver.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use futures::{FutureExt as _, StreamExt as _};
use traillake::{
    Delivery, DeliveryStatus, Error, QueryError, QueryJob, QueryOptions, QueryResult, QueryRowsWriter, QueryStatistics,
    QueryStats, QueryStatus, Result,
};

use super::archive::Summary;
use super::live::Live;
use super::{Shared, texts};
use crate::admission::{Permit, Ticket};
use crate::delivery::Courier;

/// Time until the first state of a query at work is written down; most are over by then.
const FIRST_BEAT: Duration = Duration::from_secs(1);
/// Time between two states.
const BEAT: Duration = Duration::from_secs(10);
/// Time between two looks at what a query has read.
const LOOK: Duration = Duration::from_millis(250);
/// Characters of an error's text (AWS: 1,000).
const ERROR_CHARACTERS: usize = 1_000;
/// Why queries fail that run when the server is stopped.
const STOPPED: &str = "the server was stopped; hint: start the query again";

/// Why a query fails that meets a fault of this program.
const PANICKED: &str = "the query met a fault of the server, which its log tells more of";

/// One query and what it needs.
pub(super) struct Work {
    pub(super) shared: Arc<Shared>,
    pub(super) live: Arc<Live>,
    pub(super) options: QueryOptions,
}

/// How a query ended.
struct End {
    status: QueryStatus,
    error: Option<String>,
}

impl Work {
    /// Does all of it, unless somebody else ends the query.
    pub(super) async fn run(self, ticket: Ticket) {
        let work = AssertUnwindSafe(self.perform(ticket)).catch_unwind();
        tokio::select! {
            done = work => {
                if done.is_err() {
                    self.write_down(self.live.job().given_up(self.shared.clock.now(), PANICKED)).await;
                }
            }
            () = self.beat() => {}
            () = self.live.ended() => {}
            () = self.shared.closing.cancelled() => {
                self.write_down(self.live.job().given_up(self.shared.clock.now(), STOPPED)).await;
            }
        }
        let job = self.live.job();
        self.shared.archive.keep(Summary::of(&job));
        self.shared.live().remove(&job.id);
    }

    async fn perform(&self, ticket: Ticket) {
        let permit = ticket.admitted().await;
        self.live.change(|job| job.status = QueryStatus::Running);
        let end = match self.answer(&permit).await {
            Ok(()) => End { status: QueryStatus::Finished, error: None },
            Err(error) => End::of(&error),
        };
        drop(permit);
        self.finish(end).await;
        let job = self.live.job();
        if job.status == QueryStatus::Finished && job.is_at_work() {
            self.deliver(job).await;
        }
    }

    /// Runs the query and writes its rows down.
    async fn answer(&self, permit: &Permit) -> Result<()> {
        let began = Instant::now();
        let sql = self.live.job().sql;
        let options = permit.limit(self.options.clone());
        let mut result = self.shared.lake.query(&sql, &options).await?;
        let columns: Vec<String> = result.schema().fields().iter().map(|field| field.name().clone()).collect();
        let rows = self.shared.lake.storage().query_rows_writer(self.live.job().id, columns.len());
        self.live.change(|job| job.columns = columns);
        let written = self.write(&mut result, rows, began).await;
        let stats = result.stats();
        self.measure(&stats, began);
        let outcome = if written.is_ok() { QueryStatus::Finished } else { QueryStatus::Failed };
        self.shared.metrics.query(outcome.as_str(), &stats);
        written
    }

    /// Writes the rows; those before an error stay.
    async fn write(&self, result: &mut QueryResult, mut rows: QueryRowsWriter, began: Instant) -> Result<()> {
        let outcome = self.write_batches(result, &mut rows, began).await;
        let parts = rows.finish().await?;
        self.live.change(|job| job.parts = parts);
        outcome
    }

    async fn write_batches(&self, result: &mut QueryResult, rows: &mut QueryRowsWriter, began: Instant) -> Result<()> {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                batch = result.next() => match batch {
                    Some(batch) => self.write_batch(&batch?, rows).await?,
                    None => return Ok(()),
                },
                _ = looks.tick() => {}
            }
            self.measure(&result.stats(), began);
        }
    }

    async fn write_batch(&self, batch: &RecordBatch, rows: &mut QueryRowsWriter) -> Result<()> {
        let limit = self.shared.config.result_bytes;
        for slice in texts::slices(batch) {
            rows.write(texts::columns(&slice)).await?;
            if rows.bytes() > limit.as_u64() {
                let message =
                    format!("the result is larger than {limit} (result limit); hint: select fewer columns or rows");
                return Err(QueryError::Failed { message, position: None }.into());
            }
            tokio::task::yield_now().await;
        }
        let parts = rows.parts().to_vec();
        self.live.change(|job| job.parts = parts);
        Ok(())
    }

    fn measure(&self, stats: &QueryStats, began: Instant) {
        let statistics = QueryStatistics {
            events_matched: stats.events_matched,
            events_scanned: stats.events_scanned,
            bytes_scanned: stats.bytes_scanned,
            execution_millis: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        self.live.change(|job| job.statistics = statistics);
    }

    /// Writes down how the query ended, unless it ended otherwise before.
    async fn finish(&self, end: End) {
        let undelivered = (end.status != QueryStatus::Finished).then_some(DeliveryStatus::Failed);
        let ended = QueryJob { status: end.status, error: end.error, ..self.live.job() };
        self.write_down(match undelivered {
            Some(status) => with_delivery(ended, status),
            None => ended,
        })
        .await;
    }

    async fn deliver(&self, job: QueryJob) {
        let (Ok(_turn), Some(to)) = (self.shared.deliveries.acquire().await, &job.delivery) else { return };
        let shared = &self.shared;
        let file_bytes = shared.config.delivery_file_bytes;
        let status = Courier { lake: &shared.lake, signing: &shared.signing, file_bytes }.deliver(&job, &to.uri).await;
        self.write_down(with_delivery(job, status)).await;
    }

    /// Writes a state down, unless a server that holds this one for dead was faster.
    async fn write_down(&self, job: QueryJob) {
        let job = QueryJob { updated_at: self.shared.clock.now(), ..job };
        let change = |stored: QueryJob| stored.is_at_work().then(|| job.clone());
        match self.shared.lake.storage().change_query_job(job.id, change).await {
            Ok(Some(stored)) => self.live.change(|live| *live = stored),
            Ok(None) => tracing::warn!(query = %job.id, "a query was removed while it ran"),
            Err(error) => {
                tracing::error!(query = %job.id, %error, "the end of a query could not be written down");
                let error = format!("the result could not be written: {error}");
                self.live.change(|live| *live = QueryJob { status: QueryStatus::Failed, error: Some(error), ..job });
            }
        }
    }

    /// Shows that the query is alive, again and again; returns when it was ended elsewhere.
    async fn beat(&self) {
        let mut pause = FIRST_BEAT;
        loop {
            tokio::time::sleep(pause).await;
            pause = BEAT;
            let now = self.shared.clock.now();
            let seen = self.live.job();
            let change = |stored: QueryJob| stored.is_at_work().then(|| QueryJob { updated_at: now, ..seen.clone() });
            match self.shared.lake.storage().change_query_job(seen.id, change).await {
                Ok(Some(stored)) if stored.is_at_work() => {}
                Ok(Some(stored)) => return self.live.end(stored),
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(query = %seen.id, %error, "the state of a query could not be written down");
                }
            }
        }
    }
}

impl End {
    fn of(error: &Error) -> Self {
        let status = match error {
            Error::Query(QueryError::Timeout { .. }) => QueryStatus::TimedOut,
            _ => QueryStatus::Failed,
        };
        let text = error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}; hint: {hint}"));
        Self { status, error: Some(text.chars().take(ERROR_CHARACTERS).collect()) }
    }
}

fn with_delivery(job: QueryJob, status: DeliveryStatus) -> QueryJob {
    let delivery = job.delivery.clone().map(|to| Delivery { status, ..to });
    QueryJob { delivery, ..job }
}
