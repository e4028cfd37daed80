//! What keeps a door shut: addresses, certificates, names.

use std::{io, net::SocketAddr, path::PathBuf};

use crate::access::AccessError;

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address as configured.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Beyond loopback, and something that protects is missing.
    #[error("`{address}` can be reached from other machines, and there is no {missing}")]
    Unprotected {
        /// The address.
        address: SocketAddr,
        /// `users file`, `TLS`, or both.
        missing: &'static str,
    },
    /// Beyond loopback, where any credentials are taken.
    #[error("`{address}` can be reached from other machines, and any credentials are taken")]
    Open {
        /// The address.
        address: SocketAddr,
    },
    /// Not a name that a client can send.
    #[error("`{name}` is not a host name, optionally with a port")]
    BadHost {
        /// As configured.
        name: String,
    },
    /// A certificate that cannot be read.
    #[error("cannot read the certificate `{}`", path.display())]
    ReadCertificate {
        /// The PEM file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A private key that cannot be read.
    #[error("cannot read the private key")]
    ReadKey(#[from] AccessError),
    /// Not what it should be.
    #[error("`{}` is not {expected}: {problem}", path.display())]
    BadPem {
        /// The PEM file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What was found.
        problem: String,
    },
    /// The key is of another certificate.
    #[error("the private key `{}` does not belong to the certificate `{}`", key.display(), certificate.display())]
    KeyMismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {problem}")]
    SelfSigned {
        /// Why.
        problem: String,
    },
}

impl NetError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another program listens there: choose another port, or 0 for any free one"
            }
            Self::Unprotected { .. } => {
                "give a users file and a certificate (`traillake users add-key`, `traillake tls self-signed`), or listen on \
                 127.0.0.1; --danger-listen-unprotected listens all the same"
            }
            Self::Open { .. } => "listen on 127.0.0.1, or do without --insecure-open",
            Self::BadHost { .. } => "write `lake.example.com` or `lake.example.com:443`",
            Self::ReadKey(error) => return error.hint(),
            Self::BadPem { .. } => {
                "PEM files hold sections like -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----"
            }
            Self::KeyMismatch { .. } => "the file's first certificate must be the server's own, its issuers follow",
            Self::Listen { .. } | Self::ReadCertificate { .. } | Self::SelfSigned { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
