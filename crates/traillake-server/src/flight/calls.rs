//! The methods of the Flight service, each for a caller who was let in.

use std::pin::Pin;

use arrow::datatypes::SchemaRef;
use arrow_flight::flight_service_server::FlightService;
use arrow_flight::sql::{Command, CommandStatementQuery, ProstMessageExt, TicketStatementQuery};
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, HandshakeRequest,
    HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use futures::{Stream, StreamExt, stream};
use prost::Message;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, Streaming};

use super::actions::{command, list, schema_bytes};
use super::caller::{Caller, basic, denied, unknown};
use super::statement::{Statement, wrong_count};
use super::wire::Encoder;
use super::{Flight, catalog, status, tickets};

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send + 'static>>;

#[tonic::async_trait]
impl FlightService for Flight {
    type HandshakeStream = Answers<HandshakeResponse>;
    type ListFlightsStream = Answers<FlightInfo>;
    type DoGetStream = Answers<FlightData>;
    type DoPutStream = Answers<PutResult>;
    type DoActionStream = Answers<arrow_flight::Result>;
    type ListActionsStream = Answers<ActionType>;
    type DoExchangeStream = Answers<FlightData>;

    async fn handshake(
        &self,
        request: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        let (name, password) = header.and_then(basic).ok_or_else(unknown)?;
        let issued = self.access.handshake(&name, &password).await.map_err(|why| denied(&why))?;
        let bearer = MetadataValue::try_from(format!("Bearer {}", issued.token)).map_err(status::fault)?;
        let answer = HandshakeResponse { protocol_version: 0, payload: issued.token.into_bytes().into() };
        let mut response = Response::new(only(answer));
        response.metadata_mut().insert("authorization", bearer);
        Ok(response)
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Result<Response<Self::ListFlightsStream>, Status> {
        Ok(Response::new(Box::pin(stream::empty())))
    }

    async fn get_flight_info(&self, request: Request<FlightDescriptor>) -> Result<Response<FlightInfo>, Status> {
        let (caller, descriptor) = called(request)?;
        self.info(&caller, descriptor).await.map(Response::new)
    }

    async fn poll_flight_info(&self, request: Request<FlightDescriptor>) -> Result<Response<PollInfo>, Status> {
        let (caller, descriptor) = called(request)?;
        let info = self.info(&caller, descriptor).await?;
        Ok(Response::new(PollInfo { info: Some(info), progress: Some(1.0), ..PollInfo::new() }))
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        let (caller, descriptor) = called(request)?;
        let asked = self.asked(&caller, command(&descriptor.cmd)?)?;
        let schema = match asked {
            Asked::Query(statement) => self.columns(&caller, &statement).await?,
            Asked::Planned(schema, _) | Asked::Metadata(schema) => schema,
        };
        Ok(Response::new(SchemaResult { schema: schema_bytes(&schema)? }))
    }

    async fn do_get(&self, request: Request<Ticket>) -> Result<Response<Self::DoGetStream>, Status> {
        let (caller, ticket) = called(request)?;
        match command(&ticket.ticket)? {
            Command::TicketStatementQuery(ticket) => {
                let ticket = self.open(&caller, &ticket.statement_handle)?;
                Ok(Response::new(Box::pin(self.deliver(caller, ticket).await?)))
            }
            Command::CommandPreparedStatementQuery(query) => {
                let prepared = self.prepared.get(caller.name(), &query.prepared_statement_handle)?;
                let ticket = tickets::Ticket::unsealed(prepared.statement);
                Ok(Response::new(Box::pin(self.deliver(caller, ticket).await?)))
            }
            metadata => {
                let rows = self.metadata(&caller, metadata).await?;
                let mut encoder = Encoder::new(rows.schema(), self.config.message_bytes);
                let mut messages = vec![encoder.schema_message()];
                for piece in encoder.pieces(&rows) {
                    messages.extend(encoder.messages(&piece).map_err(status::fault)?);
                }
                Ok(Response::new(Box::pin(stream::iter(messages).map(Ok))))
            }
        }
    }

    async fn do_put(&self, request: Request<Streaming<FlightData>>) -> Result<Response<Self::DoPutStream>, Status> {
        let (caller, messages) = called(request)?;
        self.put(&caller, messages).await.map(|result| Response::new(only(result)))
    }

    async fn do_action(&self, request: Request<Action>) -> Result<Response<Self::DoActionStream>, Status> {
        let (caller, action) = called(request)?;
        let body = self.act(&caller, &action).await?;
        let results = body.map(|body| Ok(arrow_flight::Result::new(body)));
        Ok(Response::new(Box::pin(stream::iter(results))))
    }

    async fn list_actions(&self, _: Request<Empty>) -> Result<Response<Self::ListActionsStream>, Status> {
        Ok(Response::new(Box::pin(stream::iter(list()).map(Ok))))
    }

    async fn do_exchange(&self, _: Request<Streaming<FlightData>>) -> Result<Response<Self::DoExchangeStream>, Status> {
        Err(status::refused("data is not exchanged"))
    }
}

/// What a descriptor asks for.
enum Asked {
    /// A statement, to be planned for its columns.
    Query(Statement),
    /// A prepared statement without `?`.
    Planned(SchemaRef, Statement),
    /// A metadata command.
    Metadata(SchemaRef),
}

impl Flight {
    fn asked(&self, caller: &Caller, command: Command) -> Result<Asked, Status> {
        match command {
            Command::CommandStatementQuery(CommandStatementQuery { query, transaction_id }) => {
                if transaction_id.is_some_and(|id| !id.is_empty()) {
                    return Err(status::refused("there are no transactions"));
                }
                Ok(Asked::Query(Statement::of(caller, query)))
            }
            Command::CommandPreparedStatementQuery(query) => {
                let prepared = self.prepared.get(caller.name(), &query.prepared_statement_handle)?;
                match prepared.schema {
                    _ if prepared.statement.rows.is_some() => Ok(Asked::Query(prepared.statement)),
                    _ if prepared.values > 0 => Err(wrong_count(prepared.values, 0)),
                    Some(schema) => Ok(Asked::Planned(schema, prepared.statement)),
                    None => Ok(Asked::Query(prepared.statement)),
                }
            }
            Command::CommandStatementSubstraitPlan(_) => Err(status::refused("Substrait plans are not taken")),
            metadata => match catalog::schema(&metadata)? {
                Some(schema) => Ok(Asked::Metadata(schema)),
                None => Err(status::malformed(format!("`{}` is no query", metadata.type_url()))),
            },
        }
    }

