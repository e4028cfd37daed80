//! Clients that mean no good, over real sockets: each is got rid of, and nothing of it stays.

mod http1;
mod http2;
mod shutdown;
mod tls;

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use futures::{StreamExt, stream};
use hyper::{Request, Response, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::service_fn;

use super::*;

const SOON: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_hours(1);

/// A listening server, and what its handlers hold.
struct Server {
    address: SocketAddr,
    stats: ConnectionStats,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    held: Held,
    tasks_before: usize,
}

/// How many answers are being made.
#[derive(Clone, Default)]
struct Held(Arc<AtomicUsize>);

struct Hold(Held);

impl Held {
    fn hold(&self) -> Hold {
        self.0.fetch_add(1, Ordering::SeqCst);
        Hold(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// No limit that a test does not set is reached.
fn patient() -> NetConfig {
    NetConfig {
        handshake: LONG,
        head: LONG,
        idle: LONG,
        body: LONG,
        stall: LONG,
        ping: LONG,
        grace: LONG,
        body_bytes: 1 << 20,
        ..NetConfig::default()
    }
}

/// Frames without an end.
fn endless(hold: Hold) -> Body {
    Body::from_stream(stream::repeat(vec![7_u8; 32 << 10]).map(move |chunk| {
        let _ = &hold;
        Ok::<_, Infallible>(chunk)
    }))
}

/// `/read` reads the body, `/endless` answers for ever, `/wait` never, `/fail` panics.
async fn handle(request: Request<Body>, held: Held) -> Result<Response<Body>, Infallible> {
    let making = held.hold();
    let answer = |status, text: String| {
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        response
    };
    Ok(match request.uri().path() {
        "/endless" => Response::new(endless(making)),
        "/wait" => std::future::pending().await,
        "/nap" => {
            sleep(SHORT).await;
            answer(StatusCode::OK, "rested".to_owned())
        }
        "/fail" => panic!("a handler's fault"),
        _ => match read_body(request.into_body()).await {
            Ok(bytes) => answer(StatusCode::OK, format!("{} bytes", bytes.len())),
            Err(problem) => answer(StatusCode::BAD_REQUEST, problem.to_string()),
        },
    })
}

impl Server {
    async fn start(config: NetConfig) -> Self {
        Self::start_with(config, None).await
    }

    async fn start_with(config: NetConfig, tls: Option<Tls>) -> Self {
        let tasks_before = alive_tasks();
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), tls, config).await.unwrap();
        let (address, stats, held) = (listener.address(), listener.stats(), Held::default());
        let service = service_fn({
            let held = held.clone();
            move |request| -> Pin<Box<dyn Future<Output = _> + Send>> { Box::pin(handle(request, held.clone())) }
        });
        let stop = CancellationToken::new();
        let serving = tokio::spawn(listener.serve(service, stop.clone()));
        Self { address, stats, stop, serving, held, tasks_before }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection on which this was sent.
    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// What a well-behaved client gets.
    async fn is_well(&self) {
        let mut stream =
            self.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc").await;
        let answer = read_all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("3 bytes"), "{answer}");
    }

    /// Waits until no connection, no handler and no task is left but the one that serves.
    async fn is_empty(&self) {
        eventually("everything is gone", || {
            self.stats.figures().open == 0 && self.held.count() == 0 && alive_tasks() == self.tasks_before + 1
        })
        .await;
    }

    /// Stops it, and waits for its end.
    async fn end(self) {
        self.stop.cancel();
        timeout(SOON, self.serving).await.unwrap().unwrap();
        let (held, before) = (self.held, self.tasks_before);
        eventually("every task ended", || held.count() == 0 && alive_tasks() == before).await;
    }
}

fn alive_tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(SOON, wait).await.is_ok(), "{what} did not happen");
}

/// Everything until the server closes the connection, which it must.
async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let _ = timeout(SOON, stream.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}
