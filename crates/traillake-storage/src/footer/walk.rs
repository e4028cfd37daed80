//! Walks through a footer as it is stored (Thrift's compact protocol), past all that is not asked for. Nothing is what a
//! damaged footer gives.

use parquet::errors::ParquetError;

use crate::varint::{push_varint, take_varint};

/// Lists and structs within each other that are gone past; a schema has six.
const MAX_DEPTH: usize = 16;

/// The kind of a number of 32 bits.
pub(super) const I32: u8 = 5;
/// The kind of a number of 64 bits.
pub(super) const I64: u8 = 6;
/// The kind of a list.
pub(super) const LIST: u8 = 9;
/// The kind of a struct.
pub(super) const STRUCT: u8 = 12;
const END: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const SET: u8 = 10;

/// The head of a field, which says its number and the kind of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) number: i16,
    kind: u8,
}

impl Field {
    /// Whether the struct ends here.
    pub(super) fn is_end(self) -> bool {
        self.kind == END
    }

    /// Whether the value is a struct.
    pub(super) fn is_struct(self) -> bool {
        self.kind == STRUCT
    }
}

/// A place in a footer.
#[derive(Debug, Clone)]
pub(super) struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Walk<'b> {
    pub(super) fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Calls `take` with every field of a struct; it takes the value or goes past it.
    pub(super) fn fields(&mut self, mut take: impl FnMut(&mut Self, Field) -> Option<()>) -> Option<()> {
        let mut last = 0;
        loop {
            let field = self.field(last)?;
            if field.is_end() {
                return Some(());
            }
            take(self, field)?;
            last = field.number;
        }
    }

    /// The field after the one with the number `last`.
    pub(super) fn field(&mut self, last: i16) -> Option<Field> {
        let head = self.byte()?;
        let (step, kind) = (head >> 4, head & 0x0f);
        let number = match step {
            _ if kind == END => last,
            0 => i16::try_from(self.zigzag()?).ok()?,
            step => last.checked_add(step.into())?,
        };
        Some(Field { number, kind })
    }

    /// A whole number.
    pub(super) fn number(&mut self, field: Field) -> Option<i64> {
        if matches!(field.kind, I16 | I32 | I64) { self.zigzag() } else { None }
    }

    /// A string of bytes.
    pub(super) fn binary(&mut self, field: Field) -> Option<&'b [u8]> {
        if field.kind == BINARY { self.counted() } else { None }
    }

    /// The number of members of a list of structs, of which the first is next.
    pub(super) fn structs(&mut self, field: Field) -> Option<usize> {
        match (field.kind, self.list()?) {
            (LIST, (STRUCT, count)) => Some(count),
            (LIST, (_, 0)) => Some(0),
            _ => None,
        }
    }

    /// Goes past a value.
    pub(super) fn skip(&mut self, field: Field) -> Option<()> {
        self.skip_kind(field.kind, MAX_DEPTH)
    }

    fn skip_kind(&mut self, kind: u8, depth: usize) -> Option<()> {
        let deeper = depth.checked_sub(1)?;
        match kind {
            TRUE | FALSE => Some(()),
            BYTE => self.take(1).map(drop),
            I16 | I32 | I64 => self.varint().map(drop),
            DOUBLE => self.take(8).map(drop),
            BINARY => self.counted().map(drop),
            LIST | SET => self.skip_list(deeper),
            STRUCT => loop {
                let field = self.field(0)?;
                if field.is_end() {
                    return Some(());
                }
                self.skip_kind(field.kind, deeper)?;
            },
            _ => None,
        }
    }

    fn skip_list(&mut self, deeper: usize) -> Option<()> {
        match self.list()? {
            // In a list they are bytes.
            (TRUE | FALSE, count) => self.take(count).map(drop),
            (kind, count) => (0..count).try_for_each(|_| self.skip_kind(kind, deeper)),
        }
    }

    /// The kind and the number of a list's members.
    fn list(&mut self) -> Option<(u8, usize)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => usize::try_from(self.varint()?).ok()?,
            count => count.into(),
        };
        Some((head & 0x0f, count))
    }

    fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut rest = self.bytes.get(self.at..)?;
        let number = take_varint(&mut rest)?;
        self.at = self.bytes.len() - rest.len();
        Some(number)
    }

    fn counted(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        self.take(length)
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let taken = self.bytes.get(self.at..)?.get(..length)?;
        self.at += length;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }
}

/// The error of a footer that is none.
pub(super) fn damaged() -> ParquetError {
    ParquetError::General("the footer is damaged".to_owned())
}

/// Writes the head of a field that is `step` after the one before.
pub(super) fn push_field(out: &mut Vec<u8>, step: u8, kind: u8) {
    out.push((step << 4) | kind);
}

/// Writes a whole number.
pub(super) fn push_number(out: &mut Vec<u8>, number: i64) {
    push_varint(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Writes the head of a list of structs.
pub(super) fn push_structs(out: &mut Vec<u8>, count: usize) {
    out.push(0xf0 | STRUCT);
    push_varint(out, count as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Option<Vec<i16>> {
        let (mut walk, mut found) = (Walk::new(bytes, 0), Vec::new());
        walk.fields(|walk, field| {
            found.push(field.number);
            walk.skip(field)
        })?;
        assert_eq!(walk.at(), bytes.len());
        Some(found)
    }

    #[test]
    fn values_of_every_kind_are_gone_past() {
        let text = [0x18, 3, b'a', b'b', b'c'];
        let list_of_structs = [0x19, 0x2c, 0x15, 2, 0, 0];
        let list_of_truths = [0x19, 0x31, 1, 2, 1];
        let (truth, byte, double) = ([0x11].to_vec(), [0x13, 9].to_vec(), [[0x17].as_slice(), &[0; 8]].concat());
        let far = [0x06, 0x50, 0x80, 0x01];
        let all = [&text[..], &list_of_structs, &list_of_truths, &truth, &byte, &double, &far, &[0]].concat();
        assert_eq!(fields(&all).unwrap(), [1, 2, 3, 4, 5, 6, 40]);
    }

    #[test]
    fn what_ends_early_or_nests_without_end_is_nothing() {
        let whole = [0x18, 3, b'a', b'b', b'c', 0x19, 0x2c, 0x15, 2, 0, 0, 0];
        assert!(fields(&whole).is_some());
        for end in 0..whole.len() {
            assert!(fields(&whole[..end]).is_none(), "{end}");
        }
        assert!(fields(&[0x1c; 1_000]).is_none());
        assert!(fields(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).is_none());
        assert!(fields(&[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).is_none());
        assert!(fields(&[0x1b, 0]).is_none());
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for number in [0, 1, -1, 63, -64, 64, 1 << 40, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            push_field(&mut out, 1, I64);
            push_number(&mut out, number);
            let mut walk = Walk::new(&out, 0);
            let field = walk.field(0).unwrap();
            assert_eq!((field.number, walk.number(field).unwrap()), (1, number));
        }
    }
}
