//! The log read by ourselves: single commits, what binds a file list to them, and the newest checkpoint's version.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::ready;
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use object_store::{GetOptions, GetRange, ObjectStore};
use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

use super::Commit;
use crate::{Result, StorageError, documents, paths};

/// Commits read at once, when there are several.
const AT_ONCE: usize = 8;
/// Bytes at the front of a commit that tell it from every other: its time, the number of its manifest file, the first
/// of its data files.
const MARK_BYTES: usize = 4 << 10;

/// What tells a commit from any other of the same version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommitMark {
    size_bytes: u64,
    digest: u64,
}

impl CommitMark {
    /// The mark of a commit with these bytes.
    pub(crate) fn of(commit: &[u8]) -> Self {
        let front = commit.get(..MARK_BYTES).unwrap_or(commit);
        Self { size_bytes: commit.len() as u64, digest: XxHash64::oneshot(0, front) }
    }
}

/// The mark of commit `version` and when it was written, `None` when it is not there.
pub(crate) async fn commit_mark(
    events: &Arc<dyn ObjectStore>,
    version: u64,
) -> Result<Option<(CommitMark, DateTime<Utc>)>> {
    let path = paths::commit(version);
    let failed = |error| StorageError::object_store("read", &path)(error);
    let range = Some(GetRange::Bounded(0..MARK_BYTES as u64));
    let found = match events.get_opts(&path, GetOptions { range, ..GetOptions::default() }).await {
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        found => found.map_err(failed)?,
    };
    let (size_bytes, written) = (found.meta.size, found.meta.last_modified);
    let front = found.bytes().await.map_err(failed)?;
    Ok(Some((CommitMark { size_bytes, digest: XxHash64::oneshot(0, &front) }, written)))
}

/// Commit `version`, `None` when it is not there yet.
pub(crate) async fn read_commit(events: &Arc<dyn ObjectStore>, version: u64) -> Result<Option<Commit>> {
    let path = paths::commit(version);
    match documents::read_optional(events.as_ref(), &path).await? {
        Some(bytes) => Commit::parse(&path, &bytes).map(Some),
        None => Ok(None),
    }
}

/// The commits after `version` in their order, up to the newest.
pub(crate) fn commits_after(events: &Arc<dyn ObjectStore>, version: u64) -> BoxStream<'static, Result<Commit>> {
    let first = version.saturating_add(1);
    let events = Arc::clone(events);
    let read = move |version: u64| {
        let events = Arc::clone(&events);
        async move { read_commit(&events, version).await }
    };
    // Most often there is none: several are asked for only after a first one.
    let rest = futures::stream::iter(first.saturating_add(1)..).map(read.clone()).buffered(AT_ONCE);
    let commits = read(first).into_stream().chain(rest);
    commits.try_take_while(|commit| ready(Ok(commit.is_some()))).try_filter_map(|commit| ready(Ok(commit))).boxed()
}

/// Version of the newest checkpoint, `None` when none is named.
pub(crate) async fn last_checkpoint(events: &Arc<dyn ObjectStore>) -> Result<Option<u64>> {
    #[derive(Deserialize)]
    struct LastCheckpoint {
        version: u64,
    }
    let path = paths::last_checkpoint();
    let Some(document) = documents::read_optional(events.as_ref(), &path).await? else { return Ok(None) };
    let last = serde_json::from_slice::<LastCheckpoint>(&document).map_err(StorageError::document(&path))?;
    Ok(Some(last.version))
}
