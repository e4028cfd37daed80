//! Removal of what event data stores leave behind that were deleted more than a week ago.

use futures::TryStreamExt;
use object_store::path::Path;

use crate::vacuum::{VacuumReport, delete_all};
use crate::{LakeStorage, Result, StorageError, paths};

impl LakeStorage {
    /// Removes events, log, manifest and quarantine of event data stores that are gone: deleted, and no longer
    /// restorable. Their settings stay, so that their ids are not given out again. `dry_run` only reports.
    pub async fn vacuum_gone_stores(&self, dry_run: bool) -> Result<VacuumReport> {
        if !dry_run {
            self.require_write()?;
        }
        let now = self.clock().now();
        let mut report = VacuumReport::default();
        for settings in self.all_settings().await?.iter().filter(|settings| settings.is_gone(now)) {
            let folder = paths::store(&settings.id);
            let kept = paths::settings(&settings.id);
            let root = self.object_store();
            let mut found = root.list(Some(&folder));
            let mut doomed: Vec<Path> = Vec::new();
            while let Some(meta) = found.try_next().await.map_err(StorageError::object_store("list", &folder))? {
                if !meta.location.prefix_matches(&kept) {
                    report.count(meta.location.to_string(), meta.size);
                    doomed.push(meta.location);
                }
            }
            if !dry_run {
                // The log goes last: an interrupted removal is a table with missing files, not a lost one.
                doomed.sort_by_key(|path| path.as_ref().contains(paths::DELTA_LOG));
                delete_all(root.as_ref(), doomed, &folder).await?;
            }
        }
        Ok(report)
    }
}
