//! A lake in memory with a few events, and queries on it as text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{DateTime, Utc};
use traillake_columnar::{EventBatchBuilder, EventSchema, RecordLimits, RecordReader};
use traillake_model::{EventDataStoreKind, FixedClock, PartitionBy, PartitionValues, Retention};
use traillake_query::{QueryEngine, QueryError, QueryLimits, QueryOptions, QueryResult};
use traillake_storage::{
    CommitOutcome, Effort, EventTable, LakeStorage, Location, ManifestRow, NewEventDataStore, OpenMode, Operation,
    QuarantineRow, TableChange, write_event_file,
};
use uuid::Uuid;

/// Records of the store `events`, in the order of their event ids.
pub(crate) const EVENTS: [&str; 4] = [
    r#"{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111111111111:assumed-role/ops/alice","accountId":"111111111111","sessionContext":{"sessionIssuer":{"type":"Role","userName":"ops","arn":"arn:aws:iam::111111111111:role/ops"},"attributes":{"mfaAuthenticated":"true"}}},"eventTime":"2023-07-10T11:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"10.0.0.1","requestParameters":{"bucketName":"Logs","key":"a/b"},"readOnly":true,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::logs/a/b"},{"accountId":"111111111111","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::logs"}],"eventID":"00000000-0000-4000-8000-000000000001","eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111111111111","eventCategory":"Data","sessionCredentialFromConsole":"true"}"#,
    r#"{"eventVersion":"1.08","userIdentity":{"type":"Root","arn":"arn:aws:iam::111111111111:root","accountId":"111111111111"},"eventTime":"2023-07-10T12:30:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"10.0.0.2","readOnly":false,"resources":[],"eventID":"00000000-0000-4000-8000-000000000002","eventType":"AwsConsoleSignIn","managementEvent":true,"recipientAccountId":"111111111111","eventCategory":"Management"}"#,
    r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"bob","arn":"arn:aws:iam::222222222222:user/bob","accountId":"222222222222"},"eventTime":"2023-07-11T08:00:00.250Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1","sourceIPAddress":"10.0.0.3","requestParameters":{"instanceType":"t3.micro","bucketName":null},"errorCode":"AccessDenied","readOnly":false,"eventID":"00000000-0000-4000-8000-000000000003","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"222222222222","eventCategory":"Management"}"#,
    r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"bob","arn":"arn:aws:iam::222222222222:user/bob","accountId":"222222222222"},"eventTime":"2023-07-12T00:00:00Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"eu-west-1","sourceIPAddress":"10.0.0.3","requestParameters":{"keyId":"k"},"readOnly":true,"resources":[{"accountId":"222222222222","type":"AWS::KMS::Key","ARN":"arn:aws:kms:eu-west-1:222222222222:key/k"}],"eventID":"00000000-0000-4000-8000-000000000004","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"222222222222","eventCategory":"Management"}"#,
];

/// A lake with the stores that are named.
pub(crate) struct TestLake {
    pub(crate) storage: LakeStorage,
    pub(crate) clock: Arc<FixedClock>,
    engine: QueryEngine,
}

/// A lake with one store, `events`, that holds [`EVENTS`].
pub(crate) async fn events() -> TestLake {
    let lake = TestLake::empty().await;
    lake.create("events", Retention::Unlimited).await;
    lake.store("events", &EVENTS).await;
    lake
}

impl TestLake {
    pub(crate) async fn empty() -> Self {
        Self::with_limits(QueryLimits::default()).await
    }

    pub(crate) async fn with_limits(limits: QueryLimits) -> Self {
        let now: DateTime<Utc> = "2023-07-20T10:00:00Z".parse().unwrap();
        let clock = Arc::new(FixedClock::new(now));
        let location = Location::in_memory(&Uuid::new_v4().to_string());
        let storage = LakeStorage::open(&location, OpenMode::Write, Arc::clone(&clock) as _).await.unwrap();
        let engine = QueryEngine::new(storage.clone(), limits).unwrap();
        Self { storage, clock, engine }
    }

    pub(crate) fn engine(&self) -> &QueryEngine {
        &self.engine
    }

