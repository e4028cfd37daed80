//! Reads a Parquet file through an object store, by ranges.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, MetadataSuffixFetch};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

/// One Parquet file.
#[derive(Debug, Clone)]
pub(crate) struct ObjectReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    footer_hint_bytes: Option<usize>,
    size_bytes: Option<u64>,
    whole: Option<Bytes>,
}

impl ObjectReader {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, path: Path) -> Self {
        Self { store, path, footer_hint_bytes: None, size_bytes: None, whole: None }
    }

    /// Bytes to read at the end of the file at first: best the whole footer.
    pub(crate) fn with_footer_hint(self, bytes: usize) -> Self {
        Self { footer_hint_bytes: Some(bytes), ..self }
    }

    /// The file's size; needed with a footer hint to read page indexes, because parquet 59 takes the
    /// part of a *suffix* before the footer for the start of the file.
    pub(crate) fn with_size(self, bytes: u64) -> Self {
        Self { size_bytes: Some(bytes), ..self }
    }

    /// All of the file, where it is at hand: ranges within are not read then.
    pub(crate) fn with_whole(self, whole: Option<Bytes>) -> Self {
        Self { whole, ..self }
    }

    fn at_hand(&self, range: &Range<u64>) -> Option<Bytes> {
        let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        self.whole.as_ref().filter(|whole| start <= end && end <= whole.len()).map(|whole| whole.slice(start..end))
    }
}

impl AsyncFileReader for ObjectReader {
    /// By the request for several ranges, which a read cache answers.
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            let read = self.get_byte_ranges(vec![range]).await?.pop();
            read.ok_or_else(|| ParquetError::EOF(format!("`{}` ends before the range", self.path)))
        }
        .boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move {
            match ranges.iter().map(|range| self.at_hand(range)).collect() {
                Some(bytes) => Ok(bytes),
                None => self.store.get_ranges(&self.path, &ranges).await.map_err(external),
            }
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let reader = ParquetMetaDataReader::new()
                .with_arrow_reader_options(options)
                .with_prefetch_hint(self.footer_hint_bytes);
            let metadata = match self.size_bytes {
                Some(size) => reader.load_and_finish(self, size).await?,
                None => reader.load_via_suffix_and_finish(self).await?,
            };
            Ok(Arc::new(metadata))
        }
        .boxed()
    }
}

impl MetadataSuffixFetch for &mut ObjectReader {
    fn fetch_suffix(&mut self, suffix: usize) -> BoxFuture<'_, Result<Bytes>> {
        let options = GetOptions { range: Some(GetRange::Suffix(suffix as u64)), ..GetOptions::default() };
        async move {
            let found = self.store.get_opts(&self.path, options).await.map_err(external)?;
            found.bytes().await.map_err(external)
        }
        .boxed()
    }
}

fn external(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
