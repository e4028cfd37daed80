//! Retention, made physical: files whose events have all expired leave the table in one commit, their bytes after
//! vacuum's grace or at once.
//!
//! A file of one day goes when the day has expired. A file that holds more days of a month goes when the last of them
//! has, at most a month later; nobody sees its expired events meanwhile.

use std::sync::Arc;

use chrono::NaiveDate;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use traillake_model::PartitionValues;

use crate::pruning::files::is_expired;
use crate::snapshot::{DataFile, FileSet};
use crate::{CommitOutcome, EventTable, Operation, Result, StorageError, TableChange};

mod quarantine;

/// Commits tried while other writers are faster.
const MAX_COMMIT_ATTEMPTS: u32 = 100;
/// Objects deleted at once.
const DELETES_AT_ONCE: usize = 16;

/// How to expire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpireOptions {
    /// Only say what would be removed.
    pub dry_run: bool,
    /// Delete the bytes at once instead of leaving them to vacuum: running queries on them fail.
    pub now: bool,
}

/// What expiry removed, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpireReport {
    /// Whether nothing was changed because it was a rehearsal.
    pub dry_run: bool,
    /// Events of earlier UTC days are expired; None for unlimited retention.
    pub first_visible_date: Option<NaiveDate>,
    /// The partitions removed, whole or in part, oldest first.
    pub partitions: Vec<ExpiredPartition>,
    /// Source objects whose set-aside pieces were removed from the quarantine.
    pub quarantine_objects: usize,
    /// Files whose bytes were deleted.
    pub files_deleted: usize,
}

/// What expired of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredPartition {
    /// Which one.
    pub partition: PartitionValues,
    /// Its expired files.
    pub files: usize,
    /// Their events.
    pub rows: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes the files that lie before the store's retention, and what was set aside as long ago. The events were
/// invisible already.
pub async fn expire(table: &EventTable, options: ExpireOptions) -> Result<ExpireReport> {
    let first_visible_date = table.settings().retention.first_visible_date(table.lake().clock().now());
    let mut report = ExpireReport { dry_run: options.dry_run, first_visible_date, ..ExpireReport::default() };
    let Some(first_visible) = first_visible_date else { return Ok(report) };
    let mut base = table.refresh().await?;
    for _ in 0..MAX_COMMIT_ATTEMPTS {
        let (partitions, files) = expired(&base.files, first_visible);
        let set_aside = quarantine::expired(table, &base, first_visible).await?;
        report.partitions = partitions;
        report.quarantine_objects = set_aside.len();
        if options.dry_run || files.is_empty() && set_aside.is_empty() {
            return Ok(report);
        }
        let change = TableChange { remove: files.clone(), manifest: set_aside, ..TableChange::new(Operation::Expire) };
        match table.commit(&base, change).await? {
            CommitOutcome::Committed(after) => {
                if options.now {
                    report.files_deleted = delete(table, &files).await?;
                    report.files_deleted += table.delete_retired_quarantine(&base, &after).await?;
                }
                return Ok(report);
            }
            CommitOutcome::Conflict(newer) => base = newer,
        }
    }
    Err(StorageError::Contention { path: table.id().to_string(), attempts: MAX_COMMIT_ATTEMPTS })
}

fn expired(all: &FileSet, first_visible: NaiveDate) -> (Vec<ExpiredPartition>, Vec<Arc<DataFile>>) {
    let begun = all.partitions().take_while(|(partition, _)| partition.period.first() < first_visible);
    let mut partitions = Vec::new();
    let mut removed = Vec::new();
    for (partition, files) in begun {
        let whole = partition.period.last() < first_visible;
        let files: Vec<_> = files.iter().filter(|file| whole || is_expired(file, first_visible)).collect();
        if files.is_empty() {
            continue;
        }
        partitions.push(ExpiredPartition {
            partition: partition.clone(),
            files: files.len(),
            rows: files.iter().map(|file| file.rows).sum(),
            bytes: files.iter().map(|file| file.size_bytes).sum(),
        });
        removed.extend(files.into_iter().map(Arc::clone));
    }
    (partitions, removed)
}

/// Deletes the files' bytes; what is gone already counts.
async fn delete(table: &EventTable, files: &[Arc<DataFile>]) -> Result<usize> {
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let store = table.object_store();
    futures::stream::iter(paths)
        .map(|path| async move {
            match store.delete(&Path::from(path.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(1),
                Err(source) => Err(StorageError::object_store("delete", path)(source)),
            }
        })
        .buffer_unordered(DELETES_AT_ONCE)
        .try_fold(0, |sum, one| async move { Ok(sum + one) })
        .await
}

#[cfg(test)]
mod tests;
