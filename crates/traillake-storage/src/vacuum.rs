//! Vacuum: removes what no snapshot names any more, or never did, once nobody can be using it.

use std::collections::HashSet;
use std::path::{Path as FsPath, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};

use crate::manifest::{Keep, LiveFile, ObjectRange, merge};
use crate::quarantine::QuarantineRow;
use crate::snapshot::TableSnapshot;
use crate::{EventTable, Result, StorageError, file_list, log, paths};

/// Files named in a report; more are only counted.
const REPORTED_FILES: usize = 10_000;

/// What a vacuum removed, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VacuumReport {
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The first of them by path, at most 10,000.
    pub removed: Vec<VacuumedFile>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VacuumedFile {
    /// Path below the store's folder.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
}

impl EventTable {
    /// Removes data, manifest and quarantine files that the newest snapshot does not name, and old file lists. A file stays while it is
    /// younger than `older_than`, or while a commit that removed it is: readers and writers at work need them. So with
    /// zero no other writer may be at work. The log is never touched. `dry_run` only reports.
    pub async fn vacuum(&self, older_than: Duration, dry_run: bool) -> Result<VacuumReport> {
        if !dry_run {
            self.0.lake.require_write()?;
        }
        let cutoff = cutoff(self.0.lake.clock().now(), older_than);
        let snapshot = self.refresh().await?;
        let mut kept = self.named(&snapshot).await?;
        self.keep_recently_removed(&mut kept, cutoff).await?;
        let mut report = VacuumReport::default();
        for folder in [paths::EVENTS, paths::MANIFEST, paths::QUARANTINE] {
            self.vacuum_folder(folder, &kept, cutoff, dry_run, &mut report).await?;
        }
        self.sweep_lists(cutoff, dry_run, &mut report).await?;
        self.sweep_lookup_index(&snapshot, cutoff, dry_run, &mut report).await?;
        self.sweep_staging(cutoff, dry_run, &mut report).await?;
        report.removed.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(report)
    }

    /// Deletes at once the quarantine files that `before` names and `after` does not, and the large pieces that only
    /// they name. For an expiry that must leave no byte behind; a reader still at `before` fails on them. Returns the
    /// number of files.
    pub async fn delete_retired_quarantine(&self, before: &TableSnapshot, after: &TableSnapshot) -> Result<usize> {
        self.0.lake.require_write()?;
        let is_retired = |file: &&LiveFile| !after.live_quarantine.contains(&file.number);
        let retired: Vec<LiveFile> = before.quarantine.iter().filter(is_retired).copied().collect();
        let (mut doomed, mut kept) = (HashSet::new(), HashSet::new());
        self.keep_blobs(&mut doomed, &retired).await?;
        self.keep_blobs(&mut kept, &after.quarantine).await?;
        doomed.extend(retired.iter().map(|file| paths::sorted_file(paths::QUARANTINE, file.number)));
        let doomed: Vec<Path> = doomed.difference(&kept).cloned().collect();
        let count = doomed.len();
        delete_all(self.0.root.as_ref(), doomed, &Path::from(paths::QUARANTINE)).await?;
        Ok(count)
    }

    /// Paths that the snapshot names, below the store's folder.
    async fn named(&self, snapshot: &TableSnapshot) -> Result<HashSet<Path>> {
        let mut kept: HashSet<Path> = snapshot.files.iter().filter_map(|file| event_path(&file.path)).collect();
        kept.extend(snapshot.live_manifests.iter().map(|&n| paths::sorted_file(paths::MANIFEST, n)));
        kept.extend(snapshot.live_quarantine.iter().map(|&n| paths::sorted_file(paths::QUARANTINE, n)));
        self.keep_blobs(&mut kept, &snapshot.quarantine).await?;
        Ok(kept)
    }

    /// Adds the large pieces that rows of these quarantine files name.
    async fn keep_blobs(&self, kept: &mut HashSet<Path>, files: &[LiveFile]) -> Result<()> {
        let inputs = self.0.quarantine.inputs::<QuarantineRow>(files, &ObjectRange::all()).await?;
        let mut rows = merge(inputs, Keep::All);
        while let Some(row) = rows.try_next().await? {
            kept.extend(row.row.blob.as_deref().and_then(paths::quarantine_blob_of));
        }
        Ok(())
    }

