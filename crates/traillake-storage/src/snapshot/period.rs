//! The live data files of one UTC day or month: their figures, and by partition.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use traillake_model::{PartitionValues, Period};

use super::DataFile;
use crate::file_list::ListedPeriod;

/// Account and region of a partition.
pub(crate) type Owner<'a> = (Option<&'a str>, Option<&'a str>);

/// What can be said of some files without naming them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) files: usize,
    pub(crate) partitions: usize,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Files whose writer did not say how many rows they have.
    pub(crate) uncounted: usize,
    /// Files whose writer did not say from when to when their events are.
    pub(crate) untimed: usize,
    /// Earliest and latest event time of the others, in microseconds.
    pub(crate) times: Option<(i64, i64)>,
}

/// The files of one period.
#[derive(Debug, Clone)]
pub(crate) struct PeriodFiles {
    period: Period,
    figures: Figures,
    /// Where the partitions are made from when they are first asked for.
    listed: Option<ListedPeriod>,
    partitions: OnceLock<Vec<Partition>>,
}

/// A partition and its files, in the order they were added.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Partition {
    values: Arc<PartitionValues>,
    files: Vec<Arc<DataFile>>,
}

impl PeriodFiles {
    /// A period without files.
    pub(super) fn new(period: Period) -> Self {
        Self { period, figures: Figures::default(), listed: None, partitions: OnceLock::new() }
    }

    /// A period of a list.
    pub(crate) fn listed(period: Period, figures: Figures, listed: ListedPeriod) -> Self {
        Self { period, figures, listed: Some(listed), partitions: OnceLock::new() }
    }

    pub(crate) fn period(&self) -> Period {
        self.period
    }

    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The list that says what the period holds; none once it was changed.
    pub(crate) fn list(&self) -> Option<&ListedPeriod> {
        self.listed.as_ref()
    }

    /// Partitions by account and region.
    pub(crate) fn partitions(&self) -> &[Partition] {
        self.partitions.get_or_init(|| {
            let mut partitions = Vec::new();
            for file in self.listed.iter().flat_map(ListedPeriod::files) {
                put(&mut partitions, file);
            }
            partitions
        })
    }

    /// One partition.
    pub(super) fn partition(&self, values: &PartitionValues) -> Option<&Partition> {
        let partitions = self.partitions();
        let found = partitions.binary_search_by(|partition| order(&partition.values, values)).ok()?;
        partitions.get(found)
    }

    /// Accounts and regions of the partitions, some more than once; makes no files.
    pub(super) fn owners(&self) -> Vec<Owner<'_>> {
        match (&self.listed, self.partitions.get()) {
            (Some(listed), None) => listed.owners(),
            _ => self.partitions().iter().map(|partition| owner(&partition.values)).collect(),
        }
    }

    pub(super) fn insert(&mut self, file: DataFile) {
        self.figures = self.figures.plus(&Figures::of(&file));
        self.figures.partitions = self.change(|partitions| {
            put(partitions, file);
            partitions.len()
        });
    }

    pub(super) fn remove(&mut self, values: &PartitionValues, path: &str) -> bool {
        let (removed, left) = self.change(|partitions| (take(partitions, values, path), partitions.len()));
        let Some(file) = removed else { return false };
        self.figures = Figures { partitions: left, ..self.figures.minus(&Figures::of(&file)) };
        let is_at_edge = |all: (i64, i64), one: (i64, i64)| all.0 == one.0 || all.1 == one.1;
        if self.figures.times.zip(file.event_time_micros).is_some_and(|(all, one)| is_at_edge(all, one)) {
            let files = self.partitions().iter().flat_map(Partition::files);
            self.figures.times = files.filter_map(|file| file.event_time_micros).reduce(hull);
        }
        true
    }

    /// Changes the partitions: no list describes them any more.
    fn change<T>(&mut self, change: impl FnOnce(&mut Vec<Partition>) -> T) -> T {
        self.partitions();
        let mut partitions = self.partitions.take().unwrap_or_default();
        let outcome = change(&mut partitions);
        self.partitions = OnceLock::from(partitions);
        self.listed = None;
        outcome
    }
}

impl Partition {
    pub(crate) fn values(&self) -> &PartitionValues {
        &self.values
    }

    pub(crate) fn files(&self) -> &[Arc<DataFile>] {
        &self.files
    }
}

impl Figures {
    fn of(file: &DataFile) -> Self {
        Self {
            files: 1,
            partitions: 0,
            rows: file.rows,
            bytes: file.size_bytes,
            uncounted: usize::from(file.rows == 0),
            untimed: usize::from(file.event_time_micros.is_none()),
            times: file.event_time_micros,
        }
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            files: self.files + other.files,
            partitions: self.partitions + other.partitions,
            rows: self.rows.saturating_add(other.rows),
            bytes: self.bytes.saturating_add(other.bytes),
            uncounted: self.uncounted + other.uncounted,
            untimed: self.untimed + other.untimed,
            times: [self.times, other.times].into_iter().flatten().reduce(hull),
        }
    }

    /// Without `other`; the times stay as wide as they were.
    pub(super) fn minus(&self, other: &Self) -> Self {
        Self {
            files: self.files.saturating_sub(other.files),
            partitions: self.partitions.saturating_sub(other.partitions),
            rows: self.rows.saturating_sub(other.rows),
            bytes: self.bytes.saturating_sub(other.bytes),
            uncounted: self.uncounted.saturating_sub(other.uncounted),
            untimed: self.untimed.saturating_sub(other.untimed),
            times: self.times,
        }
    }
}

/// Adds a file to its partition; files of one partition share its values.
fn put(partitions: &mut Vec<Partition>, mut file: DataFile) {
    let last = partitions.last().is_some_and(|last| order(&last.values, &file.partition).is_lt());
    let at = if last {
        Err(partitions.len())
    } else {
        partitions.binary_search_by(|partition| order(&partition.values, &file.partition))
    };
    match at {
        Ok(at) => {
            if let Some(partition) = partitions.get_mut(at) {
                file.partition = Arc::clone(&partition.values);
                partition.files.push(Arc::new(file));
            }
        }
        Err(at) => {
            let values = Arc::clone(&file.partition);
            partitions.insert(at, Partition { values, files: vec![Arc::new(file)] });
        }
    }
}

/// Takes a file out; a partition that is left without files goes with it.
fn take(partitions: &mut Vec<Partition>, values: &PartitionValues, path: &str) -> Option<Arc<DataFile>> {
    let at = partitions.binary_search_by(|partition| order(&partition.values, values)).ok()?;
    let files = &mut partitions.get_mut(at)?.files;
    let index = files.iter().position(|file| file.path == path)?;
    let file = files.remove(index);
    if files.is_empty() {
        partitions.remove(at);
    }
    Some(file)
}

/// The shortest time that covers both.
pub(crate) fn hull((a, b): (i64, i64), (c, d): (i64, i64)) -> (i64, i64) {
    (a.min(c), b.max(d))
}

fn owner(values: &PartitionValues) -> Owner<'_> {
    (values.account.as_deref(), values.region.as_deref())
}

fn order(a: &PartitionValues, b: &PartitionValues) -> Ordering {
    owner(a).cmp(&owner(b))
}
