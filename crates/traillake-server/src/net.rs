//! The way in: sockets, TLS, limits on what a client may hold, and who may speak to the server at all.
//!
//! ```text
//!  TCP ──accept──> total and per peer ──TLS──> HTTP/1.1, HTTP/2 ──> guard: Host, Origin ──> a door's service
//!                  limits, else closed         header, body, idle,   403 for pages of the
//!                                              write time limits     web and rebound names
//! ```
//!
//! Both doors listen through [`Listener`]. Nothing a client does or leaves undone holds memory or a task for longer
//! than its limit.

mod binding;
mod body;
mod config;
mod connection;
mod error;
mod guard;
mod listener;
mod peers;
mod response;
mod self_signed;
mod stats;
mod tls;
mod watch;

pub(crate) use binding::{Posture, check_binding};
pub(crate) use body::{BodyProblem, read_body};
pub use config::NetConfig;
pub(crate) use connection::ConnectionInfo;
pub use error::NetError;
pub(crate) use guard::{GuardLayer, HostPolicy};
pub(crate) use listener::Listener;
pub use self_signed::{SelfSigned, self_signed};
pub(crate) use stats::{ConnectionFigures, ConnectionStats};
pub(crate) use tls::Tls;

#[cfg(test)]
mod hostile_tests;
