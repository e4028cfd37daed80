//! Walks local folders in the byte order of the urls, on a thread for blocking work.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use super::names::{is_skipped, push_encoded, url_of};
use super::pattern::Pattern;
use super::{Origin, SourceObject};
use crate::{IngestError, KeyFilter, ListError};

/// Objects handed on together, and groups of them listed ahead: waking the one who takes them costs more than listing one.
const GROUP: usize = 128;
const GROUPS_AHEAD: usize = 8;

type Listed = BoxStream<'static, Result<SourceObject, ListError>>;

/// A file, or all files below a folder.
pub(super) async fn list_path(path: PathBuf, filter: &KeyFilter) -> Result<Listed, IngestError> {
    let filter = filter.clone();
    blocking(move || {
        let metadata = fs::metadata(&path).map_err(|_missing| not_found(&path))?;
        if metadata.is_dir() {
            let root = canonical(&path)?;
            return Ok(walk(Walk::new(root, filter, None)));
        }
        let full = if metadata.is_file() {
            canonical(&path)?
        } else {
            std::path::absolute(&path).map_err(|_missing| not_found(&path))?
        };
        Ok(stream::iter([Ok(object(full.clone(), url_of(&full), &metadata, true))]).boxed())
    })
    .await
}

/// All files that a pattern matches.
pub(super) async fn list_pattern(text: String, filter: &KeyFilter) -> Result<Listed, IngestError> {
    let filter = filter.clone();
    blocking(move || {
        let invalid = |error: globset::Error| IngestError::InvalidSource {
            source_name: text.clone(),
            expected: error.to_string(),
        };
        let pattern = Pattern::new(&text).map_err(invalid)?;
        let root = canonical(&pattern.base)?;
        Ok(walk(Walk::new(root, filter, Some(pattern))))
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IngestError> + Send + 'static,
) -> Result<T, IngestError> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|error| Err(IngestError::Internal { message: format!("the listing stopped: {error}") }))
}

fn canonical(path: &Path) -> Result<PathBuf, IngestError> {
    fs::canonicalize(path).map_err(|_missing| not_found(path))
}

fn not_found(path: &Path) -> IngestError {
    IngestError::SourceNotFound { source_name: path.display().to_string() }
}

fn walk(mut walk: Walk) -> Listed {
    let (sender, receiver) = mpsc::channel(GROUPS_AHEAD);
    tokio::task::spawn_blocking(move || {
        loop {
            let group: Vec<_> = std::iter::from_fn(|| walk.next()).take(GROUP).collect();
            if group.is_empty() || sender.blocking_send(group).is_err() {
                return;
            }
        }
    });
    super::remote::received(receiver).flat_map(stream::iter).boxed()
}

/// A depth-first walk with the open folders on a stack.
struct Walk {
    root: PathBuf,
    filter: KeyFilter,
    pattern: Option<Pattern>,
    open: Vec<Folder>,
    /// Folders reached through symbolic links, each walked once.
    linked: HashSet<PathBuf>,
    /// The root cannot be read until it was tried.
    started: bool,
}

struct Folder {
    path: PathBuf,
    url: String,
    /// The folder's true place, to notice links to a folder around it.
    canonical: PathBuf,
    entries: std::vec::IntoIter<Entry>,
}

/// A name in a folder; sorted by what it adds to the url, which for a folder ends in `/`.
struct Entry {
    encoded: String,
    name: std::ffi::OsString,
    is_link: bool,
    /// A file as its open folder knows it: to ask for it by its path takes a walk down all of that.
    file: Option<fs::DirEntry>,
}

impl Walk {
    fn new(root: PathBuf, filter: KeyFilter, pattern: Option<Pattern>) -> Self {
        Self { root, filter, pattern, open: Vec::new(), linked: HashSet::new(), started: false }
    }

    fn next(&mut self) -> Option<Result<SourceObject, ListError>> {
        if !self.started {
            self.started = true;
            let mut url = url_of(&self.root);
            if !url.ends_with('/') {
                url.push('/');
            }
            if let Err(error) = self.enter(self.root.clone(), url, self.root.clone()) {
                return Some(Err(error));
            }
        }
        while let Some(folder) = self.open.last_mut() {
            let Some(entry) = folder.entries.next() else {
                self.open.pop();
                continue;
            };
            let path = folder.path.join(&entry.name);
            let url = format!("{}{}", folder.url, entry.encoded);
            if let Some(item) = self.entry(path, url, &entry) {
                return Some(item);
            }
        }
        None
    }

