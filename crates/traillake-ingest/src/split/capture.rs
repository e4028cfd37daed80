//! The bytes of one value: a range of the current chunk, carried over chunk ends, streamed on when too long.

use bytes::Bytes;

use super::outbox::Outbox;

/// A value whose end has not come yet.
#[derive(Debug)]
pub(super) struct Capture {
    offset_bytes: u64,
    /// Where it goes on in the current chunk.
    from: usize,
    carried: Vec<u8>,
    /// Bytes handed on already, once it is too long to be held.
    streamed: Option<u64>,
}

/// A value that ended.
#[derive(Debug)]
pub(super) enum Captured {
    /// Its bytes and where they start.
    Held(Bytes, u64),
    /// Its length; its bytes are in the outbox, which waits for the end.
    Oversized(u64),
}

impl Capture {
    /// Starts at `from` of the chunk at `base`.
    pub(super) fn new(base: u64, from: usize) -> Self {
        Self { offset_bytes: base.saturating_add(from as u64), from, carried: Vec::new(), streamed: None }
    }

    /// Takes the rest of the chunk along.
    pub(super) fn end_chunk(&mut self, chunk: &Bytes, limit: usize, out: &mut Outbox) {
        let part = chunk.slice(self.from.min(chunk.len())..);
        self.from = 0;
        if self.streamed.is_none() && self.carried.len() + part.len() <= limit {
            self.carried.extend_from_slice(&part);
        } else {
            self.stream(part, out);
        }
    }

    /// Ends before `end` of the chunk.
    pub(super) fn finish(mut self, chunk: &Bytes, end: usize, limit: usize, out: &mut Outbox) -> Captured {
        let end = end.min(chunk.len());
        let part = chunk.slice(self.from.min(end)..end);
        if self.streamed.is_some() || self.carried.len() + part.len() > limit {
            return Captured::Oversized(self.stream(part, out));
        }
        if self.carried.is_empty() {
            return Captured::Held(part, self.offset_bytes);
        }
        self.carried.extend_from_slice(&part);
        Captured::Held(self.carried.into(), self.offset_bytes)
    }

    fn stream(&mut self, part: Bytes, out: &mut Outbox) -> u64 {
        let streamed = self.streamed.get_or_insert_with(|| {
            out.begin_oversized(self.offset_bytes);
            0
        });
        for bytes in [std::mem::take(&mut self.carried).into(), part] {
            *streamed = streamed.saturating_add(bytes.len() as u64);
            out.oversized_data(bytes);
        }
        *streamed
    }
}
