//! `DoPut`: values for the `?` of a prepared statement. Everything else that can be put is an update.

use arrow::array::RecordBatch;
use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::error::FlightError;
use arrow_flight::sql::{Command, DoPutPreparedStatementResult};
use arrow_flight::{FlightData, PutResult};
use futures::{StreamExt, TryStreamExt, stream};
use prost::Message;
use tonic::{Status, Streaming};
use traillake::ParameterValue;

use super::actions::command;
use super::caller::Caller;
use super::statement::{Statement, wrong_count};
use super::{Flight, status};

impl Flight {
    /// Takes values; refuses updates, by the text of the command line where it has one.
    pub(super) async fn put(&self, caller: &Caller, mut messages: Streaming<FlightData>) -> Result<PutResult, Status> {
        let first = messages.message().await?.ok_or_else(|| status::malformed("there is no message"))?;
        let descriptor = first.flight_descriptor.clone().ok_or_else(|| status::malformed("there is no descriptor"))?;
        match command(&descriptor.cmd)? {
            Command::CommandPreparedStatementQuery(query) => {
                let handle = query.prepared_statement_handle;
                let expected = self.prepared.get(caller.name(), &handle)?.values;
                let rows = self.values(expected, first, messages).await?;
                self.prepared.bind(caller.name(), &handle, rows)?;
                let result = DoPutPreparedStatementResult { prepared_statement_handle: Some(handle) };
                Ok(PutResult { app_metadata: result.encode_to_vec().into() })
            }
            Command::CommandStatementUpdate(update) => {
                self.describe(caller, &Statement::of(caller, update.query)).await?;
                Err(status::refused("a query changes nothing and is not run as an update"))
            }
            Command::CommandPreparedStatementUpdate(_) => {
                Err(status::refused("a query changes nothing and is not run as an update"))
            }
            Command::CommandStatementIngest(_) => Err(status::refused("rows are not ingested")),
            Command::CommandStatementSubstraitPlan(_) => Err(status::refused("Substrait plans are not taken")),
            other => Err(status::malformed(format!("`{}` takes no data", other.type_url()))),
        }
    }

    async fn values(
        &self,
        expected: usize,
        first: FlightData,
        rest: Streaming<FlightData>,
    ) -> Result<Vec<Vec<ParameterValue>>, Status> {
        // A first message may be the descriptor alone.
        let first = (!first.data_header.is_empty()).then_some(Ok(first));
        let messages = stream::iter(first).chain(rest).map_err(FlightError::from);
        let mut batches = FlightRecordBatchStream::new_from_flight_data(messages);
        let mut rows = Vec::new();
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(status::malformed)?;
            if batch.num_columns() != expected {
                return Err(wrong_count(expected, batch.num_columns()));
            }
            if rows.len() + batch.num_rows() > self.config.parameter_rows {
                let limit = self.config.parameter_rows;
                return Err(Status::invalid_argument(format!(
                    "there are more than {limit} rows of values; hint: put them into an IN list, or run in parts"
                )));
            }
            rows.extend(values_of(&batch)?);
        }
        Ok(rows)
    }
}

fn values_of(batch: &RecordBatch) -> Result<Vec<Vec<ParameterValue>>, Status> {
    let value = |row: usize| {
        let columns = batch.columns().iter();
        columns.map(move |column| ParameterValue::of(column, row)).collect::<Result<Vec<_>, _>>()
    };
    let rows = (0..batch.num_rows()).map(value).collect::<Result<_, _>>();
    rows.map_err(|error| status::of_lake(&error.into()))
}
