//! Queries started over the AWS API: their states as versioned documents, their results as parts.

mod rows;

use futures::TryStreamExt;
use object_store::path::Path;
use traillake_model::QueryJob;
use uuid::Uuid;

use crate::vacuum::delete_all;
use crate::{LakeStorage, Result, StorageError, documents, paths};

pub use rows::QueryRowsWriter;

/// How often a change is tried again when other writers are faster.
const ATTEMPTS: u32 = 16;

impl LakeStorage {
    /// The ids of all queries that are kept, in no order.
    pub async fn query_ids(&self) -> Result<Vec<Uuid>> {
        let names = documents::folder_names(self.object_store().as_ref(), paths::QUERIES).await?;
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// The newest state of a query; `None` when there is no such query.
    pub async fn query_job(&self, id: Uuid) -> Result<Option<QueryJob>> {
        let folder = paths::query_state(id);
        let found = documents::latest::<QueryJob>(self.object_store().as_ref(), &folder).await?;
        let Some((version, job)) = found else { return Ok(None) };
        if job.id != id || job.version != version {
            let path = paths::version(&folder, version);
            return Err(StorageError::corrupt(path, "it is not the document of this query and version"));
        }
        Ok(Some(job))
    }

    /// Writes down a new query; the version is set here.
    pub async fn create_query_job(&self, job: QueryJob) -> Result<QueryJob> {
        let job = QueryJob { version: 1, ..job };
        if self.create_state(&job).await? {
            return Ok(job);
        }
        Err(StorageError::Contention { path: paths::query_state(job.id).to_string(), attempts: 1 })
    }

    /// Writes down the next state of a query; `change` may be called again when another writer was faster, and leaves
    /// all as it is by returning `None`. `None` when there is no such query.
    pub async fn change_query_job(
        &self,
        id: Uuid,
        change: impl Fn(QueryJob) -> Option<QueryJob>,
    ) -> Result<Option<QueryJob>> {
        for _ in 0..ATTEMPTS {
            let Some(current) = self.query_job(id).await? else { return Ok(None) };
            let version = current.version.saturating_add(1);
            let Some(next) = change(current.clone()) else { return Ok(Some(current)) };
            let next = QueryJob { version, id, ..next };
            if self.create_state(&next).await? {
                return Ok(Some(next));
            }
        }
        Err(StorageError::Contention { path: paths::query_state(id).to_string(), attempts: ATTEMPTS })
    }

    /// Removes a query with its result. Its states go last: an interrupted removal can be done again.
    pub async fn delete_query(&self, id: Uuid) -> Result<()> {
        self.require_write()?;
        let (root, folder) = (self.object_store(), paths::query(id));
        let found = root.list(Some(&folder)).map_ok(|meta| meta.location);
        let mut doomed: Vec<Path> = found.try_collect().await.map_err(StorageError::object_store("list", &folder))?;
        let states = paths::query_state(id);
        doomed.sort_by_key(|path| path.prefix_matches(&states));
        delete_all(root.as_ref(), doomed, &folder).await?;
        self.remove_empty_folders([paths::query_rows_folder(id), states, folder]).await;
        Ok(())
    }

    /// A file system keeps folders in which nothing is left.
    async fn remove_empty_folders(&self, inner_first: [Path; 3]) {
        let Some(root) = self.location().folder() else { return };
        let remove = move || {
            let removed = inner_first.iter().map(|folder| std::fs::remove_dir(root.join(folder.as_ref())));
            removed.flatten().count()
        };
        // One that is not empty or not there stays as it is.
        let _removed = tokio::task::spawn_blocking(remove).await;
    }

    async fn create_state(&self, job: &QueryJob) -> Result<bool> {
        self.require_write()?;
        let folder = paths::query_state(job.id);
        documents::create_version(self.object_store().as_ref(), &folder, job.version, job).await
    }
}

#[cfg(test)]
mod tests;
