//! What an ingest did: counts of objects, events and bytes that balance, and
//! notes for the reader. Serialises to exactly the JSON of the command line.

use std::ops::AddAssign;

use serde::Serialize;
use traillake_model::EventDataStoreId;

/// The outcome of one ingest, as printed by `ingest --format json`.
///
/// `notes`, `reasons` and `interrupted` are for standard error and the exit
/// code; they are not part of the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IngestSummary {
    /// The event data store that took the events.
    pub store: EventDataStoreId,
    /// Source objects by what became of them.
    pub objects: ObjectCounts,
    /// Events by what became of them.
    pub events: EventCounts,
    /// Bytes read and written.
    pub bytes: ByteCounts,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Per-object problems and hints, capped; the last one says how many were left out.
    #[serde(skip)]
    pub notes: Vec<Note>,
    /// Why events were filtered, expired or quarantined, most frequent first, capped.
    #[serde(skip)]
    pub reasons: Vec<ReasonCount>,
    /// True when the ingest was cancelled; what is counted here is committed.
    #[serde(skip)]
    pub interrupted: bool,
}

/// Source objects of an ingest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ObjectCounts {
    /// Objects listed.
    pub seen: u64,
    /// Objects read to their end and committed.
    pub ingested: u64,
    /// Objects the manifest already knew.
    pub unchanged: u64,
    /// Objects of a walk that hold no records.
    pub ignored: u64,
    /// Objects that could not be opened, listed or read to their end.
    pub failed: u64,
}

/// Events of an object or an ingest: `read` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EventCounts {
    /// Records (and unreadable stretches) met.
    pub read: u64,
    /// Events committed to the store.
    pub stored: u64,
    /// Events the store (or this ingest) already had with equal content.
    pub duplicate: u64,
    /// Events of another kind, not chosen by the store's selectors, or of an account the ingest was not granted.
    pub filtered: u64,
    /// Events older than the store's retention.
    pub expired: u64,
    /// Records set aside because they could not be understood.
    pub quarantined: u64,
}

/// Bytes of an ingest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ByteCounts {
    /// Bytes of the objects read, as they lay in the source.
    pub compressed: u64,
    /// Bytes of the same objects after decompression.
    pub decompressed: u64,
    /// Bytes of the data files committed.
    pub stored: u64,
}

/// One message for the reader, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What happened, naming the object.
    pub message: String,
    /// What can be done.
    pub hint: Option<String>,
    /// Address of the object that could not be read, when the message is about one.
    pub object: Option<String>,
}

/// How many events met one fate for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// `filtered`, `expired` or `quarantined`.
    pub outcome: &'static str,
    /// The reason in words.
    pub reason: String,
    /// Number of events.
    pub count: u64,
    /// Object that held the first of them.
    pub example: String,
}

impl IngestSummary {
    /// A summary of nothing, for `store`.
    pub fn empty(store: EventDataStoreId) -> Self {
        Self {
            store,
            objects: ObjectCounts::default(),
            events: EventCounts::default(),
            bytes: ByteCounts::default(),
            elapsed_ms: 0,
            notes: Vec::new(),
            reasons: Vec::new(),
            interrupted: false,
        }
    }

    /// True when every event read is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.events.is_balanced()
    }

    /// True when something was quarantined or could not be read (exit code 3).
    pub fn needs_attention(&self) -> bool {
        self.events.quarantined > 0 || self.objects.failed > 0
    }

    /// Adds a pass over the same sources (`--follow`): counts of work add up;
    /// `unchanged` are the objects that the first pass found unchanged, `failed`
    /// those that fail still.
    pub(crate) fn add_pass(&mut self, pass: &Self) {
        if self.objects.seen == 0 {
            self.objects.unchanged = pass.objects.unchanged;
        }
        self.objects.ingested += pass.objects.ingested;
        self.objects.ignored += pass.objects.ignored;
        self.objects.failed = pass.objects.failed;
        self.objects.seen = self.objects.ingested + self.objects.ignored + self.objects.failed + self.objects.unchanged;
        self.events += pass.events;
        self.bytes += pass.bytes;
    }
}

impl EventCounts {
    /// True when `read = stored + duplicate + filtered + expired + quarantined`.
    pub fn is_balanced(&self) -> bool {
        self.read == self.stored + self.duplicate + self.filtered + self.expired + self.quarantined
    }
}

impl AddAssign for EventCounts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.stored += other.stored;
        self.duplicate += other.duplicate;
        self.filtered += other.filtered;
        self.expired += other.expired;
        self.quarantined += other.quarantined;
    }
}

impl AddAssign for ByteCounts {
    fn add_assign(&mut self, other: Self) {
        self.compressed += other.compressed;
        self.decompressed += other.decompressed;
        self.stored += other.stored;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(read: u64, stored: u64, quarantined: u64) -> EventCounts {
        EventCounts { read, stored, quarantined, ..EventCounts::default() }
    }

    #[test]
    fn counts_balance_only_when_every_event_has_a_fate() {
        assert!(counts(3, 2, 1).is_balanced());
        assert!(!counts(3, 2, 0).is_balanced());
    }

    #[test]
    fn the_json_has_exactly_the_documented_members() {
        let id = "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa".parse().unwrap();
        let mut summary = IngestSummary::empty(id);
        summary.notes.push(Note { message: "a".to_owned(), hint: None, object: None });
        let json = serde_json::to_string(&summary).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"store":"0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa","#,
                r#""objects":{"seen":0,"ingested":0,"unchanged":0,"ignored":0,"failed":0},"#,
                r#""events":{"read":0,"stored":0,"duplicate":0,"filtered":0,"expired":0,"quarantined":0},"#,
                r#""bytes":{"compressed":0,"decompressed":0,"stored":0},"elapsed_ms":0}"#
            )
        );
    }

    #[test]
    fn quarantine_and_failures_need_attention() {
        let mut summary = IngestSummary::empty("0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa".parse().unwrap());
        assert!(!summary.needs_attention());
        summary.objects.failed = 1;
        assert!(summary.needs_attention());
    }
}
