//! Which files of a snapshot can hold matching rows, told from the log alone: no object is opened.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, StringArray, TimestampMillisecondArray, UInt64Array};
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, NaiveDate};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::{Guarantee, LiteralGuarantee};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use traillake_model::{PartitionValues, UNKNOWN, checked_account, checked_region};

use super::calendar::matching_dates;
use crate::layout::EVENT_TIME;
use crate::snapshot::{DataFile, Day, FileSet, Partition, hull};

/// Hidden column with the account partition.
pub(crate) const ACCOUNT: &str = "$account";
/// Hidden column with the region partition.
pub(crate) const REGION: &str = "$region";
/// Hidden column with the date partition.
pub(crate) const DATE: &str = "$date";
/// Hidden column with the file's path below `events/`.
pub(crate) const PATH: &str = "$path";

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The files that a scan must look at, and how many there are in all.
#[derive(Debug, Default)]
pub(crate) struct KeptFiles {
    pub(crate) files: Vec<Arc<DataFile>>,
    pub(crate) files_total: usize,
    pub(crate) partitions_kept: usize,
    pub(crate) partitions_total: usize,
}

/// Drops the days that are expired or contradict `conjuncts` by their figures, then the files whose partition or times
/// do: the files of a dropped day are not looked at.
pub(crate) fn keep_files(
    all: &FileSet,
    first_visible: Option<NaiveDate>,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    table_schema: &SchemaRef,
) -> Result<KeptFiles> {
    let owners = OwnerGuarantees::of(conjuncts);
    let builder = || PruningPredicateBuilder::new().with_file_schema(Arc::clone(table_schema));
    let predicates: Vec<_> = conjuncts.iter().filter_map(|conjunct| builder().build(Arc::clone(conjunct))).collect();
    let mut days: Vec<&Day> = visible_days(all, first_visible).collect();
    if let Some(dates) = matching_dates(conjuncts, days.iter().map(|day| day.date())) {
        days.retain(|day| dates.contains(&day.date()));
    }
    for predicate in &predicates {
        let mut keep = predicate.prune(&DayStatistics { days: &days })?.into_iter();
        days.retain(|_| keep.next().unwrap_or(true));
    }
    let partitions = days.iter().flat_map(|day| day.partitions()).filter(|partition| owners.allow(partition.values()));
    let mut files: Vec<Arc<DataFile>> = partitions.flat_map(Partition::files).map(Arc::clone).collect();
    for predicate in &predicates {
        let mut keep = predicate.prune(&FileStatistics { files: &files })?.into_iter();
        files.retain(|_| keep.next().unwrap_or(true));
    }
    Ok(KeptFiles {
        // The files of a partition follow each other.
        partitions_kept: files.chunk_by(|a, b| a.partition == b.partition).count(),
        partitions_total: all.partition_count(),
        files_total: all.len(),
        files,
    })
}

/// The days of events that are not expired.
pub(crate) fn visible_days(all: &FileSet, first_visible: Option<NaiveDate>) -> impl Iterator<Item = &Day> {
    all.days().filter(move |day| first_visible.is_none_or(|first| day.date() >= first))
}

/// What the filter says about the columns that decide the account and region partitions.
///
/// A row whose column holds a well-formed value lies in the partition of that value, or in `unknown` when the store
/// had too many of them. A row whose column is null or malformed may lie in any partition. So only a filter that
/// demands one of some well-formed values tells partitions apart.
#[derive(Debug, Default)]
struct OwnerGuarantees {
    accounts: Vec<HashSet<String>>,
    regions: Vec<HashSet<String>>,
}

impl OwnerGuarantees {
    fn of(conjuncts: &[Arc<dyn PhysicalExpr>]) -> Self {
        let mut found = Self::default();
        for guarantee in conjuncts.iter().flat_map(LiteralGuarantee::analyze) {
            if guarantee.guarantee != Guarantee::In {
                continue;
            }
            match guarantee.column.name.as_str() {
                "recipientaccountid" => {
                    found.accounts.extend(checked(&guarantee, |text| checked_account(text).is_some()));
                }
                "awsregion" => found.regions.extend(checked(&guarantee, |text| checked_region(text).is_some())),
                _ => {}
            }
        }
        found
    }

    fn allow(&self, partition: &PartitionValues) -> bool {
        let fits = |sets: &[HashSet<String>], value: Option<&str>| match value {
            None | Some(UNKNOWN) => true,
            Some(value) => sets.iter().all(|set| set.contains(value)),
        };
        fits(&self.accounts, partition.account.as_deref()) && fits(&self.regions, partition.region.as_deref())
    }
}

