//! What the log alone says of events, as a table: for questions that count them by day, account or region.
//!
//! A row stands for the events of one day, or of one partition. Its event time is that of its first event, so that what
//! depends on the day of an event has one value; and its `recipientaccountid` and `awsregion` are there only where the
//! log says that all its events have them.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use chrono::NaiveDate;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;

use super::EventTableProvider;
use crate::layout::EVENT_TIME;
use crate::pruning::files::{ACCOUNT, DATE, REGION, days, visible_days};
use crate::scan_report::{ScanReport, ScanTracker};
use crate::snapshot::{DataFile, Day, Partition, hull};

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// The column of the account that an event was delivered to.
const RECIPIENT_ACCOUNT: &str = "recipientaccountid";
/// The column of the region of an event.
const AWS_REGION: &str = "awsregion";

/// What a question needs to know of events to be answered by the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for columns of its own")]
pub struct TallyNeeds {
    /// The account or region of the partition.
    pub partition: bool,
    /// `recipientaccountid`.
    pub recipient_account: bool,
    /// `awsregion`.
    pub aws_region: bool,
    /// The UTC day of the event time.
    pub day: bool,
    /// First event time that counts, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Last event time that counts, in milliseconds since 1970.
    pub to_ms: Option<i64>,
}

/// Events that the log counts: a row of the table.
#[derive(Clone)]
struct Tally<'a> {
    account: Option<&'a str>,
    region: Option<&'a str>,
    date: NaiveDate,
    rows: u64,
    times: (i64, i64),
}

/// Where event times lie of those that count.
enum Place {
    Inside,
    Outside,
    Across,
}

impl EventTableProvider {
    /// Column of a tally with the number of its events.
    pub const TALLY_ROWS: &str = "$rows";
    /// Column of a tally with the event time of its last event.
    pub const TALLY_LAST: &str = "$last";

    /// The visible events, counted by the log alone: a table with the columns `eventtime` (of the first event),
    /// `recipientaccountid`, `awsregion`, `$account`, `$region`, `$date`, `$rows` and `$last`, of which those that
    /// `needs` names are right. `None` when the log does not know enough.
    pub fn tally(&self, needs: TallyNeeds) -> Result<Option<Arc<dyn TableProvider>>> {
        let files = &self.snapshot.files;
        let days = visible_days(files, self.policy.first_visible_date);
        let tallies: Option<Vec<Vec<Tally<'_>>>> = days.map(|day| needs.tallies_of(day)).collect();
        let Some(tallies) = tallies else { return Ok(None) };
        let report = ScanReport {
            files_total: files.len(),
            partitions_total: files.partition_count(),
            table_version: self.snapshot.version,
            ..ScanReport::default()
        };
        Ok(Some(Arc::new(TallyTable { batch: batch(&tallies.concat(), &self.tally_schema())?, report })))
    }
}

impl EventTableProvider {
    /// The store's own columns as they are; a store of another kind may lack some.
    fn tally_schema(&self) -> SchemaRef {
        let own = |name: &str, other: DataType| {
            self.schema.field_with_name(name).map_or_else(|_| Field::new(name, other, true), Clone::clone)
        };
        let time = own(EVENT_TIME, DataType::Timestamp(TimeUnit::Millisecond, None));
        Arc::new(Schema::new(vec![
            time.clone(),
            own(RECIPIENT_ACCOUNT, DataType::Utf8),
            own(AWS_REGION, DataType::Utf8),
            Field::new(ACCOUNT, DataType::Utf8, true),
            Field::new(REGION, DataType::Utf8, true),
            Field::new(DATE, DataType::Date32, false),
            Field::new(Self::TALLY_ROWS, DataType::Int64, false),
            time.with_name(Self::TALLY_LAST),
        ]))
    }
}

