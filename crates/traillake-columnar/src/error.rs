//! The error of this crate: definitions that do not fit, and stored columns that do not belong together.

/// What can go wrong with schemas and stored events.
///
/// Records that cannot be read are a [`RecordError`](crate::RecordError) instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnarError {
    /// A column definition is not valid.
    #[error("column `{column}` cannot be added: {problem}")]
    InvalidColumn {
        /// The column's path.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The batch lacks a column that the event JSON is rebuilt from.
    #[error("column `{column}` is missing or has the wrong type, expected {expected}")]
    ColumnMismatch {
        /// The column's path.
        column: String,
        /// The type that was expected.
        expected: &'static str,
    },
    /// A stored record shape does not follow its grammar.
    #[error("record shape of row {row} is damaged at byte {offset_bytes}: expected {expected}")]
    DamagedShape {
        /// Row of the batch.
        row: usize,
        /// Place inside the shape.
        offset_bytes: usize,
        /// What the grammar allows there.
        expected: &'static str,
    },
    /// The columns of a row do not hold what its shape says.
    #[error("row {row} does not hold what its record shape says in column `{column}`")]
    DamagedRow {
        /// Row of the batch.
        row: usize,
        /// The column's path.
        column: String,
    },
    /// The event JSON of a batch is larger than one Arrow array can be.
    #[error("the event JSON of {rows} rows is larger than 2 GiB")]
    BatchTooLarge {
        /// Rows of the batch.
        rows: usize,
    },
    /// Arrow refused an array.
    #[error("columns of events could not be assembled")]
    Arrow {
        /// Arrow's own error.
        #[source]
        source: arrow::error::ArrowError,
    },
}

impl ColumnarError {
    /// What to do about it, when something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InvalidColumn { .. } => Some("choose a new column name and the name of a record member".to_owned()),
            Self::ColumnMismatch { .. } | Self::DamagedShape { .. } | Self::DamagedRow { .. } => Some(
                "the file was not written by this version of TrailLake; ingest its source again with `--retry`"
                    .to_owned(),
            ),
            Self::BatchTooLarge { .. } => Some("read fewer rows at a time".to_owned()),
            Self::Arrow { .. } => None,
        }
    }
}
