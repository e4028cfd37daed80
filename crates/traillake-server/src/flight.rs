//! Arrow Flight SQL: the door for analytics clients.
//!
//! ```text
//!  every call ──> exchange: bearer token ─> calls ──┬─ GetFlightInfo: plan ──> columns, sealed ticket
//!                 handshake: name, password       ├─ DoGet: ticket ──> delivery ──slot──> messages
//!                                                  │         admission, query       one at a time
//!                                                  ├─ DoPut: values of a prepared statement's `?`
//!                                                  ├─ DoAction: prepare, close, cancel, session
//!                                                  └─ metadata: catalogs, tables, infos, types
//! ```
//!
//! A query runs when its ticket is redeemed, not when it is asked about, and as fast as its client reads: one message
//! waits for the client, and no more is made until it was taken. A client that takes nothing for a while, or goes,
//! ends its query. Everything is asked with the caller's grants and under the caller's name.
//!
//! What it does not do: it changes nothing in a lake, has no transactions and keeps no sessions.

mod actions;
mod caller;
mod calls;
mod catalog;
mod config;
mod delivery;
mod exchange;
mod prepared;
mod put;
mod running;
mod session;
mod slot;
mod sql_info;
mod statement;
mod status;
mod tickets;
mod type_info;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use arrow_flight::sql::metadata::SqlInfoData;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use tokio::sync::OnceCell;
use tonic::Status;

pub use config::FlightConfig;

use crate::AdmissionConfig;
use crate::access::Access;
use crate::admission::Admission;
use crate::service::Service;
use prepared::PreparedStatements;
use running::RunningQueries;
use tickets::Tickets;

#[cfg(test)]
mod tests;

/// The state of the door; clones share it.
#[derive(Clone)]
pub(crate) struct Flight(Arc<Shared>);

/// See [`Flight`].
pub(crate) struct Shared {
    service: Service,
    access: Access,
    config: FlightConfig,
    tickets: Tickets,
    prepared: PreparedStatements,
    running: RunningQueries,
    /// Turns to plan a statement without running it.
    planning: Admission,
    sql_info: OnceCell<Arc<SqlInfoData>>,
}

impl std::ops::Deref for Flight {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Flight {
    /// The door to a service for those who have access; `None` when there are no random numbers.
    pub(crate) fn new(service: Service, access: Access) -> Option<Self> {
        let config = service.config.flight_sql.clone();
        Some(Self(Arc::new(Shared {
            tickets: Tickets::new(Duration::from_secs(config.ticket_seconds)).ok()?,
            prepared: PreparedStatements::new(config.clone()),
            running: RunningQueries::default(),
            planning: planning(&service.config.admission),
            sql_info: OnceCell::new(),
            service,
            access,
            config,
        })))
    }

    /// The door as an HTTP service; gRPC needs HTTP/2.
    pub(crate) fn router(self) -> Router {
        let calls = FlightServiceServer::new(self.clone());
        Router::new()
            .route_service("/arrow.flight.protocol.FlightService/{method}", calls)
            .fallback(no_such_service)
            .layer(from_fn_with_state(self, exchange::answer))
    }
}

/// Turns to plan: as many at once as queries run, and as many waiting as connections bring.
fn planning(queries: &AdmissionConfig) -> Admission {
    let running = queries.running.clamp(2, 64);
    Admission::new(AdmissionConfig { running, per_caller: usize::MAX, queued: usize::MAX, ..queries.clone() })
}

async fn no_such_service() -> Response {
    Status::unimplemented("this is the door for Arrow Flight SQL; hint: the AWS API has an address of its own")
        .into_http()
}
