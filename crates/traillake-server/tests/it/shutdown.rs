//! The end of a server: what runs may finish or is written down, and nothing is left waiting.

use std::time::{Duration, Instant};

use serde_json::json;
use traillake_server::{NetConfig, ServerConfig};

use crate::support::Running;

/// Rows without end, slowly counted.
const ENDLESS: &str = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x) \
     CROSS JOIN UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 10000)) c(z) WHERE x + y * z <> 7";

async fn status(server: &Running, id: &str) -> serde_json::Value {
    server.call("DescribeQuery", &json!({ "QueryId": id })).await.json()
}

#[tokio::test]
async fn a_query_that_runs_when_the_server_ends_has_failed_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path()).await;
    let started = server.call("StartQuery", &json!({ "QueryStatement": ENDLESS })).await;
    assert_eq!(started.status, 200, "{}", started.body);
    let id = started.json()["QueryId"].as_str().unwrap().to_owned();
    for _ in 0..500 {
        if status(&server, &id).await["QueryStatus"] == "RUNNING" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(status(&server, &id).await["QueryStatus"], "RUNNING");
    let (lake, begun) = (server.lake.clone(), Instant::now());
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let job = lake.storage().query_job(id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(job.status.as_str(), "FAILED");
    assert!(job.error.is_some_and(|error| error.contains("server")), "it says why");
}

#[tokio::test]
async fn a_result_outlives_its_server_and_the_key_pair_of_its_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::start(folder.path()).await;
    let started = first.call("StartQuery", &json!({ "QueryStatement": "SELECT 1 AS one" })).await;
    let query = json!({ "QueryId": started.json()["QueryId"] });
    let ended = async |server: &Running| {
        for _ in 0..500 {
            let answer = server.call("GetQueryResults", &query).await;
            if answer.status != 200 || answer.json()["QueryStatus"] == "FINISHED" {
                return answer.body;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the query does not end")
    };
    let before = ended(&first).await;
    assert!(before.contains(r#"[[{"one":"1"}]]"#), "{before}");
    let key = first.key.clone();
    first.stop().await;
    let second = Running::start(folder.path()).await;
    assert_ne!(second.key, key);
    assert_eq!(ended(&second).await, before);
    second.stop().await;
}

#[tokio::test]
async fn a_client_that_holds_its_connection_does_not_keep_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let net = NetConfig { grace: Duration::from_millis(300), ..NetConfig::default() };
    let server = Running::with_config(folder.path(), ServerConfig { net, ..ServerConfig::default() }).await;
    let _idle = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    let mut half = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut half, b"POST / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let address = server.address.clone();
    tokio::time::timeout(Duration::from_secs(10), server.stop()).await.unwrap();
    assert!(tokio::net::TcpStream::connect(&address).await.is_err(), "nothing listens any more");
}
