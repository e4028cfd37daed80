//! Where source objects come from, and the listing that yields them in order.

mod local;
mod names;
mod pattern;
mod remote;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::{ObjectStore, path::Path};
use traillake_storage::ObjectStoreOptions;

use crate::split::Expectation;
use crate::{IngestError, KeyFilter, ListError, TrailKey};

/// A place to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// Standard input, as one object.
    Stdin,
    /// A file or folder.
    Path(PathBuf),
    /// A pattern such as `logs/2023-*/**/*.json.gz`; folders it matches are taken whole.
    Pattern(String),
    /// `s3://bucket/prefix`, or another url that the storage opens.
    Url(String),
}

/// One object of a source: what the listing says about it, and how to open it.
#[derive(Debug, Clone)]
pub struct SourceObject {
    /// `s3://bucket/key`, `file:///absolute/path` (percent-encoded), or `stdin:-`: what the
    /// manifest knows the object by. A listing is sorted by the bytes of this text.
    pub url: String,
    /// Stored bytes; 0 where nobody knows (standard input, pipes).
    pub size_bytes: u64,
    /// Changes when the content changes: the store's etag, size and time of change of a file.
    /// Absent where the object cannot be read twice.
    pub etag: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub last_modified_ms: Option<i64>,
    /// What its key says.
    pub key: Option<TrailKey>,
    /// True when it was given outright, and not found by walking.
    pub named: bool,
    pub(crate) origin: Origin,
}

/// How to open an object.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    Stdin,
    Local(PathBuf),
    Bytes(Bytes),
    Store { store: Arc<dyn ObjectStore>, path: Path },
}

impl SourceSpec {
    /// Reads `-`, `file://…`, any other url, a path, or (where no such path exists and it holds
    /// one of `*?[{`) a pattern.
    ///
    /// # Errors
    ///
    /// [`IngestError::InvalidSource`] for an empty text, a pattern or `file` url that is malformed.
    pub fn parse(text: &str) -> Result<Self, IngestError> {
        let invalid =
            |expected: &str| IngestError::InvalidSource { source_name: text.to_owned(), expected: expected.to_owned() };
        match text {
            "" => Err(invalid("expected a file, a folder, a pattern, `-` or a url")),
            "-" | names::STDIN => Ok(Self::Stdin),
            _ if text.starts_with("file:") => {
                names::path_of(text).map(Self::Path).ok_or_else(|| invalid("expected `file:///` and an absolute path"))
            }
            _ if is_url(text) => Ok(Self::Url(text.to_owned())),
            _ if text.contains(['*', '?', '[', '{']) && std::fs::symlink_metadata(text).is_err() => {
                pattern::Pattern::new(text)
                    .map(|_| Self::Pattern(text.to_owned()))
                    .map_err(|error| invalid(&error.to_string()))
            }
            _ => Ok(Self::Path(PathBuf::from(text))),
        }
    }
}

impl SourceObject {
    /// An object held in memory, for records that come from a program. `url` names it in the manifest.
    pub fn from_bytes(url: impl Into<String>, bytes: Bytes) -> Self {
        let size_bytes = bytes.len() as u64;
        Self::new(url.into(), size_bytes, true, Origin::Bytes(bytes))
    }

    pub(crate) fn new(url: String, size_bytes: u64, named: bool, origin: Origin) -> Self {
        let key = TrailKey::parse(&url);
        Self { url, size_bytes, etag: None, last_modified_ms: None, key, named, origin }
    }

    /// True where the key alone says that the object holds no CloudTrail records: a walk need not open it.
    pub fn is_foreign_by_key(&self) -> bool {
        !self.named && self.key.as_ref().is_some_and(|key| !key.folder.may_hold_records())
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn expectation(&self) -> Expectation {
        let records = self.key.as_ref().is_some_and(|key| key.folder.may_hold_records());
        Expectation { records, named: self.named }
    }
}

/// Lists the objects of a source that `filter` takes, sorted by the bytes of their urls, each once.
/// Folders and prefixes that the filter rules out are not visited. In a bucket, where the filter names the first and
/// the last day, the days of a trail's region are computed: what lies beside them in its folder is not listed. Empty objects of a store
/// (folder markers), hidden files and leftovers of unfinished writes are left out.
///
/// Memory is bounded by the largest local folder; nothing is read ahead beyond a few thousand
/// objects. Items of the stream that are errors stand for one folder or prefix; the rest goes on.
///
/// # Errors
///
/// Where the source as such does not exist or cannot be opened.
pub async fn list(
    spec: &SourceSpec,
    filter: &KeyFilter,
    options: &ObjectStoreOptions,
) -> Result<BoxStream<'static, Result<SourceObject, ListError>>, IngestError> {
    let listed = match spec {
        SourceSpec::Stdin => {
            let object = SourceObject::new(names::STDIN.to_owned(), 0, true, Origin::Stdin);
            stream::iter([Ok(object)]).boxed()
        }
        SourceSpec::Path(path) => local::list_path(path.clone(), filter).await?,
        SourceSpec::Pattern(pattern) => local::list_pattern(pattern.clone(), filter).await?,
        SourceSpec::Url(url) => remote::list_url(url, filter, options).await?,
    };
    let filter = filter.clone();
    Ok(listed
        .filter(move |item| {
            std::future::ready(item.as_ref().map_or(true, |object| filter.accepts(object.key.as_ref())))
        })
        .boxed())
}

/// `scheme://…`
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-')
            && scheme.len() > 1
    })
}

#[cfg(test)]
mod tests;
