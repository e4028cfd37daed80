//! Splits a stream of decompressed bytes into pieces, chunk by chunk; where chunks end never matters.
//!
//! The walk descends, without holding anything, through top-level arrays and the arrays of known
//! envelopes. Every other value is held (up to the record limit) and classified when it ends. The
//! walk checks only structure; whether a piece is valid JSON is for its reader to say.
//!
//! After a structural error it goes on only where nothing inside a value can pass for a record: at
//! the next line, if the broken value began on the line of the error. Otherwise the rest is one piece.

mod capture;
mod direct;
mod lines;
mod outbox;
mod resync;
mod scan;

use std::sync::Arc;

use bytes::Bytes;

use crate::envelope::{Dug, DugKind, EnvelopeArray, Header, dig, header};
use crate::read::TakePieces;
use crate::{ContentKind, EnvelopeContext, EnvelopeKind, UnsplittableReason};
use capture::{Capture, Captured};
pub(crate) use direct::{Direct, TextAt};
use lines::Lines;
use outbox::Outbox;
use scan::{Scan, Step};

/// Arrays inside arrays that are walked; deeper ones are elements.
const MAX_ARRAYS: usize = 8;

/// What the one who opened the object knows about it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expectation {
    /// Its key says that it holds records: what is none is handed on, not held back.
    pub(crate) records: bool,
    /// It was named outright: files of other kinds are handed on as well.
    pub(crate) named: bool,
}

/// How the bytes of an object ended.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    /// All of them came.
    Complete,
    /// The rest is missing: why.
    Broken(UnsplittableReason, String),
}

/// The walk over one object.
#[derive(Debug)]
pub(crate) struct Splitter {
    state: State,
    frames: Vec<Frame>,
    scan: Scan,
    capture: Option<Capture>,
    record_bytes: usize,
    /// Offset of the current chunk.
    base: u64,
    /// The lines of the current top-level value.
    lines: Lines,
    top_values: u64,
    first_byte: Option<u8>,
    /// The header of the envelope object whose array was just left.
    tail: Header,
    out: Outbox,
    foreign: Option<ContentKind>,
    named: bool,
    kind: Option<EnvelopeKind>,
    envelope_seen: bool,
    /// Records may be taken where they stand.
    is_direct: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a value; in an array, `close` says whether `]` may come.
    Between { close: bool },
    /// After an element of an array.
    AfterElement,
    /// Inside a value that `scan` follows; without a capture, behind an envelope's array.
    Value,
    /// The first line ended inside a string.
    LineEndInString,
    /// Inside a number or word of an array.
    Scalar,
    /// In a line that is no JSON.
    Garbage,
    /// At the start of a line after one that was no JSON.
    GarbageLineStart,
    /// In what cannot be split any more.
    Rest,
}

#[derive(Debug)]
enum Frame {
    Array,
    Envelope { array: EnvelopeArray, header: Header, scan: Scan },
}

impl Splitter {
    pub(crate) fn new(record_bytes: usize, expectation: Expectation) -> Self {
        Self {
            state: State::Between { close: false },
            frames: Vec::new(),
            scan: Scan::default(),
            capture: None,
            record_bytes,
            base: 0,
            lines: Lines::default(),
            top_values: 0,
            first_byte: None,
            tail: Header::default(),
            out: Outbox::new(expectation.records || expectation.named),
            foreign: None,
            named: expectation.named,
            kind: None,
            envelope_seen: false,
            is_direct: true,
        }
    }

    /// Takes the next bytes; records that can be taken where they stand go to `take`.
    pub(crate) fn push(&mut self, chunk: &Bytes, take: &mut dyn TakePieces) {
        let text = self.direct_text(chunk);
        let mut at = 0;
        while at < chunk.len() && self.foreign.is_none() {
            at = match self.state {
                State::Between { close } => self.between(chunk, text, at, close, take),
                State::AfterElement => self.after_element(chunk, at),
                State::Value => self.value(chunk, at),
                State::LineEndInString => self.line_end_in_string(chunk, at),
                State::Scalar => self.scalar(chunk, at),
                State::Garbage => self.garbage(chunk, at),
                State::GarbageLineStart => self.garbage_line_start(chunk, at),
                State::Rest => chunk.len(),
            };
        }
        self.end_chunk(chunk);
    }

    /// Counts bytes before the first chunk that are not part of the text.
    pub(crate) fn skip(&mut self, bytes: u64) {
        self.base = self.base.saturating_add(bytes);
    }

    /// No more bytes come.
    pub(crate) fn finish(&mut self, ending: &Ending) {
        if self.foreign.is_none() {
            self.finish_open(ending);
        }
        self.out.finish();
    }

