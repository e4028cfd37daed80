//! What clients may hold, and for how long: section `[serve.net]`.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// Limits of one door. Seconds in the file, whole or not.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetConfig {
    /// Connections at once; more are closed as they come.
    pub connections: usize,
    /// Connections at once of one peer: an IPv4 address, or the /64 of an IPv6 one. Everybody on loopback is one peer.
    pub connections_of_peer: usize,
    /// Time for the TLS handshake.
    #[serde(rename = "handshake_seconds", deserialize_with = "seconds")]
    pub handshake: Duration,
    /// Time for the first request's head, and for the next one's on HTTP/1.1.
    #[serde(rename = "head_seconds", deserialize_with = "seconds")]
    pub head: Duration,
    /// Time an HTTP/2 connection may be without a request.
    #[serde(rename = "idle_seconds", deserialize_with = "seconds")]
    pub idle: Duration,
    /// Time for a request's body, all of it.
    #[serde(rename = "body_seconds", deserialize_with = "seconds")]
    pub body: Duration,
    /// Bytes of a request's body.
    pub body_bytes: u64,
    /// Bytes of all bodies that are being read. Nobody's signature is checked before the whole body is there.
    pub bodies_bytes: u64,
    /// Time a client may take no more of an answer that is ready.
    #[serde(rename = "stall_seconds", deserialize_with = "seconds")]
    pub stall: Duration,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// Time without a frame after which an HTTP/2 peer is asked whether it is there; it has as long to answer.
    #[serde(rename = "ping_seconds", deserialize_with = "seconds")]
    pub ping: Duration,
    /// Time to finish what is running when the server stops.
    #[serde(rename = "grace_seconds", deserialize_with = "seconds")]
    pub grace: Duration,
}

impl Default for NetConfig {
    fn default() -> Self {
        Self {
            connections: 1024,
            connections_of_peer: 512,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(20),
            idle: Duration::from_mins(5),
            body: Duration::from_mins(1),
            body_bytes: 4 << 20,
            bodies_bytes: 64 << 20,
            stall: Duration::from_mins(5),
            streams: 128,
            ping: Duration::from_secs(30),
            grace: Duration::from_secs(30),
        }
    }
}

impl NetConfig {
    /// How often a connection is looked at: often enough for its shortest limit.
    pub(super) fn tick(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.stall);
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }
}

/// A time of at least a millisecond and at most a day.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)?;
    Ok(duration.clamp(Duration::from_millis(1), Duration::from_hours(24)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_seconds() {
        let config: NetConfig = toml::from_str("head_seconds = 0.5\nidle_seconds = 1e9\ngrace_seconds = 5\n").unwrap();
        assert_eq!((config.head, config.grace), (Duration::from_millis(500), Duration::from_secs(5)));
        assert_eq!((config.idle, config.tick()), (Duration::from_hours(24), Duration::from_millis(125)));
        for wrong in ["head_seconds = -1.0", "head_seconds = nan", "head_seconds = 1e300", "head = 1.0"] {
            assert!(toml::from_str::<NetConfig>(wrong).is_err(), "{wrong}");
        }
    }
}
