//! The lake: its document, how it is opened, and where its parts lie.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, PutMode, PutOptions};
use tokio_util::task::TaskTracker;
use traillake_model::{Clock, EventDataStoreId, LakeId, LakeMetadata};

use crate::location::Location;
use crate::manifest::SortedFiles;
use crate::{Result, StorageError, TableSnapshot, documents, log, paths};

/// Region in the ARNs of a lake that lies nowhere in particular.
const REGION: &str = "us-east-1";
/// Account in the ARNs of a lake that belongs to none.
const ACCOUNT: &str = "000000000000";

/// What a lake is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Reading; writes nothing at all.
    Read,
    /// Reading and writing; makes the lake when there is none.
    Write,
}

/// An open lake. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LakeStorage(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    location: Location,
    root: Arc<dyn ObjectStore>,
    mode: OpenMode,
    clock: Arc<dyn Clock>,
    metadata: LakeMetadata,
    /// Logs being loaded.
    loads: TaskTracker,
}

impl LakeStorage {
    /// Opens the lake at `location`. For writing, makes it when there is none, and proves that the object store
    /// honours create-if-absent, on which every commit rests.
    pub async fn open(location: &Location, mode: OpenMode, clock: Arc<dyn Clock>) -> Result<Self> {
        let root = location.rooted();
        let url = location.url.to_string();
        let found = documents::read_optional(root.as_ref(), &Path::from(paths::LAKE)).await?;
        let document = match (found, mode) {
            (Some(document), _) => document,
            (None, OpenMode::Read) => return Err(StorageError::LakeNotFound { url }),
            (None, OpenMode::Write) => make(root.as_ref(), clock.as_ref()).await?,
        };
        let metadata = LakeMetadata::from_json(&document)?;
        if mode == OpenMode::Write {
            prove_create_if_absent(root.as_ref(), document, url).await?;
        }
        Ok(Self(Arc::new(Inner { location: location.clone(), root, mode, clock, metadata, loads: TaskTracker::new() })))
    }

    /// The lake's document.
    pub fn metadata(&self) -> &LakeMetadata {
        &self.0.metadata
    }

    /// Where it lies.
    pub fn location(&self) -> &Location {
        &self.0.location
    }

    /// What it was opened for.
    pub fn mode(&self) -> OpenMode {
        self.0.mode
    }

    /// The object store, rooted at the lake.
    pub fn object_store(&self) -> &Arc<dyn ObjectStore> {
        &self.0.root
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The object store, rooted at the folder of an event data store.
    pub(crate) fn store_root(&self, id: &EventDataStoreId) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(Arc::clone(&self.0.location.store), self.path_of(&paths::store(id))))
    }

    /// The object store, rooted at the Delta table of an event data store.
    pub(crate) fn events_root(&self, id: &EventDataStoreId) -> Arc<dyn ObjectStore> {
        let events = paths::store(id).join(paths::EVENTS);
        Arc::new(PrefixStore::new(Arc::clone(&self.0.location.store), self.path_of(&events)))
    }

    /// Loads the log of a table, to its end even when the caller goes away: threads of the log library wait for it.
    pub(crate) async fn load_log(
        &self,
        events: &Arc<dyn ObjectStore>,
        manifests: &SortedFiles,
    ) -> Result<Option<TableSnapshot>> {
        let (events, manifests) = (Arc::clone(events), manifests.clone());
        let load = self.0.loads.spawn(async move { log::load(&events, &manifests).await });
        match load.await {
            Ok(loaded) => loaded,
            Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            Err(_) => Err(StorageError::Internal { reason: "the log was not loaded to its end".into() }),
        }
    }

    /// Waits for work whose caller has gone away. A program that gives up a query, by a time limit say, waits for it
    /// before its runtime ends.
    pub async fn settled(&self) {
        self.0.loads.close();
        self.0.loads.wait().await;
        self.0.loads.reopen();
    }

    /// Fails unless the lake is open for writing.
    pub(crate) fn require_write(&self) -> Result<()> {
        match self.0.mode {
            OpenMode::Write => Ok(()),
            OpenMode::Read => Err(StorageError::ReadOnly { url: self.0.location.url.to_string() }),
        }
    }

    fn path_of(&self, path: &Path) -> Path {
        self.0.location.prefix.parts().chain(path.parts()).collect()
    }
}

