//! A query and its rows on their way: started once it has a slot, run as fast as its client takes the messages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use arrow_flight::FlightData;
use futures::StreamExt;
use tonic::Status;
use traillake::{QueryError, QueryResult, QueryState};

use super::caller::Caller;
use super::running::Running;
use super::slot::{Receiver, Sender, slot};
use super::statement::Statement;
use super::tickets::Ticket;
use super::wire::{Encoder, wire_schema};
use super::{Flight, status};
use crate::admission::{Admission, Permit};

/// Time between two looks at whether others wait for the place of a client that takes nothing.
const LOOK: Duration = Duration::from_secs(1);

impl Flight {
    /// Starts what a ticket is for. The query ends with the last row, its time, a cancellation, or its client.
    pub(super) async fn deliver(&self, caller: Caller, ticket: Ticket) -> Result<Receiver, Status> {
        let running = self.running.start(ticket.id);
        let query = running.token.clone();
        let start = self.start(caller, ticket.statement);
        let started = query.run_until_cancelled(start).await.unwrap_or_else(|| Err(cancelled()))?;
        let (sender, receiver) = slot(&query);
        let encoder = Encoder::new(Arc::clone(&started.schema), self.config.message_bytes);
        let patience = Patience { idle: self.config.idle(), waited: self.config.idle_waited() };
        let delivery = Delivery { sender, encoder, patience, crowd: Some(self.service.admission.clone()) };
        tokio::spawn(delivery.run(started, running));
        Ok(receiver)
    }

    async fn start(&self, caller: Caller, statement: Statement) -> Result<Started, Status> {
        let place = self.service.admission.enter(caller.name()).map_err(status::of_refusal)?;
        let permit = place.admitted().await;
        let begun = Instant::now();
        let mut started = Started {
            flight: self.clone(),
            caller,
            statement,
            permit,
            begun,
            schema: no_columns(),
            current: None,
            next: 0,
        };
        if started.statement.runs() == 0 {
            started.schema = self.columns(&started.caller, &started.statement).await?;
        } else {
            let first = started.query().await?;
            started.schema = wire_schema(&first.schema());
            started.current = Some(first);
        }
        Ok(started)
    }
}

fn no_columns() -> SchemaRef {
    Arc::new(Schema::empty())
}

/// A statement that runs, once for each row of its values.
struct Started {
    flight: Flight,
    caller: Caller,
    statement: Statement,
    permit: Permit,
    /// The time limit is that of all runs together.
    begun: Instant,
    schema: SchemaRef,
    current: Option<QueryResult>,
    /// The number of the run after the current one.
    next: usize,
}

impl Started {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>, Status> {
        loop {
            if let Some(result) = &mut self.current {
                match result.next().await {
                    Some(Ok(batch)) => return Ok(Some(batch)),
                    Some(Err(error)) => {
                        let is_late = matches!(error, QueryError::Timeout { .. });
                        self.ended(if is_late { QueryState::TimedOut } else { QueryState::Failed });
                        return Err(status::of_lake(&error.into()));
                    }
                    None => self.ended(QueryState::Finished),
                }
            }
            if self.next >= self.statement.runs() {
                return Ok(None);
            }
            self.current = Some(self.query_again().await?);
        }
    }

    /// Counts the current run, which is over.
    fn ended(&mut self, state: QueryState) {
        if let Some(result) = self.current.take() {
            self.flight.service.metrics.query(state.as_str(), &result.stats());
        }
    }

    /// Starts the next run, within the time that is left for all of them.
    async fn query(&mut self) -> Result<QueryResult, Status> {
        let mut options = self.permit.limit(self.statement.options(&self.caller, self.next));
        options.timeout = options.timeout.map(|limit| limit.saturating_sub(self.begun.elapsed()));
        self.next += 1;
        let result = self.flight.service.lake.query(&self.statement.sql, &options).await;
        result.map_err(|error| status::of_lake(&error))
    }

    async fn query_again(&mut self) -> Result<QueryResult, Status> {
        let result = self.query().await?;
        if wire_schema(&result.schema()) == self.schema {
            return Ok(result);
        }
        let row = self.next;
        Err(Status::invalid_argument(format!(
            "row {row} of the values gives other columns than row 1; hint: bind values of one type, or CAST them"
        )))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.ended(QueryState::Cancelled);
    }
}

/// The way of one result to its client.
struct Delivery {
    sender: Sender,
    encoder: Encoder,
    patience: Patience,
    /// Those who wait for the slot of this query, as long as it has one.
    crowd: Option<Admission>,
}

/// For how long a client may take nothing.
struct Patience {
    idle: Duration,
    /// While others wait for its slot.
    waited: Duration,
}

impl Delivery {
    /// Ends with the client having everything, or an error. The slot is free before the last message is taken.
    async fn run(mut self, mut started: Started, running: Running) {
        let rows = self.send_all(&mut started);
        let outcome = running.token.run_until_cancelled(rows).await.unwrap_or_else(|| Err(End::Now(cancelled())));
        drop(started);
        self.crowd = None;
        let last = match outcome {
            Ok(()) => Ok(()),
            Err(End::AfterRows(status)) => self.send(Err(status)).await,
            Err(End::Now(status)) => Err(End::Now(status)),
        };
        let taken = match last {
            Ok(()) => running.token.run_until_cancelled(self.taken()).await.unwrap_or(Ok(())),
            error => error,
        };
        if let Err(End::Now(status) | End::AfterRows(status)) = taken {
            self.sender.put(Err(status));
        }
    }

    async fn send_all(&mut self, started: &mut Started) -> Result<(), End> {
        let schema = self.encoder.schema_message();
        self.send(Ok(schema)).await?;
        while let Some(batch) = started.next_batch().await.map_err(End::AfterRows)? {
            for piece in self.encoder.pieces(&batch) {
                for message in self.encoder.messages(&piece).map_err(|error| End::AfterRows(status::fault(error)))? {
                    self.send(Ok(message)).await?;
                }
            }
        }
        Ok(())
    }

    async fn send(&self, message: Result<FlightData, Status>) -> Result<(), End> {
        self.taken().await?;
        self.sender.put(message);
        Ok(())
    }

    /// Waits until the client has taken the message before.
    async fn taken(&self) -> Result<(), End> {
        let since = Instant::now();
        let look = LOOK.min(self.patience.idle);
        while tokio::time::timeout(look, self.sender.ready()).await.is_err() {
            if since.elapsed() >= self.patience.idle {
                return Err(Patience::over("", "idle_seconds", self.patience.idle));
            }
            if since.elapsed() >= self.patience.waited && self.is_waited_for() {
                return Err(Patience::over(" while others waited", "idle_waited_seconds", self.patience.waited));
            }
        }
        Ok(())
    }

    fn is_waited_for(&self) -> bool {
        self.crowd.as_ref().is_some_and(|admission| admission.load().queued > 0)
    }
}

impl Patience {
    fn over(when: &str, setting: &str, limit: Duration) -> End {
        End::Now(Status::deadline_exceeded(format!(
            "the query was ended: its client took no rows for {} s{when}; hint: read faster, or raise `{setting}`",
            limit.as_secs()
        )))
    }
}

/// How a result ends early.
enum End {
    /// With an error in place of what the client has not taken.
    Now(Status),
    /// With an error behind the rows there are.
    AfterRows(Status),
}

fn cancelled() -> Status {
    Status::cancelled("the query was cancelled")
}
