//! One version of a table: its live data files by partition, and the head of its manifest.

mod file_set;
mod period;

use std::sync::Arc;

use traillake_model::PartitionValues;

use crate::index::FileLookup;
use crate::log::{CommitMark, TableMetadata};
use crate::manifest::LiveFile;
use crate::stats::{FileStats, StatsHead};
use crate::{Result, StorageError};

pub use file_set::FileSet;
pub(crate) use period::{Figures, Owner, Partition, PeriodFiles, hull};

/// What a table holds at one version. Cheap to share; never changes.
#[derive(Debug, Clone)]
pub struct TableSnapshot {
    /// Version of the Delta log.
    pub version: u64,
    /// Number of the newest committed manifest file; 0 when there is none.
    pub manifest_head: u64,
    /// Numbers of the manifest files to read, ascending.
    pub live_manifests: Vec<u64>,
    /// Numbers of the quarantine files to read, ascending.
    pub live_quarantine: Vec<u64>,
    /// The data files.
    pub files: Arc<FileSet>,
    pub(crate) manifests: Arc<[LiveFile]>,
    pub(crate) quarantine: Arc<[LiveFile]>,
    pub(crate) metadata: Arc<TableMetadata>,
    /// What binds the snapshot to its commit; none when the log holds that commit no longer.
    pub(crate) mark: Option<CommitMark>,
    /// Version of the newest file list known.
    pub(crate) listed: Option<u64>,
    /// Files added and removed since.
    pub(crate) unlisted: usize,
    /// Whether the log exists; a store whose creation was interrupted has none yet.
    pub(crate) exists: bool,
}

impl TableSnapshot {
    /// The same snapshot with another head of the manifest.
    pub(crate) fn with_live(mut self, manifests: Vec<LiveFile>, quarantine: Vec<LiveFile>) -> Self {
        self.live_manifests = manifests.iter().map(|file| file.number).collect();
        self.live_quarantine = quarantine.iter().map(|file| file.number).collect();
        self.manifests = manifests.into();
        self.quarantine = quarantine.into();
        self
    }
}

/// A live data file.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFile {
    /// Path below `events/`, decoded, checked: relative, no `..`, outside the log.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Rows; 0 when a foreign writer did not say.
    pub rows: u64,
    /// Partition values, which the files of a partition share.
    pub partition: Arc<PartitionValues>,
    /// Earliest and latest event time in microseconds since 1970, UTC, both included, when known.
    pub event_time_micros: Option<(i64, i64)>,
    /// What the log tells of the accounts and regions of its events.
    pub(crate) settled: Settled,
    /// When it was written, in milliseconds since 1970.
    pub modified_ms: i64,
}

/// Which partition values are those of every event of a file, by the log's statistics. An event that names no account
/// may lie in the partition of the account it was delivered to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Every event's `recipientaccountid` is the account of the partition.
    pub(crate) account: bool,
    /// Every event's `awsregion` is the region of the partition.
    pub(crate) region: bool,
}

impl DataFile {
    /// A file from the members of a Delta `add` action, its path checked.
    pub(crate) fn try_new(
        path: String,
        size: i64,
        partition: PartitionValues,
        stats: Option<&str>,
        modified_ms: i64,
    ) -> Result<Self> {
        check_data_path(&path)?;
        let size_bytes = u64::try_from(size)
            .map_err(|_| StorageError::corrupt(&path, format!("its size in the log is {size} bytes")))?;
        let head = stats.map(StatsHead::parse).unwrap_or_default();
        let is_only = |only: Option<String>, value: &Option<String>| only.is_some() && only == *value;
        let settled = Settled {
            account: is_only(head.only_account, &partition.account),
            region: is_only(head.only_region, &partition.region),
        };
        Ok(Self {
            path,
            size_bytes,
            rows: head.rows,
            partition: Arc::new(partition),
            event_time_micros: head.event_time_micros,
            settled,
            modified_ms,
        })
    }
}

/// A data file that was written but is not committed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFile {
    /// Path below `events/`, Hive layout.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Partition values.
    pub partition: PartitionValues,
    /// What the writer measured.
    pub stats: FileStats,
    /// Its values for the lookup index, if they were collected.
    pub(crate) lookup: Option<Arc<FileLookup>>,
}

/// The log is untrusted input: a data file must be named by a relative path that stays below `events/`.
pub(crate) fn check_data_path(path: &str) -> Result<()> {
    let problem = if path.is_empty() {
        "a data file with an empty path"
    } else if path.starts_with('/') || path.contains('\\') {
        "an absolute path, expected one below `events/`"
    } else if has_scheme(path) {
        "an address, expected a path below `events/`"
    } else if path.split('/').any(|part| part == "..") {
        "a path that leaves `events/`"
    } else if path.starts_with("_delta_log/") {
        "a data file inside the log"
    } else if object_store::path::Path::parse(path).is_err() {
        "a path that no object store accepts"
    } else {
        return Ok(());
    };
    Err(StorageError::corrupt(format!("events/_delta_log ({path})"), format!("it names {problem}")))
}

fn has_scheme(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    first.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_that_leave_the_table_are_refused() {
        for path in [
            "",
            "/etc/passwd",
            "../x.parquet",
            "a/../../x",
            "s3://bucket/x",
            "file:///x",
            "C:/x",
            "_delta_log/0.json",
            "a//b",
            "a/./b",
            "..\\x",
        ] {
            assert!(check_data_path(path).is_err(), "{path}");
        }
    }

    #[test]
    fn paths_of_the_layout_are_accepted() {
        for path in [
            "x.parquet",
            "account=1/region=us-east-1/date=2023-06-11/x.parquet",
            "a b/c:d.parquet",
            "date=2023-01-01 00:00/x",
        ] {
            assert!(check_data_path(path).is_ok(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_path_stays_below_its_root(path in "[a-z./:\\\\]{0,20}") {
            if check_data_path(&path).is_ok() {
                let joined = std::path::Path::new("/root").join(&path);
                prop_assert!(joined.starts_with("/root"));
                prop_assert!(!joined.components().any(|part| part == std::path::Component::ParentDir));
            }
        }
    }
}
