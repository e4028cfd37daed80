//! Which files of a snapshot can hold matching rows, told from the log alone: no object is opened.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use chrono::{DateTime, NaiveDate};
use datafusion::common::Result;
use datafusion::physical_expr::utils::{Guarantee, LiteralGuarantee};
use datafusion::physical_expr::{PhysicalExpr, expressions as physical};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use traillake_model::{PartitionValues, Period, UNKNOWN, checked_account, checked_region};

use super::any_node;
use super::calendar::MatchingDates;
use super::statistics::{FileStatistics, PeriodStatistics};
use crate::layout::EVENT_TIME;
use crate::snapshot::{DataFile, FileSet, Partition, PeriodFiles, hull};

/// Hidden column with the account partition.
pub(crate) const ACCOUNT: &str = "$account";
/// Hidden column with the region partition.
pub(crate) const REGION: &str = "$region";
/// Hidden column with the date partition, null in a store by month.
pub(crate) const DATE: &str = "$date";
/// Hidden column with the month partition, by its first day, null in a store by date.
pub(crate) const MONTH: &str = "$month";
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

/// Drops the periods that are expired or contradict `conjuncts` by their figures, then the files whose partition or
/// times do: the files of a dropped period are not looked at.
pub(crate) fn keep_files(
    all: &FileSet,
    first_visible: Option<NaiveDate>,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    table_schema: &SchemaRef,
) -> Result<KeptFiles> {
    let owners = OwnerGuarantees::of(conjuncts);
    let builder = || PruningPredicateBuilder::new().with_file_schema(Arc::clone(table_schema));
    let told = conjuncts.iter().filter(|conjunct| any_node(conjunct, is_told) || !any_node(conjunct, is_column));
    let predicates: Vec<_> = told.filter_map(|conjunct| builder().build(Arc::clone(conjunct))).collect();
    let mut periods: Vec<&PeriodFiles> = visible_periods(all, first_visible).collect();
    let dates = MatchingDates::of(conjuncts, periods.iter().map(|files| days_of_period(files)));
    if let Some(dates) = &dates {
        periods.retain(|files| dates.any(days_of_period(files)));
    }
    for predicate in &predicates {
        let mut keep = predicate.prune(&PeriodStatistics { periods: &periods })?.into_iter();
        periods.retain(|_| keep.next().unwrap_or(true));
    }
    let partitions = periods.iter().flat_map(|files| files.partitions());
    let allowed = partitions.filter(|partition| owners.allow(partition.values()));
    let is_kept = |file: &&Arc<DataFile>| {
        first_visible.is_none_or(|first| !is_expired(file, first))
            && dates.as_ref().is_none_or(|dates| dates.any(days_of_file(file)))
    };
    let mut files: Vec<Arc<DataFile>> = allowed.flat_map(Partition::files).filter(is_kept).map(Arc::clone).collect();
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

/// Which of `files` may hold an event for which a filter holds, by what the log says of them.
pub(crate) fn may_hold(
    files: &[Arc<DataFile>],
    filter: &Arc<dyn PhysicalExpr>,
    table_schema: &SchemaRef,
) -> Result<Vec<bool>> {
    let builder = PruningPredicateBuilder::new().with_file_schema(Arc::clone(table_schema));
    let Some(predicate) = builder.build(Arc::clone(filter)) else { return Ok(vec![true; files.len()]) };
    predicate.prune(&FileStatistics { files })
}

fn is_column(expr: &Arc<dyn PhysicalExpr>) -> bool {
    expr.is::<physical::Column>()
}

/// Whether an expression is a column of which the log tells something.
fn is_told(expr: &Arc<dyn PhysicalExpr>) -> bool {
    const TOLD: [&str; 6] = [EVENT_TIME, ACCOUNT, REGION, DATE, MONTH, PATH];
    expr.downcast_ref::<physical::Column>().is_some_and(|column| TOLD.contains(&column.name()))
}

/// The periods with events that may not be expired; of months, the first may hold expired ones as well.
pub(crate) fn visible_periods(all: &FileSet, first_visible: Option<NaiveDate>) -> impl Iterator<Item = &PeriodFiles> {
    all.periods().filter(move |files| first_visible.is_none_or(|first| files.period().last() >= first))
}

/// Whether every event of a file is of a day before the first visible one.
pub(crate) fn is_expired(file: &DataFile, first_visible: NaiveDate) -> bool {
    event_times(file).1 < midnight(first_visible)
}

/// Whether events of these times may be from before the first visible day.
pub(crate) fn reach_before((first, _): (i64, i64), first_visible: NaiveDate) -> bool {
    first < midnight(first_visible)
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

/// First and last event time of a period's files in microseconds.
pub(crate) fn times_of_period(files: &PeriodFiles) -> (i64, i64) {
    let (figures, period) = (files.figures(), files.period());
    let whole = (figures.untimed > 0).then(|| whole_period(period));
    figures.times.into_iter().chain(whole).reduce(hull).unwrap_or_else(|| whole_period(period))
}

/// First and last UTC day of a period's events.
fn days_of_period(files: &PeriodFiles) -> (i32, i32) {
    days_within(files.period(), times_of_period(files))
}

/// First and last UTC day of a file's events.
fn days_of_file(file: &DataFile) -> (i32, i32) {
    days_within(file.partition.period, event_times(file))
}

/// The days of these times, which lie in the period whatever the log says.
fn days_within(period: Period, (from, to): (i64, i64)) -> (i32, i32) {
    let (first, last) = (days(period.first()), days(period.last()));
    let day = |micros: i64| micros.div_euclid(MICROS_PER_DAY).clamp(i64::from(first), i64::from(last));
    let day = |micros: i64| i32::try_from(day(micros)).unwrap_or(last);
    (day(from.min(to)), day(to.max(from)))
}

/// First and last event time of a file in microseconds: from the log, else the whole period of its partition.
pub(crate) fn event_times(file: &DataFile) -> (i64, i64) {
    file.event_time_micros.unwrap_or_else(|| whole_period(file.partition.period))
}

fn whole_period(period: Period) -> (i64, i64) {
    (midnight(period.first()), midnight(period.last()) + MICROS_PER_DAY - 1)
}

/// When a UTC day begins, in microseconds since 1970.
pub(crate) fn midnight(date: NaiveDate) -> i64 {
    i64::from(days(date)) * MICROS_PER_DAY
}

/// Days since 1970-01-01.
pub(crate) fn days(date: NaiveDate) -> i32 {
    let since = date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive());
    i32::try_from(since.num_days()).unwrap_or(i32::MAX)
}
