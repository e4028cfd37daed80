//! The JSON tokeniser: one pass over the text of a record, no recursion, a flat list of nodes as result.
//!
//! ```text
//! {"a":[1,"x"],"b":null}
//!  ->  Object a Array 1 x b Null      each with its place in the text and the index behind its subtree
//! ```

mod names;
mod scan;
mod text;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::{RecordError, RecordErrorReason};
use names::Place;
pub(crate) use names::{NO_NAME, Names};
pub(crate) use text::{Piece, pieces, push_compact};

/// What a JSON value is. Member names are `String` nodes in front of their value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum NodeKind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// One value of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// The string holds escapes.
    pub(crate) escaped: bool,
    /// The string holds an escaped surrogate without its partner.
    pub(crate) lone_surrogate: bool,
    /// First byte; for strings the one behind the quote.
    pub(crate) start: u32,
    /// Byte behind the last; for strings the closing quote.
    pub(crate) end: u32,
    /// Index of the node behind this value and everything inside it; of a member name its number, or [`NO_NAME`].
    pub(crate) after: u32,
}

/// What a record may hold before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLimits {
    /// Levels of nested objects and arrays; values above 512 count as 512.
    pub max_depth: usize,
    /// Values of a record, not counting member names.
    pub max_values: usize,
}

impl Default for RecordLimits {
    /// 128 levels and 1,000,000 values.
    fn default() -> Self {
        Self { max_depth: 128, max_values: 1_000_000 }
    }
}

/// The memory of the tokeniser, kept from record to record.
#[derive(Debug, Default)]
pub(crate) struct TapeBuffer {
    nodes: Vec<Node>,
    open: Vec<Level>,
    names: Names,
}

/// A container that is open while its members or elements are read.
#[derive(Debug, Clone, Copy)]
struct Level {
    node: u32,
    /// The member name met last; in an array the one under which it stands.
    name: u32,
    /// Where the next name stands.
    place: Place,
}

impl TapeBuffer {
    /// A buffer that numbers member names, for many texts alike.
    pub(crate) fn naming() -> Self {
        Self { names: Names::kept(), ..Self::default() }
    }

    /// Tokenises one JSON value; white space around it is allowed.
    pub(crate) fn parse<'t>(&'t mut self, json: &'t [u8], limits: RecordLimits) -> Result<Tape<'t>, RecordError> {
        let text = std::str::from_utf8(json)
            .map_err(|error| RecordError::new(RecordErrorReason::InvalidUtf8, error.valid_up_to()))?;
        let spaced = scan::tokenize(text, limits, self, Extent::Whole)?;
        Ok(Tape { text, nodes: &self.nodes, spaced })
    }

    /// Tokenises the JSON value that a text begins with; what follows it is left alone.
    pub(crate) fn parse_first<'t>(&'t mut self, text: &'t str, limits: RecordLimits) -> Result<Tape<'t>, RecordError> {
        let spaced = scan::tokenize(text, limits, self, Extent::First)?;
        let end = self.nodes.first().map_or(0, |node| node.end as usize);
        Ok(Tape { text: text.get(..end).unwrap_or(text), nodes: &self.nodes, spaced })
    }
}

/// How much of a text is to be one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    First,
}

/// A tokenised text. Node 0 is the value as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tape<'t> {
    text: &'t str,
    nodes: &'t [Node],
    spaced: bool,
}

impl<'t> Tape<'t> {
    pub(crate) fn node(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    pub(crate) fn kind(&self, at: u32) -> NodeKind {
        self.node(at).kind
    }

    pub(crate) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    fn slice(&self, start: u32, end: u32) -> &'t str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The text between the quotes of a string, or the whole text of another value, as it stands in the source.
    pub(crate) fn inner(&self, at: u32) -> &'t str {
        let node = self.node(at);
        self.slice(node.start, node.end)
    }

    /// The value's text as it stands in the source, quotes and white space included.
    pub(crate) fn source(&self, at: u32) -> &'t str {
        let node = self.node(at);
        match node.kind {
            NodeKind::String => self.slice(node.start - 1, node.end + 1),
            _ => self.slice(node.start, node.end),
        }
    }

    /// The value's JSON text without white space outside strings.
    pub(crate) fn compact(&self, at: u32) -> Cow<'t, str> {
        let source = self.source(at);
        if self.is_compact(at) {
            return Cow::Borrowed(source);
        }
        let mut out = String::with_capacity(source.len());
        push_compact(source, &mut out);
        Cow::Owned(out)
    }

    /// Appends [`Self::compact`] without a detour.
    pub(crate) fn push_compact(&self, at: u32, out: &mut String) {
        let source = self.source(at);
        if self.is_compact(at) {
            out.push_str(source);
        } else {
            push_compact(source, out);
        }
    }

    fn is_compact(&self, at: u32) -> bool {
        !self.spaced || !matches!(self.kind(at), NodeKind::Object | NodeKind::Array)
    }

    /// The characters of a string; surrogates without partner become U+FFFD.
    pub(crate) fn string(&self, at: u32) -> Cow<'t, str> {
        let inner = self.inner(at);
        if self.node(at).escaped {
            let mut out = String::with_capacity(inner.len());
            text::push_unescaped(inner, &mut out);
            return Cow::Owned(out);
        }
        Cow::Borrowed(inner)
    }

    /// A value as column text: strings bare, everything else as compact JSON; `None` for null.
    pub(crate) fn column_text(&self, at: u32) -> Option<Cow<'t, str>> {
        match self.kind(at) {
            NodeKind::Null => None,
            NodeKind::String => Some(self.string(at)),
            _ => Some(self.compact(at)),
        }
    }

    /// Name and value of each member of an object.
    pub(crate) fn members(&self, at: u32) -> Members<'t> {
        Members { nodes: self.nodes, next: at + 1, after: self.node(at).after }
    }

    /// All nodes in the order of the text.
    pub(crate) fn nodes(&self) -> &'t [Node] {
        self.nodes
    }

    /// The elements of an array.
    pub(crate) fn elements(&self, at: u32) -> impl Iterator<Item = u32> + use<'t> {
        let mut elements = Members { nodes: self.nodes, next: at + 1, after: self.node(at).after };
        std::iter::from_fn(move || elements.element())
    }

    /// A string without escapes, as it stands in the source.
    pub(crate) fn plain_string(&self, at: u32) -> Option<&'t str> {
        let node = self.node(at);
        (node.kind == NodeKind::String && !node.escaped).then(|| self.slice(node.start, node.end))
    }

    /// Whether two member names are the same text, escapes resolved.
    pub(crate) fn same_name(&self, left: u32, right: u32) -> bool {
        let (a, b) = (self.node(left), self.node(right));
        if a.after != NO_NAME && b.after != NO_NAME {
            a.after == b.after
        } else if a.escaped || b.escaped {
            self.string(left) == self.string(right)
        } else {
            self.inner(left) == self.inner(right)
        }
    }
}

/// Walks the members of an object as pairs of node indexes.
#[derive(Debug, Clone)]
pub(crate) struct Members<'t> {
    nodes: &'t [Node],
    next: u32,
    after: u32,
}

impl Members<'_> {
    fn element(&mut self) -> Option<u32> {
        let at = self.next;
        if at >= self.after {
            return None;
        }
        self.next = self.nodes[at as usize].after;
        Some(at)
    }
}

impl Iterator for Members<'_> {
    type Item = (u32, u32);

    fn next(&mut self) -> Option<(u32, u32)> {
        let name = self.next;
        if name >= self.after {
            return None;
        }
        let value = name + 1;
        self.next = self.nodes[value as usize].after;
        Some((name, value))
    }
}
