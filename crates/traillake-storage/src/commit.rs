//! The one way a table changes: data files, then quarantine, then manifest, then one line-up of actions in the log.
//!
//! A commit is `base.version + 1`, put with create-if-absent. So it succeeds only if nobody committed since the
//! snapshot it was prepared on, and every other outcome can be told apart by reading what lies at that version.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;

use crate::manifest::ManifestRow;
use crate::quarantine::QuarantineRow;
use crate::snapshot::{DataFile, NewFile, TableSnapshot};

/// What a commit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// New events, and the objects they came from.
    Ingest,
    /// The same events in fewer files.
    Compact,
    /// Files beyond the retention leave the table.
    Expire,
    /// The table gets a column.
    AddColumn,
}

/// A change of a table, published whole or not at all.
#[derive(Debug, Clone)]
pub struct TableChange {
    /// What it is for.
    pub operation: Operation,
    /// Data files that were written below `events/`.
    pub add: Vec<NewFile>,
    /// Data files of the base snapshot that leave the table.
    pub remove: Vec<Arc<DataFile>>,
    /// What became of source objects, in any order.
    pub manifest: Vec<ManifestRow>,
    /// What was set aside, in any order.
    pub quarantine: Vec<QuarantineRow>,
    /// The file schema with a column more, if the table gets one.
    pub metadata: Option<SchemaRef>,
}

impl TableChange {
    /// A change that does nothing yet.
    pub fn new(operation: Operation) -> Self {
        Self {
            operation,
            add: Vec::new(),
            remove: Vec::new(),
            manifest: Vec::new(),
            quarantine: Vec::new(),
            metadata: None,
        }
    }
}

/// How a commit ended, when it ended.
#[derive(Debug, Clone)]
pub enum CommitOutcome {
    /// It is in the log; this is the table with it.
    Committed(Arc<TableSnapshot>),
    /// Somebody else committed first; nothing was changed. This is the table now: check the change against it,
    /// above all for duplicates, and commit again.
    Conflict(Arc<TableSnapshot>),
}
