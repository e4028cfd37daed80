//! The short way: a record that is whole and without fault is taken where it stands, so that its text is walked once.
//!
//! The splitter does not look into it then. Whatever cannot go this way is split as ever, with the same outcome.

use std::sync::Arc;

use super::{Frame, Splitter};
use crate::envelope::EnvelopeArray;
use crate::read::TakePieces;
use crate::{EnvelopeContext, EnvelopeKind};

/// A text that begins like a record, and what is around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextAt<'t> {
    /// From the first byte of the record to the end of what is at hand.
    pub(crate) text: &'t str,
    /// Where it starts in the decompressed object.
    pub(crate) offset_bytes: u64,
    /// Running number among all pieces of the object.
    pub(crate) index: u64,
    /// What the envelope around it says.
    pub(crate) context: &'t EnvelopeContext,
    /// Longest record taken.
    pub(crate) limit_bytes: usize,
    /// An object here is an envelope where one of its members says so.
    pub(crate) may_be_envelope: bool,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direct {
    /// So many bytes of it are a record, which was taken.
    Taken(usize),
    /// The record does not end where it should; the next one may.
    Open,
    /// It is no record without fault, and the object is better split first.
    Unfit,
}

impl Splitter {
    /// The part of a chunk that is text, as far as records are looked for in it.
    pub(super) fn direct_text<'c>(&self, chunk: &'c [u8]) -> &'c str {
        if !self.is_direct {
            return "";
        }
        match std::str::from_utf8(chunk) {
            Ok(text) => text,
            Err(error) => chunk.get(..error.valid_up_to()).and_then(|text| str::from_utf8(text).ok()).unwrap_or(""),
        }
    }

    /// Lets a record be taken at `at`; the position behind it.
    pub(super) fn take_direct(&mut self, text: &str, at: usize, take: &mut dyn TakePieces) -> Option<usize> {
        let rest = text.get(at..).filter(|rest| !rest.is_empty() && self.may_take())?;
        let (context, array) = self.around();
        let taken = take.record(&TextAt {
            text: rest,
            offset_bytes: self.base.saturating_add(at as u64),
            index: self.out.next_index(),
            context: &context,
            limit_bytes: self.record_bytes,
            may_be_envelope: self.is_walked(),
        });
        match taken {
            Direct::Taken(length) => {
                self.passed(rest.get(..length).unwrap_or(rest), array);
                Some(at + length)
            }
            Direct::Open => None,
            Direct::Unfit => {
                self.is_direct = false;
                None
            }
        }
    }

    /// Pieces come in order, so none may wait to be handed on. An object that nothing is around is most likely an
    /// envelope, unless one before it was a record.
    fn may_take(&self) -> bool {
        let likely = !self.is_walked() || matches!(self.kind, Some(EnvelopeKind::Bare | EnvelopeKind::Array));
        self.is_direct && likely && self.out.is_idle()
    }

    /// Only arrays are around the next value, so that it may be an envelope.
    pub(super) fn is_walked(&self) -> bool {
        self.frames.iter().all(|frame| matches!(frame, Frame::Array))
    }

    fn around(&self) -> (Arc<EnvelopeContext>, Option<EnvelopeArray>) {
        match self.frames.last() {
            Some(Frame::Envelope { array, header, .. }) => (Arc::clone(&header.context), Some(*array)),
            _ => (Arc::default(), None),
        }
    }

    /// Goes on behind a record that was taken.
    fn passed(&mut self, record: &str, array: Option<EnvelopeArray>) {
        if memchr::memchr(b'\n', record.as_bytes()).is_some() {
            self.lines.end();
            self.lines.go_on();
        }
        self.note_kind(array.map(EnvelopeArray::kind));
        self.out.passed();
        self.after_value();
    }

    /// Notes in what the first record was found.
    pub(super) fn note_kind(&mut self, kind: Option<EnvelopeKind>) {
        let around = if self.frames.is_empty() { EnvelopeKind::Bare } else { EnvelopeKind::Array };
        self.kind.get_or_insert(kind.unwrap_or(around));
    }
}
