//! Index objects come and go: one for the files of a commit, made one with those that lie there already.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};
use traillake_model::Period;
use uuid::Uuid;

use super::LookupIndex;
use super::known::{Known, Object};
use super::object::{decode, encode};
use super::segment::{FileLookup, IndexedFile, Segment};
use super::values::file_key;
use crate::snapshot::{NewFile, TableSnapshot};
use crate::{EventTable, Operation, Result, StorageError, TableChange, paths};

/// Objects of about one size that become one.
const MERGED_AT_ONCE: usize = 4;
/// An object grows to about this size by commits: two of them are held in memory while they are merged.
const FULL_BYTES: u64 = 16 << 20;
/// The same where an index is made whole.
const GATHERED_BYTES: u64 = 128 << 20;
/// Sizes from this one on are told apart by their fourfold.
const SMALLEST_BYTES: u64 = 64 << 10;

impl EventTable {
    /// Brings the lookup index up to date after a commit. What goes wrong only costs speed, and is told in the log.
    pub(crate) async fn index_change(&self, after: &TableSnapshot, change: TableChange) {
        if change.add.is_empty() && change.remove.is_empty() {
            return;
        }
        if let Err(error) = self.try_index_change(after, change).await {
            tracing::warn!(
                store = %self.id(),
                error = &error as &dyn std::error::Error,
                "the lookup index lacks a commit; its files are scanned until `traillake index`"
            );
        }
    }

    async fn try_index_change(&self, after: &TableSnapshot, change: TableChange) -> Result<()> {
        let index = &self.0.lookup_index;
        let sweep = change.operation == Operation::Expire;
        let has_removed = !change.remove.is_empty();
        let segments = run(move || segments_of(&change.add)).await?;
        let (known, _) = index.known(after.version).await?;
        if segments.is_empty() && (!has_removed || known.objects.is_empty()) {
            return Ok(());
        }
        let mut chosen = similar(&known.objects, size_of(&segments));
        let mut live = HashSet::new();
        if has_removed || !chosen.is_empty() {
            live = live_keys(after);
            let is_light = |number: &usize| sweep || size(&known.objects, *number) <= 2 * FULL_BYTES;
            chosen.extend(stale(&known.objects, &live, sweep).into_iter().filter(is_light));
        }
        index.merge(&known, &chosen, segments, &live).await
    }
}

impl EventTable {
    /// Objects that tell of no live file of `snapshot`, or cannot be read.
    pub(crate) async fn unused_lookup_objects(&self, snapshot: &TableSnapshot) -> Result<Vec<ObjectMeta>> {
        let index = &self.0.lookup_index;
        index.relist().await;
        let (known, _) = index.known(snapshot.version).await?;
        let live = live_keys(snapshot);
        let is_unused = |object: &&Arc<Object>| !object.directory.files().any(|file| live.contains(&file.key));
        Ok(known.objects.iter().filter(is_unused).map(|object| object.meta.clone()).collect())
    }
}

impl LookupIndex {
    /// Puts one object with `segments` and with those segments of the `chosen` objects that have a live file; then
    /// removes the chosen ones.
    pub(super) async fn merge(
        &self,
        known: &Known,
        chosen: &HashSet<usize>,
        mut segments: Vec<Segment>,
        live: &HashSet<u64>,
    ) -> Result<()> {
        let mut merged = Vec::new();
        for object in chosen.iter().filter_map(|&number| known.objects.get(number)) {
            // One that is damaged is removed as well: it is of no use.
            segments.extend(
                decode(&self.whole(object).await?).into_iter().flatten().filter(|segment| has_live(segment, live)),
            );
            merged.push(object.meta.location.clone());
        }
        self.put_and_delete(segments, merged).await
    }
}

impl LookupIndex {
    /// Puts `segments` in the place of an object; none are left of one that holds nothing of use.
    pub(super) async fn replace(&self, known: &Known, number: usize, segments: Vec<Segment>) -> Result<()> {
        let object = known.objects.get(number).map(|object| object.meta.location.clone());
        self.put_and_delete(segments, object.into_iter().collect()).await
    }

    /// Adds segments that no commit brings, merged with what is there as a commit's are.
    pub(super) async fn add(&self, snapshot: &TableSnapshot, segments: Vec<Segment>) -> Result<()> {
        let (known, _) = self.known(snapshot.version).await?;
        let chosen = similar(&known.objects, size_of(&segments));
        self.merge(&known, &chosen, segments, &live_keys(snapshot)).await
    }

    /// Makes few objects of many.
    pub(super) async fn gather(&self, snapshot: &TableSnapshot) -> Result<()> {
        let (known, _) = self.known(snapshot.version).await?;
        let live = live_keys(snapshot);
        let mut open: Vec<usize> = (0..known.objects.len()).collect();
        open.retain(|&number| size(&known.objects, number) < GATHERED_BYTES / 2);
        while let Some(first) = open.pop() {
            let mut total = size(&known.objects, first);
            let (chosen, rest): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|&number| {
                let size = size(&known.objects, number);
                let fits = total + size <= GATHERED_BYTES;
                total += if fits { size } else { 0 };
                fits
            });
            open = rest;
            if !chosen.is_empty() {
                let chosen = chosen.into_iter().chain([first]).collect();
                self.merge(&known, &chosen, Vec::new(), &live).await?;
            }
        }
        Ok(())
    }

    async fn put_and_delete(&self, segments: Vec<Segment>, doomed: Vec<Path>) -> Result<()> {
        if !segments.is_empty() {
            let object = run(move || encode(&segments)).await?;
            create(self.root.as_ref(), object).await?;
        }
        for path in doomed {
            match self.root.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(StorageError::object_store("delete", path)(error)),
            }
        }
        self.relist().await;
        Ok(())
    }
}

