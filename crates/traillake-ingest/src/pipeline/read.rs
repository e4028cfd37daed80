//! Reads objects, several at once, and feeds their pieces to converters on
//! threads that may block. Many small objects may be under way, but only a few
//! are converted at a time, and the bytes in flight have a budget.

use std::sync::Arc;

use futures::StreamExt as _;
use tokio::sync::mpsc;

use super::collect::stopped;
use super::convert::Converter;
use super::feed::{Feed, deliver, next_group};
use super::job::{ObjectEnd, ObjectFacts, ObjectJob};
use super::pool::{Lease, Pool};
use super::run::Run;
use crate::batch::Chunk;
use crate::{ObjectOutcome, Piece, ReadLimits, Result, read_object};

/// Groups of pieces ahead of a converter.
const PIECES_AHEAD: usize = 2;

/// Reads every job, `objects_ahead` at once, then hands over what the converters still hold.
pub(crate) async fn read_all(
    run: Arc<Run>,
    objects_ahead: usize,
    mut jobs: mpsc::Receiver<Arc<ObjectJob>>,
    chunks: mpsc::Sender<Chunk>,
) -> Result<()> {
    let pool = Arc::new(Pool::new(Arc::clone(&run)));
    let reads = futures::stream::poll_fn(|context| jobs.poll_recv(context)).map(|job| {
        let (run, pool, chunks) = (Arc::clone(&run), Arc::clone(&pool), chunks.clone());
        tokio::spawn(async move { read_job(&run, &pool, &chunks, job).await })
    });
    let mut reads = reads.buffer_unordered(objects_ahead);
    while let Some(read) = reads.next().await {
        read.map_err(stopped)??;
    }
    for mut converter in pool.drain() {
        if let Some(chunk) = converter.take_rest()? {
            deliver(&run, &chunks, chunk).await?;
        }
    }
    Ok(())
}

async fn read_job(run: &Arc<Run>, pool: &Pool, chunks: &mpsc::Sender<Chunk>, job: Arc<ObjectJob>) -> Result<()> {
    let mut lease = if job.object.is_foreign_by_key() {
        let mut lease = begin(pool, &job).await?;
        let detail = "its key says it holds no events".to_owned();
        lease.converter.end(ObjectEnd::Ignored { detail, facts: ObjectFacts::default() });
        lease
    } else {
        let _bytes_in_flight = pool.reserve(&job.object).await?;
        let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
        let (outcome, lease) = tokio::join!(read(run, &job, sender), convert(run, pool, chunks, &job, pieces));
        let mut lease = lease?;
        end(run, &mut lease.converter, outcome);
        lease
    };
    run.progress.object_done(job.object.size_bytes);
    if let Some(chunk) = lease.converter.take_full()? {
        deliver(run, chunks, chunk).await?;
    }
    pool.put_back(lease);
    Ok(())
}

/// Reads one object; no outcome when the run was stopped.
async fn read(run: &Run, job: &ObjectJob, pieces: mpsc::Sender<Vec<Piece>>) -> Option<Result<ObjectOutcome>> {
    let limits = read_limits(run);
    tokio::select! {
        biased;
        () = run.stop.cancelled() => None,
        outcome = read_object(&job.object, &limits, pieces) => Some(outcome),
    }
}

/// Converts the pieces of one object; takes a converter when the first ones are there.
async fn convert(
    run: &Arc<Run>,
    pool: &Pool,
    chunks: &mpsc::Sender<Chunk>,
    job: &Arc<ObjectJob>,
    mut pieces: mpsc::Receiver<Vec<Piece>>,
) -> Result<Lease> {
    let first = next_group(run, &mut pieces).await;
    let lease = begin(pool, job).await?;
    let Some(first) = first else { return Ok(lease) };
    let (converter, permit) = lease.split();
    let feed = Feed::new(Arc::clone(run), converter, chunks.clone());
    let converter = tokio::task::spawn_blocking(move || feed.run(first, pieces)).await.map_err(stopped)??;
    Ok(Lease::with(converter, permit))
}

async fn begin(pool: &Pool, job: &Arc<ObjectJob>) -> Result<Lease> {
    let mut lease = pool.take().await?;
    lease.converter.begin(Arc::clone(job));
    Ok(lease)
}

pub(crate) fn read_limits(run: &Run) -> ReadLimits {
    ReadLimits {
        record_bytes: run.limits.record_bytes,
        decompressed_bytes: run.limits.decompressed_bytes,
        decompression_ratio: run.limits.decompression_ratio,
        whole_bytes: run.limits.whole_bytes(),
    }
}

/// Ends the object in the converter by what its reading came to.
fn end(run: &Run, converter: &mut Converter, outcome: Option<Result<ObjectOutcome>>) {
    match outcome.filter(|_| !run.stop.is_cancelled()) {
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
