//! Over HTTP/1.1.

use super::*;

#[tokio::test]
async fn a_connection_that_says_nothing_or_slowly_is_cut() {
    let server = Server::start(NetConfig { head: SHORT, ..patient() }).await;
    let mut silent = server.connect().await;
    let mut slow = server.send("GET / HTTP/1.1\r\nHost: ").await;
    let mut half_preface = server.send("PRI * HTTP/2.0\r\n").await;
    let trickle = async {
        while slow.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, trickle).await.expect("the server closes the connection");
    assert_eq!((read_all(&mut silent).await, read_all(&mut half_preface).await), (String::new(), String::new()));
    server.is_empty().await;
    server.is_well().await;
    server.end().await;
}

#[tokio::test]
async fn a_kept_connection_is_not_kept_for_ever() {
    let server = Server::start(NetConfig { head: SHORT, ..patient() }).await;
    let mut stream = server.send("GET /read HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(read_all(&mut stream).await.ends_with("0 bytes"));
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn heads_without_an_end_are_refused() {
    let server = Server::start(patient()).await;
    let mut stream = server.send("GET / HTTP/1.1\r\nHost: a\r\n").await;
    let header = format!("X-A: {}\r\n", "a".repeat(1000));
    while stream.write_all(header.as_bytes()).await.is_ok() {}
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_body_that_trickles_is_cut() {
    let server = Server::start(NetConfig { body: SHORT, ..patient() }).await;
    let mut stream = server.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na").await;
    let answer = read_all(&mut stream).await;
    assert!(answer.contains("400 Bad Request") && answer.contains("did not arrive within 0.2 s"), "{answer}");
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let server = Server::start(NetConfig { body_bytes: 100, ..patient() }).await;
    for (head, body) in [
        ("Content-Length: 1000000000000", String::new()),
        ("Transfer-Encoding: chunked", "65\r\n".to_owned() + &"a".repeat(101)),
    ] {
        let mut stream = server.send(&format!("POST /read HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n{body}")).await;
        let answer = read_all(&mut stream).await;
        assert!(answer.contains("longer than 100 bytes"), "{answer}");
    }
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_request_along() {
    let server = Server::start(patient()).await;
    let mut half_closed = server.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let gone = server.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await;
    eventually("both are being answered", || server.held.count() == 2).await;
    half_closed.shutdown().await.unwrap();
    drop(gone);
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut() {
    let server = Server::start(NetConfig { stall: SHORT, ..patient() }).await;
    let stream = server.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await;
    eventually("the answer begins", || server.held.count() == 1).await;
    server.is_empty().await;
    assert_eq!(server.stats.figures().cut, 1);
    drop(stream);
    server.end().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_and_places_come_back() {
    let server = Server::start(NetConfig { connections: 100, connections_of_peer: 1000, ..patient() }).await;
    let mut streams = Vec::new();
    for _ in 0..300 {
        streams.push(server.connect().await);
    }
    eventually("all were taken or refused", || {
        let figures = server.stats.figures();
        (figures.accepted, figures.refused, figures.open) == (100, 200, 100)
    })
    .await;
    let mut last = streams.pop().unwrap();
    assert_eq!(read_all(&mut last).await, "");
    drop(streams);
    server.is_empty().await;
    server.is_well().await;
    server.end().await;
}

#[tokio::test]
async fn one_peer_cannot_take_every_place() {
    let server = Server::start(NetConfig { connections_of_peer: 2, ..patient() }).await;
    let (_one, _two, mut three) = (server.connect().await, server.connect().await, server.connect().await);
    assert_eq!(read_all(&mut three).await, "");
    assert_eq!(server.stats.figures().open, 2);
    server.end().await;
}

#[tokio::test]
async fn garbage_and_faults_of_handlers_end_their_connection_alone() {
    let server = Server::start(patient()).await;
    for text in ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /fail HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let answer = read_all(&mut server.send(text).await).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{text:?} {answer}");
    }
    server.is_empty().await;
    server.is_well().await;
    server.end().await;
}