    /// Adds what commits since `cutoff` removed: a reader may still be at a snapshot before them.
    async fn keep_recently_removed(&self, kept: &mut HashSet<Path>, cutoff: DateTime<Utc>) -> Result<()> {
        let log = Path::from(paths::DELTA_LOG);
        let found = self
            .0
            .events
            .list(Some(&log))
            .try_collect::<Vec<ObjectMeta>>()
            .await
            .map_err(StorageError::object_store("list", &log))?;
        let recent = found.into_iter().filter(|meta| meta.last_modified >= cutoff);
        for version in recent.filter_map(|meta| paths::version_of(&meta.location)) {
            let Some(commit) = log::read_commit(&self.0.events, version).await? else { continue };
            kept.extend(commit.remove.iter().filter_map(|remove| event_path(&remove.path)));
            kept.extend(commit.info.retired_manifests.iter().map(|&n| paths::sorted_file(paths::MANIFEST, n)));
            for number in commit.info.retired_quarantine {
                kept.insert(paths::sorted_file(paths::QUARANTINE, number));
                match self.keep_blobs(kept, &[LiveFile { number, size_bytes: 1 }]).await {
                    // An earlier vacuum with less patience was here.
                    Err(StorageError::ObjectStore { source: object_store::Error::NotFound { .. }, .. }) | Ok(()) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    async fn vacuum_folder(
        &self,
        folder: &str,
        kept: &HashSet<Path>,
        cutoff: DateTime<Utc>,
        dry_run: bool,
        report: &mut VacuumReport,
    ) -> Result<()> {
        let prefix = Path::from(folder);
        let mut found = self.0.root.list(Some(&prefix));
        let mut doomed = Vec::new();
        while let Some(meta) = found.try_next().await.map_err(StorageError::object_store("list", folder))? {
            if meta.last_modified < cutoff && is_ours(folder, &meta.location) && !kept.contains(&meta.location) {
                report.count(meta.location.to_string(), meta.size);
                doomed.push(meta.location);
            }
        }
        if dry_run {
            return Ok(());
        }
        delete_all(self.0.root.as_ref(), doomed, &prefix).await
    }

    /// Removes file lists that newer ones have replaced.
    async fn sweep_lists(&self, cutoff: DateTime<Utc>, dry_run: bool, report: &mut VacuumReport) -> Result<()> {
        let old = file_list::superseded_lists(self.0.root.as_ref(), cutoff).await?;
        for meta in &old {
            report.count(meta.location.to_string(), meta.size);
        }
        if dry_run {
            return Ok(());
        }
        let paths = old.into_iter().map(|meta| meta.location).collect();
        delete_all(self.0.root.as_ref(), paths, &Path::from(paths::FILE_LISTS)).await
    }

    /// Removes lookup objects that tell of no live file, or cannot be read.
    async fn sweep_lookup_index(
        &self,
        snapshot: &TableSnapshot,
        cutoff: DateTime<Utc>,
        dry_run: bool,
        report: &mut VacuumReport,
    ) -> Result<()> {
        let mut unused = self.unused_lookup_objects(snapshot).await?;
        unused.retain(|meta| meta.last_modified < cutoff);
        for meta in &unused {
            report.count(meta.location.to_string(), meta.size);
        }
        if dry_run {
            return Ok(());
        }
        let paths = unused.into_iter().map(|meta| meta.location).collect();
        delete_all(self.0.root.as_ref(), paths, &Path::from(paths::LOOKUP_INDEX)).await
    }

    /// Removes the unfinished files that a killed process leaves in a folder; no listing shows them.
    async fn sweep_staging(&self, cutoff: DateTime<Utc>, dry_run: bool, report: &mut VacuumReport) -> Result<()> {
        let Some(root) = self.0.lake.location().folder() else { return Ok(()) };
        let folder = root.join(paths::store(self.id()).as_ref());
        let task = move || staging_files(&folder, cutoff.into(), dry_run);
        let swept = tokio::task::spawn_blocking(task).await;
        for (path, size_bytes) in swept.unwrap_or_default() {
            report.count(path, size_bytes);
        }
        Ok(())
    }
}

impl VacuumReport {
    pub(crate) fn count(&mut self, path: String, size_bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(size_bytes);
        if self.removed.len() < REPORTED_FILES {
            self.removed.push(VacuumedFile { path, size_bytes });
        }
    }
}

/// Deletes objects of `folder`; one that is not there any more is none the worse.
pub(crate) async fn delete_all(store: &dyn ObjectStore, doomed: Vec<Path>, folder: &Path) -> Result<()> {
    let mut deleted = store.delete_stream(futures::stream::iter(doomed.into_iter().map(Ok)).boxed());
    while let Some(outcome) = deleted.next().await {
        match outcome {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(StorageError::object_store("delete", folder)(error)),
        }
    }
    Ok(())
}

fn cutoff(now: DateTime<Utc>, older_than: Duration) -> DateTime<Utc> {
    let age = chrono::TimeDelta::from_std(older_than).unwrap_or(chrono::TimeDelta::MAX);
    // Zero means all that is there: file systems may stamp a file with a later time than the clock tells.
    let now = if older_than.is_zero() { now + chrono::TimeDelta::seconds(2) } else { now };
    now.checked_sub_signed(age).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn event_path(path: &str) -> Option<Path> {
    let path = Path::parse(path).ok()?;
    Some(Path::from(paths::EVENTS).parts().chain(path.parts()).collect())
}

/// Only files of the kinds this crate writes: data files outside the log, numbered files, blobs.
fn is_ours(folder: &str, path: &Path) -> bool {
    let parquet = path.extension() == Some("parquet");
    match folder {
        paths::EVENTS => parquet && !path.parts().any(|part| part.as_ref().starts_with('_')),
        paths::MANIFEST => paths::sorted_file_number(path).is_some(),
        _ => paths::sorted_file_number(path).is_some() || paths::quarantine_blob_of(path.as_ref()).is_some(),
    }
}

/// Files named `<name>#<number>`, as `object_store`'s local file system names what it is about to move into place.
fn staging_files(folder: &FsPath, cutoff: SystemTime, dry_run: bool) -> Vec<(String, u64)> {
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let mut swept = Vec::new();
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if is_staging(&entry.file_name().to_string_lossy())
                && metadata.modified().is_ok_and(|modified| modified < cutoff)
                && (dry_run || std::fs::remove_file(entry.path()).is_ok())
            {
                let path = entry.path();
                let path = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
                swept.push((path, metadata.len()));
            }
        }
    }
    swept
}

fn is_staging(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(base, number)| {
        !base.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests;
