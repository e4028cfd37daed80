//! Tries again what was set aside: the kept bytes go through the pipeline once
//! more, and what still cannot be read is set aside under a new attempt.
//!
//! An object's row moves as a whole: its other counts stay, its quarantined
//! records are counted anew. Until that row is committed the old one counts.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use futures::stream::BoxStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use traillake_storage::{EventTable, LakeStorage, QuarantineRow};
use uuid::Uuid;

use crate::batch::Chunk;
use crate::pipeline::{
    Converter, FoundRecord, ManifestCursor, Mode, ObjectEnd, ObjectJob, Previous, Reading, Run, SetAside, deliver,
    drive, read_limits,
};
use crate::progress::IngestProgress;
use crate::request::IngestLimits;
use crate::summary::IngestSummary;
use crate::{Piece, RecordPiece, Result, SourceObject, read_object};

/// Which quarantined pieces to try again.
#[derive(Debug, Clone, Default)]
pub struct RetryRequest {
    /// Urls of the objects whose pieces are tried; empty is all objects.
    pub objects: BTreeSet<String>,
    /// Tell what would happen; write nothing.
    pub dry_run: bool,
    /// Memory and sizes; a higher record limit lets in what was too long before.
    pub limits: IngestLimits,
}

/// Feeds the quarantined bytes of a store through the pipeline again.
///
/// The summary counts the pieces tried: `stored`, `duplicate`, `filtered` and `expired`
/// have left the quarantine, `quarantined` are still in it.
///
/// # Errors
///
/// [`IngestError`](crate::IngestError) when the store does not take events or the lake fails.
pub async fn retry_quarantine(
    table: &EventTable,
    lake: &LakeStorage,
    request: RetryRequest,
    progress: Arc<IngestProgress>,
    cancel: CancellationToken,
) -> Result<IngestSummary> {
    let mode = Mode::of(request.dry_run);
    let run = Arc::new(Run::start(table, lake, mode, request.limits, progress, cancel).await?);
    drive(run, |run, chunks| feed(run, request, chunks)).await
}

async fn feed(run: Arc<Run>, request: RetryRequest, chunks: mpsc::Sender<Chunk>) -> Result<()> {
    let mut rows = run.table.quarantine_rows(&run.snapshot).await?;
    let mut feeder = Feeder::new(Arc::clone(&run), chunks);
    while let Some(row) = rows.try_next().await? {
        if run.stop.is_cancelled() {
            return feeder.hand_over().await;
        }
        let wanted = request.objects.is_empty() || request.objects.contains(&row.object);
        if wanted && feeder.open(&row).await? {
            feeder.row(row).await?;
        }
    }
    feeder.close();
    feeder.hand_over().await
}

/// Feeds the rows of one object after another.
struct Feeder {
    run: Arc<Run>,
    chunks: mpsc::Sender<Chunk>,
    converter: Converter,
    manifest: ManifestCursor,
    object: Option<String>,
}

impl Feeder {
    fn new(run: Arc<Run>, chunks: mpsc::Sender<Chunk>) -> Self {
        let manifest = ManifestCursor::new(Arc::clone(&run));
        Self { converter: Converter::new(Arc::clone(&run)), run, chunks, manifest, object: None }
    }

    /// Starts the object of `row` unless it is being fed; false when the manifest does not know it.
    async fn open(&mut self, row: &QuarantineRow) -> Result<bool> {
        if self.object.as_ref() == Some(&row.object) {
            return Ok(true);
        }
        self.close();
        let Some(base) = self.manifest.find(&row.object).await? else { return Ok(false) };
        let mut object = SourceObject::from_bytes(&row.object, Bytes::new());
        object.etag.clone_from(&base.etag);
        let job = ObjectJob {
            seq: self.run.next_sequence(),
            object,
            attempt: Uuid::new_v4(),
            previous: Some(Previous { attempt: base.attempt, stored: base.stored }),
            reading: Reading::Quarantined { base: Box::new(base) },
        };
        self.run.ledger().objects.seen += 1;
        self.run.progress.object_seen(0);
        self.converter.begin(Arc::new(job));
        self.object = Some(row.object.clone());
        Ok(true)
    }

