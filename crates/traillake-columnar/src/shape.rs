//! The shape of a record: how it was written, apart from what its columns hold.
//!
//! A shape is a compact JSON skeleton of the record, with its member names as in the source and a token instead of each value:
//!
//! ```text
//! s text      b boolean     n null        t time `YYYY-MM-DDTHH:MM:SSZ`   c time `YYYYMMDDTHHMMSSZ`
//! i integer   d double      from their columns; the canonical text of the value is the source text
//! m"ssrn"     a map: its entries in order, each s string, r raw JSON text, n null
//! {…} […]     objects with known members, lists of them; an element may be `x`
//! x           the next literal of `recordrest`: raw compact JSON texts joined by line feeds
//! ```
//!
//! `{"eventTime":"2023-07-19T21:33:41Z","readOnly":true,"new":[1, 2]}` has the shape `{"eventTime":t,"readOnly":b,"new":x}` and the rest `[1,2]`.

mod program;

#[cfg(test)]
mod tests;

use crate::tape::Tape;
pub(crate) use program::{EntryKind, Op, Program, ShapeError};

/// Longest shape in bytes; a record with a longer one is a single literal, which bounds the programs of readers.
const MAX_SHAPE_BYTES: usize = 64 << 10;

/// Writes the shape and the rest of one record after the other.
#[derive(Debug, Default)]
pub(crate) struct ShapeWriter {
    shape: String,
    rest: String,
    literals: u32,
}

/// A place to go back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    shape: usize,
    rest: usize,
    literals: u32,
}

impl ShapeWriter {
    pub(crate) fn clear(&mut self) {
        self.shape.clear();
        self.rest.clear();
        self.literals = 0;
    }

    /// Turns a record with too long a shape into a single literal.
    pub(crate) fn limit(&mut self, record: Tape<'_>) {
        if self.shape.len() > MAX_SHAPE_BYTES {
            self.clear();
            self.literal(record, 0);
        }
    }

    /// The shape, and the rest unless the record needs none.
    pub(crate) fn finished(&self) -> (&str, Option<&str>) {
        (&self.shape, (self.literals > 0).then_some(&self.rest))
    }

    pub(crate) fn push(&mut self, token: &str) {
        self.shape.push_str(token);
    }

    /// A member name with its quotes as in the source.
    pub(crate) fn push_name(&mut self, separator: char, name: &str) {
        self.shape.push(separator);
        self.shape.push_str(name);
        self.shape.push(':');
    }

    pub(crate) fn literal(&mut self, tape: Tape<'_>, at: u32) {
        self.shape.push('x');
        if self.literals > 0 {
            self.rest.push('\n');
        }
        self.literals += 1;
        tape.push_compact(at, &mut self.rest);
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { shape: self.shape.len(), rest: self.rest.len(), literals: self.literals }
    }

    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.shape.truncate(mark.shape);
        self.rest.truncate(mark.rest);
        self.literals = mark.literals;
    }
}
