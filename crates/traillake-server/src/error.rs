//! What keeps a server from starting or running. What a request did wrong is told to its caller instead.

use std::io;

use crate::{AccessError, NetError};

/// Why the server could not be started, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address as configured.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Both doors are closed.
    #[error("there is nothing to listen on")]
    NoDoor,
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// Users or keys that cannot be used.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Addresses or certificates that cannot be used.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The lake refused.
    #[error(transparent)]
    Lake(Box<traillake::Error>),
}

/// Shorthand of this crate.
pub type Result<T, E = ServerError> = std::result::Result<T, E>;

impl ServerError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                Some("another program listens there: choose another port, or 0 for any free one".to_owned())
            }
            Self::Listen { .. } => Some("expected `address:port` of this machine".to_owned()),
            Self::NoDoor => Some("give `--flight` or `--http` an address".to_owned()),
            Self::NoRandomness => None,
            Self::Access(error) => error.hint(),
            Self::Net(error) => error.hint(),
            Self::Lake(error) => error.hint(),
        }
    }
}

impl From<traillake::Error> for ServerError {
    fn from(error: traillake::Error) -> Self {
        Self::Lake(Box::new(error))
    }
}