    async fn info(&self, caller: &Caller, descriptor: FlightDescriptor) -> Result<FlightInfo, Status> {
        let (schema, statement) = match self.asked(caller, command(&descriptor.cmd)?)? {
            Asked::Query(statement) => (self.columns(caller, &statement).await?, Some(statement)),
            Asked::Planned(schema, statement) => (schema, Some(statement)),
            Asked::Metadata(schema) => (schema, None),
        };
        let endpoint = match statement {
            Some(statement) => self.endpoint(caller, statement)?,
            // The answer to a metadata command is named by the command itself.
            None => FlightEndpoint::new().with_ticket(Ticket::new(descriptor.cmd.clone())),
        };
        let info = FlightInfo::new().try_with_schema(&schema).map_err(status::fault)?;
        Ok(info.with_endpoint(endpoint).with_descriptor(descriptor))
    }

    fn endpoint(&self, caller: &Caller, statement: Statement) -> Result<FlightEndpoint, Status> {
        let (sealed, expires) = self.tickets.seal(caller.name(), statement, self.service.clock.now())?;
        let ticket = TicketStatementQuery { statement_handle: sealed.into() };
        let mut endpoint = FlightEndpoint::new().with_ticket(Ticket::new(ticket.as_any().encode_to_vec()));
        endpoint.expiration_time.get_or_insert_default().seconds = expires.timestamp();
        Ok(endpoint)
    }

    /// What a ticket of the caller is for.
    pub(super) fn open(&self, caller: &Caller, sealed: &[u8]) -> Result<tickets::Ticket, Status> {
        self.tickets.open(caller.name(), sealed, self.service.clock.now())
    }
}

fn called<T>(request: Request<T>) -> Result<(Caller, T), Status> {
    let caller = Caller::of(request.extensions(), request.metadata())?;
    Ok((caller, request.into_inner()))
}

fn only<T: Send + 'static>(answer: T) -> Answers<T> {
    Box::pin(stream::once(async { Ok(answer) }))
}
