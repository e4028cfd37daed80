//! The walk over a record by the record tree: one pass fills a slot per column and writes the record's shape.

use traillake_model::time::{TimeForm, parse_event_time};

use super::layout::Check;
use super::{double, integer};
use crate::EventSchema;
use crate::schema::{Alternate, ColumnKind, Columns, NO_COLUMN, RecordTree, UNKNOWN};
use crate::shape::ShapeWriter;
use crate::tape::{NodeKind, Tape};

/// Slot of a struct that has no object of its own, but members from alternate places.
pub(crate) const PRESENT: u32 = u32::MAX;

/// The tables of the walk, kept from record to record.
#[derive(Debug)]
pub(crate) struct Memory {
    /// By column: the node that fills it, 0 for none.
    pub(crate) slots: Vec<u32>,
    /// What alternate places offer.
    pub(crate) alternates: Vec<(Alternate, u32)>,
    /// Scalars whose texts decided their tokens.
    pub(super) checks: Vec<Check>,
    /// By member: the round it was met in last. A round is the reach of one object of a list, or of the record outside of lists.
    seen: Vec<u32>,
    /// By member: the member that followed last time; then by member: its first member last time.
    next: Vec<u32>,
    round: u32,
    rounds: u32,
    columns: usize,
}

impl Memory {
    pub(crate) fn new(schema: &EventSchema) -> Self {
        let members = schema.tree().len();
        let columns = schema.columns().end() as usize;
        Self {
            slots: vec![0; columns],
            alternates: Vec::new(),
            checks: Vec::new(),
            seen: vec![0; members],
            next: vec![UNKNOWN; members * 2],
            round: 0,
            rounds: 0,
            columns,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.slots.resize(self.columns, 0);
        self.alternates.clear();
        self.checks.clear();
        if self.rounds > u32::MAX / 2 {
            self.rounds = 0;
            self.seen.fill(0);
        }
        self.start_round();
    }

    fn start_round(&mut self) {
        self.rounds += 1;
        self.round = self.rounds;
    }
}

/// One walk; without a shape it only fills slots.
pub(crate) struct Walk<'w> {
    tree: &'w RecordTree,
    columns: &'w Columns,
    tape: Tape<'w>,
    memory: &'w mut Memory,
    shape: Option<&'w mut ShapeWriter>,
}

impl<'w> Walk<'w> {
    pub(crate) fn new(
        schema: &'w EventSchema,
        tape: Tape<'w>,
        memory: &'w mut Memory,
        shape: Option<&'w mut ShapeWriter>,
    ) -> Self {
        Self { tree: schema.tree(), columns: schema.columns(), tape, memory, shape }
    }

    /// Walks an object whose members are those of `member`.
    pub(crate) fn object(&mut self, member: u32, at: u32) {
        let mark = self.shape.as_ref().map(|shape| shape.mark());
        let (tape, mut before, mut separator, mut repeated) = (self.tape, UNKNOWN, '{', false);
        for (name, value) in tape.members(at) {
            if let Some(shape) = &mut self.shape {
                shape.push_name(separator, tape.source(name));
            }
            separator = ',';
            let found = self.find(member, before, name);
            if found == UNKNOWN {
                self.literal(value);
                continue;
            }
            before = found;
            repeated |= self.meet(found);
            self.value(found, value);
        }
        if let (Some(shape), Some(mark)) = (&mut self.shape, mark) {
            if repeated {
                shape.rewind(mark);
                shape.literal(at);
            } else {
                shape.push(if separator == '{' { "{}" } else { "}" });
            }
        }
    }

    /// The known member of that name; usually the one that followed the last time.
    fn find(&mut self, parent: u32, before: u32, name: u32) -> u32 {
        let place = if before == UNKNOWN { self.tree.len() + parent as usize } else { before as usize };
        let text = self.tape.string(name);
        let expected = self.memory.next[place];
        if expected != UNKNOWN && *self.tree.get(expected).name == *text {
            return expected;
        }
        let found = self.tree.find(parent, &text);
        if found != UNKNOWN {
            self.memory.next[place] = found;
        }
        found
    }

    /// Marks a member as met; true when the same object had it before, whose columns are then cleared.
    fn meet(&mut self, member: u32) -> bool {
        let round = self.memory.round;
        let seen = &mut self.memory.seen[member as usize];
        if *seen != round {
            *seen = round;
            return false;
        }
        let column = self.tree.get(member).column;
        if column != NO_COLUMN {
            self.memory.slots[column as usize..self.columns.get(column).after as usize].fill(0);
        }
        true
    }

