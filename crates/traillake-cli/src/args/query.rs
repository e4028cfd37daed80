//! `query` and `repl`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use traillake::{ByteSize, DefaultSchema, Dialect, QueryParameter};

use super::HumanDuration;

const FORMATS: &str = "\
Formats: NULL is `null` in json and ndjson, empty in csv and tsv, `NULL` in table and markdown.
Maps, structs and arrays are JSON in every text format; timestamps read `2023-06-11 16:26:27.000`; binary is base64.
A repeated column name gets `_1`, `_2` ... in json, ndjson, arrow and parquet.";

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Columns side by side, for people
    #[default]
    Table,
    /// Comma-separated, with a header
    Csv,
    /// Tab-separated, with a header
    Tsv,
    /// One array of objects
    Json,
    /// One object per line
    Ndjson,
    /// A Markdown table
    Markdown,
    /// Arrow IPC stream
    Arrow,
    /// A Parquet file
    Parquet,
}

impl Format {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "markdown",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// Whether the bytes are no text.
    pub(crate) fn is_binary(self) -> bool {
        matches!(self, Self::Arrow | Self::Parquet)
    }
}

/// Whose SQL a statement is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArg {
    /// CloudTrail Lake's: Trino's SELECT
    #[default]
    Lake,
    /// The engine's own grammar and functions
    Datafusion,
}

impl From<DialectArg> for Dialect {
    fn from(dialect: DialectArg) -> Self {
        match dialect {
            DialectArg::Lake => Self::Lake,
            DialectArg::Datafusion => Self::DataFusion,
        }
    }
}

/// Where a table without a schema is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaArg {
    /// The event data stores
    #[default]
    Stores,
    /// The event data stores as Athena's CloudTrail table shows them
    Athena,
    /// What the lake knows of itself
    System,
}

impl From<SchemaArg> for DefaultSchema {
    fn from(schema: SchemaArg) -> Self {
        match schema {
            SchemaArg::Stores => Self::Stores,
            SchemaArg::Athena => Self::Athena,
            SchemaArg::System => Self::System,
        }
    }
}

/// Options of everything that asks.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AskArgs {
    /// The event data store that `$EDS_ID` stands for
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// How to write the rows [default: table]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = false)]
    pub(crate) format: Option<Format>,
    /// Whose SQL the statement is
    #[arg(long, value_enum, value_name = "DIALECT", default_value_t)]
    pub(crate) dialect: DialectArg,
    /// Where a table without a schema is looked for
    #[arg(long, value_enum, value_name = "SCHEMA", default_value_t)]
    pub(crate) schema: SchemaArg,
    /// Stop with an error after so many rows [default: no limit]
    #[arg(long, value_name = "N")]
    pub(crate) max_rows: Option<u64>,
    /// Stop with an error after so much time, e.g. `30s`
    #[arg(long, value_name = "TIME")]
    pub(crate) timeout: Option<HumanDuration>,
    /// Memory for sorts, groups and joins [default: 2GiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory_limit: Option<ByteSize>,
}

#[derive(Args, Debug)]
#[command(after_help = FORMATS)]
pub(crate) struct QueryArgs {
    /// The statement
    #[arg(value_name = "SQL", required_unless_present = "file", conflicts_with = "file")]
    pub(crate) sql: Option<String>,
    /// Read the statement from a file; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// A value for `:name`; `name=value`, or `name:kind=value` with text, number, boolean, timestamp or date
    #[arg(long = "param", value_name = "K=V")]
    pub(crate) parameters: Vec<QueryParameter>,
    /// Write the rows to a file; it appears when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

#[derive(Args, Debug, Default)]
pub(crate) struct ReplArgs {
    #[command(flatten)]
    pub(crate) ask: AskArgs,
}
