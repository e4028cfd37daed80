//! Shapes compiled to the steps that write a record back.
//!
//! `{"eventTime":t,"new":x}` becomes: text `{"eventTime":"`, time of `eventtime`, text `","new":`, next literal, text `}`.

use std::ops::Range;

use crate::EventSchema;
use crate::schema::{ColumnKind, NO_COLUMN, UNKNOWN};
use crate::tape::{RecordLimits, TapeBuffer};

/// One step. Columns are numbers; ranges lie in the program's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// Copies text of the program.
    Copy(Range<usize>),
    /// The escaped text of a column, without quotes.
    Text(u32),
    Boolean(u32),
    Time(u32),
    CompactTime(u32),
    Integer(u32),
    Double(u32),
    /// The entries of a map, with their kinds.
    Map(u32, Vec<EntryKind>),
    /// The next literal of the rest.
    Literal,
    /// Goes to the n-th element of a list.
    Enter(u32, usize),
    /// Goes back to the row the list lies in.
    Leave,
    /// The list has exactly so many elements.
    Length(u32, usize),
}

/// How the value of a map entry was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Text,
    Raw,
    Null,
}

/// A compiled shape.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) text: String,
    pub(crate) ops: Vec<Op>,
}

/// Where a shape breaks its grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShapeError {
    pub(crate) offset_bytes: usize,
    pub(crate) expected: &'static str,
}

type Compiled<T> = Result<T, ShapeError>;

impl Program {
    pub(crate) fn compile(schema: &EventSchema, shape: &str) -> Compiled<Self> {
        let mut compiler = Compiler { schema, shape, at: 0, program: Self::default() };
        match compiler.peek() {
            Some(b'{') => compiler.object(0)?,
            _ => compiler.literal()?,
        }
        if compiler.at == shape.len() { Ok(compiler.program) } else { Err(compiler.expected("the end of the shape")) }
    }

    fn copy(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        match self.ops.last_mut() {
            Some(Op::Copy(range)) => range.end = self.text.len(),
            _ => self.ops.push(Op::Copy(start..self.text.len())),
        }
    }

    fn quoted(&mut self, op: Op) {
        self.copy("\"");
        self.ops.push(op);
        self.copy("\"");
    }
}

/// Descends by the record tree, so never deeper than the schema.
struct Compiler<'s> {
    schema: &'s EventSchema,
    shape: &'s str,
    at: usize,
    program: Program,
}

