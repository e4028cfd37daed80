//! The one way a table changes: data files, then quarantine, then manifest, then one line-up of actions in the log.
//!
//! A commit is `base.version + 1`, put with create-if-absent. So it succeeds only if nobody committed since the
//! snapshot it was prepared on, and every other outcome can be told apart by reading what lies at that version.

mod publish;

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use bytes::Bytes;

use crate::documents::Created;
use crate::file_list::Moment;
use crate::log::{self, Commit, CommitBody};
use crate::manifest::ManifestRow;
use crate::quarantine::QuarantineRow;
use crate::snapshot::{DataFile, NewFile, TableSnapshot, check_data_path};
use crate::{EventTable, Result, StorageError, documents, paths};
use publish::Published;

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

impl EventTable {
    /// Publishes `change`, prepared on `base`, whole or not at all. An error leaves the lake as it was, or (when the
    /// object store did not answer to the end) with the whole change; the next refresh tells.
    pub async fn commit(&self, base: &TableSnapshot, change: TableChange) -> Result<CommitOutcome> {
        self.0.lake.require_write()?;
        check(base, &change)?;
        let known = self.snapshot();
        if known.version > base.version {
            return Ok(CommitOutcome::Conflict(self.refresh().await?));
        }
        let published = self.publish_manifest(base, &change).await?;
        let body = self.body(base, &change, &published)?.to_bytes()?;
        let version = base.version.saturating_add(1);
        if !self.put_commit(version, &body, published.number).await? {
            return Ok(CommitOutcome::Conflict(self.refresh().await?));
        }
        let commit = Commit::parse(&paths::commit(version), &body)?;
        let next = log::apply_with(base, commit, published.live)?;
        let next = self.publish(Arc::new(next));
        if version.is_multiple_of(log::CHECKPOINT_EVERY) {
            let written = log::write_checkpoint(&self.0.events, version, self.0.lake.clock().now()).await;
            if let Err(error) = written {
                tracing::warn!(
                    version,
                    error = &error as &dyn std::error::Error,
                    "no checkpoint; the next one covers it"
                );
            }
        }
        self.index_change(&next, change).await;
        self.list_files(&next, Moment::Commit).await;
        Ok(CommitOutcome::Committed(next))
    }

    /// The lines of the commit.
    fn body(&self, base: &TableSnapshot, change: &TableChange, published: &Published) -> Result<CommitBody> {
        let now = self.0.lake.clock().now();
        let mut body = CommitBody::new(change.operation, now, published.number, published.retired.clone());
        if let Some(schema) = &change.metadata {
            let mut metadata = log::TableMetadata::clone(&base.metadata);
            metadata.schema_string = log::table_schema_string(schema, self.0.settings.partition_by)?;
            body.metadata(metadata);
        }
        let data_change = change.operation != Operation::Compact;
        for file in &change.remove {
            body.remove(file, now, data_change);
        }
        for file in &change.add {
            body.add(file, now, data_change);
        }
        Ok(body)
    }

    /// Puts the commit; false when another one has that version. Ours is known by the number of its manifest file,
    /// which nobody else could create.
    async fn put_commit(&self, version: u64, body: &Bytes, manifest: u64) -> Result<bool> {
        let path = paths::commit(version);
        let is_ours = |found: &Bytes| Commit::parse(&path, found).is_ok_and(|commit| commit.manifest == Some(manifest));
        let created = documents::create(self.0.events.as_ref(), &path, body, is_ours).await?;
        Ok(created == Created::Ours)
    }
}

/// What is removed must be there, what is added must be new and lie below `events/`.
fn check(base: &TableSnapshot, change: &TableChange) -> Result<()> {
    for file in &change.remove {
        if !base.files.contains(&file.partition, &file.path) {
            return Err(StorageError::Internal { reason: format!("`{}` is not in the base snapshot", file.path) });
        }
    }
    for file in &change.add {
        check_data_path(&file.path)?;
        if base.files.contains(&file.partition, &file.path) {
            return Err(StorageError::Internal { reason: format!("`{}` is in the table already", file.path) });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
