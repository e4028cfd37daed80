//! What the splitter does with bytes that are no JSON: numbers and words, garbage lines, broken values, the end.

use bytes::Bytes;
use memchr::memchr;

use super::capture::{Capture, Captured};
use super::{Ending, Splitter, State, expectation};
use crate::UnsplittableReason;

impl Splitter {
    /// A number or word in an array ends at the next structural byte.
    pub(super) fn scalar(&mut self, chunk: &Bytes, at: usize) -> usize {
        let is_end =
            |byte: &u8| matches!(byte, b',' | b']' | b'}' | b'{' | b'[' | b'"' | b':' | b' ' | b'\t' | b'\r' | b'\n');
        let Some(length) = chunk.get(at..).and_then(|rest| rest.iter().position(is_end)) else { return chunk.len() };
        self.give_up(chunk, at + length, UnsplittableReason::NotAnObject);
        self.after_value();
        at + length
    }

    /// A structural error at `at`: goes on at this line or the next where that is safe.
    pub(super) fn broken(&mut self, chunk: &Bytes, at: usize) -> usize {
        let opens = matches!(chunk.get(at), Some(b'{' | b'['));
        if opens && self.lines.first_has_ended() && matches!(self.state, State::Value | State::AfterElement) {
            self.restart(chunk, at);
            return at;
        }
        self.lines.go_on();
        let base = self.base;
        self.capture.get_or_insert_with(|| Capture::new(base, at));
        self.state = if self.lines.are_many() { State::Rest } else { State::Garbage };
        if self.state == State::Garbage {
            self.frames.clear();
        }
        at + 1
    }

    /// The first line of a value ended inside a string. Where the next begins like a value, the
    /// first was cut off: a line end in a string is no JSON.
    pub(super) fn line_end_in_string(&mut self, chunk: &Bytes, at: usize) -> usize {
        match chunk.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => return at + 1,
            Some(b'{') => self.restart(chunk, at),
            _ => {
                self.lines.go_on_in_string();
                self.state = State::Value;
            }
        }
        at
    }

    fn restart(&mut self, chunk: &Bytes, at: usize) {
        let base = self.base;
        self.capture.get_or_insert_with(|| Capture::new(base, at));
        self.give_up(chunk, at, UnsplittableReason::Truncated);
        self.frames.clear();
        self.after_value();
    }

    pub(super) fn garbage(&mut self, chunk: &Bytes, at: usize) -> usize {
        let Some(length) = chunk.get(at..).and_then(|rest| memchr(b'\n', rest)) else { return chunk.len() };
        self.state = State::GarbageLineStart;
        at + length + 1
    }

    pub(super) fn garbage_line_start(&mut self, chunk: &Bytes, mut at: usize) -> usize {
        while let Some(byte) = chunk.get(at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'{' | b'[' => {
                    self.give_up(chunk, at, UnsplittableReason::NotJson);
                    self.after_value();
                    return at;
                }
                _ => {
                    self.state = State::Garbage;
                    return at;
                }
            }
        }
        at
    }

    /// Hands on what was captured up to `end` as no record.
    fn give_up(&mut self, chunk: &Bytes, end: usize, reason: UnsplittableReason) {
        let Some(capture) = self.capture.take() else { return };
        match capture.finish(chunk, end, self.record_bytes, &mut self.out) {
            Captured::Held(bytes, offset) => self.out.unsplittable(offset, reason, expectation(reason), &bytes),
            Captured::Oversized(length) => self.out.end_oversized(length, reason, expectation(reason).to_owned()),
        }
    }

    /// The end of an object that is not of a foreign kind.
    pub(super) fn finish_open(&mut self, ending: &Ending) {
        let inside = !self.frames.is_empty() || self.state == State::Value || self.state == State::LineEndInString;
        let open_record = inside && self.scan.members().looks_like_record();
        let broken = matches!(ending, Ending::Broken(..));
        if open_record || (broken && (inside || self.first_byte.is_none())) {
            self.out.open();
        }
        let (reason, message) = match ending {
            Ending::Broken(reason, message) => (*reason, message.clone()),
            Ending::Complete => {
                let garbage = matches!(self.state, State::Garbage | State::GarbageLineStart | State::Rest);
                let reason = if garbage { UnsplittableReason::NotJson } else { UnsplittableReason::Truncated };
                (reason, expectation(reason).to_owned())
            }
        };
        match self.capture.take().map(|capture| capture.finish(&Bytes::new(), 0, self.record_bytes, &mut self.out)) {
            Some(Captured::Held(bytes, offset)) => self.out.unsplittable(offset, reason, &message, &bytes),
            Some(Captured::Oversized(length)) => self.out.end_oversized(length, reason, message),
            None if inside || broken => self.out.unsplittable(self.base, reason, &message, &Bytes::new()),
            None => {}
        }
    }
}