    /// The pieces that are ready.
    pub(crate) fn take_pieces(&mut self) -> Vec<crate::Piece> {
        self.out.take()
    }

    /// True when the rest of the object is of no interest.
    pub(crate) fn is_done(&self) -> bool {
        self.foreign.is_some()
    }

    /// The envelope of the first record.
    pub(crate) fn envelope(&self) -> Option<EnvelopeKind> {
        match self.kind {
            Some(EnvelopeKind::Bare) if self.top_values > 1 => Some(EnvelopeKind::Lines),
            None if self.out.records() => Some(EnvelopeKind::Records),
            kind => kind,
        }
    }

    /// What the object turned out to be.
    pub(crate) fn content_kind(&self) -> ContentKind {
        match (self.foreign, self.first_byte) {
            (Some(kind), _) => kind,
            _ if self.out.records() || (self.envelope_seen && self.out.is_untouched()) => ContentKind::Records,
            (None, None) => ContentKind::Empty,
            (None, Some(b'{' | b'[')) => ContentKind::OtherJson,
            (None, Some(_)) => ContentKind::Text,
        }
    }

    fn end_chunk(&mut self, chunk: &Bytes) {
        if matches!(self.state, State::Value | State::LineEndInString) {
            self.note_members();
        }
        if self.foreign.is_none()
            && let Some(capture) = &mut self.capture
        {
            capture.end_chunk(chunk, self.record_bytes, &mut self.out);
        }
        self.base = self.base.saturating_add(chunk.len() as u64);
    }

    /// Notes a record, and ends the walk at a file of a known other kind unless records came before it.
    fn note_members(&mut self) {
        if self.scan.members().looks_like_record() {
            self.out.open();
        }
        if self.frames.is_empty() && !self.named && self.out.is_untouched() && !self.out.records() {
            self.foreign = self.scan.members().foreign_kind();
        }
    }

    fn between(&mut self, chunk: &Bytes, text: &str, mut at: usize, close: bool, take: &mut dyn TakePieces) -> usize {
        while let Some(byte) = chunk.get(at).copied() {
            match byte {
                b'\n' => self.lines.end(),
                b' ' | b'\t' | b'\r' => {}
                b',' if self.frames.is_empty() && self.top_values > 0 => {}
                b']' if close => return self.close_array(at),
                _ => return self.start_value(chunk, text, at, byte, take),
            }
            at += 1;
        }
        at
    }

    fn start_value(&mut self, chunk: &Bytes, text: &str, at: usize, byte: u8, take: &mut dyn TakePieces) -> usize {
        self.first_byte.get_or_insert(byte);
        self.lines.go_on();
        if self.frames.is_empty() {
            self.lines = Lines::default();
        }
        if byte == b'{'
            && let Some(behind) = self.take_direct(text, at, take)
        {
            return behind;
        }
        let walked = self.is_walked();
        match byte {
            b'[' if walked && self.frames.len() < MAX_ARRAYS => {
                self.frames.push(Frame::Array);
                self.state = State::Between { close: true };
            }
            b'{' | b'[' | b'"' => {
                self.capture = Some(Capture::new(self.base, at));
                self.scan = Scan::new(byte, walked);
                self.state = State::Value;
            }
            b',' | b'}' | b']' | b':' => return self.broken(chunk, at),
            _ => {
                self.capture = Some(Capture::new(self.base, at));
                self.state = if self.frames.is_empty() { State::Garbage } else { State::Scalar };
            }
        }
        at + 1
    }

    fn after_element(&mut self, chunk: &Bytes, mut at: usize) -> usize {
        while let Some(byte) = chunk.get(at).copied() {
            match byte {
                b'\n' => self.lines.end(),
                b' ' | b'\t' | b'\r' => {}
                b',' => {
                    self.lines.go_on();
                    self.state = State::Between { close: false };
                    return at + 1;
                }
                b']' => return self.close_array(at),
                _ => return self.broken(chunk, at),
            }
            at += 1;
        }
        at
    }

    fn close_array(&mut self, at: usize) -> usize {
        self.lines.go_on();
        match self.frames.pop() {
            Some(Frame::Envelope { header, mut scan, .. }) => {
                scan.resume_after_array();
                self.scan = scan;
                self.tail = header;
                self.state = State::Value;
            }
            _ => self.after_value(),
        }
        at + 1
    }

    fn after_value(&mut self) {
        self.state = State::AfterElement;
        if self.frames.is_empty() {
            self.top_values += 1;
            self.state = State::Between { close: false };
        }
    }

