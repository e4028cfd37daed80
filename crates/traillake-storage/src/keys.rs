//! The keys that sign delivered results: a document each, never changed.

use futures::{FutureExt, StreamExt, TryStreamExt};
use traillake_model::SigningKeyDocument;

use crate::{LakeStorage, Result, StorageError, documents, paths};

/// Documents read at once.
const CONCURRENCY: usize = 16;

impl LakeStorage {
    /// All signing keys there ever were, by the start of their validity.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyDocument>> {
        let root = self.object_store().as_ref();
        let names = documents::folder_names(root, paths::KEYS).await?;
        let folders: Vec<_> = names.iter().map(|name| paths::signing_key(name)).collect();
        let reads: Vec<_> = folders.iter().map(|folder| documents::at(root, folder, 1).boxed()).collect();
        let found: Vec<Option<SigningKeyDocument>> =
            futures::stream::iter(reads).buffered(CONCURRENCY).try_collect().await?;
        let mut keys: Vec<_> = found.into_iter().flatten().collect();
        keys.sort_by(|a, b| (a.valid_from, &a.fingerprint).cmp(&(b.valid_from, &b.fingerprint)));
        Ok(keys)
    }

    /// Writes down a new key.
    pub async fn create_signing_key(&self, key: &SigningKeyDocument) -> Result<()> {
        self.require_write()?;
        let folder = paths::signing_key(&key.fingerprint);
        if documents::create_version(self.object_store().as_ref(), &folder, 1, key).await? {
            return Ok(());
        }
        Err(StorageError::Contention { path: folder.to_string(), attempts: 1 })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{TimeDelta, Utc};
    use traillake_model::SystemClock;

    use super::*;
    use crate::{Location, OpenMode};

    #[tokio::test]
    async fn keys_are_listed_in_the_order_of_their_validity() {
        let location = Location::in_memory("x");
        let lake = LakeStorage::open(&location, OpenMode::Write, Arc::new(SystemClock)).await.unwrap();
        let now = Utc::now();
        let key = |n: i64| SigningKeyDocument {
            fingerprint: format!("{:032x}", 10 - n),
            public_key: "AAAA".into(),
            sealed_private_key: None,
            valid_from: now + TimeDelta::days(n),
            valid_until: now + TimeDelta::days(n + 30),
        };
        for n in [2, 0, 1] {
            lake.create_signing_key(&key(n)).await.unwrap();
        }
        let other = SigningKeyDocument { public_key: "BBBB".into(), ..key(0) };
        assert!(lake.create_signing_key(&other).await.is_err());
        assert_eq!(lake.signing_keys().await.unwrap(), [key(0), key(1), key(2)]);
    }
}
