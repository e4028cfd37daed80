//! The lines of a commit, as the Delta protocol writes them.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use deltalake_core::kernel::{Add, Remove};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use traillake_model::{PartitionKey, PartitionValues, Period, UNKNOWN};

use super::CommitMark;
use super::metadata::{PROTOCOL, Protocol, TableMetadata};
use crate::snapshot::{DataFile, NewFile};
use crate::{Operation, Result, StorageError};

/// The application whose `txn` version is the head of the manifest.
pub(crate) const APP_ID: &str = "traillake.manifest";

/// What a commit says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commit {
    pub(crate) add: Vec<Add>,
    pub(crate) remove: Vec<Remove>,
    /// Version of the manifest's `txn` action.
    pub(crate) manifest: Option<u64>,
    pub(crate) metadata: Option<TableMetadata>,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) info: CommitInfo,
    /// What tells it from other commits of its version.
    pub(crate) mark: CommitMark,
}

/// The members of `commitInfo` that this crate writes and reads; it is no part of the table's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CommitInfo {
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
    pub(crate) operation: Option<String>,
    pub(crate) operation_parameters: Value,
    pub(crate) engine_info: Option<String>,
    /// Manifest files that the commit stopped naming, for vacuum.
    pub(crate) retired_manifests: Vec<u64>,
    /// Quarantine files that the commit stopped naming, for vacuum.
    pub(crate) retired_quarantine: Vec<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_info: Option<CommitInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_data: Option<TableMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    txn: Option<Txn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remove: Option<Remove>,
    #[serde(skip_serializing_if = "Option::is_none")]
    add: Option<Add>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Txn {
    app_id: String,
    version: i64,
    #[serde(default)]
    last_updated: Option<i64>,
}

impl Commit {
    /// Reads a commit file.
    pub(crate) fn parse(path: &impl ToString, bytes: &[u8]) -> Result<Self> {
        let mut commit = Self { mark: CommitMark::of(bytes), ..Self::default() };
        for line in serde_json::Deserializer::from_slice(bytes).into_iter::<Line>() {
            let line = line.map_err(StorageError::document(path.to_string()))?;
            commit.add.extend(line.add);
            commit.remove.extend(line.remove);
            commit.metadata = line.meta_data.or(commit.metadata);
            commit.protocol = line.protocol.or(commit.protocol);
            commit.info = line.commit_info.unwrap_or(commit.info);
            if let Some(txn) = line.txn.filter(|txn| txn.app_id == APP_ID) {
                let version = u64::try_from(txn.version)
                    .map_err(|_| StorageError::corrupt(path.to_string(), "its manifest number is negative"))?;
                commit.manifest = Some(version);
            }
        }
        Ok(commit)
    }
}

/// A commit that is to be written.
#[derive(Debug)]
pub(crate) struct CommitBody {
    lines: Vec<Line>,
}

impl CommitBody {
    /// Version 0 of a table. It has no time of its own: two writers of one table write the same bytes.
    pub(crate) fn create(metadata: &TableMetadata, now: DateTime<Utc>) -> Self {
        let timestamp = metadata.created_time.unwrap_or_else(|| now.timestamp_millis());
        let info = CommitInfo { timestamp, ..CommitInfo::new("CREATE TABLE", json!({"mode": "ErrorIfExists"})) };
        Self {
            lines: vec![
                Line { commit_info: Some(info), ..Line::default() },
                Line { protocol: Some(PROTOCOL), ..Line::default() },
                Line { meta_data: Some(metadata.clone()), ..Line::default() },
            ],
        }
    }