fn size(objects: &[Arc<Object>], number: usize) -> u64 {
    objects.get(number).map_or(0, |object| object.meta.size)
}

fn size_of(segments: &[Segment]) -> u64 {
    segments.iter().flat_map(|segment| &segment.regions).map(|region| region.len() as u64).sum()
}

/// Creates an object under a new name.
async fn create(root: &dyn ObjectStore, object: Bytes) -> Result<()> {
    let path: Path = paths::lookup_object(Uuid::new_v4());
    let put = root.put_opts(&path, object.into(), PutOptions::from(PutMode::Create)).await;
    put.map(|_| ()).map_err(StorageError::object_store("write", path))
}

/// Runs what takes a processor on a thread for it.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StorageError::Internal { reason: format!("indexing stopped: {error}") })
}

/// The new files by day or month, so that what expires leaves no trace; large ones each for itself.
pub(super) fn segments_of(files: &[NewFile]) -> Vec<Segment> {
    let mut periods: BTreeMap<Period, (Vec<IndexedFile>, Vec<&[u64]>)> = BTreeMap::new();
    let mut segments = Vec::new();
    for file in files {
        let key = file_key(&file.path);
        match file.lookup.as_deref() {
            Some(FileLookup::Values { rows, sections }) => {
                let (files, all) = periods.entry(file.partition.period).or_default();
                files.push(IndexedFile { key, rows: *rows });
                all.extend(sections.iter().map(Vec::as_slice));
            }
            Some(FileLookup::Encoded(segment)) => {
                let files = segment.files.iter().map(|file| IndexedFile { key, ..*file }).collect();
                segments.push(Segment { files, ..segment.clone() });
            }
            None => {}
        }
    }
    segments.extend(periods.into_values().map(|(files, sections)| Segment::new(files, &sections)));
    segments
}

/// Keys of the live files.
pub(super) fn live_keys(snapshot: &TableSnapshot) -> HashSet<u64> {
    snapshot.files.iter().map(|file| file_key(&file.path)).collect()
}

fn has_live(segment: &Segment, live: &HashSet<u64>) -> bool {
    segment.files.iter().any(|file| live.contains(&file.key))
}

/// Objects that a new one of `new_bytes` is merged with: where there are enough of about its size, those, and so on
/// upwards. So an object is rewritten a logarithmic number of times, and few are there at any time.
fn similar(objects: &[Arc<Object>], new_bytes: u64) -> HashSet<usize> {
    let mut open: Vec<(u64, usize)> = objects
        .iter()
        .enumerate()
        .map(|(number, object)| (object.meta.size, number))
        .filter(|&(size, _)| size < FULL_BYTES / 2)
        .collect();
    open.sort_unstable();
    let (mut chosen, mut total) = (HashSet::new(), new_bytes);
    loop {
        let same = open.partition_point(|&(size, _)| tier(size) <= tier(total));
        if same + 1 < MERGED_AT_ONCE {
            return chosen;
        }
        for (size, number) in open.drain(..same) {
            if total + size > FULL_BYTES {
                return chosen;
            }
            total += size;
            chosen.insert(number);
        }
    }
}

fn tier(bytes: u64) -> u32 {
    (bytes / SMALLEST_BYTES).checked_ilog(4).map_or(0, |tier| tier + 1)
}

/// Objects of which an eighth is segments of no live file; in a `sweep`, any such segment is too many.
fn stale(objects: &[Arc<Object>], live: &HashSet<u64>, sweep: bool) -> HashSet<usize> {
    let is_stale = |object: &Object| {
        let (mut all, mut dead) = (0_u64, 0_u64);
        for files in object.directory.levels.iter().flat_map(|level| &level.segments) {
            let rows = files.iter().fold(1, |sum: u64, file| sum.saturating_add(file.rows));
            all = all.saturating_add(rows);
            if !files.iter().any(|file| live.contains(&file.key)) {
                dead = dead.saturating_add(rows);
            }
        }
        dead > if sweep { 0 } else { all / 8 }
    };
    objects.iter().enumerate().filter(|(_, object)| is_stale(object)).map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::object::Directory;

    fn object(size_bytes: u64) -> Arc<Object> {
        Arc::new(Object::of(Path::from("x"), size_bytes, Directory::default()))
    }

    #[test]
    fn an_object_is_rewritten_a_logarithmic_number_of_times_and_few_are_there() {
        let (mut objects, mut written, mut most): (Vec<Arc<Object>>, u64, usize) = (Vec::new(), 0, 0);
        for _ in 0..2_000 {
            let chosen = similar(&objects, 500_000);
            let size = 500_000 + chosen.iter().map(|&number| objects[number].meta.size).sum::<u64>();
            let kept = objects.iter().enumerate().filter(|(number, _)| !chosen.contains(number));
            objects = kept.map(|(_, object)| Arc::clone(object)).collect();
            objects.push(object(size));
            written += size;
            most = most.max(objects.iter().filter(|object| object.meta.size < FULL_BYTES / 2).count());
        }
        assert!(written < 2_000 * 500_000 * 5, "{written}");
        assert!(most <= 12, "{most}");
        assert!(objects.iter().all(|object| object.meta.size <= FULL_BYTES + 500_000));
    }

    #[test]
    fn tiny_objects_are_merged_by_four() {
        assert!(similar(&[object(10), object(20)], 10).is_empty());
        assert_eq!(similar(&[object(10), object(20), object(30)], 10).len(), 3);
    }
}
