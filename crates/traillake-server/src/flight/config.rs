//! Settings of the Flight SQL door: section `[serve.flight_sql]`.

use std::time::Duration;

use serde::Deserialize;

/// What one caller may keep on the server, and for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlightConfig {
    /// Seconds for which a client may take no more of a result before its query is ended.
    pub idle_seconds: u64,
    /// The same while other queries wait for a slot.
    pub idle_waited_seconds: u64,
    /// Bytes of a message with rows that the server aims at; many clients take at most 4 MB.
    pub message_bytes: usize,
    /// Seconds for which a ticket can be redeemed, as often as its holder likes.
    pub ticket_seconds: u64,
    /// Prepared statements of one caller.
    pub statements: usize,
    /// Bytes of text and parameters that the prepared statements of one caller may hold.
    pub statement_bytes: usize,
    /// Seconds after its last use when a prepared statement is closed.
    pub statement_seconds: u64,
    /// Rows of parameters that one execution may run with.
    pub parameter_rows: usize,
    /// Seconds that planning a statement for its columns may take.
    pub planning_seconds: u64,
}

impl Default for FlightConfig {
    fn default() -> Self {
        Self {
            idle_seconds: 300,
            idle_waited_seconds: 30,
            message_bytes: 1 << 20,
            ticket_seconds: 3600,
            statements: 200,
            statement_bytes: 16 << 20,
            statement_seconds: 3600,
            parameter_rows: 1000,
            planning_seconds: 120,
        }
    }
}

impl FlightConfig {
    pub(crate) fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }

    pub(crate) fn idle_waited(&self) -> Duration {
        Duration::from_secs(self.idle_waited_seconds)
    }

    pub(crate) fn planning(&self) -> Duration {
        Duration::from_secs(self.planning_seconds)
    }
}