impl Compiler<'_> {
    fn object(&mut self, member: u32) -> Compiled<()> {
        self.copy_byte(b'{', "`{`")?;
        if self.peek() == Some(b'}') {
            return self.copy_byte(b'}', "`}`");
        }
        loop {
            let name = self.name()?;
            let found = if member == UNKNOWN { UNKNOWN } else { self.schema.tree().find(member, &name) };
            self.value(found)?;
            if self.peek() != Some(b',') {
                return self.copy_byte(b'}', "`,` or `}`");
            }
            self.copy_byte(b',', "`,`")?;
        }
    }

    fn name(&mut self) -> Compiled<String> {
        let start = self.at;
        let text = self.shape.get(start..).unwrap_or_default();
        let end = closing_quote(text).ok_or_else(|| self.expected("a member name in quotes"))?;
        let quoted = text.get(..=end).unwrap_or_default();
        let mut buffer = TapeBuffer::default();
        let tape =
            buffer.parse(quoted.as_bytes(), RecordLimits::default()).map_err(|_| self.expected("a member name"))?;
        let name = tape.string(0).into_owned();
        self.program.copy(quoted);
        self.at = start + quoted.len();
        self.copy_byte(b':', "`:`")?;
        Ok(name)
    }

    fn value(&mut self, member: u32) -> Compiled<()> {
        let column = if member == UNKNOWN { NO_COLUMN } else { self.schema.tree().get(member).column };
        let kind = (column != NO_COLUMN).then(|| self.schema.columns().get(column).kind);
        let op = match (self.peek(), kind) {
            (Some(b's'), Some(ColumnKind::Text)) => Op::Text(column),
            (Some(b't'), Some(ColumnKind::Timestamp)) => Op::Time(column),
            (Some(b'c'), Some(ColumnKind::Timestamp)) => Op::CompactTime(column),
            (Some(b'b'), Some(ColumnKind::Boolean)) => Op::Boolean(column),
            (Some(b'i'), Some(ColumnKind::Integer)) => Op::Integer(column),
            (Some(b'd'), Some(ColumnKind::Double)) => Op::Double(column),
            (Some(b'm'), Some(ColumnKind::TextMap)) => return self.map(column),
            (Some(b'{'), Some(ColumnKind::Struct)) => return self.object(member),
            (Some(b'['), Some(ColumnKind::List)) => return self.list(member, column),
            (Some(b'n'), _) => {
                self.at += 1;
                self.program.copy("null");
                return Ok(());
            }
            _ => return self.literal(),
        };
        self.at += 1;
        match op {
            Op::Text(_) | Op::Time(_) | Op::CompactTime(_) => self.program.quoted(op),
            op => self.program.ops.push(op),
        }
        Ok(())
    }

    fn literal(&mut self) -> Compiled<()> {
        if self.peek() != Some(b'x') {
            return Err(self.expected("a token that fits the member's column"));
        }
        self.at += 1;
        self.program.ops.push(Op::Literal);
        Ok(())
    }

    fn map(&mut self, column: u32) -> Compiled<()> {
        let text = self.shape.get(self.at + 1..).and_then(|rest| rest.strip_prefix('"'));
        let kinds = text.and_then(|text| text.split_once('"')).map(|(kinds, _)| kinds);
        let Some(kinds) = kinds else { return Err(self.expected("`m` and entry kinds in quotes")) };
        let entry = |kind| match kind {
            's' => Some(EntryKind::Text),
            'r' => Some(EntryKind::Raw),
            'n' => Some(EntryKind::Null),
            _ => None,
        };
        let entries = kinds.chars().map(entry).collect::<Option<Vec<_>>>();
        let entries = entries.ok_or_else(|| self.expected("entry kinds `s`, `r` or `n`"))?;
        self.at += kinds.len() + 3;
        self.program.ops.push(Op::Map(column, entries));
        Ok(())
    }

    fn list(&mut self, member: u32, column: u32) -> Compiled<()> {
        self.copy_byte(b'[', "`[`")?;
        let length_at = self.program.ops.len();
        self.program.ops.push(Op::Length(column, 0));
        let mut length = 0;
        while let Some(b'{' | b'x') = self.peek() {
            if self.peek() == Some(b'x') {
                self.literal()?;
            } else {
                self.program.ops.push(Op::Enter(column, length));
                self.object(member)?;
                self.program.ops.push(Op::Leave);
            }
            length += 1;
            if self.peek() == Some(b',') {
                self.copy_byte(b',', "`,`")?;
            }
        }
        if let Some(op) = self.program.ops.get_mut(length_at) {
            *op = Op::Length(column, length);
        }
        self.copy_byte(b']', "`{`, `x`, `,` or `]`")
    }

    fn copy_byte(&mut self, byte: u8, expected: &'static str) -> Compiled<()> {
        if self.peek() != Some(byte) {
            return Err(self.expected(expected));
        }
        self.at += 1;
        self.program.copy(char::from(byte).encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.shape.as_bytes().get(self.at).copied()
    }

    fn expected(&self, expected: &'static str) -> ShapeError {
        ShapeError { offset_bytes: self.at, expected }
    }
}

/// Place of the quote that closes the string a text begins with.
fn closing_quote(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('"')?;
    let mut escaped = false;
    let close = rest.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    close.map(|place| place + 1)
}
