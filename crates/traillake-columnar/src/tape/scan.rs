//! The scanner: RFC 8259 as a loop over two states, "a value comes" and "a value has ended".

use super::{Extent, Level, NO_NAME, Names, Node, NodeKind, Place, RecordLimits, TapeBuffer};
use crate::{RecordError, RecordErrorReason};

/// Longest text in bytes; with it no column of a batch below 1 GiB can overflow Arrow's 32-bit offsets.
pub(crate) const MAX_TEXT_BYTES: usize = 256 << 20;

/// Deepest nesting whatever the caller's limit says; the canonical form recurses once per level.
const HARD_MAX_DEPTH: usize = 512;

type Scan<T> = Result<T, RecordError>;

/// Fills the buffer with the values of `text`; true when there is white space between its tokens.
pub(super) fn tokenize(text: &str, limits: RecordLimits, buffer: &mut TapeBuffer, extent: Extent) -> Scan<bool> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(RecordError::new(RecordErrorReason::TooLong { max_bytes: MAX_TEXT_BYTES }, MAX_TEXT_BYTES));
    }
    let TapeBuffer { nodes, open, names } = buffer;
    nodes.clear();
    open.clear();
    let bytes = text.as_bytes();
    let mut scanner = Scanner { bytes, at: 0, spaced: false, nodes, open, names, limits, extent, values: 0 };
    scanner.skip_space();
    scanner.spaced = false;
    scanner.document()?;
    Ok(scanner.spaced)
}

struct Scanner<'s> {
    bytes: &'s [u8],
    at: usize,
    spaced: bool,
    nodes: &'s mut Vec<Node>,
    open: &'s mut Vec<Level>,
    names: &'s mut Names,
    limits: RecordLimits,
    extent: Extent,
    values: usize,
}

