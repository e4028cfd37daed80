//! An event data store's table: its schema, its snapshots, and what its manifest and quarantine say.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{BoxStream, Stream};
use futures::{StreamExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use traillake_columnar::EventSchema;
use traillake_model::{Clock, EventDataStoreId, EventDataStoreSettings};
use uuid::Uuid;

use crate::footer::Footers;
use crate::index::LookupIndex;
use crate::log;
use crate::manifest::{Keep, LiveFile, ManifestRow, MergeInput, ObjectRange, Sequenced, SortedFiles, merge};
use crate::quarantine::QuarantineRow;
use crate::snapshot::{FileSet, TableSnapshot};
use crate::{LakeStorage, OpenMode, Operation, Result, StorageError, TableChange, file_list, paths, stores};

/// A snapshot that was not refreshed for so long is loaded anew: the commits it lacks may be cleaned up.
const FOLLOW_LIMIT: TimeDelta = TimeDelta::days(1);

/// The table of one event data store. Cheap to clone; clones share the newest snapshot they have seen.
#[derive(Debug, Clone)]
pub struct EventTable(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) lake: LakeStorage,
    pub(crate) settings: EventDataStoreSettings,
    pub(crate) schema: Arc<EventSchema>,
    /// Rooted at the store's folder.
    pub(crate) root: Arc<dyn ObjectStore>,
    /// Rooted at the Delta table.
    pub(crate) events: Arc<dyn ObjectStore>,
    pub(crate) manifests: SortedFiles,
    pub(crate) quarantine: SortedFiles,
    footers: Arc<Footers>,
    pub(crate) lookup_index: LookupIndex,
    state: RwLock<(Arc<TableSnapshot>, DateTime<Utc>)>,
}

impl LakeStorage {
    /// The table of the event data store with these settings, at its newest version. Opened for writing, a creation
    /// or a new column that was interrupted is finished first.
    pub async fn events(&self, settings: &EventDataStoreSettings) -> Result<EventTable> {
        let schema = stores::schema_of(settings)?;
        let root = self.store_root(&settings.id);
        let events = self.events_root(&settings.id);
        let manifests = SortedFiles::new(Arc::clone(&root), paths::MANIFEST);
        let may_write = self.mode() == OpenMode::Write;
        let is_far = self.location().is_far();
        let lookup_index = LookupIndex::new(Arc::clone(&root), is_far);
        let listed = file_list::open(&root, &events, &manifests, &lookup_index, self.clock().now()).await?;
        let loaded = if listed.is_some() { listed } else { self.load_log(&events, &manifests).await? };
        let snapshot = match loaded {
            Some(snapshot) => snapshot,
            None if may_write => {
                log::ensure_table(self, settings).await?;
                let loaded = self.load_log(&events, &manifests).await?;
                loaded.ok_or_else(|| StorageError::corrupt(paths::store(&settings.id), "its log vanished"))?
            }
            None => empty(settings, &schema)?,
        };
        let quarantine = SortedFiles::new(Arc::clone(&root), paths::QUARANTINE);
        let state = RwLock::new((Arc::new(snapshot), self.clock().now()));
        let settings = settings.clone();
        let lake = self.clone();
        let footers = Arc::new(Footers::new(is_far));
        let inner = Inner { lake, settings, schema, root, events, manifests, quarantine, footers, lookup_index, state };
        let table = EventTable(Arc::new(inner));
        if may_write {
            table.add_missing_columns().await?;
            if table.snapshot().listed.is_none() {
                table.settle().await;
            }
        }
        Ok(table)
    }
}

/// What a reader sees of a store whose table is not made yet.
fn empty(settings: &EventDataStoreSettings, schema: &EventSchema) -> Result<TableSnapshot> {
    Ok(TableSnapshot {
        version: 0,
        manifest_head: 0,
        live_manifests: Vec::new(),
        live_quarantine: Vec::new(),
        files: Arc::new(FileSet::default()),
        manifests: Arc::from([]),
        quarantine: Arc::from([]),
        metadata: Arc::new(log::TableMetadata::new(settings, schema.file_schema())?),
        mark: None,
        listed: None,
        unlisted: 0,
        exists: false,
    })
}

impl EventTable {
    /// Identity of the event data store.
    pub fn id(&self) -> &EventDataStoreId {
        &self.0.settings.id
    }

    /// Its columns, added ones among them.
    pub fn schema(&self) -> &Arc<EventSchema> {
        &self.0.schema
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &EventDataStoreSettings {
        &self.0.settings
    }

    /// The lake it belongs to.
    pub fn lake(&self) -> &LakeStorage {
        &self.0.lake
    }

    /// The lake's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.0.lake.clock()
    }

    /// The object store, rooted at `events/`: paths of data files are relative to it.
    pub fn object_store(&self) -> &Arc<dyn ObjectStore> {
        &self.0.events
    }

    /// The footers of its data files that this process has read.
    pub(crate) fn footers(&self) -> &Arc<Footers> {
        &self.0.footers
    }

