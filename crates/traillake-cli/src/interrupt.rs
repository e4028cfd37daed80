//! Ctrl-C: most commands stop at once; an ingest commits what it has read first, a server lets end what runs, and both
//! stop at the second one.

use tokio_util::sync::CancellationToken;

use crate::error::{CliError, Result};

/// What the user has asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    /// Cancelled by the first interrupt.
    token: CancellationToken,
}

impl Interrupt {
    /// Cancelled by the first interrupt of [`finishing`](Self::finishing).
    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Drops the work at the first interrupt.
    pub(crate) async fn stopping<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            outcome = work => outcome,
            () = signalled() => {
                self.token.cancel();
                Err(CliError::Interrupted)
            }
        }
    }

    /// Asks the work to end at the first interrupt, drops it at the second.
    pub(crate) async fn finishing<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let twice = async {
            signalled().await;
            self.token.cancel();
            signalled().await;
        };
        tokio::select! {
            outcome = work => outcome,
            () = twice => Err(CliError::Interrupted),
        }
    }
}

/// Waits for Ctrl-C or a request to terminate.
pub(crate) async fn signalled() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return interrupted().await };
        tokio::select! {
            () = interrupted() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
