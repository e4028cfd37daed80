//! Queries end when they are cancelled, when their client goes, and when it takes nothing any more.

use std::time::Duration;

use arrow_flight::sql::{ActionCancelQueryRequest, ProstMessageExt};
use arrow_flight::{Action, CancelFlightInfoRequest};
use futures::StreamExt;
use prost::Message;
use tonic::Code;

use super::support::{ask, server, server_of, server_with, status, ticket};
use crate::{AdmissionConfig, FlightConfig, ServerConfig};

/// Rows for longer than any test.
const ENDLESS: &str = "SELECT a.eventJson, b.eventID FROM events a, events b, events c, events d, events e";

#[tokio::test(flavor = "multi_thread")]
async fn a_running_query_is_cancelled_by_its_ticket() {
    let server = server().await;
    let (mut client, mut other) = (server.client("anna").await, server.client("ben").await);
    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let cancel = Action::new("CancelFlightInfo", CancelFlightInfoRequest::new(info.clone()).encode_to_vec());
    let early = status(client.do_action(cancel.clone()).await.map(|_| ()).unwrap_err());
    assert_eq!(early.code(), Code::NotFound, "nothing runs yet");
    let mut batches = client.do_get(ticket(&info)).await.unwrap();
    assert!(batches.next().await.unwrap().is_ok());
    let refused = status(other.do_action(cancel).await.map(|_| ()).unwrap_err());
    assert_eq!(refused.code(), Code::PermissionDenied);
    let request = ActionCancelQueryRequest { info: info.encode_to_vec().into() };
    let cancel = Action::new("CancelQuery", request.as_any().encode_to_vec());
    client.do_action(cancel).await.unwrap();
    let mut last = Ok(());
    while let Some(batch) = batches.next().await {
        last = batch.map(|_| ());
    }
    assert_eq!(status(last.unwrap_err()).code(), Code::Cancelled);
    assert!(server.is_idle().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_leaves_nothing_behind() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let mut batches = client.do_get(ticket(&info)).await.unwrap();
    assert!(batches.next().await.unwrap().is_ok());
    drop(batches);
    assert!(server.is_idle().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_loses_its_query() {
    let server = server_of(FlightConfig { idle_seconds: 1, ..FlightConfig::default() }).await;
    let mut client = server.client("anna").await;
    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let mut batches = client.do_get(ticket(&info)).await.unwrap();
    assert!(batches.next().await.unwrap().is_ok());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(server.is_idle().await, "the client holds its stream and reads nothing");
    let mut last = Ok(());
    while let Some(batch) = batches.next().await {
        last = batch.map(|_| ());
    }
    let ended = status(last.unwrap_err());
    assert_eq!(ended.code(), Code::DeadlineExceeded);
    assert!(ended.message().contains("took no rows for 1 s"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_does_not_keep_others_waiting() {
    let admission = AdmissionConfig { running: 1, ..AdmissionConfig::default() };
    let flight_sql = FlightConfig { idle_waited_seconds: 1, ..FlightConfig::default() };
    let server = server_with(ServerConfig { admission, flight_sql, ..ServerConfig::default() }).await;
    let (mut slow, mut other) = (server.client("anna").await, server.client("ben").await);
    let info = slow.execute(ENDLESS.into(), None).await.unwrap();
    let mut batches = slow.do_get(ticket(&info)).await.unwrap();
    assert!(batches.next().await.unwrap().is_ok());
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(server.flight.service.admission.load().running, 1, "nobody waits for its slot yet");
    assert_eq!(ask(&mut other, "SELECT 1").await.unwrap(), [["1"]]);
    let mut last = Ok(());
    while let Some(batch) = batches.next().await {
        last = batch.map(|_| ());
    }
    let ended = status(last.unwrap_err());
    assert!(ended.message().contains("took no rows for 1 s while others waited"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_queries_than_a_caller_may_have_are_refused_by_the_name_aws_has() {
    let admission = AdmissionConfig { running: 1, per_caller: 1, ..AdmissionConfig::default() };
    let server = server_with(ServerConfig { admission, ..ServerConfig::default() }).await;
    let mut client = server.client("anna").await;
    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let mut batches = client.do_get(ticket(&info)).await.unwrap();
    assert!(batches.next().await.unwrap().is_ok());
    let refused = ask(&mut client, "SELECT 1").await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(refused.message().starts_with("MaxConcurrentQueriesException: "), "{refused}");
    drop(batches);
    assert!(server.is_idle().await);
    assert_eq!(ask(&mut client, "SELECT 1").await.unwrap(), [["1"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_ends_with_its_time() {
    let admission = AdmissionConfig { timeout_seconds: 1, ..AdmissionConfig::default() };
    let server = server_with(ServerConfig { admission, ..ServerConfig::default() }).await;
    let mut client = server.client("anna").await;
    let sql = ENDLESS.replace(
        "a.eventJson, b.eventID",
        "sum(length(a.eventID || b.eventID || c.eventID || d.eventID || e.eventID))",
    );
    let late = ask(&mut client, &sql).await.unwrap_err();
    assert_eq!(late.code(), Code::DeadlineExceeded, "{late}");
    assert!(server.is_idle().await);
}
