//! The index objects of a store as this process knows them: their directories, and the shards read last.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};

use super::object::{self, Directory, FOOTER_BYTES};
use super::sections_of;
use crate::{Result, StorageError, paths};

/// Bytes read with the first request for a directory.
const END_BYTES: u64 = 64 << 10;
/// An object of at most so many bytes is read whole over a network, where a second request costs more than they do.
const FAR_WHOLE_BYTES: u64 = 512 << 10;
/// Directories and shards read at once.
pub(super) const READS_AT_ONCE: usize = 16;
/// Bytes of shards that are kept.
const CACHED_BYTES: usize = 64 << 20;

/// The lookup index of one store.
#[derive(Debug)]
pub(crate) struct LookupIndex {
    pub(super) root: Arc<dyn ObjectStore>,
    is_far: bool,
    known: tokio::sync::Mutex<(Option<u64>, Arc<Known>)>,
    /// The objects that were listed when the table was opened at this version.
    offered: Mutex<Option<(u64, Vec<ObjectMeta>)>>,
    shards: Mutex<Shards>,
}

/// The objects that were listed last.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) objects: Vec<Arc<Object>>,
    places: HashMap<u64, Place>,
}

/// An object with its directory; an empty one where that cannot be read.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) meta: ObjectMeta,
    pub(super) directory: Directory,
    /// All of it, if it is small.
    whole: Option<Bytes>,
}

/// Where the pairs of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) object: usize,
    pub(super) level: usize,
    pub(super) segment: usize,
    /// Number of the file's first section in the segment.
    pub(super) section: u64,
    /// Rows the index knows of.
    pub(super) rows: u64,
}

#[derive(Debug, Default)]
struct Shards {
    bytes: HashMap<(Path, u64), Bytes>,
    held: usize,
}

impl LookupIndex {
    /// Of a store that is read over a network, or on this machine.
    pub(crate) fn new(root: Arc<dyn ObjectStore>, is_far: bool) -> Self {
        let (known, offered, shards) = (tokio::sync::Mutex::default(), Mutex::default(), Mutex::default());
        Self { root, is_far, known, offered, shards }
    }