fn checked(guarantee: &LiteralGuarantee, is_checked: impl Fn(&str) -> bool) -> Option<HashSet<String>> {
    guarantee
        .literals
        .iter()
        .filter(|literal| !literal.is_null())
        .map(|literal| literal.try_as_str().flatten().filter(|text| is_checked(text)).map(str::to_owned))
        .collect()
}

/// The log's knowledge about files, one container per file.
struct FileStatistics<'a> {
    files: &'a [Arc<DataFile>],
}

impl FileStatistics<'_> {
    fn bounds(&self, column: &str, pick: impl Fn((i64, i64)) -> i64) -> Option<ArrayRef> {
        let texts = |value: fn(&DataFile) -> Option<&str>| -> ArrayRef {
            Arc::new(self.files.iter().map(|file| value(file)).collect::<StringArray>())
        };
        Some(match column {
            EVENT_TIME => Arc::new(TimestampMillisecondArray::from_iter_values(
                self.files.iter().map(|file| pick(event_times(file)).div_euclid(1_000)),
            )),
            ACCOUNT => texts(|file| file.partition.account.as_deref()),
            REGION => texts(|file| file.partition.region.as_deref()),
            DATE => Arc::new(Date32Array::from_iter_values(self.files.iter().map(|file| days(file.partition.date)))),
            PATH => texts(|file| Some(&file.path)),
            _ => return None,
        })
    }

    fn nulls(&self, is_null: impl Fn(&DataFile) -> bool) -> ArrayRef {
        Arc::new(
            self.files.iter().map(|file| if is_null(file) { rows(file) } else { Some(0) }).collect::<UInt64Array>(),
        )
    }
}

impl PruningStatistics for FileStatistics<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(first, _)| first)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(_, last)| last)
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        match column.name.as_str() {
            EVENT_TIME | DATE | PATH => Some(self.nulls(|_| false)),
            ACCOUNT => Some(self.nulls(|file| file.partition.account.is_none())),
            REGION => Some(self.nulls(|file| file.partition.region.is_none())),
            _ => None,
        }
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.files.iter().map(|file| rows(file)).collect::<UInt64Array>()))
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

/// The figures of days, one container per day.
struct DayStatistics<'a> {
    days: &'a [&'a Day],
}

impl DayStatistics<'_> {
    fn bounds(&self, column: &str, pick: impl Fn((i64, i64)) -> i64) -> Option<ArrayRef> {
        let days = self.days.iter();
        Some(match column {
            EVENT_TIME => Arc::new(TimestampMillisecondArray::from_iter_values(
                days.map(|day| pick(times_of_day(day)).div_euclid(1_000)),
            )),
            DATE => Arc::new(Date32Array::from_iter_values(days.map(|day| self::days(day.date())))),
            _ => return None,
        })
    }
}

impl PruningStatistics for DayStatistics<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(first, _)| first)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(_, last)| last)
    }

    fn num_containers(&self) -> usize {
        self.days.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let is_never_null = [EVENT_TIME, DATE].contains(&column.name.as_str());
        is_never_null.then(|| Arc::new(UInt64Array::from_value(0, self.days.len())) as ArrayRef)
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        let rows = self.days.iter().map(|day| Some(day.figures().rows).filter(|_| day.figures().uncounted == 0));
        Some(Arc::new(rows.collect::<UInt64Array>()))
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

/// First and last event time of a day's files in microseconds.
fn times_of_day(day: &Day) -> (i64, i64) {
    let figures = day.figures();
    let whole = (figures.untimed > 0).then(|| whole_day(day.date()));
    let times = figures.times.into_iter().chain(whole).reduce(hull);
    times.unwrap_or_else(|| whole_day(day.date()))
}

fn rows(file: &DataFile) -> Option<u64> {
    Some(file.rows).filter(|&rows| rows > 0)
}

/// First and last event time of a file in microseconds: from the log, else the whole day of its partition.
pub(crate) fn event_times(file: &DataFile) -> (i64, i64) {
    file.event_time_micros.unwrap_or_else(|| whole_day(file.partition.date))
}

fn whole_day(date: NaiveDate) -> (i64, i64) {
    let midnight = i64::from(days(date)) * MICROS_PER_DAY;
    (midnight, midnight + MICROS_PER_DAY - 1)
}

/// Days since 1970-01-01.
pub(crate) fn days(date: NaiveDate) -> i32 {
    let since = date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive());
    i32::try_from(since.num_days()).unwrap_or(i32::MAX)
}
