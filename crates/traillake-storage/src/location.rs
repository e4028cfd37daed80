//! Where a lake or a source lies: a folder, or a bucket and a prefix.

mod credentials;
mod here;
mod hint;
mod read_cache;
mod s3;

use std::fmt;
use std::path::{Component, Path as FsPath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

use crate::{Result, StorageError};

use here::LocalFiles;
pub(crate) use hint::hint_for;
use read_cache::CachedReads;
pub use read_cache::ReadCache;

/// Wraps every store that is opened; tests put faults in with it.
pub type StoreWrapper = Arc<dyn Fn(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore> + Send + Sync>;

/// How to reach S3. Every member that is none is taken from the environment, then from the AWS profile.
#[derive(Clone, Default)]
pub struct ObjectStoreOptions {
    /// Address of an S3-compatible server, else `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else Amazon S3.
    pub endpoint_url: Option<String>,
    /// Region, else `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, else `us-east-1`.
    pub region: Option<String>,
    /// Profile of the AWS configuration files, else `AWS_PROFILE`, else `default`.
    pub profile: Option<String>,
    /// Keeps what is read of data files in S3 on the local disk.
    pub read_cache: Option<ReadCache>,
    /// Wraps the store.
    pub wrap: Option<StoreWrapper>,
}

impl fmt::Debug for ObjectStoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStoreOptions")
            .field("endpoint_url", &self.endpoint_url)
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("read_cache", &self.read_cache)
            .field("wrap", &self.wrap.is_some())
            .finish()
    }
}

/// A place in an object store.
#[derive(Debug, Clone)]
pub struct Location {
    /// Its address, with a slash at the end.
    pub url: Url,
    /// The store, rooted at the bucket or at `/`.
    pub store: Arc<dyn ObjectStore>,
    /// The place in the store.
    pub prefix: Path,
}

impl Location {
    /// The place at `prefix` of any store; `url` is how messages and manifests name it.
    pub fn from_store(store: Arc<dyn ObjectStore>, url: Url, prefix: Path) -> Self {
        Self { url, store, prefix }
    }

    /// An empty store in memory, for tests and examples.
    pub fn in_memory(name: &str) -> Self {
        let mut url = memory_url();
        url.set_path(&format!("/{name}/"));
        Self { url, store: Arc::new(InMemory::new()), prefix: Path::default() }
    }

    /// The store rooted here.
    pub fn rooted(&self) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(Arc::clone(&self.store), self.prefix.clone()))
    }

    /// Whether what is read comes over a network.
    pub(crate) fn is_far(&self) -> bool {
        !matches!(self.url.scheme(), "file" | "memory")
    }

    /// The folder, when this is one of the local file system.
    pub fn folder(&self) -> Option<PathBuf> {
        (self.url.scheme() == "file").then(|| self.url.to_file_path().ok())?
    }
}

#[expect(clippy::expect_used, reason = "the text is a constant and parses")]
fn memory_url() -> Url {
    Url::parse("memory:///").expect("a constant")
}

/// Opens a place: a path, `file://…`, `s3://bucket/prefix`, or `memory://name` (a fresh store, for tests). Makes no
/// request: whether the place exists, and whether it may be used, shows at the first one.
pub async fn open_location(location: &str, options: &ObjectStoreOptions) -> Result<Location> {
    let invalid =
        |reason: &str| StorageError::InvalidLocation { location: location.to_owned(), reason: reason.to_owned() };
    let mut found = match location.split_once("://") {
        None if location.is_empty() => return Err(invalid("it is empty")),
        None => local(FsPath::new(location)).map_err(|_| invalid("the current folder is not known"))?,
        Some(("file", _)) => {
            let path = Url::parse(location).ok().and_then(|url| url.to_file_path().ok());
            local(&path.ok_or_else(|| invalid("expected `file:///folder`"))?)
                .map_err(|_| invalid("expected a full path"))?
        }
        Some(("s3" | "s3a", rest)) => s3::open(location, rest, options).await?,
        Some(("memory", name)) => Location::in_memory(name.trim_matches('/')),
        Some((scheme, _)) => return Err(invalid(&format!("the scheme `{scheme}` is not known"))),
    };
    if let Some(wrap) = &options.wrap {
        found.store = wrap(found.store);
    }
    if let Some(cache) = options.read_cache.as_ref().filter(|_| found.url.scheme() == "s3") {
        let address = format!("{}/{}", options.endpoint_url.as_deref().unwrap_or("s3:"), found.url.authority());
        found.store = Arc::new(CachedReads::new(found.store, address, cache));
    }
    Ok(found)
}

fn local(path: &FsPath) -> std::io::Result<Location> {
    let path = clean(&std::path::absolute(path)?);
    let unusable = || std::io::Error::from(std::io::ErrorKind::InvalidInput);
    let url = Url::from_directory_path(&path).map_err(|()| unusable())?;
    let prefix = Path::from_absolute_path(&path).map_err(|_| unusable())?;
    Ok(Location { url, store: Arc::new(LocalFiles::default()), prefix })
}

/// Resolves `.` and `..` without asking the file system.
fn clean(path: &FsPath) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;

    use super::*;

    async fn open(location: &str) -> Result<Location> {
        open_location(location, &ObjectStoreOptions::default()).await
    }

    #[tokio::test]
    async fn a_folder_with_odd_characters_is_used_as_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a lake % of ünïcode #1/..").join("x y");
        let place = open(odd.to_str().unwrap()).await.unwrap();
        place.rooted().put(&Path::from("b/c.txt"), "hello".into()).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("x y/b/c.txt")).unwrap(), b"hello");
        assert_eq!(place.folder().unwrap(), folder.path().join("x y"));
    }

    #[tokio::test]
    async fn a_file_address_is_the_same_place_as_its_path() {
        let path = open("/tmp/some lake").await.unwrap();
        let address = open("file:///tmp/some%20lake").await.unwrap();
        assert_eq!((path.url, path.prefix), (address.url, address.prefix));
    }

    #[tokio::test]
    async fn relative_paths_become_absolute() {
        let place = open("lake").await.unwrap();
        assert_eq!(place.folder().unwrap(), std::env::current_dir().unwrap().join("lake"));
    }

    #[tokio::test]
    async fn a_bucket_and_a_prefix_are_told_apart() {
        let place = open("s3://logs-bucket/some/prefix/").await.unwrap();
        assert_eq!(place.prefix.as_ref(), "some/prefix");
        assert_eq!(place.url.as_str(), "s3://logs-bucket/some/prefix/");
    }

    #[tokio::test]
    async fn other_addresses_are_refused_with_a_hint() {
        for location in ["", "ftp://x/y", "s3://", "s3:///x", "file://host/x"] {
            let error = open(location).await.unwrap_err();
            assert!(matches!(error, StorageError::InvalidLocation { .. }), "{location}: {error}");
            assert!(error.hint().is_some());
        }
    }

    #[tokio::test]
    async fn the_wrapper_is_put_around_the_store() {
        let inner: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let kept = Arc::clone(&inner);
        let wrap: StoreWrapper = Arc::new(move |_| Arc::clone(&kept));
        let options = ObjectStoreOptions { wrap: Some(wrap), ..ObjectStoreOptions::default() };
        let place = open_location("memory://x", &options).await.unwrap();
        place.rooted().put(&Path::from("a"), "1".into()).await.unwrap();
        assert!(inner.get(&Path::from("a")).await.is_ok());
    }
}