    /// A commit of this crate, carrying the number of its manifest file.
    pub(crate) fn new(operation: Operation, now: DateTime<Utc>, manifest: u64, retired: (Vec<u64>, Vec<u64>)) -> Self {
        let (name, parameters) = match operation {
            Operation::Ingest => ("WRITE", json!({"mode": "Append"})),
            Operation::Compact => ("OPTIMIZE", json!({"predicate": "[]"})),
            Operation::Expire => ("DELETE", json!({"predicate": "[]"})),
            Operation::AddColumn => ("ADD COLUMNS", json!({})),
        };
        let info = CommitInfo {
            timestamp: now.timestamp_millis(),
            retired_manifests: retired.0,
            retired_quarantine: retired.1,
            ..CommitInfo::new(name, parameters)
        };
        let version = i64::try_from(manifest).unwrap_or(i64::MAX);
        let txn = Txn { app_id: APP_ID.into(), version, last_updated: Some(now.timestamp_millis()) };
        Self {
            lines: vec![
                Line { commit_info: Some(info), ..Line::default() },
                Line { txn: Some(txn), ..Line::default() },
            ],
        }
    }

    pub(crate) fn metadata(&mut self, metadata: TableMetadata) {
        self.lines.push(Line { meta_data: Some(metadata), ..Line::default() });
    }

    pub(crate) fn remove(&mut self, file: &DataFile, now: DateTime<Utc>, data_change: bool) {
        let remove = Remove {
            path: file.path.clone(),
            data_change,
            deletion_timestamp: Some(now.timestamp_millis()),
            extended_file_metadata: Some(true),
            partition_values: Some(partition_map(&file.partition)),
            size: i64::try_from(file.size_bytes).ok(),
            ..Remove::default()
        };
        self.lines.push(Line { remove: Some(remove), ..Line::default() });
    }

    pub(crate) fn add(&mut self, file: &NewFile, now: DateTime<Utc>, data_change: bool) {
        let add = Add {
            path: file.path.clone(),
            partition_values: partition_map(&file.partition),
            size: i64::try_from(file.size_bytes).unwrap_or(i64::MAX),
            modification_time: now.timestamp_millis(),
            data_change,
            stats: Some(file.stats.to_delta_json(file.rows)),
            ..Add::default()
        };
        self.lines.push(Line { add: Some(add), ..Line::default() });
    }

    /// The commit file: one action a line.
    pub(crate) fn to_bytes(&self) -> Result<Bytes> {
        let mut bytes = Vec::new();
        for line in &self.lines {
            serde_json::to_writer(&mut bytes, line).map_err(StorageError::document("a commit in memory"))?;
            bytes.push(b'\n');
        }
        Ok(bytes.into())
    }
}

impl CommitInfo {
    fn new(operation: &str, operation_parameters: Value) -> Self {
        Self {
            operation: Some(operation.into()),
            operation_parameters,
            engine_info: Some(concat!("traillake/", env!("CARGO_PKG_VERSION")).into()),
            ..Self::default()
        }
    }
}

fn partition_map(values: &PartitionValues) -> HashMap<String, Option<String>> {
    let mut map = HashMap::new();
    if let Some(account) = &values.account {
        map.insert(PartitionKey::Account.as_str().to_owned(), Some(account.clone()));
    }
    if let Some(region) = &values.region {
        map.insert(PartitionKey::Region.as_str().to_owned(), Some(region.clone()));
    }
    map.insert(values.period.key().as_str().to_owned(), Some(values.period.to_string()));
    map
}

/// Partition values as the log writes them; a null is `unknown`.
pub(super) fn partition_values(path: &str, map: &HashMap<String, Option<String>>) -> Result<PartitionValues> {
    let text = |key: PartitionKey| {
        map.get(key.as_str())
            .map(|value| value.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN.into()))
    };
    let period = period(path, map)?;
    Ok(PartitionValues { account: text(PartitionKey::Account), region: text(PartitionKey::Region), period })
}

fn period(path: &str, map: &HashMap<String, Option<String>>) -> Result<Period> {
    let by_month = map.contains_key(PartitionKey::Month.as_str());
    let key = if by_month { PartitionKey::Month } else { PartitionKey::Date };
    let text = map.get(key.as_str()).and_then(Option::as_deref);
    let first = text.and_then(|text| text.parse::<NaiveDate>().ok());
    first.and_then(|first| Period::starting(key, first)).ok_or_else(|| {
        let expected = if by_month { "the first day of a month like 2023-06-01" } else { "a day like 2023-06-11" };
        StorageError::corrupt(path, format!("its {key} in the log is {text:?}, expected {expected}"))
    })
}