/// Makes `lake.json`. Two processes may do so at once: what lies there in the end is the lake of both.
async fn make(root: &dyn ObjectStore, clock: &dyn Clock) -> Result<Bytes> {
    let metadata = LakeMetadata::new(LakeId::random(), REGION, ACCOUNT, clock.now());
    let document = Bytes::from(metadata.to_json()?);
    match documents::create(root, &Path::from(paths::LAKE), &document, |found| *found == document).await? {
        documents::Created::Ours => Ok(document),
        documents::Created::Theirs(theirs) => Ok(theirs),
    }
}

/// Creates `lake.json` a second time, with the bytes it has: a store that says yes would let commits overwrite each
/// other.
async fn prove_create_if_absent(root: &dyn ObjectStore, document: Bytes, url: String) -> Result<()> {
    let path = Path::from(paths::LAKE);
    match root.put_opts(&path, document.into(), PutOptions::from(PutMode::Create)).await {
        Err(Error::AlreadyExists { .. }) => Ok(()),
        Ok(_) | Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
            Err(StorageError::CreateIfAbsentUnsupported { url })
        }
        Err(error) => Err(StorageError::object_store("write", format!("{url}{}", paths::LAKE))(error)),
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;
    use traillake_model::SystemClock;

    use super::*;
    use crate::testing::{Fault, Faulty};

    async fn open(location: &Location, mode: OpenMode) -> Result<LakeStorage> {
        LakeStorage::open(location, mode, Arc::new(SystemClock)).await
    }

    #[tokio::test]
    async fn a_lake_keeps_its_identity() {
        let location = Location::in_memory("x");
        let first = open(&location, OpenMode::Write).await.unwrap();
        for mode in [OpenMode::Read, OpenMode::Write] {
            assert_eq!(open(&location, mode).await.unwrap().metadata(), first.metadata());
        }
    }

    #[tokio::test]
    async fn reading_makes_no_lake() {
        let location = Location::in_memory("x");
        let error = open(&location, OpenMode::Read).await.unwrap_err();
        assert!(matches!(error, StorageError::LakeNotFound { .. }), "{error}");
        assert!(location.store.get(&Path::from("lake.json")).await.is_err());
    }

    #[tokio::test]
    async fn two_processes_that_make_a_lake_at_once_share_it() {
        let location = Location::in_memory("x");
        let (a, b) = tokio::join!(open(&location, OpenMode::Write), open(&location, OpenMode::Write));
        assert_eq!(a.unwrap().metadata().id, b.unwrap().metadata().id);
    }

    #[tokio::test]
    async fn a_lost_answer_while_making_a_lake_does_no_harm() {
        let inner = Location::in_memory("x");
        let faulty: Arc<dyn ObjectStore> =
            Arc::new(Faulty::all(Arc::clone(&inner.store), Fault::LostAcknowledgement, 1..2));
        let lake = open(&Location { store: faulty, ..inner.clone() }, OpenMode::Write).await.unwrap();
        assert_eq!(open(&inner, OpenMode::Read).await.unwrap().metadata(), lake.metadata());
    }

    #[tokio::test]
    async fn a_lake_of_another_format_is_refused() {
        let location = Location::in_memory("x");
        location.store.put(&Path::from("lake.json"), r#"{"format_version":99}"#.into()).await.unwrap();
        let error = open(&location, OpenMode::Write).await.unwrap_err();
        assert!(matches!(error, StorageError::Model { .. }), "{error}");
    }
}