    fn entry(&mut self, path: PathBuf, url: String, entry: &Entry) -> Option<Result<SourceObject, ListError>> {
        if url.ends_with('/') {
            return self.folder(path, url, entry).err().map(Err);
        }
        if !self.takes(&path) {
            return None;
        }
        match entry.file.as_ref().map_or_else(|| fs::metadata(&path), fs::DirEntry::metadata) {
            Ok(metadata) if metadata.is_file() => Some(Ok(object(path, url, &metadata, false))),
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None, // deleted since, or a dead link
            Err(source) => Some(Err(ListError::Local { path, source })),
        }
    }

    fn takes(&self, path: &Path) -> bool {
        self.pattern
            .as_ref()
            .is_none_or(|pattern| path.strip_prefix(&self.root).is_ok_and(|below| pattern.takes(below)))
    }

    fn folder(&mut self, path: PathBuf, url: String, entry: &Entry) -> Result<(), ListError> {
        let entered = self
            .pattern
            .as_ref()
            .is_none_or(|pattern| path.strip_prefix(&self.root).is_ok_and(|below| pattern.enters(below)));
        if !entered || !self.filter.may_hold(&url) {
            return Ok(());
        }
        let around = self.open.last().map_or(&self.root, |folder| &folder.canonical);
        let canonical = if entry.is_link {
            fs::canonicalize(&path).unwrap_or_else(|_| path.clone())
        } else {
            around.join(&entry.name)
        };
        if entry.is_link && (around.starts_with(&canonical) || !self.linked.insert(canonical.clone())) {
            return Ok(());
        }
        self.enter(path, url, canonical)
    }

    fn enter(&mut self, path: PathBuf, url: String, canonical: PathBuf) -> Result<(), ListError> {
        let mut entries = entries(&path).map_err(|source| ListError::Local { path: path.clone(), source })?;
        entries.sort_unstable_by(|a, b| a.encoded.cmp(&b.encoded));
        self.open.push(Folder { path, url, canonical, entries: entries.into_iter() });
        Ok(())
    }
}

fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = fs::read_dir(folder)?
        .filter_map(|found| found.and_then(entry).transpose())
        .collect::<io::Result<Vec<Entry>>>()?;
    if entries.iter().any(|entry| entry.encoded.ends_with('/')) {
        // A folder with others in it would stay open while those are walked, however deep they lie.
        for entry in &mut entries {
            entry.file = None;
        }
    }
    Ok(entries)
}

/// What a walk takes of a folder: files, folders and links to either that are not to be skipped.
fn entry(found: fs::DirEntry) -> io::Result<Option<Entry>> {
    let name = found.file_name();
    if is_skipped(&name.to_string_lossy()) {
        return Ok(None);
    }
    let kind = found.file_type()?;
    let is_folder =
        kind.is_dir() || (kind.is_symlink() && fs::metadata(found.path()).is_ok_and(|target| target.is_dir()));
    if !is_folder && !kind.is_file() && !kind.is_symlink() {
        return Ok(None);
    }
    let mut encoded = String::with_capacity(name.len() + 1);
    push_encoded(&mut encoded, &name);
    if is_folder {
        encoded.push('/');
    }
    Ok(Some(Entry { encoded, name, is_link: kind.is_symlink(), file: kind.is_file().then_some(found) }))
}

fn object(path: PathBuf, url: String, metadata: &Metadata, named: bool) -> SourceObject {
    let mut object = SourceObject::new(url, 0, named, Origin::Local(path));
    if metadata.is_file() {
        let changed = metadata.modified().map_or(0, nanoseconds);
        object.size_bytes = metadata.len();
        object.etag = Some(format!("{:x}-{changed:x}", metadata.len()));
        object.last_modified_ms = i64::try_from(changed / 1_000_000).ok();
    }
    object
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}
