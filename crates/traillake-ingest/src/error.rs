//! The errors of this crate: of a whole ingest, of one listed place, of one object.

use std::io;
use std::path::PathBuf;

use traillake_storage::StorageError;

/// An ingest that cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// A source was named that does not exist.
    #[error("source `{source_name}` not found")]
    SourceNotFound {
        /// As given.
        source_name: String,
    },
    /// A source that cannot be understood.
    #[error("source `{source_name}` is not valid: {expected}")]
    InvalidSource {
        /// As given.
        source_name: String,
        /// What was expected.
        expected: String,
    },
    /// An object could not be opened or read: it counts as failed.
    #[error("object `{url}` cannot be read")]
    Object {
        /// The object.
        url: String,
        /// Why.
        #[source]
        source: ObjectError,
    },
    /// The lake or an object store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The ingest was cancelled; what was committed stays.
    #[error("the ingest was interrupted")]
    Cancelled,
    /// The ingest failed after a part of it was committed; that part stays.
    #[error("the ingest stopped early: {} events of {} objects are stored", committed.events.stored, committed.objects.ingested)]
    Unfinished {
        /// What was committed.
        committed: Box<crate::IngestSummary>,
        /// What stopped it.
        #[source]
        source: Box<Self>,
    },
    /// A broken invariant of this crate.
    #[error("internal error: {message}")]
    Internal {
        /// What was broken.
        message: String,
    },
}

/// A folder or prefix that could not be listed, in whole or in part. The rest of the listing goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// A local folder or file.
    #[error("`{}` cannot be listed", path.display())]
    Local {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A prefix of an object store.
    #[error("`{url}` cannot be listed")]
    Prefix {
        /// The prefix.
        url: String,
        /// Why.
        #[source]
        source: object_store::Error,
    },
    /// The store does not list in byte order of the keys.
    #[error("`{url}` was listed out of order")]
    OutOfOrder {
        /// The object that came too late.
        url: String,
    },
}

/// Why an object, or its rest, cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The object cannot be opened.
    #[error("the object cannot be opened")]
    Open {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The object store refused the object.
    #[error("the object store does not give the object")]
    Store {
        /// Why.
        #[source]
        source: object_store::Error,
    },
    /// Reading broke off; what came before it must not be taken for the whole.
    #[error("reading broke off after {offset_bytes} stored bytes")]
    Read {
        /// Stored bytes read before.
        offset_bytes: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The compressed stream ends early.
    #[error("the {format} stream ends early, after {decompressed_bytes} decompressed bytes")]
    TruncatedCompression {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// Bytes that could be decompressed.
        decompressed_bytes: u64,
    },
    /// The compressed stream is damaged.
    #[error("the {format} stream is damaged after {decompressed_bytes} decompressed bytes")]
    CorruptCompression {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// Bytes that could be decompressed.
        decompressed_bytes: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// More decompressed bytes than the limit.
    #[error("decompresses to more than the limit of {limit_bytes} bytes")]
    TooManyBytes {
        /// `decompressed_bytes` of the limits.
        limit_bytes: u64,
    },
    /// A decompression bomb.
    #[error(
        "{compressed_bytes} bytes decompress to {decompressed_bytes}, more than the limit of {limit} times (a decompression bomb)"
    )]
    Bomb {
        /// Stored bytes read so far.
        compressed_bytes: u64,
        /// What they decompressed to.
        decompressed_bytes: u64,
        /// `decompression_ratio` of the limits.
        limit: u64,
    },
    /// Compressed more than twice.
    #[error("compressed more than {limit} times over")]
    NestedCompression {
        /// Levels that are followed.
        limit: usize,
    },
    /// UTF-16 or UTF-32 text.
    #[error("the text is {encoding}, where UTF-8 was expected")]
    NotUtf8 {
        /// The encoding that its first bytes show.
        encoding: &'static str,
    },
}

impl IngestError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::SourceNotFound { .. } => {
                Some("check the path; a pattern such as `logs/*.json.gz` must be quoted".to_owned())
            }
            Self::InvalidSource { .. } => {
                Some("give a file, a folder, a pattern, `-`, `file://…` or `s3://bucket/prefix`".to_owned())
            }
            Self::Object { source, .. } => source.hint(),
            Self::Storage(source) => source.hint(),
            Self::Cancelled => Some("run the same ingest again: it goes on where it was interrupted".to_owned()),
            Self::Unfinished { source, .. } => {
                source.hint().or_else(|| Some("run the same ingest again: it goes on where it stopped".to_owned()))
            }
            Self::Internal { .. } => None,
        }
    }
}

impl ListError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Local { .. } => Some("check that the folder exists and that you may read it, then ingest again".to_owned()),
            Self::Prefix { .. } => Some(
                "check bucket, credentials and region; keys with empty or `..` parts cannot be listed: name a narrower prefix".to_owned(),
            ),
            Self::OutOfOrder { .. } => Some("name narrower prefixes one by one; directory buckets list in no order".to_owned()),
        }
    }
}

impl ObjectError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Open { .. } | Self::Store { .. } | Self::Read { .. } => {
                    "check that you may read it, then ingest again"
                }
                Self::TruncatedCompression { .. } | Self::CorruptCompression { .. } => {
                    "fetch the object again from its source and ingest it with `--retry`"
                }
                Self::TooManyBytes { .. } => "raise the limit `decompressed_bytes` if the object is to be trusted",
                Self::Bomb { .. } => "raise the limit `decompression_ratio` if the object is to be trusted",
                Self::NestedCompression { .. } => "decompress it first",
                Self::NotUtf8 { .. } => "convert it first, for example with `iconv -f UTF-16 -t UTF-8`",
            }
            .to_owned(),
        )
    }

    /// True when the same object may be readable later: nothing is wrong with its bytes.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Store { .. } | Self::Read { .. })
    }
}
