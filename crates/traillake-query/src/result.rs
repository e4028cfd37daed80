//! The rows of a running query: bounded in time and number, counted, and stopped by dropping.

mod batches;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{Stream, StreamExt, ready};
use tokio::time::Sleep;
use traillake_sql::Budget;
use traillake_storage::ScanTracker;
use uuid::Uuid;

use crate::error::Translator;
use crate::registry::QueryEntry;
use crate::{QueryError, QueryState, QueryStats, stats};

pub(crate) use batches::{at_once, on_a_task};

/// A started query.
pub(crate) struct Running {
    pub(crate) schema: SchemaRef,
    pub(crate) stream: SendableRecordBatchStream,
    pub(crate) plan: Arc<dyn ExecutionPlan>,
    pub(crate) tracker: Arc<ScanTracker>,
    pub(crate) translator: Translator,
}

/// Ends a query when it is dropped: its functions, and what plans it.
#[derive(Debug)]
pub(crate) struct Ending(Budget);

impl Ending {
    pub(crate) fn new(budget: Budget) -> Self {
        Self(budget)
    }

    /// The error of a query whose time is over is that its time is over.
    pub(crate) fn explained(&self, error: QueryError, timeout: Option<Duration>) -> QueryError {
        match timeout {
            Some(limit) if self.0.check_time().is_err() => QueryError::Timeout { limit },
            _ => error,
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// The batches of one query, a [`Stream`]; the first error is its last item.
pub struct QueryResult {
    running: Option<Running>,
    ending: Option<Ending>,
    schema: SchemaRef,
    entry: QueryEntry,
    deadline: Option<(Pin<Box<Sleep>>, Duration)>,
    max_rows: Option<u64>,
    /// The row limit, once a row beyond it was seen.
    over_limit: Option<u64>,
    stats: QueryStats,
}

impl std::fmt::Debug for QueryResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryResult").field("id", &self.id()).field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl QueryResult {
    pub(crate) fn new(
        entry: QueryEntry,
        running: Running,
        ending: Ending,
        timeout: Option<Duration>,
        max_rows: Option<u64>,
    ) -> Self {
        let left = |limit: Duration| (Box::pin(tokio::time::sleep(limit.saturating_sub(entry.elapsed()))), limit);
        let deadline = timeout.map(left);
        let schema = Arc::clone(&running.schema);
        Self {
            running: Some(running),
            ending: Some(ending),
            schema,
            entry,
            deadline,
            max_rows,
            over_limit: None,
            stats: QueryStats::default(),
        }
    }

    /// Identifies the query in `system.queries`.
    pub fn id(&self) -> Uuid {
        self.entry.id()
    }

    /// The columns by their output names, spelled as in the query; names may repeat.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// What the query has read and returned so far; complete after the last batch.
    pub fn stats(&self) -> QueryStats {
        match &self.running {
            Some(running) => self.measured(running),
            None => self.stats.clone(),
        }
    }

    /// All rows, and what they cost.
    pub async fn collect(mut self) -> Result<(Vec<RecordBatch>, QueryStats), QueryError> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await {
            batches.push(batch?);
        }
        Ok((batches, self.stats()))
    }

    /// The same rows as DataFusion's stream type; errors are [`QueryError`]s inside `External`.
    pub fn into_stream(self) -> SendableRecordBatchStream {
        let schema = self.schema();
        let stream = self.map(|batch| batch.map_err(|error| DataFusionError::External(Box::new(error))));
        Box::pin(RecordBatchStreamAdapter::new(schema, stream))
    }

    fn measured(&self, running: &Running) -> QueryStats {
        stats::measure(self.stats.rows, self.entry.elapsed(), &running.plan, &running.tracker)
    }

    fn finish(&mut self, state: QueryState, error: Option<&QueryError>) {
        if let Some(running) = self.running.take() {
            self.stats = self.measured(&running);
        }
        self.ending = None;
        self.entry.end(state, &self.stats, error.map(ToString::to_string));
    }

    fn fail(&mut self, error: QueryError) -> Poll<Option<Result<RecordBatch, QueryError>>> {
        let state = match error {
            QueryError::Timeout { .. } => QueryState::TimedOut,
            _ => QueryState::Failed,
        };
        self.finish(state, Some(&error));
        Poll::Ready(Some(Err(error)))
    }

    fn deliver(&mut self, batch: RecordBatch) -> Poll<Option<Result<RecordBatch, QueryError>>> {
        let rows = batch.num_rows() as u64;
        let batch = match self.max_rows {
            Some(limit) if self.stats.rows + rows > limit => {
                self.over_limit = Some(limit);
                batch.slice(0, usize::try_from(limit - self.stats.rows).unwrap_or_default())
            }
            _ => batch,
        };
        self.stats.rows += batch.num_rows() as u64;
        match renamed(&batch, &self.schema) {
            Ok(batch) => Poll::Ready(Some(Ok(batch))),
            Err(error) => self.fail(QueryError::Engine { source: Box::new(error.into()) }),
        }
    }
}

impl Stream for QueryResult {
    type Item = Result<RecordBatch, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.running.is_none() {
            return Poll::Ready(None);
        }
        if let Some((sleep, limit)) = &mut self.deadline
            && sleep.as_mut().poll(context).is_ready()
        {
            let limit = *limit;
            return self.fail(QueryError::Timeout { limit });
        }
        if let Some(limit) = self.over_limit {
            return self.fail(QueryError::RowLimit { limit });
        }
        let Some(running) = &mut self.running else { return Poll::Ready(None) };
        match ready!(running.stream.poll_next_unpin(context)) {
            None => {
                self.finish(QueryState::Finished, None);
                Poll::Ready(None)
            }
            Some(Ok(batch)) => self.deliver(batch),
            Some(Err(error)) => {
                let error = running.translator.translate(error);
                let limit = self.deadline.as_ref().map(|(_, limit)| *limit);
                let error = match &self.ending {
                    Some(ending) => ending.explained(error, limit),
                    None => error,
                };
                self.fail(error)
            }
        }
    }
}

/// The batch under the output names; it may have rows and no columns.
fn renamed(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &options)
}
