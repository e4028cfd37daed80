//! What is refused, and in which words.

use arrow_flight::Action;
use arrow_flight::sql::CommandStatementIngest;
use futures::stream;
use tonic::Code;
use traillake::QueryOptions;

use super::super::status::ERROR_NAME;
use super::support::{ask, server, status};

#[tokio::test(flavor = "multi_thread")]
async fn an_error_has_the_text_and_hint_of_the_command_line() {
    let server = server().await;
    let mut client = server.client("anna").await;
    for (sql, code, name) in [
        ("SELEC 1", Code::InvalidArgument, "InvalidQueryStatementException"),
        ("SELECT eventNam FROM events", Code::InvalidArgument, "InvalidQueryStatementException"),
        ("SELECT 1 FROM nosuch", Code::NotFound, "EventDataStoreNotFoundException"),
        ("DROP TABLE events", Code::InvalidArgument, "InvalidQueryStatementException"),
        ("SELECT 1; SELECT 2", Code::InvalidArgument, "InvalidQueryStatementException"),
        ("", Code::InvalidArgument, "InvalidQueryStatementException"),
    ] {
        let found = ask(&mut client, sql).await.unwrap_err();
        let error = server.lake.query(sql, &QueryOptions::default()).await.unwrap_err();
        assert_eq!(found.message(), format!("{error}; hint: {}", error.hint().unwrap()));
        assert_eq!((found.code(), found.metadata().get(ERROR_NAME).unwrap().to_str().unwrap()), (code, name), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_a_running_query_comes_behind_its_rows() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let failed = ask(&mut client, "SELECT 1 / (length(eventName) - 9) FROM events").await.unwrap_err();
    assert_eq!(failed.code(), Code::InvalidArgument);
    assert!(failed.message().to_lowercase().contains("division by zero; hint: "), "{failed}");
    assert!(server.is_idle().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_and_transactions_are_refused_in_a_sentence() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let insert = client.execute_update("INSERT INTO events VALUES (1)".into(), None).await.unwrap_err();
    assert!(status(insert).message().contains("queries only read the lake"));
    let select = status(client.execute_update("SELECT 1".into(), None).await.unwrap_err());
    assert_eq!(select.code(), Code::Unimplemented);
    assert!(select.message().ends_with("the lake is only read over Flight SQL; hint: run a query"), "{select}");
    let begun = status(client.begin_transaction().await.unwrap_err());
    assert!(begun.message().starts_with("there are no transactions"), "{begun}");
    let within = client.execute("SELECT 1".into(), Some("id".into())).await.unwrap_err();
    assert_eq!(status(within).code(), Code::Unimplemented);
    let ingested = client.execute_ingest(CommandStatementIngest::default(), stream::empty()).await;
    assert!(ingested.is_err());
    let other = client.do_action(Action::new("Explode", "")).await.map(|_| ()).unwrap_err();
    assert_eq!(status(other).code(), Code::Unimplemented);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_request_are_refused() {
    let server = server().await;
    let mut client = server.client("anna").await;
    for bytes in [&b""[..], b"\xff\xff\xff", b"SELECT 1", &[0; 100]] {
        let ticket = arrow_flight::Ticket::new(bytes.to_vec());
        let found = status(client.do_get(ticket).await.map(|_| ()).unwrap_err());
        assert_eq!(found.code(), Code::InvalidArgument, "{bytes:?}");
        for action in ["CreatePreparedStatement", "CancelQuery", "ClosePreparedStatement"] {
            assert!(client.do_action(Action::new(action, bytes.to_vec())).await.is_err(), "{action} {bytes:?}");
        }
    }
}
