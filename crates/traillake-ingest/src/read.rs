//! Reads one source object from its first to its last byte and sends its pieces.

mod driver;
mod opened;

use std::fmt;

use tokio::sync::mpsc;

pub(crate) use opened::Opened;

use crate::split::{Direct, TextAt};
use crate::{EnvelopeKind, IngestError, ObjectError, Piece, SourceObject};

/// Limits of reading one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Longest record, in bytes (16 MiB). Longer values come as [`Piece::Oversized`].
    pub record_bytes: u64,
    /// Most decompressed bytes of one object (64 GiB).
    pub decompressed_bytes: u64,
    /// Most decompressed bytes per stored byte (1,000), from 64 MiB decompressed on.
    pub decompression_ratio: u64,
    /// Objects of at most so many bytes, stored and decompressed (32 MiB), are held whole, which is
    /// faster; longer ones are streamed.
    pub whole_bytes: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { record_bytes: 16 << 20, decompressed_bytes: 64 << 30, decompression_ratio: 1_000, whole_bytes: 32 << 20 }
    }
}

/// What became of reading an object.
#[derive(Debug)]
pub struct ObjectOutcome {
    /// Lower-case hex SHA-256 of the stored bytes; absent where they were not read to their end.
    pub sha256: Option<String>,
    /// Stored bytes that were read.
    pub compressed_bytes: u64,
    /// What they decompressed to.
    pub decompressed_bytes: u64,
    /// Where the first record was found.
    pub envelope: Option<EnvelopeKind>,
    /// What the object holds.
    pub content_kind: ContentKind,
    /// Why not all of it could be read. The last piece stands for the missing rest, except where
    /// nothing showed that the object holds records.
    pub error: Option<ObjectError>,
}

/// What a source object holds, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentKind {
    /// CloudTrail records, or an empty envelope for them.
    Records,
    /// A digest file.
    Digest,
    /// A snapshot or history of AWS Config.
    Config,
    /// The sign file of saved query results.
    QueryResultSign,
    /// Other JSON.
    OtherJson,
    /// Text that is no JSON.
    Text,
    /// Text in UTF-16 or UTF-32.
    NotUtf8,
    /// No text.
    Binary,
    /// Nothing, or only white space.
    Empty,
}

impl ContentKind {
    /// True for records.
    pub fn holds_records(self) -> bool {
        self == Self::Records
    }

    /// A code in snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Digest => "digest",
            Self::Config => "config",
            Self::QueryResultSign => "query_result_sign",
            Self::OtherJson => "other_json",
            Self::Text => "text",
            Self::NotUtf8 => "not_utf8",
            Self::Binary => "binary",
            Self::Empty => "empty",
        }
    }
}

impl fmt::Display for ContentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads `object` and sends its pieces, in order, in chunks (one chunk for an object that is held
/// whole). Waits while the channel is full; memory is bounded by `whole_bytes` or, when streaming,
/// by about two records.
///
/// Nothing is sent for an object that was found by walking and turns out to hold no records, unless
/// its key says that it should ([`crate::KeyFolder::may_hold_records`]); what it holds is told by
/// [`ObjectOutcome::content_kind`]. So every piece that comes is to be counted.
///
/// Damage in the object (a truncated or corrupt stream, a decompression bomb) is no error here: the
/// complete records before it are sent, then one [`Piece::Unsplittable`] (or the end of an
/// [`Piece::Oversized`]) for the rest, and [`ObjectOutcome::error`] says why.
///
/// # Errors
///
/// [`IngestError::Object`] where the object cannot be opened, or reading it broke off: the pieces
/// sent before must not be taken for the whole. [`IngestError::Cancelled`] where the receiver is gone.
pub async fn read_object(
    object: &SourceObject,
    limits: &ReadLimits,
    pieces: mpsc::Sender<Vec<Piece>>,
) -> Result<ObjectOutcome, IngestError> {
    let opened = open_object(object, limits).await?;
    let (object, limits) = (object.clone(), *limits);
    let name = object.url.clone();
    let read = tokio::task::spawn_blocking(move || read_opened(&object, opened, &limits, &mut Sending(pieces)));
    read.await.map_err(|join| IngestError::Internal { message: format!("the reader of `{name}` stopped: {join}") })?
}

/// Takes the pieces of one object as they are found.
pub(crate) trait TakePieces {
    /// Takes pieces; an error ends the reading.
    fn pieces(&mut self, pieces: Vec<Piece>) -> Result<(), IngestError>;

    /// Takes the record that a text begins with, if it wants any before they are pieces.
    fn record(&mut self, _text: &TextAt<'_>) -> Direct {
        Direct::Unfit
    }
}

struct Sending(mpsc::Sender<Vec<Piece>>);

impl TakePieces for Sending {
    fn pieces(&mut self, pieces: Vec<Piece>) -> Result<(), IngestError> {
        self.0.blocking_send(pieces).map_err(|_gone| IngestError::Cancelled)
    }
}

/// Opens `object`; short ones of an object store come whole.
pub(crate) async fn open_object(object: &SourceObject, limits: &ReadLimits) -> Result<Opened, IngestError> {
    opened::open(object, limits.whole_bytes).await.map_err(|source| failed(object, source))
}

/// Opens an object that needs no network, on a thread that may block.
pub(crate) fn open_here(object: &SourceObject) -> Result<Opened, IngestError> {
    opened::open_here(object.origin()).map_err(|source| failed(object, source))
}

/// Reads an opened object to its end, on a thread that may block; the rest is as [`read_object`] says.
pub(crate) fn read_opened(
    object: &SourceObject,
    opened: Opened,
    limits: &ReadLimits,
    take: &mut dyn TakePieces,
) -> Result<ObjectOutcome, IngestError> {
    driver::drive(opened, object.size_bytes, limits, object.expectation(), take).map_err(|stop| match stop {
        driver::Stop::Object(source) => failed(object, source),
        driver::Stop::NotTaken(error) => error,
    })
}

fn failed(object: &SourceObject, source: ObjectError) -> IngestError {
    IngestError::Object { url: object.url.clone(), source }
}

#[cfg(test)]
mod tests;
