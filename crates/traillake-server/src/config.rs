//! The settings of a server: section `[serve]` of the configuration file.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use traillake::ByteSize;

use crate::{AccessConfig, FlightConfig, NetConfig};

/// Everything about a server that is not its lake. Every member has a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address of the door for Arrow Flight SQL; `None` closes it. Port 0 is any free one.
    pub flight: Option<String>,
    /// Address of the door for the AWS API, metrics and health; `None` closes it.
    pub http: Option<String>,
    /// The users file; without one a key pair is made at start.
    pub users: Option<PathBuf>,
    /// File of the key that seals the secrets of the users file and the signing keys, else from the environment.
    pub sealing_key: Option<PathBuf>,
    /// Certificate and key; without them the doors speak plain text.
    pub tls: Option<TlsConfig>,
    /// Names under which clients reach the server, beside loopback and the addresses it listens on.
    pub hosts: Vec<String>,
    /// Takes any credentials, on loopback only: a trial.
    pub insecure_open: bool,
    /// Listens beyond loopback without a users file or without TLS: whoever reaches the address is let in or overheard.
    pub danger_listen_unprotected: bool,
    /// Bearer tokens and passwords.
    pub access: AccessConfig,
    /// What connections may hold, and for how long.
    pub net: NetConfig,
    /// How much the queries of all callers together may take.
    pub admission: AdmissionConfig,
    /// The door for Arrow Flight SQL: results, tickets and prepared statements.
    pub flight_sql: FlightConfig,
    /// Queries of the AWS API and what is kept of them.
    pub queries: QueriesConfig,
    /// The places the server may read and write for its callers, with its own credentials.
    pub places: PlacesConfig,
    /// What goes on by itself.
    pub background: BackgroundConfig,
    /// What `LookupEvents` answers from.
    pub lookup: LookupConfig,
    /// Limits of the AWS API.
    pub api: ApiConfig,
}

impl Default for ServerConfig {
    /// Both doors on loopback, a fresh key pair, no places, everything in the background.
    fn default() -> Self {
        Self {
            flight: Some("127.0.0.1:8815".to_owned()),
            http: Some("127.0.0.1:8816".to_owned()),
            users: None,
            sealing_key: None,
            tls: None,
            hosts: Vec::new(),
            insecure_open: false,
            danger_listen_unprotected: false,
            access: AccessConfig::default(),
            net: NetConfig::default(),
            admission: AdmissionConfig::default(),
            flight_sql: FlightConfig::default(),
            queries: QueriesConfig::default(),
            places: PlacesConfig::default(),
            background: BackgroundConfig::default(),
            lookup: LookupConfig::default(),
            api: ApiConfig::default(),
        }
    }
}

impl ServerConfig {
    /// Memory that all queries together may take, in bytes: what the lake is to be opened with.
    pub fn memory_bytes(&self) -> u64 {
        self.admission.total_memory().as_u64()
    }
}

/// The files of a certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// Work without a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackgroundConfig {
    /// Whether the trails of the lake are kept up to date.
    pub follow_trails: bool,
    /// Seconds between two looks at the lake's trails and stores: how long a trail that was added, or a store whose
    /// ingestion was stopped, goes unseen.
    pub look_seconds: u64,
    /// Seconds between two listings of a trail; 5 for folders and 15 for S3 unless said otherwise.
    pub poll_seconds: Option<u64>,
    /// Whether events beyond the retention and old query results are removed, every hour, and every day the files that
    /// nothing names for a week.
    pub housekeeping: bool,
}

impl Default for BackgroundConfig {
    fn default() -> Self {
        Self { follow_trails: true, look_seconds: 10, poll_seconds: None, housekeeping: true }
    }
}

/// Which events are event history.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LookupConfig {
    /// Whether a caller sees the events of the region it signs for alone, as at AWS; else those of all regions, since
    /// one lake holds them all.
    pub caller_region_only: bool,
}

/// Limits of the AWS API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Event data stores there may be, those pending deletion counted; AWS allows 10 in a region. Any number unless
    /// said otherwise.
    pub event_data_stores: Option<usize>,
}

/// Limits of queries, over both doors.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdmissionConfig {
    /// Queries that run at once.
    pub running: usize,
    /// Queries of one caller that run or wait at once; one more is `MaxConcurrentQueriesException`, as at AWS.
    pub per_caller: usize,
    /// Queries of all callers that wait at once.
    pub queued: usize,
    /// Memory of one query.
    pub query_memory: ByteSize,
    /// Seconds after which a query is `TIMED_OUT`; AWS ends queries after about one hour.
    pub timeout_seconds: u64,
}

impl Default for AdmissionConfig {
    fn default() -> Self {
        Self { running: 4, per_caller: 10, queued: 100, query_memory: ByteSize::new(512 << 20), timeout_seconds: 3600 }
    }
}

impl AdmissionConfig {
    /// The time a query may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}

/// Queries started over the AWS API: their results are kept in the lake for 7 days.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueriesConfig {
    /// Queries that are kept at once; a new one is refused beyond.
    pub kept: usize,
    /// Bytes one result may take in the lake; AWS gives no figure.
    pub result_bytes: ByteSize,
    /// Bytes of one delivered file, which is held in memory while it is written; AWS starts a new one at 1 TB.
    pub delivery_file_bytes: ByteSize,
    /// Results that are delivered at once.
    pub deliveries: usize,
}

impl Default for QueriesConfig {
    fn default() -> Self {
        Self {
            kept: 100_000,
            result_bytes: ByteSize::new(10 << 30),
            delivery_file_bytes: ByteSize::new(64 << 20),
            deliveries: 2,
        }
    }
}

/// Places by their `s3://bucket/prefix`; empty lists, the default, allow nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlacesConfig {
    /// Where query results may be delivered to (`DeliveryS3Uri`).
    pub delivery: Vec<String>,
    /// Where imports may read from (`ImportSource`).
    pub import: Vec<String>,
}
