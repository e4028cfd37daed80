//! The compact file list: what the log says of the live files at one version, in some forty bytes a file.
//!
//! ```text
//!  index/files/<version>-<digest>.list ──> snapshot at <version> ──> commits after it ──> newest snapshot
//!   made by writers, never changed           is it this log's?         read by ourselves
//! ```
//!
//! A list is bound to the log by what commit `<version>` looks like, and to its own bytes by the digest in its name.
//! One that is missing, damaged or of another log is passed over: then the log is loaded whole, and the next writer
//! makes a new list. So a list can cost time, and nothing else.

mod format;
mod packed;
mod period;

use std::cmp::Reverse;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};
use twox_hash::XxHash64;

pub(crate) use period::ListedPeriod;

use crate::index::LookupIndex;
use crate::log::{self, Commit};
use crate::manifest::SortedFiles;
use crate::snapshot::TableSnapshot;
use crate::{EventTable, OpenMode, Result, StorageError, documents, paths, vacuum};

/// Lists tried before the log is loaded instead.
const CANDIDATES: usize = 3;
/// Larger lists are not read: some ten million files.
const MAX_LIST_BYTES: u64 = 512 << 20;
/// With more commits than this after it, a list is too old to be of use.
const MAX_TAIL: usize = 512;
/// A new list is made after so many commits.
const COMMITS_BETWEEN: u64 = 32;
/// A new list is made when so many files changed, and a fourth of all.
const CHANGES_BETWEEN: usize = 1_000;
/// At the end of a command a list is made when more than one file in so many changed since the last.
const SHARE_AT_END: usize = 64;
/// At the end of a command a list is made after so many commits.
const COMMITS_AT_END: u64 = 4;
/// Lists that stay besides the newest: a reader may have listed them.
const KEPT: usize = 2;
/// How old a list is at least when a writer removes it.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// Nobody removes commits younger than this, so that what follows one of them in the log is there.
const LOG_STAYS: TimeDelta = TimeDelta::days(1);

/// When a writer considers a new list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// More commits may follow.
    Commit,
    /// The last commit for now.
    End,
}

/// A list that lies in the store.
#[derive(Debug)]
struct Found {
    version: u64,
    digest: u64,
    meta: ObjectMeta,
}

/// The newest snapshot by a list and the commits after it, `None` when no list is of use. Fails as loading the log
/// would, when a commit after the list is not what it should be. The lookup index learns of its objects by the same
/// listing.
pub(crate) async fn open(
    root: &Arc<dyn ObjectStore>,
    events: &Arc<dyn ObjectStore>,
    manifests: &SortedFiles,
    lookup_index: &LookupIndex,
    now: DateTime<Utc>,
) -> Result<Option<TableSnapshot>> {
    // A store that cannot be listed fails where the log is loaded, with a better reason.
    let Ok(listed) = listed(root.as_ref(), paths::INDEX).await else { return Ok(None) };
    let (objects, others) = listed.into_iter().partition(|meta| paths::is_lookup_object(&meta.location));
    let snapshot = newest(root, events, manifests, lists_among(others), now - LOG_STAYS).await?;
    if let Some(snapshot) = &snapshot {
        lookup_index.offer(snapshot.version, objects);
    }
    Ok(snapshot)
}

/// The snapshot by the first of these lists that is of use.
async fn newest(
    root: &Arc<dyn ObjectStore>,
    events: &Arc<dyn ObjectStore>,
    manifests: &SortedFiles,
    found: Vec<Found>,
    removable_before: DateTime<Utc>,
) -> Result<Option<TableSnapshot>> {
    for list in found.into_iter().take(CANDIDATES) {
        let (snapshot, mark, tail) =
            futures::join!(read(root, &list), log::commit_mark(events, list.version), tail(events, list.version));
        let (mark, written) = mark.ok().flatten().unzip();
        let Some(snapshot) = snapshot.filter(|snapshot| mark == snapshot.mark) else {
            tracing::debug!(path = %list.meta.location, "a file list is damaged or of another log");
            continue;
        };
        let tail = tail?;
        let may_have_gap = written.is_none_or(|written| written < removable_before);
        if tail.len() < MAX_TAIL && (!may_have_gap || is_whole(events, list.version, &tail).await) {
            return log::advanced(snapshot, tail, manifests).await.map(Some);
        }
        tracing::debug!(path = %list.meta.location, "a file list is too old");
    }
    Ok(None)
}

