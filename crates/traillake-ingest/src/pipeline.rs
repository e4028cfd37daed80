//! From sources to committed events, in four stages that run side by side.
//!
//! ```text
//!  plan ────> arrange ──jobs──> read ───chunks──> collect ───batch──> commit
//!  list ⋈     by day            pieces, gate,     duplicates within   duplicates in the store,
//!  manifest                     columns           the batch           files, manifest, log
//! ```
//!
//! The queues between them are bounded, so a slow commit slows the reading.

mod account;
mod arrange;
mod aside;
mod bundle;
mod collect;
mod convert;
mod decide;
mod feed;
mod flush;
mod gate;
mod gather;
mod job;
mod notes;
mod places;
mod plan;
mod pool;
mod read;
mod run;
mod stored;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use traillake_storage::{CompactOptions, EventTable, LakeStorage, compact};

pub(crate) use convert::{Converter, FoundRecord, SetAside};
pub(crate) use feed::deliver;
pub(crate) use job::{ObjectEnd, ObjectJob, ObjectShare, Previous, Reading};
pub(crate) use plan::ManifestCursor;
pub(crate) use read::read_limits;
pub(crate) use run::{Mode, Run};

use crate::IngestError;
use crate::batch::Chunk;
use crate::progress::IngestProgress;
use crate::request::IngestRequest;
use crate::summary::IngestSummary;

/// Result of the ingest calls.
pub type Result<T, E = IngestError> = std::result::Result<T, E>;

/// Jobs in order ahead of the readers: the next bundles of short ones.
const JOBS_READY: usize = 4 * bundle::BUNDLE_OBJECTS;

/// Brings the event data store of `table` up to date with the sources of `request`.
///
/// What the manifest knows is not read again; what is stored already is not stored
/// again. Every event counted in the summary is committed. After a cancellation the
/// objects read so far are committed and the summary says `interrupted`. Partitions that
/// are left with many small files are compacted ([`crate::IngestLimits::compact_at`]).
///
/// # Errors
///
/// [`IngestError`] when no source can be listed, when the store does not take events, or
/// when the lake fails; what was committed before stays, and the same call goes on there.
pub async fn ingest(
    table: &EventTable,
    lake: &LakeStorage,
    request: IngestRequest,
    progress: Arc<IngestProgress>,
    cancel: CancellationToken,
) -> Result<IngestSummary> {
    let mode = Mode::of(request.dry_run);
    let run = Run::start(table, lake, mode, request.limits, progress, cancel).await?;
    let run = Arc::new(run.held_to(request.grants.clone()));
    let request = request.narrowed();
    let summary = drive(Arc::clone(&run), |run, chunks| plan_and_read(run, request, chunks)).await?;
    if summary.events.stored > 0 && !summary.interrupted {
        merge_small_files(&run).await;
    }
    Ok(summary)
}

/// Merges the small files of partitions that have many. The events are safe whatever comes of it.
async fn merge_small_files(run: &Run) {
    let Some(min_files) = run.limits.compact_at.filter(|_| run.mode == Mode::Commit) else { return };
    let files_at_once = run.limits.compacted_at_once();
    let options = CompactOptions { min_files: min_files.get(), files_at_once, ..CompactOptions::default() };
    let merging = Box::pin(compact(&run.table, options));
    // Stopping at any point leaves the table whole.
    let merged = tokio::select! {
        biased;
        () = run.cancel.cancelled() => return,
        merged = merging => merged,
    };
    match merged {
        Ok(report) => tracing::info!(partitions = report.partitions.len(), "merged small files"),
        Err(error) => tracing::warn!(%error, "small files could not be merged; `traillake compact` tries again"),
    }
}

async fn plan_and_read(run: Arc<Run>, request: IngestRequest, chunks: mpsc::Sender<Chunk>) -> Result<()> {
    let (sender, listed) = mpsc::channel(arrange::JOBS_AHEAD);
    let (ready, jobs) = mpsc::channel(JOBS_READY);
    let ahead = request.objects_ahead();
    let (planned, arranged, read) = tokio::join!(
        stop_on_error(&run, plan::plan(Arc::clone(&run), Arc::new(request), sender)),
        stop_on_error(&run, arrange::arrange(&run, listed, ready)),
        stop_on_error(&run, read::read_all(Arc::clone(&run), ahead, jobs, chunks)),
    );
    planned.and(arranged).and(read)
}

/// Commits the chunks that `feed` sends, to its end; what fails stops the rest.
pub(crate) async fn drive<F>(
    run: Arc<Run>,
    feed: impl FnOnce(Arc<Run>, mpsc::Sender<Chunk>) -> F,
) -> Result<IngestSummary>
where
    F: Future<Output = Result<()>>,
{
    let (sender, chunks) = mpsc::channel(run.limits.workers());
    let feeding = Box::pin(stop_on_error(&run, feed(Arc::clone(&run), sender)));
    let publishing = Box::pin(stop_on_error(&run, collect::collect(Arc::clone(&run), chunks)));
    let (reading, outcome) = tokio::join!(feeding, publishing);
    // When committing fails, the feeding stages only find their queue closed.
    match outcome.and(reading) {
        Ok(()) => Ok(run.finish()),
        Err(error) => Err(with_what_was_committed(&run, error)),
    }
}

async fn stop_on_error(run: &Run, stage: impl Future<Output = Result<()>>) -> Result<()> {
    let ended = stage.await;
    if ended.is_err() {
        run.stop.cancel();
    }
    ended
}

fn with_what_was_committed(run: &Run, error: IngestError) -> IngestError {
    let summary = run.finish();
    if summary.events.read == 0 {
        return error;
    }
    IngestError::Unfinished { committed: Box::new(summary), source: Box::new(error) }
}
