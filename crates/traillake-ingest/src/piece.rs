//! What the splitter hands on: records, bytes that are no record, and values too long to hold.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// One part of a source object, in the order of the object's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A JSON object that looks like a CloudTrail record; not yet parsed.
    Record(RecordPiece),
    /// Bytes that are no record: counts as one read and one quarantined.
    Unsplittable(UnsplittablePiece),
    /// A part of a value longer than the record limit. Parts of one value follow each other with
    /// nothing between them: `Begin`, any number of `Data`, `End`. Together they count as one
    /// read and one quarantined.
    Oversized(OversizedPart),
}

/// A JSON object that looks like a CloudTrail record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPiece {
    /// The object's text, at most the record limit. Not checked: it may be no valid JSON or UTF-8.
    pub json: Bytes,
    /// Where `json` starts in the decompressed object; for a record that was the text of a member
    /// (`CloudTrailEvent`, `message` …) where the object around it starts.
    pub offset_bytes: u64,
    /// Running number among all pieces of the object, from 0.
    pub index: u64,
    /// What the envelope says about the owner of the record.
    pub context: Arc<EnvelopeContext>,
}

/// Bytes of an object that cannot be read as a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsplittablePiece {
    /// Where the bytes start in the decompressed object.
    pub offset_bytes: u64,
    /// Running number among all pieces of the object, from 0.
    pub index: u64,
    /// Why they are no record.
    pub reason: UnsplittableReason,
    /// The same for a reader, without the object's name: lower case, no full stop.
    pub message: String,
    /// The bytes, or a prefix of them where `length_bytes` is greater (only for runs of many small
    /// values and for objects that turned out to hold no records). Empty where none were left.
    pub bytes: Bytes,
    /// How many bytes are meant.
    pub length_bytes: u64,
}

/// A part of a value longer than the record limit, see [`Piece::Oversized`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OversizedPart {
    /// The value starts.
    Begin {
        /// Where it starts in the decompressed object.
        offset_bytes: u64,
        /// Running number among all pieces of the object, from 0.
        index: u64,
    },
    /// The next bytes of the value, at most about the record limit.
    Data(Bytes),
    /// The value ended.
    End {
        /// All its bytes.
        length_bytes: u64,
        /// Why it is not stored: [`UnsplittableReason::RecordTooLong`], or what broke it.
        reason: UnsplittableReason,
        /// The same for a reader.
        message: String,
    },
}

/// What an envelope tells about the record inside it; unchecked text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvelopeContext {
    /// Account: `account` of EventBridge, `owner` of CloudWatch Logs.
    pub account: Option<String>,
    /// Region: `region` of EventBridge, the log stream's of CloudWatch Logs.
    pub region: Option<String>,
}

/// In which envelope the first record of an object was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EnvelopeKind {
    /// `{"Records":[…]}`.
    Records,
    /// One bare record.
    Bare,
    /// A JSON array of records.
    Array,
    /// Several values, one per line or one after the other.
    Lines,
    /// An EventBridge event (`detail`).
    EventBridge,
    /// A CloudWatch Logs subscription payload (`logEvents`).
    CloudWatchLogs,
    /// Output of `LookupEvents` (`CloudTrailEvent` text).
    LookupEvents,
    /// Results of a CloudTrail Lake query (`eventJson` text).
    QueryResults,
    /// A message of SNS or SQS (`Message`, `body`).
    Message,
    /// A wrapper of another tool.
    Wrapped,
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnsplittableReason {
    /// An element that is not a JSON object.
    NotAnObject,
    /// A JSON object without the members of a CloudTrail record.
    NotARecord,
    /// Not JSON.
    NotJson,
    /// Longer than the record limit.
    RecordTooLong,
    /// The object ends in the middle of a value.
    Truncated,
    /// The compressed stream ends early.
    TruncatedCompression,
    /// The compressed stream is damaged.
    CorruptCompression,
    /// The object holds more bytes than the limit.
    DecompressionLimit,
    /// Compressed more often than is followed.
    NestedCompression,
    /// UTF-16 or UTF-32 text.
    NotUtf8,
}

impl Piece {
    /// Bytes of the source that this piece keeps in memory, for channel budgets.
    pub fn len_bytes(&self) -> usize {
        match self {
            Self::Record(record) => record.json.len(),
            Self::Unsplittable(piece) => piece.bytes.len(),
            Self::Oversized(OversizedPart::Data(bytes)) => bytes.len(),
            Self::Oversized(_) => 0,
        }
    }
}

impl UnsplittableReason {
    /// The code that the quarantine stores, in snake case.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAnObject => "not_an_object",
            Self::NotARecord => "not_a_record",
            Self::NotJson => "not_json",
            Self::RecordTooLong => "record_too_long",
            Self::Truncated => "truncated",
            Self::TruncatedCompression => "truncated_compression",
            Self::CorruptCompression => "corrupt_compression",
            Self::DecompressionLimit => "decompression_limit",
            Self::NestedCompression => "nested_compression",
            Self::NotUtf8 => "not_utf8",
        }
    }
}

impl fmt::Display for UnsplittableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl EnvelopeKind {
    /// The name that the manifest stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Bare => "bare",
            Self::Array => "array",
            Self::Lines => "lines",
            Self::EventBridge => "eventbridge",
            Self::CloudWatchLogs => "cloudwatch_logs",
            Self::LookupEvents => "lookup_events",
            Self::QueryResults => "query_results",
            Self::Message => "message",
            Self::Wrapped => "wrapped",
        }
    }
}

impl fmt::Display for EnvelopeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
