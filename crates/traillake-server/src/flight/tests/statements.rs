//! Statements: planned when they are asked about, run when their ticket is redeemed.

use tonic::Code;

use super::support::{ask, rows, server, server_of, status, ticket};
use crate::FlightConfig;

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_answers_with_the_columns_it_promised() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let sql = "SELECT eventName, userIdentity.userName AS person, count(*), max(eventTime) FROM events GROUP BY 1, 2 ORDER BY 1";
    let found = ask(&mut client, sql).await.unwrap();
    assert_eq!(found[0][..3], ["GetObject", "ben", "75"]);
    assert_eq!(found[1][..3], ["PutObject", "anna", "25"]);
    let schema = client.execute(sql.into(), None).await.unwrap().try_decode_schema().unwrap();
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["eventName", "person", "_col2", "_col3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_every_kind_answer_with_the_columns_they_promised() {
    let server = server().await;
    let mut client = server.client("anna").await;
    for sql in [
        "SELECT * FROM events ORDER BY eventID",
        "SELECT eventJson FROM events LIMIT 3",
        "SELECT userIdentity, requestParameters, resources FROM events LIMIT 3",
        "SELECT *, \"$path\" FROM athena.events LIMIT 3",
        "SELECT DISTINCT eventTime, date(eventTime), current_timestamp FROM $EDS_ID",
        "SELECT ARRAY['a'], MAP(ARRAY['k'], ARRAY[1]), ROW(1, 'x'), 1.50, 1e0, NULL, interval '1' day, X'00'",
        "SELECT eventName, rank() OVER (ORDER BY eventTime) FROM events",
        "SELECT a.eventName FROM events a LEFT JOIN events b ON a.eventID = b.eventID UNION ALL SELECT 'x'",
        "SELECT json_parse('[1]'), approx_percentile(1, 0.5), array_agg(eventName) FROM events",
        "EXPLAIN SELECT eventName FROM events",
        "EXPLAIN ANALYZE SELECT eventName FROM events",
        "SHOW TABLES",
        "SHOW COLUMNS FROM events",
        "SHOW FUNCTIONS LIKE 'arr%'",
        "DESCRIBE events",
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT * FROM system.stores",
        "SELECT * FROM system.queries",
        "SELECT * FROM information_schema.columns",
    ] {
        let found = ask(&mut client, sql).await;
        assert!(found.as_ref().is_ok_and(|rows| !rows.is_empty()), "{sql}: {found:?}");
    }
    assert_eq!(ask(&mut client, "SELECT eventName FROM events WHERE false").await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_runs_its_statement_each_time_it_is_redeemed_by_its_owner() {
    let server = server().await;
    let (mut anna, mut ben) = (server.client("anna").await, server.client("ben").await);
    let info = anna.execute("SELECT count(*) FROM events".into(), None).await.unwrap();
    for _ in 0..2 {
        assert_eq!(rows(&mut anna, info.clone()).await.unwrap().num_rows(), 1);
    }
    let refused = status(ben.do_get(ticket(&info)).await.unwrap_err());
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(info.endpoint[0].expiration_time.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_listed_under_its_caller_and_asking_for_its_columns_is_no_query() {
    let server = server().await;
    let (mut anna, mut ben) = (server.client("anna").await, server.client("ben").await);
    ask(&mut anna, "SELECT 1 AS mine").await.unwrap();
    let sql = "SELECT sql FROM system.queries WHERE sql LIKE '%mine%' AND sql NOT LIKE '%system%'";
    assert_eq!(ask(&mut anna, sql).await.unwrap(), [["SELECT 1 AS mine"]]);
    assert!(ask(&mut ben, sql).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_larger_than_any_message_comes_in_small_messages() {
    let server = server_of(FlightConfig { message_bytes: 20_000, ..FlightConfig::default() }).await;
    let mut client = server.client("anna").await;
    let sql = "SELECT a.eventID, lpad(b.eventID, 500, 'x') FROM events a CROSS JOIN events b";
    assert_eq!(ask(&mut client, sql).await.unwrap().len(), 10_000);
    let info = client.execute(sql.into(), None).await.unwrap();
    let mut messages = client.inner_mut().clone();
    let mut request = tonic::Request::new(ticket(&info));
    let token = format!("Bearer {}", client.token().unwrap());
    request.metadata_mut().insert("authorization", token.parse().unwrap());
    let mut stream = messages.do_get(request).await.unwrap().into_inner();
    let mut sizes = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        sizes.push(message.data_body.len());
    }
    assert!(sizes.len() > 200 && sizes.iter().all(|size| *size <= 40_000), "{} {:?}", sizes.len(), sizes.iter().max());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_store_travels_with_the_call() {
    let server = server().await;
    server.lake.ingest_records("others", Vec::<String>::new()).await.unwrap();
    let mut client = server.client("anna").await;
    let sql = "SELECT count(*) FROM $EDS_ID";
    assert_eq!(ask(&mut client, sql).await.unwrap_err().code(), Code::NotFound);
    client.set_header("traillake-store", "events");
    assert_eq!(ask(&mut client, sql).await.unwrap(), [["100"]]);
}
