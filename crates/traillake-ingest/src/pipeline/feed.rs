//! Feeds the pieces of one object to a converter and sends full chunks on.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::aside::{Upload, put_large};
use super::convert::{Converter, FoundRecord, SetAside};
use super::job::{ObjectEnd, ObjectFacts, ObjectJob};
use super::read::{end, read_limits};
use super::run::{Mode, Run};
use crate::batch::Chunk;
use crate::read::{Opened, TakePieces, open_here, read_opened};
use crate::split::{Direct, TextAt};
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

    /// The converter, with the rows it holds.
    pub(crate) fn into_converter(self) -> Converter {
        self.converter
    }

    /// Reads objects of this machine one after the other, until the run stops.
    pub(crate) fn read_here(&mut self, jobs: Vec<Arc<ObjectJob>>) -> Result<()> {
        for job in jobs {
            if self.run.stop.is_cancelled() {
                break;
            }
            if job.object.is_foreign_by_key() {
                self.converter.begin(Arc::clone(&job));
                let detail = "its key says it holds no events".to_owned();
                self.converter.end(ObjectEnd::Ignored { detail, facts: ObjectFacts::default() });
                self.done(&job)?;
            } else {
                let opened = open_here(&job.object);
                self.read_opened(&job, opened)?;
            }
        }
        Ok(())
    }

    /// Reads one object from its bytes to rows.
    pub(crate) fn read_opened(&mut self, job: &Arc<ObjectJob>, opened: Result<Opened>) -> Result<()> {
        self.converter.begin(Arc::clone(job));
        let limits = read_limits(&self.run);
        let mut taking = Taking { feed: self, not_taken: None };
        let outcome = opened.and_then(|opened| read_opened(&job.object, opened, &limits, &mut taking));
        if let Some(error) = taking.not_taken {
            return Err(error);
        }
        end(&self.run, &mut self.converter, Some(outcome));
        self.done(job)
    }

    fn done(&mut self, job: &ObjectJob) -> Result<()> {
        self.run.progress.object_done(job.object.size_bytes);
        self.deliver_full()
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
        self.deliver_full()
    }

    fn deliver_full(&mut self) -> Result<()> {
        match self.converter.take_full()? {
            Some(chunk) => Handle::current().block_on(deliver(&self.run, &self.chunks, chunk)),
            None => Ok(()),
        }
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

/// The pieces of one object on their way into the converter; remembers what kept one from being taken.
struct Taking<'f> {
    feed: &'f mut Feed,
    not_taken: Option<IngestError>,
}

impl Taking<'_> {
    fn took(&mut self, taken: Result<()>) -> Result<()> {
        taken.map_err(|error| {
            self.not_taken = Some(error);
            IngestError::Cancelled
        })
    }
}

impl TakePieces for Taking<'_> {
    fn pieces(&mut self, pieces: Vec<Piece>) -> Result<()> {
        if self.not_taken.is_some() {
            return Err(IngestError::Cancelled);
        }
        let taken = pieces.into_iter().try_for_each(|piece| self.feed.piece(piece));
        self.took(taken)
    }

    fn record(&mut self, text: &TextAt<'_>) -> Direct {
        if self.not_taken.is_some() {
            return Direct::Unfit;
        }
        let direct = self.feed.converter.record_at(text);
        if matches!(direct, Direct::Taken(_)) {
            let delivered = self.feed.deliver_full();
            // The next pieces, or the end of the object, tell of an error.
            let _told_later = self.took(delivered);
        }
        direct
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
