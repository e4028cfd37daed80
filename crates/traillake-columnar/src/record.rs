//! Reading: the text of one record becomes an [`EventRecord`], tokenised, checked and laid out by column.

mod canonical;
mod layout;
mod number;
mod selector;
mod walk;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use traillake_model::EventCategory;
use traillake_model::time::parse_event_time;

use crate::schema::{ColumnKind, NO_COLUMN};
use crate::shape::{ShapeWriter, write_rest};
use crate::tape::{NodeKind, Tape, TapeBuffer};
use crate::{EventSchema, RecordError, RecordErrorReason, RecordLimits};
pub use canonical::content_digest;
use layout::Layouts;
pub(crate) use number::{double, integer, push_double};
pub(crate) use walk::{Memory, PRESENT, Walk, has_repeated_name};

/// Reads records of one schema, one after the other, in memory that is kept between them.
///
/// ```
/// use traillake_columnar::{EventSchema, RecordLimits, RecordReader};
/// use traillake_model::EventDataStoreKind;
///
/// let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
/// let mut reader = RecordReader::new(schema, RecordLimits::default());
/// let record = reader.read(br#"{"eventTime":"2023-07-19T21:33:41Z","eventID":"a-1"}"#)?;
/// assert_eq!(record.event_time_micros(), 1_689_802_421_000_000);
/// assert_eq!(record.event_id().as_deref(), Some("a-1"));
/// # Ok::<(), traillake_columnar::RecordError>(())
/// ```
#[derive(Debug)]
pub struct RecordReader {
    schema: Arc<EventSchema>,
    limits: RecordLimits,
    tape: TapeBuffer,
    memory: Memory,
    shape: ShapeWriter,
    rest: String,
    layouts: Layouts,
}

/// One record that can be stored: a JSON object with a readable event time.
#[derive(Debug, Clone, Copy)]
pub struct EventRecord<'r> {
    schema: &'r Arc<EventSchema>,
    tape: Tape<'r>,
    slots: &'r [u32],
    shape: &'r str,
    rest: Option<&'r str>,
    event_time_micros: i64,
}

impl RecordReader {
    /// A reader for records of one kind of store.
    pub fn new(schema: Arc<EventSchema>, limits: RecordLimits) -> Self {
        let memory = Memory::new(&schema);
        Self {
            schema,
            limits,
            tape: TapeBuffer::naming(),
            memory,
            shape: ShapeWriter::default(),
            rest: String::new(),
            layouts: Layouts::default(),
        }
    }

    /// The schema records are read by.
    pub fn schema(&self) -> &Arc<EventSchema> {
        &self.schema
    }

    /// Tokenises and checks one record; white space around it is allowed.
    ///
    /// # Errors
    /// The first thing that keeps the record from being stored: broken JSON, a limit, or no readable event time.
    pub fn read<'r>(&'r mut self, json: &'r [u8]) -> Result<EventRecord<'r>, RecordError> {
        let Self { schema, limits, tape, memory, shape, rest, layouts } = self;
        let tape = tape.parse(json, *limits)?;
        laid_out(schema, tape, Kept { memory, shape, rest }, layouts)
    }

    /// Reads the record that a text begins with, without white space before it; what follows it is left alone.
    /// [`EventRecord::json`] is the part that was read.
    ///
    /// ```
    /// use traillake_columnar::{EventSchema, RecordLimits, RecordReader};
    /// use traillake_model::EventDataStoreKind;
    ///
    /// let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    /// let mut reader = RecordReader::new(schema, RecordLimits::default());
    /// let record = reader.read_first(r#"{"eventTime":"2023-07-19T21:33:41Z"},{"#)?;
    /// assert_eq!(record.json(), r#"{"eventTime":"2023-07-19T21:33:41Z"}"#);
    /// # Ok::<(), traillake_columnar::RecordError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_first<'r>(&'r mut self, text: &'r str) -> Result<EventRecord<'r>, RecordError> {
        let Self { schema, limits, tape, memory, shape, rest, layouts } = self;
        let tape = tape.parse_first(text, *limits)?;
        laid_out(schema, tape, Kept { memory, shape, rest }, layouts)
    }
}

/// The memory of a reader that a record is laid out in.
struct Kept<'r> {
    memory: &'r mut Memory,
    shape: &'r mut ShapeWriter,
    rest: &'r mut String,
}

/// Lays out a tokenised record: as one of its structure was before, or by a walk.
fn laid_out<'r>(
    schema: &'r Arc<EventSchema>,
    tape: Tape<'r>,
    kept: Kept<'r>,
    layouts: &'r mut Layouts,
) -> Result<EventRecord<'r>, RecordError> {
    if tape.kind(0) != NodeKind::Object {
        return Err(RecordError::new(RecordErrorReason::NotAnObject, tape.node(0).start as usize));
    }
    let Kept { memory, shape, rest } = kept;
    let (mut at, is_known) = layouts.find(tape);
    if !is_known {
        walk(schema, tape, memory, shape);
        let (place, layout) = layouts.replace(at, shape.shape.len());
        at = place;
        std::mem::swap(&mut layout.slots, &mut memory.slots);
        std::mem::swap(&mut layout.checks, &mut memory.checks);
        std::mem::swap(&mut layout.shape, &mut shape.shape);
        std::mem::swap(&mut layout.literals, &mut shape.literals);
    }
    let layout = layouts.get(at);
    let event_time_micros = event_time(tape, layout.slots[schema.known().event_time as usize])?;
    write_rest(tape, &layout.literals, rest);
    let rest = (!layout.literals.is_empty()).then_some(rest.as_str());
    Ok(EventRecord { schema, tape, slots: &layout.slots, shape: &layout.shape, rest, event_time_micros })
}

