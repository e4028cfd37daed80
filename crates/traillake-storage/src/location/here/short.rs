//! Short files and folders of few files, got and listed where they are asked for.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path as FsPath;
use std::time::SystemTime;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::future::ready;
use futures::stream::once;
use object_store::path::Path;
use object_store::{Attributes, Error, GetOptions, GetResult, GetResultPayload, ObjectMeta, Result};

/// Bytes that are read on the asking thread at most.
pub(super) const SHORT_BYTES: u64 = 1 << 20;
/// Files and folders that are looked at for a listing on the asking thread at most.
const FEW: usize = 64;

/// What is got of a short file, or the error of one that is certainly not there. `None` of all else, for which the file
/// system's own way has the answer or the right error.
pub(super) fn get(path: &FsPath, location: &Path, options: &GetOptions) -> Option<Result<GetResult>> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Some(Err(Error::NotFound { path: path.to_string_lossy().into_owned(), source: source.into() }));
        }
        Ok(_) | Err(_) => return None,
    }
    let file = File::open(path).ok()?;
    let meta = described(&file.metadata().ok()?, location.clone())?;
    options.check_preconditions(&meta).ok()?;
    let range = match &options.range {
        Some(range) => range.as_range(meta.size).ok()?,
        None => 0..meta.size,
    };
    let bytes = match range.end.saturating_sub(range.start) {
        _ if options.head => Bytes::new(),
        0 => Bytes::new(),
        1..=SHORT_BYTES => read(&file, &range).ok()?,
        _ => return None,
    };
    let payload = GetResultPayload::Stream(once(ready(Ok(bytes))).boxed());
    Some(Ok(GetResult { payload, meta, range, attributes: Attributes::default() }))
}

/// The bytes of one range; an error where the file ends before it.
pub(super) fn read(mut file: &File, range: &Range<u64>) -> io::Result<Bytes> {
    let length = range.end.checked_sub(range.start).and_then(|length| usize::try_from(length).ok());
    let mut bytes = vec![0; length.filter(|&length| length > 0).ok_or(io::ErrorKind::InvalidInput)?];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

/// All files below a folder, in the order of the file system, if they and their folders are few and of plain names.
pub(super) fn files_below(folder: &FsPath, location: &Path) -> Option<Vec<ObjectMeta>> {
    let mut walk = Walk { left: FEW, found: Vec::new() };
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        entries => walk.take_all(entries.ok()?, location)?,
    }
    Some(walk.found)
}

struct Walk {
    left: usize,
    found: Vec<ObjectMeta>,
}

impl Walk {
    fn take_all(&mut self, entries: fs::ReadDir, location: &Path) -> Option<()> {
        for entry in entries {
            let entry = entry.ok()?;
            self.left = self.left.checked_sub(1)?;
            let name = entry.file_name();
            let location = location.clone().join(name.to_str().filter(|name| name.bytes().all(is_plain))?);
            match entry.file_type().ok()? {
                kind if kind.is_dir() => self.take_all(fs::read_dir(entry.path()).ok()?, &location)?,
                kind if kind.is_file() => self.found.push(described(&entry.metadata().ok()?, location)?),
                _ => return None,
            }
        }
        Some(())
    }
}

/// Whether a byte of a name is itself wherever it is written.
pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=')
}

/// A file as the file system's own way describes it, to the letter: manifests keep its tag.
fn described(file: &Metadata, location: Path) -> Option<ObjectMeta> {
    let modified = file.modified().ok()?;
    let micros = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros();
    let tag = format!("{:x}-{micros:x}-{:x}", inode(file), file.len());
    Some(ObjectMeta { location, last_modified: modified.into(), size: file.len(), e_tag: Some(tag), version: None })
}

#[cfg(unix)]
fn inode(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}
