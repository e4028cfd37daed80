//! The end of a server.

use super::*;

#[tokio::test]
async fn what_runs_is_finished_and_nothing_new_is_taken() {
    let server = Server::start(patient()).await;
    let idle = server.send("GET /read HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut stream = server.send("GET /nap HTTP/1.1\r\nHost: a\r\n\r\n").await;
    eventually("it is being answered", || server.held.count() == 1 && server.stats.figures().open == 2).await;
    server.stop.cancel();
    assert!(read_all(&mut stream).await.ends_with("rested"));
    let address = server.address;
    server.end().await;
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn what_does_not_finish_within_the_grace_is_cut() {
    let server = Server::start(NetConfig { grace: SHORT, ..patient() }).await;
    let mut stream = server.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let silent = server.connect().await;
    eventually("it is being answered", || server.held.count() == 1 && server.stats.figures().open == 2).await;
    server.end().await;
    assert_eq!(read_all(&mut stream).await, "");
    drop(silent);
}

#[tokio::test]
async fn dropping_a_server_drops_its_connections() {
    let server = Server::start(patient()).await;
    let mut stream = server.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await;
    eventually("it is being answered", || server.held.count() == 1).await;
    server.serving.abort();
    assert_eq!(read_all(&mut stream).await, "");
    eventually("every task ended", || server.held.count() == 0 && alive_tasks() == server.tasks_before).await;
}

#[tokio::test]
async fn an_address_in_use_is_explained() {
    let server = Server::start(patient()).await;
    let error = Listener::bind(server.address, None, patient()).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot listen on `127.0.0.1:"), "{error}");
    assert!(error.hint().unwrap().contains("choose another port"));
    server.end().await;
}
