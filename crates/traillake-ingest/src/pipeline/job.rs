//! One source object on its way through the pipeline, and what is known of it.

use uuid::Uuid;

use crate::SourceObject;
use crate::summary::EventCounts;

/// An object to be read, shared by its rows and its account.
#[derive(Debug)]
pub(crate) struct ObjectJob {
    /// Number of this job in the run; the key of its account.
    pub(crate) seq: u64,
    /// Where the object is and how it was listed.
    pub(crate) object: SourceObject,
    /// This reading; quarantine rows and the manifest row carry it.
    pub(crate) attempt: Uuid,
    /// What the manifest said of it when this reading began.
    pub(crate) previous: Option<Previous>,
    /// Whether this reads the object or what its last reading set aside.
    pub(crate) reading: Reading,
}

/// The manifest's account of an earlier reading of the same object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Previous {
    pub(crate) attempt: Uuid,
    pub(crate) stored: u64,
}

/// What a job feeds into the pipeline.
#[derive(Debug)]
pub(crate) enum Reading {
    /// The object itself.
    Whole,
    /// The quarantined pieces of the previous attempt; `base` is its manifest
    /// row, whose other counts stay.
    Quarantined { base: Box<traillake_storage::ManifestRow> },
}

/// How the reading of an object ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObjectEnd {
    /// Everything was read; `whole` is false when a stretch could not be split into records, `all_granted` when events
    /// were left out that another ingest may take.
    Read { whole: bool, all_granted: bool, facts: ObjectFacts },
    /// The object holds no records.
    Ignored { detail: String, facts: ObjectFacts },
    /// All pieces that an earlier reading set aside were tried again.
    Retried,
    /// The reading stopped before the end: it will be done again.
    Unfinished { detail: String },
}

/// What a complete reading found out about the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ObjectFacts {
    pub(crate) sha256: Option<String>,
    pub(crate) compressed_bytes: u64,
    pub(crate) decompressed_bytes: u64,
    pub(crate) envelope: Option<String>,
    pub(crate) detail: Option<String>,
}

/// What one chunk or batch holds of one object.
#[derive(Debug, Default)]
pub(crate) struct ObjectShare {
    /// Counts of this share; `stored` and `duplicate` are settled at the commit.
    pub(crate) counts: EventCounts,
    /// Earliest and latest event kept, in microseconds.
    pub(crate) span: Option<(i64, i64)>,
    /// Pieces set aside.
    pub(crate) quarantine: Vec<traillake_storage::QuarantineRow>,
    /// How the reading ended, in the share that holds the end.
    pub(crate) end: Option<ObjectEnd>,
}

impl ObjectShare {
    /// Widens the span of event times by one event.
    pub(crate) fn cover(&mut self, micros: i64) {
        self.span = Some(self.span.map_or((micros, micros), |(first, last)| (first.min(micros), last.max(micros))));
    }

    /// Adds a later share of the same object.
    pub(crate) fn join(&mut self, later: Self) {
        self.counts += later.counts;
        if let Some((first, last)) = later.span {
            self.cover(first);
            self.cover(last);
        }
        self.quarantine.extend(later.quarantine);
        self.end = later.end.or(self.end.take());
    }
}
