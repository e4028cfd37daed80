//! Pieces too large for a quarantine row: streamed or put into files of their own.

use bytes::Bytes;
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use traillake_storage::QuarantineRow;

use super::collect::stopped;
use super::convert::SetAside;
use super::run::{Mode, Run};
use crate::Result;

/// Most bytes kept inside a quarantine row.
const MOST_INLINE: usize = 1 << 20;

/// Moves the bytes of a row to a file of their own when they are many.
pub(crate) async fn put_large(run: &Run, row: &mut QuarantineRow) -> Result<()> {
    if let Some(bytes) = row.bytes.take_if(|bytes| bytes.len() > MOST_INLINE) {
        let once = futures::stream::once(std::future::ready(std::io::Result::Ok(Bytes::from(bytes))));
        row.blob = Some(run.table.put_quarantine_blob(once).await?);
    }
    Ok(())
}

/// A piece on its way into a file of the quarantine.
#[derive(Debug)]
pub(crate) struct Upload {
    offset_bytes: u64,
    index: u64,
    /// Nothing is written in a dry run.
    target: Option<(mpsc::Sender<Bytes>, JoinHandle<Result<String>>)>,
}

impl Upload {
    /// Starts a file.
    pub(crate) fn start(run: &Run, offset_bytes: u64, index: u64) -> Self {
        let target = (run.mode == Mode::Commit).then(|| {
            let (sender, mut parts) = mpsc::channel(2);
            let table = run.table.clone();
            let task = tokio::spawn(async move {
                let stream = futures::stream::poll_fn(move |context| parts.poll_recv(context)).map(Ok);
                Ok(table.put_quarantine_blob(stream).await?)
            });
            (sender, task)
        });
        Self { offset_bytes, index, target }
    }

    /// Adds bytes; waits, on a thread that may block, while the file is slower.
    pub(crate) fn write(&self, bytes: Bytes) {
        if let Some((sender, _)) = &self.target {
            // A failed upload shows at the end.
            let _closed = sender.blocking_send(bytes);
        }
    }

    /// Ends the file and names it in `aside`.
    pub(crate) async fn finish(self, aside: SetAside) -> Result<SetAside> {
        let blob = match self.target {
            Some((sender, task)) => {
                drop(sender);
                Some(task.await.map_err(stopped)??)
            }
            None => None,
        };
        Ok(SetAside { offset_bytes: self.offset_bytes, index: Some(self.index), blob, ..aside })
    }
}