    fn value(&mut self, chunk: &Bytes, at: usize) -> usize {
        let step = self.scan.run(chunk, at);
        self.lines.follow(self.scan.lines());
        match step {
            Step::More => chunk.len(),
            Step::End(end) => {
                self.end_value(chunk, end);
                end
            }
            Step::Descend(end, array) => {
                self.descend(chunk, end, array);
                end
            }
            Step::LineEndInString(end) => {
                self.state = if self.lines.are_many() { State::Value } else { State::LineEndInString };
                end
            }
            Step::Broken(end) => self.broken(chunk, end),
        }
    }

    fn end_value(&mut self, chunk: &Bytes, end: usize) {
        self.note_members();
        if let Some(capture) = self.capture.take()
            && self.foreign.is_none()
        {
            match capture.finish(chunk, end, self.record_bytes, &mut self.out) {
                Captured::Held(bytes, offset_bytes) => self.classify(bytes, offset_bytes),
                Captured::Oversized(length) => self.too_long(length),
            }
        }
        self.after_value();
    }

    fn too_long(&mut self, length_bytes: u64) {
        let message = format!(
            "a value of {length_bytes} bytes is longer than the record limit of {} bytes (raise `record_bytes` to take it)",
            self.record_bytes
        );
        self.out.end_oversized(length_bytes, UnsplittableReason::RecordTooLong, message);
    }

    /// Enters the array of an envelope; `end` is after its `[`.
    fn descend(&mut self, chunk: &Bytes, end: usize, array: EnvelopeArray) {
        let captured =
            self.capture.take().map(|capture| capture.finish(chunk, end - 1, self.record_bytes, &mut self.out));
        let header = match captured {
            Some(Captured::Held(bytes, _)) => header(&bytes),
            Some(Captured::Oversized(length)) => {
                self.too_long(length);
                Header::default()
            }
            None => self.tail.clone(),
        };
        self.envelope_seen = true;
        if array == EnvelopeArray::Records || header.health_check {
            self.out.saw_records();
        }
        self.frames.push(Frame::Envelope { array, header, scan: std::mem::take(&mut self.scan) });
        self.state = State::Between { close: true };
    }

    fn classify(&mut self, bytes: Bytes, offset_bytes: u64) {
        let (context, array, health_check) = self.surroundings();
        if bytes.first() == Some(&b'{') && self.scan.members().looks_like_record() {
            self.record(bytes, offset_bytes, context, array);
            return;
        }
        match dig(&bytes, offset_bytes, &context, array == Some(EnvelopeKind::QueryResults)) {
            Ok(found) => found.into_iter().for_each(|dug| self.dug(dug, array)),
            Err(_) if health_check => {}
            Err(reason) => self.out.unsplittable(offset_bytes, reason, expectation(reason), &bytes),
        }
    }

    /// Takes what was found inside a value that is itself no record.
    fn dug(&mut self, dug: Dug, array: Option<EnvelopeKind>) {
        match dug.what {
            DugKind::Record { context, kind } => {
                let inner = Some(kind).filter(|kind| *kind != EnvelopeKind::Bare);
                // An array that many tools write says less than the wrapper inside it.
                let vague = |array: &EnvelopeKind| matches!(array, EnvelopeKind::Records | EnvelopeKind::Wrapped);
                let outer = array.filter(|array| inner.is_none() || !vague(array));
                self.record(dug.json, dug.offset_bytes, context, outer.or(inner));
            }
            DugKind::Not(reason) => self.out.unsplittable(dug.offset_bytes, reason, expectation(reason), &dug.json),
        }
    }

    fn record(&mut self, json: Bytes, offset_bytes: u64, context: Arc<EnvelopeContext>, kind: Option<EnvelopeKind>) {
        self.note_kind(kind);
        self.out.record(json, offset_bytes, context);
    }

    /// What the frames say about a value inside them.
    fn surroundings(&self) -> (Arc<EnvelopeContext>, Option<EnvelopeKind>, bool) {
        match self.frames.last() {
            Some(Frame::Envelope { array, header, .. }) => {
                (Arc::clone(&header.context), Some(array.kind()), header.health_check)
            }
            _ => (Arc::default(), None, false),
        }
    }
}

/// What was expected instead, for the reader of a quarantine.
fn expectation(reason: UnsplittableReason) -> &'static str {
    match reason {
        UnsplittableReason::NotAnObject => "expected a JSON object with the members of a CloudTrail record",
        UnsplittableReason::NotARecord => {
            "the object has not the members of a CloudTrail record (`eventName`, `eventSource`, `eventVersion` …)"
        }
        UnsplittableReason::Truncated => "the object ends in the middle of a value",
        _ => "expected JSON",
    }
}

#[cfg(test)]
mod tests;
