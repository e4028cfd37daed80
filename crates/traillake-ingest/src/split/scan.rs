//! Follows one JSON value to its end: strings, escapes, brackets and the names of its own members.

use memchr::memchr3;

use super::lines::Lines;
use crate::envelope::{EnvelopeArray, Members};

/// Levels whose kind of bracket is checked; deeper ones are only counted.
const CHECKED_LEVELS: u64 = 128;
/// Longest member name of interest.
const MAX_NAME: usize = 32;

/// Where a value stands after the bytes seen so far.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about the next byte")]
pub(super) struct Scan {
    depth: u64,
    /// One bit per open level, lowest first: set for an array.
    arrays: u128,
    in_string: bool,
    escaped: bool,
    is_name: bool,
    /// Last byte outside strings that is no white space; a closing quote counts.
    last: u8,
    lines: Lines,
    /// Look for the arrays of envelopes.
    descends: bool,
    name: Vec<u8>,
    array: Option<EnvelopeArray>,
    members: Members,
}

/// Why the scan stopped; positions are in the chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The chunk is used up.
    More,
    /// The value ended before this position.
    End(usize),
    /// The array of an envelope begins; the position is after its `[`.
    Descend(usize, EnvelopeArray),
    /// A line ended inside a string; the position is after it.
    LineEndInString(usize),
    /// The byte here cannot stand where it stands.
    Broken(usize),
}

impl Scan {
    /// A value that begins with `first`. `descends`: it may be an envelope.
    pub(super) fn new(first: u8, descends: bool) -> Self {
        let mut scan = Self { descends, last: first, ..Self::default() };
        match first {
            b'"' => scan.in_string = true,
            _ => scan.open(first),
        }
        scan
    }

    /// The members seen so far.
    pub(super) fn members(&self) -> Members {
        self.members
    }

    /// The lines of the value.
    pub(super) fn lines(&self) -> Lines {
        self.lines
    }

    /// Goes on in the object whose array the splitter walked.
    pub(super) fn resume_after_array(&mut self) {
        self.last = b']';
        self.array = None;
    }

    /// Reads on from `at`.
    pub(super) fn run(&mut self, chunk: &[u8], mut at: usize) -> Step {
        loop {
            if self.in_string {
                match self.string(chunk, at) {
                    Ok(next) if self.depth == 0 => return Step::End(next),
                    Ok(next) => at = next,
                    Err(step) => return step,
                }
            }
            match self.structure(chunk, at) {
                Ok(next) => at = next,
                Err(step) => return step,
            }
        }
    }

    /// To the end of the string: the position after its quote.
    fn string(&mut self, chunk: &[u8], mut at: usize) -> Result<usize, Step> {
        if self.escaped && at < chunk.len() {
            self.escaped = false;
            self.keep_name(chunk, at, at + 1);
            at += 1;
        }
        while let Some(found) = chunk.get(at..).and_then(|rest| memchr3(b'"', b'\\', b'\n', rest)) {
            let end = at + found;
            match chunk.get(end) {
                Some(b'"') => {
                    self.keep_name(chunk, at, end);
                    self.end_string();
                    return Ok(end + 1);
                }
                Some(b'\\') => {
                    self.keep_name(chunk, at, end + 2);
                    self.escaped = end + 1 == chunk.len();
                    at = end + 2;
                }
                _ => {
                    self.keep_name(chunk, at, end + 1);
                    at = end + 1;
                    return Err(Step::LineEndInString(at));
                }
            }
        }
        self.keep_name(chunk, at, chunk.len());
        Err(Step::More)
    }

    fn keep_name(&mut self, chunk: &[u8], from: usize, to: usize) {
        if self.is_name && self.name.len() <= MAX_NAME {
            let part = chunk.get(from..to.min(chunk.len())).unwrap_or_default();
            self.name.extend_from_slice(part.get(..MAX_NAME + 1).unwrap_or(part));
        }
    }

    fn end_string(&mut self) {
        self.in_string = false;
        self.last = b'"';
        if self.is_name {
            self.is_name = false;
            self.members.insert(&self.name);
            self.array = EnvelopeArray::of(&self.name);
        }
    }

    /// Up to the next string or the end: the position after the opening quote.
    fn structure(&mut self, chunk: &[u8], mut at: usize) -> Result<usize, Step> {
        while let Some(byte) = chunk.get(at).copied() {
            at += 1;
            match byte {
                b' ' | b'\t' | b'\r' => continue,
                b'\n' => {
                    self.lines.end();
                    continue;
                }
                b'"' => {
                    self.begin_string(at)?;
                    return Ok(at);
                }
                b'{' | b'[' => self.begin_level(byte, at)?,
                b'}' | b']' => self.end_level(byte, at)?,
                _ => self.last = byte,
            }
            self.lines.go_on();
        }
        Err(Step::More)
    }

    fn begin_string(&mut self, at: usize) -> Result<(), Step> {
        if !matches!(self.last, b'{' | b'[' | b',' | b':') {
            return Err(Step::Broken(at - 1));
        }
        self.lines.go_on();
        self.in_string = true;
        self.is_name = self.depth == 1 && self.last != b':' && !self.in_array();
        self.name.clear();
        Ok(())
    }

    fn begin_level(&mut self, byte: u8, at: usize) -> Result<(), Step> {
        let fits =
            matches!(self.last, b'[' | b':') || (self.last == b',' && (self.depth > CHECKED_LEVELS || self.in_array()));
        if !fits {
            return Err(Step::Broken(at - 1));
        }
        if byte == b'['
            && self.depth == 1
            && self.descends
            && let Some(array) = self.array.take()
            && !self.members.looks_like_record()
        {
            return Err(Step::Descend(at, array));
        }
        self.open(byte);
        Ok(())
    }

    fn open(&mut self, byte: u8) {
        if self.depth < CHECKED_LEVELS {
            let bit = 1_u128 << self.depth;
            self.arrays = if byte == b'[' { self.arrays | bit } else { self.arrays & !bit };
        }
        self.depth += 1;
        self.last = byte;
    }

    fn end_level(&mut self, byte: u8, at: usize) -> Result<(), Step> {
        if self.depth <= CHECKED_LEVELS && self.in_array() != (byte == b']') {
            return Err(Step::Broken(at - 1));
        }
        self.depth -= 1;
        self.last = byte;
        if self.depth == 0 { Err(Step::End(at)) } else { Ok(()) }
    }

    fn in_array(&self) -> bool {
        (1..=CHECKED_LEVELS).contains(&self.depth) && self.arrays >> (self.depth - 1) & 1 == 1
    }
}
