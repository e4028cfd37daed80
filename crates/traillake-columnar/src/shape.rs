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

/// Writes the shape of one record after the other, and notes what belongs into the rest.
#[derive(Debug, Default)]
pub(crate) struct ShapeWriter {
    pub(crate) shape: String,
    /// The values that the shape has no token for, in order.
    pub(crate) literals: Vec<u32>,
}

/// A place to go back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    shape: usize,
    literals: usize,
}

impl ShapeWriter {
    pub(crate) fn clear(&mut self) {
        self.shape.clear();
        self.literals.clear();
    }

    /// Turns a record with too long a shape into a single literal.
    pub(crate) fn limit(&mut self) {
        if self.shape.len() > MAX_SHAPE_BYTES {
            self.clear();
            self.literal(0);
        }
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

    pub(crate) fn literal(&mut self, at: u32) {
        self.shape.push('x');
        self.literals.push(at);
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { shape: self.shape.len(), literals: self.literals.len() }
    }

    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.shape.truncate(mark.shape);
        self.literals.truncate(mark.literals);
    }
}

/// Writes the rest of a record: the texts of its `literals`.
pub(crate) fn write_rest(tape: Tape<'_>, literals: &[u32], rest: &mut String) {
    rest.clear();
    for (number, &literal) in literals.iter().enumerate() {
        if number > 0 {
            rest.push('\n');
        }
        tape.push_compact(literal, rest);
    }
}
