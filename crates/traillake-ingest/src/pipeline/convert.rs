//! Turns pieces of objects into chunks: every record read, judged by the gate,
//! placed, and appended to columns; what cannot be read is set aside.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch, RecordBatchOptions};
use arrow::error::ArrowError;
use chrono::NaiveDate;
use traillake_columnar::{EventBatchBuilder, EventRecord, RecordError, RecordLimits, RecordReader};
use traillake_storage::QuarantineRow;
use uuid::Uuid;

use super::gate::Refusal;
use super::job::{ObjectEnd, ObjectJob, ObjectShare};
use super::notes::Reason;
use super::places::{ChunkPlaces, PlaceSources};
use super::run::{Mode, Run};
use crate::batch::{Chunk, RowMeta, index};
use crate::dedupe::{Mark, Occurrences};
use crate::envelope::is_record;
use crate::memory::bytes_of;
use crate::split::{Direct, TextAt};
use crate::{IngestError, Result};

/// One record as it was found in an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundRecord<'a> {
    pub(crate) json: &'a [u8],
    pub(crate) offset_bytes: u64,
    pub(crate) index: u64,
    /// Account and region of the envelope around it.
    pub(crate) account: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
}

/// Bytes that go to quarantine.
#[derive(Debug, Default)]
pub(crate) struct SetAside {
    pub(crate) offset_bytes: u64,
    pub(crate) index: Option<u64>,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) blob: Option<String>,
    pub(crate) length_bytes: u64,
}

/// Fills chunks with the records of one object after another.
#[derive(Debug)]
pub(crate) struct Converter {
    run: Arc<Run>,
    reader: RecordReader,
    chunk: OpenChunk,
    current: Option<Current>,
}

#[derive(Debug)]
struct OpenChunk {
    builder: EventBatchBuilder,
    metas: Vec<RowMeta>,
    places: ChunkPlaces,
    shares: Vec<(Arc<ObjectJob>, ObjectShare)>,
    quarantine_bytes: usize,
}

/// The object being read.
#[derive(Debug)]
struct Current {
    job: Arc<ObjectJob>,
    share: u32,
    account: Option<String>,
    region: Option<String>,
    occurrences: Occurrences,
    reasons: Vec<(Reason, u64)>,
    pending: Pending,
    touched: bool,
    /// Whether every event so far is of a granted account.
    all_granted: bool,
}

/// Progress not yet told; telling every record would make the readers wait for each other.
#[derive(Debug, Default, Clone, Copy)]
struct Pending {
    events: u64,
    quarantined: u64,
    bytes: u64,
}

impl Converter {
    /// A converter with an empty chunk.
    pub(crate) fn new(run: Arc<Run>) -> Self {
        let schema = run.table.schema();
        let limits = RecordLimits::default();
        let rows = run.limits.chunk_rows();
        Self {
            reader: RecordReader::new(Arc::clone(schema), limits),
            chunk: OpenChunk {
                builder: EventBatchBuilder::new(Arc::clone(schema), rows),
                metas: Vec::new(),
                places: ChunkPlaces::default(),
                shares: Vec::new(),
                quarantine_bytes: 0,
            },
            current: None,
            run,
        }
    }

    /// Starts an object.
    pub(crate) fn begin(&mut self, job: Arc<ObjectJob>) {
        let key = job.object.key.as_ref();
        let (account, region) = (key.map(|key| key.account.clone()), key.and_then(|key| key.region.clone()));
        self.current = Some(Current {
            share: self.chunk.open_share(Arc::clone(&job)),
            job,
            account,
            region,
            occurrences: Occurrences::default(),
            reasons: Vec::new(),
            pending: Pending::default(),
            touched: false,
            all_granted: true,
        });
    }

    /// Reads one record of the object and decides what becomes of it.
    pub(crate) fn record(&mut self, found: &FoundRecord<'_>) {
        let Self { run, reader, chunk, current: Some(current), .. } = self else { return };
        current.pending.bytes += found.json.len() as u64;
        match reader.read(found.json) {
            Err(error) => chunk.set_aside(run, current, SetAside::broken(found, &error)),
            Ok(record) => chunk.judge(run, current, &record, found),
        }
        current.counted(run);
    }

