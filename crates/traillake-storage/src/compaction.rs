//! Merges the small files of a partition into sorted larger ones: the same events in fewer objects.
//!
//! ```text
//!  small files of a partition ──> groups up to the target ──> sorted merge (bounded memory) ──> one file
//!  commit Compact {add one, remove many}; on a conflict: are all of them still there? then again, else leave it
//! ```

use std::sync::Arc;

use traillake_model::PartitionValues;

use crate::index::FileLookup;
use crate::layout::Effort;
use crate::snapshot::{DataFile, FileSet, NewFile};
use crate::writer::EventFileWriter;
use crate::{CommitOutcome, EventTable, Operation, Result, StorageError, TableChange};

mod merge;

/// Merged files that one commit publishes.
const FILES_PER_COMMIT: usize = 64;
/// How many times larger a file may be than all that is merged with it: a larger one would be rewritten for little.
const MOST_OF_GROUP: u64 = 4;
/// Files of less than so many bytes are merged whatever they are merged with: that costs less than a file more does.
const ALWAYS_MERGED: u64 = 512 << 10;
/// Bytes that values for the lookup index take, from which on the merged files are published.
const LOOKUP_BYTES_PER_COMMIT: usize = 16 << 20;
/// Commits tried for merged files while other writers are faster.
const MAX_COMMIT_ATTEMPTS: u32 = 20;

/// How to compact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactOptions {
    /// Only say what would be done.
    pub dry_run: bool,
    /// Partitions with fewer small files are left alone; at least 2.
    pub min_files: usize,
    /// Size of merged files in bytes; files of half of it or more are left alone.
    pub target_bytes: u64,
    /// Files merged at once, at least 2: each holds a decoder and a batch in memory, up to 4 MB.
    pub files_at_once: usize,
}

impl Default for CompactOptions {
    fn default() -> Self {
        Self { dry_run: false, min_files: 2, target_bytes: 128 << 20, files_at_once: 128 }
    }
}

/// What compaction did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompactReport {
    /// Whether nothing was changed because it was a rehearsal.
    pub dry_run: bool,
    /// The partitions worked on.
    pub partitions: Vec<CompactedPartition>,
}

/// What compaction did to one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactedPartition {
    /// Which one.
    pub partition: PartitionValues,
    /// Small files merged.
    pub files_before: usize,
    /// Files they became; in a rehearsal the number of groups.
    pub files_after: usize,
    /// Events in them.
    pub rows: u64,
    /// Bytes of the small files.
    pub bytes_before: u64,
    /// Bytes of the merged files; 0 in a rehearsal.
    pub bytes_after: u64,
    /// Groups given up because another writer changed their files meanwhile.
    pub skipped: usize,
}

/// Merges small files, partition by partition. Stopping at any point leaves the table whole.
pub async fn compact(table: &EventTable, options: CompactOptions) -> Result<CompactReport> {
    let snapshot = table.refresh().await?;
    let mut report = CompactReport { dry_run: options.dry_run, partitions: Vec::new() };
    let mut merged: Vec<Merged> = Vec::new();
    for (partition, files) in snapshot.files.partitions() {
        let groups = groups(files, options);
        if groups.is_empty() {
            continue;
        }
        report.partitions.push(CompactedPartition::new(partition));
        for group in groups {
            if options.dry_run {
                report.count(partition, &group, 0);
                continue;
            }
            let file = write_merged(table, partition, &group).await?;
            merged.push(Merged { file, group });
            if merged.len() == FILES_PER_COMMIT || lookup_bytes(&merged) >= LOOKUP_BYTES_PER_COMMIT {
                publish(table, std::mem::take(&mut merged), &mut report).await?;
            }
        }
    }
    publish(table, merged, &mut report).await?;
    Ok(report)
}

impl CompactReport {
    fn of(&mut self, partition: &PartitionValues) -> Option<&mut CompactedPartition> {
        self.partitions.iter_mut().rev().find(|done| &done.partition == partition)
    }

    fn count(&mut self, partition: &PartitionValues, group: &[Arc<DataFile>], bytes_after: u64) {
        let Some(done) = self.of(partition) else { return };
        done.files_before += group.len();
        done.files_after += 1;
        done.rows += group.iter().map(|file| file.rows).sum::<u64>();
        done.bytes_before += group.iter().map(|file| file.size_bytes).sum::<u64>();
        done.bytes_after += bytes_after;
    }
}

impl CompactedPartition {
    fn new(partition: &PartitionValues) -> Self {
        let partition = partition.clone();
        Self { partition, files_before: 0, files_after: 0, rows: 0, bytes_before: 0, bytes_after: 0, skipped: 0 }
    }
}

/// A merged file that no commit names yet, and the files it stands for.
#[derive(Debug)]
struct Merged {
    file: NewFile,
    group: Vec<Arc<DataFile>>,
}

