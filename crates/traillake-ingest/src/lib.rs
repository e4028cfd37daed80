//! From trail files to committed events: sources are listed, read, split into records and stored exactly once.
//!
//! ```text
//!  SourceSpec ── list ──> SourceObject ── read_object ──> Piece ──┐
//!  file, folder, glob,    sorted by url,   gunzip, tell the       │  record or unsplittable bytes,
//!  -, s3://               pruned by key    envelope, split        │  with offset and context
//!                                                                 v
//!                         merge-join with the manifest ── select ── dedupe ── batch ── commit
//! ```
//!
//! Inside the pipeline a record that is whole and without fault goes from the text to columns without being a piece.
//!
//! # Example
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), traillake_ingest::IngestError> {
//! use traillake_ingest::{ContentKind, Piece, ReadLimits, SourceObject, read_object};
//!
//! let text = r#"{"Records":[{"eventName":"GetObject","eventSource":"s3.amazonaws.com"}, 17]}"#;
//! let object = SourceObject::from_bytes("memory:example", text.into());
//! let (sender, mut pieces) = tokio::sync::mpsc::channel(4);
//! let limits = ReadLimits::default();
//! let (outcome, chunk) = tokio::join!(read_object(&object, &limits, sender), pieces.recv());
//!
//! assert_eq!(outcome?.content_kind, ContentKind::Records);
//! let chunk = chunk.unwrap_or_default();
//! assert!(matches!(&chunk[0], Piece::Record(record) if record.offset_bytes == 12));
//! assert!(matches!(&chunk[1], Piece::Unsplittable(piece) if piece.bytes == "17"));
//! # Ok(())
//! # }
//! ```
//!
//! What this crate does not do: it never interprets a record beyond what splitting and routing need
//! (that is `traillake-columnar`), spells no path of the lake and speaks no transaction log (that is
//! `traillake-storage`).

mod decode;
mod envelope;
mod error;
mod filter;
mod key;
mod piece;
mod read;
mod source;
mod split;

pub use error::{IngestError, ListError, ObjectError};
pub use filter::KeyFilter;
pub use key::{KeyFolder, TrailKey};
pub use piece::{
    EnvelopeContext, EnvelopeKind, OversizedPart, Piece, RecordPiece, UnsplittablePiece, UnsplittableReason,
};
pub use read::{ContentKind, ObjectOutcome, ReadLimits, read_object};
pub use source::{SourceObject, SourceSpec, list};

mod batch;
mod contents;
mod dedupe;
mod follow;
mod memory;
mod pipeline;
mod progress;
mod request;
mod retry;
mod summary;
mod survey;

pub use follow::{FollowOptions, PassObserver, follow};
pub use pipeline::{Result, ingest};
pub use progress::{IngestProgress, ProgressReading};
pub use request::{IngestLimits, IngestRequest};
pub use retry::{RetryRequest, retry_quarantine};
pub use summary::{ByteCounts, EventCounts, IngestSummary, Note, ObjectCounts, ReasonCount};
pub use survey::suitable_partitioning;
