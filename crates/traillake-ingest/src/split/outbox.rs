//! Numbers the pieces, holds back what may turn out to be an unrelated file, and joins runs of small rubbish.

use std::sync::Arc;

use bytes::Bytes;

use crate::{EnvelopeContext, OversizedPart, Piece, RecordPiece, UnsplittablePiece, UnsplittableReason};

/// Unsplittable pieces of one object that are told one by one; later ones are joined into runs.
const MAX_SINGLES: u64 = 1_000;
/// Bytes that are held back, and bytes that a run keeps.
const MAX_HELD_BYTES: usize = 1 << 20;

/// Pieces on their way out.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    ready: Vec<Piece>,
    /// Pieces that count only if the object turns out to hold records.
    held: Vec<Piece>,
    held_bytes: usize,
    /// Nothing is held back any more.
    open: bool,
    records: bool,
    next_index: u64,
    singles: u64,
    run: Option<Run>,
    /// True while an oversized value is handed on, and not swallowed by a run.
    oversized: bool,
}

/// Many unsplittable values as one.
#[derive(Debug)]
struct Run {
    offset_bytes: u64,
    end_bytes: u64,
    values: u64,
    reason: UnsplittableReason,
    bytes: Vec<u8>,
    index: u64,
}

impl Outbox {
    pub(super) fn new(open: bool) -> Self {
        Self { open, ..Self::default() }
    }

    pub(super) fn take(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.ready)
    }

    /// True when the object has shown that it holds records.
    pub(super) fn records(&self) -> bool {
        self.records
    }

    /// True when no piece has come yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.next_index == 0
    }

    /// True when nothing waits to be handed on.
    pub(super) fn is_idle(&self) -> bool {
        self.ready.is_empty() && self.held.is_empty() && self.run.is_none()
    }

    /// The number of the next piece.
    pub(super) fn next_index(&self) -> u64 {
        self.next_index
    }

    /// A record was taken past an idle outbox.
    pub(super) fn passed(&mut self) {
        self.saw_records();
        self.number();
    }

    /// The object holds records, even if none came yet.
    pub(super) fn saw_records(&mut self) {
        self.records = true;
        self.open();
    }

    /// Hands on what was held back and holds nothing back any more.
    pub(super) fn open(&mut self) {
        self.open = true;
        self.ready.append(&mut self.held);
    }

    pub(super) fn record(&mut self, json: Bytes, offset_bytes: u64, context: Arc<EnvelopeContext>) {
        self.saw_records();
        self.end_run();
        let index = self.number();
        self.ready.push(Piece::Record(RecordPiece { json, offset_bytes, index, context }));
    }

    pub(super) fn unsplittable(&mut self, offset_bytes: u64, reason: UnsplittableReason, message: &str, bytes: &Bytes) {
        let length_bytes = bytes.len() as u64;
        if !self.takes_single(bytes.len()) {
            self.extend_run(offset_bytes, reason, bytes, length_bytes);
            return;
        }
        self.singles += 1;
        let index = self.number();
        let bytes = if self.open { bytes.clone() } else { Bytes::copy_from_slice(bytes) };
        self.put(UnsplittablePiece { offset_bytes, index, reason, message: message.to_owned(), bytes, length_bytes });
    }

    pub(super) fn begin_oversized(&mut self, offset_bytes: u64) {
        self.oversized = self.open;
        if self.oversized {
            self.end_run();
            let index = self.number();
            self.ready.push(Piece::Oversized(OversizedPart::Begin { offset_bytes, index }));
        } else {
            self.extend_run(offset_bytes, UnsplittableReason::RecordTooLong, &Bytes::new(), 0);
        }
    }

    pub(super) fn oversized_data(&mut self, bytes: Bytes) {
        if self.oversized && !bytes.is_empty() {
            self.ready.push(Piece::Oversized(OversizedPart::Data(bytes)));
        } else if let Some(run) = &mut self.run {
            run.keep(&bytes, bytes.len() as u64);
        }
    }

    pub(super) fn end_oversized(&mut self, length_bytes: u64, reason: UnsplittableReason, message: String) {
        if self.oversized {
            self.ready.push(Piece::Oversized(OversizedPart::End { length_bytes, reason, message }));
        }
        self.oversized = false;
    }

    pub(super) fn finish(&mut self) {
        self.end_run();
    }

    /// A run that has begun goes on until a record comes, so that pieces stay in order.
    fn takes_single(&self, length: usize) -> bool {
        self.run.is_none() && self.singles < MAX_SINGLES && (self.open || self.held_bytes + length <= MAX_HELD_BYTES)
    }

    fn extend_run(&mut self, offset_bytes: u64, reason: UnsplittableReason, bytes: &Bytes, length_bytes: u64) {
        if self.run.is_none() {
            let index = self.number();
            self.run = Some(Run { offset_bytes, end_bytes: offset_bytes, values: 0, reason, bytes: Vec::new(), index });
        }
        if let Some(run) = &mut self.run {
            run.values += 1;
            run.end_bytes = offset_bytes;
            if !run.bytes.is_empty() {
                run.keep(b"\n", 0);
            }
            run.keep(bytes, length_bytes);
        }
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let message = format!("{} values in a row that are no records", run.values);
        self.put(UnsplittablePiece {
            offset_bytes: run.offset_bytes,
            index: run.index,
            reason: run.reason,
            message,
            bytes: run.bytes.into(),
            length_bytes: run.end_bytes.saturating_sub(run.offset_bytes),
        });
    }

    fn put(&mut self, piece: UnsplittablePiece) {
        if self.open {
            self.ready.push(Piece::Unsplittable(piece));
        } else {
            self.held_bytes += piece.bytes.len();
            self.held.push(Piece::Unsplittable(piece));
        }
    }

    fn number(&mut self) -> u64 {
        let index = self.next_index;
        self.next_index += 1;
        index
    }
}

impl Run {
    /// Takes the next bytes of the run, as far as there is room.
    fn keep(&mut self, bytes: &[u8], length_bytes: u64) {
        self.end_bytes = self.end_bytes.saturating_add(length_bytes);
        let room = MAX_HELD_BYTES.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}