    fn value(&mut self, member: u32, at: u32) {
        let tree = self.tree;
        let known = tree.get(member);
        if self.tape.kind(at) != NodeKind::Null {
            self.memory.alternates.extend(known.alternates.iter().map(|&alternate| (alternate, at)));
        }
        if known.column == NO_COLUMN {
            if known.has_members() && self.tape.kind(at) == NodeKind::Object {
                self.silently(|walk| walk.object(member, at));
            }
            return self.literal(at);
        }
        self.memory.slots[known.column as usize] = at;
        match (self.columns.get(known.column).kind, self.tape.kind(at)) {
            (_, NodeKind::Null) => self.token("n"),
            (ColumnKind::Struct, NodeKind::Object) => self.object(member, at),
            (ColumnKind::List, NodeKind::Array) => self.list(member, at),
            (ColumnKind::TextMap, NodeKind::Object) => self.map(at),
            (kind, _) => self.scalar(kind, at),
        }
    }

    fn scalar(&mut self, kind: ColumnKind, at: u32) {
        if self.shape.is_none() {
            return;
        }
        let token = token(kind, self.tape, at);
        if is_decided_by_text(kind, self.tape.kind(at)) {
            self.memory.checks.push(Check { node: at, kind, token });
        }
        match token {
            Some(token) => self.token(token),
            None => self.literal(at),
        }
    }

    fn list(&mut self, member: u32, at: u32) {
        let tape = self.tape;
        if self.shape.is_none() {
            return;
        }
        if tape.elements(at).any(|element| tape.kind(element) != NodeKind::Object) {
            return self.literal(at);
        }
        let round = self.memory.round;
        let mut separator = "[";
        for element in tape.elements(at) {
            self.token(separator);
            separator = ",";
            self.element(member, element);
        }
        self.memory.round = round;
        self.token(if separator == "[" { "[]" } else { "]" });
    }

    /// Walks one object of the list of a member; its slots hold until the next one.
    pub(crate) fn element(&mut self, member: u32, at: u32) {
        let inside = self.columns.inside(self.tree.get(member).column);
        self.memory.slots[inside].fill(0);
        self.memory.start_round();
        self.object(member, at);
    }

    fn map(&mut self, at: u32) {
        let tape = self.tape;
        let Some(shape) = &mut self.shape else { return };
        let exact = |node: u32| !tape.node(node).lone_surrogate;
        if tape.members(at).any(|(name, value)| !exact(name) || !exact(value)) || has_repeated_name(tape, at) {
            return shape.literal(at);
        }
        shape.push("m\"");
        for (_, value) in tape.members(at) {
            shape.push(match tape.kind(value) {
                NodeKind::String => "s",
                NodeKind::Null => "n",
                _ => "r",
            });
        }
        shape.push("\"");
    }

    fn silently(&mut self, walk: impl FnOnce(&mut Self)) {
        let shape = self.shape.take();
        walk(self);
        self.shape = shape;
    }

    fn token(&mut self, token: &str) {
        if let Some(shape) = &mut self.shape {
            shape.push(token);
        }
    }

    fn literal(&mut self, at: u32) {
        if let Some(shape) = &mut self.shape {
            shape.literal(at);
        }
    }
}

/// What stands in a shape for a scalar of a column; none for what the column does not give back.
pub(super) fn token(kind: ColumnKind, tape: Tape<'_>, at: u32) -> Option<&'static str> {
    let node = tape.node(at);
    let text = tape.inner(at);
    match (kind, node.kind) {
        (ColumnKind::Text, NodeKind::String) if !node.lone_surrogate => Some("s"),
        (ColumnKind::Boolean, NodeKind::True | NodeKind::False) => Some("b"),
        (ColumnKind::Integer, NodeKind::Number) => integer(text).filter(|number| number.exact).map(|_| "i"),
        (ColumnKind::Double, NodeKind::Number) => double(text).filter(|number| number.exact).map(|_| "d"),
        (ColumnKind::Timestamp, NodeKind::String) => match parse_event_time(text).map(|time| time.form) {
            Some(TimeForm::Canonical) => Some("t"),
            Some(TimeForm::Compact) => Some("c"),
            _ => None,
        },
        _ => None,
    }
}

fn is_decided_by_text(column: ColumnKind, node: NodeKind) -> bool {
    match column {
        ColumnKind::Integer | ColumnKind::Double => node == NodeKind::Number,
        ColumnKind::Timestamp => node == NodeKind::String,
        _ => false,
    }
}

/// Whether an object has two members of the same name.
pub(crate) fn has_repeated_name(tape: Tape<'_>, at: u32) -> bool {
    if tape.members(at).nth(16).is_some() {
        let mut names = hashbrown::HashSet::new();
        return tape.members(at).any(|(name, _)| !names.insert(tape.string(name)));
    }
    let mut members = tape.members(at);
    while let Some((name, _)) = members.next() {
        if members.clone().any(|(other, _)| tape.same_name(name, other)) {
            return true;
        }
    }
    false
}
