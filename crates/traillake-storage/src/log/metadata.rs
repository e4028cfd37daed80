//! The `metaData` and `protocol` actions: schema, partitioning and properties of a table.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Field, Schema};
use deltalake_core::kernel::StructType;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use serde::{Deserialize, Serialize};
use traillake_model::{EventDataStoreSettings, PartitionBy, PartitionKey};

use crate::{Result, StorageError};

/// The `metaData` action of a Delta log (PROTOCOL.md, change metadata).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TableMetadata {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) format: Format,
    pub(crate) schema_string: String,
    pub(crate) partition_columns: Vec<String>,
    #[serde(default)]
    pub(crate) created_time: Option<i64>,
    #[serde(default)]
    pub(crate) configuration: BTreeMap<String, String>,
}

/// How the data files are encoded: Parquet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Format {
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
}

/// The `protocol` action: what a reader and a writer must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Protocol {
    pub(crate) min_reader_version: i64,
    pub(crate) min_writer_version: i64,
}

/// What this crate reads and writes.
pub(super) const PROTOCOL: Protocol = Protocol { min_reader_version: 1, min_writer_version: 2 };

impl Protocol {
    /// Fails for a table that a reader of version 1 could misread.
    pub(super) fn check(self) -> Result<()> {
        if self.min_reader_version <= PROTOCOL.min_reader_version
            && self.min_writer_version <= PROTOCOL.min_writer_version
        {
            return Ok(());
        }
        let needs =
            format!("Delta reader version {} and writer version {}", self.min_reader_version, self.min_writer_version);
        Err(StorageError::UnsupportedTable { path: "events".into(), needs })
    }
}

impl TableMetadata {
    /// The metadata of a new table. The id is the store's, the time its birth: two writers create the same table.
    pub(crate) fn new(settings: &EventDataStoreSettings, file_schema: &Schema) -> Result<Self> {
        let keys = settings.partition_by.keys();
        Ok(Self {
            id: settings.id.to_string(),
            name: Some(settings.name.to_string()),
            description: None,
            format: Format { provider: "parquet".into(), options: BTreeMap::new() },
            schema_string: table_schema_string(file_schema, settings.partition_by)?,
            partition_columns: keys.iter().map(|key| key.as_str().to_owned()).collect(),
            created_time: Some(settings.created_at.timestamp_millis()),
            configuration: BTreeMap::new(),
        })
    }
}

/// The schema of a table in Delta's JSON: the columns of its files, then the partition columns.
pub(crate) fn table_schema_string(file_schema: &Schema, partition_by: PartitionBy) -> Result<String> {
    let mut fields: Vec<Field> = file_schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.extend(partition_by.keys().iter().map(|key| match key {
        PartitionKey::Account | PartitionKey::Region => Field::new(key.as_str(), DataType::Utf8, true),
        PartitionKey::Date | PartitionKey::Month => Field::new(key.as_str(), DataType::Date32, true),
    }));
    let schema: StructType =
        (&Schema::new(fields)).try_into_kernel().map_err(StorageError::arrow("the table's schema"))?;
    serde_json::to_string(&schema).map_err(StorageError::document("the table's schema"))
}

/// Whether the schema `found` in a log lacks a column of `wanted`. Other versions of the program may have added more.
pub(crate) fn lacks_columns(found: &str, wanted: &str) -> Result<bool> {
    if found == wanted {
        return Ok(false);
    }
    let (found, wanted) = (columns(found)?, columns(wanted)?);
    Ok(wanted.iter().any(|name| !found.contains(name)))
}

fn columns(schema: &str) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Root {
        fields: Vec<Column>,
    }
    #[derive(Deserialize)]
    struct Column {
        name: String,
    }
    let root: Root = serde_json::from_str(schema).map_err(StorageError::document("events/_delta_log"))?;
    Ok(root.fields.into_iter().map(|column| column.name).collect())
}
