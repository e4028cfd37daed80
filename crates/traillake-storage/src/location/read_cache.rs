//! Ranges of remote data files, kept on the local disk up to a size.
//!
//! ```text
//!  ranges of a file that never changes ──> its blocks ──> on disk? ──yes──> the bytes
//!                                                            └─no─> one request per run of missing blocks ──> disk
//! ```
//!
//! Only files whose name holds a UUID are kept: such a name is never used again for other content. What the cache says
//! is checked; a damaged, missing or unwritable block costs a request and nothing else.

mod blocks;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt as _,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};
use uuid::Uuid;

use blocks::{Blocks, FileKey};

/// Bytes of a block: about what a request to S3 costs in transfer time.
const BLOCK_BYTES: u64 = 256 << 10;
/// Requests for missing blocks at once.
const REQUESTS_AT_ONCE: usize = 16;

/// Where what was read of remote lakes is kept, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCache {
    /// A folder of the local disk that only its owner can read; it is made when missing.
    pub folder: PathBuf,
    /// Bytes kept at most; what was not used for the longest time goes first, and what was not used for a week.
    pub bytes: u64,
}

/// An object store whose data files are read through the cache.
#[derive(Debug)]
pub(super) struct CachedReads {
    inner: Arc<dyn ObjectStore>,
    blocks: Blocks,
    /// The address of the store: the same path means another file in another bucket.
    address: String,
}

impl CachedReads {
    pub(super) fn new(inner: Arc<dyn ObjectStore>, address: String, cache: &ReadCache) -> Self {
        Self { inner, blocks: Blocks::new(cache), address }
    }

    fn key(&self, path: &Path) -> Option<FileKey> {
        is_immutable(path).then(|| FileKey::new(&self.address, path.as_ref()))
    }

    /// The blocks from disk, and those that are missing from the store.
    async fn blocks_of(&self, path: &Path, key: FileKey, wanted: &BTreeSet<u64>) -> Result<HashMap<u64, Bytes>> {
        let mut found = self.blocks.read(key, wanted).await;
        let missing = runs(wanted.iter().copied().filter(|block| !found.contains_key(block)));
        let fetched: Vec<_> = futures::stream::iter(missing.into_iter().map(|run| self.fetch(path, run)))
            .buffered(REQUESTS_AT_ONCE)
            .try_collect()
            .await?;
        let fetched: Vec<(u64, Bytes)> = fetched.into_iter().flatten().collect();
        self.blocks.write(key, &fetched).await;
        found.extend(fetched);
        Ok(found)
    }

    async fn fetch(&self, path: &Path, run: Range<u64>) -> Result<Vec<(u64, Bytes)>> {
        let bytes = self.inner.get_range(path, run.start * BLOCK_BYTES..run.end * BLOCK_BYTES).await?;
        Ok(cut(run.start, &bytes))
    }
}

/// The numbered blocks of bytes that begin with block `first`; the last may be short.
fn cut(first: u64, bytes: &Bytes) -> Vec<(u64, Bytes)> {
    #[expect(clippy::cast_possible_truncation, reason = "a block is far smaller than memory")]
    let size = BLOCK_BYTES as usize;
    let starts = (0..bytes.len()).step_by(size);
    (first..).zip(starts.map(|start| bytes.slice(start..bytes.len().min(start + size)))).collect()
}

/// Whether the name holds a UUID.
fn is_immutable(path: &Path) -> bool {
    const LENGTH: usize = 36;
    let Some(name) = path.filename().filter(|name| name.is_ascii()) else { return false };
    (0..name.len().saturating_sub(LENGTH - 1))
        .filter_map(|start| name.get(start..start + LENGTH))
        .any(|part| part.as_bytes().get(8) == Some(&b'-') && Uuid::try_parse(part).is_ok())
}

/// The blocks that a range touches.
fn touched(range: &Range<u64>) -> Range<u64> {
    range.start / BLOCK_BYTES..range.end.div_ceil(BLOCK_BYTES)
}

/// Neighbours in an ascending sequence, as ranges.
fn runs(blocks: impl Iterator<Item = u64>) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for block in blocks {
        match runs.last_mut() {
            Some(run) if run.end == block => run.end += 1,
            _ => runs.push(block..block + 1),
        }
    }
    runs
}

/// The bytes of a range; none when the blocks end before it.
fn assemble(range: &Range<u64>, blocks: &HashMap<u64, Bytes>) -> Option<Bytes> {
    let part = |block: u64| {
        let (bytes, start) = (blocks.get(&block)?, block * BLOCK_BYTES);
        let from = usize::try_from(range.start.saturating_sub(start)).ok()?;
        let to = usize::try_from((range.end - start).min(BLOCK_BYTES)).ok()?;
        (to <= bytes.len()).then(|| bytes.slice(from..to))
    };
    let mut touched = touched(range);
    if touched.end - touched.start == 1 {
        return part(touched.start);
    }
    touched
        .try_fold(BytesMut::new(), |mut whole, block| {
            whole.extend_from_slice(&part(block)?);
            Some(whole)
        })
        .map(BytesMut::freeze)
}

impl fmt::Display for CachedReads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (reads cached)", self.inner)
    }
}

#[async_trait]
impl ObjectStore for CachedReads {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let plain = ranges.iter().all(|range| range.start < range.end);
        if let Some(key) = self.key(location).filter(|_| plain) {
            let wanted = ranges.iter().flat_map(touched).collect();
            let blocks = self.blocks_of(location, key, &wanted).await?;
            if let Some(read) = ranges.iter().map(|range| assemble(range, &blocks)).collect() {
                return Ok(read);
            }
        }
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (blocks, address) = (self.blocks.clone(), self.address.clone());
        let deleted = self.inner.delete_stream(locations);
        deleted
            .then(move |path| {
                let key = path.as_ref().ok().map(|path| FileKey::new(&address, path.as_ref()));
                let blocks = blocks.clone();
                async move {
                    if let Some(key) = key {
                        blocks.forget(key).await;
                    }
                    path
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests;