    pub(crate) async fn create(&self, name: &str, retention: Retention) -> String {
        self.create_by(PartitionBy::default(), name, retention).await
    }

    pub(crate) async fn create_by(&self, partition_by: PartitionBy, name: &str, retention: Retention) -> String {
        let new = NewEventDataStore {
            name: name.parse().unwrap(),
            kind: EventDataStoreKind::CloudTrail,
            retention,
            selectors: None,
            partition_by,
            termination_protection: false,
        };
        self.storage.create_event_data_store(new).await.unwrap().id.to_string()
    }

    pub(crate) async fn store(&self, name: &str, records: &[&str]) {
        let settings = self.storage.event_data_store(name).await.unwrap();
        let table = self.storage.events(&settings).await.unwrap();
        let base = table.refresh().await.unwrap();
        let mut change = TableChange::new(Operation::Ingest);
        for (values, batch) in partitioned(&table, records) {
            change.add.push(write_event_file(&table, &values, &[batch], Effort::Ingest).await.unwrap());
        }
        let attempt = Uuid::new_v4();
        let read = records.len() as u64;
        let object = format!("file:///trail/{attempt}.json.gz");
        change.quarantine.push(QuarantineRow {
            id: Uuid::new_v4(),
            object: object.clone(),
            attempt,
            etag: None,
            offset_bytes: 7,
            record_index: None,
            reason: "not_json".into(),
            message: "expected a value".into(),
            bytes: Some(b"{,".to_vec()),
            blob: None,
            length_bytes: 2,
            quarantined_at_ms: 0,
        });
        change.manifest.push(ManifestRow {
            object,
            attempt,
            read: read + 1,
            stored: read,
            quarantined: 1,
            ..ManifestRow::default()
        });
        let outcome = table.commit(&base, change).await.unwrap();
        assert!(matches!(outcome, CommitOutcome::Committed(_)));
    }

    pub(crate) async fn query(&self, sql: &str) -> Result<QueryResult, QueryError> {
        self.engine.query(sql, &QueryOptions::default()).await
    }

    /// The rows of a query, cells joined by `|`, NULL as `NULL`; panics when it fails.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        self.try_rows(sql).await.unwrap_or_else(|error| panic!("{sql}: {}", chain(&error)))
    }

    pub(crate) async fn try_rows(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        let (batches, _) = self.query(sql).await?.collect().await?;
        Ok(batches.iter().flat_map(as_text).collect())
    }

    /// The error of a query that must fail.
    pub(crate) async fn error(&self, sql: &str) -> QueryError {
        match self.try_rows(sql).await {
            Err(error) => error,
            Ok(rows) => panic!("{sql} must fail but gives {rows:?}"),
        }
    }
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

pub(crate) fn as_text(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap()).collect();
    let row = |row: usize| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|");
    (0..batch.num_rows()).map(row).collect()
}

/// The records as sorted batches of the table's file schema, by partition.
fn partitioned(table: &EventTable, records: &[&str]) -> Vec<(PartitionValues, RecordBatch)> {
    let schema: &Arc<EventSchema> = table.schema();
    let mut reader = RecordReader::new(Arc::clone(schema), RecordLimits::default());
    let mut batches: BTreeMap<PartitionValues, Vec<(i64, RecordBatch)>> = BTreeMap::new();
    for json in records {
        let record = reader.read(json.as_bytes()).unwrap();
        let micros = record.event_time_micros();
        let date = DateTime::from_timestamp_micros(micros).unwrap().date_naive();
        let account = record.recipient_account_id();
        let region = record.aws_region();
        let values = PartitionValues::new(table.settings().partition_by, account.as_deref(), region.as_deref(), date);
        let mut builder = EventBatchBuilder::new(Arc::clone(schema), 1);
        builder.append(&record);
        batches.entry(values).or_default().push((micros, builder.finish()));
    }
    let joined = batches.into_iter().map(|(values, mut rows)| {
        rows.sort_by_key(|(micros, _)| *micros);
        let rows: Vec<RecordBatch> = rows.into_iter().map(|(_, batch)| batch).collect();
        (values, concat_batches(&rows[0].schema(), &rows).unwrap())
    });
    joined.collect()
}
