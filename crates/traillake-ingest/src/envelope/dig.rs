//! Searches a value that does not look like a record for records inside it.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::context::context_of;
use super::json::{Object, each_element};
use super::packed::unpacked;
use super::{EnvelopeArray, MAX_LEVELS, wrapper};
use crate::{EnvelopeContext, EnvelopeKind, UnsplittableReason};

/// Elements told one by one that are no records.
const MAX_REJECTS: u64 = 1_000;

/// What was found inside a value.
#[derive(Debug)]
pub(crate) struct Dug {
    /// The text: of a record, or of an element beside records that is none.
    pub(crate) json: Bytes,
    /// Where it starts in the decompressed object, see [`crate::RecordPiece::offset_bytes`].
    pub(crate) offset_bytes: u64,
    /// What it is.
    pub(crate) what: DugKind,
}

/// A record with what its envelope says, or why an element is none.
#[derive(Debug)]
pub(crate) enum DugKind {
    /// A record.
    Record {
        /// What the envelope says.
        context: Arc<EnvelopeContext>,
        /// The outermost wrapper.
        kind: EnvelopeKind,
    },
    /// An element of a known array that is no record.
    Not(UnsplittableReason),
}

/// Searches `value`, which starts at `offset_bytes`; `is_row`: it is a row of a query result.
/// `Err` where neither a record nor a known envelope is in it.
pub(crate) fn dig(
    value: &Bytes,
    offset_bytes: u64,
    context: &Arc<EnvelopeContext>,
    is_row: bool,
) -> Result<Vec<Dug>, UnsplittableReason> {
    let mut digger = Digger { found: Vec::new(), rejects: 0, not_json: false };
    let place = Place {
        text: value.clone(),
        offset_bytes,
        exact_offset: true,
        unpacked: false,
        context: Arc::clone(context),
        kind: None,
        level: 0,
    };
    let found = if is_row { digger.row(&place) } else { digger.value(&place) };
    match (found, value.first()) {
        (true, _) => Ok(digger.found),
        _ if digger.not_json => Err(UnsplittableReason::NotJson),
        (_, Some(b'{')) => Err(UnsplittableReason::NotARecord),
        _ => Err(UnsplittableReason::NotAnObject),
    }
}

struct Digger {
    found: Vec<Dug>,
    rejects: u64,
    not_json: bool,
}

/// One value on the way down.
struct Place {
    text: Bytes,
    offset_bytes: u64,
    /// False inside text that was a JSON string: its offsets mean nothing in the object.
    exact_offset: bool,
    /// True inside a payload that was base64: there is no second one in it.
    unpacked: bool,
    context: Arc<EnvelopeContext>,
    kind: Option<EnvelopeKind>,
    level: usize,
}

impl Digger {
    /// True where the value is a record, holds one, or is a known envelope.
    fn value(&mut self, place: &Place) -> bool {
        match place.text.first() {
            Some(b'{') => self.object(place),
            Some(b'[') => self.list(place, false),
            Some(b'"') => place.unquoted().is_some_and(|inner| self.value(&inner)),
            _ => false,
        }
    }

    fn object(&mut self, place: &Place) -> bool {
        let Some(object) = Object::parse(&place.text) else {
            self.not_json |= place.level == 0;
            return false;
        };
        if object.members.looks_like_record() {
            self.found.push(place.record());
            return true;
        }
        if place.level >= MAX_LEVELS {
            return false;
        }
        let context = Arc::new(context_of(&object, &place.context));
        let mut found = false;
        for (name, value) in &object.kept {
            found |= self.member(place, &context, name, value);
        }
        found
    }

    fn member(&mut self, place: &Place, context: &Arc<EnvelopeContext>, name: &str, value: &RawValue) -> bool {
        let array = EnvelopeArray::of(name.as_bytes()).filter(|_| value.get().starts_with('['));
        let Some(kind) = array.map(EnvelopeArray::kind).or_else(|| wrapper(name)) else { return false };
        let inner = place.inside(value, context, Some(kind));
        match array {
            Some(EnvelopeArray::QueryResultRows) => self.rows(&inner),
            Some(_) => self.list(&inner, true),
            None => self.value(&inner),
        }
    }

    /// The elements of an array. In one that is known to hold records, or holds any, an element
    /// that is none is a finding too.
    fn list(&mut self, place: &Place, known: bool) -> bool {
        let before = self.found.len();
        let mut records = 0;
        let is_array = each_element(&place.text, |element| {
            let inner = place.inside(element, &place.context, place.kind);
            if inner.level <= MAX_LEVELS && self.value(&inner) {
                records += 1;
            } else {
                self.reject(inner, place);
            }
        });
        self.not_json |= !is_array && place.level == 0;
        if !is_array || (!known && records == 0) {
            self.found.truncate(before);
        }
        is_array && (known || records > 0)
    }

