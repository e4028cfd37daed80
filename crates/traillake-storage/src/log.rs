//! The Delta log of a table: read whole through the Delta library where no file list helps, followed and written by
//! ourselves.

mod actions;
mod checkpoint;
mod load;
mod metadata;
mod tail;

use std::sync::Arc;

use deltalake_core::logstore::{LogStore, StorageConfig, default_logstore};
use object_store::ObjectStore;
use traillake_model::EventDataStoreSettings;
use url::Url;

pub(crate) use actions::{Commit, CommitBody};
pub(crate) use checkpoint::{CHECKPOINT_EVERY, write_checkpoint};
pub(crate) use load::{advanced, apply_with, follow, load};
pub(crate) use metadata::{TableMetadata, lacks_columns, table_schema_string};
pub(crate) use tail::{CommitMark, commit_mark, commits_after, last_checkpoint, read_commit};

use crate::{LakeStorage, Result, documents, paths, stores};

/// The log as the Delta library wants it. The store is rooted at the table; `file:///` only makes the library sort
/// what it lists.
fn log_store(events: &Arc<dyn ObjectStore>) -> Result<Arc<dyn LogStore>> {
    let url = Url::parse("file:///").map_err(|source| crate::StorageError::Internal { reason: source.to_string() })?;
    Ok(default_logstore(Arc::clone(events), Arc::clone(events), &url, &StorageConfig::default()))
}

/// Writes version 0 of the log of `settings` unless it is there. Whoever writes it, the schema and partitioning are
/// those of the settings, so it does not matter who was first.
pub(crate) async fn ensure_table(lake: &LakeStorage, settings: &EventDataStoreSettings) -> Result<()> {
    let schema = stores::schema_of(settings)?;
    let metadata = TableMetadata::new(settings, schema.file_schema())?;
    let body = CommitBody::create(&metadata, lake.clock().now()).to_bytes()?;
    let events = lake.events_root(&settings.id);
    documents::create(events.as_ref(), &paths::commit(0), &body, |_| true).await?;
    Ok(())
}
