//! The lake: its document, how it is opened, and where its parts lie.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, PutMode, PutOptions};
use tokio_util::task::TaskTracker;
use traillake_model::{Clock, EventDataStoreId, LakeId, LakeMetadata, ModelError, checked_account, checked_region};

use crate::location::Location;
use crate::manifest::SortedFiles;
use crate::stores::SeenSettings;
use crate::{Result, StorageError, TableSnapshot, documents, log, paths};

/// Account and region in the ARNs of a lake, fixed when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeHome {
    account: String,
    region: String,
}

impl Default for LakeHome {
    /// No account in particular, `000000000000`, in `us-east-1`.
    fn default() -> Self {
        Self { account: "000000000000".to_owned(), region: "us-east-1".to_owned() }
    }
}

impl LakeHome {
    /// The home in this account.
    ///
    /// # Errors
    /// [`ModelError::InvalidAccount`] unless it has 12 digits.
    pub fn with_account(self, account: &str) -> Result<Self, ModelError> {
        let text = account.to_owned();
        checked_account(account).map_or(Err(ModelError::InvalidAccount { text }), |account| {
            Ok(Self { account: account.to_owned(), ..self })
        })
    }

    /// The home in this region.
    ///
    /// # Errors
    /// [`ModelError::InvalidRegion`] for what is no region name.
    pub fn with_region(self, region: &str) -> Result<Self, ModelError> {
        let text = region.to_owned();
        checked_region(region)
            .map_or(Err(ModelError::InvalidRegion { text }), |region| Ok(Self { region: region.to_owned(), ..self }))
    }
}

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
    seen_settings: SeenSettings,
}

impl LakeStorage {
    /// Opens the lake at `location`. For writing, makes it when there is none, and proves that the object store
    /// honours create-if-absent, on which every commit rests.
    pub async fn open(location: &Location, mode: OpenMode, clock: Arc<dyn Clock>) -> Result<Self> {
        Self::open_at(location, mode, clock, &LakeHome::default()).await
    }

    /// [`open`](Self::open); a lake that is made by it has this home, one that is there keeps its own.
    pub async fn open_at(location: &Location, mode: OpenMode, clock: Arc<dyn Clock>, home: &LakeHome) -> Result<Self> {
        let root = location.rooted();
        let url = location.url.to_string();
        let found = documents::read_optional(root.as_ref(), &Path::from(paths::LAKE)).await?;
        let document = match (found, mode) {
            (Some(document), _) => document,
            (None, OpenMode::Read) => return Err(StorageError::LakeNotFound { url }),
            (None, OpenMode::Write) => make(root.as_ref(), clock.as_ref(), home).await?,
        };
        let metadata = LakeMetadata::from_json(&document)?;
        if mode == OpenMode::Write {
            prove_create_if_absent(root.as_ref(), document, url).await?;
        }
        let (location, loads, seen_settings) = (location.clone(), TaskTracker::new(), SeenSettings::default());
        Ok(Self(Arc::new(Inner { location, root, mode, clock, metadata, loads, seen_settings })))
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

    /// Reads the lake's document again: fails when the object store does not answer or the lake is no longer there.
    pub async fn probe(&self) -> Result<()> {
        let found = documents::read_optional(self.0.root.as_ref(), &Path::from(paths::LAKE)).await?;
        let gone = || StorageError::LakeNotFound { url: self.0.location.url.to_string() };
        found.map(|_| ()).ok_or_else(gone)
    }

    /// The object store, rooted at the lake.
    pub fn object_store(&self) -> &Arc<dyn ObjectStore> {
        &self.0.root
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Settings of stores as they were last read.
    pub(crate) fn seen_settings(&self) -> &SeenSettings {
        &self.0.seen_settings
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
async fn make(root: &dyn ObjectStore, clock: &dyn Clock, home: &LakeHome) -> Result<Bytes> {
    let metadata = LakeMetadata::new(LakeId::random(), &home.region, &home.account, clock.now());
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
    async fn a_home_is_for_the_lake_that_is_made_and_later_ones_change_nothing() {
        let location = Location::in_memory("x");
        let at = |account, region| {
            let home = LakeHome::default().with_account(account).unwrap().with_region(region).unwrap();
            let location = location.clone();
            async move { LakeStorage::open_at(&location, OpenMode::Write, Arc::new(SystemClock), &home).await.unwrap() }
        };
        for lake in [at("111122223333", "eu-west-1").await, at("444455556666", "eu-west-2").await] {
            let found = (lake.metadata().account.as_str(), lake.metadata().region.as_str());
            assert_eq!(found, ("111122223333", "eu-west-1"));
        }
        assert!(LakeHome::default().with_account("1").is_err() && LakeHome::default().with_region("a/b").is_err());
    }

    #[tokio::test]
    async fn a_lake_that_is_gone_no_longer_answers() {
        let location = Location::in_memory("x");
        let lake = open(&location, OpenMode::Write).await.unwrap();
        lake.probe().await.unwrap();
        location.store.delete(&Path::from("lake.json")).await.unwrap();
        assert!(matches!(lake.probe().await, Err(StorageError::LakeNotFound { .. })));
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
