//! The replay of one row: the steps of its shape, fed from the columns.

use std::fmt::Write;

use arrow::array::{Array, ArrowPrimitiveType, PrimitiveArray};
use traillake_model::time::{format_canonical, format_compact};

use super::arrays::{Arrays, Values};
use crate::record::push_double;
use crate::shape::{EntryKind, Op, Program};

/// Stands for the column `recordrest` in errors.
pub(super) const REST: u32 = u32::MAX;
/// Stands for the column `recordshape` in errors.
pub(super) const SHAPE: u32 = u32::MAX - 1;

/// The column that does not hold what the shape says.
type Missing = u32;

/// The state of one replay: the row, or the element of a list the steps are in.
pub(super) struct Replay<'a, 'b> {
    arrays: &'a Arrays<'b>,
    row: usize,
    outer_rows: Vec<usize>,
    rest: Option<&'b str>,
}

impl<'a, 'b> Replay<'a, 'b> {
    pub(super) fn new(arrays: &'a Arrays<'b>, row: usize) -> Self {
        Self { arrays, row, outer_rows: Vec::new(), rest: arrays.rest(row) }
    }

    pub(super) fn run(mut self, program: &Program, out: &mut String) -> Result<(), Missing> {
        for op in &program.ops {
            match op {
                Op::Copy(range) => out.push_str(program.text.get(range.clone()).unwrap_or_default()),
                Op::Text(column) => push_escaped(self.text(*column).ok_or(*column)?, out),
                Op::Map(column, kinds) => self.map(*column, kinds, out).ok_or(*column)?,
                Op::Literal => out.push_str(self.literal().ok_or(REST)?),
                Op::Enter(column, element) => self.enter(*column, *element).ok_or(*column)?,
                Op::Length(column, length) => self.length(*column, *length).ok_or(*column)?,
                Op::Leave => self.row = self.outer_rows.pop().ok_or(SHAPE)?,
                Op::Boolean(column)
                | Op::Time(column)
                | Op::CompactTime(column)
                | Op::Integer(column)
                | Op::Double(column) => self.scalar(op, *column, out).ok_or(*column)?,
            }
        }
        if self.rest.is_none() { Ok(()) } else { Err(REST) }
    }

    fn text(&self, column: u32) -> Option<&'b str> {
        match self.arrays.values(column) {
            Values::Text(texts) => texts.get(self.row),
            _ => None,
        }
    }

    fn scalar(&self, op: &Op, column: u32, out: &mut String) -> Option<()> {
        match (op, self.arrays.values(column)) {
            (Op::Boolean(_), Values::Boolean(array)) => {
                let valid = self.row < array.len() && array.is_valid(self.row);
                out.push_str(if valid.then(|| array.value(self.row))? { "true" } else { "false" });
            }
            (Op::Time(_), _) => format_canonical(self.micros(column)?, out),
            (Op::CompactTime(_), _) => format_compact(self.micros(column)?, out),
            (Op::Integer(_), Values::Integer(array)) => write!(out, "{}", primitive(array, self.row)?).ok()?,
            (Op::Double(_), Values::Double(array)) => push_double(primitive(array, self.row)?, out).ok()?,
            _ => return None,
        }
        Some(())
    }

    fn micros(&self, column: u32) -> Option<i64> {
        match self.arrays.values(column) {
            Values::Micros(array) => primitive(array, self.row),
            Values::Millis(array) => primitive(array, self.row)?.checked_mul(1000),
            _ => None,
        }
    }

    fn map(&self, column: u32, kinds: &[EntryKind], out: &mut String) -> Option<()> {
        let Values::Map { map, keys, values } = self.arrays.values(column) else { return None };
        let entries = entries(map.offsets(), map.len(), map.is_valid(self.row_of(map.len())?), self.row)?;
        if entries.len() != kinds.len() || entries.end > keys.len() {
            return None;
        }
        out.push('{');
        for (place, (entry, kind)) in entries.zip(kinds).enumerate() {
            out.push_str(if place == 0 { "\"" } else { ",\"" });
            push_escaped(keys.get(entry)?, out);
            out.push_str("\":");
            match kind {
                EntryKind::Text => {
                    out.push('"');
                    push_escaped(values.get(entry)?, out);
                    out.push('"');
                }
                EntryKind::Raw => out.push_str(values.get(entry)?),
                EntryKind::Null => out.push_str("null"),
            }
        }
        out.push('}');
        Some(())
    }

    fn literal(&mut self) -> Option<&'b str> {
        let rest = self.rest?;
        let (literal, rest) = match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(literal)
    }

    fn length(&self, column: u32, length: usize) -> Option<()> {
        (self.elements(column)?.len() == length).then_some(())
    }

    fn enter(&mut self, column: u32, element: usize) -> Option<()> {
        let row = self.elements(column)?.nth(element)?;
        self.outer_rows.push(self.row);
        self.row = row;
        Some(())
    }

    fn elements(&self, column: u32) -> Option<std::ops::Range<usize>> {
        let Values::List(list) = self.arrays.values(column) else { return None };
        entries(list.offsets(), list.len(), list.is_valid(self.row_of(list.len())?), self.row)
    }

    fn row_of(&self, length: usize) -> Option<usize> {
        Some(self.row).filter(|&row| row < length)
    }
}

/// The range of a row's entries; `None` for null.
fn entries(offsets: &[i32], length: usize, valid: bool, row: usize) -> Option<std::ops::Range<usize>> {
    if row >= length || !valid {
        return None;
    }
    let start = usize::try_from(*offsets.get(row)?).ok()?;
    let end = usize::try_from(*offsets.get(row + 1)?).ok()?;
    Some(start..end)
}

fn primitive<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    (row < array.len() && array.is_valid(row)).then(|| array.value(row))
}

/// Appends a text with the escapes JSON asks for.
fn push_escaped(text: &str, out: &mut String) {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(start..at).unwrap_or_default());
        start = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x8 => out.push_str("\\b"),
            0xc => out.push_str("\\f"),
            _ => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
}
