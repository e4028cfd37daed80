//! One version of a table: its live data files by partition, and the head of its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use traillake_model::PartitionValues;

use crate::log::TableMetadata;
use crate::manifest::LiveFile;
use crate::stats::{FileStats, StatsHead};
use crate::{Result, StorageError};

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

/// The live data files of a snapshot, by partition.
#[derive(Debug, Clone, Default)]
pub struct FileSet {
    partitions: BTreeMap<PartitionValues, Vec<Arc<DataFile>>>,
    files: usize,
    rows: u64,
    bytes: u64,
}

impl FileSet {
    /// Partitions and their files, ordered by partition.
    pub fn partitions(&self) -> &BTreeMap<PartitionValues, Vec<Arc<DataFile>>> {
        &self.partitions
    }

    /// Files of one partition, in the order they were added.
    pub fn of(&self, partition: &PartitionValues) -> &[Arc<DataFile>] {
        self.partitions.get(partition).map_or(&[], Vec::as_slice)
    }

    /// All files, ordered by partition.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<DataFile>> + '_ {
        self.partitions.values().flatten()
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files == 0
    }

    /// Rows of all files; files whose writer did not say count 0.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Distinct account values of the partitions.
    pub fn accounts(&self) -> BTreeSet<&str> {
        self.partitions.keys().filter_map(|partition| partition.account.as_deref()).collect()
    }

    /// Distinct region values of the partitions.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.partitions.keys().filter_map(|partition| partition.region.as_deref()).collect()
    }

    /// Adds a file; a file of the same path is replaced.
    pub(crate) fn insert(&mut self, file: Arc<DataFile>) {
        self.rows = self.rows.saturating_add(file.rows);
        self.bytes = self.bytes.saturating_add(file.size_bytes);
        self.files += 1;
        self.partitions.entry(file.partition.clone()).or_default().push(file);
    }

    /// Removes the file at `path`, which lies in `partition` if that is known. False when it is not there.
    pub(crate) fn remove(&mut self, path: &str, partition: Option<&PartitionValues>) -> bool {
        let found = partition.filter(|known| self.of(known).iter().any(|file| file.path == path)).cloned();
        let Some(partition) = found.or_else(|| self.partition_of(path)) else { return false };
        let Some(files) = self.partitions.get_mut(&partition) else { return false };
        let Some(index) = files.iter().position(|file| file.path == path) else { return false };
        let file = files.remove(index);
        if files.is_empty() {
            self.partitions.remove(&partition);
        }
        self.files -= 1;
        self.rows = self.rows.saturating_sub(file.rows);
        self.bytes = self.bytes.saturating_sub(file.size_bytes);
        true
    }

    /// Removes the file with the path and partition of `file`, if it is there.
    pub(crate) fn remove_known(&mut self, file: &DataFile) {
        if self.contains(&file.partition, &file.path) {
            self.remove(&file.path, Some(&file.partition));
        }
    }

    /// Whether a file lies at `path` in `partition`.
    pub(crate) fn contains(&self, partition: &PartitionValues, path: &str) -> bool {
        self.of(partition).iter().any(|file| file.path == path)
    }

    fn partition_of(&self, path: &str) -> Option<PartitionValues> {
        self.iter().find(|file| file.path == path).map(|file| file.partition.clone())
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
    /// Partition values.
    pub partition: PartitionValues,
    /// Earliest and latest event time in microseconds since 1970, UTC, both included, when known.
    pub event_time_micros: Option<(i64, i64)>,
    /// The `stats` text of the Delta log.
    pub stats_json: Option<Arc<str>>,
    /// When it was written, in milliseconds since 1970.
    pub modified_ms: i64,
}

impl DataFile {
    /// A file from the members of a Delta `add` action, its path checked.
    pub(crate) fn try_new(
        path: String,
        size: i64,
        partition: PartitionValues,
        stats: Option<String>,
        modified_ms: i64,
    ) -> Result<Self> {
        check_data_path(&path)?;
        let size_bytes = u64::try_from(size)
            .map_err(|_| StorageError::corrupt(&path, format!("its size in the log is {size} bytes")))?;
        let head = stats.as_deref().map(StatsHead::parse).unwrap_or_default();
        Ok(Self {
            path,
            size_bytes,
            rows: head.rows,
            partition,
            event_time_micros: head.event_time_micros,
            stats_json: stats.map(Arc::from),
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
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn file(path: &str, day: u32, rows: u64) -> Arc<DataFile> {
        Arc::new(DataFile {
            path: path.into(),
            size_bytes: 10,
            rows,
            partition: partition(day),
            event_time_micros: None,
            stats_json: None,
            modified_ms: 0,
        })
    }

    fn partition(day: u32) -> PartitionValues {
        PartitionValues {
            account: Some("123456789012".into()),
            region: Some("us-east-1".into()),
            date: NaiveDate::from_ymd_opt(2023, 6, day).unwrap(),
        }
    }

    #[test]
    fn totals_follow_what_is_added_and_removed() {
        let mut files = FileSet::default();
        files.insert(file("a.parquet", 1, 3));
        files.insert(file("b.parquet", 2, 4));
        assert_eq!((files.len(), files.rows(), files.bytes()), (2, 7, 20));
        assert!(files.remove("b.parquet", None));
        assert!(!files.remove("b.parquet", None));
        assert_eq!((files.len(), files.rows(), files.bytes()), (1, 3, 10));
        assert_eq!(files.partitions().len(), 1);
    }

    #[test]
    fn a_file_is_removed_even_when_the_partition_given_is_wrong() {
        let mut files = FileSet::default();
        files.insert(file("a.parquet", 1, 3));
        assert!(files.remove("a.parquet", Some(&partition(9))));
        assert!(files.is_empty());
    }

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
