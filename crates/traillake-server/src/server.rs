//! A server from its configuration to its end.
//!
//! ```text
//!  bind: access, doors ──> announce (by the caller) ──> run: background, doors ──stop──> doors, imports, jobs, lake
//! ```

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tokio::net::lookup_host;
use tokio_util::sync::CancellationToken;
use tower::Layer as _;
use traillake::Lake;

use crate::access::{Access, NewAccessKey, SealingKey};
use crate::background::Background;
use crate::flight::Flight;
use crate::net::{GuardLayer, HostPolicy, Listener, Posture, Tls, check_binding};
use crate::service::Service;
use crate::{Result, ServerConfig, ServerError, aws, metrics};

/// A server whose doors are bound and not yet open.
///
/// ```
/// # #[tokio::main(flavor = "multi_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use traillake_server::{Server, ServerConfig};
///
/// let lake = traillake::Lake::open("memory://example").await?;
/// let any_port = Some("127.0.0.1:0".to_owned());
/// let config = ServerConfig { flight: any_port.clone(), http: any_port, ..ServerConfig::default() };
/// let server = Server::bind(lake, config).await?;
/// assert!(server.http_url().is_some_and(|url| url.starts_with("http://127.0.0.1:")));
/// assert!(server.new_key().is_some(), "there is no users file, so a key pair was made");
/// server.run(std::future::ready(())).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    service: Service,
    access: Access,
    flight: Option<Door>,
    http: Option<Door>,
    new_key: Option<NewAccessKey>,
}

#[derive(Debug)]
struct Door {
    listener: Listener,
    policy: HostPolicy,
    url: String,
}

impl Server {
    /// Checks the configuration, reads users and certificates and binds the doors.
    ///
    /// # Errors
    /// What of this cannot be done; nothing listens then.
    pub async fn bind(lake: Lake, config: ServerConfig) -> Result<Self> {
        let clock = Arc::clone(lake.storage().clock());
        let (access, new_key) = access(&config, &clock)?;
        let tls = config.tls.as_ref().map(|tls| Tls::load(&tls.certificate, &tls.key)).transpose()?;
        let flight = door("grpc", config.flight.as_deref(), &config, tls.as_ref()).await?;
        let http = door("http", config.http.as_deref(), &config, tls.as_ref()).await?;
        if flight.is_none() && http.is_none() {
            return Err(ServerError::NoDoor);
        }
        let sealing = SealingKey::find(config.sealing_key.as_deref())?;
        let service = Service::with_sealing_key(lake, config, clock, sealing);
        for (door, bound) in [(metrics::Door::Flight, &flight), (metrics::Door::Http, &http)] {
            if let Some(bound) = bound {
                service.metrics.watch(door, bound.listener.stats());
            }
        }
        Ok(Self { service, access, flight, http, new_key })
    }

    /// Address of Arrow Flight SQL: `grpc://127.0.0.1:8815`, `grpc+tls://` with a certificate.
    pub fn flight_url(&self) -> Option<&str> {
        self.flight.as_ref().map(|door| door.url.as_str())
    }

    /// Address of the AWS API: `http://127.0.0.1:8816`, `https://` with a certificate.
    pub fn http_url(&self) -> Option<&str> {
        self.http.as_ref().map(|door| door.url.as_str())
    }

    /// The key pair that was made because there is no users file. It is nowhere else.
    pub fn new_key(&self) -> Option<&NewAccessKey> {
        self.new_key.as_ref()
    }

    /// What whoever starts the server should know.
    pub fn warnings(&self) -> Vec<String> {
        let config = &self.service.config;
        let open = config.insecure_open.then(|| "any credentials are taken: this is for trials".to_owned());
        let plain = (config.danger_listen_unprotected && config.tls.is_none())
            .then(|| "the doors speak plain text: whoever is between can read and replay".to_owned());
        open.into_iter().chain(plain).collect()
    }

    /// Opens the doors until `stop`: then what runs may finish for a while, imports are written down as far as they
    /// came, and what was read of trails is committed.
    ///
    /// # Errors
    /// When a door cannot be opened.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<()> {
        let Self { service, access, flight, http, .. } = self;
        let stopping = CancellationToken::new();
        let flight_routes = Flight::new(service.clone(), access.clone()).ok_or(ServerError::NoRandomness)?.router();
        let http_routes = aws::router(service.clone(), access);
        let background = Background::start(&service);
        let doors = async {
            tokio::join!(serve(flight, flight_routes, &stopping), serve(http, http_routes, &stopping));
        };
        let stopped = async {
            stop.await;
            tracing::info!("the server ends");
            stopping.cancel();
        };
        tokio::join!(doors, stopped);
        tokio::join!(service.imports.close(), service.jobs.close(), background.stop());
        service.lake.settled().await;
        Ok(())
    }
}

async fn serve(door: Option<Door>, routes: Router, stop: &CancellationToken) {
    if let Some(door) = door {
        door.listener.serve(GuardLayer::new(door.policy).layer(routes), stop.clone()).await;
    }
}

/// Who may come in: those of the users file, anyone, or whoever has the key pair made now.
fn access(config: &ServerConfig, clock: &Arc<dyn traillake::Clock>) -> Result<(Access, Option<NewAccessKey>)> {
    let clock = Arc::clone(clock);
    if let Some(users) = &config.users {
        let sealing = SealingKey::find(config.sealing_key.as_deref().map(Path::new))?;
        return Ok((Access::with_users_file(users, sealing, &config.access, clock)?, None));
    }
    if config.insecure_open {
        return Ok((Access::insecure_open(&config.access, clock), None));
    }
    let key = NewAccessKey::generate()?;
    Ok((Access::with_key(&key, &config.access, clock), Some(key)))
}

async fn door(scheme: &str, address: Option<&str>, config: &ServerConfig, tls: Option<&Tls>) -> Result<Option<Door>> {
    let Some(address) = address else { return Ok(None) };
    let address = resolve(address).await?;
    let posture = Posture {
        users_file: config.users.is_some(),
        tls: tls.is_some(),
        open: config.insecure_open,
        unprotected: config.danger_listen_unprotected,
    };
    check_binding(address, posture)?;
    let listener = Listener::bind(address, tls.cloned(), config.net.clone()).await?;
    let policy = HostPolicy::new(listener.address(), &config.hosts)?;
    let scheme = match (scheme, tls) {
        ("grpc", Some(_)) => "grpc+tls",
        ("http", Some(_)) => "https",
        (plain, _) => plain,
    };
    let url = format!("{scheme}://{}", listener.address());
    Ok(Some(Door { listener, policy, url }))
}

/// The first address of `host:port`.
async fn resolve(text: &str) -> Result<SocketAddr> {
    let unknown = |source| ServerError::Listen { address: text.to_owned(), source };
    let mut found = lookup_host(text).await.map_err(unknown)?;
    found.next().ok_or_else(|| unknown(std::io::ErrorKind::AddrNotAvailable.into()))
}