    /// The same for the record that a text begins with, if it is one without fault.
    pub(crate) fn record_at(&mut self, text: &TextAt<'_>) -> Direct {
        let Self { run, reader, chunk, current: Some(current), .. } = self else { return Direct::Unfit };
        let record = match reader.read_first(text.text) {
            Ok(record) if is_record(record.member_names(), text.may_be_envelope) => record,
            Err(error) if error.offset_bytes >= text.text.len() => return Direct::Open,
            Ok(_) | Err(_) => return Direct::Unfit,
        };
        let json = record.json().as_bytes();
        if json.len() > text.limit_bytes {
            return Direct::Open;
        }
        let found = FoundRecord {
            json,
            offset_bytes: text.offset_bytes,
            index: text.index,
            account: text.context.account.as_deref(),
            region: text.context.region.as_deref(),
        };
        current.pending.bytes += json.len() as u64;
        chunk.judge(run, current, &record, &found);
        current.counted(run);
        Direct::Taken(json.len())
    }

    /// Sets aside bytes that are not a record; they count as one read.
    pub(crate) fn set_aside(&mut self, aside: SetAside) {
        let Self { run, chunk, current: Some(current), .. } = self else { return };
        current.pending.bytes += aside.length_bytes;
        chunk.set_aside(run, current, aside);
        current.counted(run);
    }

    /// Address of the object; empty between two objects.
    pub(crate) fn object(&self) -> &str {
        self.current.as_ref().map_or("", |current| &current.job.object.url)
    }

    /// True while nothing of the object has been taken.
    pub(crate) fn is_untouched(&self) -> bool {
        self.current.as_ref().is_none_or(|current| !current.touched)
    }

    /// Forgets an object of which nothing was taken.
    pub(crate) fn abandon(&mut self) {
        if let Some(current) = self.current.take() {
            self.chunk.shares.truncate(current.share as usize);
        }
    }

    /// Ends the object.
    pub(crate) fn end(&mut self, mut end: ObjectEnd) {
        let Some(mut current) = self.current.take() else { return };
        current.tell(&self.run);
        if let ObjectEnd::Read { all_granted, .. } = &mut end {
            *all_granted = current.all_granted;
        }
        for (reason, count) in current.reasons.drain(..) {
            self.run.notes.count(reason, count, &current.job.object.url);
        }
        if let Some((_, share)) = self.chunk.shares.get_mut(current.share as usize) {
            share.end = Some(end);
        }
    }

    /// The chunk, when it has reached its size; the object goes on in the next one.
    pub(crate) fn take_full(&mut self) -> Result<Option<Chunk>> {
        let limits = &self.run.limits;
        let holds = !self.chunk.metas.is_empty() || self.chunk.quarantine_bytes > 0;
        let full = holds && self.chunk.memory_bytes() >= limits.chunk_bytes()
            || self.chunk.builder.len() >= limits.chunk_rows()
            || self.chunk.shares.len() >= limits.chunk_rows();
        full.then(|| self.take()).transpose()
    }

    /// What is left, when there is anything.
    pub(crate) fn take_rest(&mut self) -> Result<Option<Chunk>> {
        (!self.chunk.shares.is_empty()).then(|| self.take()).transpose()
    }

    fn take(&mut self) -> Result<Chunk> {
        let chunk = self.chunk.take()?;
        if let Some(current) = &mut self.current {
            current.share = self.chunk.open_share(Arc::clone(&current.job));
        }
        Ok(chunk)
    }
}

impl OpenChunk {
    fn open_share(&mut self, job: Arc<ObjectJob>) -> u32 {
        self.shares.push((job, ObjectShare::default()));
        index(self.shares.len() - 1)
    }

    fn memory_bytes(&self) -> usize {
        self.builder.memory_bytes().saturating_add(self.quarantine_bytes)
    }

    fn take(&mut self) -> Result<Chunk> {
        let rows = shrunk(self.builder.finish())
            .map_err(|error| IngestError::Internal { message: format!("a chunk could not be built: {error}") })?;
        Ok(Chunk {
            memory_bytes: bytes_of(&rows) + std::mem::take(&mut self.quarantine_bytes),
            rows,
            metas: std::mem::take(&mut self.metas),
            places: self.places.take(),
            shares: std::mem::take(&mut self.shares),
        })
    }

    /// Keeps a record, or notes why not.
    fn judge(&mut self, run: &Run, current: &mut Current, record: &EventRecord<'_>, found: &FoundRecord<'_>) {
        match run.gate.admit(record) {
            Ok(date) => self.keep(run, current, record, date, found),
            Err(Refusal::OutOfRange { message }) => {
                self.set_aside(run, current, SetAside::new(found, Refusal::OUT_OF_RANGE, message));
            }
            Err(refusal) => self.refuse(run, current, record, &refusal),
        }
    }