/// The commits after `version`, as many as are of use.
async fn tail(events: &Arc<dyn ObjectStore>, version: u64) -> Result<Vec<Commit>> {
    log::commits_after(events, version).take(MAX_TAIL).try_collect().await
}

/// Whether these commits after `version` are all: later ones may be gone that a checkpoint covers.
async fn is_whole(events: &Arc<dyn ObjectStore>, version: u64, tail: &[Commit]) -> bool {
    let newest = version.saturating_add(tail.len() as u64);
    log::last_checkpoint(events).await.is_ok_and(|last| last.is_none_or(|last| last <= newest))
}

async fn read(root: &Arc<dyn ObjectStore>, list: &Found) -> Option<TableSnapshot> {
    if list.meta.size > MAX_LIST_BYTES {
        return None;
    }
    let bytes = root.get(&list.meta.location).await.ok()?.bytes().await.ok()?;
    if digest(&bytes) != list.digest {
        return None;
    }
    format::decode(bytes).filter(|snapshot| snapshot.version == list.version)
}

/// The lists of a store, the newest first.
async fn lists(root: &dyn ObjectStore) -> Result<Vec<Found>> {
    Ok(lists_among(listed(root, paths::FILE_LISTS).await?))
}

/// What lies below a folder.
async fn listed(root: &dyn ObjectStore, folder: &str) -> Result<Vec<ObjectMeta>> {
    let found = root.list(Some(&Path::from(folder))).try_collect().await;
    found.map_err(StorageError::object_store("list", folder))
}

fn lists_among(objects: Vec<ObjectMeta>) -> Vec<Found> {
    let found = |meta: ObjectMeta| {
        let (version, digest) = paths::file_list_of(&meta.location)?;
        Some(Found { version, digest, meta })
    };
    let mut lists: Vec<Found> = objects.into_iter().filter_map(found).collect();
    lists.sort_by_key(|list| Reverse(list.version));
    lists
}

impl EventTable {
    /// Brings what is kept beside the log for fast opening up to date; to be called when a series of changes is done.
    /// That it fails costs time later, and nothing else.
    pub async fn settle(&self) {
        self.list_files(&self.snapshot(), Moment::End).await;
    }

    /// Makes a list of `snapshot` when it is time for one.
    pub(crate) async fn list_files(&self, snapshot: &TableSnapshot, moment: Moment) {
        if self.0.lake.mode() != OpenMode::Write || !is_due(snapshot, moment) {
            return;
        }
        if let Err(error) = self.write_list(snapshot).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "no file list; the next one covers it");
        }
    }

    async fn write_list(&self, snapshot: &TableSnapshot) -> Result<()> {
        let Some(list) = format::encode(snapshot)? else { return Ok(()) };
        let path = paths::file_list(snapshot.version, digest(&list));
        documents::create(self.0.root.as_ref(), &path, &list, |_| true).await?;
        self.note_list(snapshot.version);
        let cutoff = self.0.lake.clock().now() - GRACE;
        let old = superseded_lists(self.0.root.as_ref(), cutoff).await?;
        let paths = old.into_iter().map(|meta| meta.location).collect();
        vacuum::delete_all(self.0.root.as_ref(), paths, &Path::from(paths::FILE_LISTS)).await
    }
}

/// Lists that newer ones have replaced and that are older than `cutoff`.
pub(crate) async fn superseded_lists(root: &dyn ObjectStore, cutoff: DateTime<Utc>) -> Result<Vec<ObjectMeta>> {
    let old = lists(root).await?.into_iter().skip(KEPT).map(|list| list.meta);
    Ok(old.filter(|meta| meta.last_modified < cutoff).collect())
}

fn is_due(snapshot: &TableSnapshot, moment: Moment) -> bool {
    let commits = snapshot.version.saturating_sub(snapshot.listed.unwrap_or_default());
    let (changes, files) = (snapshot.unlisted, snapshot.files.len());
    match moment {
        _ if commits == 0 => false,
        Moment::Commit => commits >= COMMITS_BETWEEN || (changes >= CHANGES_BETWEEN && changes >= files / 4),
        Moment::End => commits >= COMMITS_AT_END || changes > files / SHARE_AT_END,
    }
}

fn digest(bytes: &Bytes) -> u64 {
    XxHash64::oneshot(0, bytes)
}

#[cfg(test)]
mod tests;
