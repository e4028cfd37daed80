//! Imports: what was asked for, what came of it, as versioned documents.

use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::path::Path;
use traillake_model::Import;
use uuid::Uuid;

use crate::vacuum::delete_all;
use crate::{LakeStorage, Result, StorageError, documents, paths};

/// How often a change is tried again when other writers are faster.
const ATTEMPTS: u32 = 16;
/// Imports read at once.
const CONCURRENCY: usize = 16;

impl LakeStorage {
    /// All imports, newest first.
    pub async fn imports(&self) -> Result<Vec<Import>> {
        let names = documents::folder_names(self.object_store().as_ref(), paths::IMPORTS).await?;
        let ids: Vec<Uuid> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let reads: Vec<_> = ids.into_iter().map(|id| self.latest_import(id).boxed()).collect();
        let found: Vec<_> = futures::stream::iter(reads).buffered(CONCURRENCY).try_collect().await?;
        let mut imports: Vec<Import> = found.into_iter().flatten().collect();
        imports.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(imports)
    }

    /// The import of this id.
    pub async fn import(&self, id: Uuid) -> Result<Import> {
        self.latest_import(id).await?.ok_or(StorageError::ImportNotFound { id })
    }

    /// Writes down a new import; the version is set here.
    pub async fn create_import(&self, import: Import) -> Result<Import> {
        self.require_write()?;
        let import = Import { version: 1, ..import };
        let folder = paths::import(import.id);
        if documents::create_version(self.object_store().as_ref(), &folder, 1, &import).await? {
            return Ok(import);
        }
        Err(StorageError::Contention { path: folder.to_string(), attempts: 1 })
    }

    /// Writes down the next state of an import; `change` may be called again when another writer was faster, and
    /// leaves all as it is by returning `None`.
    pub async fn change_import(&self, id: Uuid, change: impl Fn(Import) -> Option<Import>) -> Result<Import> {
        self.require_write()?;
        let folder = paths::import(id);
        for _ in 0..ATTEMPTS {
            let current = self.import(id).await?;
            let version = current.version.saturating_add(1);
            let Some(next) = change(current.clone()) else { return Ok(current) };
            let next = Import { version, id, ..next };
            if documents::create_version(self.object_store().as_ref(), &folder, version, &next).await? {
                return Ok(next);
            }
        }
        Err(StorageError::Contention { path: folder.to_string(), attempts: ATTEMPTS })
    }

    /// Forgets an import that was written down and never began.
    pub async fn delete_import(&self, id: Uuid) -> Result<()> {
        self.require_write()?;
        let (root, folder) = (self.object_store(), paths::import(id));
        let found = root.list(Some(&folder)).map_ok(|meta| meta.location);
        let doomed: Vec<Path> = found.try_collect().await.map_err(StorageError::object_store("list", &folder))?;
        delete_all(root.as_ref(), doomed, &folder).await
    }

    async fn latest_import(&self, id: Uuid) -> Result<Option<Import>> {
        let folder = paths::import(id);
        let found = documents::latest::<Import>(self.object_store().as_ref(), &folder).await?;
        let Some((version, import)) = found else { return Ok(None) };
        if import.id != id || import.version != version {
            let path = paths::version(&folder, version);
            return Err(StorageError::corrupt(path, "it is not the document of this import and version"));
        }
        Ok(Some(import))
    }
}
