//! `DoPut`: values for the `?` of a prepared statement. Everything else that can be put is an update.

mod rows;

use arrow::array::RecordBatch;
use arrow_flight::sql::{Command, DoPutPreparedStatementResult};
use arrow_flight::{FlightData, PutResult};
use prost::Message;
use tonic::{Status, Streaming};
use traillake::ParameterValue;

use super::actions::command;
use super::caller::Caller;
use super::statement::{Statement, wrong_count};
use super::{Flight, status};
use rows::{collected, decoded};

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
        let most = self.config.parameter_rows;
        let messages = collected(first, rest, self.config.statement_bytes, most.saturating_add(1)).await?;
        let mut rows = Vec::new();
        for batch in decoded(messages, most).await? {
            if batch.num_columns() != expected {
                return Err(wrong_count(expected, batch.num_columns()));
            }
            rows.extend(values_of(&batch)?);
        }
        if rows.len() <= most {
            return Ok(rows);
        }
        Err(Status::invalid_argument(format!(
            "there are more than {most} rows of values; hint: put them into an IN list, or run in parts"
        )))
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