    /// Takes note of the objects there are at `version`, which somebody has listed.
    pub(crate) fn offer(&self, version: u64, objects: Vec<ObjectMeta>) {
        *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, objects));
    }

    /// What is known for a search at `version`, which may do without the newest objects: [`known`](Self::known), by the
    /// listing that was offered where there is one.
    pub(super) async fn known_to_search(&self, version: u64) -> Result<(Arc<Known>, u64)> {
        let offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut known = self.known.lock().await;
        if known.0.is_none()
            && let Some((_, objects)) = offered.filter(|(offered, _)| *offered == version)
        {
            let (opened, read) = self.opened(objects, &known.1).await;
            *known = (Some(version), Arc::new(opened));
            return Ok((Arc::clone(&known.1), read));
        }
        drop(known);
        self.known(version).await
    }

    /// The objects there are for `version` of the table, listed anew when it is not the version asked for last; and the
    /// bytes that took.
    pub(super) async fn known(&self, version: u64) -> Result<(Arc<Known>, u64)> {
        let mut known = self.known.lock().await;
        let mut bytes_read = 0;
        if known.0 != Some(version) {
            let (listed, read) = self.list(&known.1).await?;
            bytes_read = read;
            *known = (Some(version), Arc::new(listed));
        }
        Ok((Arc::clone(&known.1), bytes_read))
    }

    /// Forgets what was listed: objects have come or gone.
    pub(super) async fn relist(&self) {
        self.offered.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.known.lock().await.0 = None;
    }

    async fn list(&self, before: &Known) -> Result<(Known, u64)> {
        let folder = Path::from(paths::LOOKUP_INDEX);
        let listed = self.root.list(Some(&folder)).try_collect::<Vec<ObjectMeta>>().await;
        Ok(self.opened(listed.map_err(StorageError::object_store("list", &folder))?, before).await)
    }

    /// The objects among `listed` with their directories, and the bytes that were read for them.
    async fn opened(&self, mut listed: Vec<ObjectMeta>, before: &Known) -> (Known, u64) {
        listed.retain(|meta| paths::is_lookup_object(&meta.location));
        listed.sort_by(|a, b| a.location.cmp(&b.location));
        let open: HashMap<&Path, &Arc<Object>> =
            before.objects.iter().map(|object| (&object.meta.location, object)).collect();
        let opened: Vec<BoxFuture<'_, _>> = listed
            .iter()
            .map(|meta| match open.get(&meta.location) {
                Some(object) => std::future::ready(Ok((Arc::clone(object), 0))).boxed(),
                None => self.open(meta).boxed(),
            })
            .collect();
        let opened: Vec<Result<(Arc<Object>, u64)>> =
            futures::stream::iter(opened).buffered(READS_AT_ONCE).collect().await;
        // An object that is gone or cannot be read now only costs speed.
        let opened: Vec<(Arc<Object>, u64)> = opened.into_iter().flatten().collect();
        let bytes_read = opened.iter().map(|(_, bytes)| bytes).sum();
        let objects = opened.into_iter().map(|(object, _)| object).collect();
        (Known::new(objects), bytes_read)
    }

    async fn open(&self, meta: &ObjectMeta) -> Result<(Arc<Object>, u64)> {
        let size = meta.size;
        let is_small = self.is_far && size <= FAR_WHOLE_BYTES;
        let mut start = if is_small { 0 } else { size.saturating_sub(END_BYTES) };
        let mut end = self.read(&meta.location, start..size).await?;
        let mut bytes_read = end.len() as u64;
        let needed = object::directory_length(&end).map_or(0, |length| length.saturating_add(FOOTER_BYTES) as u64);
        if needed > end.len() as u64 && needed <= size {
            start = size - needed;
            end = self.read(&meta.location, start..size).await?;
            bytes_read += end.len() as u64;
        }
        let directory = object::directory(&end, size);
        let object =
            Object { meta: meta.clone(), directory: directory.unwrap_or_default(), whole: (start == 0).then_some(end) };
        Ok((Arc::new(object), bytes_read))
    }

    async fn read(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        // By the request for several ranges, which a read cache answers.
        let read = self.root.get_ranges(path, &[range]).await.map_err(StorageError::object_store("read", path))?;
        read.into_iter().next().ok_or_else(|| StorageError::corrupt(path, "it ends before the range"))
    }

    /// The bytes of a shard, and how many of them had to be read.
    pub(super) async fn shard(&self, object: &Object, range: Range<u64>) -> Result<(Bytes, u64)> {
        if let Some(whole) = &object.whole {
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(whole.len());
            return Ok((whole.slice(place(range.start)..place(range.end)), 0));
        }
        let key = (object.meta.location.clone(), range.start);
        if let Some(known) = self.shards.lock().unwrap_or_else(PoisonError::into_inner).bytes.get(&key) {
            return Ok((known.clone(), 0));
        }
        let bytes = self.read(&object.meta.location, range).await?;
        let read = bytes.len();
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        if shards.held + read > CACHED_BYTES {
            *shards = Shards::default();
        }
        shards.held += read;
        shards.bytes.insert(key, bytes.clone());
        Ok((bytes, read as u64))
    }

    /// All of an object.
    pub(super) async fn whole(&self, object: &Object) -> Result<Bytes> {
        match &object.whole {
            Some(whole) => Ok(whole.clone()),
            None => self.read(&object.meta.location, 0..object.meta.size).await,
        }
    }
}

#[cfg(test)]
impl Object {
    /// An object that is not read.
    pub(super) fn of(path: Path, size: u64, directory: Directory) -> Self {
        let last_modified = chrono::DateTime::UNIX_EPOCH;
        let meta = ObjectMeta { location: path, last_modified, size, e_tag: None, version: None };
        Self { meta, directory, whole: None }
    }
}

impl Known {
    fn new(objects: Vec<Arc<Object>>) -> Self {
        let mut places = HashMap::new();
        for (number, object) in objects.iter().enumerate() {
            for (level_number, level) in object.directory.levels.iter().enumerate() {
                for (segment, files) in level.segments.iter().enumerate() {
                    let mut section: u64 = 0;
                    for file in files {
                        let place = Place { object: number, level: level_number, segment, section, rows: file.rows };
                        places.entry(file.key).or_insert(place);
                        section = section.saturating_add(sections_of(file.rows));
                    }
                }
            }
        }
        Self { objects, places }
    }

    /// Where the pairs of a file of `rows` rows are; none when the index does not know it as it is.
    pub(super) fn place(&self, key: u64, rows: u64) -> Option<Place> {
        self.places.get(&key).copied().filter(|place| place.rows == rows)
    }
}
