//! The live data files of a snapshot, by period: UTC day or month, as the store is partitioned.
//!
//! A period knows its figures and, once somebody asks, its partitions and files: a question about one day of a store of
//! many years looks at the figures of every period and at the files of one. Copies share the periods they do not change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use traillake_model::{PartitionValues, Period};

use super::DataFile;
use super::period::{Figures, Owner, PeriodFiles, hull};

/// The live data files of a snapshot, by period and partition. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct FileSet {
    periods: BTreeMap<Period, Arc<PeriodFiles>>,
    figures: Figures,
}

impl FileSet {
    /// The files of these periods.
    pub(crate) fn from_periods(periods: impl IntoIterator<Item = PeriodFiles>) -> Self {
        let periods: BTreeMap<_, _> = periods.into_iter().map(|files| (files.period(), Arc::new(files))).collect();
        let figures = periods.values().fold(Figures::default(), |sum, files| sum.plus(files.figures()));
        Self { periods, figures }
    }

    /// The periods that have files, ascending.
    pub(crate) fn periods(&self) -> impl Iterator<Item = &PeriodFiles> {
        self.periods.values().map(Arc::as_ref)
    }

    /// Partitions and their files, ordered by period, account and region.
    pub fn partitions(&self) -> impl Iterator<Item = (&PartitionValues, &[Arc<DataFile>])> {
        let partitions = self.periods().flat_map(PeriodFiles::partitions);
        partitions.map(|partition| (partition.values(), partition.files()))
    }

    /// Partitions of one period and their files, ordered by account and region.
    pub fn within(&self, period: Period) -> impl Iterator<Item = (&PartitionValues, &[Arc<DataFile>])> {
        let partitions = self.periods.get(&period).into_iter().flat_map(|files| files.partitions());
        partitions.map(|partition| (partition.values(), partition.files()))
    }

    /// A partition as the set knows it, and its files.
    pub fn partition(&self, values: &PartitionValues) -> Option<(&PartitionValues, &[Arc<DataFile>])> {
        let found = self.periods.get(&values.period)?.partition(values)?;
        Some((found.values(), found.files()))
    }

    /// Files of one partition, in the order they were added.
    pub fn of(&self, partition: &PartitionValues) -> &[Arc<DataFile>] {
        self.partition(partition).map_or(&[], |(_, files)| files)
    }

    /// All files, ordered by partition.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<DataFile>> {
        self.partitions().flat_map(|(_, files)| files)
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.figures.files
    }

    /// Number of partitions.
    pub fn partition_count(&self) -> usize {
        self.figures.partitions
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows of all files; files whose writer did not say count 0.
    pub fn rows(&self) -> u64 {
        self.figures.rows
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.figures.bytes
    }

    /// Earliest and latest event time in microseconds since 1970, UTC, of the files that say, both included.
    pub fn event_times(&self) -> Option<(i64, i64)> {
        self.periods().filter_map(|files| files.figures().times).reduce(hull)
    }

    /// Distinct account values of the partitions.
    pub fn accounts(&self) -> BTreeSet<&str> {
        self.owners().into_iter().filter_map(|(account, _)| account).collect()
    }

    /// Distinct region values of the partitions.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.owners().into_iter().filter_map(|(_, region)| region).collect()
    }

    fn owners(&self) -> BTreeSet<Owner<'_>> {
        self.periods().flat_map(PeriodFiles::owners).collect()
    }

    /// Adds a file.
    pub(crate) fn insert(&mut self, file: DataFile) {
        let period = file.partition.period;
        let files = self.periods.entry(period).or_insert_with(|| Arc::new(PeriodFiles::new(period)));
        let before = *files.figures();
        Arc::make_mut(files).insert(file);
        self.figures = self.figures.minus(&before).plus(files.figures());
    }

    /// Removes the file at `path`, which lies in `partition` if that is known. False when it is not there.
    pub(crate) fn remove(&mut self, path: &str, partition: Option<&PartitionValues>) -> bool {
        let known = partition.filter(|known| self.contains(known, path)).cloned();
        let Some(partition) = known.or_else(|| self.partition_of(path)) else { return false };
        let Some(files) = self.periods.get_mut(&partition.period) else { return false };
        let before = *files.figures();
        let removed = Arc::make_mut(files).remove(&partition, path);
        self.figures = self.figures.minus(&before).plus(files.figures());
        if files.figures().files == 0 {
            self.periods.remove(&partition.period);
        }
        removed
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
        self.iter().find(|file| file.path == path).map(|file| file.partition.as_ref().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::data_file;

    fn totals(files: &FileSet) -> (usize, u64, u64, usize) {
        (files.len(), files.rows(), files.bytes(), files.partition_count())
    }

    #[test]
    fn totals_follow_what_is_added_and_removed() {
        let mut files = FileSet::default();
        files.insert(data_file("a", 1, 3));
        files.insert(data_file("b", 2, 4));
        assert_eq!(totals(&files), (2, 7, 6, 2));
        let b = data_file("b", 2, 4);
        assert!(files.remove(&b.path, None));
        assert!(!files.remove(&b.path, None));
        assert_eq!(totals(&files), (1, 3, 3, 1));
        assert_eq!(files.periods().count(), 1);
    }

    #[test]
    fn a_file_is_removed_even_when_the_partition_given_is_wrong() {
        let mut files = FileSet::default();
        files.insert(data_file("a", 1, 3));
        let wrong = data_file("a", 9, 3).partition;
        assert!(files.remove(&data_file("a", 1, 3).path, Some(&wrong)));
        assert!(files.is_empty());
    }

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut files = FileSet::default();
        files.insert(data_file("a", 1, 3));
        let before = files.clone();
        files.insert(data_file("b", 1, 4));
        files.remove(&data_file("a", 1, 3).path, None);
        assert_eq!((totals(&before), totals(&files)), ((1, 3, 3, 1), (1, 4, 3, 1)));
        assert_eq!(before.iter().next().map(|file| file.rows), Some(3));
    }
}
