//! What became of connections, in figures.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::peers::Peers;

/// Counts the connections of one door; clones share the counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionStats(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    peers: Peers,
    accepted: AtomicU64,
    refused: AtomicU64,
    handshakes_failed: AtomicU64,
    cut: AtomicU64,
    stalled: AtomicU64,
}

/// The counts at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionFigures {
    /// Connections there are.
    pub(crate) open: u64,
    /// Connections taken since the start.
    pub(crate) accepted: u64,
    /// Connections closed at once, for want of a place.
    pub(crate) refused: u64,
    /// TLS handshakes that failed or took too long.
    pub(crate) handshakes_failed: u64,
    /// Connections cut because a time limit was over.
    pub(crate) cut: u64,
    /// Answers given up because nobody took them.
    pub(crate) stalled: u64,
}

impl ConnectionStats {
    /// The counts as of now.
    pub(crate) fn figures(&self) -> ConnectionFigures {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ConnectionFigures {
            open: self.0.peers.count() as u64,
            accepted: load(&self.0.accepted),
            refused: load(&self.0.refused),
            handshakes_failed: load(&self.0.handshakes_failed),
            cut: load(&self.0.cut),
            stalled: load(&self.0.stalled),
        }
    }

    pub(super) fn peers(&self) -> &Peers {
        &self.0.peers
    }

    pub(super) fn accepted(&self) {
        self.0.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn handshake_failed(&self) {
        self.0.handshakes_failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn cut(&self) {
        self.0.cut.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stalled(&self, answers: u64) {
        self.0.stalled.fetch_add(answers, Ordering::Relaxed);
    }
}
