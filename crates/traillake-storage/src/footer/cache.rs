//! The footers a process has read of one store, within a limit of memory.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use datafusion::common::Result;
use object_store::{ObjectMeta, ObjectStore};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use super::shape::Shape;
use super::walk::damaged;
use super::{Footer, footer_bytes};
use crate::layout::footer_hint;

/// Memory that the footers of one store may take: some 25,000 files of one row group.
const FOOTER_CACHE_BYTES: usize = 256 << 20;
/// Bytes of files that are kept whole until their rows are read, which is most often the next thing.
const WHOLE_BYTES: usize = 16 << 20;
/// Shapes kept for new files to share: a store has one for each version of its columns.
const SHAPES: usize = 16;
/// Bytes read at first of a file on this machine, where a second read costs less than memory that is not needed: most
/// footers of one row group.
const NEAR_BYTES: u64 = 16 << 10;

/// Footers by path. Data files never change, so neither do their footers.
#[derive(Debug)]
pub(crate) struct Footers {
    limit: usize,
    is_far: bool,
    state: Mutex<State>,
}

/// Two generations: what is used moves to the young one, and when that has grown, the old one is forgotten.
#[derive(Debug, Default)]
struct State {
    young: HashMap<String, Arc<Footer>>,
    old: HashMap<String, Arc<Footer>>,
    young_bytes: usize,
    shapes: Vec<Arc<Shape>>,
    /// Files no larger than what is read for a footer, by path.
    wholes: HashMap<String, Bytes>,
    whole_bytes: usize,
}

impl Default for Footers {
    fn default() -> Self {
        Self { limit: FOOTER_CACHE_BYTES, is_far: false, state: Mutex::default() }
    }
}

impl Footers {
    /// Of a store that is read over a network, or on this machine.
    pub(crate) fn new(is_far: bool) -> Self {
        Self { is_far, ..Self::default() }
    }

    /// The footer of a file, read where it is not known; with its page index where one is asked for and the file has
    /// one.
    pub(crate) async fn get(
        &self,
        store: &dyn ObjectStore,
        meta: &ObjectMeta,
        pages: PageIndexPolicy,
    ) -> Result<Arc<Footer>> {
        let with_pages = pages != PageIndexPolicy::Skip;
        if let Some(known) = self.known(meta.location.as_ref())
            && (known.with_pages || !with_pages)
        {
            return Ok(known);
        }
        let footer = Arc::new(self.read_footer(store, meta, with_pages).await?);
        self.state().insert(meta.location.as_ref().to_owned(), Arc::clone(&footer), self.limit);
        Ok(footer)
    }

    async fn read_footer(&self, store: &dyn ObjectStore, meta: &ObjectMeta, with_pages: bool) -> Result<Footer> {
        let mut end = self.read_end(store, meta, self.first_bytes(meta.size, with_pages)).await?;
        let bytes = footer_bytes(&end)?;
        if bytes > end.len() {
            end = self.read_end(store, meta, bytes as u64).await?;
        }
        let start = end.len().checked_sub(bytes).ok_or_else(damaged)?;
        let shape = self.shape(end.get(start..).unwrap_or_default())?;
        let footer = Footer::try_new(shape, &end, meta.size)?;
        match footer.page_index() {
            _ if !with_pages => Ok(footer),
            None => Ok(footer.with_pages(None)),
            Some(place) => Ok(footer.with_pages(Some(&read_before(store, meta, &end, place).await?))),
        }
    }

    /// Bytes read at first at the end of a file of `size` bytes.
    fn first_bytes(&self, size: u64, with_pages: bool) -> u64 {
        match (self.is_far, with_pages) {
            (true, _) => footer_hint(size) as u64,
            (false, true) => 2 * NEAR_BYTES,
            (false, false) => NEAR_BYTES,
        }
    }

    /// The last bytes of a file; all of a small one.
    async fn read_end(&self, store: &dyn ObjectStore, meta: &ObjectMeta, bytes: u64) -> Result<Bytes> {
        match meta.size.checked_sub(bytes) {
            Some(start) if start > 0 => read(store, meta, start..meta.size).await,
            _ => self.read_whole(store, meta).await,
        }
    }

    /// All of a small file.
    async fn read_whole(&self, store: &dyn ObjectStore, meta: &ObjectMeta) -> Result<Bytes> {
        let path = meta.location.as_ref();
        if let Some(whole) = self.state().wholes.get(path) {
            return Ok(whole.clone());
        }
        let whole = read(store, meta, 0..meta.size).await?;
        self.state().keep(path.to_owned(), whole.clone());
        Ok(whole)
    }

    /// The bytes of a file that was read whole for its footer, given away once.
    pub(crate) fn take_whole(&self, path: &str) -> Option<Bytes> {
        let mut state = self.state();
        let whole = state.wholes.remove(path)?;
        state.whole_bytes = state.whole_bytes.saturating_sub(whole.len());
        Some(whole)
    }

    /// The footer of a file, if it was read before.
    pub(crate) fn known(&self, path: &str) -> Option<Arc<Footer>> {
        let mut state = self.state();
        if let Some(footer) = state.young.get(path) {
            return Some(Arc::clone(footer));
        }
        let (path, footer) = state.old.remove_entry(path)?;
        state.insert(path, Arc::clone(&footer), self.limit);
        Some(footer)
    }

