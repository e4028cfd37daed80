//! Tables for tests of this half of the crate: invented records, files of known layout, SQL over them.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Schema};
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::ObjectStoreExt as _;
use parquet::arrow::ArrowWriter;
use traillake_columnar::{EventBatchBuilder, EventSchema, RecordLimits, RecordReader};
use traillake_model::{EventDataStoreKind, FixedClock, PartitionBy, PartitionValues, Retention};

use crate::layout::{Effort, Expected, writer_properties};
use crate::{
    CommitOutcome, EventTable, EventTableProvider, LakeStorage, Location, NewEventDataStore, NewFile, OpenMode,
    Operation, ScanPolicy, ScanReport, ScanTracker, TableChange, TableSnapshot, write_event_file,
};

/// Rows of a row group in files of [`layered_file`].
pub(crate) const GROUP_ROWS: usize = 500;

pub(crate) fn now() -> DateTime<Utc> {
    "2023-06-20T12:00:00Z".parse().unwrap()
}

pub(crate) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 6, day).unwrap()
}

pub(crate) async fn table(retention: Retention) -> EventTable {
    table_at(&Location::in_memory("table-tests"), retention).await
}

/// The same at a place of the caller's.
pub(crate) async fn table_at(location: &Location, retention: Retention) -> EventTable {
    created(location, retention, PartitionBy::default()).await
}

/// The same in memory, with unlimited retention, laid out like this.
pub(crate) async fn table_by(partition_by: PartitionBy) -> EventTable {
    created(&Location::in_memory("table-tests"), Retention::Unlimited, partition_by).await
}

/// The same with this retention.
pub(crate) async fn table_with(retention: Retention, partition_by: PartitionBy) -> EventTable {
    created(&Location::in_memory("table-tests"), retention, partition_by).await
}

async fn created(location: &Location, retention: Retention, partition_by: PartitionBy) -> EventTable {
    let clock = Arc::new(FixedClock::new(now()));
    let lake = LakeStorage::open(location, OpenMode::Write, clock).await.unwrap();
    let new = NewEventDataStore {
        name: "events".parse().unwrap(),
        kind: EventDataStoreKind::CloudTrail,
        retention,
        selectors: None,
        partition_by,
        termination_protection: false,
    };
    let settings = lake.create_event_data_store(new).await.unwrap();
    lake.events(&settings).await.unwrap()
}

pub(crate) fn partition(account: &str, region: &str, date: NaiveDate) -> PartitionValues {
    PartitionValues::new(PartitionBy::default(), Some(account), Some(region), date)
}

