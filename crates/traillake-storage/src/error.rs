//! Everything that can go wrong with a lake, named for what failed, with a hint for whoever has to mend it.

use parquet::errors::ParquetError;
use traillake_columnar::ColumnarError;
use traillake_model::{EventDataStoreId, ModelError};

/// Result of the storage calls.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// What failed. The text names the object; the cause is the error's source; [`StorageError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The text does not name a folder, a `file://` or an `s3://` address.
    #[error("`{location}` is not a lake address: {reason}")]
    InvalidLocation {
        /// The text as given.
        location: String,
        /// What was expected.
        reason: String,
    },
    /// There is no `lake.json` at the address.
    #[error("there is no lake at `{url}`")]
    LakeNotFound {
        /// Address of the folder or prefix.
        url: String,
    },
    /// The store answered a second create of the same object with success: commits would overwrite each other.
    #[error("the object store of `{url}` does not honour create-if-absent")]
    CreateIfAbsentUnsupported {
        /// Address of the lake.
        url: String,
    },
    /// A write to a lake that was opened for reading.
    #[error("the lake `{url}` is open for reading only")]
    ReadOnly {
        /// Address of the lake.
        url: String,
    },
    /// No event data store has this name, id or ARN.
    #[error("there is no event data store `{name}`")]
    EventDataStoreNotFound {
        /// What was asked for.
        name: String,
        /// The existing name that is spelled most alike.
        nearest: Option<String>,
    },
    /// The name is taken.
    #[error("the event data store `{name}` exists already")]
    EventDataStoreAlreadyExists {
        /// The name.
        name: String,
        /// Who has it.
        id: EventDataStoreId,
    },
    /// No trail has this name.
    #[error("there is no trail `{name}`")]
    TrailNotFound {
        /// What was asked for.
        name: String,
        /// The existing name that is spelled most alike.
        nearest: Option<String>,
    },
    /// No import has this id.
    #[error("there is no import `{id}`")]
    ImportNotFound {
        /// What was asked for.
        id: uuid::Uuid,
    },
    /// A request to the object store failed, or its outcome could not be determined.
    #[error("could not {operation} `{path}`")]
    ObjectStore {
        /// A verb: `read`, `write`, `list`, `delete`.
        operation: &'static str,
        /// Full address or path of the object.
        path: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// Other writers were faster every time.
    #[error("gave up writing `{path}` after {attempts} attempts: other writers were faster")]
    Contention {
        /// The object or folder.
        path: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// A file of the lake says something it must not: a path outside the table, a missing commit, a broken footer.
    #[error("`{path}` is damaged: {reason}")]
    CorruptLog {
        /// The file, relative to the lake or to its event data store.
        path: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// The table asks for a Delta feature that this version does not know.
    #[error("`{path}` needs {needs}, which this version cannot read")]
    UnsupportedTable {
        /// The table or file.
        path: String,
        /// The feature.
        needs: String,
    },
    /// A settings or metadata document cannot be read or written as JSON.
    #[error("`{path}` is not a valid document")]
    Document {
        /// The file, relative to the lake.
        path: String,
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
    /// The Delta library refused the log.
    #[error("the log of `{path}` cannot be read")]
    Delta {
        /// The table.
        path: String,
        /// What the library said.
        #[source]
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// A Parquet file cannot be read or written.
    #[error("the Parquet file `{path}` cannot be read or written")]
    Parquet {
        /// The file, relative to its event data store.
        path: String,
        /// What the library said.
        #[source]
        source: ParquetError,
    },
    /// Columns could not be built or combined.
    #[error("the columns of `{path}` do not fit")]
    Arrow {
        /// The file or table.
        path: String,
        /// What the library said.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// A scan failed inside the engine.
    #[error("the scan of `{path}` failed")]
    Scan {
        /// The file or table.
        path: String,
        /// What the engine said.
        #[source]
        source: Box<datafusion::error::DataFusionError>,
    },
    /// Records and columns could not be turned into each other.
    #[error("the records of `{path}` do not fit their columns")]
    Columnar {
        /// The file, table or column.
        path: String,
        /// What the column crate said.
        #[source]
        source: ColumnarError,
    },
    /// A name, setting or identity is not valid.
    #[error(transparent)]
    Model {
        /// Which rule it breaks.
        #[from]
        source: ModelError,
    },
    /// An option of a call is not valid.
    #[error("`{option}` is not valid: {reason}")]
    InvalidOption {
        /// The option's name.
        option: &'static str,
        /// What was expected.
        reason: String,
    },
    /// A broken promise inside this crate: a bug.
    #[error("internal error: {reason}")]
    Internal {
        /// Which promise.
        reason: String,
    },
}

#[expect(clippy::needless_pass_by_value, reason = "called with paths, references and texts alike")]
impl StorageError {
    /// An error of the object store while doing `operation` (a verb) to `path`.
    pub(crate) fn object_store(
        operation: &'static str,
        path: impl ToString,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let path = path.to_string();
        move |source| Self::ObjectStore { operation, path, source }
    }

    /// An error of the Parquet library at `path`; when the object store failed beneath it, that error.
    pub(crate) fn parquet(path: impl ToString) -> impl FnOnce(ParquetError) -> Self {
        let path = path.to_string();
        move |source| match source {
            ParquetError::External(cause) => match cause.downcast::<object_store::Error>() {
                Ok(source) => Self::ObjectStore { operation: "read", path, source: *source },
                Err(cause) => Self::Parquet { path, source: ParquetError::External(cause) },
            },
            source => Self::Parquet { path, source },
        }
    }

    /// An error of the Arrow library at `path`.
    pub(crate) fn arrow(path: impl ToString) -> impl FnOnce(arrow::error::ArrowError) -> Self {
        let path = path.to_string();
        move |source| Self::Arrow { path, source }
    }

    /// A document at `path` that is not what it must be.
    pub(crate) fn document(path: impl ToString) -> impl FnOnce(serde_json::Error) -> Self {
        let path = path.to_string();
        move |source| Self::Document { path, source }
    }

    /// A damaged file.
    pub(crate) fn corrupt(path: impl ToString, reason: impl Into<String>) -> Self {
        Self::CorruptLog { path: path.to_string(), reason: reason.into() }
    }
}

impl StorageError {
    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InvalidLocation { .. } => Some("a lake is a folder, `file:///folder` or `s3://bucket/prefix`".into()),
            Self::LakeNotFound { .. } => Some(
                "name the lake with `--lake URL` or TRAILLAKE_LAKE; `traillake store create` or `traillake ingest` make one"
                    .into(),
            ),
            Self::CreateIfAbsentUnsupported { .. } => Some(
                "two writers would overwrite each other's commits there; use a local file system with hard links, Amazon S3 or a store that honours If-None-Match".into(),
            ),
            Self::EventDataStoreNotFound { nearest: Some(nearest), .. } | Self::TrailNotFound { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            Self::EventDataStoreNotFound { .. } => Some("`traillake store list` shows the names".into()),
            Self::TrailNotFound { .. } => Some("`traillake trail list` shows the names".into()),
            Self::ImportNotFound { .. } => Some("ListImports shows the ids".into()),
            Self::EventDataStoreAlreadyExists { .. } => {
                Some("`traillake store update` changes it, `traillake store describe` shows it".into())
            }
            Self::Model { source } => source.hint(),
            Self::Columnar { source, .. } => source.hint(),
            Self::ObjectStore { path, source, .. } => crate::location::hint_for(path, source),
            Self::Contention { .. } => Some("try again when fewer writers are at work".into()),
            Self::CorruptLog { .. } | Self::Document { .. } | Self::Delta { .. } => {
                Some("nothing was changed; restore the file from a backup or an earlier object version".into())
            }
            Self::UnsupportedTable { .. } => {
                Some("another tool changed the table; only reader version 1 and writer version 2 are written here".into())
            }
            _ => None,
        }
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Contention { .. } => true,
            Self::ObjectStore { source, .. } => {
                matches!(source, object_store::Error::Generic { .. } | object_store::Error::JoinError { .. })
            }
            _ => false,
        }
    }
}
