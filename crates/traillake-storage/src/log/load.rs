//! From the log to a snapshot: whole, or some commits further.

use std::sync::Arc;

use deltalake_core::DeltaTableError;
use deltalake_core::kernel::EagerSnapshot;
use futures::TryStreamExt;
use object_store::ObjectStore;

use super::actions::{APP_ID, Commit, data_file, partition_values};
use super::metadata::{Protocol, TableMetadata};
use crate::manifest::{LiveLists, SortedFiles};
use crate::snapshot::{DataFile, FileSet, TableSnapshot};
use crate::{Result, StorageError};

/// The newest version of the table, `None` when it has no log.
pub(crate) async fn load(events: &Arc<dyn ObjectStore>, manifests: &SortedFiles) -> Result<Option<TableSnapshot>> {
    let log_store = super::log_store(events)?;
    let state = match Box::pin(EagerSnapshot::try_new(log_store.as_ref(), None)).await {
        Ok(state) => state,
        Err(DeltaTableError::NotATable(_)) => return Ok(None),
        Err(error) => return Err(delta(error)),
    };
    let protocol = Protocol {
        min_reader_version: state.protocol().min_reader_version().into(),
        min_writer_version: state.protocol().min_writer_version().into(),
    };
    protocol.check()?;
    let mut files = FileSet::default();
    let mut views = state.file_views(log_store.as_ref(), None);
    while let Some(view) = views.try_next().await.map_err(delta)? {
        let path = view.path().into_owned();
        let partition = partition_values(&path, &view.partition_values_map())?;
        let said = view.stats();
        files.insert(DataFile::try_new(path, view.size(), partition, said.as_deref(), view.modification_time())?);
    }
    let unlisted = files.len();
    let head = state.transaction_version(log_store.as_ref(), APP_ID).await.map_err(delta)?;
    let head = u64::try_from(head.unwrap_or(0))
        .map_err(|_| StorageError::corrupt("events/_delta_log", "its manifest number is negative"))?;
    let version = state.version();
    let snapshot = TableSnapshot {
        version,
        manifest_head: head,
        live_manifests: Vec::new(),
        live_quarantine: Vec::new(),
        files: Arc::new(files),
        manifests: Arc::from([]),
        quarantine: Arc::from([]),
        metadata: Arc::new(metadata(&state)?),
        mark: super::commit_mark(events, version).await?.map(|(mark, _)| mark),
        listed: None,
        unlisted,
        exists: true,
    };
    with_head(snapshot, manifests).await.map(Some)
}

/// The snapshot `commits` after `base`.
pub(crate) async fn advanced(
    base: TableSnapshot,
    commits: Vec<Commit>,
    manifests: &SortedFiles,
) -> Result<TableSnapshot> {
    let head = base.manifest_head;
    let mut next = base;
    for commit in commits {
        advance(&mut next, commit)?;
    }
    if next.manifest_head == head { Ok(next) } else { with_head(next, manifests).await }
}

/// The newest snapshot: `base` itself when there is no later commit.
pub(crate) async fn follow(
    base: &Arc<TableSnapshot>,
    events: &Arc<dyn ObjectStore>,
    manifests: &SortedFiles,
) -> Result<Arc<TableSnapshot>> {
    let mut commits = super::commits_after(events, base.version);
    let Some(first) = commits.try_next().await? else { return Ok(Arc::clone(base)) };
    let mut next = TableSnapshot::clone(base);
    advance(&mut next, first)?;
    while let Some(commit) = commits.try_next().await? {
        advance(&mut next, commit)?;
    }
    let next = if next.manifest_head == base.manifest_head { next } else { with_head(next, manifests).await? };
    Ok(Arc::new(next))
}

/// The snapshot after a commit of our own, whose live lists we know.
pub(crate) fn apply_with(base: &TableSnapshot, commit: Commit, live: LiveLists) -> Result<TableSnapshot> {
    let mut next = base.clone();
    advance(&mut next, commit)?;
    Ok(next.with_live(live.manifests, live.quarantine))
}

/// Goes one commit further, but for the live lists of its manifest head.
fn advance(next: &mut TableSnapshot, commit: Commit) -> Result<()> {
    if let Some(protocol) = commit.protocol {
        protocol.check()?;
    }
    next.unlisted += commit.add.len() + commit.remove.len();
    let files = Arc::make_mut(&mut next.files);
    for remove in &commit.remove {
        let partition = remove.partition_values.as_ref().and_then(|map| partition_values(&remove.path, map).ok());
        files.remove(&remove.path, partition.as_ref());
    }
    for add in commit.add {
        let file = data_file(add)?;
        files.remove_known(&file);
        files.insert(file);
    }
    if let Some(metadata) = commit.metadata {
        next.metadata = Arc::new(metadata);
    }
    if let Some(head) = commit.manifest {
        next.manifest_head = head;
    }
    next.version += 1;
    next.mark = Some(commit.mark);
    next.exists = true;
    Ok(())
}

async fn with_head(snapshot: TableSnapshot, manifests: &SortedFiles) -> Result<TableSnapshot> {
    if snapshot.manifest_head == 0 {
        return Ok(snapshot);
    }
    let live = manifests.live_lists(snapshot.manifest_head).await?;
    Ok(snapshot.with_live(live.manifests, live.quarantine))
}

fn metadata(state: &EagerSnapshot) -> Result<TableMetadata> {
    let value = serde_json::to_value(state.metadata()).map_err(StorageError::document("events/_delta_log"))?;
    serde_json::from_value(value).map_err(StorageError::document("events/_delta_log"))
}

pub(super) fn delta(source: DeltaTableError) -> StorageError {
    match source {
        DeltaTableError::ObjectStore { source } => StorageError::object_store("read", "events/_delta_log")(source),
        source => StorageError::Delta { path: "events/_delta_log".into(), source: Box::new(source) },
    }
}