/// Record `n` of a day: one a second, in six shapes of identity, errors now and then.
pub(crate) fn record(account: &str, region: &str, date: NaiveDate, n: usize) -> String {
    let identity = match n % 1_000 {
        _ if n / GROUP_ROWS == 3 => String::new(),
        7 => r#""userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root","accountId":"1"},"#.into(),
        k if k % 5 == 0 => r#""userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"},"#.into(),
        k if k % 5 == 1 => String::new(),
        k => format!(
            r#""userIdentity":{{"type":"AssumedRole","principalId":"P{k}","arn":"arn:aws:sts::1:assumed-role/r{group}/s{n}","accountId":"{account}","accessKeyId":"AKIA{n:08}","sessionContext":{{"attributes":{{"creationDate":"2023-06-0{day}T00:00:00Z","mfaAuthenticated":"false"}},"sessionIssuer":{{"type":"Role","arn":"arn:aws:iam::1:role/r{group}","userName":"r{group}"}}}}}},"#,
            group = n / GROUP_ROWS,
            day = 1 + n % 9,
        ),
    };
    let error = if n % 50 == 3 { r#""errorCode":"AccessDenied","# } else { "" };
    let parameters = match n % 4 {
        0 => "null".to_owned(),
        1 => "{}".to_owned(),
        _ => format!(r#"{{"bucketName":"b{}","n":{}.50}}"#, n % 10, n),
    };
    let time = date.and_hms_opt(0, 0, 0).unwrap() + chrono::TimeDelta::seconds(i64::try_from(n).unwrap());
    format!(
        r#"{{"eventVersion":"1.08",{identity}"eventTime":"{}","eventSource":"s3.amazonaws.com","eventName":"{}","awsRegion":"{region}","sourceIPAddress":"10.0.{}.{}",{error}"requestParameters":{parameters},"eventID":"{account}-{region}-{date}-{n:06}","readOnly":{},"recipientAccountId":"{account}","extra":{{"b":1,"a":[{n}]}}}}"#,
        time.format("%Y-%m-%dT%H:%M:%SZ"),
        if n.is_multiple_of(3) { "GetObject" } else { "PutObject" },
        n / 256 % 256,
        n % 256,
        n.is_multiple_of(2),
    )
}

pub(crate) fn records(
    account: &str,
    region: &str,
    date: NaiveDate,
    numbers: impl Iterator<Item = usize>,
) -> Vec<String> {
    numbers.map(|n| record(account, region, date, n)).collect()
}

pub(crate) fn batch(schema: &Arc<EventSchema>, records: &[String]) -> RecordBatch {
    let mut reader = RecordReader::new(Arc::clone(schema), RecordLimits::default());
    let mut builder = EventBatchBuilder::new(Arc::clone(schema), records.len());
    for record in records {
        builder.append(&reader.read(record.as_bytes()).unwrap());
    }
    builder.finish()
}

pub(crate) async fn commit(table: &EventTable, operation: Operation, add: Vec<NewFile>) -> Arc<TableSnapshot> {
    let change = TableChange { add, ..TableChange::new(operation) };
    match table.commit(&table.snapshot(), change).await.unwrap() {
        CommitOutcome::Committed(snapshot) => snapshot,
        CommitOutcome::Conflict(_) => panic!("a conflict with nobody"),
    }
}

/// Writes and commits a file as ingest does.
pub(crate) async fn ingest(table: &EventTable, values: &PartitionValues, records: &[String]) -> Arc<TableSnapshot> {
    let batch = batch(table.schema(), records);
    let file = write_event_file(table, values, &[batch], Effort::Ingest).await.unwrap();
    commit(table, Operation::Ingest, vec![file]).await
}

/// A file of these rows, whose footer is looked at.
pub(crate) fn footer_of(batch: &RecordBatch) -> bytes::Bytes {
    let expected = Expected { rows: batch.num_rows(), leaf_bytes: &[] };
    let properties = writer_properties(batch.schema_ref(), expected, Effort::Ingest).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap().into()
}

/// Writes and commits a file of small row groups and pages.
pub(crate) async fn layered_file(table: &EventTable, values: &PartitionValues, batch: &RecordBatch) {
    let properties =
        writer_properties(batch.schema_ref(), Expected { rows: batch.num_rows(), leaf_bytes: &[] }, Effort::Ingest)
            .unwrap();
    let properties = properties
        .into_builder()
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    let footer = writer.close().unwrap();
    let path = format!("{}.parquet", uuid::Uuid::new_v4());
    let size = bytes.len() as u64;
    table.object_store().put(&path.as_str().into(), bytes.into()).await.unwrap();
    let file = crate::writer::measured(path, size, values.clone(), &footer);
    commit(table, Operation::Ingest, vec![file]).await;
}

/// So many files of one event to fifty over twelve days, some as an older version wrote them, and two large ones of
/// several row groups and encodings.
pub(crate) async fn all_sorts(small_files: usize) -> EventTable {
    const ACCOUNT: &str = "111111111111";
    let table = table(Retention::Unlimited).await;
    for n in 0..small_files {
        let (date, region) = (day(u32::try_from(n % 12).unwrap() + 1), ["us-east-1", "eu-west-1"][n % 2]);
        let values = partition(ACCOUNT, region, date);
        let records = records(ACCOUNT, region, date, n * 50..n * 50 + 1 + n * 7 % 50);
        if n % 5 == 4 {
            layered_file(&table, &values, &aged(&batch(table.schema(), &records))).await;
        } else {
            ingest(&table, &values, &records).await;
        }
    }
    let values = partition(ACCOUNT, "us-east-1", day(5));
    ingest(&table, &values, &records(ACCOUNT, "us-east-1", day(5), 0..3 * GROUP_ROWS)).await;
    let rows = batch(table.schema(), &records(ACCOUNT, "us-east-1", day(6), 0..4 * GROUP_ROWS));
    layered_file(&table, &partition(ACCOUNT, "us-east-1", day(6)), &rows).await;
    table
}

/// The batch as an older version wrote it: without `errorcode`, and without two members of `useridentity`.
pub(crate) fn aged(batch: &RecordBatch) -> RecordBatch {
    let dropped = ["accountid", "sessioncontext"];
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        match field.name().as_str() {
            "errorcode" => {}
            "useridentity" => {
                let (members, arrays, nulls) = column.as_struct().clone().into_parts();
                let kept: (Vec<_>, Vec<ArrayRef>) = members
                    .iter()
                    .cloned()
                    .zip(arrays)
                    .filter(|(member, _)| !dropped.contains(&member.name().as_str()))
                    .unzip();
                let kept = StructArray::new(kept.0.into(), kept.1, nulls);
                let data_type = DataType::Struct(kept.fields().clone());
                fields.push(Arc::new(field.as_ref().clone().with_data_type(data_type)));
                columns.push(Arc::new(kept) as ArrayRef);
            }
            _ => {
                fields.push(Arc::clone(field));
                columns.push(Arc::clone(column));
            }
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// A session with one table `t`, and what its scans report.
pub(crate) struct Sql {
    pub(crate) context: SessionContext,
    tracker: Arc<ScanTracker>,
}

impl Sql {
    pub(crate) fn new(provider: EventTableProvider) -> Self {
        let tracker = Arc::new(ScanTracker::default());
        let config = SessionConfig::new().with_target_partitions(2).with_extension(Arc::clone(&tracker));
        let context = SessionContext::new_with_config(config);
        context.register_table("t", Arc::new(provider)).unwrap();
        Self { context, tracker }
    }

    pub(crate) fn over(table: &EventTable, policy: ScanPolicy) -> Self {
        Self::new(EventTableProvider::try_new(table.clone(), table.snapshot(), policy).unwrap())
    }

    /// Rows as text, one line each.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        let batches = self.context.sql(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let batches = batches.collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let text = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        let cells = text.lines().filter(|line| line.starts_with('|')).skip(1);
        cells.map(|line| line.trim_matches(|c| c == '|' || c == ' ').to_owned()).collect()
    }

    pub(crate) async fn explain(&self, sql: &str) -> String {
        self.rows(&format!("EXPLAIN FORMAT INDENT {sql}")).await.join("\n")
    }

    /// What the scans of `sql` are planned to read.
    pub(crate) async fn report(&self, sql: &str) -> ScanReport {
        self.tracker.clear();
        self.context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
        self.tracker.total()
    }
}
