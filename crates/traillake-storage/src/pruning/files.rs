//! Which files of a snapshot can hold matching rows, told from the log alone: no object is opened.

use std::collections::{BTreeSet, HashSet};
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
use crate::snapshot::{DataFile, FileSet};

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

/// Drops files of expired partitions, then those whose partition or times contradict `conjuncts`.
pub(crate) fn keep_files(
    all: &FileSet,
    first_visible: Option<NaiveDate>,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    table_schema: &SchemaRef,
) -> Result<KeptFiles> {
    let owners = OwnerGuarantees::of(conjuncts);
    let dates = matching_dates(conjuncts, all.partitions().keys().map(|partition| partition.date));
    let mut files: Vec<Arc<DataFile>> = all
        .partitions()
        .iter()
        .filter(|(partition, _)| first_visible.is_none_or(|first| partition.date >= first))
        .filter(|(partition, _)| dates.as_ref().is_none_or(|dates| dates.contains(&partition.date)))
        .filter(|(partition, _)| owners.allow(partition))
        .flat_map(|(_, files)| files.iter().map(Arc::clone))
        .collect();
    for conjunct in conjuncts {
        let builder = PruningPredicateBuilder::new().with_file_schema(Arc::clone(table_schema));
        let Some(predicate) = builder.build(Arc::clone(conjunct)) else { continue };
        let mut keep = predicate.prune(&FileStatistics { files: &files })?.into_iter();
        files.retain(|_| keep.next().unwrap_or(true));
    }
    let partitions: BTreeSet<&PartitionValues> = files.iter().map(|file| &file.partition).collect();
    Ok(KeptFiles {
        partitions_kept: partitions.len(),
        partitions_total: all.partitions().len(),
        files_total: all.len(),
        files,
    })
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

fn rows(file: &DataFile) -> Option<u64> {
    Some(file.rows).filter(|&rows| rows > 0)
}

/// First and last event time of a file in microseconds: from the log, else the whole day of its partition.
pub(crate) fn event_times(file: &DataFile) -> (i64, i64) {
    let midnight = i64::from(days(file.partition.date)) * MICROS_PER_DAY;
    file.event_time_micros.unwrap_or((midnight, midnight + MICROS_PER_DAY - 1))
}

/// Days since 1970-01-01.
pub(crate) fn days(date: NaiveDate) -> i32 {
    let since = date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive());
    i32::try_from(since.num_days()).unwrap_or(i32::MAX)
}
