//! Actions: prepared statements, cancellation and sessions. Transactions and updates are refused.

use arrow::datatypes::{DataType, Field, Schema};
use arrow::ipc::writer::IpcWriteOptions;
use arrow_flight::sql::{
    ActionCancelQueryRequest, ActionCancelQueryResult, ActionClosePreparedStatementRequest,
    ActionCreatePreparedStatementRequest, ActionCreatePreparedStatementResult, Any, Command, ProstMessageExt,
    TicketStatementQuery,
};
use arrow_flight::{Action, ActionType, CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, FlightInfo};
use arrow_flight::{IpcMessage, SchemaAsIpc};
use prost::Message;
use prost::bytes::Bytes;
use tonic::Status;

use super::caller::Caller;
use super::prepared::Prepared;
use super::statement::Statement;
use super::wire::wire_schema;
use super::{Flight, session, status};

const CREATE_PREPARED: &str = "CreatePreparedStatement";
const CLOSE_PREPARED: &str = "ClosePreparedStatement";
const CANCEL_QUERY: &str = "CancelQuery";
const CANCEL_FLIGHT_INFO: &str = "CancelFlightInfo";
const GET_OPTIONS: &str = "GetSessionOptions";
const SET_OPTIONS: &str = "SetSessionOptions";
const CLOSE_SESSION: &str = "CloseSession";

/// The actions there are, and what they do.
const ACTIONS: [(&str, &str); 7] = [
    (CREATE_PREPARED, "Plans a statement, whose `?` are bound by DoPut. Any of ActionCreatePreparedStatementRequest."),
    (CLOSE_PREPARED, "Forgets a prepared statement. Any of ActionClosePreparedStatementRequest."),
    (CANCEL_FLIGHT_INFO, "Ends the queries started with the tickets of a FlightInfo. CancelFlightInfoRequest."),
    (CANCEL_QUERY, "The same, as Flight SQL had it at first. Any of ActionCancelQueryRequest."),
    (GET_OPTIONS, "The catalog and schema. GetSessionOptionsRequest."),
    (SET_OPTIONS, "Takes the catalog and schema that are in force. SetSessionOptionsRequest."),
    (CLOSE_SESSION, "Nothing is kept for a session. CloseSessionRequest."),
];

/// The list of actions.
pub(super) fn list() -> Vec<ActionType> {
    let action = |(name, text): (&str, &str)| ActionType { r#type: name.to_owned(), description: text.to_owned() };
    ACTIONS.map(action).to_vec()
}

impl Flight {
    /// Does an action; gives the body of its only result, if it has one.
    pub(super) async fn act(&self, caller: &Caller, action: &Action) -> Result<Option<Vec<u8>>, Status> {
        match action.r#type.as_str() {
            CREATE_PREPARED => Ok(Some(self.prepare(caller, request(action)?).await?)),
            CLOSE_PREPARED => {
                let close: ActionClosePreparedStatementRequest = request(action)?;
                self.prepared.close(caller.name(), &close.prepared_statement_handle);
                Ok(None)
            }
            CANCEL_FLIGHT_INFO => {
                let cancel = CancelFlightInfoRequest::decode(action.body.as_ref()).map_err(status::malformed)?;
                self.cancel(caller, &cancel.info.unwrap_or_default())?;
                Ok(Some(CancelFlightInfoResult::new(CancelStatus::Cancelled).encode_to_vec()))
            }
            CANCEL_QUERY => {
                let cancel: ActionCancelQueryRequest = request(action)?;
                self.cancel(caller, &FlightInfo::decode(cancel.info).map_err(status::malformed)?)?;
                let result = ActionCancelQueryResult { result: CancelStatus::Cancelled as i32 };
                Ok(Some(result.as_any().encode_to_vec()))
            }
            GET_OPTIONS => Ok(Some(session::get())),
            SET_OPTIONS => session::set(action).map(Some),
            CLOSE_SESSION => Ok(Some(session::close())),
            "BeginTransaction" | "EndTransaction" | "BeginSavepoint" | "EndSavepoint" => {
                Err(status::refused("there are no transactions"))
            }
            "CreatePreparedSubstraitPlan" => Err(status::refused("Substrait plans are not taken")),
            other => {
                Err(Status::unimplemented(format!("there is no action `{other}`; hint: ListActions has them all")))
            }
        }
    }

    async fn prepare(&self, caller: &Caller, create: ActionCreatePreparedStatementRequest) -> Result<Vec<u8>, Status> {
        if create.transaction_id.is_some_and(|id| !id.is_empty()) {
            return Err(status::refused("there are no transactions"));
        }
        let statement = Statement::of(caller, create.query);
        let shape = self.describe(caller, &statement).await?;
        let schema = shape.schema.map(|schema| wire_schema(&schema));
        let values = parameters(shape.values);
        let dataset = schema.as_ref().map(|schema| schema_bytes(schema)).transpose()?;
        let handle = self.prepared.add(caller.name(), Prepared { statement, schema, values: shape.values })?;
        let result = ActionCreatePreparedStatementResult {
            prepared_statement_handle: Bytes::copy_from_slice(handle.as_bytes()),
            dataset_schema: dataset.unwrap_or_default(),
            parameter_schema: schema_bytes(&values)?,
        };
        Ok(result.as_any().encode_to_vec())
    }

    /// Ends what was started with the tickets of an info.
    fn cancel(&self, caller: &Caller, info: &FlightInfo) -> Result<(), Status> {
        let mut ended = 0;
        for ticket in info.endpoint.iter().filter_map(|endpoint| endpoint.ticket.as_ref()) {
            let command = Any::decode(ticket.ticket.as_ref()).map_err(status::malformed)?;
            let ticket: Option<TicketStatementQuery> = command.unpack().map_err(status::malformed)?;
            if let Some(ticket) = ticket {
                ended += self.running.cancel(self.open(caller, &ticket.statement_handle)?.id);
            }
        }
        if ended > 0 { Ok(()) } else { Err(Status::not_found("no query of this ticket runs")) }
    }
}

/// The message of an action, which stands in an `Any`.
fn request<M: ProstMessageExt>(action: &Action) -> Result<M, Status> {
    let any = Any::decode(action.body.as_ref()).map_err(status::malformed)?;
    let unexpected = || status::malformed(format!("`{}` is not the request of `{}`", any.type_url, action.r#type));
    any.unpack().map_err(status::malformed)?.ok_or_else(unexpected)
}

/// The `?` of a statement: texts, which Lake reads as what they are compared with. Other types may be bound.
fn parameters(count: usize) -> Schema {
    Schema::new((1..=count).map(|n| Field::new(n.to_string(), DataType::Utf8, true)).collect::<Vec<_>>())
}

/// A schema as an IPC message.
pub(super) fn schema_bytes(schema: &Schema) -> Result<Bytes, Status> {
    let options = IpcWriteOptions::default();
    let IpcMessage(bytes) = SchemaAsIpc::new(schema, &options).try_into().map_err(status::fault)?;
    Ok(bytes)
}

/// The command of a descriptor or ticket.
pub(super) fn command(bytes: &[u8]) -> Result<Command, Status> {
    let any = Any::decode(bytes).map_err(status::malformed)?;
    Command::try_from(any).map_err(status::malformed)
}
