//! The member names of one object as a set of bits, and what they say about the object.

use super::EnvelopeArray;
use crate::ContentKind;

/// The known member names seen at the top level of one object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Members(u32);

/// Whether an object with members of these names, as they stand in its text, is a record. Where it `may_be_envelope`,
/// a member that is named like the array of an envelope leaves that open.
pub(crate) fn is_record<'n>(names: impl Iterator<Item = &'n str>, may_be_envelope: bool) -> bool {
    let mut members = Members::default();
    for name in names {
        if may_be_envelope && EnvelopeArray::of(name.as_bytes()).is_some() {
            return false;
        }
        members.insert(name.as_bytes());
    }
    members.looks_like_record()
}

impl Members {
    const EVENT_VERSION: u32 = 1;
    const EVENT_NAME: u32 = 1 << 1;
    const EVENT_SOURCE: u32 = 1 << 2;
    const EVENT_TIME: u32 = 1 << 3;
    const EVENT_TYPE: u32 = 1 << 4;
    const EVENT_CATEGORY: u32 = 1 << 5;
    const USER_IDENTITY: u32 = 1 << 6;
    const INSIGHT_DETAILS: u32 = 1 << 7;
    const TIME_WINDOW: u32 = 1 << 8;
    /// Payloads of the notifications of S3, Kinesis and `DynamoDB`, whose other members are
    /// named like a CloudTrail record's.
    const NOTIFICATION: u32 = 1 << 9;
    const DIGEST_OBJECT: u32 = 1 << 10;
    const DIGEST_END: u32 = 1 << 11;
    const CONFIGURATION_ITEMS: u32 = 1 << 12;
    const FILE_VERSION: u32 = 1 << 13;
    const HASH_SIGNATURE: u32 = 1 << 14;
    const QUERY_COMPLETE: u32 = 1 << 15;

    /// Takes note of a member, by its unescaped name.
    pub(crate) fn insert(&mut self, name: &[u8]) {
        self.0 |= match name {
            b"eventVersion" => Self::EVENT_VERSION,
            b"eventName" => Self::EVENT_NAME,
            b"eventSource" => Self::EVENT_SOURCE,
            b"eventTime" | b"@timestamp" => Self::EVENT_TIME,
            b"eventType" => Self::EVENT_TYPE,
            b"eventCategory" => Self::EVENT_CATEGORY,
            b"userIdentity" => Self::USER_IDENTITY,
            b"insightDetails" => Self::INSIGHT_DETAILS,
            b"timeWindow" => Self::TIME_WINDOW,
            b"s3" | b"kinesis" | b"dynamodb" => Self::NOTIFICATION,
            b"digestS3Object" => Self::DIGEST_OBJECT,
            b"digestEndTime" => Self::DIGEST_END,
            b"configurationItems" => Self::CONFIGURATION_ITEMS,
            b"fileVersion" | b"configSnapshotId" => Self::FILE_VERSION,
            b"hashSignature" => Self::HASH_SIGNATURE,
            b"queryCompleteTime" => Self::QUERY_COMPLETE,
            _ => 0,
        };
    }

    /// The one rule for what a record is: `eventName` with `eventSource`; or `eventVersion` with
    /// any other of a record's own members; or `eventCategory` with a time or time window
    /// (aggregated records); or `insightDetails`. Values are not looked at.
    pub(crate) fn looks_like_record(self) -> bool {
        const BESIDE_VERSION: u32 = Members::EVENT_NAME
            | Members::EVENT_SOURCE
            | Members::EVENT_TIME
            | Members::EVENT_TYPE
            | Members::EVENT_CATEGORY
            | Members::USER_IDENTITY;
        let named = self.all(Self::EVENT_NAME | Self::EVENT_SOURCE);
        let versioned = self.all(Self::EVENT_VERSION) && self.any(BESIDE_VERSION);
        let timed = self.all(Self::EVENT_CATEGORY) && self.any(Self::EVENT_TIME | Self::TIME_WINDOW);
        !self.any(Self::NOTIFICATION) && (named || versioned || timed || self.all(Self::INSIGHT_DETAILS))
    }

    /// A known kind of file that holds no CloudTrail records.
    pub(crate) fn foreign_kind(self) -> Option<ContentKind> {
        let is = |bits| self.all(bits);
        match () {
            () if self.looks_like_record() => None,
            () if is(Self::DIGEST_OBJECT | Self::DIGEST_END) => Some(ContentKind::Digest),
            () if is(Self::CONFIGURATION_ITEMS | Self::FILE_VERSION) => Some(ContentKind::Config),
            () if is(Self::HASH_SIGNATURE | Self::QUERY_COMPLETE) => Some(ContentKind::QueryResultSign),
            () => None,
        }
    }

    fn all(self, bits: u32) -> bool {
        self.0 & bits == bits
    }

    fn any(self, bits: u32) -> bool {
        self.0 & bits != 0
    }
}