    /// What files whose footers begin as this one does share.
    fn shape(&self, footer: &[u8]) -> Result<Arc<Shape>> {
        let known = self.state().shapes.clone();
        if let Some(shape) = known.iter().find(|shape| footer.starts_with(&shape.beginning)) {
            return Ok(Arc::clone(shape));
        }
        let shape = Arc::new(Shape::of(footer, known.iter().map(|shape| &shape.schema))?);
        let shapes = &mut self.state().shapes;
        // Somebody else may have read the same meanwhile; files share one schema.
        if let Some(same) = shapes.iter().find(|same| same.beginning == shape.beginning) {
            return Ok(Arc::clone(same));
        }
        if shapes.len() == SHAPES {
            shapes.remove(0);
        }
        shapes.push(Arc::clone(&shape));
        Ok(shape)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A range of a file.
async fn read(store: &dyn ObjectStore, meta: &ObjectMeta, range: Range<u64>) -> Result<Bytes> {
    let read = store.get_ranges(&meta.location, std::slice::from_ref(&range)).await?.pop();
    let read = read.filter(|read| read.len() as u64 == range.end - range.start);
    Ok(read.ok_or_else(|| ParquetError::EOF(format!("`{}` is shorter than the log says", meta.location)))?)
}

/// A range of a file that ends with `end`, which may have some of it.
async fn read_before(store: &dyn ObjectStore, meta: &ObjectMeta, end: &Bytes, range: Range<u64>) -> Result<Bytes> {
    let start = meta.size.saturating_sub(end.len() as u64);
    let place = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
    let known = end.get(place(range.start)..place(range.end)).ok_or_else(damaged)?;
    let missing = range.start..range.end.min(start);
    if missing.is_empty() {
        return Ok(end.slice_ref(known));
    }
    Ok([&read(store, meta, missing).await?, known].concat().into())
}

impl State {
    fn keep(&mut self, path: String, whole: Bytes) {
        if self.whole_bytes + whole.len() > WHOLE_BYTES {
            self.wholes.clear();
            self.whole_bytes = 0;
        }
        self.whole_bytes += whole.len();
        let replaced = self.wholes.insert(path, whole).map_or(0, |old| old.len());
        self.whole_bytes = self.whole_bytes.saturating_sub(replaced);
    }

    fn insert(&mut self, path: String, footer: Arc<Footer>, limit: usize) {
        self.young_bytes += path.len() + footer.memory_bytes();
        self.young.insert(path, footer);
        if self.young_bytes > limit / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::object_meta;
    use crate::table_testing::{day, ingest, partition, records, table};
    use traillake_model::Retention;

    #[tokio::test]
    async fn footers_stay_within_the_limit_and_what_is_used_stays_longest() {
        let table = table(Retention::Unlimited).await;
        for day_of_month in 1..=12 {
            let (day, account) = (day(day_of_month), "111111111111");
            ingest(&table, &partition(account, "us-east-1", day), &records(account, "us-east-1", day, 0..20)).await;
        }
        let snapshot = table.snapshot();
        let metas: Vec<_> = snapshot.files.iter().map(|file| object_meta(file).unwrap()).collect();
        let store = table.object_store().as_ref();
        let one = Footers::default().get(store, &metas[0], PageIndexPolicy::Skip).await.unwrap().memory_bytes();
        let footers = Footers { limit: 9 * one, ..Footers::default() };
        for meta in &metas {
            let first = footers.get(store, meta, PageIndexPolicy::Skip).await.unwrap();
            assert!(footers.known(metas[0].location.as_ref()).is_some(), "it is asked for all the time");
            let again = footers.get(store, meta, PageIndexPolicy::Skip).await.unwrap();
            assert!(Arc::ptr_eq(&first, &again) && Arc::ptr_eq(first.schema(), again.schema()));
        }
        let kept = metas.iter().filter(|meta| footers.known(meta.location.as_ref()).is_some()).count();
        assert!((4..=9).contains(&kept), "{kept}");
    }

    #[tokio::test]
    async fn a_footer_is_the_same_however_much_is_read_at_first() {
        let table = table(Retention::Unlimited).await;
        let (day, account) = (day(11), "111111111111");
        ingest(&table, &partition(account, "us-east-1", day), &records(account, "us-east-1", day, 0..20_000)).await;
        let snapshot = table.snapshot();
        let meta = object_meta(snapshot.files.iter().next().unwrap()).unwrap();
        let store = table.object_store().as_ref();
        let (near, far) = (Footers::new(false), Footers::new(true));
        for pages in [PageIndexPolicy::Skip, PageIndexPolicy::Optional] {
            let [few, many] =
                [near.get(store, &meta, pages).await.unwrap(), far.get(store, &meta, pages).await.unwrap()];
            assert_eq!((few.kept.len(), few.start), (many.kept.len(), many.start));
            assert_eq!(few.page_times(0), many.page_times(0));
            assert_eq!(few.page_times(0).is_some(), pages == PageIndexPolicy::Optional);
            assert_eq!(few.pages(0, 3), many.pages(0, 3));
            assert_eq!(few.chunk(0, 3).unwrap(), many.chunk(0, 3).unwrap());
        }
        let all = read(store, &meta, 0..meta.size).await.unwrap();
        let end = all.slice(all.len() - 1_000..);
        for (from, to) in [(10, 20), (500, 10), (5_000, 10), (5_000, 4_500)] {
            let range = meta.size - from.max(to)..meta.size - from.min(to);
            let place = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            assert_eq!(read_before(store, &meta, &end, range).await.unwrap(), all.slice(place));
        }
    }
}