    /// The newest snapshot this process has seen.
    pub fn snapshot(&self) -> Arc<TableSnapshot> {
        let state = self.0.state.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&state.0)
    }

    /// The newest snapshot there is: reads the commits that are new, or the whole log after a long time.
    pub async fn refresh(&self) -> Result<Arc<TableSnapshot>> {
        let (known, at) = {
            let state = self.0.state.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&state.0), state.1)
        };
        let now = self.0.lake.clock().now();
        if !known.exists || now - at > FOLLOW_LIMIT {
            let loaded = self.0.lake.load_log(&self.0.events, &self.0.manifests).await?;
            return Ok(loaded.map_or(known, |loaded| self.publish(Arc::new(loaded))));
        }
        let newest = log::follow(&known, &self.0.events, &self.0.manifests).await?;
        Ok(self.publish(newest))
    }

    /// Manifest rows of the objects in `range`, sorted by object, the latest of each. Bounded memory.
    pub async fn manifest_rows(
        &self,
        snapshot: &TableSnapshot,
        range: ObjectRange,
    ) -> Result<BoxStream<'static, Result<ManifestRow>>> {
        let inputs = self.0.manifests.inputs(&snapshot.manifests, &range).await?;
        Ok(merge(inputs, Keep::Latest).map_ok(|row: Sequenced<ManifestRow>| row.row).boxed())
    }

    /// What is set aside, sorted by object: rows of the attempt that the object's latest manifest row names.
    pub async fn quarantine_rows(&self, snapshot: &TableSnapshot) -> Result<BoxStream<'static, Result<QuarantineRow>>> {
        let rows = self.pieces(snapshot, &snapshot.quarantine, Vec::new()).await?;
        Ok(rows.map_ok(|row| row.row).boxed())
    }

    /// Rows of these quarantine files that count, once `newer` rows join the manifest.
    pub(crate) async fn pieces(
        &self,
        snapshot: &TableSnapshot,
        files: &[LiveFile],
        newer: Vec<Sequenced<ManifestRow>>,
    ) -> Result<BoxStream<'static, Result<Sequenced<QuarantineRow>>>> {
        let pieces = self.0.quarantine.inputs(files, &ObjectRange::all()).await?;
        if pieces.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let mut manifest = self.0.manifests.inputs(&snapshot.manifests, &ObjectRange::all()).await?;
        manifest.extend(MergeInput::from_rows(newer));
        Ok(crate::quarantine::live(merge(pieces, Keep::All), merge(manifest, Keep::Latest)))
    }

    /// Stores a piece that is too large for a row, streamed. Returns its path below the store's folder; it belongs to
    /// the lake once a committed [`QuarantineRow::blob`] names it.
    pub async fn put_quarantine_blob(
        &self,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    ) -> Result<String> {
        self.0.lake.require_write()?;
        let path = paths::quarantine_blob(Uuid::new_v4());
        let failed = |error| StorageError::object_store("write", &path)(error);
        let upload = self.0.root.put_multipart(&path).await.map_err(failed)?;
        let mut upload = WriteMultipart::new(upload);
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    let _already_failing = upload.abort().await;
                    return Err(failed(object_store::Error::Generic { store: "source", source: Box::new(error) }));
                }
            };
            upload.wait_for_capacity(4).await.map_err(failed)?;
            upload.put(piece);
        }
        upload.finish().await.map_err(failed)?;
        Ok(path.to_string())
    }

    /// Reads a piece that [`EventTable::put_quarantine_blob`] stored.
    pub async fn quarantine_blob(&self, path: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let blob = paths::quarantine_blob_of(path)
            .ok_or_else(|| StorageError::corrupt(path, "a quarantine row names it, but it is no quarantine file"))?;
        let found = self.0.root.get(&blob).await.map_err(StorageError::object_store("read", &blob))?;
        Ok(found.into_stream().map(move |piece| piece.map_err(StorageError::object_store("read", &blob))).boxed())
    }

    /// Makes `snapshot` the newest, unless a newer one is known. Returns the newest.
    pub(crate) fn publish(&self, snapshot: Arc<TableSnapshot>) -> Arc<TableSnapshot> {
        let now = self.0.lake.clock().now();
        let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
        if snapshot.version >= state.0.version {
            *state = (snapshot, now);
        }
        Arc::clone(&state.0)
    }

    /// Notes that there is a file list of `version`.
    pub(crate) fn note_list(&self, version: u64) {
        let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
        let unlisted = if state.0.version == version { 0 } else { state.0.unlisted };
        let noted = TableSnapshot { listed: Some(version), unlisted, ..TableSnapshot::clone(&state.0) };
        state.0 = Arc::new(noted);
    }

    /// Brings the schema in the log to that of the settings.
    async fn add_missing_columns(&self) -> Result<()> {
        let mut snapshot = self.snapshot();
        let file_schema = self.0.schema.file_schema();
        let wanted = log::table_schema_string(file_schema, self.0.settings.partition_by)?;
        while log::lacks_columns(&snapshot.metadata.schema_string, &wanted)? {
            let mut change = TableChange::new(Operation::AddColumn);
            change.metadata = Some(Arc::clone(file_schema));
            match self.commit(&snapshot, change).await? {
                crate::CommitOutcome::Committed(_) => return Ok(()),
                crate::CommitOutcome::Conflict(newest) => snapshot = newest,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
