//! Reads objects, several at once, and feeds their pieces to converters on
//! threads that may block.

use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::aside::{Upload, put_large};
use super::collect::stopped;
use super::convert::{Converter, FoundRecord, SetAside};
use super::job::{ObjectEnd, ObjectFacts, ObjectJob};
use super::run::{Mode, Run};
use crate::batch::Chunk;
use crate::{
    IngestError, ObjectOutcome, OversizedPart, Piece, ReadLimits, Result, UnsplittablePiece, read_object,
};

/// Groups of pieces ahead of a converter.
const PIECES_AHEAD: usize = 2;

/// Reads every job, then hands over what the converters still hold.
pub(crate) async fn read_all(
    run: Arc<Run>,
    mut jobs: mpsc::Receiver<Arc<ObjectJob>>,
    chunks: mpsc::Sender<Chunk>,
) -> Result<()> {
    let pool = Arc::new(Pool::new(Arc::clone(&run)));
    let reads = futures::stream::poll_fn(|context| jobs.poll_recv(context)).map(|job| {
        let (run, pool, chunks) = (Arc::clone(&run), Arc::clone(&pool), chunks.clone());
        tokio::spawn(async move { read_job(&run, &pool, &chunks, job).await })
    });
    let mut reads = reads.buffer_unordered(run.limits.workers());
    while let Some(read) = reads.next().await {
        read.map_err(stopped)??;
    }
    for mut converter in pool.drain() {
        if let Some(chunk) = converter.take_rest() {
            deliver(&run, &chunks, chunk).await?;
        }
    }
    Ok(())
}

/// Converters between two objects, with the rows they hold.
#[derive(Debug)]
struct Pool {
    run: Arc<Run>,
    idle: Mutex<Vec<Converter>>,
}

impl Pool {
    fn new(run: Arc<Run>) -> Self {
        Self { run, idle: Mutex::default() }
    }

    fn take(&self) -> Converter {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Converter::new(Arc::clone(&self.run)))
    }

    fn put_back(&self, converter: Converter) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(converter);
    }

    fn drain(&self) -> Vec<Converter> {
        std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn read_job(run: &Arc<Run>, pool: &Pool, chunks: &mpsc::Sender<Chunk>, job: Arc<ObjectJob>) -> Result<()> {
    let mut converter = pool.take();
    converter.begin(Arc::clone(&job));
    if job.object.is_foreign_by_key() {
        converter.end(ObjectEnd::Ignored { detail: "its key says it holds no events".to_owned(), facts: ObjectFacts::default() });
    } else {
        let outcome;
        (converter, outcome) = read_pieces(run, converter, chunks, &job).await?;
        end(run, &mut converter, outcome);
    }
    run.progress.object_done(job.object.size_bytes);
    if let Some(chunk) = converter.take_full() {
        deliver(run, chunks, chunk).await?;
    }
    pool.put_back(converter);
    Ok(())
}

/// Reads one object and converts its pieces; no outcome when the run was stopped.
async fn read_pieces(
    run: &Arc<Run>,
    converter: Converter,
    chunks: &mpsc::Sender<Chunk>,
    job: &ObjectJob,
) -> Result<(Converter, Option<Result<ObjectOutcome>>)> {
    let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
    let feed = Feed { run: Arc::clone(run), converter, chunks: chunks.clone(), upload: None };
    let feeding = tokio::task::spawn_blocking(move || feed.run(pieces));
    let limits = read_limits(run);
    let outcome = tokio::select! {
        biased;
        () = run.stop.cancelled() => None,
        outcome = read_object(&job.object, &limits, sender) => Some(outcome),
    };
    let converter = feeding.await.map_err(stopped)??;
    Ok((converter, outcome.filter(|_| !run.stop.is_cancelled())))
}

pub(crate) fn read_limits(run: &Run) -> ReadLimits {
    ReadLimits {
        record_bytes: run.limits.record_bytes,
        decompressed_bytes: run.limits.decompressed_bytes,
        decompression_ratio: run.limits.decompression_ratio,
        whole_bytes: run.limits.whole_bytes(),
    }
}

/// One object's way from pieces to chunks, on a blocking thread.
struct Feed {
    run: Arc<Run>,
    converter: Converter,
    chunks: mpsc::Sender<Chunk>,
    upload: Option<Upload>,
}

impl Feed {
    fn run(mut self, mut pieces: mpsc::Receiver<Vec<Piece>>) -> Result<Converter> {
        while let Some(group) = pieces.blocking_recv() {
            for piece in group {
                self.piece(piece)?;
            }
            if self.run.stop.is_cancelled() {
                break;
            }
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
        if let Some(chunk) = self.converter.take_full() {
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
                    let aside = SetAside { length_bytes, reason: reason.code().to_owned(), message, ..SetAside::default() };
                    self.converter.set_aside(Handle::current().block_on(upload.finish(aside))?);
                }
            }
        }
        Ok(())
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

/// Ends the object in the converter by what its reading came to.
fn end(run: &Run, converter: &mut Converter, outcome: Option<Result<ObjectOutcome>>) {
    match outcome {
        None => unfinished(converter, "interrupted"),
        Some(Err(error)) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            run.notes.tell(format!("{error}{cause}"), error.hint());
            run.ledger().objects.failed += 1;
            unfinished(converter, "reading broke off");
        }
        Some(Ok(outcome)) => finished(converter, outcome),
    }
}

/// An object of which nothing was taken leaves no trace in the manifest.
fn unfinished(converter: &mut Converter, detail: &str) {
    if converter.is_untouched() {
        converter.abandon();
    } else {
        converter.end(ObjectEnd::Unfinished { detail: detail.to_owned() });
    }
}

fn finished(converter: &mut Converter, outcome: ObjectOutcome) {
    let facts = ObjectFacts {
        sha256: outcome.sha256,
        compressed_bytes: outcome.compressed_bytes,
        decompressed_bytes: outcome.decompressed_bytes,
        envelope: outcome.envelope.map(|kind| kind.as_str().to_owned()),
        detail: outcome.error.as_ref().map(ToString::to_string),
    };
    if outcome.content_kind.holds_records() || !converter.is_untouched() {
        let whole = outcome.content_kind.holds_records() && outcome.error.is_none();
        converter.end(ObjectEnd::Read { whole, facts });
    } else {
        converter.end(ObjectEnd::Ignored { detail: format!("holds {}, no events", outcome.content_kind), facts });
    }
}