    /// Rows of a query result: the columns beside the record's text are no findings.
    fn rows(&mut self, place: &Place) -> bool {
        let before = self.found.len();
        let is_array = each_element(&place.text, |row| {
            let inner = place.inside(row, &place.context, place.kind);
            if !self.row(&inner) {
                self.reject(inner, place);
            }
        });
        if !is_array {
            self.found.truncate(before);
        }
        is_array
    }

    fn row(&mut self, place: &Place) -> bool {
        if place.text.first() != Some(&b'[') {
            return self.value(place);
        }
        let before = self.found.len();
        let mut found = false;
        let is_array = each_element(&place.text, |column| {
            found |= self.value(&place.inside(column, &place.context, place.kind));
        });
        self.not_json |= !is_array && place.level == 0;
        if !is_array {
            self.found.truncate(before);
        }
        is_array && found
    }

    /// An element of a list that is no record. After very many, it is joined to the one before.
    fn reject(&mut self, element: Place, list: &Place) {
        self.rejects += 1;
        if self.rejects > MAX_REJECTS
            && let Some(Dug { json, what: DugKind::Not(_), .. }) = self.found.last_mut()
            && let Some(joined) = joined(&list.text, json, &element.text)
        {
            *json = joined;
            return;
        }
        self.found.push(element.not_a_record());
    }
}

impl Place {
    fn inside(&self, value: &RawValue, context: &Arc<EnvelopeContext>, kind: Option<EnvelopeKind>) -> Self {
        let (text, at) = part_of(&self.text, value.get());
        let at = if self.exact_offset { at } else { 0 };
        Self {
            text,
            offset_bytes: self.offset_bytes.saturating_add(at),
            exact_offset: self.exact_offset,
            unpacked: self.unpacked,
            context: Arc::clone(context),
            kind: self.kind.or(kind),
            level: self.level + 1,
        }
    }

    /// The JSON value inside a JSON string; one in base64 counts its levels from itself.
    fn unquoted(&self) -> Option<Self> {
        let text: String = serde_json::from_slice(&self.text).ok()?;
        let context = Arc::clone(&self.context);
        if let Some(text) = Some(&text).filter(|_| !self.unpacked).and_then(|text| unpacked(text)) {
            let text = text.trimmed();
            return Some(Self { text, exact_offset: false, unpacked: true, context, level: 0, ..*self });
        }
        let start = text.find(|c: char| !c.is_ascii_whitespace()).filter(|at| text[*at..].starts_with(['{', '[']))?;
        let text = Bytes::from(text).slice(start..).trimmed();
        Some(Self { text, exact_offset: false, context, level: self.level + 1, ..*self })
            .filter(|inner| inner.level <= MAX_LEVELS + 1)
    }

    fn record(&self) -> Dug {
        let what =
            DugKind::Record { context: Arc::clone(&self.context), kind: self.kind.unwrap_or(EnvelopeKind::Bare) };
        Dug { json: self.text.clone(), offset_bytes: self.offset_bytes, what }
    }

    fn not_a_record(self) -> Dug {
        let is_object = self.text.first() == Some(&b'{');
        let reason = if is_object { UnsplittableReason::NotARecord } else { UnsplittableReason::NotAnObject };
        Dug { json: self.text, offset_bytes: self.offset_bytes, what: DugKind::Not(reason) }
    }
}

trait Trimmed {
    fn trimmed(self) -> Self;
}

impl Trimmed for Bytes {
    fn trimmed(mut self) -> Self {
        self.truncate(self.trim_ascii_end().len());
        self
    }
}

/// `part`, which was borrowed from `whole`, as bytes that share its memory, and where it starts.
fn part_of(whole: &Bytes, part: &str) -> (Bytes, u64) {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    match start.checked_add(part.len()) {
        Some(end) if end <= whole.len() => (whole.slice(start..end), start as u64),
        _ => (Bytes::copy_from_slice(part.as_bytes()), 0),
    }
}

/// The bytes of `whole` from the start of `first` to the end of `last`, where both lie in it.
fn joined(whole: &Bytes, first: &Bytes, last: &Bytes) -> Option<Bytes> {
    let at = |part: &Bytes| (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize);
    let (start, end) = (at(first)?, at(last)?.checked_add(last.len())?);
    (start <= end && end <= whole.len()).then(|| whole.slice(start..end))
}
