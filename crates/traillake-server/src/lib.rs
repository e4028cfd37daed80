//! The two doors for programs into a lake: Arrow Flight SQL, and CloudTrail's own JSON API.
//!
//! ```text
//!  ADBC, pyarrow ──Flight SQL──> net ──> access ──> flight ──┐
//!                   listener, TLS,  who asks,                ├──> admission ──> traillake::Lake
//!  aws CLI, boto3 ──JSON 1.1──> Host check  grants ──> aws ──┘       │            queries, ingest
//!                                                            jobs, delivery, background
//! ```
//!
//! What it does not do: it has no storage and no SQL of its own, prints nothing and reads no command line.

mod access;
mod admission;
mod aws;
mod background;
mod config;
mod delivery;
mod error;
mod flight;
mod imports;
mod jobs;
mod lookup;
mod metrics;
mod net;
mod places;
mod server;
mod service;
mod signing;
mod trail_passes;

pub use access::{
    AccessConfig, AccessError, EntryProblem, NewAccessKey, NewToken, Role, SEALING_KEY_VARIABLE, SealingKey, UserKind,
    UserListing, UserRights, UsersFile,
};
pub use config::{
    AdmissionConfig, ApiConfig, BackgroundConfig, LookupConfig, PlacesConfig, QueriesConfig, ServerConfig, TlsConfig,
};
pub use error::{Result, ServerError};
pub use flight::FlightConfig;
pub use net::{NetConfig, NetError, SelfSigned, self_signed};
pub use server::Server;