/// The files that are far from the target size, but large ones that dwarf all smaller ones: a partition that grows file
/// by file, a month of a quiet account, is rewritten each time a fourth of it is new, not each time it is looked at.
fn small_files(files: &[Arc<DataFile>], target_bytes: u64) -> Vec<Arc<DataFile>> {
    let is_small = |file: &&Arc<DataFile>| file.size_bytes < target_bytes / 2;
    let mut small: Vec<Arc<DataFile>> = files.iter().filter(is_small).map(Arc::clone).collect();
    small.sort_by_key(|file| file.size_bytes);
    let mut bytes: u64 = small.iter().map(|file| file.size_bytes).sum();
    while let Some(largest) = small.last() {
        bytes = bytes.saturating_sub(largest.size_bytes);
        if largest.size_bytes <= bytes.saturating_mul(MOST_OF_GROUP).max(ALWAYS_MERGED) {
            break;
        }
        small.pop();
    }
    small
}

/// Small files in groups of at most the target size, neighbours in time together; groups of one are left out.
fn groups(files: &[Arc<DataFile>], options: CompactOptions) -> Vec<Vec<Arc<DataFile>>> {
    let mut small = small_files(files, options.target_bytes);
    if small.len() < options.min_files.max(2) {
        return Vec::new();
    }
    small.sort_by_key(|file| (file.event_time_micros, file.modified_ms));
    let mut groups: Vec<Vec<Arc<DataFile>>> = Vec::new();
    let mut bytes = 0;
    for file in small {
        match groups.last_mut() {
            Some(group)
                if group.len() < options.files_at_once.max(2) && bytes + file.size_bytes <= options.target_bytes =>
            {
                bytes += file.size_bytes;
                group.push(file);
            }
            _ => {
                bytes = file.size_bytes;
                groups.push(vec![file]);
            }
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn lookup_bytes(merged: &[Merged]) -> usize {
    merged.iter().filter_map(|merged| merged.file.lookup.as_deref()).map(FileLookup::size_bytes).sum()
}

/// Commits merged files, but those whose files another writer took meanwhile.
async fn publish(table: &EventTable, merged: Vec<Merged>, report: &mut CompactReport) -> Result<()> {
    let mut base = table.snapshot();
    let mut open = merged;
    for _ in 0..MAX_COMMIT_ATTEMPTS {
        let mut change = TableChange::new(Operation::Compact);
        let mut kept = Vec::with_capacity(open.len());
        for merged in open {
            if let Some(remove) = still_there(&base.files, &merged.group) {
                change.add.push(merged.file.clone());
                change.remove.extend(remove);
                kept.push(merged);
            } else {
                skip(table, &merged, report).await;
            }
        }
        open = kept;
        if open.is_empty() {
            return Ok(());
        }
        match table.commit(&base, change).await? {
            CommitOutcome::Committed(_) => {
                for merged in &open {
                    report.count(&merged.file.partition, &merged.group, merged.file.size_bytes);
                }
                return Ok(());
            }
            CommitOutcome::Conflict(newer) => base = newer,
        }
    }
    for merged in &open {
        skip(table, merged, report).await;
    }
    Ok(())
}

async fn skip(table: &EventTable, merged: &Merged, report: &mut CompactReport) {
    discard(table, &merged.file).await;
    if let Some(done) = report.of(&merged.file.partition) {
        done.skipped += 1;
    }
}

/// Writes the rows of `group` into one file; it must hold as many as the log promises.
async fn write_merged(table: &EventTable, partition: &PartitionValues, group: &[Arc<DataFile>]) -> Result<NewFile> {
    let rows: u64 = group.iter().map(|file| file.rows).sum();
    let expected = usize::try_from(rows).unwrap_or(usize::MAX);
    let mut writer = EventFileWriter::try_new(table, partition, expected, Effort::Compact)?;
    let mut batches = merge::sorted(table, group)?;
    while let Some(batch) = batches.next().await? {
        writer.write(&batch).await?;
    }
    let merged = writer.finish().await?;
    if merged.rows != rows && group.iter().all(|file| file.rows > 0) {
        discard(table, &merged).await;
        let reason = format!("merging {} files gave {} rows, the log promises {rows}", group.len(), merged.rows);
        return Err(StorageError::corrupt(&merged.path, reason));
    }
    Ok(merged)
}

/// The group's files as `files` knows them; None when one of them is gone.
fn still_there(files: &FileSet, group: &[Arc<DataFile>]) -> Option<Vec<Arc<DataFile>>> {
    let find = |file: &Arc<DataFile>| files.of(&file.partition).iter().find(|known| known.path == file.path);
    group.iter().map(|file| find(file).map(Arc::clone)).collect()
}

/// Removes a file that no commit names; if that fails, vacuum sweeps it later.
async fn discard(table: &EventTable, file: &NewFile) {
    let path = object_store::path::Path::from(file.path.as_str());
    if let Err(error) = object_store::ObjectStoreExt::delete(table.object_store().as_ref(), &path).await {
        tracing::debug!(path = %file.path, %error, "left an unused file behind");
    }
}

#[cfg(test)]
mod tests;
