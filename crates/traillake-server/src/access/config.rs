//! Settings of bearer tokens and passwords: section `[serve.access]`.

use std::time::Duration;

use serde::Deserialize;

/// What callers of Flight may keep here, and what guessing may cost.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessConfig {
    /// Seconds a bearer token lasts.
    pub token_seconds: u64,
    /// Bearer tokens at once; beyond them no handshake succeeds until others expire.
    pub tokens: usize,
    /// Bearer tokens of one credential at once; beyond them its oldest goes.
    pub tokens_of_one: usize,
    /// Passwords that are checked at once. Each check takes a core and about 19 MiB.
    pub password_checks: usize,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self { token_seconds: 8 * 3600, tokens: 100_000, tokens_of_one: 1_000, password_checks: 1 }
    }
}

impl AccessConfig {
    /// How long a bearer token lasts, at most a year.
    pub(super) fn token_lifetime(&self) -> Duration {
        Duration::from_secs(self.token_seconds.min(365 * 86_400))
    }
}
