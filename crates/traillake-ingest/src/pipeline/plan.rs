//! Lists the sources, joins the listing with the manifest in order, and sends
//! what is to be read. Both sides are streams: only the queue of what is to be
//! read is held in memory, and it is bounded.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc;
use traillake_storage::{ManifestRow, ObjectRange, TableSnapshot};
use uuid::Uuid;

use super::decide::is_unchanged;
use super::job::{ObjectJob, Previous, Reading};
use super::run::Run;
use crate::request::IngestRequest;
use crate::source::Origin;
use crate::{IngestError, ListError, Result, SourceObject, SourceSpec, list};

type Listing = BoxStream<'static, Result<SourceObject, ListError>>;

/// Sends a job for every object that is to be read, ordered by url.
pub(crate) async fn plan(run: Arc<Run>, request: Arc<IngestRequest>, jobs: mpsc::Sender<Arc<ObjectJob>>) -> Result<()> {
    let opened = tokio::select! {
        biased;
        () = run.stop.cancelled() => None,
        opened = Merged::open(&run, &request) => Some(opened?),
    };
    let Some(mut listing) = opened else { return Ok(()) };
    let mut manifest = ManifestCursor::new(Arc::clone(&run));
    while let Some(object) = tokio::select! {
        biased;
        () = run.stop.cancelled() => None,
        object = listing.next(&run) => object,
    } {
        if is_unsettled(&run, &object) || !run.may_take(&object) {
            continue;
        }
        run.progress.object_seen(object.size_bytes);
        run.ledger().objects.seen += 1;
        let row = manifest.find(&object.url).await?;
        if let Some(row) = &row
            && !request.retry
            && is_unchanged(&run, &object, row)
        {
            run.ledger().objects.unchanged += 1;
            run.progress.object_done(object.size_bytes);
            continue;
        }
        if jobs.send(job(&run, object, row.as_ref())).await.is_err() {
            break;
        }
    }
    run.progress.listing_ended();
    Ok(())
}

/// Changed so recently that it may still be written.
fn is_unsettled(run: &Run, object: &SourceObject) -> bool {
    let settle = i64::try_from(run.limits.settle.as_millis()).unwrap_or(i64::MAX);
    let age = object.last_modified_ms.map(|at| run.now.timestamp_millis().saturating_sub(at));
    age.is_some_and(|age| (0..settle).contains(&age))
}

fn job(run: &Run, mut object: SourceObject, row: Option<&ManifestRow>) -> Arc<ObjectJob> {
    let attempt = Uuid::new_v4();
    if matches!(object.origin(), Origin::Stdin) {
        // Every standard input is another object.
        object.url = format!("stdin:{attempt}");
    }
    Arc::new(ObjectJob {
        seq: run.next_sequence(),
        object,
        attempt,
        previous: row.map(|row| Previous { attempt: row.attempt, stored: row.stored }),
        reading: Reading::Whole,
    })
}

/// Several listings as one, ordered by url, equal urls once.
struct Merged {
    listings: Vec<Listing>,
    heads: BinaryHeap<Reverse<Head>>,
    last: Option<String>,
    /// Listings whose next object is not in `heads`.
    due: Vec<usize>,
}

struct Head {
    object: SourceObject,
    listing: usize,
}

impl Merged {
    async fn open(run: &Run, request: &Arc<IngestRequest>) -> Result<Self> {
        let opening = request.sources.clone().into_iter().map(|source| open(source, request));
        let opened: Vec<_> = futures::stream::iter(opening).buffered(16).collect().await;
        let (mut listings, mut last_error) = (Vec::new(), None);
        for listing in opened {
            match listing {
                Ok(listing) => listings.push(listing),
                Err(error) => last_error = Some(fail_listing(run, error, last_error)),
            }
        }
        if !request.objects.is_empty() {
            listings.push(in_memory(&request.objects));
        }
        match last_error {
            Some(error) if listings.is_empty() => Err(error),
            _ => Ok(Self { due: (0..listings.len()).collect(), listings, heads: BinaryHeap::new(), last: None }),
        }
    }

    /// The next object; what cannot be listed is noted and counted.
    async fn next(&mut self, run: &Run) -> Option<SourceObject> {
        loop {
            while let Some(listing) = self.due.last().copied() {
                self.advance(run, listing).await;
                self.due.pop();
            }
            let Reverse(Head { object, listing }) = self.heads.pop()?;
            self.due.push(listing);
            if self.last.as_ref() != Some(&object.url) {
                self.last = Some(object.url.clone());
                return Some(object);
            }
        }
    }

    async fn advance(&mut self, run: &Run, listing: usize) {
        let Some(stream) = self.listings.get_mut(listing) else { return };
        while let Some(item) = stream.next().await {
            match item {
                Ok(object) => return self.heads.push(Reverse(Head { object, listing })),
                Err(error) => note_failure(run, &error.to_string(), error.hint()),
            }
        }
    }
}

fn in_memory(objects: &[SourceObject]) -> Listing {
    let mut objects = objects.to_vec();
    objects.sort_by(|a, b| a.url.cmp(&b.url));
    futures::stream::iter(objects.into_iter().map(Ok)).boxed()
}

fn open(source: SourceSpec, request: &Arc<IngestRequest>) -> BoxFuture<'static, Result<Listing>> {
    let request = Arc::clone(request);
    async move { list(&source, &request.filter, &request.options).await }.boxed()
}

fn fail_listing(run: &Run, error: IngestError, earlier: Option<IngestError>) -> IngestError {
    note_failure(run, &error.to_string(), error.hint());
    earlier.unwrap_or(error)
}

fn note_failure(run: &Run, message: &str, hint: Option<String>) {
    let mut ledger = run.ledger();
    ledger.objects.seen += 1;
    ledger.objects.failed += 1;
    drop(ledger);
    run.notes.tell(message.to_owned(), hint);
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Of equal urls the one that was named outright comes first.
        (&self.object.url, !self.object.named).cmp(&(&other.object.url, !other.object.named))
    }
}

/// Walks the manifest beside an ordered sequence of urls.
pub(crate) struct ManifestCursor {
    run: Arc<Run>,
    snapshot: Arc<TableSnapshot>,
    rows: Option<BoxStream<'static, traillake_storage::Result<ManifestRow>>>,
    head: Option<ManifestRow>,
    asked: String,
}

impl ManifestCursor {
    pub(crate) fn new(run: Arc<Run>) -> Self {
        Self { snapshot: Arc::clone(&run.snapshot), run, rows: None, head: None, asked: String::new() }
    }

    /// The row of `url`. Urls should ascend; one that does not is looked up by itself.
    pub(crate) async fn find(&mut self, url: &str) -> Result<Option<ManifestRow>> {
        if url < self.asked.as_str() || self.rows.is_none() {
            let range = ObjectRange { from: Some(url.to_owned()), until: None };
            self.rows = Some(self.run.table.manifest_rows(&self.snapshot, range).await?);
            self.head = None;
        }
        url.clone_into(&mut self.asked);
        while self.head.as_ref().is_none_or(|head| head.object.as_str() < url) {
            let Some(rows) = &mut self.rows else { break };
            match rows.next().await.transpose()? {
                Some(row) => self.head = Some(row),
                None => break,
            }
        }
        Ok(self.head.take_if(|head| head.object == url))
    }
}
