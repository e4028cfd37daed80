//! Why a piece of text is not an event record: the reasons of the quarantine, each with a code, a message and a hint.

use std::fmt;

/// Why and where a record could not be read.
///
/// ```
/// use traillake_columnar::{RecordErrorReason, content_digest};
///
/// let error = content_digest(br#"{"eventID": tru}"#).unwrap_err();
/// assert_eq!(error.code(), "not_json");
/// assert_eq!(error.offset_bytes, 12);
/// assert!(matches!(error.reason, RecordErrorReason::NotJson { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset_bytes}")]
pub struct RecordError {
    /// What is wrong.
    pub reason: RecordErrorReason,
    /// Where, in bytes from the start of the record's text.
    pub offset_bytes: usize,
}

/// What is wrong with a record that cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordErrorReason {
    /// The text breaks the JSON grammar (RFC 8259).
    NotJson {
        /// What the grammar allows at that place.
        expected: &'static str,
    },
    /// The bytes are not UTF-8.
    InvalidUtf8,
    /// A control character stands unescaped inside a string.
    ControlCharacter,
    /// Objects and arrays are nested deeper than the limit.
    TooDeep {
        /// The limit in levels.
        max_depth: usize,
    },
    /// The record has more values than the limit.
    TooManyValues {
        /// The limit in values, not counting member names.
        max_values: usize,
    },
    /// The record is longer than any store accepts.
    TooLong {
        /// The limit in bytes.
        max_bytes: usize,
    },
    /// The text is JSON, but no object.
    NotAnObject,
    /// None of the members that carry the time is there.
    NoEventTime,
    /// The member that carries the time is no ISO 8601 time.
    BadEventTime {
        /// Its text, shortened to 64 characters.
        text: String,
    },
}

impl RecordError {
    pub(crate) fn new(reason: RecordErrorReason, offset_bytes: usize) -> Self {
        Self { reason, offset_bytes }
    }

    /// The reason as a word in snake case, stable across versions; the `reason` of the quarantine.
    pub fn code(&self) -> &'static str {
        match self.reason {
            RecordErrorReason::NotJson { .. } => "not_json",
            RecordErrorReason::InvalidUtf8 => "invalid_utf8",
            RecordErrorReason::ControlCharacter => "control_character",
            RecordErrorReason::TooDeep { .. } => "too_deep",
            RecordErrorReason::TooManyValues { .. } => "too_many_values",
            RecordErrorReason::TooLong { .. } => "too_long",
            RecordErrorReason::NotAnObject => "not_an_object",
            RecordErrorReason::NoEventTime => "no_event_time",
            RecordErrorReason::BadEventTime { .. } => "bad_event_time",
        }
    }

    /// What to do about it, when something can be done.
    pub fn hint(&self) -> Option<String> {
        let hint = match self.reason {
            RecordErrorReason::NotJson { .. } => {
                "the file may be cut short or edited by hand; fetch it again from the trail's bucket"
            }
            RecordErrorReason::InvalidUtf8 => {
                "log files are UTF-8; convert the file, or fetch it again from the trail's bucket"
            }
            RecordErrorReason::ControlCharacter => {
                "control characters inside JSON strings are written as `\\u00XX`; fetch the file again from the trail's bucket"
            }
            RecordErrorReason::NoEventTime => {
                "an event record carries `eventTime`; `@timestamp` and `timeWindow.windowStart` are read as well"
            }
            RecordErrorReason::BadEventTime { .. } => "times look like `2023-07-19T21:33:41Z`",
            RecordErrorReason::TooDeep { .. } | RecordErrorReason::TooManyValues { .. } => {
                "no record of CloudTrail is like this; programs that use the library can raise `RecordLimits`"
            }
            RecordErrorReason::NotAnObject => "an event record is a JSON object with an `eventTime`",
            RecordErrorReason::TooLong { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for RecordErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { expected } => write!(f, "not JSON: expected {expected}"),
            Self::InvalidUtf8 => f.write_str("not UTF-8"),
            Self::ControlCharacter => f.write_str("not JSON: control character inside a string"),
            Self::TooDeep { max_depth } => write!(f, "nested deeper than {max_depth} levels"),
            Self::TooManyValues { max_values } => write!(f, "more than {max_values} values"),
            Self::TooLong { max_bytes } => write!(f, "longer than {max_bytes} bytes"),
            Self::NotAnObject => f.write_str("not an event record: expected a JSON object"),
            Self::NoEventTime => f.write_str("not an event record: no event time"),
            Self::BadEventTime { text } => write!(f, "event time `{}` is not a time", text.escape_debug()),
        }
    }
}
