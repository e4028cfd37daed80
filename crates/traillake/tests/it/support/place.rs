//! Where a test's lake and its logs lie: a folder, or a bucket of the in-process S3 server.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use tempfile::TempDir;
use traillake_storage::{Location, ObjectStoreOptions, StoreWrapper, open_location};
use traillake_testing::S3Server;

/// A backend that every test of the lake suite runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Folder,
    S3,
}

/// One place with named areas: folders of a temporary folder, or buckets of one server.
#[derive(Debug)]
pub(crate) enum Place {
    Folder(TempDir),
    S3(S3Server),
}

/// Path within a bucket, so that prefixes are part of every test.
const PREFIX: &str = "some/prefix";

impl Place {
    pub(crate) async fn new(backend: Backend) -> Self {
        match backend {
            Backend::Folder => Self::Folder(tempfile::tempdir().unwrap()),
            Backend::S3 => Self::S3(S3Server::start().await),
        }
    }

    /// The address of an area, as a user would give it.
    pub(crate) fn address(&self, area: &str) -> String {
        match self {
            Self::Folder(folder) => folder.path().join(area).to_str().unwrap().to_owned(),
            Self::S3(_) => format!("s3://{area}/{PREFIX}"),
        }
    }

    /// What it takes to open the area: the server's store with its credentials for S3.
    pub(crate) fn options(&self, area: &str) -> ObjectStoreOptions {
        let Self::S3(server) = self else { return ObjectStoreOptions::default() };
        let store: Arc<dyn ObjectStore> = Arc::new(
            AmazonS3Builder::new()
                .with_endpoint(server.endpoint())
                .with_bucket_name(area)
                .with_region("us-east-1")
                .with_access_key_id("test")
                .with_secret_access_key("test")
                .with_allow_http(true)
                .build()
                .unwrap(),
        );
        let wrap: StoreWrapper = Arc::new(move |_| Arc::clone(&store));
        ObjectStoreOptions { wrap: Some(wrap), ..ObjectStoreOptions::default() }
    }

    pub(crate) async fn location(&self, area: &str) -> Location {
        open_location(&self.address(area), &self.options(area)).await.unwrap()
    }

    /// Stores an object; on S3 any text is a key.
    pub(crate) fn put(&self, area: &str, key: &str, body: impl Into<Bytes>) {
        match self {
            Self::Folder(folder) => {
                let path = folder.path().join(area).join(key);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, body.into()).unwrap();
            }
            Self::S3(server) => server.put(area, &format!("{PREFIX}/{key}"), body),
        }
    }

    /// Keys of all objects of an area, in order.
    pub(crate) fn keys(&self, area: &str) -> Vec<String> {
        match self {
            Self::Folder(folder) => {
                let mut keys = Vec::new();
                walk(&folder.path().join(area), "", &mut keys);
                keys.sort();
                keys
            }
            Self::S3(server) => {
                let under = |key: String| key.strip_prefix(PREFIX).map(|key| key.trim_start_matches('/').to_owned());
                server.keys(area).into_iter().filter_map(under).collect()
            }
        }
    }
}

fn walk(folder: &std::path::Path, prefix: &str, keys: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), keys);
        } else {
            keys.push(name);
        }
    }
}
