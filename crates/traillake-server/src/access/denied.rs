//! What a client of Flight is told when its credentials are not taken.

use std::time::Duration;

/// Why a handshake or a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Denied {
    /// No such user, or another password; which of them is not said.
    #[error("wrong user name or password")]
    Wrong,
    /// The name failed too often.
    #[error("too many failed attempts for this user name: wait {} s", wait.as_secs().saturating_add(1))]
    Wait {
        /// Until the next attempt is looked at.
        wait: Duration,
    },
    /// Too many passwords at once, or no random numbers.
    #[error("credentials cannot be checked now")]
    Unavailable,
    /// Too many tokens at once.
    #[error("too many bearer tokens are in force")]
    TooManyTokens,
    /// No such token, or not any more.
    #[error("the bearer token is unknown or expired")]
    UnknownToken,
}

impl Denied {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Wrong => Some("give a user of Flight and their password, or an access key id and its secret"),
            Self::Wait { .. } => None,
            Self::Unavailable => Some("try again in a few seconds"),
            Self::TooManyTokens => Some("use one token for many calls, or raise `tokens` in `[serve.access]`"),
            Self::UnknownToken => Some("connect again for a new one"),
        }
    }

    /// Whether the same call may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Wait { .. } | Self::Unavailable | Self::TooManyTokens)
    }
}