    fn close(&mut self) {
        if self.object.take().is_some() {
            self.converter.end(ObjectEnd::Retried);
            self.run.progress.object_done(0);
        }
    }

    async fn hand_over(mut self) -> Result<()> {
        match self.converter.take_rest()? {
            Some(chunk) => deliver(&self.run, &self.chunks, chunk).await,
            None => Ok(()),
        }
    }

    /// Converts the records in the bytes of a row; without any the row is set aside as it was.
    async fn row(&mut self, row: QuarantineRow) -> Result<()> {
        let pieces = self.pieces(&row).await?;
        if pieces.iter().any(|piece| matches!(piece, Piece::Record(_))) {
            for piece in pieces {
                self.piece(&row, piece);
            }
        } else {
            self.converter.set_aside(SetAside::again(row));
        }
        match self.converter.take_full()? {
            Some(chunk) => deliver(&self.run, &self.chunks, chunk).await,
            None => Ok(()),
        }
    }

    fn piece(&mut self, row: &QuarantineRow, piece: Piece) {
        match piece {
            Piece::Record(RecordPiece { json, offset_bytes, index, context }) => self.converter.record(&FoundRecord {
                json: &json,
                offset_bytes: row.offset_bytes.saturating_add(offset_bytes),
                index: row.record_index.unwrap_or_default().saturating_add(index),
                account: context.account.as_deref(),
                region: context.region.as_deref(),
            }),
            Piece::Unsplittable(piece) => {
                let mut aside = SetAside::from(piece);
                aside.offset_bytes = aside.offset_bytes.saturating_add(row.offset_bytes);
                self.converter.set_aside(aside);
            }
            // A value too long to hold stays where it is: the whole row is set aside below.
            Piece::Oversized(_) => {}
        }
    }

    /// The pieces of the kept bytes; none when they are only a part or cannot be split.
    async fn pieces(&self, row: &QuarantineRow) -> Result<Vec<Piece>> {
        let Some(bytes) = self.bytes(row).await? else { return Ok(Vec::new()) };
        let object = SourceObject::from_bytes(&row.object, bytes);
        let (sender, mut groups) = mpsc::channel(2);
        let limits = read_limits(&self.run);
        let gather = async {
            let mut pieces = Vec::new();
            while let Some(group) = groups.recv().await {
                pieces.extend(group);
            }
            pieces
        };
        let (outcome, pieces) = tokio::join!(read_object(&object, &limits, sender), gather);
        let oversized = pieces.iter().any(|piece| matches!(piece, Piece::Oversized(_)));
        Ok(if outcome.is_err() || oversized { Vec::new() } else { pieces })
    }

    async fn bytes(&self, row: &QuarantineRow) -> Result<Option<Bytes>> {
        let bytes = match (&row.bytes, &row.blob) {
            (Some(bytes), _) => Bytes::from(bytes.clone()),
            (None, Some(blob)) if row.length_bytes <= self.run.limits.record_bytes => {
                collect(self.run.table.quarantine_blob(blob).await?).await?
            }
            _ => return Ok(None),
        };
        Ok((bytes.len() as u64 == row.length_bytes).then_some(bytes))
    }
}

async fn collect(mut blob: BoxStream<'static, traillake_storage::Result<Bytes>>) -> Result<Bytes> {
    let mut bytes = Vec::new();
    while let Some(part) = blob.try_next().await? {
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.into())
}

impl SetAside {
    /// The same piece once more.
    fn again(row: QuarantineRow) -> Self {
        Self {
            offset_bytes: row.offset_bytes,
            index: row.record_index,
            reason: row.reason,
            message: row.message,
            bytes: row.bytes,
            blob: row.blob,
            length_bytes: row.length_bytes,
        }
    }
}
