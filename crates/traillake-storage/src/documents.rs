//! Versioned JSON documents: version n is created, never overwritten, and the highest number counts.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Result, StorageError, paths};

/// How often a creation is tried when its outcome must be known; the store's client retries below this.
const ATTEMPTS: u32 = 5;
/// Pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(20);

/// Who created an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Created {
    /// This call.
    Ours,
    /// Somebody else, with this content.
    Theirs(Bytes),
}

/// Creates `path` with `body` unless it exists. When the answer is lost, what lies there tells: `is_ours` decides
/// by content, so it must hold for no other writer's content.
pub(crate) async fn create(
    store: &dyn ObjectStore,
    path: &Path,
    body: &Bytes,
    is_ours: impl Fn(&Bytes) -> bool,
) -> Result<Created> {
    let mut failure = None;
    for attempt in 0..ATTEMPTS {
        pause_before(attempt).await;
        match store.put_opts(path, body.clone().into(), PutOptions::from(PutMode::Create)).await {
            Ok(_) => return Ok(Created::Ours),
            Err(error) if is_refusal(&error) => return Err(StorageError::object_store("write", path)(error)),
            Err(error) => failure = Some(error),
        }
        // Written by us in a request whose answer was lost, written by another, or not at all.
        match read_optional(store, path).await {
            Ok(Some(found)) if is_ours(&found) => return Ok(Created::Ours),
            Ok(Some(found)) => return Ok(Created::Theirs(found)),
            Ok(None) | Err(_) => {}
        }
    }
    let source = failure.unwrap_or(Error::NotImplemented { operation: "create".into(), implementer: "store".into() });
    Err(StorageError::object_store("write", path)(source))
}

/// Reads an object, `None` when there is none.
pub(crate) async fn read_optional(store: &dyn ObjectStore, path: &Path) -> Result<Option<Bytes>> {
    let failed = |error| StorageError::object_store("read", path)(error);
    match store.get(path).await {
        Ok(found) => found.bytes().await.map(Some).map_err(failed),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

async fn pause_before(attempt: u32) {
    if attempt > 0 {
        tokio::time::sleep(PAUSE * 2_u32.saturating_pow(attempt.min(8) - 1)).await;
    }
}

/// Whether the store did certainly not write, and will not if asked again.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::NotImplemented { .. }
            | Error::NotSupported { .. }
            | Error::PermissionDenied { .. }
            | Error::Unauthenticated { .. }
            | Error::InvalidPath { .. }
            | Error::UnknownConfigurationKey { .. }
    )
}

/// The highest version in `folder`, `None` when there is none.
pub(crate) async fn latest_version(store: &dyn ObjectStore, folder: &Path) -> Result<Option<u64>> {
    let mut found = store.list(Some(folder));
    let mut newest = None;
    while let Some(meta) = found.try_next().await.map_err(StorageError::object_store("list", folder))? {
        newest = newest.max(paths::version_of(&meta.location));
    }
    Ok(newest)
}

/// The names of the folders directly below `folder`.
pub(crate) async fn folder_names(store: &dyn ObjectStore, folder: &str) -> Result<Vec<String>> {
    match store.list_with_delimiter(Some(&Path::from(folder))).await {
        Ok(found) => Ok(found.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect()),
        Err(Error::NotFound { .. }) => Ok(Vec::new()),
        Err(error) => Err(StorageError::object_store("list", folder)(error)),
    }
}

/// The document of the highest version in `folder`.
pub(crate) async fn latest<T: DeserializeOwned>(store: &dyn ObjectStore, folder: &Path) -> Result<Option<(u64, T)>> {
    let Some(version) = latest_version(store, folder).await? else { return Ok(None) };
    Ok(at(store, folder, version).await?.map(|document| (version, document)))
}

/// The document of the highest version after `known`, which there is; `None` when there is none. No version is left out.
pub(crate) async fn later<T: DeserializeOwned>(
    store: &dyn ObjectStore,
    folder: &Path,
    known: u64,
) -> Result<Option<(u64, T)>> {
    let mut newest = None;
    for version in known.saturating_add(1).. {
        match at(store, folder, version).await? {
            Some(document) => newest = Some((version, document)),
            None => break,
        }
    }
    Ok(newest)
}

/// The document of one version.
pub(crate) async fn at<T: DeserializeOwned>(store: &dyn ObjectStore, folder: &Path, version: u64) -> Result<Option<T>> {
    let path = paths::version(folder, version);
    match read_optional(store, &path).await? {
        Some(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(StorageError::document(&path)),
        None => Ok(None),
    }
}

/// Creates version `version` of the document; false when another writer has that version.
pub(crate) async fn create_version<T: Serialize>(
    store: &dyn ObjectStore,
    folder: &Path,
    version: u64,
    document: &T,
) -> Result<bool> {
    let path = paths::version(folder, version);
    let body = Bytes::from(serde_json::to_vec_pretty(document).map_err(StorageError::document(&path))?);
    Ok(create(store, &path, &body, |found| *found == body).await? == Created::Ours)
}

/// The name of `names` that is spelled most like `name`, if any comes near.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let limit = (name.chars().count() / 3).max(2);
    names
        .into_iter()
        .map(|candidate| (distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(256).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(256).enumerate() {
        let mut next = vec![i + 1];
        for (j, (y, pair)) in b.iter().zip(row.windows(2)).enumerate() {
            let (diagonal, above) = (pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0));
            let left = next.get(j).copied().unwrap_or(0);
            next.push((diagonal + usize::from(x != *y)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;
    use crate::testing::{Fault, Faulty};

    #[tokio::test]
    async fn a_created_document_is_the_latest() {
        let store = InMemory::new();
        let folder = Path::from("x");
        assert_eq!(latest::<u64>(&store, &folder).await.unwrap(), None);
        assert!(create_version(&store, &folder, 1, &10_u64).await.unwrap());
        assert!(create_version(&store, &folder, 2, &20_u64).await.unwrap());
        assert!(!create_version(&store, &folder, 2, &30_u64).await.unwrap());
        assert_eq!(latest::<u64>(&store, &folder).await.unwrap(), Some((2, 20)));
    }

    #[tokio::test]
    async fn versions_count_as_numbers_not_as_text() {
        let store = InMemory::new();
        let folder = Path::from("x");
        for version in 1..=11 {
            assert!(create_version(&store, &folder, version, &version).await.unwrap());
        }
        assert_eq!(latest::<u64>(&store, &folder).await.unwrap(), Some((11, 11)));
    }

    #[tokio::test]
    async fn a_lost_answer_is_found_to_be_ours() {
        for fault in [Fault::Error, Fault::LostAcknowledgement] {
            let store = Faulty::puts(InMemory::new(), fault, 0..1);
            assert!(create_version(&store, &Path::from("x"), 1, &1_u64).await.unwrap(), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn a_store_that_stays_broken_is_an_error() {
        let store = Faulty::puts(InMemory::new(), Fault::Error, 0..u64::MAX);
        assert!(create_version(&store, &Path::from("x"), 1, &1_u64).await.is_err());
    }

    #[test]
    fn the_nearest_name_is_a_misspelling() {
        assert_eq!(nearest("evnets", ["events", "insights"]), Some("events".into()));
        assert_eq!(nearest("billing", ["events", "insights"]), None);
    }
}
