//! The footers a process has read of one store, within a limit of memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use datafusion::common::Result;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use object_store::{ObjectMeta, ObjectStore};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaDataReader};
use parquet::schema::types::SchemaDescPtr;

use super::Footer;
use crate::layout::{FOOTER_HINT_BYTES, footer_hint};

/// Memory that the footers of one store may take: some 20,000 files of one row group.
const FOOTER_CACHE_BYTES: usize = 256 << 20;
/// Bytes of files that are kept whole until their rows are read, which is most often the next thing.
const WHOLE_BYTES: usize = 16 << 20;
/// Schemas kept for new files to share: a store has one for each version of its columns.
const SCHEMAS: usize = 16;

/// Footers by path. Data files never change, so neither do their footers.
#[derive(Debug)]
pub(crate) struct Footers {
    limit: usize,
    state: Mutex<State>,
}

/// Two generations: what is used moves to the young one, and when that has grown, the old one is forgotten.
#[derive(Debug, Default)]
struct State {
    young: HashMap<String, Arc<Footer>>,
    old: HashMap<String, Arc<Footer>>,
    young_bytes: usize,
    schemas: Vec<SchemaDescPtr>,
    /// Files no larger than what is read for a footer, by path.
    wholes: HashMap<String, Bytes>,
    whole_bytes: usize,
}

impl Default for Footers {
    fn default() -> Self {
        Self { limit: FOOTER_CACHE_BYTES, state: Mutex::default() }
    }
}

impl Footers {
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
            && (known.pages.is_some() || !with_pages)
        {
            return Ok(known);
        }
        let read = if meta.size <= FOOTER_HINT_BYTES as u64 {
            let whole = self.read_whole(store, meta).await?;
            Arc::new(ParquetMetaDataReader::new().with_page_index_policy(pages).parse_and_finish(&whole)?)
        } else {
            DFParquetMetadata::new(store, meta)
                .with_metadata_size_hint(Some(footer_hint(meta.size)))
                .with_page_index_policy(Some(pages))
                .fetch_metadata()
                .await?
        };
        let schema = self.shared(read.file_metadata().schema_descr_ptr());
        let footer = Arc::new(Footer::try_new(Arc::unwrap_or_clone(read), schema, meta.size, with_pages)?);
        self.state().insert(meta.location.as_ref().to_owned(), Arc::clone(&footer), self.limit);
        Ok(footer)
    }

    /// All of a small file.
    async fn read_whole(&self, store: &dyn ObjectStore, meta: &ObjectMeta) -> Result<Bytes> {
        let path = meta.location.as_ref();
        if let Some(whole) = self.state().wholes.get(path) {
            return Ok(whole.clone());
        }
        let all = 0..meta.size;
        let read = store.get_ranges(&meta.location, std::slice::from_ref(&all)).await?.pop();
        let whole = read.filter(|read| read.len() as u64 == meta.size);
        let whole = whole.ok_or_else(|| ParquetError::EOF(format!("`{path}` is shorter than the log says")))?;
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

    /// The schema that files of this shape share.
    fn shared(&self, schema: SchemaDescPtr) -> SchemaDescPtr {
        let known = &mut self.state().schemas;
        if let Some(same) = known.iter().find(|same| same.root_schema() == schema.root_schema()) {
            return Arc::clone(same);
        }
        if known.len() == SCHEMAS {
            known.remove(0);
        }
        known.push(Arc::clone(&schema));
        schema
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let footers = Footers { limit: 9 * one, state: Mutex::default() };
        for meta in &metas {
            let first = footers.get(store, meta, PageIndexPolicy::Skip).await.unwrap();
            assert!(footers.known(metas[0].location.as_ref()).is_some(), "it is asked for all the time");
            let again = footers.get(store, meta, PageIndexPolicy::Skip).await.unwrap();
            assert!(Arc::ptr_eq(&first, &again) && Arc::ptr_eq(first.schema(), again.schema()));
        }
        let kept = metas.iter().filter(|meta| footers.known(meta.location.as_ref()).is_some()).count();
        assert!((4..=9).contains(&kept), "{kept}");
    }
}
