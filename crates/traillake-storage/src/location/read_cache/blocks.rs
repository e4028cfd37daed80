//! Blocks of files on the local disk: `<folder>/<two digits>/<file>/<block>`, each with a checksum behind its bytes.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, DirBuilder, File, FileTimes};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use twox_hash::XxHash64;
use uuid::Uuid;

use super::ReadCache;

/// Bytes of the checksum behind a block.
const CHECKSUM_BYTES: usize = 8;
/// What was not used for so long is removed.
const UNUSED: Duration = Duration::from_hours(7 * 24);
/// The cache is looked over when so large a part of it was written anew.
const PART: u64 = 64;

/// A file of a store, by the digest of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileKey([u8; 16]);

impl FileKey {
    pub(super) fn new(store: &str, path: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(store.as_bytes());
        digest.update([0]);
        digest.update(path.as_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        Self(Uuid::from_slice(digest.split_at(16).0).unwrap_or_default().into_bytes())
    }

    fn folder(self, root: &Path) -> PathBuf {
        let name = Uuid::from_bytes(self.0).simple().to_string();
        root.join(name.get(..2).unwrap_or_default()).join(name)
    }
}

/// The blocks of one cache folder; clones share it. Failures are silent: the store itself has the bytes.
#[derive(Debug, Clone)]
pub(super) struct Blocks(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    limit: u64,
    /// Bytes written since the cache was last looked over.
    written: AtomicU64,
}

impl Blocks {
    pub(super) fn new(cache: &ReadCache) -> Self {
        // Many short runs write a little each: they start at different places, so that one of them looks it over.
        let start = Uuid::new_v4().as_u128() % u128::from((cache.bytes / PART).max(1));
        let written = AtomicU64::new(u64::try_from(start).unwrap_or_default());
        Self(Arc::new(Shared { folder: cache.folder.clone(), limit: cache.bytes, written }))
    }

    /// The wanted blocks that are there and whole.
    pub(super) async fn read(&self, key: FileKey, wanted: &BTreeSet<u64>) -> HashMap<u64, Bytes> {
        let (folder, wanted) = (key.folder(&self.0.folder), wanted.clone());
        let read = move || {
            let block = |number: u64| Some((number, read_block(&folder.join(number.to_string()))?));
            wanted.into_iter().filter_map(block).collect()
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_default()
    }

    /// Keeps blocks, and looks the cache over from time to time.
    pub(super) async fn write(&self, key: FileKey, blocks: &[(u64, Bytes)]) {
        if blocks.is_empty() {
            return;
        }
        let (shared, blocks) = (Arc::clone(&self.0), blocks.to_vec());
        let _ = tokio::task::spawn_blocking(move || shared.write(key, &blocks)).await;
    }

    /// Removes the blocks of a file that is gone.
    pub(super) async fn forget(&self, key: FileKey) {
        let folder = key.folder(&self.0.folder);
        let _ = tokio::task::spawn_blocking(move || fs::remove_dir_all(folder)).await;
    }
}

impl Shared {
    fn write(&self, key: FileKey, blocks: &[(u64, Bytes)]) {
        let folder = key.folder(&self.folder);
        if create_private(&folder).is_err() {
            return;
        }
        let kept = blocks.iter().filter(|(number, bytes)| write_block(&folder, *number, bytes).is_ok());
        let bytes: u64 = kept.map(|(_, bytes)| bytes.len() as u64).sum();
        let written = self.written.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if written >= self.limit / PART {
            self.written.store(0, Ordering::Relaxed);
            self.make_room();
        }
    }

    /// Removes what was not used for long, and then what was not used for the longest time, down to nine tenths.
    fn make_room(&self) {
        let mut blocks = blocks_below(&self.folder);
        blocks.sort_unstable_by_key(|block| block.used);
        let oldest = SystemTime::now().checked_sub(UNUSED).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut total: u64 = blocks.iter().map(|block| block.bytes).sum();
        let goal = if total > self.limit { self.limit / 10 * 9 } else { total };
        for block in blocks {
            if total <= goal && block.used >= oldest {
                break;
            }
            if fs::remove_file(&block.path).is_ok() {
                total = total.saturating_sub(block.bytes);
                // Only an empty folder is removed by this.
                let _ = block.path.parent().map(fs::remove_dir);
            }
        }
    }
}

#[derive(Debug)]
struct Block {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

fn blocks_below(root: &Path) -> Vec<Block> {
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries(root.to_path_buf()).flat_map(entries).flat_map(entries);
    let block = |path: PathBuf| {
        let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some(Block { path, bytes: metadata.len(), used: metadata.modified().ok()? })
    };
    files.filter_map(block).collect()
}

/// The bytes of a whole block, which counts as used now.
fn read_block(path: &Path) -> Option<Bytes> {
    let bytes = Bytes::from(fs::read(path).ok()?);
    let (block, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
    if XxHash64::oneshot(0, block).to_le_bytes() != checksum {
        let _ = fs::remove_file(path);
        return None;
    }
    let now = FileTimes::new().set_modified(SystemTime::now());
    let _ = File::options().append(true).open(path).and_then(|file| file.set_times(now));
    Some(bytes.slice(..bytes.len() - CHECKSUM_BYTES))
}

/// Written under another name first: whoever reads meanwhile sees a whole block or none.
fn write_block(folder: &Path, number: u64, bytes: &Bytes) -> io::Result<()> {
    let partial = folder.join(format!("{number}.{}", Uuid::new_v4().simple()));
    let written = File::create_new(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.write_all(&XxHash64::oneshot(0, bytes).to_le_bytes())
    });
    let kept = written.and_then(|()| fs::rename(&partial, folder.join(number.to_string())));
    if kept.is_err() {
        let _ = fs::remove_file(&partial);
    }
    kept
}

/// Only the owner may look into what was read.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
