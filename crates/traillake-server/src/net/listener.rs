//! A listening socket and the connections it takes.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use hyper::{Request, Response, body::Body as HttpBody};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use super::{ConnectionStats, NetConfig, NetError, Tls, body::BodyBudget, connection::Door};

/// How long to wait when there are no file descriptors left, or the like.
const BREATHER: Duration = Duration::from_millis(200);

/// A socket that listens.
#[derive(Debug)]
pub(crate) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    config: Arc<NetConfig>,
    stats: ConnectionStats,
}

impl Listener {
    /// Listens on an address; nothing is taken before [`serve`](Self::serve). Whether it may is
    /// [`check_binding`](super::check_binding)'s to say.
    ///
    /// # Errors
    /// [`NetError::Listen`]
    pub(crate) async fn bind(address: SocketAddr, tls: Option<Tls>, config: NetConfig) -> Result<Self, NetError> {
        let failed = |source| NetError::Listen { address: address.to_string(), source };
        let tcp = TcpListener::bind(address).await.map_err(failed)?;
        let address = tcp.local_addr().map_err(failed)?;
        Ok(Self { tcp, address, tls, config: Arc::new(config), stats: ConnectionStats::default() })
    }

    /// The address in truth: the port is never 0.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The door's figures, also after it began to serve.
    pub(crate) fn stats(&self) -> ConnectionStats {
        self.stats.clone()
    }

    /// Serves until `stop`: then nothing new is taken, what runs may finish within the grace, and the rest is cut.
    /// When this returns, no connection and no task of one is left.
    pub(crate) async fn serve<S, B>(self, service: S, stop: CancellationToken)
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
        B: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        let Self { tcp, tls, config, stats, .. } = self;
        let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
        // Whoever drops this future takes the connections along.
        let guard = cut.clone().drop_guard();
        let bodies = BodyBudget::new(config.bodies_bytes);
        let door =
            Door { service, config, bodies, tls, stats, tasks: tasks.clone(), stop: stop.clone(), cut: cut.clone() };
        while let Some(accepted) = stop.run_until_cancelled(tcp.accept()).await {
            match accepted {
                Ok((stream, peer)) => admit(&door, stream, peer),
                Err(error) => rest_after(&error).await,
            }
        }
        drop(tcp);
        tasks.close();
        if timeout(door.config.grace, tasks.wait()).await.is_err() {
            cut.cancel();
            tasks.wait().await;
        }
        drop(guard);
    }
}

/// Serves a connection in a task of its own, or closes it for want of a place.
fn admit<S, B>(door: &Door<S>, stream: TcpStream, peer: SocketAddr)
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let NetConfig { connections, connections_of_peer, .. } = *door.config;
    match door.stats.peers().enter(peer.ip(), connections, connections_of_peer) {
        Ok(place) => {
            door.stats.accepted();
            let serve = door.clone().serve(stream, peer);
            door.tasks.spawn(async move {
                serve.await;
                drop(place);
            });
        }
        Err(full) => {
            tracing::debug!(%peer, ?full, "connection refused");
            door.stats.refused();
        }
    }
}

/// A connection that was gone before it was taken is no fault; anything else needs time to pass.
async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "cannot take connections");
        sleep(BREATHER).await;
    }
}
