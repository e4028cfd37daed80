//! What the log alone says of events, as a table: for questions that count them by day, account or region.
//!
//! A row stands for the events of one day or month, or of files of one partition. Its event time is that of its first event, so that what
//! depends on the day of an event has one value; and its `recipientaccountid` and `awsregion` are there only where the
//! log says that all its events have them.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use chrono::{DateTime, Datelike as _, NaiveDate};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use traillake_model::Period;

use super::EventTableProvider;
use crate::layout::EVENT_TIME;
use crate::pruning::files::{ACCOUNT, DATE, MONTH, REGION, days, midnight, visible_periods};
use crate::scan_report::{ScanReport, ScanTracker};
use crate::snapshot::{DataFile, Partition, PeriodFiles, hull};

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
    /// The UTC month of the event time.
    pub month: bool,
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
    period: Period,
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
    /// `recipientaccountid`, `awsregion`, `$account`, `$region`, `$date`, `$month`, `$rows` and `$last`, of which those
    /// that `needs` names are right. `None` when the log does not know enough.
    pub fn tally(&self, needs: TallyNeeds) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(tallies) = self.tallies(needs) else { return Ok(None) };
        Ok(Some(self.tally_table(batch(&tallies, &self.tally_schema())?)))
    }

    /// All events that [`tally`](Self::tally) counts in one row, with the columns `eventtime`, `$rows` and `$last`;
    /// the times are null where there are none.
    pub fn tally_in_all(&self, needs: TallyNeeds) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(tallies) = self.tallies(needs) else { return Ok(None) };
        Ok(Some(self.tally_table(total(&tallies, &self.tally_schema())?)))
    }

    fn tallies(&self, needs: TallyNeeds) -> Option<Vec<Tally<'_>>> {
        let needs = needs.visible_from(self.policy.first_visible_date);
        let periods = visible_periods(&self.snapshot.files, self.policy.first_visible_date);
        let tallies: Option<Vec<Vec<Tally<'_>>>> = periods.map(|files| needs.tallies_of(files)).collect();
        tallies.map(|tallies| tallies.concat())
    }

    fn tally_table(&self, batch: RecordBatch) -> Arc<dyn TableProvider> {
        let report = ScanReport {
            files_total: self.snapshot.files.len(),
            partitions_total: self.snapshot.files.partition_count(),
            table_version: self.snapshot.version,
            ..ScanReport::default()
        };
        Arc::new(TallyTable { batch, report })
    }

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
            Field::new(DATE, DataType::Date32, true),
            Field::new(MONTH, DataType::Date32, true),
            Field::new(Self::TALLY_ROWS, DataType::Int64, false),
            time.with_name(Self::TALLY_LAST),
        ]))
    }
}

impl TallyNeeds {
    /// The same for a table that does not show events of earlier days.
    fn visible_from(self, first_visible: Option<NaiveDate>) -> Self {
        let first_ms = first_visible.map(|first| midnight(first).div_euclid(1_000));
        Self { from_ms: self.from_ms.max(first_ms), ..self }
    }

    /// `None` when the log does not know enough of the period.
    fn tallies_of(self, period: &PeriodFiles) -> Option<Vec<Tally<'_>>> {
        let figures = period.figures();
        if figures.uncounted > 0 || figures.untimed > 0 {
            return None;
        }
        let times = figures.times?;
        let by_owner = self.partition || self.recipient_account || self.aws_region;
        match self.place(times) {
            Place::Outside => Some(Vec::new()),
            Place::Inside if !by_owner && self.is_settled_time(times) => {
                Some(vec![Tally { account: None, region: None, period: period.period(), rows: figures.rows, times }])
            }
            _ => {
                let tallies = period.partitions().iter().map(|partition| self.tallies_of_partition(partition));
                Some(tallies.collect::<Option<Vec<Vec<_>>>>()?.concat())
            }
        }
    }

    /// The files that count of a partition, together as far as what is needed has one value for them; `None` when the
    /// log does not know enough of one.
    fn tallies_of_partition(self, partition: &Partition) -> Option<Vec<Tally<'_>>> {
        let values = partition.values();
        let mut tallies: Vec<Tally<'_>> = Vec::new();
        for file in partition.files() {
            let times = file.event_time_micros?;
            match self.place(times) {
                Place::Across => return None,
                Place::Outside => {}
                Place::Inside if !(self.is_settled(file) && self.is_settled_time(times)) => return None,
                Place::Inside => match tallies.last_mut() {
                    Some(last) if self.is_settled_time(hull(last.times, times)) => {
                        last.rows = last.rows.saturating_add(file.rows);
                        last.times = hull(last.times, times);
                    }
                    _ => {
                        let (account, region) = (values.account.as_deref(), values.region.as_deref());
                        tallies.push(Tally { account, region, period: values.period, rows: file.rows, times });
                    }
                },
            }
        }
        Some(tallies)
    }

    /// Whether what is needed of event times has one value for all of these.
    fn is_settled_time(self, (first, last): (i64, i64)) -> bool {
        let day = |micros: i64| micros.div_euclid(MICROS_PER_DAY);
        let month = |micros| DateTime::from_timestamp_micros(micros).map(|time| (time.year(), time.month()));
        (!self.day || day(first) == day(last)) && (!self.month || month(first) == month(last))
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
    let dates = |pick: fn(Period) -> Option<NaiveDate>| -> ArrayRef {
        Arc::new(tallies.iter().map(|tally| pick(tally.period).map(days)).collect::<Date32Array>())
    };
    let rows = Int64Array::from_iter_values(tallies.iter().map(|tally| tally.rows.cast_signed()));
    let columns = [
        times(|(first, _)| first),
        Arc::clone(&accounts),
        Arc::clone(&regions),
        accounts,
        regions,
        dates(Period::as_day),
        dates(Period::as_month),
        Arc::new(rows),
        times(|(_, last)| last),
    ];
    let typed = schema.fields().iter().zip(&columns).map(|(field, column)| cast(column, field.data_type()));
    let columns = typed.collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// What tallies of this schema are together.
fn total(tallies: &[Tally<'_>], schema: &Schema) -> Result<RecordBatch> {
    let rows = tallies.iter().map(|tally| tally.rows).fold(0, u64::saturating_add);
    let times = tallies.iter().map(|tally| tally.times).reduce(hull);
    let millis = |time: Option<i64>| -> ArrayRef {
        Arc::new(TimestampMillisecondArray::from_iter([time.map(|micros| micros.div_euclid(1_000))]))
    };
    let columns: [(&str, ArrayRef); 3] = [
        (EVENT_TIME, millis(times.map(|(first, _)| first))),
        (EventTableProvider::TALLY_ROWS, Arc::new(Int64Array::from_iter_values([rows.cast_signed()]))),
        (EventTableProvider::TALLY_LAST, millis(times.map(|(_, last)| last))),
    ];
    let mut typed = Vec::new();
    for (name, column) in columns {
        let field = schema.field_with_name(name)?;
        typed.push((name, cast(&column, field.data_type())?, column.null_count() > 0 || field.is_nullable()));
    }
    Ok(RecordBatch::try_from_iter_with_nullable(typed)?)
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