/// A live file from an `add` action.
pub(super) fn data_file(add: Add) -> Result<DataFile> {
    let partition = partition_values(&add.path, &add.partition_values)?;
    if add.deletion_vector.is_some() {
        let needs = "Delta deletion vectors".into();
        return Err(StorageError::UnsupportedTable { path: add.path, needs });
    }
    DataFile::try_new(add.path, add.size, partition, add.stats.as_deref(), add.modification_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::FileStats;

    fn file() -> NewFile {
        NewFile {
            path: "account=unknown/date=2023-06-11/a b.parquet".into(),
            size_bytes: 12,
            rows: 3,
            partition: PartitionValues {
                account: Some("unknown".into()),
                region: None,
                period: Period::day(NaiveDate::from_ymd_opt(2023, 6, 11).unwrap()),
            },
            stats: FileStats { event_time_micros: (1_000_000, 2_000_000), leaves: Vec::new() },
            lookup: None,
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000).unwrap()
    }

    #[test]
    fn a_commit_comes_back_as_it_was_written() {
        let mut body = CommitBody::new(Operation::Ingest, now(), 7, (vec![1, 2], vec![]));
        body.add(&file(), now(), true);
        let bytes = body.to_bytes().unwrap();
        assert!(std::str::from_utf8(&bytes).unwrap().contains("a%20b.parquet"));
        let commit = Commit::parse(&"x", &bytes).unwrap();
        assert_eq!((commit.manifest, &commit.info.retired_manifests), (Some(7), &vec![1, 2]));
        let add = commit.add.first().unwrap().clone();
        let partition =
            [("account", "unknown"), ("date", "2023-06-11")].map(|(k, v)| (k.to_owned(), Some(v.to_owned())));
        assert_eq!(add.partition_values, HashMap::from(partition));
        let read = data_file(add).unwrap();
        assert_eq!((read.path, read.rows, read.partition.as_ref()), (file().path, 3, &file().partition));
    }

    #[test]
    fn a_month_is_written_by_its_first_day_and_read_as_nothing_else() {
        let month = Period::month_of(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
        let values = PartitionValues { account: None, region: None, period: month };
        let map = partition_map(&values);
        assert_eq!(map, HashMap::from([("month".to_owned(), Some("2024-02-01".to_owned()))]));
        assert_eq!(partition_values("x", &map).unwrap(), values);
        for text in ["2024-02-02", "2024-02", "202402", ""] {
            let map = HashMap::from([("month".to_owned(), Some(text.to_owned()))]);
            let error = partition_values("x", &map).unwrap_err();
            assert!(error.to_string().contains("the first day of a month"), "{text}: {error}");
        }
    }

    #[test]
    fn foreign_actions_and_members_are_passed_over() {
        let text = r#"{"commitInfo":{"timestamp":1,"operationParameters":{"x":"y"},"other":{}}}
{"cdc":{"path":"x"}}
{"txn":{"appId":"other","version":5}}
{"add":{"path":"date=2023-06-11/x","partitionValues":{"date":"2023-06-11"},"size":1,"modificationTime":1,"dataChange":true}}"#;
        let commit = Commit::parse(&"x", text.as_bytes()).unwrap();
        assert_eq!((commit.manifest, commit.add.len()), (None, 1));
    }

    #[test]
    fn a_commit_that_is_no_json_is_an_error_that_names_it() {
        let error = Commit::parse(&"_delta_log/7.json", b"{").unwrap_err();
        assert!(error.to_string().contains("_delta_log/7.json"), "{error}");
    }

    #[test]
    fn a_path_outside_the_table_is_refused() {
        let text = r#"{"add":{"path":"%2e%2e/x","partitionValues":{"date":"2023-06-11"},"size":1,"modificationTime":1,"dataChange":true}}"#;
        let mut commit = Commit::parse(&"x", text.as_bytes()).unwrap();
        let error = data_file(commit.add.remove(0)).unwrap_err();
        assert!(matches!(error, StorageError::CorruptLog { .. }), "{error}");
    }
}
