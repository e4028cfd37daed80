//! What a JSON value is, told by its members: a record, a wrapper around records, or a known other thing.
//!
//! The splitter walks the arrays named by [`EnvelopeArray`] without holding them. Any other value is
//! held, and where it does not look like a record [`dig`] searches it, a few levels deep, for one.

mod context;
mod dig;
mod json;
mod members;
mod packed;

pub(crate) use context::{Header, header};
pub(crate) use dig::{Dug, DugKind, dig};
pub(crate) use members::{Members, is_record};

use crate::EnvelopeKind;

/// Levels of wrapping that are followed in a value held in memory.
const MAX_LEVELS: usize = 4;

/// A member of an object whose value is an array of records or of wrapped records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnvelopeArray {
    /// `Records`, CloudTrail's own; also of SNS, SQS and Firehose.
    Records,
    /// `records`, as other tools write it.
    OtherRecords,
    /// `Events` of `LookupEvents`.
    Events,
    /// `logEvents` of CloudWatch Logs.
    LogEvents,
    /// `QueryResultRows` of `GetQueryResults`: rows are objects, or lists of objects with one member.
    QueryResultRows,
    /// `Messages` of SQS `ReceiveMessage`.
    Messages,
}

impl EnvelopeArray {
    /// The array of this member name; case counts, and these spellings are all that are known.
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"Records" => Self::Records,
            b"records" => Self::OtherRecords,
            b"Events" | b"events" => Self::Events,
            b"logEvents" => Self::LogEvents,
            b"QueryResultRows" | b"queryResultRows" => Self::QueryResultRows,
            b"Messages" => Self::Messages,
            _ => return None,
        })
    }

    /// The envelope that a record found in it has.
    pub(crate) fn kind(self) -> EnvelopeKind {
        match self {
            Self::Records => EnvelopeKind::Records,
            Self::OtherRecords => EnvelopeKind::Wrapped,
            Self::Events => EnvelopeKind::LookupEvents,
            Self::LogEvents => EnvelopeKind::CloudWatchLogs,
            Self::QueryResultRows => EnvelopeKind::QueryResults,
            Self::Messages => EnvelopeKind::Message,
        }
    }
}

/// The envelope of a member that holds one record, as an object or as its text. Only these members
/// are searched, so that text in an unrelated log cannot pass for a record.
fn wrapper(name: &str) -> Option<EnvelopeKind> {
    Some(match name {
        "detail" => EnvelopeKind::EventBridge,
        "awslogs" => EnvelopeKind::CloudWatchLogs,
        "CloudTrailEvent" | "cloudTrailEvent" => EnvelopeKind::LookupEvents,
        "eventJson" | "eventjson" | "eventJSON" => EnvelopeKind::QueryResults,
        "Message" | "body" | "Body" | "Sns" => EnvelopeKind::Message,
        "message" | "data" | "event" | "original" | "payload" | "result" | "record" | "kinesis" | "_source"
        | "_raw" => EnvelopeKind::Wrapped,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
