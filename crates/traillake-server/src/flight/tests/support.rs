//! A lake in memory behind a socket, and clients of it.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrow_flight::sql::client::FlightSqlServiceClient;
use arrow_flight::{FlightInfo, Ticket};
use futures::TryStreamExt;
use tokio::net::TcpListener;
use tonic::Status;
use tonic::transport::Channel;
use traillake::{Clock, Lake, SystemClock};

use super::super::Flight;
use crate::access::{Access, AccessConfig};
use crate::service::Service;
use crate::{FlightConfig, ServerConfig};

pub(super) type Client = FlightSqlServiceClient<Channel>;

/// A server that ends with the test's runtime.
pub(super) struct Server {
    pub(super) flight: Flight,
    pub(super) lake: Lake,
    address: String,
}

/// A server with limits of its own, over a store `events` of 100 events.
pub(super) async fn server_with(config: ServerConfig) -> Server {
    let lake = Lake::open(&format!("memory://{}", uuid::Uuid::new_v4())).await.unwrap();
    lake.ingest_records("events", (0..100).map(record)).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let access = Access::insecure_open(&AccessConfig::default(), Arc::clone(&clock));
    serve(lake, config, access).await
}

/// A server as it is by default.
pub(super) async fn server() -> Server {
    server_with(ServerConfig::default()).await
}

/// A server with these limits of the door.
pub(super) async fn server_of(flight_sql: FlightConfig) -> Server {
    server_with(ServerConfig { flight_sql, ..ServerConfig::default() }).await
}

pub(super) async fn serve(lake: Lake, config: ServerConfig, access: Access) -> Server {
    let service = Service::new(lake.clone(), config, Arc::new(SystemClock));
    let flight = Flight::new(service, access).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = flight.clone().router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server { flight, lake, address }
}

fn record(n: usize) -> String {
    let (person, call) = if n.is_multiple_of(4) { ("anna", "PutObject") } else { ("ben", "GetObject") };
    let account = if n.is_multiple_of(2) { "111122223333" } else { "444455556666" };
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"2024-05-01T10:{:02}:00Z","eventSource":"s3.amazonaws.com","eventName":"{call}",
            "awsRegion":"eu-west-1","readOnly":{},"eventType":"AwsApiCall","eventCategory":"Data",
            "userIdentity":{{"type":"IAMUser","userName":"{person}"}},"requestParameters":{{"key":"{n}"}},
            "eventID":"00000000-0000-4000-8000-{n:012}","recipientAccountId":"{account}"}}"#,
        n % 60,
        !n.is_multiple_of(4),
    )
}

impl Server {
    pub(super) async fn channel(&self) -> Channel {
        Channel::from_shared(self.address.clone()).unwrap().connect().await.unwrap()
    }

    /// A client nobody knows.
    pub(super) async fn stranger(&self) -> Client {
        Client::new(self.channel().await)
    }

    /// A client who has shaken hands.
    pub(super) async fn client(&self, name: &str) -> Client {
        let mut client = self.stranger().await;
        client.handshake(name, "secret").await.unwrap();
        client
    }

    /// Waits until no query holds or wants a slot.
    pub(super) async fn is_idle(&self) -> bool {
        for _ in 0..500 {
            let load = self.flight.service.admission.load();
            if load.running + load.queued == 0 && self.flight.running.is_empty() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

/// The ticket of an info.
pub(super) fn ticket(info: &FlightInfo) -> Ticket {
    info.endpoint[0].ticket.clone().unwrap()
}

/// All rows of an info, which must have the columns it promised.
pub(super) async fn rows(client: &mut Client, info: FlightInfo) -> Result<RecordBatch, Status> {
    let schema = Arc::new(info.clone().try_decode_schema().unwrap());
    let batches: Vec<RecordBatch> =
        client.do_get(ticket(&info)).await.map_err(status)?.try_collect().await.map_err(status)?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

/// The answer to a statement, as texts.
pub(super) async fn ask(client: &mut Client, sql: &str) -> Result<Vec<Vec<String>>, Status> {
    let info = client.execute(sql.to_owned(), None).await.map_err(status)?;
    rows(client, info).await.map(|batch| texts(&batch))
}

/// The status inside a client's error.
pub(super) fn status(error: impl Into<arrow_flight::error::FlightError>) -> Status {
    match error.into() {
        arrow_flight::error::FlightError::Tonic(status) => *status,
        other => panic!("{other}"),
    }
}

/// The cells of a batch.
pub(super) fn texts(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap());
    let columns: Vec<_> = columns.collect();
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()).collect()
}
