//! One connection, from its handshake to its end.

use std::{convert::Infallible, future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Instant};

use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use hyper::{
    Request, Response,
    body::{Body as HttpBody, Incoming},
    rt::Executor,
    service::Service as HyperService,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{Service, ServiceExt};

use super::{
    ConnectionStats, NetConfig, Tls,
    body::{BodyBudget, LimitedBody},
    response::AnswerBody,
    watch::{Verdict, Watch, WatchedIo},
};

const HEAD_BYTES: usize = 64 << 10;
const HEADER_LIST_BYTES: u32 = 32 << 10;
const WINDOW_BYTES: u32 = 1 << 20;
const SEND_BUFFER_BYTES: usize = 256 << 10;
/// Streams a peer may reset before they were looked at, and that it may have reset for its faults; then it goes.
const RESET_STREAMS: usize = 20;
const FAULTY_STREAMS: usize = 200;

/// The two ends of a connection; in the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionInfo {
    /// The client's end.
    pub(crate) peer: SocketAddr,
    /// The server's end.
    pub(crate) local: SocketAddr,
    /// Whether it is encrypted.
    pub(crate) tls: bool,
}

/// What every connection of a door shares.
#[derive(Clone, Debug)]
pub(super) struct Door<S> {
    pub(super) service: S,
    pub(super) config: Arc<NetConfig>,
    pub(super) bodies: BodyBudget,
    pub(super) tls: Option<Tls>,
    pub(super) stats: ConnectionStats,
    pub(super) tasks: TaskTracker,
    /// Finish what is running.
    pub(super) stop: CancellationToken,
    /// End at once.
    pub(super) cut: CancellationToken,
}

/// The tasks of one connection, which end with it.
#[derive(Clone, Debug)]
struct ConnectionTasks {
    tracker: TaskTracker,
    end: CancellationToken,
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for ConnectionTasks {
    fn execute(&self, future: F) {
        let end = self.end.clone();
        self.tracker.spawn(async move { drop(end.run_until_cancelled(future).await) });
    }
}

impl<S, B> Door<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    /// Serves a connection until it ends.
    pub(super) async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        let Ok(local) = stream.local_addr() else { return };
        // Without it, small answers wait for the acknowledgement of others; a connection works either way.
        let _ = stream.set_nodelay(true);
        let info = ConnectionInfo { peer, local, tls: self.tls.is_some() };
        let Some(tls) = &self.tls else { return self.drive(stream, info).await };
        let handshake = TlsAcceptor::from(tls.current()).accept(stream);
        let cut = self.cut.clone();
        match cut.run_until_cancelled(timeout(self.config.handshake, handshake)).await {
            Some(Ok(Ok(stream))) => self.drive(stream, info).await,
            Some(Ok(Err(error))) => {
                tracing::debug!(%peer, %error, "TLS handshake failed");
                self.stats.handshake_failed();
            }
            Some(Err(_)) => self.stats.handshake_failed(),
            None => {}
        }
    }

    async fn drive<I: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, io: I, info: ConnectionInfo) {
        let watch = Watch::new(Instant::now());
        let tasks = ConnectionTasks { tracker: self.tasks.clone(), end: CancellationToken::new() };
        let _end = tasks.end.clone().drop_guard();
        let builder = builder(&self.config, tasks);
        let service = Requests {
            service: self.service.clone(),
            config: Arc::clone(&self.config),
            bodies: self.bodies.clone(),
            watch: watch.clone(),
            info,
        };
        let io = TokioIo::new(WatchedIo::new(io, watch.clone()));
        let mut connection = pin!(builder.serve_connection(io, service));
        let mut tick = interval(self.config.tick());
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut closing = false;
        loop {
            tokio::select! {
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(peer = %info.peer, %error, "connection ended");
                    }
                    return;
                }
                () = self.cut.cancelled() => return,
                () = self.stop.cancelled(), if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = tick.tick() => match self.look(&watch) {
                    Verdict::Keep => {}
                    Verdict::Close if closing => {}
                    Verdict::Close => {
                        closing = true;
                        connection.as_mut().graceful_shutdown();
                    }
                    Verdict::Cut(reason) => {
                        tracing::debug!(peer = %info.peer, reason, "connection cut");
                        return self.stats.cut();
                    }
                },
            }
        }
    }

    fn look(&self, watch: &Watch) -> Verdict {
        let now = Instant::now();
        self.stats.stalled(watch.give_up_stalled(&self.config, now));
        watch.verdict(&self.config, now)
    }
}

fn builder(config: &NetConfig, tasks: ConnectionTasks) -> Builder<ConnectionTasks> {
    let mut builder = Builder::new(tasks);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(config.head).max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(config.streams)
        .max_header_list_size(HEADER_LIST_BYTES)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .max_pending_accept_reset_streams(RESET_STREAMS)
        .max_local_error_reset_streams(FAULTY_STREAMS)
        .keep_alive_interval(config.ping)
        .keep_alive_timeout(config.ping);
    builder
}

/// Hands the requests of one connection to the door's service, under their limits.
#[derive(Debug)]
struct Requests<S> {
    service: S,
    config: Arc<NetConfig>,
    bodies: BodyBudget,
    watch: Watch,
    info: ConnectionInfo,
}

impl<S, B> HyperService<Request<Incoming>> for Requests<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (active, watch) = (self.watch.begin(), self.watch.clone());
        let mut request = request.map(|body| Body::new(LimitedBody::new(body, &self.config, &self.bodies)));
        request.extensions_mut().insert(self.info);
        let service = self.service.clone();
        Box::pin(async move {
            let response = service.oneshot(request).await?;
            Ok(response.map(|body| AnswerBody::new(Body::new(body), &watch, active)))
        })
    }
}
