//! Reads objects, several at once, and feeds their pieces to converters on
//! threads that may block. Short objects go from their bytes to rows on one
//! thread, many local ones in one go; long ones are read on one thread and
//! converted on another. The bytes in flight have a budget.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use tokio::sync::mpsc;

use super::bundle::{Bundles, Task};
use super::collect::stopped;
use super::convert::Converter;
use super::feed::{Feed, deliver, next_group};
use super::job::{ObjectEnd, ObjectFacts, ObjectJob};
use super::pool::{Lease, Pool};
use super::run::Run;
use crate::batch::Chunk;
use crate::read::open_object;
use crate::{ObjectOutcome, Piece, ReadLimits, Result, read_object};

/// Groups of pieces ahead of a converter.
const PIECES_AHEAD: usize = 2;

/// What every reader needs.
#[derive(Clone)]
struct Readers {
    run: Arc<Run>,
    pool: Arc<Pool>,
    chunks: mpsc::Sender<Chunk>,
}

/// Reads every job, `objects_ahead` at once, then hands over what the converters still hold.
pub(crate) async fn read_all(
    run: Arc<Run>,
    objects_ahead: usize,
    jobs: mpsc::Receiver<Arc<ObjectJob>>,
    chunks: mpsc::Sender<Chunk>,
) -> Result<()> {
    let readers = Readers { pool: Arc::new(Pool::new(Arc::clone(&run))), run, chunks };
    let tasks = stream::unfold(Bundles::new(jobs, &readers.run.limits), async |mut bundles| {
        let task = bundles.next().await?;
        Some((task, bundles))
    });
    let mut reads = std::pin::pin!(
        tasks
            .map(|task| {
                let readers = readers.clone();
                tokio::spawn(async move { readers.read(task).await })
            })
            .buffer_unordered(objects_ahead)
    );
    while let Some(read) = reads.next().await {
        read.map_err(stopped)??;
    }
    for mut converter in readers.pool.drain() {
        if let Some(chunk) = converter.take_rest()? {
            deliver(&readers.run, &readers.chunks, chunk).await?;
        }
    }
    Ok(())
}

impl Readers {
    async fn read(&self, task: Task) -> Result<()> {
        let _bytes_in_flight = self.pool.reserve(task.largest()).await?;
        match task {
            Task::Here(jobs) => self.on_one_thread(move |feed| feed.read_here(jobs)).await,
            Task::Whole(job) => self.whole(job).await,
            Task::Streamed(job) => self.streamed(job).await,
        }
    }

    /// Fetches an object and takes it from its bytes to rows.
    async fn whole(&self, job: Arc<ObjectJob>) -> Result<()> {
        let limits = read_limits(&self.run);
        let opened = tokio::select! {
            biased;
            () = self.run.stop.cancelled() => return Ok(()),
            opened = open_object(&job.object, &limits) => opened,
        };
        self.on_one_thread(move |feed| feed.read_opened(&job, opened)).await
    }

    async fn on_one_thread(&self, work: impl FnOnce(&mut Feed) -> Result<()> + Send + 'static) -> Result<()> {
        let (converter, permit) = self.pool.take().await?.split();
        let mut feed = Feed::new(Arc::clone(&self.run), converter, self.chunks.clone());
        let working = tokio::task::spawn_blocking(move || work(&mut feed).map(|()| feed.into_converter()));
        let converter = working.await.map_err(stopped)??;
        self.pool.put_back(Lease::with(converter, permit));
        Ok(())
    }

    /// Reads on one thread and converts on another.
    async fn streamed(&self, job: Arc<ObjectJob>) -> Result<()> {
        let Self { run, pool, chunks } = self;
        let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
        let (outcome, lease) = tokio::join!(read(run, &job, sender), convert(run, pool, chunks, &job, pieces));
        let mut lease = lease?;
        end(run, &mut lease.converter, outcome);
        run.progress.object_done(job.object.size_bytes);
        if let Some(chunk) = lease.converter.take_full()? {
            deliver(run, chunks, chunk).await?;
        }
        pool.put_back(lease);
        Ok(())
    }
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
    let mut lease = pool.take().await?;
    lease.converter.begin(Arc::clone(job));
    let Some(first) = first else { return Ok(lease) };
    let (converter, permit) = lease.split();
    let feed = Feed::new(Arc::clone(run), converter, chunks.clone());
    let converter = tokio::task::spawn_blocking(move || feed.run(first, pieces)).await.map_err(stopped)??;
    Ok(Lease::with(converter, permit))
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
pub(crate) fn end(run: &Run, converter: &mut Converter, outcome: Option<Result<ObjectOutcome>>) {
    match outcome.filter(|_| !run.stop.is_cancelled()) {
        None => unfinished(converter, "interrupted"),
        Some(Err(error)) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            run.notes.tell_of(converter.object(), format!("{error}{cause}"), error.hint());
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
        converter.end(ObjectEnd::Read { whole, all_granted: true, facts });
    } else {
        converter.end(ObjectEnd::Ignored { detail: format!("holds {}, no events", outcome.content_kind), facts });
    }
}
