//! Over HTTP/2, frame by frame.

use super::*;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const PING: u8 = 6;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A request for a path, in HPACK without any compression to speak of.
fn request(stream: u32, path: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    // :method GET, :scheme http, :path and :authority as literals.
    let block = [&[0x82, 0x86, 0x04][..], &text(path), &[0x01], &text("localhost")].concat();
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &block)
}

/// A connection on which the client said hello, with these settings.
async fn hello(server: &Server, settings: &[(u16, u32)]) -> TcpStream {
    let payload: Vec<u8> =
        settings.iter().flat_map(|(name, value)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    let mut stream = server.connect().await;
    stream
        .write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &payload), &frame(SETTINGS, ACK, 0, &[])].concat())
        .await
        .unwrap();
    stream
}

/// Kind and payload of the next frame; `None` when the server closed the connection.
async fn next(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

/// The kinds of frames until the server closes the connection.
async fn kinds(stream: &mut TcpStream) -> Vec<u8> {
    let mut kinds = Vec::new();
    let read = async {
        while let Some((kind, _)) = next(stream).await {
            kinds.push(kind);
        }
    };
    timeout(SOON, read).await.expect("the server closes the connection");
    kinds
}

#[tokio::test]
async fn requests_that_are_reset_at_once_end_the_connection_and_leave_nothing() {
    let server = Server::start(patient()).await;
    let mut stream = hello(&server, &[]).await;
    let (mut reader, mut writer) = stream.split();
    let flood = async {
        for n in 0..10_000_u32 {
            let id = 2 * n + 1;
            let pair = [request(id, "/wait"), frame(RST_STREAM, 0, id, &8_u32.to_be_bytes())].concat();
            if writer.write_all(&pair).await.is_err() {
                return;
            }
        }
    };
    let mut answer = Vec::new();
    let drain = timeout(SOON, reader.read_to_end(&mut answer));
    let ((), drained) = tokio::join!(flood, drain);
    assert!(drained.is_ok(), "the server closes the connection");
    server.is_empty().await;
    server.is_well().await;
    server.end().await;
}

#[tokio::test]
async fn streams_are_limited() {
    let server = Server::start(NetConfig { streams: 5, ..patient() }).await;
    let mut stream = hello(&server, &[]).await;
    for n in 0..20 {
        stream.write_all(&request(2 * n + 1, "/wait")).await.unwrap();
    }
    let mut refused = 0;
    while refused < 15 {
        let (kind, _) = timeout(SOON, next(&mut stream)).await.unwrap().unwrap();
        refused += usize::from(kind == RST_STREAM);
    }
    assert_eq!(server.held.count(), 5);
    drop(stream);
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn an_answer_nobody_takes_is_given_up_though_the_client_is_there() {
    let server = Server::start(NetConfig { stall: SHORT, ..patient() }).await;
    let window = 4;
    let mut stream = hello(&server, &[(window, 0)]).await;
    stream.write_all(&[request(1, "/endless"), request(3, "/wait")].concat()).await.unwrap();
    eventually("both are being answered", || server.held.count() == 2).await;
    eventually("one is given up", || server.held.count() == 1 && server.stats.figures().stalled == 1).await;
    stream.write_all(&frame(PING, 0, 0, &[0; 8])).await.unwrap();
    while timeout(SOON, next(&mut stream)).await.unwrap().unwrap().0 != PING {}
    assert_eq!(server.stats.figures().open, 1);
    drop(stream);
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_peer_that_does_not_answer_pings_is_gone() {
    let server = Server::start(NetConfig { ping: SHORT, ..patient() }).await;
    let mut stream = hello(&server, &[]).await;
    stream.write_all(&request(1, "/wait")).await.unwrap();
    eventually("it is being answered", || server.held.count() == 1).await;
    server.is_empty().await;
    assert!(kinds(&mut stream).await.contains(&PING));
    server.end().await;
}

#[tokio::test]
async fn a_connection_without_requests_is_asked_to_go_and_then_goes() {
    let server = Server::start(NetConfig { idle: SHORT, ..patient() }).await;
    let mut stream = hello(&server, &[]).await;
    stream.write_all(&request(1, "/read")).await.unwrap();
    let kinds = kinds(&mut stream).await;
    assert!(kinds.contains(&HEADERS) && kinds.contains(&GOAWAY), "{kinds:?}");
    drop(stream);
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_fault_of_a_handler_ends_its_stream_alone() {
    let server = Server::start(patient()).await;
    let mut stream = hello(&server, &[]).await;
    stream.write_all(&request(1, "/fail")).await.unwrap();
    while timeout(SOON, next(&mut stream)).await.unwrap().unwrap().0 != RST_STREAM {}
    stream.write_all(&request(3, "/read")).await.unwrap();
    while timeout(SOON, next(&mut stream)).await.unwrap().unwrap().0 != HEADERS {}
    drop(stream);
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn frames_that_are_none_end_the_connection() {
    let server = Server::start(patient()).await;
    for garbage in [frame(HEADERS, END_HEADERS, 1, &[0xff; 64]), frame(SETTINGS, 0, 7, &[]), vec![0xff; 64]] {
        let mut stream = hello(&server, &[]).await;
        stream.write_all(&garbage).await.unwrap();
        kinds(&mut stream).await;
    }
    server.is_empty().await;
    server.end().await;
}
