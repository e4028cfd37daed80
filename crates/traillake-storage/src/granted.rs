//! A snapshot as a caller sees it who is held to some accounts.
//!
//! ```text
//!  file of a granted account    as it is
//!  file of any other account    not there, nor its partition
//!  file without an account      there, for the scan to take the granted rows from; the log tells nothing of its rows
//! ```

mod stores;

use std::future::ready;
use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use traillake_model::Grants;

use crate::manifest::{Keep, ManifestRow, ObjectRange, Sequenced, merge};
use crate::quarantine::{QuarantineRow, live};
use crate::snapshot::{DataFile, FileSet, Settled, TableSnapshot};
use crate::{EventTable, Result};

impl TableSnapshot {
    /// What of this version a caller with `grants` may see.
    ///
    /// A store that is not partitioned by account has files that accounts share. Of these the snapshot keeps path, size
    /// and partition alone: rows, event times and statistics are unknown, so that nothing made from them can tell of
    /// an account that is not granted.
    #[must_use]
    pub fn granted(self: &Arc<Self>, grants: &Grants) -> Arc<Self> {
        if grants.accounts().is_none() {
            return Arc::clone(self);
        }
        let mut files = FileSet::default();
        for (partition, of_partition) in self.files.partitions() {
            match partition.account.as_deref() {
                Some(account) if !grants.allows_account(account) => {}
                Some(_) => of_partition.iter().for_each(|file| files.insert(DataFile::clone(file))),
                None => of_partition.iter().for_each(|file| files.insert(untold(file))),
            }
        }
        Arc::new(Self { files: Arc::new(files), ..Self::clone(self) })
    }

    /// The files of which a caller with `grants` may see every event.
    pub fn owned_files(&self, grants: &Grants) -> Arc<FileSet> {
        if grants.accounts().is_none() {
            return Arc::clone(&self.files);
        }
        let mut files = FileSet::default();
        let owned = self.files.partitions().filter(|(partition, _)| grants.allows_owner(partition.account.as_deref()));
        owned.flat_map(|(_, owned)| owned).for_each(|file| files.insert(DataFile::clone(file)));
        Arc::new(files)
    }
}

impl EventTable {
    /// As [`quarantine_rows`](Self::quarantine_rows): what was set aside of objects whose keys name a granted account.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError) when the manifest or the quarantine cannot be read.
    pub async fn granted_quarantine_rows(
        &self,
        snapshot: &TableSnapshot,
        grants: &Grants,
    ) -> Result<BoxStream<'static, Result<QuarantineRow>>> {
        if grants.accounts().is_none() {
            return self.quarantine_rows(snapshot).await;
        }
        let all = ObjectRange::all();
        let pieces = merge(self.0.quarantine.inputs(&snapshot.quarantine, &all).await?, Keep::All);
        let objects = merge(self.0.manifests.inputs(&snapshot.manifests, &all).await?, Keep::Latest);
        let grants = grants.clone();
        let is_granted =
            move |object: &Sequenced<ManifestRow>| ready(grants.allows_owner(object.row.key.account.as_deref()));
        Ok(live(pieces, objects.try_filter(is_granted).boxed()).map_ok(|piece| piece.row).boxed())
    }
}

/// The file as if its writer had measured nothing.
fn untold(file: &DataFile) -> DataFile {
    DataFile { rows: 0, event_time_micros: None, settled: Settled::default(), ..file.clone() }
}