/// Walks a record: fills the slots and writes the shape.
fn walk(schema: &EventSchema, tape: Tape<'_>, memory: &mut Memory, shape: &mut ShapeWriter) {
    memory.clear();
    shape.clear();
    Walk::new(schema, tape, memory, Some(shape)).object(0, 0);
    shape.limit();
    apply_alternates(schema, tape, memory);
}

/// Fills columns whose own member is absent or null from their alternate places, the first place that is there.
fn apply_alternates(schema: &EventSchema, tape: Tape<'_>, memory: &mut Memory) {
    let Memory { slots, alternates, .. } = memory;
    alternates.retain(|&(alternate, _)| {
        let slot = slots[alternate.column as usize];
        slot == 0 || (slot != PRESENT && tape.kind(slot) == NodeKind::Null)
    });
    alternates.sort_by_key(|&(alternate, _)| (alternate.column, Reverse(alternate.rank)));
    for (alternate, value) in alternates.drain(..) {
        slots[alternate.column as usize] = value;
        let mut parent = schema.columns().get(alternate.column).parent;
        while parent != NO_COLUMN {
            let slot = &mut slots[parent as usize];
            if *slot != PRESENT && (*slot == 0 || tape.kind(*slot) != NodeKind::Object) {
                *slot = PRESENT;
            }
            parent = schema.columns().get(parent).parent;
        }
    }
}

fn event_time(tape: Tape<'_>, slot: u32) -> Result<i64, RecordError> {
    let text = if slot == 0 { None } else { tape.column_text(slot) };
    let Some(text) = text else {
        return Err(RecordError::new(RecordErrorReason::NoEventTime, tape.node(0).start as usize));
    };
    match parse_event_time(&text) {
        Some(time) if tape.kind(slot) == NodeKind::String => Ok(time.micros),
        _ => {
            let text = text.chars().take(64).collect();
            Err(RecordError::new(RecordErrorReason::BadEventTime { text }, tape.node(slot).start as usize))
        }
    }
}

impl<'r> EventRecord<'r> {
    /// When the event happened, microseconds since 1970-01-01 UTC.
    pub fn event_time_micros(&self) -> i64 {
        self.event_time_micros
    }

    /// `eventID`, or `eventId` of aggregated records; absent in records of version 1.0.
    pub fn event_id(&self) -> Option<Cow<'r, str>> {
        self.text_of(self.schema.known().event_id)
    }

    /// `recipientAccountId`, or `accountId` of aggregated records.
    pub fn recipient_account_id(&self) -> Option<Cow<'r, str>> {
        self.text_of(self.schema.known().recipient_account_id)
    }

    /// `awsRegion`.
    pub fn aws_region(&self) -> Option<Cow<'r, str>> {
        self.text_of(self.schema.known().aws_region)
    }

    /// The category the record names, or the one [`EventCategory::of_record`] derives when it names none.
    pub fn event_category(&self) -> EventCategory {
        let known = self.schema.known();
        EventCategory::of_record(
            self.text_of(known.event_category).as_deref(),
            self.text_of(known.event_type).as_deref(),
            self.slot(known.management_event).and_then(|slot| boolean(self.tape, slot)),
        )
    }

    /// What two copies of one event have in common; see [`content_digest`].
    pub fn content_digest(&self) -> [u8; 16] {
        canonical::digest(self.tape)
    }

    /// The record's JSON text as it stands in the source.
    pub fn json(&self) -> &'r str {
        self.tape.source(0)
    }

    /// Names of the record's own members as they stand in the source, escapes and repeated ones among them.
    pub fn member_names(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        let tape = self.tape;
        tape.members(0).map(move |(name, _)| tape.inner(name))
    }

    pub(crate) fn schema(&self) -> &'r Arc<EventSchema> {
        self.schema
    }

    pub(crate) fn tape(&self) -> Tape<'r> {
        self.tape
    }

    pub(crate) fn slots(&self) -> &'r [u32] {
        self.slots
    }

    pub(crate) fn shape(&self) -> &'r str {
        self.shape
    }

    pub(crate) fn rest(&self) -> Option<&'r str> {
        self.rest
    }

    fn slot(&self, column: u32) -> Option<u32> {
        Some(self.slots[column as usize]).filter(|&slot| slot != 0 && slot != PRESENT)
    }

    fn text_of(&self, column: u32) -> Option<Cow<'r, str>> {
        let slot = self.slot(column)?;
        match self.schema.columns().get(column).kind {
            ColumnKind::Boolean => {
                boolean(self.tape, slot).map(|value| if value { "true".into() } else { "false".into() })
            }
            _ => self.tape.column_text(slot),
        }
    }
}

/// A value as a boolean: true, false, or the words in a string, in any case.
pub(crate) fn boolean(tape: Tape<'_>, at: u32) -> Option<bool> {
    match tape.kind(at) {
        NodeKind::True => Some(true),
        NodeKind::False => Some(false),
        NodeKind::String if tape.inner(at).eq_ignore_ascii_case("true") => Some(true),
        NodeKind::String if tape.inner(at).eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
