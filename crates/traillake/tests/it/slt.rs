//! Questions and answers by topic: every file of `tests/slt` against one small fixed lake.
//!
//! `TRAILLAKE_BLESS=1` writes the answers of today into the files; read the difference before keeping it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};
use traillake_query::{QueryEngine, QueryError, QueryLimits, QueryOptions};
use traillake_testing::record;

use crate::support::{Backend, Place, TestLake, log_of, record_with};

/// Makes a test of every file, and one that no file is forgotten.
macro_rules! topics {
    ($($name:ident),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            run(stringify!($name)).await;
        })*
        const TOPICS: &[&str] = &[$(stringify!($name)),*];
    };
}

topics!(aggregates, hidden_columns, joins, maps, names, nested_fields, nulls, refused, resources, system_tables, time);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt")
}

#[test]
fn every_topic_is_asked() {
    let files = std::fs::read_dir(folder()).unwrap();
    let named = |entry: std::fs::DirEntry| entry.path().file_stem().unwrap().to_string_lossy().into_owned();
    let files: BTreeSet<String> = files.map(|entry| named(entry.unwrap())).collect();
    assert_eq!(files, TOPICS.iter().map(|&topic| topic.to_owned()).collect());
}

async fn run(topic: &str) {
    let place = Place::new(Backend::Folder).await;
    let lake = fixed_lake(&place).await;
    let id = lake.storage.event_data_store("events").await.unwrap().id;
    let mut runner = Runner::new(|| async { Ok(Database(lake.clone())) });
    runner.with_column_validator(sqllogictest::strict_column_validator);
    runner.set_var("EVENTS_ID".to_owned(), id.to_string());
    let file = folder().join(format!("{topic}.slt"));
    if std::env::var_os("TRAILLAKE_BLESS").is_some() {
        let normalizer = sqllogictest::default_normalizer;
        let validator = sqllogictest::default_validator;
        let columns = sqllogictest::strict_column_validator;
        runner.update_test_file(&file, " ", validator, normalizer, columns).await.unwrap();
    } else if let Err(error) = runner.run_file_async(&file).await {
        panic!("{}", error.display(false));
    }
}

/// Two stores: `events` holds the records 0 to 19 and three others, `archive` the records 15 to 24.
async fn fixed_lake(place: &Place) -> TestLake {
    let lake = TestLake::open(place).await;
    let mut records: Vec<Value> = (0..20).map(record).collect();
    records.extend([assumed_role(), console_login(), of_another_account()]);
    place.put("events", "a.json.gz", log_of(&records));
    place.put("archive", "b.json.gz", log_of(&(15..25).map(record).collect::<Vec<_>>()));
    place.put("archive", "broken.json", "{\"Records\":[17]}");
    lake.ingest("events", place, "events").await;
    lake.ingest("archive", place, "archive").await;
    lake
}

fn assumed_role() -> Value {
    let role = "arn:aws:iam::111122223333:role/Admin";
    record_with(
        100,
        &[
            ("eventTime", json!("2026-01-02T10:00:00Z")),
            ("eventSource", json!("sts.amazonaws.com")),
            ("eventName", json!("AssumeRole")),
            ("awsRegion", json!("eu-west-1")),
            ("errorCode", json!("AccessDenied")),
            ("errorMessage", json!("not you")),
            ("eventCategory", json!("Management")),
            ("managementEvent", json!(true)),
            (
                "userIdentity",
                json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/me",
                "sessionContext": {"attributes": {"mfaAuthenticated": "true", "creationDate": "2026-01-02T09:59:00Z"},
                    "sessionIssuer": {"type": "Role", "userName": "Admin", "arn": role}}}),
            ),
            (
                "requestParameters",
                json!({"roleArn": role, "durationSeconds": 3600, "tags": [{"key": "a", "value": 1}],
                "dotted.key": "x", "nothing": null}),
            ),
            (
                "resources",
                json!([{"ARN": role, "accountId": "111122223333", "type": "AWS::IAM::Role"},
                {"ARN": "arn:aws:s3:::bucket-1", "type": "AWS::S3::Bucket"}]),
            ),
        ],
    )
}

fn console_login() -> Value {
    record_with(
        101,
        &[
            ("eventTime", json!("2026-01-03T23:59:59Z")),
            ("eventName", json!("ConsoleLogin")),
            ("eventType", json!("AwsConsoleSignIn")),
            ("responseElements", json!({"ConsoleLogin": "Failure"})),
            ("requestParameters", Value::Null),
            ("readOnly", Value::Null),
        ],
    )
}

fn of_another_account() -> Value {
    record_with(102, &[("eventTime", json!("2026-01-04T00:00:00Z")), ("recipientAccountId", json!("999988887777"))])
}

struct Database(TestLake);

#[async_trait]
impl AsyncDB for Database {
    type Error = QueryError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, QueryError> {
        let engine = QueryEngine::new(self.0.storage.clone(), QueryLimits::default())?;
        let options = QueryOptions { default_store: Some("events".to_owned()), ..QueryOptions::default() };
        let result = engine.query(sql, &options).await?;
        let types = result.schema().fields().iter().map(|field| column_type(field.data_type())).collect();
        let (batches, _) = result.collect().await?;
        Ok(DBOutput::Rows { types, rows: batches.iter().flat_map(rows).collect() })
    }

    async fn shutdown(&mut self) {}
}

fn column_type(data_type: &DataType) -> DefaultColumnType {
    match data_type {
        DataType::Float32 | DataType::Float64 => DefaultColumnType::FloatingPoint,
        data_type if data_type.is_integer() => DefaultColumnType::Integer,
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 | DataType::Timestamp(..) => DefaultColumnType::Text,
        _ => DefaultColumnType::Any,
    }
}

fn rows(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL").with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.3f"));
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    let shown = |text: String| if text.is_empty() { "(empty)".to_owned() } else { text };
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|column| shown(column.value(row).to_string())).collect())
        .collect()
}