impl Scanner<'_> {
    fn document(&mut self) -> Scan<()> {
        loop {
            if self.value()? {
                continue;
            }
            if self.ended()? {
                return Ok(());
            }
        }
    }

    /// Reads one value, or the opening of a container; true when another value follows at once.
    fn value(&mut self) -> Scan<bool> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => return self.open_object(),
            Some(b'[') => return self.open_array(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", NodeKind::True),
            Some(b'f') => self.word("false", NodeKind::False),
            Some(b'n') => self.word("null", NodeKind::Null),
            _ => Err(self.expected("a value")),
        }?;
        self.count()?;
        Ok(false)
    }

    /// Goes on behind a value: closes containers up to the next comma; true at the end of the text.
    fn ended(&mut self) -> Scan<bool> {
        loop {
            self.skip_space_after_value();
            let Some(&Level { node: container, .. }) = self.open.last() else {
                return if self.extent == Extent::First || self.at == self.bytes.len() {
                    Ok(true)
                } else {
                    Err(self.expected("the end of the record"))
                };
            };
            let object = self.nodes[container as usize].kind == NodeKind::Object;
            match (object, self.peek()) {
                (true, Some(b',')) => {
                    self.skip_one_and_space();
                    self.name()?;
                    return Ok(false);
                }
                (false, Some(b',')) => {
                    self.skip_one_and_space();
                    return Ok(false);
                }
                (true, Some(b'}')) | (false, Some(b']')) => self.close(),
                (true, _) => return Err(self.expected("`,` or `}`")),
                (false, _) => return Err(self.expected("`,` or `]`")),
            }
        }
    }

    fn open_object(&mut self) -> Scan<bool> {
        self.open(NodeKind::Object)?;
        if self.peek() == Some(b'}') {
            self.close();
            return Ok(false);
        }
        self.name()?;
        Ok(true)
    }

    fn open_array(&mut self) -> Scan<bool> {
        self.open(NodeKind::Array)?;
        if self.peek() == Some(b']') {
            self.close();
            return Ok(false);
        }
        Ok(true)
    }

    fn open(&mut self, kind: NodeKind) -> Scan<()> {
        let max_depth = self.limits.max_depth.min(HARD_MAX_DEPTH);
        if self.open.len() >= max_depth {
            return Err(RecordError::new(RecordErrorReason::TooDeep { max_depth }, self.at));
        }
        self.count()?;
        let name = self.open.last().map_or(NO_NAME, |level| level.name);
        self.open.push(Level { node: index(self.nodes.len()), name, place: Place::inside(name) });
        self.push(kind, self.at, self.at);
        self.skip_one_and_space();
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        let after = index(self.nodes.len());
        if let Some(level) = self.open.pop() {
            let node = &mut self.nodes[level.node as usize];
            node.end = index(self.at);
            node.after = after;
        }
    }

    /// A member name with its colon.
    fn name(&mut self) -> Scan<()> {
        let place = self.open.last().map_or(Place::inside(NO_NAME), |level| level.place);
        let name = match self.expected_name(place) {
            Some(name) => name,
            None => self.other_name(place)?,
        };
        if let Some(level) = self.open.last_mut() {
            level.name = name;
            level.place = Place::after(name);
        }
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.skip_one_and_space();
        Ok(())
    }

    /// The name that stood at `place` the last time, if it stands here.
    fn expected_name(&mut self, place: Place) -> Option<u32> {
        let (name, quoted) = self.names.expected(place)?;
        if !self.bytes.get(self.at..)?.starts_with(quoted) {
            return None;
        }
        let (start, end) = (index(self.at + 1), index(self.at + quoted.len() - 1));
        self.at += quoted.len();
        self.nodes.push(Node {
            kind: NodeKind::String,
            escaped: false,
            lone_surrogate: false,
            start,
            end,
            after: name,
        });
        Some(name)
    }

    fn other_name(&mut self, place: Place) -> Scan<u32> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a member name in quotes"));
        }
        let start = self.at;
        self.string()?;
        let Some(node) = self.nodes.last_mut() else { return Ok(NO_NAME) };
        let quoted = self.bytes.get(start..self.at).filter(|_| !node.escaped);
        node.after = quoted.map_or(NO_NAME, |quoted| self.names.met(place, quoted));
        Ok(node.after)
    }

    fn string(&mut self) -> Scan<()> {
        self.at += 1;
        let start = self.at;
        let (mut escaped, mut lone_surrogate) = (false, false);
        loop {
            self.at = special_at(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    lone_surrogate |= self.escape()?;
                }
                Some(_) => return Err(RecordError::new(RecordErrorReason::ControlCharacter, self.at)),
                None => return Err(self.expected("the closing quote of a string")),
            }
        }
        let after = index(self.nodes.len() + 1);
        self.nodes.push(Node {
            kind: NodeKind::String,
            escaped,
            lone_surrogate,
            start: index(start),
            end: index(self.at),
            after,
        });
        self.at += 1;
        Ok(())
    }

    /// One escape sequence, a surrogate pair as one; true for a surrogate without partner.
    fn escape(&mut self) -> Scan<bool> {
        let Some(&kind) = self.bytes.get(self.at + 1) else { return Err(self.expected("an escape sequence")) };
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 2;
                Ok(false)
            }
            b'u' => self.unicode_escape(),
            _ => Err(self.expected("an escape sequence")),
        }
    }

    fn unicode_escape(&mut self) -> Scan<bool> {
        let Some(unit) = hex_unit(self.bytes, self.at + 2) else {
            return Err(self.expected("four hexadecimal digits after `\\u`"));
        };
        let paired = (0xD800..0xDC00).contains(&unit)
            && self.bytes.get(self.at + 6..self.at + 8) == Some(&b"\\u"[..])
            && hex_unit(self.bytes, self.at + 8).is_some_and(|low| (0xDC00..0xE000).contains(&low));
        self.at += if paired { 12 } else { 6 };
        Ok(!paired && (0xD800..0xE000).contains(&unit))
    }

    fn number(&mut self) -> Scan<()> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        self.push(NodeKind::Number, start, self.at);
        Ok(())
    }

    fn digits(&mut self) -> Scan<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn word(&mut self, word: &'static str, kind: NodeKind) -> Scan<()> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.push(kind, self.at, end);
        self.at = end;
        Ok(())
    }

    fn push(&mut self, kind: NodeKind, start: usize, end: usize) {
        let after = index(self.nodes.len() + 1);
        self.nodes.push(Node {
            kind,
            escaped: false,
            lone_surrogate: false,
            start: index(start),
            end: index(end),
            after,
        });
    }

    fn count(&mut self) -> Scan<()> {
        self.values += 1;
        if self.values > self.limits.max_values {
            let reason = RecordErrorReason::TooManyValues { max_values: self.limits.max_values };
            return Err(RecordError::new(reason, self.at));
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_one_and_space(&mut self) {
        self.at += 1;
        self.skip_space();
    }

    fn skip_space(&mut self) {
        let start = self.at;
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.spaced |= self.at > start;
    }

    /// Space behind the outermost value does not make it spaced.
    fn skip_space_after_value(&mut self) {
        let spaced = self.spaced;
        self.skip_space();
        if self.open.is_empty() {
            self.spaced = spaced;
        }
    }

    fn expected(&self, expected: &'static str) -> RecordError {
        RecordError::new(RecordErrorReason::NotJson { expected }, self.at)
    }
}

/// Offsets and node counts are below `MAX_TEXT_BYTES`.
#[expect(clippy::cast_possible_truncation, reason = "texts are shorter than MAX_TEXT_BYTES, and so are node counts")]
fn index(value: usize) -> u32 {
    value as u32
}

/// The four hexadecimal digits at `at` as a number.
pub(super) fn hex_unit(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Place of the first quote, backslash or control character at or behind `at`, eight bytes at a time.
fn special_at(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        // In each term the lowest set bit is exact; borrows can only mark bytes above it.
        let special = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let special = special & HIGH;
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}
