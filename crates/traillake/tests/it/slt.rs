//! Questions and answers by topic: every file of `tests/slt` against one small fixed lake.
//!
//! `TRAILLAKE_BLESS=1` writes the answers of today into the files; read the difference before keeping it.
//! The command's tests ask the same files through the binary.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use async_trait::async_trait;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner, parse_file};
use traillake_query::{QueryEngine, QueryError, QueryLimits, QueryOptions};
use traillake_testing::{topic_files, topic_logs};

use crate::support::{Backend, Place, TestLake};

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

topics!(
    aggregates,
    ambiguous,
    arrays,
    athena,
    athena_queries,
    binary,
    casts,
    coercion,
    common_types,
    conditional,
    correlated,
    datetime,
    equality,
    errors,
    explain_show,
    grammar,
    grouping,
    hidden_columns,
    investigation,
    joins,
    json,
    json_standard,
    lambdas,
    literals,
    maps,
    names,
    nested_fields,
    network,
    nulls,
    numbers,
    operators,
    ordering,
    quantified,
    refused,
    regex,
    resources,
    set_operations,
    strings,
    subqueries,
    system_tables,
    time,
    types,
    unnest,
    url,
    windows,
);

fn topic_of(file: &Path) -> String {
    file.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_topic_is_asked() {
    let files: BTreeSet<String> = topic_files().iter().map(|file| topic_of(file)).collect();
    assert_eq!(files, TOPICS.iter().map(|&topic| topic.to_owned()).collect());
}

async fn run(topic: &str) {
    let place = Place::new(Backend::Folder).await;
    let lake = fixed_lake(&place).await;
    let id = lake.storage.event_data_store("events").await.unwrap().id;
    let engine = QueryEngine::new(lake.storage.clone(), QueryLimits::default()).unwrap();
    let mut runner = Runner::new(|| async { Ok(Database(engine.clone())) });
    runner.with_column_validator(sqllogictest::strict_column_validator);
    runner.set_var("EVENTS_ID".to_owned(), id.to_string());
    let file = topic_files().into_iter().find(|file| topic_of(file) == topic).unwrap();
    if std::env::var_os("TRAILLAKE_BLESS").is_some() {
        bless(&mut runner, file).await;
        return;
    }
    let mut wrong = Vec::new();
    for record in parse_file(&file).unwrap() {
        wrong.extend(runner.run_async(record).await.err().map(|error| error.display(false).to_string()));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

async fn bless<M: sqllogictest::MakeConnection<Conn = Database>>(runner: &mut Runner<Database, M>, file: PathBuf) {
    let normalizer = sqllogictest::default_normalizer;
    let validator = sqllogictest::default_validator;
    let columns = sqllogictest::strict_column_validator;
    runner.update_test_file(&file, " ", validator, normalizer, columns).await.unwrap();
}

/// A lake with the stores that the topics ask about.
async fn fixed_lake(place: &Place) -> TestLake {
    let lake = TestLake::open(place).await;
    for (store, name, bytes) in topic_logs() {
        place.put(store, name, bytes);
    }
    for store in ["events", "archive"] {
        lake.ingest(store, place, store).await;
    }
    lake
}

struct Database(QueryEngine);

#[async_trait]
impl AsyncDB for Database {
    type Error = Said;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Said> {
        let options = QueryOptions { default_store: Some("events".to_owned()), ..QueryOptions::default() };
        let result = self.0.query(sql, &options).await?;
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
    let shown = |value: Option<String>| match value.as_deref() {
        None => "NULL".to_owned(),
        Some("") => "(empty)".to_owned(),
        Some(text) => text.to_owned(),
    };
    let value = |row| batch.columns().iter().map(move |column| shown(traillake_sql::text_of(column, row)));
    (0..batch.num_rows()).map(|row| value(row).collect()).collect()
}

/// An error as the command says it: message, causes, hint.
#[derive(Debug)]
struct Said(QueryError);

impl From<QueryError> for Said {
    fn from(error: QueryError) -> Self {
        Self(error)
    }
}

impl StdError for Said {}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        self.0.hint().map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}