    fn keep(
        &mut self,
        run: &Run,
        current: &mut Current,
        record: &EventRecord<'_>,
        date: NaiveDate,
        found: &FoundRecord<'_>,
    ) {
        let (account, region) = (record.recipient_account_id(), record.aws_region());
        let sources = PlaceSources {
            accounts: [account.as_deref(), found.account, current.account.as_deref()],
            regions: [region.as_deref(), found.region, current.region.as_deref()],
            date,
        };
        if !run.grants.allows_account(sources.account()) {
            let refusal = Refusal::NotGranted { account: sources.account().to_owned() };
            current.all_granted = false;
            return self.refuse(run, current, record, &refusal);
        }
        let (mark, occurrence) = mark(run, record, &mut current.occurrences);
        let micros = record.event_time_micros();
        self.builder.append(record);
        self.metas.push(RowMeta {
            share: current.share,
            place: self.places.number(&run.caps, &sources),
            event_time_micros: micros,
            mark,
            occurrence,
        });
        if let Some((_, share)) = self.shares.get_mut(current.share as usize) {
            share.counts.read += 1;
            share.cover(micros);
        }
    }

    fn refuse(&mut self, run: &Run, current: &mut Current, record: &EventRecord<'_>, refusal: &Refusal) {
        current.because(run, refusal.reason(record));
        let Some((_, share)) = self.shares.get_mut(current.share as usize) else { return };
        share.counts.read += 1;
        if *refusal == Refusal::Expired {
            share.counts.expired += 1;
            run.notes.expired(record.event_time_micros());
        } else {
            share.counts.filtered += 1;
        }
    }

    fn set_aside(&mut self, run: &Run, current: &mut Current, mut aside: SetAside) {
        current.because(run, Reason::Quarantined(aside.reason.clone()));
        current.pending.quarantined += 1;
        if run.mode == Mode::DryRun {
            aside.bytes = None;
        }
        let Some((job, share)) = self.shares.get_mut(current.share as usize) else { return };
        share.counts.read += 1;
        share.counts.quarantined += 1;
        self.quarantine_bytes += 512 + aside.bytes.as_ref().map_or(0, Vec::len);
        share.quarantine.push(aside.into_row(run, job));
    }
}

/// What tells a record apart, and which of its like in the object it is. A dry run goes by content alone: it keeps
/// no rows to compare.
fn mark(run: &Run, record: &EventRecord<'_>, occurrences: &mut Occurrences) -> (Mark, u32) {
    match record.event_id() {
        Some(id) if run.mode == Mode::Commit => (Mark::Id(run.id_hasher.hash_one(id.as_ref())), 1),
        id => {
            let content = record.content_digest();
            (Mark::Content(content), if id.is_some() { 1 } else { occurrences.next(content) })
        }
    }
}

/// The rows without the spare capacity that builders leave: a batch waits in memory.
fn shrunk(rows: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let (schema, mut columns, count) = rows.into_parts();
    for column in &mut columns {
        column.shrink_to_fit();
    }
    RecordBatch::try_new_with_options(schema, columns, &RecordBatchOptions::new().with_row_count(Some(count)))
}

impl Current {
    /// Counts why an event is not stored.
    fn because(&mut self, run: &Run, reason: Reason) {
        if let Some((_, count)) = self.reasons.iter_mut().find(|(known, _)| *known == reason) {
            *count += 1;
            return;
        }
        if self.reasons.len() >= 32 {
            for (reason, count) in self.reasons.drain(..) {
                run.notes.count(reason, count, &self.job.object.url);
            }
        }
        self.reasons.push((reason, 1));
    }

    fn counted(&mut self, run: &Run) {
        self.touched = true;
        self.pending.events += 1;
        if self.pending.events >= 256 {
            self.tell(run);
        }
    }

    fn tell(&mut self, run: &Run) {
        let Pending { events, quarantined, bytes } = std::mem::take(&mut self.pending);
        run.progress.records(events, quarantined, bytes);
    }
}

impl SetAside {
    fn new(found: &FoundRecord<'_>, reason: &str, message: String) -> Self {
        Self {
            offset_bytes: found.offset_bytes,
            index: Some(found.index),
            reason: reason.to_owned(),
            message,
            bytes: Some(found.json.to_vec()),
            blob: None,
            length_bytes: found.json.len() as u64,
        }
    }

    fn broken(found: &FoundRecord<'_>, error: &RecordError) -> Self {
        let message = match error.hint() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        };
        Self::new(found, error.code(), message)
    }

    fn into_row(self, run: &Run, job: &ObjectJob) -> QuarantineRow {
        QuarantineRow {
            id: Uuid::new_v4(),
            object: job.object.url.clone(),
            attempt: job.attempt,
            etag: job.object.etag.clone(),
            offset_bytes: self.offset_bytes,
            record_index: self.index,
            reason: self.reason,
            message: self.message,
            bytes: self.bytes,
            blob: self.blob,
            length_bytes: self.length_bytes,
            quarantined_at_ms: run.now.timestamp_millis(),
        }
    }
}