impl TallyNeeds {
    /// `None` when the log does not know enough of the day.
    fn tallies_of(self, day: &Day) -> Option<Vec<Tally<'_>>> {
        let figures = day.figures();
        if figures.uncounted > 0 || figures.untimed > 0 {
            return None;
        }
        let times = figures.times?;
        let by_day = !(self.partition || self.recipient_account || self.aws_region);
        let tallies = match self.place(times) {
            Place::Outside => return Some(Vec::new()),
            Place::Inside if by_day => {
                vec![Tally { account: None, region: None, date: day.date(), rows: figures.rows, times }]
            }
            _ => {
                let tallies = day.partitions().iter().map(|partition| self.tally_of(partition));
                tallies.collect::<Option<Vec<Vec<_>>>>()?.concat()
            }
        };
        let is_one_day =
            |(first, last): (i64, i64)| first.div_euclid(MICROS_PER_DAY) == last.div_euclid(MICROS_PER_DAY);
        (!self.day || tallies.iter().all(|tally| is_one_day(tally.times))).then_some(tallies)
    }

    /// The files that count of a partition, if there are any; `None` when the log does not know enough of them.
    fn tally_of(self, partition: &Partition) -> Option<Vec<Tally<'_>>> {
        let values = partition.values();
        let mut tally: Option<Tally<'_>> = None;
        for file in partition.files() {
            let times = file.event_time_micros?;
            match self.place(times) {
                Place::Across => return None,
                Place::Outside => {}
                Place::Inside if !self.is_settled(file) => return None,
                Place::Inside => {
                    let (account, region) = (values.account.as_deref(), values.region.as_deref());
                    let empty = Tally { account, region, date: values.date, rows: 0, times };
                    let tally = tally.get_or_insert(empty);
                    tally.rows = tally.rows.saturating_add(file.rows);
                    tally.times = hull(tally.times, times);
                }
            }
        }
        Some(tally.into_iter().collect())
    }

    fn is_settled(self, file: &DataFile) -> bool {
        (file.settled.account || !self.recipient_account) && (file.settled.region || !self.aws_region)
    }

    /// Event times count by the millisecond, as SQL shows them.
    fn place(self, (first, last): (i64, i64)) -> Place {
        let (first, last) = (first.div_euclid(1_000), last.div_euclid(1_000));
        let (from, to) = (self.from_ms.unwrap_or(i64::MIN), self.to_ms.unwrap_or(i64::MAX));
        if last < from || first > to {
            Place::Outside
        } else if first >= from && last <= to {
            Place::Inside
        } else {
            Place::Across
        }
    }
}

fn batch<'a>(tallies: &[Tally<'a>], schema: &SchemaRef) -> Result<RecordBatch> {
    let texts = |pick: fn(&Tally<'a>) -> Option<&'a str>| -> ArrayRef {
        Arc::new(tallies.iter().map(pick).collect::<StringArray>())
    };
    let times = |pick: fn((i64, i64)) -> i64| -> ArrayRef {
        let millis = tallies.iter().map(|tally| pick(tally.times).div_euclid(1_000));
        Arc::new(TimestampMillisecondArray::from_iter_values(millis))
    };
    let (accounts, regions) = (texts(|tally| tally.account), texts(|tally| tally.region));
    let dates = Date32Array::from_iter_values(tallies.iter().map(|tally| days(tally.date)));
    let rows = Int64Array::from_iter_values(tallies.iter().map(|tally| tally.rows.cast_signed()));
    let columns = [
        times(|(first, _)| first),
        Arc::clone(&accounts),
        Arc::clone(&regions),
        accounts,
        regions,
        Arc::new(dates),
        Arc::new(rows),
        times(|(_, last)| last),
    ];
    let typed = schema.fields().iter().zip(&columns).map(|(field, column)| cast(column, field.data_type()));
    let columns = typed.collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// The tallies of a store, in memory.
#[derive(Debug)]
struct TallyTable {
    batch: RecordBatch,
    report: ScanReport,
}

#[async_trait]
impl TableProvider for TallyTable {
    fn schema(&self) -> SchemaRef {
        self.batch.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if let Some(tracker) = state.config().get_extension::<ScanTracker>() {
            tracker.record(self.report.clone());
        }
        let rows = [vec![self.batch.clone()]];
        Ok(MemorySourceConfig::try_new_exec(&rows, self.batch.schema(), projection.cloned())?)
    }
}
