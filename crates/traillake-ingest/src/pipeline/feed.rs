//! Feeds the pieces of one object to a converter and sends full chunks on.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::aside::{Upload, put_large};
use super::convert::{Converter, FoundRecord, SetAside};
use super::run::{Mode, Run};
use crate::batch::Chunk;
use crate::{IngestError, OversizedPart, Piece, Result, UnsplittablePiece};

/// One object's way from pieces to chunks, on a blocking thread.
pub(crate) struct Feed {
    run: Arc<Run>,
    converter: Converter,
    chunks: mpsc::Sender<Chunk>,
    upload: Option<Upload>,
}

impl Feed {
    /// A feed into a converter that has begun the object.
    pub(crate) fn new(run: Arc<Run>, converter: Converter, chunks: mpsc::Sender<Chunk>) -> Self {
        Self { run, converter, chunks, upload: None }
    }

    /// Takes pieces until their sender is gone or the run stops.
    pub(crate) fn run(mut self, first: Vec<Piece>, mut pieces: mpsc::Receiver<Vec<Piece>>) -> Result<Converter> {
        let mut next = Some(first);
        while let Some(group) = next {
            for piece in group {
                self.piece(piece)?;
            }
            next = Handle::current().block_on(next_group(&self.run, &mut pieces));
        }
        Ok(self.converter)
    }

    fn piece(&mut self, piece: Piece) -> Result<()> {
        match piece {
            Piece::Record(record) => self.converter.record(&FoundRecord {
                json: &record.json,
                offset_bytes: record.offset_bytes,
                index: record.index,
                account: record.context.account.as_deref(),
                region: record.context.region.as_deref(),
            }),
            Piece::Unsplittable(piece) => self.converter.set_aside(SetAside::from(piece)),
            Piece::Oversized(part) => self.oversized(part)?,
        }
        if let Some(chunk) = self.converter.take_full()? {
            Handle::current().block_on(deliver(&self.run, &self.chunks, chunk))?;
        }
        Ok(())
    }

    /// A value too long to hold goes to the quarantine as it comes.
    fn oversized(&mut self, part: OversizedPart) -> Result<()> {
        match part {
            OversizedPart::Begin { offset_bytes, index } => {
                self.upload = Some(Upload::start(&self.run, offset_bytes, index));
            }
            OversizedPart::Data(bytes) => {
                if let Some(upload) = &self.upload {
                    upload.write(bytes);
                }
            }
            OversizedPart::End { length_bytes, reason, message } => {
                if let Some(upload) = self.upload.take() {
                    let aside =
                        SetAside { length_bytes, reason: reason.code().to_owned(), message, ..SetAside::default() };
                    self.converter.set_aside(Handle::current().block_on(upload.finish(aside))?);
                }
            }
        }
        Ok(())
    }
}

/// The next pieces; none when there are no more or the run stops, even while the source keeps silent.
pub(crate) async fn next_group(run: &Run, pieces: &mut mpsc::Receiver<Vec<Piece>>) -> Option<Vec<Piece>> {
    tokio::select! {
        biased;
        () = run.stop.cancelled() => None,
        group = pieces.recv() => group,
    }
}

impl From<UnsplittablePiece> for SetAside {
    fn from(piece: UnsplittablePiece) -> Self {
        Self {
            offset_bytes: piece.offset_bytes,
            index: Some(piece.index),
            reason: piece.reason.code().to_owned(),
            message: piece.message,
            bytes: Some(piece.bytes.to_vec()),
            blob: None,
            length_bytes: piece.length_bytes,
        }
    }
}

/// Sends a chunk on; pieces too large for a quarantine row go to files of their own first.
pub(crate) async fn deliver(run: &Run, chunks: &mpsc::Sender<Chunk>, mut chunk: Chunk) -> Result<()> {
    if run.mode == Mode::Commit {
        for (_, share) in &mut chunk.shares {
            for row in &mut share.quarantine {
                put_large(run, row).await?;
            }
        }
    }
    chunks.send(chunk).await.map_err(|_closed| IngestError::Cancelled)
}
