//! The whole server over Arrow Flight SQL: its key pair, its listener, its end.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use arrow_flight::sql::client::FlightSqlServiceClient;
use futures::{StreamExt, TryStreamExt};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use traillake::Lake;
use traillake_server::{Server, ServerConfig};

const RECORD: &str = r#"{"eventTime":"2024-05-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject",
    "awsRegion":"eu-west-1","eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111122223333"}"#;

async fn channel(url: &str) -> Channel {
    Endpoint::from_shared(url.replace("grpc://", "http://")).unwrap().connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_pair_of_the_start_opens_flight_sql_and_a_stop_ends_what_runs() {
    let lake = Lake::open(&format!("memory://{}", uuid::Uuid::new_v4())).await.unwrap();
    lake.ingest_records("events", [RECORD]).await.unwrap();
    let config = ServerConfig { flight: Some("127.0.0.1:0".into()), http: None, ..ServerConfig::default() };
    let server = Server::bind(lake, config).await.unwrap();
    let url = server.flight_url().unwrap().to_owned();
    let (id, secret) = server.new_key().map(|key| (key.id.clone(), key.secret.clone())).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(server.run(stop.clone().cancelled_owned()));

    let mut client = FlightSqlServiceClient::new(channel(&url).await);
    assert!(client.handshake(&id, "guessed").await.is_err());
    assert!(client.execute("SELECT 1".into(), None).await.is_err());
    client.handshake(&id, &secret).await.unwrap();
    let info = client.execute("SELECT count(*) FROM events".into(), None).await.unwrap();
    let ticket = info.endpoint[0].ticket.clone().unwrap();
    let batches: Vec<_> = client.do_get(ticket).await.unwrap().try_collect().await.unwrap();
    assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), 1);

    let endless = "SELECT a.n FROM UNNEST(sequence(1, 10000)) AS a(n), UNNEST(sequence(1, 10000)) AS b(n)";
    let info = client.execute(endless.into(), None).await.unwrap();
    let mut rows = client.do_get(info.endpoint[0].ticket.clone().unwrap()).await.unwrap();
    assert!(rows.next().await.unwrap().is_ok());
    drop(rows);
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(client.execute("SELECT 1".into(), None).await.is_err());
}
